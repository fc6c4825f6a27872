// SPDX-License-Identifier: MIT
// The algorithm of the last ID token that a provider gave to this client: the one that the client is
// registered with, which no metadata tells. Only a verified token is remembered, and only in this boot.
// Apart because a logout reads it without the callback.

import { decodeBase64url, decodeUtf8, encodeUtf8 } from '#native';
import { parseJsonObject } from '../codec/json.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';

const MAX_ALG_BYTES = 16;

/** `undefined` when no ID token was verified yet. */
export function lastIdTokenAlg(provider: OpenIdProvider): string | undefined {
  const file = provider.exchange.host.stateRead(fileName(provider), MAX_ALG_BYTES);
  return file.ok ? decodeUtf8(file.bytes) : undefined;
}

/** Takes note of an ID token that was verified. A full tmpfs costs the note, not the login. */
export function rememberAlg(provider: OpenIdProvider, idToken: string): void {
  const header = parseJsonObject(decodeBase64url(idToken.split('.')[0] ?? '') ?? new Uint8Array(0));
  const alg = header.ok ? header.value['alg'] : undefined;
  if (typeof alg !== 'string' || alg === lastIdTokenAlg(provider)) return;
  provider.exchange.host.stateReplace(fileName(provider), encodeUtf8(alg));
}

function fileName({ key, config }: OpenIdProvider): string {
  return `alg.${sha256Base64url(`${key}\n${config.clientId}`)}`;
}
