// SPDX-License-Identifier: MIT
// Every signature algorithm on Wycheproof's vectors, on the platform's and ours, and on fresh keys.
import test, { type ExecutionContext } from 'ava';
import { readFileSync } from 'node:fs';
import { createHash, createPublicKey, generateKeyPairSync, privateEncrypt, constants, randomBytes } from 'node:crypto';
import { P384, P521 } from '../../../src/crypto/larger-curves.ts';
import type { Curve } from '../../../src/crypto/curves.ts';
import { ALGORITHM_NAMES } from '../../../src/config.ts';
import { ALGORITHMS, verifyIdToken, verifySignature } from '../../../src/verify/algorithms/all.ts';
import { hexToBytes, readSignatureCases, readWycheproof, SIGNATURE_FILES, type SignatureCase } from '../crypto/_wycheproof.ts';
import { type Alg, ALGS, jwkOf, keysOf, makeKeys, signAs, verifyAs } from '../../_helpers/signing.ts';
import { ACCESS_TOKEN, CLAIMS, codeOf, expectationsFor, makeToken } from './_tokens.ts';

type Verify = (item: SignatureCase, message: Uint8Array, signature: Uint8Array) => boolean;

/** Many verifications block the process: what came before is reported first, and no idle limit counts. */
function roomFor(t: ExecutionContext): Promise<void> {
  t.timeout(120_000);
  return new Promise((resolve) => setImmediate(resolve));
}

const IMPLEMENTATIONS: ReadonlyArray<readonly [string, Verify]> = [
  ['ours', ({ alg, jwk }, message, signature) => verifySignature(alg, jwk, message, signature)],
  ['node', ({ alg, jwk }, message, signature) => verifyAs(alg, createPublicKey({ key: jwk, format: 'jwk' }), message, signature)],
];

test('the configuration and the settings page name the algorithms of the table, and no other', (t) => {
  t.deepEqual(ALGORITHM_NAMES.split(' '), Object.keys(ALGORITHMS));
  const page = readFileSync(
    new URL('../../../package/luci-sso/files/www/luci-static/resources/view/luci-sso/settings.js', import.meta.url),
    'utf8',
  );
  t.true(page.includes(`'${ALGORITHM_NAMES}'.split(' ')`));
});

// RS256 and ES256 stand in test/crypto.
const OTHER_FILES = SIGNATURE_FILES.filter(([, alg]) => alg !== 'RS256' && alg !== 'ES256');

for (const [implementation, verify] of IMPLEMENTATIONS) {
  for (const [name, alg] of OTHER_FILES) {
    test(`security 77, 78, 79, 80: ${alg} passes every Wycheproof vector of ${name} (${implementation})`, async (t) => {
      await roomFor(t);
      const cases = readSignatureCases(name, alg);
      for (const item of cases) {
        const { tcId, comment, msg, sig, result } = item.vector;
        // The only 'acceptable' ones leave the NULL of DigestInfo out: not what RFC 8017 builds.
        t.is(verify(item, hexToBytes(msg), hexToBytes(sig)), result === 'valid', `tcId ${tcId} ${comment}`);
      }
      t.log(`${cases.length} vectors`);
    });
  }
}

test('security 79: of the vectors without salt, PS256 takes only the one with a salt as long as the hash', async (t) => {
  await roomFor(t);
  const cases = readSignatureCases('rsa_pss_2048_sha256_mgf1_0', 'PS256');
  t.is(cases.length, 103);
  for (const { alg, jwk, vector } of cases) {
    const isOurs = vector.comment === 's_len changed to 32';
    t.is(verifySignature(alg, jwk, hexToBytes(vector.msg), hexToBytes(vector.sig)), isOurs, `tcId ${vector.tcId}`);
  }
});

interface KoblitzGroup {
  readonly publicKeyJwk?: object;
  readonly tests: ReadonlyArray<{ readonly tcId: number; readonly msg: string; readonly sig: string }>;
}

