// SPDX-License-Identifier: MIT
// Ed25519 verification (RFC 8032 5.1.7) over BigInt, strictly: one spelling of every key and every
// signature, no key of small order (security 78). Public values only: nothing takes constant time.
import { sha512 } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import { type Group, multiplyTwo } from './double-scalar.ts';
import { bytesToInteger, invert } from './integer.ts';

const P = 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn;
/** Order of the base point. */
const L = 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const SQRT_MINUS_1 = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;
/** The base point. */
const X = 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an;
const Y = 0x6666666666666666666666666666666666666666666666666666666666666658n;
const KEY_BYTES = 32;

/** (x / z, y / z), and e h = x y / z, which only an addition works out. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly e: bigint;
  readonly h: bigint;
}

interface Entry {
  readonly minus: bigint;
  readonly plus: bigint;
  readonly z2: bigint;
  readonly t2d: bigint;
}

export interface Ed25519PublicKey {
  readonly bytes: Uint8Array;
  readonly x: bigint;
  readonly y: bigint;
}

const toPoint = (x: bigint, y: bigint): Point => ({ x, y, z: 1n, e: x, h: y });

function double({ x, y, z }: Point): Point {
  const a = (x * x) % P;
  const b = (y * y) % P;
  const sum = x + y;
  const e = (sum * sum - a - b) % P;
  const g = b - a;
  const f = (g - 2n * z * z) % P;
  const h = -a - b;
  return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, e, h };
}

/** Complete on this curve: there are no exceptions. */
function add(left: Point, right: Entry): Point {
  const a = ((left.y - left.x) * right.minus) % P;
  const b = ((left.y + left.x) * right.plus) % P;
  const c = (((left.e * left.h) % P) * right.t2d) % P;
  const d = (left.z * right.z2) % P;
  const e = b - a;
  const f = d - c;
  const g = d + c;
  const h = b + a;
  return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, e, h };
}

const prepare = ({ x, y, z, e, h }: Point): Entry => ({
  minus: y - x,
  plus: y + x,
  z2: 2n * z,
  t2d: (((e * h) % P) * 2n * D) % P,
});

const negate = ({ minus, plus, z2, t2d }: Entry): Entry => ({
  minus: plus,
  plus: minus,
  z2,
  t2d: -t2d,
});

const GROUP: Group<Point, Entry> = {
  zero: { x: 0n, y: 1n, z: 1n, e: 0n, h: 1n },
  double,
  add,
  prepare,
  negate,
};

const fromLittleEndian = (bytes: Uint8Array): bigint => bytesToInteger(bytes.slice().reverse());

/** value^(2^squarings) factor. */
function squareTimes(value: bigint, squarings: number, factor: bigint): bigint {
  let result = value;
  for (let i = 0; i < squarings; i++) result = (result * result) % P;
  return (result * factor) % P;
}

/** value^((P - 5) / 8) = value^(2^252 - 3); the names count the exponent's ones. */
function raise(value: bigint): bigint {
  const two = squareTimes(value, 1, value);
  const four = squareTimes(two, 2, two);
  const five = squareTimes(four, 1, value);
  const ten = squareTimes(five, 5, five);
  const twenty = squareTimes(ten, 10, ten);
  const forty = squareTimes(twenty, 20, twenty);
  const fifty = squareTimes(forty, 10, ten);
  const hundred = squareTimes(fifty, 50, fifty);
  const most = squareTimes(squareTimes(hundred, 100, hundred), 50, fifty);
  return squareTimes(most, 2, value);
}

/** The x of a point with this y and this lowest bit, if there is one (RFC 8032 5.1.3). */
function recoverX(y: bigint, odd: bigint): bigint | undefined {
  const y2 = (y * y) % P;
  const u = y2 - 1n;
  const v = (D * y2 + 1n) % P;
  const v3 = (((v * v) % P) * v) % P;
  let x = (((u * v3) % P) * raise((((u * v3) % P) * ((v3 * v) % P)) % P)) % P;
  const vx2 = (((v * x) % P) * x) % P;
  if ((vx2 + u) % P === 0n) x = (x * SQRT_MINUS_1) % P;
  else if ((vx2 - u) % P !== 0n) return undefined;
  if (x < 0n) x += P;
  if (x === 0n) return odd === 0n ? x : undefined;
  return (x & 1n) === odd ? x : P - x;
}

/**
 * The key of 32 bytes, or `undefined` for any other length, a spelling that is not the canonical
 * one, bytes that name no point, and the eight points of small order, under which signatures can be
 * made without a secret.
 */
export function importEd25519Key(bytes: Uint8Array): Ed25519PublicKey | undefined {
  if (bytes.length !== KEY_BYTES) return undefined;
  const value = fromLittleEndian(bytes);
  const y = value & ((1n << 255n) - 1n);
  if (y >= P) return undefined;
  const x = recoverX(y, value >> 255n);
  if (x === undefined) return undefined;
  if (double(double(double(toPoint(x, y)))).x === 0n) return undefined;
  return { bytes, x, y };
}

/**
 * Whether `signature`, R and S side by side, is right for the message: S is below the group's order
 * and R is, byte for byte, what the equation without cofactor gives.
 */
export function verifyEd25519(
  key: Ed25519PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 2 * KEY_BYTES) return false;
  const r = signature.subarray(0, KEY_BYTES);
  const s = fromLittleEndian(signature.subarray(KEY_BYTES));
  if (s >= L) return false;
  const k = fromLittleEndian(sha512(concatBytes([r, key.bytes, message]))) % L;
  const sum = multiplyTwo(GROUP, s, toPoint(X, Y), k, toPoint(P - key.x, key.y));
  const inverse = invert(((sum.z % P) + P) % P, P);
  const x = (((sum.x * inverse) % P) + P) % P;
  const y = (((sum.y * inverse) % P) + P) % P;
  return fromLittleEndian(r) === (y | ((x & 1n) << 255n));
}
