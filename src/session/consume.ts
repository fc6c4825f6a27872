// SPDX-License-Identifier: MIT
// 5. A handshake is used once, and token requests are counted (product.md 3): both by empty files
// made with O_EXCL, so no two processes can disagree.

import { encodeBase64url } from '../codec/base64url.ts';
import { encodeUtf8 } from '../codec/utf8.ts';
import type { Provider } from '../config.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Exchange } from '../exchange.ts';
import { clientKey } from '../http/address.ts';
import { Refusal } from '../refusal.ts';
import { HANDSHAKE_TTL_S, type Handshake } from './handshake.ts';
import { isTrustedProxy } from './redirect-uri.ts';

const WINDOW_S = 60;
const MAX_REQUESTS_PER_CLIENT = 10;
const MAX_REQUESTS = 60;
const CLIENT_CHARS = 16;
const EMPTY = new Uint8Array(0);

declare const consumed: unique symbol;

/** A handshake that this process, and no other, may redeem. */
export type ConsumedHandshake = Handshake & { readonly [consumed]: true };

/** `used.<expiry>.<id>`: this handshake was redeemed. `asked.<second>.<client>.<id>`: a token request was made. */
type MarkerKind = 'used' | 'asked';

interface Marker {
  readonly name: string;
  readonly kind: MarkerKind;
  readonly timeS: number;
  readonly client: string;
}

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
  const { host } = exchange;
  const nowS = Math.floor(host.bootMilliseconds() / 1000);
  const client = clientHash(exchange);
  const asked = `asked.${nowS}.${client}.${handshake.id}`;
  // Made before counting: of two that race for the last place, none is overlooked.
  createMarker(exchange, asked);
  const markers = sweep(exchange, nowS);
  const recent = markers.filter((marker) => marker.kind === 'asked');
  const own = recent.filter((marker) => marker.client === client);
  const isOverOwn = own.length > MAX_REQUESTS_PER_CLIENT && !isTrustedProxy(exchange, provider);
  if (isOverOwn || recent.length > MAX_REQUESTS) {
    host.stateRemove(asked);
    const oldest = Math.min(...(isOverOwn ? own : recent).map((marker) => marker.timeS));
    exchange.headers.push(['Retry-After', String(Math.max(1, oldest + WINDOW_S - nowS))]);
    throw new Refusal(
      'TOO_MANY_REQUESTS',
      isOverOwn ? 'budget of this client' : 'budget of all clients',
    );
  }
  if (!createMarker(exchange, `used.${handshake.expiresS}.${handshake.id}`)) {
    host.stateRemove(asked);
    throw new Refusal('HANDSHAKE_USED', 'callback called again');
  }
  return handshake as ConsumedHandshake;
}

function clientHash(exchange: Exchange): string {
  const key = encodeUtf8(clientKey(exchange.request.clientAddress));
  return encodeBase64url(sha256(key)).slice(0, CLIENT_CHARS);
}

/** False when it exists already. */
function createMarker(exchange: Exchange, name: string): boolean {
  const made = exchange.host.stateCreate(name, EMPTY);
  if (!made.ok && made.reason !== 'exists')
    throw new Refusal('STATE_SAVE_FAILED', `marker: ${made.reason}`);
  return made.ok;
}

/** The markers that still count; the others are removed. */
function sweep(exchange: Exchange, nowS: number): readonly Marker[] {
  const list = exchange.host.stateList();
  if (!list.ok) throw new Refusal('STATE_SAVE_FAILED', `markers: ${list.reason}`);
  const live: Marker[] = [];
  for (const name of list.names) {
    const marker = readMarker(name);
    if (marker === undefined) continue;
    // Neither kind lies further ahead than its life: such a one is of another boot.
    const isLive =
      marker.kind === 'used'
        ? marker.timeS > nowS && marker.timeS <= nowS + HANDSHAKE_TTL_S
        : marker.timeS > nowS - WINDOW_S && marker.timeS <= nowS + 1;
    if (isLive) live.push(marker);
    else exchange.host.stateRemove(name);
  }
  return live;
}

function readMarker(name: string): Marker | undefined {
  const [kind, time, client] = name.split('.');
  if ((kind !== 'used' && kind !== 'asked') || time === undefined || client === undefined)
    return undefined;
  return { name, kind, timeS: Number(time), client };
}
