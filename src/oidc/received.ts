// SPDX-License-Identifier: MIT
// What a provider really sends to this client, for `check recheck`: no metadata tells it.

import { decodeUtf8, encodeUtf8 } from '#native';
import type { OidcConfig } from '../config.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { Host } from '../host.ts';
import { cacheKey, type OpenIdProvider } from './provider.ts';

/** At the last login no refresh token, or one; at the last check a claim was not received. */
export type Received = 'none' | 'kept' | 'claims_not_received';

const KINDS = ['none', 'kept', 'claims_not_received'] as const;
const MAX_BYTES = 32;

/** `undefined`: nobody has logged in since the start of the router. */
export function lastReceived(host: Host, config: OidcConfig): Received | undefined {
  const file = host.stateRead(fileName(config), MAX_BYTES);
  const text = file.ok ? decodeUtf8(file.bytes) : undefined;
  return KINDS.find((kind) => kind === text);
}

/** A full tmpfs costs the note. */
export function noteReceived({ exchange, config }: OpenIdProvider, received: Received): void {
  const { host } = exchange;
  if (lastReceived(host, config) === received) return;
  host.stateReplace(fileName(config), encodeUtf8(received));
}

function fileName(config: OidcConfig): string {
  return `received.${sha256Base64url(`${cacheKey(config)}\n${config.clientId}\n${config.scope}`)}`;
}
