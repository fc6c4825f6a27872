// SPDX-License-Identifier: MIT
// `luci-sso explain CODE`: the row of the closed table that the README shows too.

import type { Host } from '../host.ts';
import { loadRefusals, loadRemedies } from '../load.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Arguments } from './arguments.ts';
import { print } from './output.ts';

/** Refuses with INVALID_INPUT what is no code. */
export async function runExplain(host: Host, { words }: Arguments): Promise<number> {
  const { REFUSALS } = await loadRefusals();
  const { REMEDIES } = await loadRemedies();
  const asked = (words[0] ?? '').toUpperCase();
  const code = (Object.keys(REFUSALS) as Refusal['code'][]).find((known) => known === asked);
  if (code === undefined) {
    throw new Refusal(
      'INVALID_INPUT',
      asked === '' ? 'which code?' : `no code '${printable(asked)}'`,
    );
  }
  const [status, level] = REFUSALS[code];
  const [meaning, remedy] = REMEDIES[code];
  return print(
    host,
    `${code} (log: ${level}, HTTP status ${status})`,
    `meaning: ${meaning}`,
    `to do:   ${remedy}`,
  );
}
