// SPDX-License-Identifier: MIT
// All checks of tokens with every supported algorithm: the entry of the algorithms chunk, which few requests
// need. The list of algorithms is closed (RFC 7518 3.1, RFC 8037; security 55, 56, 74, 75, 78): one row
// each, bound to its kind of key. "none" and the symmetric ones have no row and never get one.
import { decodeBase64url, sha384, sha512 } from '#native';
import { ownMember } from '../../codec/json.ts';
import { P256 } from '../../crypto/curves.ts';
import { importEd25519Key, verifyEd25519, type Ed25519PublicKey } from '../../crypto/ed25519.ts';
import { P384, P521 } from '../../crypto/larger-curves.ts';
import { verifyRsaPss } from '../../crypto/rsa-pss.ts';
import { Refusal } from '../../refusal.ts';
import type { VerifiedClaims } from '../claims.ts';
import { checkIdToken, type IdTokenExpectations } from '../id-token.ts';
import { readRsaKey, type Algorithm, type Algorithms, type Hash, type Verify } from '../jwk.ts';
import { checkSignature } from '../jws.ts';
import { readToken, type LogoutExpectations, type UnverifiedLogout } from '../logout-token.ts';
import { ES256, ES256_KEY, RS256, SHA256, verifyPkcs1 } from './common.ts';
import { verifyOn } from './ec-key.ts';

export { distinctKeys } from '../jwk.ts';

const SHA384: Hash = { digest: sha384, prefix: '3041300d060960864801650304020205000430' };
const SHA512: Hash = { digest: sha512, prefix: '3051300d060960864801650304020305000440' };

const verifyPss: Verify = (jwk, hash, message, signature) =>
  verifyRsaPss(readRsaKey(jwk), hash.digest, hash.digest(message), signature);

const ED25519_KEY_BYTES = 32;

/** For a host that has no P-256; takes and refuses the same. */
const ES256_IN_ENGINE: Algorithm = {
  ...ES256_KEY,
  verify: (jwk, hash, message, signature) => verifyOn(P256, jwk, hash, message, signature),
};

export const ALGORITHMS: Algorithms = {
  __proto__: null,
  RS256,
  RS384: { alg: 'RS384', kty: 'RSA', hash: SHA384, verify: verifyPkcs1 },
  RS512: { alg: 'RS512', kty: 'RSA', hash: SHA512, verify: verifyPkcs1 },
  PS256: { alg: 'PS256', kty: 'RSA', hash: SHA256, verify: verifyPss },
  PS384: { alg: 'PS384', kty: 'RSA', hash: SHA384, verify: verifyPss },
  PS512: { alg: 'PS512', kty: 'RSA', hash: SHA512, verify: verifyPss },
  ES256: ES256 ?? ES256_IN_ENGINE,
  ES384: {
    alg: 'ES384',
    kty: 'EC',
    crv: 'P-384',
    hash: SHA384,
    verify: (jwk, hash, message, signature) => verifyOn(P384, jwk, hash, message, signature),
  },
  ES512: {
    alg: 'ES512',
    // Some name it in a key after its curve; no other algorithm is called so.
    keyAlg: 'ES521',
    kty: 'EC',
    crv: 'P-521',
    hash: SHA512,
    verify: (jwk, hash, message, signature) => verifyOn(P521, jwk, hash, message, signature),
  },
  // The only curve; Ed448 is refused. The hash is that of the signature (RFC 8032 5.1), but Pocket ID and
  // glewlwyd take SHA-256 for at_hash.
  EdDSA: {
    alg: 'EdDSA',
    kty: 'OKP',
    crv: 'Ed25519',
    hash: SHA512,
    otherHash: SHA256,
    verify: (jwk, _hash, message, signature) =>
      verifyEd25519(readEd25519Key(jwk), message, signature),
  },
};

/**
 * Ed25519 key of a JWK. Codes MISSING_EC_PARAMS, INVALID_EC_PARAMS_ENCODING and KEY_UNUSABLE, which
 * also tells of a point of small order. The name `crv` is not looked at.
 */
function readEd25519Key(jwk: object): Ed25519PublicKey {
  const x = ownMember(jwk, 'x');
  if (typeof x !== 'string') {
    throw new Refusal('MISSING_EC_PARAMS', 'x is missing or not a string');
  }
  const bytes = decodeBase64url(x);
  if (bytes?.length !== ED25519_KEY_BYTES) {
    throw new Refusal(
      'INVALID_EC_PARAMS_ENCODING',
      `x is not base64url of ${ED25519_KEY_BYTES} bytes`,
    );
  }
  const key = importEd25519Key(bytes);
  if (key === undefined) throw new Refusal('KEY_UNUSABLE', 'x is no sound point of the curve');
  return key;
}

/** `checkIdToken` with every supported algorithm. */
export function verifyIdToken(expected: IdTokenExpectations): VerifiedClaims {
  return checkIdToken(ALGORITHMS, expected);
}

/** `checkSignature` with every supported algorithm. */
export function verifySignature(
  alg: string,
  jwk: object,
  signingInput: Uint8Array,
  signature: Uint8Array,
): boolean {
  return checkSignature(ALGORITHMS, alg, jwk, signingInput, signature);
}

/** `readToken` with every supported algorithm. */
export function readLogoutToken(expected: LogoutExpectations): UnverifiedLogout {
  return readToken(ALGORITHMS, expected);
}
