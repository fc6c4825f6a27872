// SPDX-License-Identifier: MIT
// Which key of a provider's set a token names, and what that key is (RFC 7517, RFC 7518 6; security
// 73, 75-77, 81-83, 85). Members are read as own members only; private ones are never read.
import { decodeBase64url } from '#native';
import { isObject, ownMember } from '../codec/json.ts';
import { importRsaKey, type RsaPublicKey } from '../crypto/rsa.ts';
import { Refusal } from '../refusal.ts';

/** What a signature algorithm requires of its key. */
export interface KeyRequirements {
  /** The algorithm's own name, which a key's `alg` must repeat when it has one. */
  readonly alg: string;
  readonly kty: string;
  /** Another name that a key's `alg` may have. */
  readonly keyAlg?: string;
  /** Only for kinds that have curves. */
  readonly crv?: string;
}

export interface Hash {
  readonly digest: (bytes: Uint8Array) => Uint8Array;
  /** DER of DigestInfo before the digest, in hex (RFC 8017 9.2 note 1). */
  readonly prefix: string;
}

/** Whether the signature is right; throws a `Refusal` about a key that cannot be used. */
export type Verify = (
  jwk: object,
  hash: Hash,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

export interface Algorithm extends KeyRequirements {
  /** Also makes at_hash (OpenID Connect Core 3.1.3.6). */
  readonly hash: Hash;
  /** Another hash by which some providers make at_hash. */
  readonly otherHash?: Hash;
  readonly verify: Verify;
}

/** By name, without prototype: a name comes from a token's header. */
export interface Algorithms {
  readonly [name: string]: Algorithm | null | undefined;
}

const MAX_KEYS = 50;
const KNOWN_KTYS: readonly unknown[] = ['RSA', 'EC', 'OKP'];
const KNOWN_CURVES: readonly unknown[] = ['P-256', 'P-384', 'P-521', 'Ed25519'];

/**
 * The one key of the set that fits the algorithm and, when the token names one, has that `kid`.
 * Entries that do not fit are passed over, whatever they are. The order of entries never matters.
 * KEY_NOT_FOUND means that a newer set may help; several fitting keys are refused, not tried.
 */
export function selectKey(
  jwks: unknown,
  required: KeyRequirements,
  kid: string | undefined,
): object {
  const keys = readKeys(jwks);
  const named = kid === undefined ? keys : keys.filter((key) => ownMember(key, 'kid') === kid);
  const fitting = distinctKeys(named.filter((key) => whyUnfit(key, required) === ''));
  const [key] = fitting;
  if (key !== undefined && fitting.length === 1) return key;
  if (fitting.length > 1) {
    const detail = `${fitting.length} of ${keys.length} keys fit ${required.alg}`;
    throw new Refusal('KEY_AMBIGUOUS', detail);
  }
  const [unfit] = named;
  if (kid === undefined || unfit === undefined) {
    const wanted = kid === undefined ? required.alg : `kid "${kid}"`;
    throw new Refusal('KEY_NOT_FOUND', `none of ${keys.length} keys has ${wanted}`);
  }
  throw refusalOfUnfit(unfit, required);
}

const MATERIAL = ['kty', 'crv', 'n', 'e', 'x', 'y'];

/** Each key once: some sets have the same one twice. */
export function distinctKeys(keys: readonly object[]): readonly object[] {
  const isSame = (a: object, b: object) =>
    MATERIAL.every((name) => ownMember(a, name) === ownMember(b, name));
  return keys.filter((key, index) => keys.findIndex((other) => isSame(key, other)) === index);
}

/** Whether any key of the set is meant for the algorithm. */
export function isServed(jwks: unknown, required: KeyRequirements): boolean {
  return readKeys(jwks).some((key) => whyUnfit(key, required) === '');
}

/** Passes a key that is meant for the algorithm; else throws UNSUPPORTED_KTY and the like. */
export function requireFitting(key: object, required: KeyRequirements): void {
  if (whyUnfit(key, required) !== '') throw refusalOfUnfit(key, required);
}

function readKeys(jwks: unknown): readonly object[] {
  const list = typeof jwks === 'object' && jwks !== null ? ownMember(jwks, 'keys') : undefined;
  if (!Array.isArray(list)) throw new Refusal('NO_KEYS_AVAILABLE', 'no array "keys"');
  if (list.length > MAX_KEYS) {
    throw new Refusal('NO_KEYS_AVAILABLE', `${list.length} keys, allowed are ${MAX_KEYS}`);
  }
  const keys: object[] = [];
  for (const item of list) if (isObject(item)) keys.push(item);
  if (keys.length === 0) throw new Refusal('NO_KEYS_AVAILABLE', 'the key set is empty');
  return keys;
}

/** '' when the key is meant for the algorithm, else what speaks against it. */
function whyUnfit(key: object, required: KeyRequirements): string {
  const kty = ownMember(key, 'kty');
  if (kty !== required.kty) return `kty ${describe(kty)}, ${required.alg} needs ${required.kty}`;
  const crv = ownMember(key, 'crv');
  if (required.crv !== undefined && crv !== required.crv) {
    return `crv ${describe(crv)}, ${required.alg} needs ${required.crv}`;
  }
  const alg = ownMember(key, 'alg');
  if (alg !== undefined && alg !== required.alg && alg !== (required.keyAlg ?? required.alg))
    return `alg ${describe(alg)}, token ${required.alg}`;
  const use = ownMember(key, 'use');
  if (use !== undefined && use !== 'sig') return `use ${describe(use)}, expected "sig"`;
  const operations = ownMember(key, 'key_ops');
  if (operations === undefined) return '';
  if (Array.isArray(operations) && operations.includes('verify')) return '';
  return 'key_ops without "verify"';
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : typeof value;
}

/** The cause, by the code that users know, for a key that the algorithm cannot use. */
function refusalOfUnfit(key: object, required: KeyRequirements): Refusal {
  const kty = ownMember(key, 'kty');
  if (kty === undefined) return new Refusal('MISSING_KTY', 'the key has no kty');
  if (!KNOWN_KTYS.includes(kty)) {
    return new Refusal('UNSUPPORTED_KTY', `the key has kty ${describe(kty)}`);
  }
  const crv = ownMember(key, 'crv');
  if (kty !== 'RSA' && !KNOWN_CURVES.includes(crv)) {
    return new Refusal('UNSUPPORTED_CURVE', `the key has crv ${describe(crv)}`);
  }
  return new Refusal('KEY_UNUSABLE', `the key has ${whyUnfit(key, required)}`);
}

/**
 * RSA key of a JWK: 2048 to 8192 bits, odd exponent from 3. Codes MISSING_RSA_PARAMS,
 * INVALID_RSA_PARAMS_ENCODING and KEY_UNUSABLE. `alg`, `use` and `key_ops` are not looked at.
 */
export function readRsaKey(jwk: object): RsaPublicKey {
  const n = ownMember(jwk, 'n');
  const e = ownMember(jwk, 'e');
  if (typeof n !== 'string' || typeof e !== 'string') {
    throw new Refusal('MISSING_RSA_PARAMS', 'n or e is missing or not a string');
  }
  const modulus = decodeBase64url(n);
  const exponent = decodeBase64url(e);
  if (modulus === undefined || exponent === undefined) {
    throw new Refusal('INVALID_RSA_PARAMS_ENCODING', 'n or e is not base64url');
  }
  const result = importRsaKey(modulus, exponent);
  if (!result.ok) {
    const isOfSize = result.reason.includes(' bits, ');
    throw new Refusal('KEY_UNUSABLE', result.reason, isOfSize ? 'KEY_SIZE' : undefined);
  }
  return result.key;
}

export interface EcCoordinates {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

/**
 * Coordinates of a JWK, both in full length: codes MISSING_EC_PARAMS and INVALID_EC_PARAMS_ENCODING.
 * Whether they are a point is for `requirePoint`. The name `crv` is not looked at.
 */
export function readCoordinates(jwk: object, byteLength: number): EcCoordinates {
  const xText = ownMember(jwk, 'x');
  const yText = ownMember(jwk, 'y');
  if (typeof xText !== 'string' || typeof yText !== 'string') {
    throw new Refusal('MISSING_EC_PARAMS', 'x or y is missing or not a string');
  }
  const x = decodeBase64url(xText);
  const y = decodeBase64url(yText);
  if (x?.length !== byteLength || y?.length !== byteLength) {
    const detail = `x or y is not base64url of ${byteLength} bytes`;
    throw new Refusal('INVALID_EC_PARAMS_ENCODING', detail);
  }
  return { x, y };
}

/** What was found out about a key's point; KEY_UNUSABLE where there is none. */
export function requirePoint<Result>(result: Result | undefined): Result {
  if (result === undefined) {
    throw new Refusal('KEY_UNUSABLE', 'x and y are no point of the curve');
  }
  return result;
}
