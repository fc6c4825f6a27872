// SPDX-License-Identifier: MIT
// How often strangers may make this router work: requests of one kind are counted by marks.

import { encodeBase64url } from '#native';
import type { OidcConfig } from '../config.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { Exchange } from '../exchange.ts';
import {
  createMarker,
  sweep,
  releaseMark,
  WINDOW_S,
  type CountedKind,
} from '../handshake/marks.ts';
import { clientKey } from '../http/address.ts';
import { Refusal } from '../refusal.ts';
import { isTrustedProxy } from './origin.ts';

const MAX_REQUESTS_PER_CLIENT = 10;
const MAX_REQUESTS = 60;
const CLIENT_CHARS = 16;
const COUNT_ID_BYTES = 9;

/**
 * Counts this request; returns the name of its marker, for `releaseMark`: no other request has the same.
 * Refuses with TOO_MANY_REQUESTS above 10 a minute of one client (IPv4 address, IPv6 /64; a trusted
 * proxy is not a client) or 60 of all.
 */
export function countRequest(exchange: Exchange, oidc: OidcConfig, kind: CountedKind): string {
  const { host } = exchange;
  const nowS = Math.floor(host.bootMilliseconds() / 1000);
  const client = clientHash(exchange);
  const isProxy = isTrustedProxy(exchange, oidc);
  const requireAtMost = (own: number, all: number): void => {
    const recent = sweep(exchange, nowS).filter((marker) => marker.kind === kind);
    const ofClient = recent.filter((marker) => marker.client === client);
    const isOverOwn = ofClient.length > own && !isProxy;
    if (!isOverOwn && recent.length <= all) return;
    const oldest = Math.min(...(isOverOwn ? ofClient : recent).map((marker) => marker.timeS));
    exchange.headers.push(['Retry-After', String(Math.max(1, oldest + WINDOW_S - nowS))]);
    throw new Refusal(
      'TOO_MANY_REQUESTS',
      isOverOwn ? 'rate limit of this client' : 'rate limit of all clients',
    );
  };

  // At the limit nothing is written: a process that is killed here must not leave a marker behind.
  requireAtMost(MAX_REQUESTS_PER_CLIENT - 1, MAX_REQUESTS - 1);
  const name = `${kind}.${nowS}.${client}.${encodeBase64url(host.random(COUNT_ID_BYTES))}`;
  createMarker(exchange, name);
  // And again with the marker in place: of two that race for the last place, neither is overlooked.
  try {
    requireAtMost(MAX_REQUESTS_PER_CLIENT, MAX_REQUESTS);
  } catch (error) {
    releaseMark(exchange, name);
    throw error;
  }
  return name;
}

function clientHash(exchange: Exchange): string {
  return sha256Base64url(clientKey(exchange.request.clientAddress)).slice(0, CLIENT_CHARS);
}
