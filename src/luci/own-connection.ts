// SPDX-License-Identifier: MIT
// Work beside a login: what breaks in it costs a line in the log, not the login. Apart because starts do it too (login chunk).

import { logExchange, type Exchange } from '../exchange.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus, type Ubus } from '../ubus/client.ts';

/**
 * Runs what a login can go on without, on a connection of its own: the broker ends a client that is
 * slow to read a long list, and that must not take the login's connection along. What is refused is
 * logged, and tried again at the next login.
 */
export function onOwnConnection(exchange: Exchange, use: (own: Ubus) => void): void {
  try {
    const own = openUbus(exchange.host);
    try {
      use(own);
    } finally {
      closeUbus(own);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    logExchange(exchange, 'error', 'SYNC_FAILED', printable(`${error.code}: ${error.detail}`));
  }
}
