// SPDX-License-Identifier: MIT
// Big-endian bytes and BigInt (RFC 8017 4). Only public values pass through here: BigInt takes time
// that depends on them.
import { bytesToHex } from '../codec/bytes.ts';

/** OS2IP; no bytes are 0. */
export function bytesToInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`);
}

/** I2OSP for a value that fits into `length` bytes. */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Position of the highest set bit of big-endian bytes, counted from 1; 0 when none is set. */
export function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return 8 * (bytes.length - first) - (Math.clz32(bytes[first] ?? 0) - 24);
}

/** Inverse of 0 < value < n for a prime n (extended Euclid). */
export function invert(value: bigint, n: bigint): bigint {
  let a = n;
  let b = value;
  let u = 0n;
  let v = 1n;
  while (b > 1n) {
    const quotient = a / b;
    const rest = a - quotient * b;
    a = b;
    b = rest;
    const next = u - quotient * v;
    u = v;
    v = next;
  }
  return v < 0n ? v + n : v;
}
