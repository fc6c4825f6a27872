// SPDX-License-Identifier: MIT
// The two signature algorithms that nearly every provider uses (one where the host has no P-256), and the
// check with them: the entry of the verify chunk. For every other algorithm it says UNSUPPORTED_ALGORITHM,
// and verify/algorithms/all.ts knows better. One row each, bound to its kind of key (RFC 7518 3.1; security 55,
// 56, 74, 75).
import { sha256, verifyP256 } from '#native';
import { verifyRsaPkcs1 } from '../../crypto/rsa.ts';
import type { VerifiedClaims } from '../claims.ts';
import { checkIdToken, type IdTokenExpectations } from '../id-token.ts';
import {
  readCoordinates,
  readRsaKey,
  requirePoint,
  type Algorithm,
  type Algorithms,
  type Hash,
  type Verify,
} from '../jwk.ts';

export const SHA256: Hash = { digest: sha256, prefix: '3031300d060960864801650304020105000420' };

export const verifyPkcs1: Verify = (jwk, hash, message, signature) =>
  verifyRsaPkcs1(readRsaKey(jwk), hash.prefix, hash.digest(message), signature);

export const RS256: Algorithm = { alg: 'RS256', kty: 'RSA', hash: SHA256, verify: verifyPkcs1 };

/** What ES256 requires of its key; where it is verified depends on the host. */
export const ES256_KEY = { alg: 'ES256', kty: 'EC', crv: 'P-256', hash: SHA256 } as const;

const inNative = verifyP256;
/** `undefined` where the host has no P-256: then verify/algorithms/all.ts has the only one. */
export const ES256: Algorithm | undefined = inNative && {
  ...ES256_KEY,
  verify: (jwk, hash, message, signature) => {
    const { x, y } = readCoordinates(jwk, 32);
    return requirePoint(inNative(x, y, hash.digest(message), signature));
  },
};

const COMMON_ALGORITHMS: Algorithms = { __proto__: null, RS256, ES256 };

/** `checkIdToken` with the common algorithms. */
export function verifyIdToken(expected: IdTokenExpectations): VerifiedClaims {
  return checkIdToken(COMMON_ALGORITHMS, expected);
}
