// SPDX-License-Identifier: MIT
// `luci-sso explain CODE`: what docs/errors.md says about a code, or what a check is.

import { loadCheck } from '../check/load.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { loadCauses } from '../texts/load-causes.ts';
import { loadRefusals, loadRemedies } from '../texts/load.ts';
import type { Arguments } from './arguments.ts';
import { print } from './output.ts';

/** Codes of refusals and of other lines, causes of network errors, checks; else refuses with INVALID_INPUT. */
export async function runExplain(host: Host, { words }: Arguments): Promise<number> {
  const asked = words[0] ?? '';
  const lines = (await codeLines(asked.toUpperCase())) ?? (await checkLines(asked.toLowerCase()));
  if (lines !== undefined) return print(host, ...lines);
  throw new Refusal(
    'INVALID_INPUT',
    asked === '' ? 'which code?' : `no code '${printable(asked)}'`,
  );
}

async function codeLines(asked: string): Promise<readonly string[] | undefined> {
  const { REFUSALS } = await loadRefusals();
  const { LINES, REMEDIES } = await loadRemedies();
  const { CAUSES } = await loadCauses();
  const code = (Object.keys(REFUSALS) as Refusal['code'][]).find((known) => known === asked);
  if (code !== undefined) {
    const [status, level] = REFUSALS[code];
    return described(`${code} (log: ${level}, HTTP status ${status})`, REMEDIES[code]);
  }
  const cause = Object.entries(CAUSES).find(([known]) => known === asked);
  if (cause !== undefined) {
    const [, [, meaning, remedy]] = cause;
    return described(`${asked} (cause)`, [meaning, remedy]);
  }
  const line = Object.entries(LINES).find(([known]) => known === asked);
  return line === undefined ? undefined : described(`${asked} (log: ${line[1][0]})`, [line[1][1]]);
}

function described(
  title: string,
  [meaning, remedy]: readonly [string, string?],
): readonly string[] {
  return [title, `meaning: ${meaning}`, ...(remedy === undefined ? [] : [`to do:   ${remedy}`])];
}

async function checkLines(asked: string): Promise<readonly string[] | undefined> {
  const check = (await loadCheck()).CHECKS.find(({ id }) => id === asked);
  return check && [`${check.id}: ${check.title}`, `to do:   luci-sso check ${check.id}`];
}