test('security 75: no vector of secp256k1 is taken under any algorithm', async (t) => {
  await roomFor(t);
  const file = readWycheproof<KoblitzGroup>('ecdsa_secp256k1_sha256_p1363');
  let run = 0;
  for (const { publicKeyJwk, tests } of file.testGroups) {
    for (const { msg, sig, tcId } of tests) {
      run++;
      if (publicKeyJwk === undefined) continue;
      for (const [alg, code] of [
        ['ES256K', 'UNSUPPORTED_ALGORITHM'],
        ['ES256', 'UNSUPPORTED_CURVE'],
        ['EdDSA', 'UNSUPPORTED_CURVE'],
      ] as const) {
        t.is(
          codeOf(() => verifySignature(alg, publicKeyJwk, hexToBytes(msg), hexToBytes(sig))),
          code,
          `tcId ${tcId}`,
        );
      }
    }
  }
  t.is(run, file.numberOfTests);
});

/** r and s of a DER signature, side by side in 32 bytes each; `undefined` when it is not plain DER or too long. */
function fromDer(der: Uint8Array): Uint8Array | undefined {
  const hex = Buffer.from(der).toString('hex');
  const match = /^30(..)02(..)((?:..)+?)$/.exec(hex);
  if (match === null || parseInt(match[1] as string, 16) !== der.length - 2) return undefined;
  const rLength = parseInt(match[2] as string, 16);
  const r = hex.slice(8, 8 + 2 * rLength);
  const rest = hex.slice(8 + 2 * rLength);
  const s = rest.slice(4);
  if (!rest.startsWith('02') || parseInt(rest.slice(2, 4), 16) !== s.length / 2) return undefined;
  const halves = [r, s].map((half) => half.replace(/^00(?=[89a-f])/, ''));
  if (halves.some((half) => half === '' || (half.startsWith('00') && half !== '00') || half.length > 64)) return undefined;
  if ([r, s].some((half) => /^[89a-f]/.test(half))) return undefined;
  return hexToBytes(halves.map((half) => half.padStart(64, '0')).join(''));
}

test("Wycheproof's ES256 signatures in DER: as labelled side by side, none as they are", async (t) => {
  await roomFor(t);
  const file = readWycheproof<{ publicKey: { wx: string; wy: string }; tests: SignatureCase['vector'][] }>('ecdsa_secp256r1_sha256');
  let converted = 0;
  for (const { publicKey, tests } of file.testGroups) {
    const [x, y] = [publicKey.wx, publicKey.wy].map((hex) =>
      Buffer.from(BigInt(`0x${hex}`).toString(16).padStart(64, '0'), 'hex').toString('base64url'),
    );
    const jwk = { kty: 'EC', crv: 'P-256', x, y };
    for (const { tcId, comment, msg, sig, result } of tests) {
      t.false(verifySignature('ES256', jwk, hexToBytes(msg), hexToBytes(sig)), `tcId ${tcId} in DER`);
      const plain = fromDer(hexToBytes(sig));
      if (plain === undefined) t.is(result, 'invalid', `tcId ${tcId} ${comment}`);
      else t.is(verifySignature('ES256', jwk, hexToBytes(msg), plain), result === 'valid', `tcId ${tcId} ${comment}`);
      if (plain !== undefined) converted++;
    }
  }
  t.true(converted > 170, `${converted}`);
});

const flip = (bytes: Uint8Array, place: number) => bytes.map((byte, i) => (i === place >> 3 ? byte ^ (1 << (place & 7)) : byte));

