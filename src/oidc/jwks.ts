// SPDX-License-Identifier: MIT
// The provider's keys: from the cache or its jwks_uri, cut down to what a verifier may use (RFC 7517).

import { isObject, type JsonObject, type JsonValue } from '../codec/json.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import type { HttpResponse, HttpsClient } from '../tls-http/client.ts';
import {
  requestProvider,
  backChannelUrl,
  cacheAge,
  requireJson,
  requireOk,
} from './back-channel.ts';
import { MAX_DOCUMENT_AGE_S, readCache, writeCache } from './cache.ts';
import { rememberingFailure } from './discovery.ts';
import type { KeySet, ProviderMetadata } from './metadata.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_JWKS_BYTES = 65536;
const MAX_KEYS = 50;
const REFETCH_PAUSE_S = 60;
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'];
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

interface CachedKeys {
  readonly jwksUri?: unknown;
  readonly keys?: unknown;
  /** When the provider was asked for them, in milliseconds since boot. */
  readonly requestedMs?: unknown;
}

/** Keys from the cache; `undefined` when there are none for this jwks_uri. */
export function readCachedKeys(
  { exchange, key }: OpenIdProvider,
  metadata: ProviderMetadata,
): KeySet | undefined {
  const cached: CachedKeys | undefined = readCache(
    exchange.host,
    `jwks.${key}`,
    MAX_JWKS_BYTES,
    MAX_DOCUMENT_AGE_S,
  );
  if (cached === undefined || cached.jwksUri !== metadata.jwksUri || !Array.isArray(cached.keys))
    return undefined;
  const keys: object[] = [];
  for (const item of cached.keys) {
    if (typeof item === 'object' && item !== null) keys.push(item);
  }
  return { keys };
}

/**
 * Asks the provider and fills the cache, unless another process asked later and was faster: its keys are
 * the newer ones. Refuses with a JWKS code, remembered for 15 s.
 */
export async function fetchKeys(
  provider: OpenIdProvider,
  metadata: ProviderMetadata,
): Promise<KeySet> {
  const client = await provider.client();
  return rememberingFailure(provider, () => {
    const { host } = provider.exchange;
    const { jwksUri } = metadata;
    const requestedMs = host.bootMilliseconds();
    const { keys, response } = requestKeys(provider, client, jwksUri);
    if (provider.cache === 'off') return { keys };
    const name = `jwks.${provider.key}`;
    const other: CachedKeys = readCache(host, name, MAX_JWKS_BYTES, MAX_DOCUMENT_AGE_S) ?? {};
    const isOlder =
      other.jwksUri === jwksUri &&
      typeof other.requestedMs === 'number' &&
      other.requestedMs > requestedMs &&
      other.requestedMs <= host.bootMilliseconds();
    if (!isOlder) writeCache(host, name, { jwksUri, keys, requestedMs }, cacheAge(response));
    return { keys };
  });
}

/** The keys as the provider has them now; refuses with a JWKS code. */
function requestKeys(
  { exchange, config }: OpenIdProvider,
  client: HttpsClient,
  jwksUri: string,
): KeySet & { readonly response: HttpResponse } {
  const url = backChannelUrl(config, jwksUri);
  const request = { method: 'GET', url, headers: [], maxBodyBytes: MAX_JWKS_BYTES } as const;
  const response = requestProvider(client, request, 'JWKS_NETWORK_ERROR');
  requireOk(response, 'JWKS_FETCH_FAILED', url);
  return { keys: publicKeys(exchange, requireJson(response, 'INVALID_JWKS_FORMAT')), response };
}

/** What keys are fetched again for. */
export type RefetchPurpose = 'login' | 'logout' | 'recheck';

/**
 * Whether keys may be fetched again although some are cached: once in 60 s for each purpose, and not
 * at all when that cannot be written down (security 84).
 */
export function mayRefetch({ exchange, key }: OpenIdProvider, purpose: RefetchPurpose): boolean {
  const name = `refetch-${purpose}.${key}`;
  if (readCache(exchange.host, name, 256, REFETCH_PAUSE_S) !== undefined) return false;
  return writeCache(exchange.host, name, {}, REFETCH_PAUSE_S);
}

function publicKeys(exchange: Exchange, jwks: JsonObject): readonly object[] {
  const { keys } = jwks;
  if (!Array.isArray(keys)) throw new Refusal('INVALID_JWKS_FORMAT', 'keys is no list');
  if (keys.length > MAX_KEYS)
    throw new Refusal('INVALID_JWKS_FORMAT', `${keys.length} keys, at most ${MAX_KEYS}`);
  const usable: object[] = [];
  for (const jwk of keys) {
    if (!isObject(jwk)) continue;
    if (PRIVATE_MEMBERS.some((name) => jwk[name] !== undefined)) {
      logExchange(
        exchange,
        'warning',
        'JWKS_PRIVATE_KEY',
        'the provider publishes private or symmetric key material',
      );
    }
    if (jwk['kty'] === 'RSA' || jwk['kty'] === 'EC' || jwk['kty'] === 'OKP')
      usable.push(publicPart(jwk));
  }
  return usable;
}

function publicPart(jwk: JsonObject): object {
  const part: Record<string, JsonValue> = {};
  for (const name of PUBLIC_MEMBERS) {
    const value = jwk[name];
    if (value !== undefined) part[name] = value;
  }
  return part;
}
