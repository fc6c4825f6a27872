// SPDX-License-Identifier: MIT
// The `state` of a logout at the provider (RP-Initiated Logout 2): made at the login, by nobody else, so that the page
// behind the logout only says that the provider signed somebody out when it comes from there. Stores nothing.

import { decodeBase64url, encodeBase64url, latin1ToBytes } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import { equalBytes } from '../crypto/equal.ts';
import { hmacSha256 } from '../crypto/hmac.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { bootKeys } from './sealed-cookie.ts';

const ID_BYTES = 8;
const MAC_BYTES = 16;

/** A new one, good until the next boot, as the session is that it is kept in. */
export function newLogoutState(host: Host): string {
  const id = host.random(ID_BYTES);
  return encodeBase64url(concatBytes([id, macOf(host, id)]));
}

/** Whether this router made it since its start. */
export function isLogoutState(host: Host, state: string): boolean {
  const bytes = decodeBase64url(state);
  if (bytes?.length !== ID_BYTES + MAC_BYTES) return false;
  try {
    return equalBytes(bytes.subarray(ID_BYTES), macOf(host, bytes.subarray(0, ID_BYTES)));
  } catch (error) {
    // Without its key the router knows none.
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function macOf(host: Host, id: Uint8Array): Uint8Array {
  const text = concatBytes([latin1ToBytes('logout:'), id]);
  return hmacSha256(bootKeys(host).derive, text).subarray(0, MAC_BYTES);
}
