// SPDX-License-Identifier: MIT
// `luci-sso check`: all checks, or some, on the configuration as `uci get` shows it.

import type { Result } from '../check/engine.ts';
import type { Verdict } from '../check/finding.ts';
import { loadCheck } from '../check/load.ts';
import { CONFIG_NAME } from '../config.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import type { Arguments } from './arguments.ts';
import { print, shown } from './output.ts';

/** Status 1 when a check failed; refuses with INVALID_INPUT an id that is no check. */
export async function runCheckCommand(host: Host, { words, flags }: Arguments): Promise<number> {
  const { CHECKS, newContext, runChecks } = await loadCheck();
  const unknown = words.find((word) => !CHECKS.some(({ id }) => id === word));
  if (unknown !== undefined)
    throw new Refusal(
      'INVALID_INPUT',
      `no check '${unknown}'; there are ${CHECKS.map(({ id }) => id).join(' ')}`,
    );
  const bus = openUbus(host);
  const context = newContext(host, bus, readPackage(bus, CONFIG_NAME), true);
  const chosen = words.length === 0 ? CHECKS : CHECKS.filter(({ id }) => words.includes(id));
  const report = flags.has('json')
    ? () => undefined
    : (result: Result) => {
        if (!isFollowing(result)) printResult(host, result);
      };
  const results = await runChecks(context, chosen, report);
  await context.close();
  closeUbus(bus);
  if (!flags.has('json')) printFolded(host, results);
  const failed = countOf(results, 'FAIL');
  if (flags.has('json')) print(host, JSON.stringify({ ok: failed === 0, checks: results }));
  else print(host, summary(results));
  return failed === 0 ? 0 : 1;
}

/** Not run, because something that it needs has failed. */
function isFollowing({ status, text }: Result): boolean {
  return status === 'SKIP' && text.startsWith(NEEDS);
}

/** What follows from one failure, in one line for each. */
function printFolded(host: Host, results: readonly Result[]): void {
  const following = results.filter(isFollowing);
  for (const need of new Set(following.map(({ text }) => text))) {
    const ids = following.filter(({ text }) => text === need).map(({ id }) => id);
    print(host, `SKIP  ${ids.length} that need${need.slice(NEEDS.length)}: ${ids.join(' ')}`);
  }
}

export function summary(results: readonly Result[]): string {
  const [passed, warned, failed, skipped] = (['PASS', 'WARN', 'FAIL', 'SKIP'] as const).map(
    (status) => countOf(results, status),
  );
  return `${passed} passed, ${warned} warnings, ${failed} failed, ${skipped} skipped`;
}

export function countOf(results: readonly Result[], status: Verdict): number {
  return results.filter((result) => result.status === status).length;
}

const NEEDS = 'needs';

const COLOURS: Readonly<Record<Verdict, number>> = { PASS: 32, WARN: 33, FAIL: 31, SKIP: 36 };

/** One line, and a second one that says what to do. */
export function printResult(host: Host, { id, status, text, fix, code }: Result): void {
  const isColoured = host.isTerminal(1) && host.env('NO_COLOR') === undefined;
  const word = isColoured ? `\x1b[${COLOURS[status]}m${status}\x1b[0m` : status;
  const line = `${word}  ${id.padEnd(13)}${shown(text)}`;
  const isHelpless = fix === '' || status === 'SKIP';
  if (isHelpless) print(host, line);
  else print(host, line, `${' '.repeat(19)}-> ${shown(fix)}${code === '' ? '' : ` (${code})`}`);
}
