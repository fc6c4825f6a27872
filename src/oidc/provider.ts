// SPDX-License-Identifier: MIT
// The OpenID provider as one request sees it: what the flows, the messages to it and the checks share.
// Here is what can be said of it without asking it.

import type { OidcConfig } from '../config.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { Exchange } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import type { HttpsClient } from '../tls-http/client.ts';
import { MAX_DOCUMENT_AGE_S, readCache } from './cache.ts';
import { FAILURE_MEMORY_S, isMetadata, type KeySet, type ProviderMetadata } from './metadata.ts';

/** Members that ask it do so once, and refuse as a login does. */
export interface OpenIdProvider {
  readonly exchange: Exchange;
  readonly config: OidcConfig;
  /** 'off': nothing is remembered of it, and nothing from before matters. */
  readonly cache: 'use' | 'off';
  /** Name of its state files. */
  readonly key: string;
  /** While it is fresh; never asks the provider. */
  cachedMetadata(): ProviderMetadata | undefined;
  /** The same, else from the provider; refuses with a discovery code. */
  metadata(): Promise<ProviderMetadata>;
  /** Those of `metadata`, likewise; refuses with a JWKS code. */
  keys(): Promise<KeySet>;
  /** Whether this request itself has asked for what these two gave. */
  isFresh(): boolean;
  /** The right to talk to it now; refuses with the code of its last failure or PROVIDER_BUSY. */
  acquire(): void;
  /** What talks to it, with that right. */
  client(): Promise<HttpsClient>;
  /** Ends the connections. */
  close(): Promise<void>;
}

const PROVIDER_SLOTS = 2;
const MAX_METADATA_BYTES = 32768;
const REMEMBERED_CODES = [
  'DISCOVERY_NETWORK_ERROR',
  'DISCOVERY_FAILED',
  'INVALID_DISCOVERY_DOC',
  'DISCOVERY_MISSING_ISSUER',
  'DISCOVERY_ISSUER_MISMATCH',
  'DISCOVERY_MISSING_ENDPOINT',
  'INSECURE_ENDPOINT',
  'PAR_NETWORK_ERROR',
  'JWKS_NETWORK_ERROR',
  'JWKS_FETCH_FAILED',
  'INVALID_JWKS_FORMAT',
] as const;

/**
 * Name of this provider's state files: a whole hash over what decides where answers come from and
 * whom we trust for them (security 35).
 */
export function cacheKey(oidc: OidcConfig): string {
  const origin = [oidc.issuer, oidc.internalIssuerUrl, oidc.internalAddress, oidc.caFile];
  return sha256Base64url(origin.join('\n'));
}

/** Metadata while it is fresh; never asks the provider. */
export function readCachedMetadata({
  exchange,
  config,
  key,
}: OpenIdProvider): ProviderMetadata | undefined {
  const cached = readCache(
    exchange.host,
    `discovery.${key}`,
    MAX_METADATA_BYTES,
    MAX_DOCUMENT_AGE_S,
  );
  if (cached === undefined || !isMetadata(cached) || cached.issuer !== config.issuer)
    return undefined;
  return cached;
}

/** Whether a login would be refused unasked, because the provider failed just now. */
export function isKnownDown(exchange: Exchange, oidc: OidcConfig): boolean {
  return readFailure(exchange, cacheKey(oidc)) !== undefined;
}

function readFailure(exchange: Exchange, key: string): object | undefined {
  return readCache(exchange.host, `down.${key}`, 1024, FAILURE_MEMORY_S);
}

/** A provider that just failed is not asked again for 15 s: its users get their answer at once. */
export function refuseWhileDown({ exchange, key }: OpenIdProvider): void {
  const failure = readFailure(exchange, key);
  if (failure === undefined) return;
  const { code }: { readonly code?: unknown } = failure;
  exchange.headers.push(['Retry-After', String(FAILURE_MEMORY_S)]);
  const known =
    REMEMBERED_CODES.find((candidate) => candidate === code) ?? 'DISCOVERY_NETWORK_ERROR';
  throw new Refusal(known, `failed less than ${FAILURE_MEMORY_S} s ago`);
}

/**
 * At most 2 processes talk to the provider at a time: uhttpd runs 3 scripts at once and LuCI must
 * keep one. The kernel frees a slot when its process ends, however it ends.
 */
export function takeProviderSlot(exchange: Exchange): void {
  for (let slot = 0; slot < PROVIDER_SLOTS; slot++) {
    const lock = exchange.host.stateLock(`slot.${slot}`, 0);
    if (lock.ok) return;
    if (lock.reason !== 'busy') throw new Refusal('STATE_SAVE_FAILED', `slot: ${lock.reason}`);
  }
  exchange.headers.push(['Retry-After', '3']);
  throw new Refusal('PROVIDER_BUSY', `${PROVIDER_SLOTS} requests are waiting for the provider`);
}

/** Asks at the first call, and then gives the same. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= ask());
}
