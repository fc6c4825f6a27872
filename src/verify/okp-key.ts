// SPDX-License-Identifier: MIT
// Ed25519 keys of a provider's set (RFC 8037 2; security 78).
import { decodeBase64url } from '#native';
import { ownMember } from '../codec/json.ts';
import { type Ed25519PublicKey, importEd25519Key } from '../crypto/ed25519.ts';
import { Refusal } from '../refusal.ts';

const KEY_BYTES = 32;

/**
 * Ed25519 key of a JWK. Codes MISSING_EC_PARAMS, INVALID_EC_PARAMS_ENCODING and KEY_UNUSABLE, which
 * also tells of a point of small order. The name `crv` is not looked at.
 */
export function readEd25519Key(jwk: object): Ed25519PublicKey {
  const x = ownMember(jwk, 'x');
  if (typeof x !== 'string') {
    throw new Refusal('MISSING_EC_PARAMS', 'x is missing or not a string');
  }
  const bytes = decodeBase64url(x);
  if (bytes?.length !== KEY_BYTES) {
    throw new Refusal('INVALID_EC_PARAMS_ENCODING', `x is not base64url of ${KEY_BYTES} bytes`);
  }
  const key = importEd25519Key(bytes);
  if (key === undefined) throw new Refusal('KEY_UNUSABLE', 'x is no sound point of the curve');
  return key;
}
