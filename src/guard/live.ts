// SPDX-License-Identifier: MIT
// What a tick knows when its endings are done: types between its chunks.

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
  /** What the last tick said in `Worked`; `undefined` when something has changed since. */
  readonly wakeS: number | undefined;
}

export interface Worked {
  /** When there will be work even if nothing changes, in seconds of the boot clock; 0 = never. */
  readonly wakeS: number;
  /** False when something could not be done; it is logged, and the next tick tries again. */
  readonly isDone: boolean;
}
