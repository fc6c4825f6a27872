// SPDX-License-Identifier: MIT
// The second half of a tick: what needs a provider. One connection for everything that is due at one
// provider; its first failure ends its turn.

import { findWork } from '../recheck/due.ts';
import { bootSeconds } from '../luci/kept.ts';
import { loadRecheck } from '../recheck/load.ts';
import type { Tick, Worked } from './live.ts';

/**
 * Nothing that waits for a provider is begun after `tick.deadline`; the rest is for the next tick. What
 * is seldom due is loaded only then: a tick without work is short. What it ends, it ends itself.
 */
export async function workAtProviders(tick: Tick): Promise<Worked> {
  const { wakeS } = tick;
  const isCalm = wakeS !== undefined && (wakeS === 0 || bootSeconds(tick.exchange.host) < wakeS);
  if (isCalm && findWork(tick).isNone) return { wakeS, isDone: true };
  return (await loadRecheck()).recheck(tick);
}
