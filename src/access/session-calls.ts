// SPDX-License-Identifier: MIT
// The calls to rpcd's `session` object that both a login and a sync make. Every status counts: what was
// not done is never taken for done, and is named in the log.

import { logLine, printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, closeUbus, openUbus, UBUS_STATUS, type Ubus } from '../ubus/client.ts';
import { isTable } from '../uci-options.ts';
import type { Grants } from './acl.ts';

/**
 * Shows every session that SSO made, `members` of its entry besides; those of others may be a thousand,
 * and are passed over. Listed without an id: a look-up by id would restart each session's idle time.
 * Refuses with UBUS_ERROR when the list is not whole.
 */
export function visitSessions(
  bus: Ubus,
  members: readonly string[],
  visit: (session: string, data: UbusTable, entry: UbusTable) => void,
): void {
  const wanted = ['ubus_rpc_session', 'data', ...members];
  const reply = callUbus(bus, 'session', 'list', {}, wanted, {
    outer: 'data',
    inner: 'oidc_role',
    visit: (entry) => {
      const { data } = entry;
      const session = entry['ubus_rpc_session'];
      if (typeof session === 'string' && isTable(data)) visit(session, data, entry);
    },
  });
  if (!reply.ok) throw new Refusal('UBUS_ERROR', `session list: ubus status ${reply.status}`);
}

/** How many of the sessions meant have ended, and how many could not be. */
export interface Ended {
  readonly ended: number;
  readonly failed: number;
}

/** Ends these sessions; one that is gone already has ended. SYNC_FAILED says how many live on. */
export function endSessions(
  bus: Ubus,
  ids: readonly string[],
  correlationId: string,
  onEnd: (id: string) => void = () => undefined,
): Ended {
  let ended = 0;
  let why = '';
  try {
    for (const id of ids) {
      const reply = callUbus(bus, 'session', 'destroy', { ubus_rpc_session: id });
      if (reply.ok || reply.status === UBUS_STATUS.notFound) {
        ended++;
        onEnd(id);
      } else why = `session destroy: ubus status ${reply.status}`;
    }
  } catch (error) {
    // A broker that is silent would be so for each of the others too.
    if (!(error instanceof Refusal)) throw error;
    why = error.detail;
  }
  const failed = ids.length - ended;
  if (failed > 0) {
    const what = `could not end ${sessionsOf(failed)}: ${printable(why)}`;
    logLine(bus.host, 'error', 'SYNC_FAILED', correlationId, what);
  }
  return { ended, failed };
}

/** `1 session`, `2 sessions`. */
export function sessionsOf(count: number): string {
  return `${count} session${count === 1 ? '' : 's'}`;
}

/**
 * Ends a session that this process has in the works: on another connection when this one is broken, so
 * that nothing half made stays. Never refuses.
 */
export function dropSession(bus: Ubus, session: string, correlationId: string): void {
  try {
    const reply = callUbus(bus, 'session', 'destroy', { ubus_rpc_session: session });
    if (reply.ok || reply.status === UBUS_STATUS.notFound) return;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  try {
    const other = openUbus(bus.host);
    endSessions(other, [session], correlationId);
    closeUbus(other);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const what = `could not end 1 session: ${printable(error.detail)}`;
    logLine(bus.host, 'error', 'SYNC_FAILED', correlationId, what);
  }
}

/** One call a scope. Refuses with UBUS_LOGIN_FAILED at the first that rpcd does not take. */
export function grantAll(bus: Ubus, session: string, grants: Grants): void {
  for (const [scope, objects] of grants) {
    const reply = callUbus(bus, 'session', 'grant', { ubus_rpc_session: session, scope, objects });
    if (!reply.ok)
      throw new Refusal(
        'UBUS_LOGIN_FAILED',
        `session grant ${scope} failed: ubus status ${reply.status}`,
      );
  }
}

/**
 * Refuses with UBUS_LOGIN_FAILED when `isRight` does not hold for the session's `acls`, as `session
 * list` now shows them (`member` of its entry): rpcd says nothing of a single right that it could not
 * grant or revoke.
 */
export function requireRights(
  bus: Ubus,
  session: string,
  member: string,
  isRight: (acls: UbusValue | undefined) => boolean,
): void {
  const now = callUbus(bus, 'session', 'list', { ubus_rpc_session: session }, [member]);
  if (!now.ok || !isRight(now.data[0]?.['acls']))
    throw new Refusal('UBUS_LOGIN_FAILED', 'the session has other rights than it was granted');
}

/** How many [object, function] pairs these are; each is there once. */
export function countRights(grants: Grants): number {
  let count = 0;
  for (const pairs of grants.values()) count += pairs.length;
  return count;
}

/** Whether `acls` of `session list` are exactly these rights. */
export function includesGrants(acls: UbusValue | undefined, grants: Grants): boolean {
  const scopes = isTable(acls) ? acls : {};
  const names = Object.keys(scopes);
  return (
    names.length === grants.size &&
    names.every((scope) => pairsOf(scopes[scope]) === sortedPairs(grants.get(scope) ?? []))
  );
}

function pairsOf(objects: UbusValue | undefined): string {
  const pairs: Array<readonly [string, string]> = [];
  if (!isTable(objects)) return '';
  for (const object of Object.keys(objects)) {
    const methods = objects[object];
    if (!Array.isArray(methods)) continue;
    for (const method of methods) if (typeof method === 'string') pairs.push([object, method]);
  }
  return sortedPairs(pairs);
}

function sortedPairs(pairs: ReadonlyArray<readonly [string, string]>): string {
  return pairs
    .map(([object, method]) => `${object}\0${method}`)
    .sort()
    .join('\n');
}
