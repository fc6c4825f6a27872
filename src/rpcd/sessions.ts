// SPDX-License-Identifier: MIT
// `sessions` and `end_session`: who is logged in through SSO, and an end to it.

import { sessionsOf } from '../access/session-calls.ts';
import { newCorrelationId } from '../exchange.ts';
import { logLine } from '../log.ts';
import { handleOf } from '../luci/ending.ts';
import { endSsoSessions, listSsoSessions } from '../luci/list.ts';
import { Refusal } from '../refusal.ts';
import { requireArgument, type Call } from './call.ts';

/** `own` is the caller's. */
export function callSessions({ bus, session }: Call): object {
  const own = handleOf(session);
  const sessions = listSsoSessions(bus).map(({ handle, ...rest }) => ({
    id: handle,
    ...rest,
    own: handle === own,
  }));
  return { sessions };
}

/**
 * Refuses with INVALID_INPUT when no session has this handle, because it may have ended, and with
 * UBUS_ERROR when one could not be ended.
 */
export function callEndSession(call: Call): object {
  const { host, bus } = call;
  const id = requireArgument(call, 'id');
  const correlationId = newCorrelationId(host);
  const { ended, failed } = endSsoSessions(bus, id, correlationId);
  if (ended + failed === 0 && id !== 'all') throw new Refusal('INVALID_INPUT', 'no such session');
  logLine(host, 'info', 'SESSIONS_ENDED', correlationId, `ended=${ended}`);
  if (failed > 0) throw new Refusal('UBUS_ERROR', `could not end ${sessionsOf(failed)}`);
  return { ended };
}
