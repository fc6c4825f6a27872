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
  faultOf,
  oauthErrorOf,
  requireJson,
  withoutTexts,
} from './back-channel.ts';
import { authenticateClient } from './client-auth.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_TOKEN_BODY_BYTES = 262144;
const MAX_ISSUED_TOKEN_CHARS = 65536;

/** By which a provider names the way that it wants (Authelia, Ory). */
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'auth_method'];

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

/** Redeems the code; refuses with the code that fits the provider's response. */
export async function redeemCode(provider: OpenIdProvider, grant: CodeGrant): Promise<Tokens> {
  const { config } = provider;
  const response = await requestTokenEndpoint(provider, grant);
  if (response.status !== 200) throw tokenRefusal(response, config, grant);
  return tokensOf(requireJson(response, 'TOKEN_RESPONSE_INVALID_JSON'), config, grant);
}

/** Sends the token request of a login; any status is a response. Refuses when there is none. */
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

/** Sends these parameters to the token endpoint, as this client; refuses when no response is received. */
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
    const secrets = [grant.code, grant.codeVerifier, oidc.clientSecret];
    const message =
      typeof type === 'string'
        ? `'${printable(withoutTexts(type, secrets))}'`
        : type === undefined
          ? 'missing'
          : `not a text but of type ${typeof type}`;
    throw new Refusal('TOKEN_TYPE_UNSUPPORTED', `token_type is ${message}`);
  }
  return { idToken, accessToken, refreshToken: refreshTokenOf(response) };
}

/** Refuses with MISSING_ACCESS_TOKEN or TOKEN_TOO_LARGE. */
export function requireAccessToken({ access_token: accessToken }: JsonObject): string {
  if (typeof accessToken !== 'string' || accessToken === '')
    throw new Refusal('MISSING_ACCESS_TOKEN');
  const { length } = accessToken;
  if (length > MAX_ISSUED_TOKEN_CHARS)
    throw new Refusal(
      'TOKEN_TOO_LARGE',
      `access token of ${length} characters, at most ${MAX_ISSUED_TOKEN_CHARS}`,
    );
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

/** The token endpoint's "no" to a code, as a refusal. Checks learn from it what the provider thinks of the client. */
export function tokenRefusal(response: HttpResponse, oidc: OidcConfig, grant: CodeGrant): Refusal {
  const sent = [grant.code, grant.codeVerifier, oidc.clientSecret];
  const { error, message } = oauthErrorOf(response, sent);
  if (CODE_REFUSED.includes(error))
    return new Refusal('OIDC_INVALID_GRANT', `HTTP ${response.status} ${message}`);
  return clientRefusal(response, oidc, sent, 'TOKEN_EXCHANGE_FAILED');
}

/** CLIENT_REJECTED with its cause when a "no" is about this client; else `code`. `sent` is not repeated. */
export function clientRefusal(
  response: HttpResponse,
  { clientSecret }: OidcConfig,
  sent: readonly string[],
  code: Refusal['code'],
): Refusal {
  const { status } = response;
  const { isClientRefused, error, message } = oauthErrorOf(response, sent);
  const fault = faultOf(response);
  const fact = message === '' ? withoutTexts(fault.fact, sent) : `HTTP ${status} ${message}`;
  const words = message.toLowerCase();
  if (isClientRefused || (clientSecret === '' && words.includes('secret'))) {
    const isMethod = AUTH_METHODS.some((method) => words.includes(method));
    const ofSecret = isMethod ? 'AUTH_METHOD_WRONG' : undefined;
    return new Refusal('CLIENT_REJECTED', fact, clientSecret === '' ? 'SECRET_MISSING' : ofSecret);
  }
  if (message === '') return new Refusal(code, fact, fault.cause);
  // Pocket ID up to 2.9.
  return new Refusal(code, fact, status === 404 && error !== '' ? 'CLIENT_UNKNOWN' : undefined);
}
