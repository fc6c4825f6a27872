// SPDX-License-Identifier: MIT
// UserInfo (OIDC Core 5.3): asked only when a rule needs a claim that the ID token lacks.

import { isVisibleAscii } from '../codec/chars.ts';
import type { JsonObject } from '../codec/json.ts';
import type { HttpsUrl } from '../codec/url.ts';
import { Refusal } from '../refusal.ts';
import type { HttpResponse } from '../tls-http/client.ts';
import { requestProvider, backChannelUrl, requireJson, requireOk } from './back-channel.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_USERINFO_BYTES = 262144;

/**
 * Claims about the same subject; `undefined` when the provider has no such endpoint. A failure
 * refuses: without these claims a later role could match, with other rights.
 */
export async function fetchUserinfo(
  provider: OpenIdProvider,
  accessToken: string,
  subject: string,
): Promise<JsonObject | undefined> {
  const received = await requestUserinfo(provider, accessToken);
  if (received === undefined) return undefined;
  requireOk(received.response, 'USERINFO_FETCH_FAILED', received.url);
  return readUserinfo(received.response, subject);
}

/** The endpoint's response, whatever its status; `undefined` when there is no such endpoint. */
export async function requestUserinfo(
  provider: OpenIdProvider,
  accessToken: string,
): Promise<{ readonly response: HttpResponse; readonly url: HttpsUrl } | undefined> {
  const metadata = await provider.metadata();
  if (metadata.userinfoEndpoint === '') return undefined;
  if (!isVisibleAscii(accessToken))
    throw new Refusal('USERINFO_FETCH_FAILED', 'access token does not fit a header');
  const url = backChannelUrl(provider.config, metadata.userinfoEndpoint);
  const headers = [['Authorization', `Bearer ${accessToken}`]] as const;
  const request = { method: 'GET', url, headers, maxBodyBytes: MAX_USERINFO_BYTES } as const;
  const response = requestProvider(await provider.client(), request, 'USERINFO_NETWORK_ERROR');
  return { response, url };
}

/** The claims of a 200 response, when they are about this subject; else refuses. */
export function readUserinfo(response: HttpResponse, subject: string): JsonObject {
  if ((response.headers.get('content-type') ?? '').toLowerCase().startsWith('application/jwt')) {
    throw new Refusal(
      'USERINFO_SIGNED',
      'userinfo is a signed token; set userinfo_signed_response_alg to none',
    );
  }
  const claims = requireJson(response, 'USERINFO_INVALID_JSON');
  const { sub } = claims;
  // OIDC Core 5.3.2: without this check another user's claims could be swapped in.
  if (sub === subject) return claims;
  if (typeof sub === 'string')
    throw new Refusal('IDENTITY_MISMATCH', 'userinfo is about another subject');
  const fact = `sub in userinfo: ${sub === undefined ? 'absent' : typeof sub}`;
  throw new Refusal('IDENTITY_MISMATCH', fact, sub === undefined ? 'SUB_MISSING' : 'SUB_NOT_TEXT');
}
