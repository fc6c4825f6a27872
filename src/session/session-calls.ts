// SPDX-License-Identifier: MIT
// The calls to rpcd's `session` object that both a login and a sync make.

import { Refusal } from '../refusal.ts';
import { callUbus, type Ubus } from '../ubus/client.ts';
import type { Grants } from './acl.ts';

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
