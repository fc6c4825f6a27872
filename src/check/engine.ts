// SPDX-License-Identifier: MIT
// The one engine behind `luci-sso check`, `luci-sso setup` and Test connection. It saves
// nothing: no cache is read or written, no failure is remembered.

import { withoutBidi } from '../codec/chars.ts';
import { Refusal } from '../refusal.ts';
import { loadCauses } from '../texts/load-causes.ts';
import { loadRemedies } from '../texts/load.ts';
import { CLIENT_CHECKS } from './client.ts';
import { CONFIGURATION_CHECKS } from './configuration.ts';
import type { Context } from './context.ts';
import { EARLIER_CHECKS } from './earlier.ts';
import { skip, type Check, type Finding, type Verdict } from './finding.ts';
import { NETWORK_CHECKS } from './network.ts';
import { PROVIDER_CHECKS } from './provider.ts';
import { ROUTER_CHECKS } from './router.ts';

export { newContext } from './context.ts';
export { listsScope } from './provider.ts';
export { deadRuleOf } from './rules.ts';
export { groupsShowingSecret } from './router.ts';
export { protectionOf, runSelfTest } from './self-test.ts';
export { sectionsOf } from './values.ts';

/** In running order: from what is here to what is far. */
export const CHECKS: readonly Check[] = [
  ...CONFIGURATION_CHECKS,
  ...EARLIER_CHECKS,
  ...NETWORK_CHECKS,
  ...PROVIDER_CHECKS,
  ...CLIENT_CHECKS,
  ...ROUTER_CHECKS,
];

export interface Result {
  readonly id: string;
  readonly title: string;
  readonly status: Verdict;
  readonly text: string;
  /** One sentence; '' when there is nothing to do. */
  readonly fix: string;
  /** The code that a login ends with for this reason; '' when it would not. */
  readonly code: string;
}

/** Runs one check within 10 s. */
export async function runCheck(context: Context, check: Check): Promise<Result> {
  context.begin();
  const { id, title } = check;
  const { status, text: found, fix, code, cause } = await findingOf(context, check);
  const text = withoutBidi(found);
  if (code === undefined) return { id, title, status, text, fix: fix ?? '', code: '' };
  const { REMEDIES } = await loadRemedies();
  const [ofCode, remedyOfCode] = REMEDIES[code];
  const [, meaning, remedy] =
    cause === undefined ? ['', ofCode, remedyOfCode] : (await loadCauses()).CAUSES[cause];
  const said =
    cause === undefined ? text || meaning : text === '' ? meaning : `${meaning}: ${text}`;
  return { id, title, status, text: said, fix: fix ?? remedy, code };
}

async function findingOf(context: Context, check: Check): Promise<Finding> {
  try {
    return await check.run(context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return skip(`not reached: ${error.code}`);
  }
}

/** Runs several checks, handing each result over as it comes; what needs a failed one is skipped. */
export async function runChecks(
  context: Context,
  checks: readonly Check[],
  report: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const failed = check.needs.find((need) =>
      results.some(({ id, status }) => id === need && status === 'FAIL'),
    );
    const result =
      failed === undefined
        ? await runCheck(context, check)
        : { id: check.id, title: check.title, ...skip(`needs ${failed}`), fix: '', code: '' };
    results.push(result);
    report(result);
  }
  return results;
}
