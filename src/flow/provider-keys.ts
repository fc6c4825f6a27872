// SPDX-License-Identifier: MIT
// What verifies a token of the provider: its keys, from the cache while they fit. Keys rotate, so a
// token that they do not fit is looked at once more with fresh documents (security 84).

import type { OidcConfig } from '../config.ts';
import { logExchange } from '../exchange.ts';
import type { RefetchPurpose } from '../oidc/jwks.ts';
import { loadProvider } from '../oidc/load.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';
import type { TokenExpectations } from '../verify/id-token.ts';

/** Codes that a key rotation at the provider explains: worth one look at fresh documents. */
const ROTATION_CODES = [
  'KEY_NOT_FOUND',
  'KEY_UNUSABLE',
  'NO_KEYS_AVAILABLE',
  'UNSUPPORTED_ALGORITHM',
  'INVALID_SIGNATURE',
];

/**
 * What `verify` gives, which is called with what all tokens of this provider must meet. `purpose`
 * says whose share of the refetches: strangers can make a logout need one, and must not use up a login's.
 */
export async function withProviderKeys<T>(
  provider: OpenIdProvider,
  purpose: RefetchPurpose,
  verify: (expected: TokenExpectations) => T | Promise<T>,
): Promise<T> {
  const { exchange, config } = provider;
  const expectationsOf = (jwks: object, known: ProviderMetadata): TokenExpectations => ({
    jwks,
    issuer: config.issuer,
    clientId: config.clientId,
    trustedAudiences: config.trustedAudiences,
    now: exchange.host.wallSeconds(),
    toleranceS: config.clockToleranceS,
    ...allowedAlgs(config, known),
  });

  const metadata = await provider.metadata();
  const keys = await provider.keys();
  try {
    return await verify(expectationsOf(keys, metadata));
  } catch (error) {
    const isOutdated =
      !provider.isFresh() && error instanceof Refusal && ROTATION_CODES.includes(error.code);
    if (!isOutdated) throw error;
    const { fetchKeys, fetchMetadata, mayRefetch } = await loadProvider();
    if (!mayRefetch(provider, purpose)) throw error;
    logExchange(exchange, 'info', 'JWKS_REFETCHED', `after ${error.code}`);
    const fresh = await fetchMetadata(provider);
    const freshKeys = await fetchKeys(provider, fresh);
    return verify(expectationsOf(freshKeys, fresh));
  }
}

/** The owner's list and the provider's, both only narrowing what the verifier supports (security 55). */
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
