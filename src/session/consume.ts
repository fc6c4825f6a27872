// SPDX-License-Identifier: MIT
// 5. A handshake is used once, whoever asks how often (product.md 3).

import type { Provider } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import { countRequest, uncount, useOnce } from './budget.ts';
import type { Handshake } from './handshake.ts';

declare const consumed: unique symbol;

/** A handshake that this process, and no other, may redeem. */
export type ConsumedHandshake = Handshake & { readonly [consumed]: true };

/**
 * Counts this token request, then takes the handshake. Refuses with TOO_MANY_REQUESTS (handshake
 * untouched) or HANDSHAKE_USED. Markers live exactly as long as they mean something, so their
 * number is bounded by the limits: 60 counted requests, and what one handshake life-time lets through.
 */
export function consumeHandshake(
  exchange: Exchange,
  provider: Provider,
  handshake: Handshake,
): ConsumedHandshake {
  const counted = countRequest(exchange, provider, 'asked', handshake.id);
  if (useOnce(exchange, 'used', handshake.expiresS, handshake.id) === undefined) {
    uncount(exchange, counted);
    throw new Refusal('HANDSHAKE_USED', 'callback called again');
  }
  return handshake as ConsumedHandshake;
}
