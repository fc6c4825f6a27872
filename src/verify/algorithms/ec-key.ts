// SPDX-License-Identifier: MIT
// Keys of a provider's set on the NIST curves (RFC 7518 6.2; security 77), and ECDSA under them by the
// numbers of the engine. Only in the algorithms chunk.
import type { Curve } from '../../crypto/curves.ts';
import { importEcKey, verifyEcdsa, type EcPublicKey } from '../../crypto/ecdsa.ts';
import { readCoordinates, requirePoint, type Hash } from '../jwk.ts';

/** Key on `curve` of a JWK, with the codes of `readCoordinates` and `requirePoint`. */
export function readEcKey(jwk: object, curve: Curve): EcPublicKey {
  const { x, y } = readCoordinates(jwk, curve.byteLength);
  return requirePoint(importEcKey(curve, x, y));
}

/** ECDSA on one curve, with whatever hash. */
export function verifyOn(
  curve: Curve,
  jwk: object,
  hash: Hash,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyEcdsa(readEcKey(jwk, curve), hash.digest(message), signature);
}
