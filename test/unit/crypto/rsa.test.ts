// SPDX-License-Identifier: MIT
import { decodeBase64url, sha256 } from '#native';
import test from 'ava';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { importRsaKey, verifyRsaPkcs1 } from '../../../src/crypto/rsa.ts';
import { hexToBytes, readWycheproof } from './_wycheproof.ts';

interface Jwk {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
}

interface Group {
  readonly keyJwk?: Jwk;
  readonly publicKey: { readonly modulus: string; readonly publicExponent: string };
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }>;
}

type Verify = (jwk: Jwk, message: Uint8Array, signature: Uint8Array) => boolean;

const SHA256_PREFIX = '3031300d060960864801650304020105000420';
const bytes = (text: string) => decodeBase64url(text) ?? new Uint8Array(0);

const IMPLEMENTATIONS: ReadonlyArray<readonly [string, Verify]> = [
  [
    'ours',
    (jwk, message, signature) => {
      const result = importRsaKey(bytes(jwk.n), bytes(jwk.e));
      return result.ok && verifyRsaPkcs1(result.key, SHA256_PREFIX, sha256(message), signature);
    },
  ],
  ['node', (jwk, message, signature) => verify('sha256', message, createPublicKey({ key: { ...jwk }, format: 'jwk' }), signature)],
];

for (const [implementation, verifyRsa] of IMPLEMENTATIONS) {
  for (const bits of [2048, 3072, 4096])
    test(`security 80: rsa passes every Wycheproof vector of RS256 with ${bits} bits (${implementation})`, (t) => {
      const file = readWycheproof<Group>(`rsa_signature_${bits}_sha256`);
      let run = 0;
      for (const { publicKey, tests } of file.testGroups) {
        const jwk: Jwk = {
          kty: 'RSA',
          n: Buffer.from(hexToBytes(publicKey.modulus)).toString('base64url'),
          e: Buffer.from(hexToBytes(publicKey.publicExponent)).toString('base64url'),
        };
        for (const { tcId, comment, msg, sig, result } of tests) {
          // The only 'acceptable' one leaves the NULL of DigestInfo out: not what RFC 8017 builds.
          const expected = result === 'valid';
          t.is(verifyRsa(jwk, hexToBytes(msg), hexToBytes(sig)), expected, `tcId ${tcId} ${comment}`);
          run++;
        }
      }
      t.is(run, file.numberOfTests);
    });
}

for (const [bits, exponent] of [
  [2048, 3],
  [2056, 65537],
  [3072, 65537],
  [2049, 17],
] as const) {
  test(`rsa takes a key of ${bits} bits with exponent ${exponent}`, (t) => {
    const pair = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent });
    const { n = '', e = '' } = pair.publicKey.export({ format: 'jwk' });
    const message = new Uint8Array([1, 2, 3]);
    const signature = new Uint8Array(sign('sha256', message, pair.privateKey));
    const result = importRsaKey(bytes(n), bytes(e));
    t.true(result.ok);
    if (!result.ok) return;
    t.is(result.key.byteLength, Math.ceil(bits / 8));
    t.true(verifyRsaPkcs1(result.key, SHA256_PREFIX, sha256(message), signature));
    t.false(verifyRsaPkcs1(result.key, SHA256_PREFIX, sha256(new Uint8Array([1])), signature));
  });
}

function modulusOf(bits: number, last = 1): Uint8Array {
  const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(0x5a);
  modulus[0] = 1 << ((bits - 1) & 7);
  modulus[modulus.length - 1] = last;
  return modulus;
}

const F4 = [1, 0, 1];
for (const [name, modulus, exponent, reason] of [
  ['a modulus of 2047 bits', modulusOf(2047), F4, '2047 bits'],
  ['a modulus of 1024 bits', modulusOf(1024), F4, '1024 bits'],
  ['a modulus of 8193 bits', modulusOf(8193), F4, '8193 bits'],
  ['an empty modulus', new Uint8Array(0), F4, '0 bits'],
  ['a short modulus behind zero bytes', new Uint8Array(256).fill(1, 200), F4, '441 bits'],
  ['an even modulus', modulusOf(2048, 2), F4, 'even'],
  ['an empty exponent', modulusOf(2048), [], 'exponent 0'],
  ['exponent 0', modulusOf(2048), [0], 'exponent 0'],
  ['exponent 1', modulusOf(2048), [1], 'exponent 1'],
  ['exponent 2', modulusOf(2048), [2], 'exponent 2'],
  ['an even exponent', modulusOf(2048), [1, 0, 0], 'exponent 65536'],
  ['an exponent of 33 bits', modulusOf(2048), [1, 0, 0, 0, 1], 'more than 32 bits'],
] as const) {
  test(`security 76: rsa refuses ${name}`, (t) => {
    const result = importRsaKey(modulus, new Uint8Array(exponent));
    t.false(result.ok);
    if (!result.ok) t.true(result.reason.includes(reason), result.reason);
  });
}

test('security 76: rsa takes 2048 and 8192 bits and exponents 3 and 2^32 - 1', (t) => {
  t.true(importRsaKey(modulusOf(2048), new Uint8Array([3])).ok);
  t.true(importRsaKey(modulusOf(8192), new Uint8Array([0, 255, 255, 255, 255])).ok);
});

test('rsa takes leading zero bytes of a modulus as what they are worth', (t) => {
  const result = importRsaKey(new Uint8Array([0, ...modulusOf(2048)]), new Uint8Array(F4));
  t.true(result.ok && result.key.byteLength === 256);
});

test('security 76: rsa refuses the mark of the broken generator ROCA', (t) => {
  // 65537^k modulo the product of the primes, lifted to 2048 bits.
  const primes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n);
  let residue = 1n;
  for (let k = 0; k < 1234; k++) residue = (residue * 65537n) % product;
  let modulus = (1n << 2047n) - ((1n << 2047n) % product) + residue + product;
  if ((modulus & 1n) === 0n) modulus += product;
  const result = importRsaKey(hexToBytes(modulus.toString(16)), new Uint8Array(F4));
  t.false(result.ok);
  if (!result.ok) t.true(result.reason.includes('CVE-2017-15361'));
  t.true(importRsaKey(hexToBytes((modulus + 2n).toString(16)), new Uint8Array(F4)).ok);
});
