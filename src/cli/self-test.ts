// SPDX-License-Identifier: MIT
// `luci-sso selftest`: by hand, and from the package's postinst.

import { loadCheck } from '../check/load.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { logLine } from '../log.ts';
import { print } from './output.ts';

/** Status 1, and a line in the log, when an answer is wrong. */
export async function runSelfTestCommand(host: Host): Promise<number> {
  const check = await loadCheck();
  const protection = check.protectionOf(host);
  const vectors = [
    ...(await check.runSelfTest()),
    { name: protection.text, isRight: protection.isRight },
  ];
  for (const { name, isRight } of vectors) print(host, `${isRight ? 'PASS' : 'FAIL'}  ${name}`);
  const wrong = vectors.filter(({ isRight }) => !isRight).map(({ name }) => name);
  if (wrong.length === 0) return 0;
  logLine(host, 'error', 'SELFTEST_FAILED', newCorrelationId(host), `wrong=${wrong.join(', ')}`);
  return 1;
}
