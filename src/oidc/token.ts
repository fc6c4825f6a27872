// SPDX-License-Identifier: MIT
// The token request: code and PKCE verifier for an ID token (OIDC Core 3.1.3, RFC 7636 4.5).

import { isWithin } from '#native';
import { encodeForm, type Parameter } from '../codec/form.ts';
import type { JsonObject } from '../codec/json.ts';
import type { OidcConfig } from '../config.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { HttpResponse } from '../tls-http/client.ts';
import {
  requestProvider,
  backChannelUrl,
  jsonOf,
  oauthErrorOf,
  withoutTexts,
} from './back-channel.ts';
import { authenticateClient } from './client-auth.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_TOKEN_BODY_BYTES = 262144;
const MAX_ISSUED_TOKEN_CHARS = 65536;

/** RFC 6749 5.2, and what glewlwyd says instead. */
const CODE_REFUSED: readonly string[] = ['invalid_grant', 'invalid_code'];

export interface CodeGrant {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
  /** '' when there is none. */
  readonly refreshToken: string;
}

/** Redeems the code; refuses with the code that fits the provider's answer. */
export async function redeemCode(provider: OpenIdProvider, grant: CodeGrant): Promise<Tokens> {
  const { config } = provider;
  const response = await requestTokenEndpoint(provider, grant);
  if (response.status !== 200) throw tokenRefusal(response, config, grant);
  const json = jsonOf(response);
  if (!json.ok) throw new Refusal('TOKEN_RESPONSE_INVALID_JSON', printable(json.reason));
  return tokensOf(json.value, config, grant);
}

/** Sends the token request of a login; any status is an answer. Refuses when there is none. */
export function requestTokenEndpoint(
  provider: OpenIdProvider,
  grant: CodeGrant,
): Promise<HttpResponse> {
  return requestTokens(provider, [
    ['grant_type', 'authorization_code'],
    ['code', grant.code],
    ['redirect_uri', grant.redirectUri],
    ['code_verifier', grant.codeVerifier],
  ]);
}

/** Sends these parameters to the token endpoint, as this client; refuses when no answer is received. */
export async function requestTokens(
  provider: OpenIdProvider,
  parameters: readonly Parameter[],
): Promise<HttpResponse> {
  const { tokenEndpoint } = await provider.metadata();
  return postAsClient(provider, tokenEndpoint, parameters);
}

/** The same to any endpoint that authenticates clients as the token endpoint does. */
export async function postAsClient(
  provider: OpenIdProvider,
  endpoint: string,
  parameters: readonly Parameter[],
): Promise<HttpResponse> {
  const { config } = provider;
  const { tokenAuthMethods } = await provider.metadata();
  const client = await provider.client();
  const proof = authenticateClient(config, tokenAuthMethods);
  const request = {
    method: 'POST',
    url: backChannelUrl(config, endpoint),
    headers: proof.headers,
    form: encodeForm([...parameters, ...proof.parameters]),
    maxBodyBytes: MAX_TOKEN_BODY_BYTES,
  } as const;
  return requestProvider(client, request, 'TOKEN_ENDPOINT_NETWORK_ERROR');
}

function tokensOf(response: JsonObject, oidc: OidcConfig, grant: CodeGrant): Tokens {
  const accessToken = requireAccessToken(response);
  const idToken = response['id_token'];
  const type = response['token_type'];
  if (typeof idToken !== 'string' || idToken === '') throw new Refusal('MISSING_ID_TOKEN');
  // RFC 6749 5.1: case-insensitive; dex and glewlwyd send 'bearer'.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    const message =
      typeof type === 'string'
        ? `'${printable(withoutSecrets(type, oidc, grant))}'`
        : `a ${typeof type}`;
    throw new Refusal('TOKEN_TYPE_UNSUPPORTED', `token_type is ${message}`);
  }
  return { idToken, accessToken, refreshToken: refreshTokenOf(response) };
}

/** Refuses with MISSING_ACCESS_TOKEN. */
export function requireAccessToken({ access_token: accessToken }: JsonObject): string {
  if (
    typeof accessToken !== 'string' ||
    accessToken === '' ||
    accessToken.length > MAX_ISSUED_TOKEN_CHARS
  ) {
    throw new Refusal('MISSING_ACCESS_TOKEN');
  }
  return accessToken;
}

/** '' when there is none that could be sent again. */
export function refreshTokenOf({ refresh_token: refreshToken }: JsonObject): string {
  return typeof refreshToken === 'string' && isVisibleText(refreshToken) ? refreshToken : '';
}

/** RFC 6749 A.17: visible ASCII and blanks. */
function isVisibleText(text: string): boolean {
  return text.length <= MAX_ISSUED_TOKEN_CHARS && isWithin(text, 32, 126);
}

function tokenRefusal(response: HttpResponse, oidc: OidcConfig, grant: CodeGrant): Refusal {
  const { isCodeRefused, isClientRefused, text } = tokenError(response, oidc, grant);
  const detail = `HTTP ${response.status} ${text}`;
  if (isCodeRefused) return new Refusal('OIDC_INVALID_GRANT', detail);
  if (isClientRefused) return new Refusal('CLIENT_REJECTED', detail);
  return new Refusal('TOKEN_EXCHANGE_FAILED', detail);
}

export interface TokenError {
  readonly isCodeRefused: boolean;
  readonly isClientRefused: boolean;
  /** For people: printable, without what we sent. */
  readonly text: string;
}

/** What the token endpoint says with its "no". */
export function tokenError(response: HttpResponse, oidc: OidcConfig, grant: CodeGrant): TokenError {
  const { error, isClientRefused, message } = oauthErrorOf(response);
  const text = printable(withoutSecrets(message, oidc, grant));
  return { isCodeRefused: CODE_REFUSED.includes(error), isClientRefused, text };
}

/** A provider may repeat what we sent; the log must not. */
function withoutSecrets(text: string, oidc: OidcConfig, grant: CodeGrant): string {
  return withoutTexts(text, [grant.code, grant.codeVerifier, oidc.clientSecret]);
}
