// SPDX-License-Identifier: MIT
// What the verify chunk offers: ID tokens under the two common algorithms, or under the one where
// the host has no P-256. For every other one it says UNSUPPORTED_ALGORITHM, and verify/full-door.ts knows better.
import { checkIdToken, type IdTokenDemand } from './check-id-token.ts';
import type { VerifiedClaims } from './claims.ts';
import { COMMON_ALGORITHMS } from './common-algorithms.ts';

/** `checkIdToken` with the common algorithms. */
export function verifyIdToken(demand: IdTokenDemand): VerifiedClaims {
  return checkIdToken(COMMON_ALGORITHMS, demand);
}
