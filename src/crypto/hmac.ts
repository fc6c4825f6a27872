// SPDX-License-Identifier: MIT
// HMAC with SHA-256 (RFC 2104, RFC 4231). Apart because it belongs to the login chunk.
import { sha256 } from '#native';
import { concatBytes } from '../codec/bytes.ts';

const BLOCK_BYTES = 64;

/** The 32-byte HMAC-SHA-256 of `data` under a key of any length. Compare with `equalBytes`. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36);
  const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c);
  short.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  return sha256(concatBytes([outer, sha256(concatBytes([inner, data]))]));
}