for (const alg of ALGS) {
  test(`security 54: ${alg} agrees with the platform on fresh keys, other messages, keys and flipped bits`, async (t) => {
    await roomFor(t);
    const rounds = alg.startsWith('ES') || alg === 'EdDSA' ? 4 : 1;
    for (let round = 0; round < rounds; round++) {
      const [own, other] = [makeKeys(alg), keysOf(alg)];
      const jwk = own.publicKey.export({ format: 'jwk' });
      const message = new Uint8Array(randomBytes(round * 97));
      const signature = signAs(alg, own.privateKey, message);
      t.true(verifySignature(alg, jwk, message, signature), `${JSON.stringify(jwk)} ${Buffer.from(signature).toString('hex')}`);
      t.false(verifySignature(alg, jwk, new Uint8Array([...message, 0]), signature));
      t.false(verifySignature(alg, other.publicKey.export({ format: 'jwk' }), message, signature));
      for (const length of [0, 1, signature.length - 1]) t.false(verifySignature(alg, jwk, message, signature.subarray(0, length)));
      t.false(verifySignature(alg, jwk, message, new Uint8Array([...signature, 0])));
      t.false(verifySignature(alg, jwk, message, new Uint8Array([0, ...signature])));
      for (let i = 0; i < 12; i++) {
        const changed = flip(signature, randomBytes(2).readUInt16BE() % (8 * signature.length));
        t.is(
          verifySignature(alg, jwk, message, changed),
          verifyAs(alg, own.publicKey, message, changed),
          Buffer.from(changed).toString('hex'),
        );
      }
    }
  });
}

for (const alg of ['RS384', 'PS256', 'PS512'] as const) {
  for (const bits of [2049, 2055, 2056]) {
    test(`${alg} takes a key of ${bits} bits`, (t) => {
      const keys = makeKeys(alg, bits);
      const message = new Uint8Array([1, 2, 3]);
      const signature = signAs(alg, keys.privateKey, message);
      const jwk = keys.publicKey.export({ format: 'jwk' });
      t.true(verifySignature(alg, jwk, message, signature));
      t.false(verifySignature(alg, jwk, new Uint8Array([1, 2]), signature));
    });
  }
}

/** One way to be wrong about EMSA-PSS (RFC 8017 9.1.1). */
interface PssChange {
  readonly maskHash?: string;
  readonly saltBytes?: number;
  readonly trailer?: number;
  readonly separator?: number;
  readonly filler?: number;
  readonly top?: number;
}

/** A PS256 signature by a key of 2048 bits, built by hand, with one thing changed. */
function signPss(
  message: Uint8Array,
  { maskHash = 'sha256', saltBytes = 32, trailer = 0xbc, separator = 1, filler = 0, top = 0 }: PssChange,
): Uint8Array {
  const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const salt = randomBytes(saltBytes);
  const hash = sha256(new Uint8Array(8), sha256(message), salt);
  const data = Buffer.concat([Buffer.alloc(222 - saltBytes, filler), Buffer.from([separator]), salt]);
  let mask = Buffer.alloc(0);
  for (let i = 0; mask.length < data.length; i++)
    mask = Buffer.concat([
      mask,
      createHash(maskHash)
        .update(hash)
        .update(Buffer.from([0, 0, 0, i]))
        .digest(),
    ]);
  data.forEach((byte, i) => (data[i] = byte ^ (mask[i] as number)));
  data[0] = ((data[0] as number) & 0x7f) | top;
  const block = Buffer.concat([data, hash, Buffer.from([trailer])]);
  return new Uint8Array(privateEncrypt({ key: keysOf('PS256').privateKey, padding: constants.RSA_NO_PADDING }, block));
}

const PSS_ROWS: ReadonlyArray<readonly [string, PssChange, boolean]> = [
  ['nothing wrong', {}, true],
  ['a mask by SHA-1', { maskHash: 'sha1' }, false],
  ['a mask by SHA-512', { maskHash: 'sha512' }, false],
  ['no salt', { saltBytes: 0 }, false],
  ['a salt of 31 bytes', { saltBytes: 31 }, false],
  ['a salt of 33 bytes', { saltBytes: 33 }, false],
  ['the longest salt', { saltBytes: 222 }, false],
  ['another last byte', { trailer: 0xcc }, false],
  ['another byte before the salt', { separator: 2 }, false],
  ['ones before the salt', { filler: 0xff }, false],
];

