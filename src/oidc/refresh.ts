// SPDX-License-Identifier: MIT
// The refresh grant (RFC 6749 6, OIDC Core 12): new tokens for the one that a login brought.

import type { JsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import type { HttpResponse } from '../tls-http/client.ts';
import { faultOf, oauthErrorOf, requireJson } from './back-channel.ts';
import type { OpenIdProvider } from './provider.ts';
import { refreshTokenOf, requestTokens, requireAccessToken } from './token.ts';
import { readUserinfo, requestUserinfo } from './userinfo.ts';

export interface RefreshedTokens {
  readonly accessToken: string;
  /** '' when none was received: it need not be repeated. */
  readonly idToken: string;
  /** For the next time: a new one, where the provider changes them at each use. */
  readonly refreshToken: string;
}

/** Errors of RFC 6749 that are about this client, or about the server. */
const OF_OTHERS = [
  'invalid_client',
  'unauthorized_client',
  'temporarily_unavailable',
  'server_error',
];

/**
 * Uses the refresh token once. Refuses with OIDC_INVALID_GRANT when the grant is over; any other code is
 * an outage: no response, or one that says nothing about the user.
 */
export async function refreshTokens(
  provider: OpenIdProvider,
  refreshToken: string,
): Promise<RefreshedTokens> {
  const response = await requestTokens(provider, [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refreshToken],
  ]);
  requireSuccess(response, 'TOKEN_EXCHANGE_FAILED', [refreshToken, provider.config.clientSecret]);
  const tokens = requireJson(response, 'TOKEN_RESPONSE_INVALID_JSON');
  const idToken = tokens['id_token'];
  const next = refreshTokenOf(tokens);
  return {
    accessToken: requireAccessToken(tokens),
    idToken: typeof idToken === 'string' ? idToken : '',
    refreshToken: next === '' ? refreshToken : next,
  };
}

/** UserInfo for these tokens, likewise; `undefined` when the provider has none. */
export async function refreshUserinfo(
  provider: OpenIdProvider,
  accessToken: string,
  subject: string,
): Promise<JsonObject | undefined> {
  const received = await requestUserinfo(provider, accessToken);
  if (received === undefined) return undefined;
  requireSuccess(received.response, 'USERINFO_FETCH_FAILED', [accessToken]);
  return readUserinfo(received.response, subject);
}

/**
 * A "no" is about the user, and will not change, when it is JSON with an error of its own: Pocket ID up
 * to 2.9 sends a sentence as `error`, glewlwyd the status 403. A 400 without a body is glewlwyd's
 * word for a user who was deleted; what proxies answer has a body, or another status.
 */
function requireSuccess(
  response: HttpResponse,
  code: Refusal['code'],
  secrets: readonly string[],
): void {
  const { status } = response;
  if (status === 200) return;
  const { error, message } = oauthErrorOf(response, secrets);
  const isError = [400, 401, 403].includes(status) && error !== '' && !OF_OTHERS.includes(error);
  const isFinal = isError || (status === 400 && response.body.length === 0);
  if (message !== '' || isFinal)
    throw new Refusal(isFinal ? 'OIDC_INVALID_GRANT' : code, `HTTP ${status} ${message}`.trimEnd());
  const { cause, fact } = faultOf(response);
  throw new Refusal(code, fact, cause);
}
