// SPDX-License-Identifier: MIT
// ID tokens under every supported algorithm.
import { ALGORITHMS } from './algorithms.ts';
import { checkIdToken, type IdTokenDemand } from './check-id-token.ts';
import type { VerifiedClaims } from './claims.ts';

export type { IdTokenDemand };

/** `checkIdToken` with every supported algorithm. */
export function verifyIdToken(demand: IdTokenDemand): VerifiedClaims {
  return checkIdToken(ALGORITHMS, demand);
}
