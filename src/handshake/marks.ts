// SPDX-License-Identifier: MIT
// What the router remembers of handshakes, logout tokens and requests: empty files made with O_EXCL, so
// that no two processes can disagree.

import type { Exchange } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import { HANDSHAKE_TTL_S } from './sealed-cookie.ts';

/** For so long a counted request counts. */
export const WINDOW_S = 60;
/** uhttpd ends a script then: nobody works longer with what it found at its start. */
const MAX_REQUEST_S = 60;
const EMPTY = new Uint8Array(0);

/**
 * `<kind>.<second>.<client>.<id>` counts a token request or a pushed request for a minute; `used.<expiry>.<id>` says that a handshake was redeemed, `jti.<iat>.<id>` that a logout token
 * was taken (by the wall clock, which also judges its age).
 */
const COUNTED = ['token', 'par'] as const;
const USED = ['used', 'jti'] as const;
const KINDS = [...COUNTED, ...USED];

/** How old a logout token may be, in seconds; and the largest clock tolerance. */
export const LOGOUT_TOKEN_AGE_S = 600;
const MAX_TOLERANCE_S = 3600;

export type CountedKind = (typeof COUNTED)[number];
export type UsedKind = (typeof USED)[number];

interface Marker {
  readonly kind: CountedKind | UsedKind;
  readonly timeS: number;
  readonly client: string;
}

/** Takes a request back that came to nothing. */
export function releaseMark(exchange: Exchange, name: string): void {
  exchange.host.stateRemove(name);
}

/**
 * Writes down that `id` was used; gives the marker's name for `releaseMark`, `undefined` when it was used
 * before. `timeS` belongs to the id and tells when it may be forgotten: its expiry or its issue.
 */
export function markUsed(
  exchange: Exchange,
  kind: UsedKind,
  timeS: number,
  id: string,
): string | undefined {
  const name = usedName(kind, timeS, id);
  return createMarker(exchange, name) ? name : undefined;
}

/** Whether `markUsed` would find it used. */
export function isUsed(exchange: Exchange, kind: UsedKind, timeS: number, id: string): boolean {
  return exchange.host.stateRead(usedName(kind, timeS, id), 0).ok;
}

/** Whether a handshake of this id was used within its life, when nothing else is known of it. */
export function wasUsed(exchange: Exchange, id: string): boolean {
  const list = exchange.host.stateList();
  return list.ok && list.names.some((name) => name.startsWith('used.') && name.endsWith(`.${id}`));
}

function usedName(kind: UsedKind, timeS: number, id: string): string {
  return `${kind}.${timeS}.${id}`;
}

/** False when it exists already. */
export function createMarker(exchange: Exchange, name: string): boolean {
  const made = exchange.host.stateCreate(name, EMPTY);
  if (!made.ok && made.reason !== 'exists')
    throw new Refusal('STATE_SAVE_FAILED', `marker: ${made.reason}`);
  return made.ok;
}

/** Removes the markers that nothing depends on any more; counting a request does it too. */
export function removeOldMarkers(exchange: Exchange): void {
  sweep(exchange, Math.floor(exchange.host.bootMilliseconds() / 1000));
}

/** The markers that still count; the others are removed. */
export function sweep(exchange: Exchange, nowS: number): readonly Marker[] {
  const list = exchange.host.stateList();
  if (!list.ok) throw new Refusal('STATE_SAVE_FAILED', `markers: ${list.reason}`);
  const live: Marker[] = [];
  for (const name of list.names) {
    const marker = readMarker(name);
    if (marker === undefined) continue;
    if (isLive(marker, nowS, exchange.host.wallSeconds())) live.push(marker);
    else exchange.host.stateRemove(name);
  }
  return live;
}

/** No kind lies further ahead than its life: such a one is of another boot. */
function isLive({ kind, timeS }: Marker, nowS: number, wallS: number): boolean {
  if (kind === 'used') return timeS > nowS - MAX_REQUEST_S && timeS <= nowS + HANDSHAKE_TTL_S;
  if (kind === 'jti')
    return (
      timeS >= wallS - LOGOUT_TOKEN_AGE_S - MAX_TOLERANCE_S && timeS <= wallS + MAX_TOLERANCE_S
    );
  return timeS > nowS - WINDOW_S && timeS <= nowS + 1;
}

function readMarker(name: string): Marker | undefined {
  const [first, time, client] = name.split('.');
  const kind = KINDS.find((known) => known === first);
  if (kind === undefined || time === undefined || client === undefined) return undefined;
  return { kind, timeS: Number(time), client };
}
