// SPDX-License-Identifier: MIT
// One tick of the guard: what has to end ends, what differs from the configuration is put right, and
// only then the network is used. Nothing is remembered but in state files.

import { visitSessions } from '../access/session-calls.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { NO_REQUEST } from '../http/request.ts';
import { logLine, printable } from '../log.ts';
import { endFor, isOverdue, isWithoutEnd, type Ending } from '../luci/ending.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, objectId, openUbus, type Ubus } from '../ubus/client.ts';
import { numberOf } from '../uci-options.ts';
import type { Alignment } from './align.ts';
import { loadAlign } from './load-align.ts';
import type { LiveSession } from './live.ts';
import { workAtProviders } from './network.ts';
import { forgetCalm, noteCalm, readCalm } from './note.ts';

/** Within this nothing new is begun; the guard ends a tick after 55 s. */
const TICK_MS = 40_000;

/** Exit status 1 when something could not be done; it is logged, and tried again at the next tick. */
export async function runTick(host: Host): Promise<number> {
  const correlationId = newCorrelationId(host);
  const deadline = host.bootMilliseconds() + TICK_MS;
  try {
    const bus = openUbus(host);
    // From before anything is looked at: what changes meanwhile is seen at the next tick.
    const stamp = host.guardStamp();
    const rpcd = objectId(bus, 'session');
    const before = findLive(bus);
    const noted = readCalm(host, stamp, rpcd);
    const isKnown = noted !== undefined && !before.some(({ data }) => isWithoutEnd(data));
    const alignment = isKnown ? 'done' : await align(bus, correlationId);
    const { live, failed } = endOverdue(bus, isKnown ? before : findLive(bus), correlationId);
    const exchange = { host, request: NO_REQUEST, correlationId, headers: [] };
    const { wakeS, isDone } = await workAtProviders({
      exchange,
      bus,
      live,
      deadline,
      wakeS: isKnown ? noted : undefined,
    });
    closeUbus(bus);
    if (alignment === 'done' && failed === 0 && isDone)
      noteCalm(host, live.length === 0 ? 'quiet' : 'settled', wakeS, rpcd, stamp);
    return alignment === 'failed' || failed > 0 || !isDone ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    forgetCalm(host);
    logLine(
      host,
      'error',
      'SYNC_FAILED',
      correlationId,
      printable(`${error.code}: ${error.detail}`),
    );
    return 1;
  }
}

async function align(bus: Ubus, correlationId: string): Promise<Alignment> {
  forgetCalm(bus.host);
  return (await loadAlign()).alignSessions(bus, correlationId);
}

interface Survivors {
  readonly live: readonly LiveSession[];
  /** How many should have ended and have not; the next tick tries again. */
  readonly failed: number;
}

/** Needs no configuration: a wrong one does not keep anybody logged in for longer. */
function endOverdue(bus: Ubus, sessions: readonly LiveSession[], correlationId: string): Survivors {
  const overdue = sessions.filter(({ data }) => isOverdue(bus.host, data));
  if (overdue.length === 0) return { live: sessions, failed: 0 };
  const endings = overdue.map(({ id }): Ending => ({ session: id, reason: 'session_max' }));
  const { failed } = endFor(bus, endings, correlationId);
  return { live: sessions.filter((session) => !overdue.includes(session)), failed };
}

function findLive(bus: Ubus): readonly LiveSession[] {
  const live: LiveSession[] = [];
  visitSessions(bus, ['timeout', 'expires'], (id, data, { timeout, expires }) => {
    if (typeof data['oidc_role'] !== 'string') return;
    const timeoutS = numberOf(timeout) ?? 0;
    live.push({
      id,
      data,
      timeoutS,
      idleS: Math.max(0, timeoutS - (numberOf(expires) ?? timeoutS)),
    });
  });
  return live;
}
