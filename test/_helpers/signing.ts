// SPDX-License-Identifier: MIT
// Keys and signatures of every supported algorithm, made by the platform.
import { constants, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

export const ALGS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
export type Alg = (typeof ALGS)[number];

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A fresh key pair that fits the algorithm. */
export function makeKeys(alg: Alg, rsaBits = 2048): KeyPair {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return generateKeyPairSync('rsa', { modulusLength: rsaBits });
}

const hashOf = (alg: Alg) => (alg === 'EdDSA' ? null : `sha${alg.slice(2)}`);

/** How the platform is told of the key and the algorithm's parameters. */
function parametersOf(alg: Alg, key: KeyObject) {
  if (alg.startsWith('ES')) return { key, dsaEncoding: 'ieee-p1363' as const };
  if (!alg.startsWith('PS')) return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

export function signAs(alg: Alg, privateKey: KeyObject, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(hashOf(alg), message, parametersOf(alg, privateKey)));
}

export function verifyAs(alg: Alg, publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(hashOf(alg), message, parametersOf(alg, publicKey), signature);
}

const made = new Map<string, KeyPair>();

/** One key pair per kind and run: RSA keys are expensive, and the algorithm is bound by the JWK. */
export function keysOf(alg: Alg): KeyPair {
  const kind = alg.startsWith('RS') || alg.startsWith('PS') ? 'RSA' : alg;
  const known = made.get(kind) ?? makeKeys(alg);
  made.set(kind, known);
  return known;
}

/** The public key as a provider publishes it. */
export function jwkOf(alg: Alg, kid: string): { readonly [name: string]: unknown } {
  return { ...keysOf(alg).publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
