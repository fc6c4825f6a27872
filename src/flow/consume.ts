// SPDX-License-Identifier: MIT
// The part of a callback that spends the handshake: it is used once, whoever asks how often.

import type { OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { isUsed, releaseMark, markUsed, wasUsed } from '../handshake/marks.ts';
import type { ConsumedHandshake, Handshake } from '../handshake/sealed-cookie.ts';
import { Refusal } from '../refusal.ts';
import { countRequest } from '../request/rate-limit.ts';

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
  const counted = countRequest(exchange, oidc, 'token');
  if (markUsed(exchange, 'used', expiresS, id) === undefined) {
    releaseMark(exchange, counted);
    throw usedBefore();
  }
  return handshake as ConsumedHandshake;
}

/**
 * Opens what `open` opens. The first callback took its cookie away, so one that is called again (a reload, a
 * browser that asks twice) has none: its mark says what it is.
 */
export function openUnused(exchange: Exchange, state: string, open: () => Handshake): Handshake {
  try {
    return open();
  } catch (error) {
    throw isCookieGone(error) && wasUsed(exchange, state) ? usedBefore() : error;
  }
}

function isCookieGone(error: unknown): boolean {
  const codes = ['MISSING_HANDSHAKE_COOKIE', 'STATE_PARAMETER_MISMATCH'];
  return error instanceof Refusal && codes.includes(error.code);
}

function usedBefore(): Refusal {
  return new Refusal('HANDSHAKE_USED', 'callback called again');
}
