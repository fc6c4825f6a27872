// SPDX-License-Identifier: MIT
// Reads the Wycheproof files; each test file narrows the groups that it needs.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Alg } from '../../_helpers/signing.ts';

export interface WycheproofFile<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

/** One file below test/data/wycheproof; the shape is the caller's knowledge of its schema. */
export function readWycheproof<Group>(name: string): WycheproofFile<Group> {
  const url = new URL(`../../data/wycheproof/${name}_test.json`, import.meta.url);
  const compressed = new URL(`${url.href}.gz`);
  const bytes = existsSync(url) ? readFileSync(url) : gunzipSync(readFileSync(compressed));
  return JSON.parse(bytes.toString()) as WycheproofFile<Group>;
}

export function hexToBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export interface SignatureVector {
  readonly tcId: number;
  readonly comment: string;
  readonly flags?: readonly string[];
  readonly msg: string;
  readonly sig: string;
  readonly result: string;
}

export interface SignatureCase {
  readonly alg: Alg;
  readonly jwk: { readonly [name: string]: string };
  readonly vector: SignatureVector;
}

interface SignatureGroup {
  readonly publicKey: Readonly<Record<'modulus' | 'publicExponent' | 'wx' | 'wy' | 'pk', string>>;
  readonly tests: readonly SignatureVector[];
}

/** The files with signatures as JOSE has them, and the algorithm whose verifier each is for. */
export const SIGNATURE_FILES: ReadonlyArray<readonly [name: string, alg: Alg]> = [
  ['rsa_signature_2048_sha256', 'RS256'],
  ['rsa_signature_3072_sha256', 'RS256'],
  ['rsa_signature_4096_sha256', 'RS256'],
  ['rsa_signature_2048_sha384', 'RS384'],
  ['rsa_signature_2048_sha512', 'RS512'],
  ['rsa_pss_2048_sha256_mgf1_32', 'PS256'],
  ['rsa_pss_3072_sha256_mgf1_32', 'PS256'],
  ['rsa_pss_4096_sha256_mgf1_32', 'PS256'],
  ['rsa_pss_2048_sha384_mgf1_48', 'PS384'],
  ['rsa_pss_4096_sha512_mgf1_64', 'PS512'],
  ['ecdsa_secp256r1_sha256_p1363', 'ES256'],
  ['ecdsa_secp384r1_sha384_p1363', 'ES384'],
  ['ecdsa_secp521r1_sha512_p1363', 'ES512'],
  ['ed25519', 'EdDSA'],
];

const CURVES: Readonly<Record<string, readonly [crv: string, bytes: number]>> = {
  ES256: ['P-256', 32],
  ES384: ['P-384', 48],
  ES512: ['P-521', 66],
};

const toBase64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');

/** The public key of a group as a JWK without `alg`; integers have as many digits as JOSE wants. */
function jwkOfGroup(alg: Alg, { publicKey }: SignatureGroup): SignatureCase['jwk'] {
  if (alg === 'EdDSA') return { kty: 'OKP', crv: 'Ed25519', x: toBase64url(publicKey.pk) };
  const curve = CURVES[alg];
  if (curve === undefined) return { kty: 'RSA', n: toBase64url(publicKey.modulus), e: toBase64url(publicKey.publicExponent) };
  const [crv, bytes] = curve;
  const coordinate = (hex: string) =>
    toBase64url(
      BigInt(`0x${hex}`)
        .toString(16)
        .padStart(2 * bytes, '0'),
    );
  return { kty: 'EC', crv, x: coordinate(publicKey.wx), y: coordinate(publicKey.wy) };
}

/** All vectors of one file, under keys as a provider would publish them. */
export function readSignatureCases(name: string, alg: Alg): readonly SignatureCase[] {
  const { testGroups, numberOfTests } = readWycheproof<SignatureGroup>(name);
  const cases = testGroups.flatMap((group) => {
    const jwk = jwkOfGroup(alg, group);
    return group.tests.map((vector) => ({ alg, jwk, vector }));
  });
  if (cases.length !== numberOfTests) throw new RangeError(`${name}: ${cases.length} vectors`);
  return cases;
}
