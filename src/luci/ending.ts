// SPDX-License-Identifier: MIT
// Sessions that end without their owner: each has a reason, which is in the log.

import { latin1ToBytes, sha256 } from '#native';
import { endSessions, type Ended } from '../access/session-calls.ts';
import { bytesToHex } from '../codec/bytes.ts';
import type { Host } from '../host.ts';
import { logLine } from '../log.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import type { Ubus } from '../ubus/client.ts';
import { numberOf } from '../uci-options.ts';

export type EndReason =
  | 'no_role'
  | 'invalid_grant'
  | 'other_subject'
  | 'session_max'
  | 'outage'
  | 'rule_gone'
  | 'provider_gone'
  | 'sso_off'
  | 'removed';

export interface Ending {
  readonly session: string;
  readonly reason: EndReason;
}

const HANDLE_CHARS = 16;

/** Names a session where its id, a bearer secret, must not be seen. */
export function handleOf(session: string): string {
  return bytesToHex(sha256(latin1ToBytes(session))).slice(0, HANDLE_CHARS);
}

/** Ends them; SESSION_ENDED for each that has ended, SYNC_FAILED when some live on. */
export function endFor(bus: Ubus, endings: readonly Ending[], correlationId: string): Ended {
  const ids = endings.map(({ session }) => session);
  return endSessions(bus, ids, correlationId, (id) => {
    const { reason = 'removed' } = endings.find(({ session }) => session === id) ?? {};
    const what = `reason=${reason} session=${handleOf(id)}`;
    logLine(bus.host, 'info', 'SESSION_ENDED', correlationId, what);
  });
}

/** Whether the session's end, which was fixed at the login by the boot clock, has come. */
export function isOverdue(host: Host, data: UbusTable): boolean {
  const endsS = numberOf(data['oidc_ends']) ?? 0;
  return endsS > 0 && host.bootMilliseconds() >= endsS * 1000;
}

/** Whether it was made by a version that did not fix an end. */
export function isWithoutEnd(data: UbusTable): boolean {
  return data['oidc_ends'] === undefined;
}
