// SPDX-License-Identifier: MIT
// The algorithm of the last ID token that a provider gave to this client: the one that the client is
// registered with, which no metadata tells. Only a verified token is remembered, and only in this boot.

import { decodeBase64url, decodeUtf8, encodeUtf8 } from '#native';
import { parseJsonObject } from '../codec/json.ts';
import type { OidcConfig } from '../config.ts';
import { hashOfText } from '../crypto/text-hash.ts';
import type { Host } from '../host.ts';

const MAX_ALG_BYTES = 16;

/** `undefined` when no ID token was verified yet. */
export function lastIdTokenAlg(host: Host, oidc: OidcConfig, key: string): string | undefined {
  const file = host.stateRead(fileName(oidc, key), MAX_ALG_BYTES);
  return file.ok ? decodeUtf8(file.bytes) : undefined;
}

/** Takes note of an ID token that was verified. A full tmpfs costs the note, not the login. */
export function rememberAlg(host: Host, oidc: OidcConfig, key: string, idToken: string): void {
  const header = parseJsonObject(decodeBase64url(idToken.split('.')[0] ?? '') ?? new Uint8Array(0));
  const alg = header.ok ? header.value['alg'] : undefined;
  if (typeof alg !== 'string' || alg === lastIdTokenAlg(host, oidc, key)) return;
  host.stateReplace(fileName(oidc, key), encodeUtf8(alg));
}

function fileName(oidc: OidcConfig, key: string): string {
  return `alg.${hashOfText(`${key}\n${oidc.clientId}`)}`;
}
