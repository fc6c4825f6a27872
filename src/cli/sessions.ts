// SPDX-License-Identifier: MIT
// `luci-sso sessions`: who is logged in by SSO; `end` logs them out of this router.

import type { Ended } from '../access/session-calls.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { logLine, printable } from '../log.ts';
import type { EndReason } from '../luci/ending.ts';
import { endAllFor, endSsoSessions, listSsoSessions, type SsoSession } from '../luci/list.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus, type Ubus } from '../ubus/client.ts';
import type { Arguments } from './arguments.ts';
import { duration, print, shown, statusOf } from './output.ts';

/** No limit, or not asked again. */
const NOTHING = '-';
/** In place of an ID, what the package's removal says: all of them, and why. */
const REMOVED = 'removed';

/** Status 1 when there is no session of that id, or one could not be ended. */
export function runSessions(host: Host, { words }: Arguments): number {
  const [verb, id] = words;
  if (verb !== undefined && (verb !== 'end' || id === undefined))
    throw new Refusal('INVALID_INPUT', 'say nothing, or end and an ID or all');
  const bus = openUbus(host);
  const status = id === undefined ? list(host, bus) : end(host, bus, id);
  closeUbus(bus);
  return status;
}

function list(host: Host, bus: Ubus): number {
  const rows = [
    ['ID', 'USER', 'ROLE', 'FROM', 'SINCE', 'ENDS IN', 'AT LATEST', 'CHECKED', 'NEXT', 'REFERENCE'],
  ];
  const now = host.wallSeconds();
  for (const session of listSsoSessions(bus)) rows.push(rowOf(session, now));
  if (rows.length === 1) return print(host, 'nobody is logged in by SSO');
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  return print(host, ...lines.map((line) => line.trimEnd()));
}

function rowOf(session: SsoSession, now: number): string[] {
  const { handle, user, role, from, since, expires, ends, checked, next, reference } = session;
  return [
    handle,
    shown(user),
    shown(role),
    from === '' ? NOTHING : shown(from),
    `${duration(now - since)} ago`,
    duration(expires),
    ends === null ? NOTHING : duration(ends),
    checked === null ? NOTHING : `${duration(checked)} ago`,
    next === null ? NOTHING : duration(next),
    reference === '' ? NOTHING : shown(reference),
  ];
}

function end(host: Host, bus: Ubus, id: string): number {
  const { status, ended, failed } = endAndSay(host, bus, id, id === REMOVED ? REMOVED : undefined);
  return ended + failed === 0 && id !== 'all' && id !== REMOVED ? 1 : status;
}

/**
 * Ends the session of this handle, or all; with a reason all, each with its line in the log. Status 1 when
 * one lives on, or they cannot be listed.
 */
export function endAndSay(
  host: Host,
  bus: Ubus,
  handle: string,
  reason?: EndReason,
): Ended & { status: number } {
  const id = newCorrelationId(host);
  try {
    const done =
      reason === undefined ? endSsoSessions(bus, handle, id) : endAllFor(bus, reason, id);
    logLine(host, 'info', 'SESSIONS_ENDED', id, `ended=${done.ended}`);
    print(host, `sessions ended: ${done.ended}`);
    return { ...done, status: statusOf(host, done.failed) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    logLine(host, 'error', 'SYNC_FAILED', id, printable(`${error.code}: ${error.detail}`));
    throw error;
  }
}
