// SPDX-License-Identifier: MIT
import test from 'ava';
import { generateKeyPairSync } from 'node:crypto';
import { verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import { CLAIMS, codeOf, expectationsFor, EC_HEADER, ecJwk, makeToken, RSA_HEADER, rsaJwk } from './_tokens.ts';

const rsaToken = makeToken();
const ecToken = makeToken(CLAIMS, EC_HEADER);
const rsaWithoutKid = makeToken(CLAIMS, { ...RSA_HEADER, kid: undefined });

const otherRsa = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
};

const verdictOn = (token: string, keys: unknown) => codeOf(() => verifyIdToken(expectationsFor(token, { jwks: { keys } })));

const RSA_N = String(rsaJwk['n']);
const EC_X = String(ecJwk['x']);
const EC_Y = String(ecJwk['y']);
const flipped = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

/** Name, change of the RSA key that the token names, verdict. */
const RSA_ROWS: ReadonlyArray<readonly [string, object, string]> = [
  ['as it is', {}, 'accepted'],
  ['security 75: use sig', { use: 'sig' }, 'accepted'],
  ['security 75: use enc', { use: 'enc' }, 'KEY_UNUSABLE'],
  ['security 75: use null', { use: null }, 'KEY_UNUSABLE'],
  ['security 75: key_ops with verify', { key_ops: ['wrapKey', 'verify'] }, 'accepted'],
  ['security 75: key_ops without verify', { key_ops: ['encrypt'] }, 'KEY_UNUSABLE'],
  ['security 75: key_ops empty', { key_ops: [] }, 'KEY_UNUSABLE'],
  ['security 75: key_ops not an array', { key_ops: 'verify' }, 'KEY_UNUSABLE'],
  ["security 75: the token's alg", { alg: 'RS256' }, 'accepted'],
  ['security 75: another alg of the same kind', { alg: 'RS512' }, 'KEY_UNUSABLE'],
  ['security 75: an encryption alg', { alg: 'RSA-OAEP' }, 'KEY_UNUSABLE'],
  ['security 75: alg not a string', { alg: ['RS256'] }, 'KEY_UNUSABLE'],
  ['no kty', { kty: undefined }, 'MISSING_KTY'],
  ['kty oct', { kty: 'oct' }, 'UNSUPPORTED_KTY'],
  ['kty in lower case', { kty: 'rsa' }, 'UNSUPPORTED_KTY'],
  ['kty EC without crv', { kty: 'EC' }, 'UNSUPPORTED_CURVE'],
  ['kty EC', { kty: 'EC', crv: 'P-256' }, 'KEY_UNUSABLE'],
  ['no n', { n: undefined }, 'MISSING_RSA_PARAMS'],
  ['no e', { e: undefined }, 'MISSING_RSA_PARAMS'],
  ['e a number', { e: 65537 }, 'MISSING_RSA_PARAMS'],
  ['n with padding', { n: `${RSA_N}==` }, 'INVALID_RSA_PARAMS_ENCODING'],
  ['e in plain base64', { e: 'AQ+B' }, 'INVALID_RSA_PARAMS_ENCODING'],
  ['security 76: n empty', { n: '' }, 'KEY_UNUSABLE'],
  ['security 76: n of 1024 bits', { n: RSA_N.slice(0, 171) + 'Q' }, 'KEY_UNUSABLE'],
  ['security 76: n of more than 8192 bits', { n: RSA_N.slice(0, 300).repeat(5) }, 'KEY_UNUSABLE'],
  ['security 76: e = 1', { e: 'AQ' }, 'KEY_UNUSABLE'],
  ['security 76: e = 2', { e: 'Ag' }, 'KEY_UNUSABLE'],
  ['security 76: e empty', { e: '' }, 'KEY_UNUSABLE'],
  ['another n', { n: otherRsa.n }, 'INVALID_SIGNATURE'],
  ['another e', { e: 'Aw' }, 'INVALID_SIGNATURE'],
  ['security 86: private members', { d: 'AA', p: 'AA', q: 5 }, 'accepted'],
  ['x5c and unknown members', { x5c: ['MIIB'], x5t: 'x', 'x-y': {} }, 'accepted'],
];

for (const [name, change, code] of RSA_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} an RSA key with ${name}`, (t) => {
    t.is(verdictOn(rsaToken, [ecJwk, { ...rsaJwk, ...change }]), code);
  });
}

const EC_ROWS: ReadonlyArray<readonly [string, object, string]> = [
  ['as it is', {}, 'accepted'],
  ['no crv', { crv: undefined }, 'UNSUPPORTED_CURVE'],
  ['crv secp256k1', { crv: 'secp256k1' }, 'UNSUPPORTED_CURVE'],
  ['crv P-384', { crv: 'P-384' }, 'KEY_UNUSABLE'],
  ['crv in lower case', { crv: 'p-256' }, 'UNSUPPORTED_CURVE'],
  ['kty OKP', { kty: 'OKP', crv: 'Ed25519' }, 'KEY_UNUSABLE'],
  ['alg ES384', { alg: 'ES384' }, 'KEY_UNUSABLE'],
  ['use enc', { use: 'enc' }, 'KEY_UNUSABLE'],
  ['no x', { x: undefined }, 'MISSING_EC_PARAMS'],
  ['y a number', { y: 1 }, 'MISSING_EC_PARAMS'],
  ['security 77: x one byte short', { x: EC_X.slice(0, 40) }, 'INVALID_EC_PARAMS_ENCODING'],
  ['security 77: x with a zero byte before', { x: `AA${EC_X.slice(0, 42)}` }, 'INVALID_EC_PARAMS_ENCODING'],
  ['security 77: y with padding', { y: `${EC_Y}=` }, 'INVALID_EC_PARAMS_ENCODING'],
  ['security 77: a point beside the curve', { x: flipped(EC_X) }, 'KEY_UNUSABLE'],
  ['security 77: x and y zero', { x: 'A'.repeat(43), y: 'A'.repeat(43) }, 'KEY_UNUSABLE'],
];

for (const [name, change, code] of EC_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} an EC key with ${name}`, (t) => {
    t.is(verdictOn(ecToken, [{ ...ecJwk, ...change }, rsaJwk]), code);
  });
}

