// SPDX-License-Identifier: MIT
// Only in the logout chunk: the sessions that a logout at the provider means (OpenID Connect Back-Channel Logout 1.0, 2.7).

import { rememberedSid } from '../access/identity.ts';
import { endSessions, visitSessions, type Ended } from '../access/session-calls.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import type { Ubus } from '../ubus/client.ts';

export interface LoggedOut {
  readonly iss: string;
  readonly sub?: string;
  /** Narrows to one session of the provider, where ours knows its own. */
  readonly sid?: string;
}

/** Ends them; refuses with UBUS_ERROR when the sessions cannot be listed. */
export function endSessionsOf(bus: Ubus, who: LoggedOut, correlationId: string): Ended {
  const ids: string[] = [];
  visitSessions(bus, [], (id, data) => {
    if (isMeant(data, who)) ids.push(id);
  });
  return endSessions(bus, ids, correlationId);
}

/**
 * With a sid the session of that sid; with a subject only, all of that subject. A session that does
 * not know its sid (not every provider says it at the login) is meant by its subject.
 */
function isMeant(data: UbusTable, { iss, sub, sid }: LoggedOut): boolean {
  if (data['oidc_issuer'] !== iss) return false;
  if (sub !== undefined && data['oidc_sub'] !== sub) return false;
  const ownSid = data['oidc_sid'];
  if (sid === undefined || ownSid === rememberedSid(sid)) return true;
  return sub !== undefined && (ownSid === '' || ownSid === undefined);
}
