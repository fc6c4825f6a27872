// SPDX-License-Identifier: MIT
// The two signature algorithms that nearly every provider uses; verify/algorithms.ts has them all.
// One row each, bound to its kind of key (RFC 7518 3.1; security 55, 56, 74, 75).
import { sha256, verifyP256 } from '#native';
import { verifyRsaPkcs1 } from '../crypto/rsa.ts';
import { type KeyDemand, readCoordinates, readRsaKey, requirePoint } from './jwk.ts';

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

export interface Algorithm extends KeyDemand {
  /** Also makes at_hash (OpenID Connect Core 3.1.3.6). */
  readonly hash: Hash;
  readonly verify: Verify;
}

/** By name, without prototype: a name comes from a token's header. */
export interface Algorithms {
  readonly [name: string]: Algorithm | null | undefined;
}

export const SHA256: Hash = { digest: sha256, prefix: '3031300d060960864801650304020105000420' };

export const verifyPkcs1: Verify = (jwk, hash, message, signature) =>
  verifyRsaPkcs1(readRsaKey(jwk), hash.prefix, hash.digest(message), signature);

export const RS256: Algorithm = { alg: 'RS256', kty: 'RSA', hash: SHA256, verify: verifyPkcs1 };

/** What ES256 demands of its key; where it is verified depends on the host. */
export const ES256_DEMAND = { alg: 'ES256', kty: 'EC', crv: 'P-256', hash: SHA256 } as const;

const inNative = verifyP256;
/** `undefined` where the host has no P-256: then verify/algorithms.ts has the only one. */
export const ES256: Algorithm | undefined = inNative && {
  ...ES256_DEMAND,
  verify: (jwk, hash, message, signature) => {
    const { x, y } = readCoordinates(jwk, 32);
    return requirePoint(inNative(x, y, hash.digest(message), signature));
  },
};

export const COMMON_ALGORITHMS: Algorithms = { __proto__: null, RS256, ES256 };
