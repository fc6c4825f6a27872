// SPDX-License-Identifier: MIT
// The second half of a tick: what needs a provider. One connection for everything that is due at one
// provider; its first failure ends its turn.

import { findWork } from '../recheck/due.ts';
import { loadRecheck } from '../recheck/load.ts';
import type { Tick, Worked } from './live.ts';

/**
 * Nothing that waits for a provider is begun after `tick.deadline`; the rest is for the next tick. What
 * is seldom due is loaded only then: a tick without work is short. What it ends, it ends itself.
 */
export async function workAtProviders(tick: Tick): Promise<Worked> {
  if (findWork(tick).isNone) return { wakeS: 0, isDone: true };
  return (await loadRecheck()).recheck(tick);
}
