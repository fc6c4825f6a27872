// SPDX-License-Identifier: MIT
// The refresh grant (RFC 6749 6, OIDC Core 12): new tokens for the one that a login brought.

import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { HttpsAnswer } from '../tls-http/client.ts';
import { jsonOf, refusalWords, withoutTexts } from './back-channel.ts';
import type { OpenIdProvider } from './provider.ts';
import { refreshTokenOf, requestTokens, requireAccessToken } from './token.ts';

export interface RefreshedTokens {
  readonly accessToken: string;
  /** '' when none was received: it need not be repeated. */
  readonly idToken: string;
  /** For the next time: a new one, where the provider changes them at each use. */
  readonly refreshToken: string;
}

export type Refreshed =
  | { readonly kind: 'tokens'; readonly tokens: RefreshedTokens }
  /** The grant is over. */
  | { readonly kind: 'refused'; readonly text: string }
  /** This says nothing about the user. */
  | { readonly kind: 'outage'; readonly text: string };

/** Errors of RFC 6749 that are about this client, or about the server. */
const OF_OTHERS = [
  'invalid_client',
  'unauthorized_client',
  'temporarily_unavailable',
  'server_error',
];

/**
 * Uses the refresh token once. Refuses when no answer is received, or one that is not understood: that
 * is an outage too.
 */
export async function refreshTokens(
  provider: OpenIdProvider,
  refreshToken: string,
): Promise<Refreshed> {
  const answer = await requestTokens(provider, [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refreshToken],
  ]);
  if (answer.status !== 200) {
    const { said } = refusalWords(answer);
    const secrets = [refreshToken, provider.config.clientSecret];
    const text = `HTTP ${answer.status} ${printable(withoutTexts(said, secrets))}`.trimEnd();
    return { kind: isFinal(answer) ? 'refused' : 'outage', text };
  }
  const json = jsonOf(answer);
  if (!json.ok) throw new Refusal('TOKEN_RESPONSE_INVALID_JSON', printable(json.reason));
  const idToken = json.value['id_token'];
  const next = refreshTokenOf(json.value);
  return {
    kind: 'tokens',
    tokens: {
      accessToken: requireAccessToken(json.value),
      idToken: typeof idToken === 'string' ? idToken : '',
      refreshToken: next === '' ? refreshToken : next,
    },
  };
}

/**
 * Whether a "no" is about the user, and will not change: JSON with an error of its own. Pocket ID up to
 * 2.9 sends a sentence as `error`, glewlwyd the status 403.
 */
export function isFinal(answer: HttpsAnswer): boolean {
  const { error } = refusalWords(answer);
  return [400, 401, 403].includes(answer.status) && error !== '' && !OF_OTHERS.includes(error);
}
