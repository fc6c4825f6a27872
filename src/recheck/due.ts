// SPDX-License-Identifier: MIT
// Which refresh tokens are to be used now: of sessions that somebody has used since the last check, and
// those whose session has ended.

import type { LiveSession, Tick } from '../guard/live.ts';
import {
  bootSeconds,
  keptName,
  lastOwnUse,
  listKept,
  readKept,
  type KeptToken,
} from '../luci/kept.ts';

/** `timeout` and `expires` are whole seconds. */
const ROUNDING_S = 1;

export interface KeptSession {
  readonly session: LiveSession;
  readonly kept: KeptToken;
}

export interface Work {
  readonly isNone: boolean;
  /** All that are kept for sessions that live. */
  readonly all: readonly KeptSession[];
  /** Those to be checked, the longest due first. */
  readonly due: readonly KeptSession[];
  /** Names of tokens whose session has ended. */
  readonly orphans: readonly string[];
}

/** What is to be done for the sessions of this tick. Asks nobody. */
export function findWork({ exchange, live }: Tick): Work {
  const { host } = exchange;
  const nowS = bootSeconds(host);
  const sessions = new Map(live.map((session) => [keptName(session.id), session]));
  const all: KeptSession[] = [];
  const orphans: string[] = [];
  for (const name of listKept(host)) {
    const session = sessions.get(name);
    const kept = session === undefined ? undefined : readKept(host, name);
    if (session === undefined) orphans.push(name);
    else if (kept !== undefined) all.push({ session, kept });
  }
  const due = all
    .filter((one) => isDue(one, lastOwnUse(host, one.kept.name), nowS))
    .sort((a, b) => a.kept.schedule.dueS - b.kept.schedule.dueS);
  return { isNone: orphans.length + due.length === 0, all, due, orphans };
}

function isDue({ session, kept: { schedule } }: KeptSession, ownS: number, nowS: number): boolean {
  if (schedule.pending === 1) return true;
  const usedS = nowS - session.idleS;
  const isUsed = usedS > Math.max(schedule.checkedS, ownS) + ROUNDING_S;
  return nowS >= schedule.dueS && isUsed;
}
