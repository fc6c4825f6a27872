// SPDX-License-Identifier: MIT
// A refresh token, and what its answers are compared with, sealed with the boot key. It opens only for
// the session that it was kept for.

import { decodeUtf8, encodeUtf8 } from '#native';
import nacl from 'tweetnacl';
import { concatBytes } from '../codec/bytes.ts';
import { bootKeys } from '../handshake/sealed-cookie.ts';
import type { Host } from '../host.ts';
import type { VerifiedClaims } from '../verify/claims.ts';

/** Where a claim was read at the login; '' = in neither. */
export type ClaimSource = 'id_token' | 'userinfo' | '';

export interface Grant {
  readonly refreshToken: string;
  /** Section of the provider, its issuer, and the client that the token was given to. */
  readonly section: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly sub: string;
  /** Of the login's request: a refreshed ID token has the same one or none. */
  readonly nonce: string;
  readonly emailFrom: ClaimSource;
  readonly groupsFrom: ClaimSource;
}

/** Tells this record from the others that the boot key seals. */
const PURPOSE_GRANT = 2;
const NONCE_BYTES = nacl.secretbox.nonceLength;

/** `name` is the session's; refuses with STATE_SAVE_FAILED when there is no boot key. */
export function sealGrant(host: Host, name: string, grant: Grant): Uint8Array {
  const text = encodeUtf8(JSON.stringify({ name, grant }));
  const nonce = host.random(NONCE_BYTES);
  const record = concatBytes([Uint8Array.of(PURPOSE_GRANT), text]);
  return concatBytes([nonce, nacl.secretbox(record, nonce, bootKeys(host).seal)]);
}

/** `undefined` when it was sealed in another boot, or for another session. */
export function openGrant(host: Host, name: string, sealed: Uint8Array): Grant | undefined {
  if (sealed.length <= NONCE_BYTES) return undefined;
  const record = nacl.secretbox.open(
    sealed.subarray(NONCE_BYTES),
    sealed.subarray(0, NONCE_BYTES),
    bootKeys(host).seal,
  );
  if (record === null || record[0] !== PURPOSE_GRANT) return undefined;
  // What this program sealed is what it wrote.
  const opened = JSON.parse(decodeUtf8(record, 1) ?? 'null') as { name: string; grant: Grant };
  return opened.name === name ? opened.grant : undefined;
}

/** Issuer and subject, which were verified at the login and sealed since. */
export function rememberedClaims({ issuer, sub }: Grant): VerifiedClaims {
  return { iss: issuer, sub } as VerifiedClaims;
}
