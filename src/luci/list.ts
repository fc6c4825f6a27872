// SPDX-License-Identifier: MIT
// The live sessions that SSO made, for their owners to see and to end. A session's id is a bearer
// secret, so what is shown and named is a hash of it.

import { shownText } from '../access/identity.ts';
import { endSessions, visitSessions, type Ended } from '../access/session-calls.ts';
import type { Host } from '../host.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import type { Ubus } from '../ubus/client.ts';
import { numberOf } from '../uci-options.ts';
import { endFor, handleOf, type Ending, type EndReason } from './ending.ts';
import { bootSeconds, keptName, readKept } from './kept.ts';

export interface SsoSession {
  /** Names the session; of no use as a session id. */
  readonly handle: string;
  readonly user: string;
  readonly role: string;
  /** Wall clock at the login, seconds since 1970; 0 when unknown. */
  readonly since: number;
  /** Seconds until it ends if nobody uses it. */
  readonly expires: number;
  /** Seconds until it ends at the latest; `null` = no such limit, or a session of an older version. */
  readonly ends: number | null;
  /** Address of the browser at the login; '' when unknown. */
  readonly from: string;
  /** Of the login's lines in the log; '' of a session of an older version. */
  readonly reference: string;
  /** Seconds since the provider said that all is well, and until it is asked again, if the session is used. */
  readonly checked: number | null;
  readonly next: number | null;
}

interface Found {
  /** Its id. */
  readonly session: string;
  readonly shown: SsoSession;
}

/** Oldest first; idle times are not touched. Refuses with UBUS_ERROR. */
export function listSsoSessions(bus: Ubus): readonly SsoSession[] {
  return findSessions(bus).map(({ shown }) => shown);
}

/** Ends the one with this handle, or `all`; refuses with UBUS_ERROR when they cannot be listed. */
export function endSsoSessions(bus: Ubus, handle: string, correlationId: string): Ended {
  const chosen = findSessions(bus).filter(
    ({ shown }) => handle === 'all' || shown.handle === handle,
  );
  return endSessions(
    bus,
    chosen.map(({ session }) => session),
    correlationId,
  );
}

/** Ends all, each with this reason in the log; refuses with UBUS_ERROR when they cannot be listed. */
export function endAllFor(bus: Ubus, reason: EndReason, correlationId: string): Ended {
  const endings = findSessions(bus).map(({ session }): Ending => ({ session, reason }));
  return endFor(bus, endings, correlationId);
}

function findSessions(bus: Ubus): readonly Found[] {
  const found: Found[] = [];
  visitSessions(bus, ['expires'], (session, data, { expires }) => {
    const shown = shownSession(bus.host, session, data, expires);
    if (shown !== undefined) found.push({ session, shown });
  });
  return found.sort((a, b) => a.shown.since - b.shown.since);
}

function shownSession(
  host: Host,
  session: string,
  data: UbusTable,
  expires: UbusValue | undefined,
): SsoSession | undefined {
  const role = data['oidc_role'];
  if (typeof role !== 'string') return undefined;
  const nowS = bootSeconds(host);
  const endsS = numberOf(data['oidc_ends']) ?? 0;
  const schedule = readKept(host, keptName(session))?.schedule;
  return {
    handle: handleOf(session),
    user: shownTextOf(data['oidc_user']),
    role: shownTextOf(role),
    since: numberOf(data['oidc_since']) ?? 0,
    expires: numberOf(expires) ?? 0,
    ends: endsS === 0 ? null : Math.max(0, endsS - nowS),
    from: shownTextOf(data['oidc_from']),
    reference: shownTextOf(data['oidc_ref']),
    checked: schedule === undefined ? null : nowS - schedule.checkedS,
    next: schedule === undefined ? null : Math.max(0, schedule.dueS - nowS),
  };
}

function shownTextOf(value: UbusValue | undefined): string {
  return shownText(typeof value === 'string' ? value : '');
}
