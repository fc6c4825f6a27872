// SPDX-License-Identifier: MIT
// The second half of a tick: what needs a provider. One connection for everything that is due at one
// provider; its first failure ends its turn.

import type { Tick } from './tick.ts';

/**
 * Nothing that waits for a provider is begun after `tick.deadline`; the rest is for the next tick. What
 * is seldom due must be loaded only then: a tick without work is short. Resolves with when there will be
 * work even if no session lives, in seconds of the boot clock; 0 = never. What it ends, it ends itself.
 */
export function workAtProviders(_tick: Tick): Promise<number> {
  return Promise.resolve(0);
}
