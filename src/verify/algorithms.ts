// SPDX-License-Identifier: MIT
// The closed list of signature algorithms (RFC 7518 3.1, RFC 8037 3.1; security 55, 56, 74, 75): one
// row each, bound to its kind of key. "none" and the symmetric ones have no row and never get one.
import { sha384, sha512 } from '#native';
import { verifyEd25519 } from '../crypto/ed25519.ts';
import { P256 } from '../crypto/curves.ts';
import { P384, P521 } from '../crypto/larger-curves.ts';
import { verifyRsaPss } from '../crypto/rsa-pss.ts';
import {
  type Algorithm,
  type Algorithms,
  ES256,
  ES256_DEMAND,
  type Hash,
  RS256,
  SHA256,
  type Verify,
  verifyPkcs1,
} from './common-algorithms.ts';
import { verifyOn } from './ec-key.ts';
import { readRsaKey } from './jwk.ts';
import { readEd25519Key } from './okp-key.ts';

const SHA384: Hash = { digest: sha384, prefix: '3041300d060960864801650304020205000430' };
const SHA512: Hash = { digest: sha512, prefix: '3051300d060960864801650304020305000440' };

const verifyPss: Verify = (jwk, hash, message, signature) =>
  verifyRsaPss(readRsaKey(jwk), hash.digest, hash.digest(message), signature);

/** For a host that has no P-256; takes and refuses the same. */
export const ES256_IN_ENGINE: Algorithm = {
  ...ES256_DEMAND,
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
  // The only curve; Ed448 is refused. The hash is that of the signature (RFC 8032 5.1).
  EdDSA: {
    alg: 'EdDSA',
    kty: 'OKP',
    crv: 'Ed25519',
    hash: SHA512,
    verify: (jwk, _hash, message, signature) =>
      verifyEd25519(readEd25519Key(jwk), message, signature),
  },
};

/** The row of exactly this name; `undefined` when the algorithm is not supported. */
export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS[name] ?? undefined;
}
