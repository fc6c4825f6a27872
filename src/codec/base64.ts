// SPDX-License-Identifier: MIT
// Plain base64 with padding (RFC 4648 4), for the Basic scheme only, so in the provider chunk and apart.

import { encodeBase64url, latin1ToBytes } from '#native';

/** Base64 of a byte string. */
export function encodeBase64(text: string): string {
  const url = encodeBase64url(latin1ToBytes(text));
  const plain = url.split('-').join('+').split('_').join('/');
  return plain + '='.repeat((4 - (plain.length % 4)) % 4);
}
