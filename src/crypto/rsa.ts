// SPDX-License-Identifier: MIT
// RSA keys and RSASSA-PKCS1-v1_5 verification (RFC 8017 8.2.2). The expected block is built and
// compared as a whole, so no ASN.1 is parsed and nothing can hide in the padding (security 80).
import { bytesToHex } from '../codec/bytes.ts';
import { bitLength, bytesToInteger } from './integer.ts';

export interface RsaPublicKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Of the modulus. */
  readonly bitLength: number;
  /** Octets of the modulus, which every signature has exactly. */
  readonly byteLength: number;
}

export type RsaKeyResult =
  | { readonly ok: true; readonly key: RsaPublicKey }
  | { readonly ok: false; readonly reason: string };

const MIN_MODULUS_BITS = 2048;
/** A verification by a larger key takes a router seconds. */
const MAX_MODULUS_BITS = 8192;
/** 65537 is what everyone uses; a longer exponent only costs time. */
const MAX_EXPONENT_BITS = 32;

/** Moduli of Infineon's broken key generator are powers of 65537 for each of these (ROCA). */
const ROCA_PRIMES: readonly number[] = [
  11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
];

/**
 * A key from big-endian modulus and exponent. Refused: a modulus outside 2048 to 8192 bits or even,
 * an exponent that is even, below 3 or above 32 bits (security 76), and keys with the mark of ROCA
 * (CVE-2017-15361), whose private half can be computed.
 */
export function importRsaKey(modulusBytes: Uint8Array, exponentBytes: Uint8Array): RsaKeyResult {
  const bits = bitLength(modulusBytes);
  if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS) {
    return { ok: false, reason: `RSA modulus of ${bits} bits, allowed are 2048 to 8192` };
  }
  if (bitLength(exponentBytes) > MAX_EXPONENT_BITS) {
    return { ok: false, reason: 'RSA exponent of more than 32 bits' };
  }
  const modulus = bytesToInteger(modulusBytes);
  const exponent = bytesToInteger(exponentBytes);
  if ((modulus & 1n) === 0n) return { ok: false, reason: 'RSA modulus is even' };
  if (exponent < 3n || (exponent & 1n) === 0n) {
    return { ok: false, reason: `RSA exponent ${exponent}, allowed are odd ones from 3` };
  }
  if (ROCA_PRIMES.every((prime) => isPowerOf65537(modulus, prime))) {
    return { ok: false, reason: 'RSA key of a broken generator (CVE-2017-15361)' };
  }
  return { ok: true, key: { modulus, exponent, bitLength: bits, byteLength: (bits + 7) >> 3 } };
}

function isPowerOf65537(modulus: bigint, prime: number): boolean {
  const residue = Number(modulus % BigInt(prime));
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * 65537) % prime;
  } while (power !== 1);
  return false;
}

/** RSAVP1 (RFC 8017 5.2.2) for a value below the modulus. */
export function applyKey(key: RsaPublicKey, value: bigint): bigint {
  let result = value;
  for (const bit of key.exponent.toString(2).slice(1)) {
    result = (result * result) % key.modulus;
    if (bit === '1') result = (result * value) % key.modulus;
  }
  return result;
}

/**
 * Whether `signature` is the RSASSA-PKCS1-v1_5 signature over `digest`. `prefix` is the DER of
 * DigestInfo up to the digest, in hex (RFC 8017 9.2 note 1).
 */
export function verifyRsaPkcs1(
  key: RsaPublicKey,
  prefix: string,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== key.byteLength) return false;
  const value = bytesToInteger(signature);
  if (value >= key.modulus) return false;
  const info = prefix + bytesToHex(digest);
  const filler = 'ff'.repeat(key.byteLength - 3 - info.length / 2);
  return applyKey(key, value) === BigInt(`0x0001${filler}00${info}`);
}
