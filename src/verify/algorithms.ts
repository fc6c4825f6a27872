// SPDX-License-Identifier: MIT
// The closed list of signature algorithms (RFC 7518 3.1; security 55, 56, 74, 75): one row each,
// bound to its kind of key. "none" and the symmetric ones have no row and never get one.
import { P256 } from '../crypto/curves.ts';
import { verifyEcdsa } from '../crypto/ecdsa.ts';
import { verifyRsaPkcs1 } from '../crypto/rsa.ts';
import { sha256 } from '../crypto/sha256.ts';
import { type KeyDemand, readEcKey, readRsaKey } from './jwk.ts';

interface Hash {
  readonly digest: (bytes: Uint8Array) => Uint8Array;
  /** DER of DigestInfo before the digest, in hex (RFC 8017 9.2 note 1). */
  readonly prefix: string;
}

type Verify = (jwk: object, hash: Hash, message: Uint8Array, signature: Uint8Array) => boolean;

export interface Algorithm extends KeyDemand {
  /** Also makes at_hash (OpenID Connect Core 3.1.3.6). */
  readonly hash: Hash;
  /** Whether the signature is right; throws a `Refusal` about a key that cannot be used. */
  readonly verify: Verify;
}

const SHA256: Hash = { digest: sha256, prefix: '3031300d060960864801650304020105000420' };

const verifyPkcs1: Verify = (jwk, hash, message, signature) =>
  verifyRsaPkcs1(readRsaKey(jwk), hash.prefix, hash.digest(message), signature);

const verifyP256: Verify = (jwk, hash, message, signature) =>
  verifyEcdsa(readEcKey(jwk, P256), hash.digest(message), signature);

const ALGORITHMS: { readonly [name: string]: Algorithm | null } = {
  __proto__: null,
  RS256: { alg: 'RS256', kty: 'RSA', hash: SHA256, verify: verifyPkcs1 },
  ES256: { alg: 'ES256', kty: 'EC', crv: 'P-256', hash: SHA256, verify: verifyP256 },
};

/** The row of exactly this name; `undefined` when the algorithm is not supported. */
export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS[name] ?? undefined;
}
