// SPDX-License-Identifier: MIT
// The calls to rpcd's `session` object that both a login and a sync make.

import { Refusal } from '../refusal.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import { callUbus, type Ubus, type UbusReply } from '../ubus/client.ts';
import { isTable } from '../uci-options.ts';
import type { Grants } from './acl.ts';

/**
 * Shows every session that has values, `members` of its entry besides. Listed without an id: a look-up
 * by id would restart each session's idle time.
 */
export function visitSessions(
  bus: Ubus,
  members: readonly string[],
  visit: (session: string, data: UbusTable, entry: UbusTable) => void,
): UbusReply {
  const wanted = ['ubus_rpc_session', 'data', ...members];
  return callUbus(bus, 'session', 'list', {}, wanted, (entry) => {
    const { data } = entry;
    const session = entry['ubus_rpc_session'];
    if (typeof session === 'string' && isTable(data)) visit(session, data, entry);
  });
}

/** Ends a session; one that is gone already is ended. */
export function destroySession(bus: Ubus, session: string): void {
  callUbus(bus, 'session', 'destroy', { ubus_rpc_session: session });
}

/** One call a scope; refuses with UBUS_LOGIN_FAILED at the first that rpcd does not take. */
export function grantAll(bus: Ubus, session: string, grants: Grants): void {
  for (const [scope, objects] of grants) {
    const reply = callUbus(bus, 'session', 'grant', { ubus_rpc_session: session, scope, objects });
    if (!reply.ok) throw new Refusal('UBUS_LOGIN_FAILED', `session grant ${scope} failed`);
  }
}
