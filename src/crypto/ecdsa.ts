// SPDX-License-Identifier: MIT
// ECDSA verification (FIPS 186-4 6.4) over BigInt. Public values only: nothing here takes constant
// time. Field values are residues between -p and p, because a sign costs less than a correction.
import type { Curve } from './curves.ts';
import { type Group, multiplyTwo } from './double-scalar.ts';
import { bytesToInteger, invert } from './integer.ts';

export interface EcPublicKey {
  readonly curve: Curve;
  readonly x: bigint;
  readonly y: bigint;
}

/** Jacobian coordinates: (x / z^2, y / z^3); infinity has z = 0. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

interface Entry extends Point {
  readonly z2: bigint;
  readonly z3: bigint;
}

const INFINITY: Point = { x: 1n, y: 1n, z: 0n };

/**
 * The public key of two big-endian coordinates, or `undefined` unless both have the full length and
 * name a point of the curve (security 77; cofactor 1 makes any such point a key).
 */
export function importEcKey(
  curve: Curve,
  xBytes: Uint8Array,
  yBytes: Uint8Array,
): EcPublicKey | undefined {
  if (xBytes.length !== curve.byteLength || yBytes.length !== curve.byteLength) return undefined;
  const { p, b } = curve;
  const x = bytesToInteger(xBytes);
  const y = bytesToInteger(yBytes);
  if (x >= p || y >= p) return undefined;
  if ((y * y - (x * x - 3n) * x - b) % p !== 0n) return undefined;
  return { curve, x, y };
}

/** 2P for a = -3. Infinity stays infinity; these groups have no point of order 2. */
function double(p: bigint, { x, y, z }: Point): Point {
  const delta = (z * z) % p;
  const gamma = (y * y) % p;
  const beta = (x * gamma) % p;
  const alpha = (3n * (x - delta) * (x + delta)) % p;
  const newX = (alpha * alpha - 8n * beta) % p;
  return {
    x: newX,
    y: (alpha * (4n * beta - newX) - 8n * gamma * gamma) % p,
    z: (2n * y * z) % p,
  };
}

/** P + Q for any two points: equal, opposite and an infinite P included. */
function add(p: bigint, left: Point, right: Entry): Point {
  if (left.z === 0n) return right;
  const leftZ2 = (left.z * left.z) % p;
  const x = (left.x * right.z2) % p;
  const y = (left.y * right.z3) % p;
  const dx = (right.x * leftZ2 - x) % p;
  const dy = (((right.y * left.z) % p) * leftZ2 - y) % p;
  if (dx === 0n) return dy === 0n ? double(p, left) : INFINITY;
  const dx2 = (dx * dx) % p;
  const dx3 = (dx * dx2) % p;
  const v = (x * dx2) % p;
  const newX = (dy * dy - dx3 - 2n * v) % p;
  return {
    x: newX,
    y: (dy * (v - newX) - y * dx3) % p,
    z: (((left.z * right.z) % p) * dx) % p,
  };
}

function groupOf({ p }: Curve): Group<Point, Entry> {
  return {
    zero: INFINITY,
    double: (point) => double(p, point),
    add: (point, entry) => add(p, point, entry),
    prepare: ({ x, y, z }) => {
      const z2 = (z * z) % p;
      return { x, y, z, z2, z3: (z * z2) % p };
    },
    negate: ({ x, y, z, z2, z3 }) => ({ x, y: -y, z, z2, z3 }),
  };
}

/**
 * Whether `signature`, r and s side by side (RFC 7518 3.4), is right for `digest`, which is not
 * longer than the curve's order. r and s lie in 1 to n-1 (security 77, CVE-2022-21449).
 */
export function verifyEcdsa(key: EcPublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  const { curve } = key;
  const { p, n, byteLength } = curve;
  if (signature.length !== 2 * byteLength) return false;
  const r = bytesToInteger(signature.subarray(0, byteLength));
  const s = bytesToInteger(signature.subarray(byteLength));
  if (r < 1n || r >= n || s < 1n || s >= n) return false;

  const w = invert(s, n);
  const u = (bytesToInteger(digest) * w) % n;
  const v = (r * w) % n;
  const base = { x: curve.x, y: curve.y, z: 1n };
  const sum = multiplyTwo(groupOf(curve), u, base, v, { x: key.x, y: key.y, z: 1n });
  if (sum.z === 0n) return false;
  // x mod n = r without an inversion: x is r or r + n, and x z^2 = X.
  const z2 = (sum.z * sum.z) % p;
  return (r * z2 - sum.x) % p === 0n || (r + n < p && ((r + n) * z2 - sum.x) % p === 0n);
}
