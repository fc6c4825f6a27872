// SPDX-License-Identifier: MIT
// What the verify chunk offers: ID tokens under the two common algorithms. For every other one it
// says UNSUPPORTED_ALGORITHM, and verify/full-door.ts knows better.
import { checkIdToken, type IdTokenDemand } from './check-id-token.ts';
import { checkSignature } from './check-jws.ts';
import type { VerifiedClaims } from './claims.ts';
import { COMMON_ALGORITHMS } from './common-algorithms.ts';

/** `checkIdToken` with the common algorithms. */
export function verifyIdToken(demand: IdTokenDemand): VerifiedClaims {
  return checkIdToken(COMMON_ALGORITHMS, demand);
}

/** `checkSignature` with the common algorithms. */
export function verifySignature(
  alg: string,
  jwk: object,
  signingInput: Uint8Array,
  signature: Uint8Array,
): boolean {
  return checkSignature(COMMON_ALGORITHMS, alg, jwk, signingInput, signature);
}