for (const [name, change, expected] of PSS_ROWS) {
  test(`security 79: PS256 ${expected ? 'takes' : 'refuses'} a signature with ${name}`, (t) => {
    const message = new Uint8Array([4, 5, 6]);
    for (let round = 0; round < 4; round++) {
      t.is(verifySignature('PS256', jwkOf('PS256', 'k'), message, signPss(message, change)), expected);
    }
  });
}

test('security 79: PS256 refuses a block whose highest bit is set', (t) => {
  const message = new Uint8Array([4]);
  let made = 0;
  for (let round = 0; round < 40; round++) {
    let signature: Uint8Array;
    try {
      signature = signPss(message, { top: 0x80 });
    } catch {
      continue; // above the modulus
    }
    made++;
    t.false(verifySignature('PS256', jwkOf('PS256', 'k'), message, signature));
  }
  t.true(made > 0);
});

const LARGER: ReadonlyArray<readonly [Alg, Curve]> = [
  ['ES384', P384],
  ['ES512', P521],
];

for (const [alg, curve] of LARGER) {
  test(`security 77: ${alg} refuses r and s outside 1 to n - 1`, (t) => {
    const { byteLength, n, p } = curve;
    const bytes = (value: bigint) => [...hexToBytes(value.toString(16).padStart(2 * byteLength, '0'))];
    const ones = (1n << BigInt(8 * byteLength)) - 1n;
    for (const [r, s] of [
      [0n, 0n],
      [0n, 1n],
      [1n, 0n],
      [n, 1n],
      [1n, n],
      [n, n],
      [p, 1n],
      [ones, ones],
      [n + 1n, 1n],
    ] as const) {
      t.false(verifySignature(alg, jwkOf(alg, 'k'), new Uint8Array(3), new Uint8Array([...bytes(r), ...bytes(s)])), `${r} ${s}`);
    }
  });

  test(`security 77: ${alg} takes keys on the curve only, in full length`, (t) => {
    const jwk = jwkOf(alg, 'k');
    const [x, y] = [String(jwk['x']), String(jwk['y'])];
    const wanted = Buffer.from(x, 'base64url').length;
    t.is(wanted, curve.byteLength);
    const bytes = Buffer.from(x, 'base64url');
    const code = (change: object) =>
      codeOf(() => verifySignature(alg, { ...jwk, ...change }, new Uint8Array(1), new Uint8Array(2 * curve.byteLength)));
    t.is(code({}), 'accepted');
    t.is(code({ x: y, y: x }), 'KEY_UNUSABLE');
    t.is(code({ x: bytes.subarray(1).toString('base64url') }), 'INVALID_EC_PARAMS_ENCODING');
    t.is(code({ x: Buffer.concat([Buffer.alloc(1), bytes]).toString('base64url') }), 'INVALID_EC_PARAMS_ENCODING');
    t.is(code({ y: undefined }), 'MISSING_EC_PARAMS');
    const above = (curve.p + BigInt(`0x${bytes.toString('hex')}`)).toString(16).padStart(2 * curve.byteLength, '0');
    if (above.length === 2 * curve.byteLength) t.is(code({ x: Buffer.from(above, 'hex').toString('base64url') }), 'KEY_UNUSABLE');
  });
}

