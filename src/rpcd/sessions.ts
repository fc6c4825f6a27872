// SPDX-License-Identifier: MIT
// `sessions` and `end_session`: who is logged in through SSO, and an end to it.

import { newCorrelationId } from '../exchange.ts';
import { logLine } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { endSsoSessions, handleOf, listSsoSessions } from '../session/sso-sessions.ts';
import { requireText, type Call } from './call.ts';

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

/** Refuses with INVALID_INPUT when no session has this handle: it may have ended by itself. */
export function callEndSession(call: Call): object {
  const { host, bus } = call;
  const id = requireText(call, 'id');
  const ended = endSsoSessions(bus, id);
  if (ended === 0 && id !== 'all') throw new Refusal('INVALID_INPUT', 'no such session');
  logLine(host, 'info', 'SESSIONS_ENDED', newCorrelationId(host), `ended=${ended}`);
  return { ended };
}
