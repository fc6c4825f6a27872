// SPDX-License-Identifier: MIT
// The second half of a tick: what needs a provider. One connection for everything that is due at one
// provider; its first failure ends its turn.

import type { Exchange } from '../exchange.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import type { Ubus } from '../ubus/client.ts';

/** A session that SSO made, and that lives on after this tick's endings. */
export interface LiveSession {
  /** A bearer secret: never shown, never logged. */
  readonly id: string;
  /** Its values. */
  readonly data: UbusTable;
  /** Idle time after which it ends, and for how long nobody has used it; seconds. */
  readonly timeoutS: number;
  readonly idleS: number;
}

export interface Tick {
  /** For what otherwise answers requests: host, log and a reference, without a request. */
  readonly exchange: Exchange;
  readonly bus: Ubus;
  readonly live: readonly LiveSession[];
  /** By the boot clock, in milliseconds. */
  readonly deadline: number;
}

/**
 * Nothing that waits for a provider is begun after `tick.deadline`; the rest is for the next tick. What
 * is seldom due must be loaded only then: a tick without work is short. Resolves with when there will be
 * work even if no session lives, in seconds of the boot clock; 0 = never. What it ends, it ends itself.
 */
export function workAtProviders(_tick: Tick): Promise<number> {
  return Promise.resolve(0);
}