const SET_ROWS: ReadonlyArray<readonly [string, unknown, string]> = [
  ['no keys', undefined, 'NO_KEYS_AVAILABLE'],
  ['keys that are an object', { 0: rsaJwk, length: 1 }, 'NO_KEYS_AVAILABLE'],
  ['an empty array', [], 'NO_KEYS_AVAILABLE'],
  ['only entries that are no objects', [null, 'x', 5, [rsaJwk]], 'NO_KEYS_AVAILABLE'],
  ['security 85: 51 keys', Array.from({ length: 51 }, () => rsaJwk), 'NO_KEYS_AVAILABLE'],
  ['security 85: 50 keys', [...Array.from({ length: 49 }, () => ecJwk), rsaJwk], 'accepted'],
  ['security 81: unknown kinds beside', [{ kty: 'AKP', kid: 'x' }, {}, null, rsaJwk], 'accepted'],
  ['only keys with another kid', [{ ...rsaJwk, kid: 'rsa-2' }, ecJwk], 'KEY_NOT_FOUND'],
  ['a fitting key without kid', [{ ...rsaJwk, kid: undefined }], 'KEY_NOT_FOUND'],
  ['a kid that is a number', [{ ...rsaJwk, kid: 1 }], 'KEY_NOT_FOUND'],
  ['security 82: the kid also on another kind', [{ ...ecJwk, kid: 'rsa-1' }, rsaJwk], 'accepted'],
  ['security 82: the kid also on a key for encryption', [{ ...otherRsa, kid: 'rsa-1', use: 'enc' }, rsaJwk], 'accepted'],
  ['security 82: the kid twice on fitting keys', [rsaJwk, { ...otherRsa, kid: 'rsa-1' }], 'KEY_AMBIGUOUS'],
  ['security 82: the same key twice', [rsaJwk, rsaJwk], 'accepted'],
  ['security 82: the same key twice, with other members beside it', [rsaJwk, { ...rsaJwk, x5t: 'x', use: 'sig' }], 'accepted'],
  ['security 82: the same key twice and another', [rsaJwk, rsaJwk, { ...otherRsa, kid: 'rsa-1' }], 'KEY_AMBIGUOUS'],
];

for (const [name, keys, code] of SET_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} a key set with ${name}`, (t) => {
    t.is(verdictOn(rsaToken, keys), code);
    if (Array.isArray(keys)) t.is(verdictOn(rsaToken, [...keys].reverse()), code);
  });
}

for (const jwks of [null, undefined, 'keys', 5, [rsaJwk], {}]) {
  test(`verify refuses ${JSON.stringify(jwks)?.slice(0, 20)} as a key set`, (t) => {
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(rsaToken, { jwks }))),
      'NO_KEYS_AVAILABLE',
    );
  });
}

const NO_KID_ROWS: ReadonlyArray<readonly [string, unknown, string]> = [
  ['one fitting key', [rsaJwk, ecJwk], 'accepted'],
  ['one fitting key without kid', [{ ...rsaJwk, kid: undefined }], 'accepted'],
  ['one fitting key besides one for encryption', [{ ...otherRsa, use: 'enc' }, rsaJwk], 'accepted'],
  ['one fitting key besides one of another alg', [{ ...otherRsa, alg: 'PS256' }, rsaJwk], 'accepted'],
  ['no fitting key', [ecJwk], 'KEY_NOT_FOUND'],
  ['two fitting keys', [rsaJwk, otherRsa], 'KEY_AMBIGUOUS'],
];

for (const [name, keys, code] of NO_KID_ROWS) {
  test(`security 83: a token without kid and a set with ${name}: ${code}`, (t) => {
    t.is(verdictOn(rsaWithoutKid, keys), code);
  });
}

test('security 75: a key of one kind never verifies a token of the other', (t) => {
  const asRsa = makeToken(CLAIMS, { ...RSA_HEADER, kid: 'ec-1' });
  const asEc = makeToken(CLAIMS, { ...EC_HEADER, kid: 'rsa-1' });
  t.is(verdictOn(asRsa, [rsaJwk, ecJwk]), 'KEY_UNUSABLE');
  t.is(verdictOn(asEc, [rsaJwk, ecJwk]), 'KEY_UNUSABLE');
});
