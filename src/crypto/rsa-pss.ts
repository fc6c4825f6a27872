// SPDX-License-Identifier: MIT
// RSASSA-PSS verification (RFC 8017 8.1.2) as RFC 7518 3.5 narrows it: MGF1 with the same hash, and
// a salt as long as the digest (security 79).
import { bytesToHex, concatBytes } from '../codec/bytes.ts';
import { bytesToInteger, integerToBytes } from './integer.ts';
import { applyKey, type RsaPublicKey } from './rsa.ts';

type Digest = (bytes: Uint8Array) => Uint8Array;

/** MGF1 (RFC 8017 B.2.1): the first `length` bytes, as one number. */
function makeMask(digest: Digest, seed: Uint8Array, length: number): bigint {
  let hex = '';
  for (let counter = 0; hex.length < 2 * length; counter++) {
    hex += bytesToHex(digest(concatBytes([seed, new Uint8Array([0, 0, 0, counter])])));
  }
  return BigInt(`0x${hex.slice(0, 2 * length)}`);
}

/** Whether `signature` is the RSASSA-PSS signature over the message of `hashed`, its digest. */
export function verifyRsaPss(
  key: RsaPublicKey,
  digest: Digest,
  hashed: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== key.byteLength) return false;
  const value = bytesToInteger(signature);
  if (value >= key.modulus) return false;

  // EMSA-PSS-VERIFY (9.1.2). The block, from its end: 0xbc, the hash, the masked 0...01 and salt.
  const length = hashed.length;
  const hashBits = BigInt(8 * length);
  const block = applyKey(key, value);
  const blockBits = key.bitLength - 1;
  if ((block & 0xffn) !== 0xbcn || block >> BigInt(blockBits) !== 0n) return false;
  const hash = integerToBytes((block >> 8n) & ((1n << hashBits) - 1n), length);
  const maskedBytes = Math.ceil(blockBits / 8) - length - 1;
  const maskedBits = BigInt(blockBits - 8 * (length + 1));
  const mask = makeMask(digest, hash, maskedBytes);
  const data = ((block >> (hashBits + 8n)) ^ mask) & ((1n << maskedBits) - 1n);
  if (data >> hashBits !== 1n) return false;
  const salt = integerToBytes(data & ((1n << hashBits) - 1n), length);
  const expected = digest(concatBytes([new Uint8Array(8), hashed, salt]));
  return bytesToHex(expected) === bytesToHex(hash);
}
