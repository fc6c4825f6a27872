// SPDX-License-Identifier: MIT
// A compact JWS under every supported algorithm.
import { ALGORITHMS } from './algorithms.ts';
import { checkJws, checkSignature, type JwsDemand, type VerifiedJws } from './check-jws.ts';

/** `checkSignature` with every supported algorithm. */
export function verifySignature(
  alg: string,
  jwk: object,
  signingInput: Uint8Array,
  signature: Uint8Array,
): boolean {
  return checkSignature(ALGORITHMS, alg, jwk, signingInput, signature);
}

/** `checkJws` with every supported algorithm. */
export function verifyJws(token: string, demand: JwsDemand): VerifiedJws {
  return checkJws(ALGORITHMS, token, demand);
}
