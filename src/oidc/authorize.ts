// SPDX-License-Identifier: MIT
// The authorization request (OIDC Core 3.1.2.1, RFC 7636 4.3).

import { encodeBase64url, latin1ToBytes, sha256 } from '#native';
import { withParameters, type Parameter } from '../codec/form.ts';
import type { OidcConfig } from '../config.ts';
import type { Handshake } from '../handshake/sealed-cookie.ts';
import { MAX_LOCATION_BYTES } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import type { ProviderMetadata } from './metadata.ts';

const GOOGLE = 'https://accounts.google.com';

/** The authorization request of a login, client_id included. */
export function authorizationRequest(
  oidc: OidcConfig,
  handshake: Handshake,
  redirectUri: string,
  loginHint: string,
): readonly Parameter[] {
  const parameters: Parameter[] = [
    ['response_type', 'code'],
    ['client_id', oidc.clientId],
    ['redirect_uri', redirectUri],
    ['scope', oidc.scope],
    ['state', handshake.id],
    ['nonce', handshake.nonce],
    ['code_challenge', encodeBase64url(sha256(latin1ToBytes(handshake.codeVerifier)))],
    ['code_challenge_method', 'S256'],
  ];
  if (oidc.prompt !== '') parameters.push(['prompt', oidc.prompt]);
  if (oidc.maxAgeS !== undefined) parameters.push(['max_age', String(oidc.maxAgeS)]);
  if (oidc.acrValues.length > 0) parameters.push(['acr_values', oidc.acrValues.join(' ')]);
  // Google has no scope for refresh tokens.
  if (oidc.recheckS > 0 && oidc.issuer === GOOGLE) parameters.push(['access_type', 'offline']);
  if (loginHint !== '') parameters.push(['login_hint', loginHint]);
  return parameters;
}

/** What stands in the browser's URL for a request that was pushed (RFC 9126 4). */
export function pushedReference(oidc: OidcConfig, requestUri: string): readonly Parameter[] {
  return [
    ['client_id', oidc.clientId],
    ['request_uri', requestUri],
  ];
}

/** The provider's URL to send the browser to; the endpoint's own query is kept (security 31). */
export function authorizationUrl(
  metadata: ProviderMetadata,
  parameters: readonly Parameter[],
): string {
  const url = withParameters(metadata.authorizationEndpoint, parameters);
  if (url.length > MAX_LOCATION_BYTES) {
    throw new Refusal(
      'AUTHORIZATION_URL_TOO_LONG',
      `${url.length} bytes, at most ${MAX_LOCATION_BYTES}`,
    );
  }
  return url;
}
