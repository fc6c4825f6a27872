// SPDX-License-Identifier: MIT
// 5. A handshake is used once, whoever asks how often (product.md 3).

import type { OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import { countRequest, isUsed, uncount, useOnce } from './marks.ts';
import type { Handshake } from './sealed-cookie.ts';

declare const consumed: unique symbol;

/** A handshake that this process, and no other, may redeem. */
export type ConsumedHandshake = Handshake & { readonly [consumed]: true };

/**
 * Counts this token request, then takes the handshake. Refuses with TOO_MANY_REQUESTS (handshake
 * untouched) or HANDSHAKE_USED. A marker of a used handshake is only made by a counted request, so
 * their number is bounded by what the limits let through in one handshake life-time.
 */
export function consumeHandshake(
  exchange: Exchange,
  oidc: OidcConfig,
  handshake: Handshake,
): ConsumedHandshake {
  const { id, expiresS } = handshake;
  // Replays of an old callback take no place from anybody.
  if (isUsed(exchange, 'used', expiresS, id)) throw usedBefore();
  const counted = countRequest(exchange, oidc, 'asked');
  if (useOnce(exchange, 'used', expiresS, id) === undefined) {
    uncount(exchange, counted);
    throw usedBefore();
  }
  return handshake as ConsumedHandshake;
}

function usedBefore(): Refusal {
  return new Refusal('HANDSHAKE_USED', 'callback called again');
}
