// SPDX-License-Identifier: MIT
// Cipher suites, groups and signature schemes by their numbers, each done with Node's crypto.
import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  sign,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';

export type Random = (length: number) => Buffer;

export interface Suite {
  readonly id: number;
  readonly cipher: CipherGCMTypes | 'chacha20-poly1305';
  readonly keyLength: number;
  readonly hash: 'sha256' | 'sha384';
}

const suite = (id: number, cipher: Suite['cipher'], keyLength: number, hash: Suite['hash']): Suite => ({ id, cipher, keyLength, hash });
export const TLS13_SUITES = [
  suite(0x1301, 'aes-128-gcm', 16, 'sha256'),
  suite(0x1302, 'aes-256-gcm', 32, 'sha384'),
  suite(0x1303, 'chacha20-poly1305', 32, 'sha256'),
] as const;
const ECDHE_ECDSA_AES_128 = suite(0xc02b, 'aes-128-gcm', 16, 'sha256');
const ECDHE_RSA_AES_128 = suite(0xc02f, 'aes-128-gcm', 16, 'sha256');

export const isRsa = (key: KeyObject): boolean => key.asymmetricKeyType === 'rsa';
export const tls12SuiteFor = (key: KeyObject): Suite => (isRsa(key) ? ECDHE_RSA_AES_128 : ECDHE_ECDSA_AES_128);

export const GROUP = {
  secp256r1: 0x0017,
  secp384r1: 0x0018,
  secp521r1: 0x0019,
  x25519: 0x001d,
  x448: 0x001e,
  ffdhe2048: 0x0100,
} as const;
const CURVES: Readonly<Record<number, readonly [name: string, scalarLength: number]>> = {
  [GROUP.secp256r1]: ['prime256v1', 32],
  [GROUP.secp384r1]: ['secp384r1', 48],
  [GROUP.secp521r1]: ['secp521r1', 66],
};
const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

export interface KeyShare {
  readonly group: number;
  readonly publicKey: Buffer;
  derive(theirs: Buffer): Buffer;
}

/** A fresh key of the group, made from `random` alone. */
export function makeKeyShare(group: number, random: Random): KeyShare {
  if (group === GROUP.x25519) {
    const privateKey = createPrivateKey({ key: Buffer.concat([X25519_PKCS8, random(32)]), format: 'der', type: 'pkcs8' });
    const own = createPublicKey(privateKey).export({ format: 'jwk' });
    return {
      group,
      publicKey: Buffer.from(String(own.x), 'base64url'),
      derive: (theirs) => {
        const publicKey = createPublicKey({ key: { ...own, x: theirs.toString('base64url') }, format: 'jwk' });
        return diffieHellman({ privateKey, publicKey });
      },
    };
  }
  const curve = CURVES[group];
  if (curve === undefined) throw new Error(`no key of group ${group}`);
  const ecdh = createECDH(curve[0]);
  const scalar = random(curve[1]);
  scalar[0] = 0; // below the order of the curve
  ecdh.setPrivateKey(scalar);
  return { group, publicKey: ecdh.getPublicKey(), derive: (theirs) => ecdh.computeSecret(theirs) };
}

export const SCHEME = {
  rsa_pkcs1_sha1: 0x0201,
  ecdsa_sha1: 0x0203,
  rsa_pkcs1_sha256: 0x0401,
  ecdsa_secp256r1_sha256: 0x0403,
  ecdsa_secp384r1_sha384: 0x0503,
  rsa_pkcs1_sha512: 0x0601,
  rsa_pss_rsae_sha256: 0x0804,
  rsa_md5: 0x0101,
  rsa_sha224: 0x0301,
  ecdsa_sha224: 0x0303,
} as const;
/** By the low half of a scheme of the old kind, and by the whole of a PSS one. */
const HASHES: Readonly<Record<number, string>> = { 1: 'md5', 2: 'sha1', 3: 'sha224', 4: 'sha256', 5: 'sha384', 6: 'sha512' };

/** A genuine signature by the scheme; schemes that do not exist are signed like SHA-256's. */
export function signBy(scheme: number, key: KeyObject, content: Buffer): Buffer {
  if (scheme >> 8 === 0x08) {
    const hash = HASHES[scheme & 0x0f] ?? 'sha256';
    return sign(hash, content, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  }
  return sign(HASHES[scheme >> 8] ?? 'sha256', content, key);
}
