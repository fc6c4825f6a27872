// SPDX-License-Identifier: MIT
// What verifies a token of the provider: its keys, from the cache while they fit. Keys rotate, so a
// token that they do not fit is looked at once more with fresh documents (security.md 84).

import type { OidcConfig } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import type { RefetchPurpose } from '../oidc/jwks.ts';
import { loadProvider } from '../oidc/load.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import { Refusal } from '../refusal.ts';
import type { HttpsPeer } from '../tls-http/client.ts';
import type { TokenDemand } from '../verify/token.ts';

/** Codes that a key rotation at the provider explains: worth one look at fresh documents. */
const ROTATION_CODES = [
  'KEY_NOT_FOUND',
  'KEY_UNUSABLE',
  'NO_KEYS_AVAILABLE',
  'UNSUPPORTED_ALGORITHM',
  'INVALID_SIGNATURE',
];

export interface KeySource {
  readonly exchange: Exchange;
  readonly provider: OidcConfig;
  /** Name of the provider's state files. */
  readonly key: string;
  /** Whether the metadata may be older than the token. */
  readonly isMetadataCached: boolean;
  /** Whose share of the refetches: strangers can make a logout need one, and must not use up a login's. */
  readonly purpose: RefetchPurpose;
  /** Only called when the provider has to be asked. */
  readonly approach: () => Promise<HttpsPeer>;
}

/** What `verify` gives, which is called with the demands that all tokens of this provider meet. */
export async function withProviderKeys<T>(
  source: KeySource,
  metadata: ProviderMetadata,
  verify: (demand: TokenDemand) => T | Promise<T>,
): Promise<T> {
  const { exchange, provider, key } = source;
  const { fetchKeys, fetchMetadata, mayRefetch, readCachedKeys } = await loadProvider();
  const demandOf = (jwks: object, known: ProviderMetadata): TokenDemand => ({
    jwks,
    issuer: provider.issuer,
    clientId: provider.clientId,
    now: exchange.host.wallSeconds(),
    toleranceS: provider.clockToleranceS,
    ...allowedAlgs(provider, known),
  });

  const cached = readCachedKeys(exchange, metadata, key);
  let peer: HttpsPeer | undefined;
  const approach = async (): Promise<HttpsPeer> => (peer ??= await source.approach());
  const keys = cached ?? fetchKeys(exchange, await approach(), provider, metadata, key);
  try {
    return await verify(demandOf(keys, metadata));
  } catch (error) {
    const isFresh = cached === undefined && !source.isMetadataCached;
    const isOutdated = !isFresh && error instanceof Refusal && ROTATION_CODES.includes(error.code);
    if (!isOutdated || !mayRefetch(exchange, key, source.purpose)) throw error;
    logExchange(exchange, 'info', 'JWKS_REFETCHED', `after ${error.code}`);
    const fresh = fetchMetadata(exchange, await approach(), provider, key);
    const freshKeys = fetchKeys(exchange, await approach(), provider, fresh, key);
    return verify(demandOf(freshKeys, fresh));
  }
}

/** The owner's list and the provider's, both only narrowing what the verifier supports (security.md 55). */
function allowedAlgs(
  oidc: OidcConfig,
  metadata: ProviderMetadata,
): { readonly allowedAlgs?: readonly string[] } {
  const owner = oidc.allowedAlgs;
  const announced = metadata.idTokenAlgs;
  if (owner.length === 0 && announced.length === 0) return {};
  if (owner.length === 0) return { allowedAlgs: announced };
  return {
    allowedAlgs: announced.length === 0 ? owner : owner.filter((alg) => announced.includes(alg)),
  };
}