const P25519 = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const littleEndian = (value: bigint) => hexToBytes(value.toString(16).padStart(64, '0')).reverse();
const toInteger = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes.slice().reverse()).toString('hex')}`);
const okp = (bytes: Uint8Array) => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') });

test('security 78: EdDSA refuses a second spelling of S and of R', (t) => {
  const { publicKey, privateKey } = keysOf('EdDSA');
  const jwk = publicKey.export({ format: 'jwk' });
  const message = new Uint8Array([7]);
  const signature = signAs('EdDSA', privateKey, message);
  t.true(verifySignature('EdDSA', jwk, message, signature));
  const s = toInteger(signature.subarray(32));
  for (const other of [s + ORDER, s + 2n * ORDER, ORDER, (1n << 256n) - 1n]) {
    if (other >= 1n << 256n) continue;
    t.false(verifySignature('EdDSA', jwk, message, new Uint8Array([...signature.subarray(0, 32), ...littleEndian(other)])));
  }
  for (const y of [P25519, P25519 + 1n, P25519 + 18n, (1n << 255n) - 1n]) {
    t.false(verifySignature('EdDSA', jwk, message, new Uint8Array([...littleEndian(y), ...signature.subarray(32)])));
  }
});

const ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const SIGN = 1n << 255n;
const BAD_KEYS: ReadonlyArray<readonly [string, bigint]> = [
  ['the neutral point', 1n],
  ['the point of order 2', P25519 - 1n],
  ['a point of order 4', 0n],
  ['the other point of order 4', SIGN],
  ['a point of order 8', ORDER_8],
  ['another point of order 8', ORDER_8 | SIGN],
  ['a third point of order 8', P25519 - ORDER_8],
  ['the last point of order 8', (P25519 - ORDER_8) | SIGN],
  ['a zero x with a sign', 1n | SIGN],
  ['y = p', P25519],
  ['y = p + 1', P25519 + 1n],
  ['y = p + 3, whose 3 is on the curve', P25519 + 3n],
  ['y = 2, beside the curve', 2n],
  ['all ones', (1n << 256n) - 1n],
];

for (const [name, value] of BAD_KEYS) {
  test(`security 78: EdDSA refuses as a key ${name}`, (t) => {
    // R = A, S = 0 is right for many messages under a key of small order.
    const bytes = littleEndian(value);
    const signature = new Uint8Array([...bytes, ...new Uint8Array(32)]);
    t.is(
      codeOf(() => verifySignature('EdDSA', okp(bytes), new Uint8Array(1), signature)),
      'KEY_UNUSABLE',
    );
  });
}

test('security 78: EdDSA takes keys of exactly 32 bytes on Ed25519 only', (t) => {
  const jwk = jwkOf('EdDSA', 'k');
  const bytes = Buffer.from(String(jwk['x']), 'base64url');
  const code = (change: object) => codeOf(() => verifySignature('EdDSA', { ...jwk, ...change }, new Uint8Array(1), new Uint8Array(64)));
  t.is(code({}), 'accepted');
  t.is(code({ x: undefined }), 'MISSING_EC_PARAMS');
  t.is(code({ x: 5 }), 'MISSING_EC_PARAMS');
  t.is(code({ x: `${String(jwk['x'])}=` }), 'INVALID_EC_PARAMS_ENCODING');
  t.is(code({ x: bytes.subarray(1).toString('base64url') }), 'INVALID_EC_PARAMS_ENCODING');
  t.is(code({ x: Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url') }), 'INVALID_EC_PARAMS_ENCODING');
  t.is(code({ crv: 'Ed448' }), 'UNSUPPORTED_CURVE');
  t.is(code({ crv: 'X25519' }), 'UNSUPPORTED_CURVE');
  t.is(code({ crv: undefined }), 'UNSUPPORTED_CURVE');
  t.is(code({ kty: 'EC' }), 'KEY_UNUSABLE');
});

test('security 78: EdDSA refuses Ed448, with whatever key', (t) => {
  const { publicKey } = generateKeyPairSync('ed448');
  t.is(
    codeOf(() => verifySignature('EdDSA', publicKey.export({ format: 'jwk' }), new Uint8Array(1), new Uint8Array(114))),
    'UNSUPPORTED_CURVE',
  );
});

/** What fits: the algorithms of one kind of key share it as long as the key names none of them. */
const KIND: Readonly<Record<Alg, string>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
};

for (const alg of ALGS) {
  test(`security 75: ${alg} takes only a key of its kind, curve and alg`, async (t) => {
    await roomFor(t);
    const token = makeToken(CLAIMS, { alg, kid: 'k' });
    const verdict = (jwk: object) => codeOf(() => verifyIdToken(expectationsFor(token, { jwks: { keys: [jwk] } })));
    for (const other of ALGS) {
      const jwk = { ...keysOf(other).publicKey.export({ format: 'jwk' }), kid: 'k' };
      // An unfit key names the token's kid, so it is refused as such and not as missing.
      if (alg === 'RS256' || alg === 'ES256') continue;
      t.is(verdict(jwk), KIND[alg] === KIND[other] ? 'accepted' : 'KEY_UNUSABLE', `${other}, no alg`);
      t.is(verdict({ ...jwk, alg: other }), alg === other ? 'accepted' : 'KEY_UNUSABLE', other);
      t.is(verdict({ ...jwk, alg }), KIND[alg] === KIND[other] ? 'accepted' : 'KEY_UNUSABLE', `${other} that names ${alg}`);
    }
    t.is(verdict({ ...jwkOf(alg, 'k'), use: 'enc' }), 'KEY_UNUSABLE');
    t.is(verdict({ ...jwkOf(alg, 'k'), alg: `${alg} ` }), 'KEY_UNUSABLE');
    t.is(ALGORITHMS[alg]?.alg, alg);
    t.is(ALGORITHMS[alg.toLowerCase()], undefined);
  });

  test(`security 63: at_hash is made by the hash of ${alg}`, (t) => {
    const keys = [jwkOf(alg, 'k')];
    const hash = alg === 'EdDSA' ? 'sha512' : `sha${alg.slice(2)}`;
    const atHash = (name: string) => {
      const digest = createHash(name).update(ACCESS_TOKEN).digest();
      return digest.subarray(0, digest.length / 2).toString('base64url');
    };
    const verdict = (claims: object) => {
      const own = alg === 'RS256' || alg === 'ES256';
      const token = makeToken({ ...CLAIMS, ...claims }, own ? { alg } : { alg, kid: 'k' });
      const jwks = own ? {} : { jwks: { keys } };
      return codeOf(() => verifyIdToken(expectationsFor(token, { accessToken: ACCESS_TOKEN, ...jwks })));
    };
    t.is(verdict({}), 'accepted');
    // Pocket ID and glewlwyd have SHA-256 with EdDSA, Keycloak SHA-512.
    const right = alg === 'EdDSA' ? [hash, 'sha256'] : [hash];
    for (const name of ['sha256', 'sha384', 'sha512'])
      t.is(verdict({ at_hash: atHash(name) }), right.includes(name) ? 'accepted' : 'AT_HASH_MISMATCH', name);
    t.is(verdict({ at_hash: createHash(hash).update(ACCESS_TOKEN).digest('base64url') }), 'AT_HASH_MISMATCH', 'the whole hash');
  });
}

test('a key for ES512 may name itself after its curve, and no other key may', (t) => {
  const verdict = (alg: Alg, name: string) =>
    codeOf(() =>
      verifyIdToken(expectationsFor(makeToken(CLAIMS, { alg, kid: 'k' }), { jwks: { keys: [{ ...jwkOf(alg, 'k'), alg: name }] } })),
    );
  t.is(verdict('ES512', 'ES521'), 'accepted');
  t.is(verdict('ES384', 'ES521'), 'KEY_UNUSABLE');
  t.is(verdict('ES512', 'ES384'), 'KEY_UNUSABLE');
  t.is(
    codeOf(() => verifySignature('ES521', jwkOf('ES512', 'k'), new Uint8Array(1), new Uint8Array(132))),
    'UNSUPPORTED_ALGORITHM',
  );
});
