// SPDX-License-Identifier: MIT
// 3a. The token request: code and PKCE verifier for an ID token (OIDC Core 3.1.3, RFC 7636 4.5).

import { encodeForm } from '../codec/form.ts';
import type { JsonObject } from '../codec/json.ts';
import type { OidcConfig } from '../config.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { HttpsAnswer } from '../tls-http/client.ts';
import { askProvider, backChannelUrl, jsonOf, refusalWords, withoutTexts } from './back-channel.ts';
import { proveClient } from './client-auth.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_TOKEN_BODY_BYTES = 262144;
const MAX_TOKEN_CHARS = 65536;

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
}

/** Redeems the code; refuses with the code that fits the provider's answer. */
export async function redeemCode(provider: OpenIdProvider, grant: CodeGrant): Promise<Tokens> {
  const { config } = provider;
  const answer = await askTokens(provider, grant);
  if (answer.status !== 200) throw tokenRefusal(answer, config, grant);
  const json = jsonOf(answer);
  if (!json.ok) throw new Refusal('TOKEN_RESPONSE_INVALID_JSON', printable(json.reason));
  return tokensOf(json.value, config, grant);
}

/** Sends the token request; any status is an answer. Refuses when there is none. */
export async function askTokens(provider: OpenIdProvider, grant: CodeGrant): Promise<HttpsAnswer> {
  const { config } = provider;
  const metadata = await provider.metadata();
  const peer = await provider.client();
  const proof = proveClient(config, metadata.tokenAuthMethods);
  const form = encodeForm([
    ['grant_type', 'authorization_code'],
    ['code', grant.code],
    ['redirect_uri', grant.redirectUri],
    ['code_verifier', grant.codeVerifier],
    ...proof.parameters,
  ]);
  const url = backChannelUrl(config, metadata.tokenEndpoint);
  const { headers } = proof;
  const request = {
    method: 'POST',
    url,
    headers,
    form,
    maxBodyBytes: MAX_TOKEN_BODY_BYTES,
  } as const;
  return askProvider(peer, request, 'TOKEN_ENDPOINT_NETWORK_ERROR');
}

function tokensOf(response: JsonObject, oidc: OidcConfig, grant: CodeGrant): Tokens {
  const accessToken = response['access_token'];
  const idToken = response['id_token'];
  const type = response['token_type'];
  if (
    typeof accessToken !== 'string' ||
    accessToken === '' ||
    accessToken.length > MAX_TOKEN_CHARS
  ) {
    throw new Refusal('MISSING_ACCESS_TOKEN');
  }
  if (typeof idToken !== 'string' || idToken === '') throw new Refusal('MISSING_ID_TOKEN');
  // RFC 6749 5.1: case-insensitive; dex and glewlwyd send 'bearer'.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    const said =
      typeof type === 'string'
        ? `'${printable(withoutSecrets(type, oidc, grant))}'`
        : `a ${typeof type}`;
    throw new Refusal('TOKEN_TYPE_UNSUPPORTED', `token_type is ${said}`);
  }
  return { idToken, accessToken };
}

function tokenRefusal(answer: HttpsAnswer, oidc: OidcConfig, grant: CodeGrant): Refusal {
  const { isCodeRefused, isClientRefused, text } = tokenError(answer, oidc, grant);
  const detail = `HTTP ${answer.status} ${text}`;
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
export function tokenError(answer: HttpsAnswer, oidc: OidcConfig, grant: CodeGrant): TokenError {
  const { error, isClientRefused, said } = refusalWords(answer);
  const text = printable(withoutSecrets(said, oidc, grant));
  return { isCodeRefused: CODE_REFUSED.includes(error), isClientRefused, text };
}

/** A provider may repeat what we sent; the log must not. */
function withoutSecrets(text: string, oidc: OidcConfig, grant: CodeGrant): string {
  return withoutTexts(text, [grant.code, grant.codeVerifier, oidc.clientSecret]);
}
