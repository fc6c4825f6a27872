// SPDX-License-Identifier: MIT
// `check`: one check on saved or given values. Nothing is saved.

import { loadCheck } from '../check/load.ts';
import { CONFIG_NAME } from '../config.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { readPackage } from '../uci-options.ts';
import { requireArgument, type Call } from './call.ts';

/** Refuses with INVALID_INPUT an id that is no check, and values that no form sends. */
export async function callCheck(call: Call): Promise<object> {
  const { host, bus, input } = call;
  const { CHECKS, newContext, runCheck, sectionsOf } = await loadCheck();
  const id = requireArgument(call, 'id');
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Refusal('INVALID_INPUT', `no check '${printable(id)}'`);
  const { values } = input;
  const saved = readPackage(bus, CONFIG_NAME);
  const sections = values === undefined ? saved : sectionsOf(values, saved);
  const context = newContext(host, bus, sections, values === undefined);
  const result = await runCheck(context, check);
  await context.close();
  return result;
}
