// SPDX-License-Identifier: MIT
import { decodeBase64url, sha256 } from '#native';
import test from 'ava';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { P256 } from '../../../src/crypto/curves.ts';
import { importEcKey, verifyEcdsa } from '../../../src/crypto/ecdsa.ts';
import { hexToBytes, readWycheproof } from './_wycheproof.ts';

interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

interface Group {
  readonly publicKey: { readonly wx: string; readonly wy: string };
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }>;
}

type Verify = (jwk: Jwk, message: Uint8Array, signature: Uint8Array) => boolean;

const bytes = (text: string) => decodeBase64url(text) ?? new Uint8Array(0);

/** A hex integer, as some have more and some fewer digits, in the 32 bytes of a JWK. */
function coordinate(hex: string): string {
  const digits = BigInt(`0x${hex}`).toString(16).padStart(64, '0');
  return Buffer.from(digits, 'hex').toString('base64url');
}

const ours: Verify = (jwk, message, signature) => {
  const key = importEcKey(P256, bytes(jwk.x), bytes(jwk.y));
  return key !== undefined && verifyEcdsa(key, sha256(message), signature);
};

const node: Verify = (jwk, message, signature) => {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

for (const [implementation, verifyEs256] of [
  ['ours', ours],
  ['node', node],
] as const) {
  test(`ecdsa passes every Wycheproof vector of ES256 (${implementation})`, (t) => {
    const file = readWycheproof<Group>('ecdsa_secp256r1_sha256_p1363');
    let run = 0;
    for (const { publicKey, tests } of file.testGroups) {
      const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(publicKey.wx), y: coordinate(publicKey.wy) };
      for (const { tcId, comment, msg, sig, result } of tests) {
        const verdict = verifyEs256(jwk, hexToBytes(msg), hexToBytes(sig));
        t.is(verdict, result === 'valid', `tcId ${tcId} ${comment}`);
        run++;
      }
    }
    t.is(run, file.numberOfTests);
  });
}

test('ecdsa agrees with the platform on fresh keys and refuses any other message', (t) => {
  for (let round = 0; round < 10; round++) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    const jwk = { kty: 'EC', crv: 'P-256', x, y };
    const message = new Uint8Array([round]);
    const signature = new Uint8Array(sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));
    t.true(ours(jwk, message, signature), JSON.stringify(jwk));
    t.false(ours(jwk, new Uint8Array([round, 0]), signature));
  }
});

const toBytes = (value: bigint) => hexToBytes(value.toString(16).padStart(64, '0'));
const KEY = importEcKey(P256, toBytes(P256.x), toBytes(P256.y));

for (const [name, r, s] of [
  ['r = s = 0', 0n, 0n],
  ['r = 0', 0n, 1n],
  ['s = 0', 1n, 0n],
  ['r = n', P256.n, 1n],
  ['s = n', 1n, P256.n],
  ['r = s = n', P256.n, P256.n],
  ['r = p', P256.p, 1n],
  ['r and s all ones', (1n << 256n) - 1n, (1n << 256n) - 1n],
] as const) {
  test(`security 77: ecdsa refuses ${name}`, (t) => {
    t.not(KEY, undefined);
    if (KEY === undefined) return;
    const signature = new Uint8Array([...toBytes(r), ...toBytes(s)]);
    t.false(verifyEcdsa(KEY, new Uint8Array(32), signature));
    t.false(verifyEcdsa(KEY, sha256(new Uint8Array(0)), signature));
  });
}

test('security 77: ecdsa refuses every signature length but 64', (t) => {
  t.not(KEY, undefined);
  if (KEY === undefined) return;
  for (const length of [0, 1, 32, 63, 65, 66, 72, 96, 128]) {
    t.false(verifyEcdsa(KEY, new Uint8Array(32), new Uint8Array(length).fill(1)));
  }
});

const { p, x, y } = P256;
for (const [name, xBytes, yBytes] of [
  ['(0, 0), which stands for infinity', toBytes(0n), toBytes(0n)],
  ['a point beside the curve', toBytes(x), toBytes(y + 1n)],
  ['x not reduced', hexToBytes((x + p).toString(16).padStart(66, '0')), toBytes(y)],
  ['x = p', toBytes(p), toBytes(y)],
  ['a short x', toBytes(x).subarray(1), toBytes(y)],
  ['a long y', toBytes(x), new Uint8Array([0, ...toBytes(y)])],
  ['no coordinates', new Uint8Array(0), new Uint8Array(0)],
  ['x and y exchanged', toBytes(y), toBytes(x)],
] as const) {
  test(`security 77: ecdsa takes no key with ${name}`, (t) => {
    t.is(importEcKey(P256, xBytes, yBytes), undefined);
  });
}

test('security 77: ecdsa takes no key with a coordinate that is only too large', (t) => {
  // x = 5 is on the curve, and 5 + p still fits into 32 bytes.
  const root = modPow(125n - 15n + P256.b, (p + 1n) / 4n);
  t.not(importEcKey(P256, toBytes(5n), toBytes(root)), undefined);
  t.is(importEcKey(P256, toBytes(5n + p), toBytes(root)), undefined);
});

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % p;
    if (bit === '1') result = (result * base) % p;
  }
  return result;
}
