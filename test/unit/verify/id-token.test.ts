// SPDX-License-Identifier: MIT
import test from 'ava';
import { createHash } from 'node:crypto';
import { Refusal } from '../../../src/refusal.ts';
import { verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import {
  ACCESS_TOKEN,
  CLAIMS,
  CLIENT_ID,
  codeOf,
  expectationsFor,
  EC_HEADER,
  ISSUER,
  makeToken,
  NONCE,
  NOW,
  RSA_HEADER,
  rsaJwk,
  TOLERANCE_S,
} from './_tokens.ts';

const left = (text: string) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

for (const header of [RSA_HEADER, EC_HEADER]) {
  test(`verify returns the claims of a right ${String(header['alg'])} token`, (t) => {
    const claims = verifyIdToken(expectationsFor(makeToken(CLAIMS, header), { accessToken: ACCESS_TOKEN }));
    t.is(JSON.stringify(claims), JSON.stringify(CLAIMS));
    t.is(claims.sub, 'alice');
    t.is(Object.getPrototypeOf(claims), null);
  });
}

/** One change of the claims each, and the verdict on it. */
const CLAIM_ROWS: ReadonlyArray<readonly [string, { readonly [name: string]: unknown }, string]> = [
  // security 51
  ['security 51: no iss', { iss: undefined }, 'ISSUER_MISMATCH'],
  ['security 51: iss with a slash more', { iss: `${ISSUER}/` }, 'ISSUER_MISMATCH'],
  ['security 51: iss in other case', { iss: ISSUER.toUpperCase() }, 'ISSUER_MISMATCH'],
  ['security 51: iss as an array', { iss: [ISSUER] }, 'ISSUER_MISMATCH'],
  ['security 51: iss null', { iss: null }, 'ISSUER_MISMATCH'],
  // security 52, 53
  ['security 52: no aud', { aud: undefined }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud null', { aud: null }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud a number', { aud: 5 }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud an object', { aud: { luci: true } }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud with a number beside', { aud: [CLIENT_ID, 1] }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud nested', { aud: [[CLIENT_ID]] }, 'MALFORMED_AUDIENCE'],
  ['security 52: aud empty array', { aud: [] }, 'INVALID_AUDIENCE'],
  ['security 52: aud of another client', { aud: 'other' }, 'AUDIENCE_MISMATCH'],
  ['security 52: aud that contains the client in its text', { aud: 'xluci' }, 'AUDIENCE_MISMATCH'],
  ['security 52: aud array of another client', { aud: ['other'] }, 'AUDIENCE_MISMATCH'],
  ['security 52: aud with an untrusted second audience', { aud: [CLIENT_ID, 'other'] }, 'AUDIENCE_MISMATCH'],
  [
    'security 53: aud with a second audience, although azp is the client',
    { aud: ['other', CLIENT_ID], azp: CLIENT_ID },
    'AUDIENCE_MISMATCH',
  ],
  ['security 53: aud as one-element array without azp', { aud: [CLIENT_ID] }, 'accepted'],
  ['security 53: azp of the client', { azp: CLIENT_ID }, 'accepted'],
  ['security 53: azp of another client', { azp: 'other' }, 'AZP_MISMATCH'],
  ['security 53: azp of another client with aud array', { aud: [CLIENT_ID], azp: 'other' }, 'AZP_MISMATCH'],
  ['security 53: azp as an array', { azp: [CLIENT_ID] }, 'AZP_MISMATCH'],
  ['security 53: azp null', { azp: null }, 'AZP_MISMATCH'],
  // security 57
  ['security 57: no exp', { exp: undefined }, 'MISSING_EXP_CLAIM'],
  ['security 57: exp null', { exp: null }, 'INVALID_EXP_CLAIM'],
  ['security 57: exp as text', { exp: `${NOW + 300}` }, 'INVALID_EXP_CLAIM'],
  ['security 57: exp as an array', { exp: [NOW + 300] }, 'INVALID_EXP_CLAIM'],
  ['security 57: exp true', { exp: true }, 'INVALID_EXP_CLAIM'],
  ['security 57: exp at the end of the tolerance', { exp: NOW - TOLERANCE_S }, 'TOKEN_EXPIRED'],
  ['security 57: exp just within the tolerance', { exp: NOW - TOLERANCE_S + 1 }, 'accepted'],
  ['security 57: exp 0', { exp: 0 }, 'TOKEN_EXPIRED'],
  ['security 57: exp -1e300', { exp: -1e300 }, 'TOKEN_EXPIRED'],
  ['security 57: exp with a fraction', { exp: NOW + 0.5 }, 'accepted'],
  ['security 57: exp beyond 32 bits', { exp: 2 ** 32 + 1 }, 'accepted'],
  ['security 57: exp 2^53', { exp: 2 ** 53 }, 'accepted'],
  ['security 57: exp 1e300', { exp: 1e300 }, 'accepted'],
  // security 58
  ['security 58: no iat', { iat: undefined }, 'MISSING_IAT_CLAIM'],
  ['security 58: iat null', { iat: null }, 'INVALID_IAT_CLAIM'],
  ['security 58: iat as text', { iat: `${NOW}` }, 'INVALID_IAT_CLAIM'],
  ['security 58: iat at the edge of the tolerance', { iat: NOW + TOLERANCE_S }, 'accepted'],
  ['security 58: iat beyond the tolerance', { iat: NOW + TOLERANCE_S + 1 }, 'TOKEN_ISSUED_IN_FUTURE'],
  ['security 58: iat 2^53', { iat: 2 ** 53 }, 'TOKEN_ISSUED_IN_FUTURE'],
  ['security 58: iat 1e300', { iat: 1e300 }, 'TOKEN_ISSUED_IN_FUTURE'],
  ['security 58: iat a week ago', { iat: NOW - 604800 }, 'accepted'],
  ['security 58: nbf as text', { nbf: `${NOW}` }, 'INVALID_NBF_CLAIM'],
  ['security 58: nbf null', { nbf: null }, 'INVALID_NBF_CLAIM'],
  ['security 58: nbf at the edge of the tolerance', { nbf: NOW + TOLERANCE_S }, 'accepted'],
  ['security 58: nbf beyond the tolerance', { nbf: NOW + TOLERANCE_S + 1 }, 'TOKEN_NOT_YET_VALID'],
  ['security 58: nbf beyond 32 bits', { nbf: 2 ** 32 }, 'TOKEN_NOT_YET_VALID'],
  // security 62
  ['security 62: no sub', { sub: undefined }, 'MISSING_SUB_CLAIM'],
  ['security 62: sub empty', { sub: '' }, 'MISSING_SUB_CLAIM'],
  ['security 62: sub null', { sub: null }, 'MISSING_SUB_CLAIM'],
  ['security 62: sub a number', { sub: 1000 }, 'MISSING_SUB_CLAIM'],
  ['security 62: sub of 255 characters', { sub: 's'.repeat(255) }, 'accepted'],
  ['security 62: sub of 256 characters', { sub: 's'.repeat(256) }, 'INVALID_SUB_CLAIM'],
  ['security 62: sub with a letter beyond ASCII', { sub: 'al\u00efce' }, 'INVALID_SUB_CLAIM'],
  ['security 62: sub with a line end', { sub: 'alice\nroot' }, 'INVALID_SUB_CLAIM'],
  // security 59
  ['security 59: no nonce', { nonce: undefined }, 'MISSING_NONCE'],
  ['security 59: nonce null', { nonce: null }, 'NONCE_MISMATCH'],
  ['security 59: nonce of another login', { nonce: `${NONCE.slice(0, -1)}x` }, 'NONCE_MISMATCH'],
  ['security 59: nonce with more behind', { nonce: `${NONCE}x` }, 'NONCE_MISMATCH'],
  ['security 59: nonce cut', { nonce: NONCE.slice(0, -1) }, 'NONCE_MISMATCH'],
  ['security 59: nonce empty', { nonce: '' }, 'NONCE_MISMATCH'],
  ['security 59: nonce as an array', { nonce: [NONCE] }, 'NONCE_MISMATCH'],
  // security 63
  ['security 63: at_hash of the access token', { at_hash: left(ACCESS_TOKEN) }, 'accepted'],
  ['security 63: at_hash of another token', { at_hash: left('other') }, 'AT_HASH_MISMATCH'],
  ['security 63: at_hash with padding', { at_hash: `${left(ACCESS_TOKEN)}==` }, 'AT_HASH_MISMATCH'],
  [
    'security 63: at_hash of the whole digest',
    { at_hash: createHash('sha256').update(ACCESS_TOKEN).digest('base64url') },
    'AT_HASH_MISMATCH',
  ],
  ['security 63: at_hash empty', { at_hash: '' }, 'AT_HASH_MISMATCH'],
  ['security 63: at_hash null', { at_hash: null }, 'AT_HASH_MISMATCH'],
  ['security 63: at_hash an array', { at_hash: [left(ACCESS_TOKEN)] }, 'AT_HASH_MISMATCH'],
  // what is nobody's business here
  ['unknown claims of every kind', { x: { y: [null] }, email_verified: 'yes', groups: 1 }, 'accepted'],
  ['auth_time that nobody asked for', { auth_time: 'long ago', acr: 7 }, 'accepted'],
  ['security 68: distributed claims', { _claim_names: { groups: 's' }, _claim_sources: {} }, 'accepted'],
];

for (const [name, change, code] of CLAIM_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} ${name}`, (t) => {
    const token = makeToken({ ...CLAIMS, ...change });
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(token, { accessToken: ACCESS_TOKEN }))),
      code,
    );
  });
}

const PROJECT = ['3298', '3299'];
const AUDIENCE_ROWS: ReadonlyArray<readonly [string, object, string]> = [
  ['trusted ones beside the client', { aud: [CLIENT_ID, ...PROJECT], azp: CLIENT_ID }, 'accepted'],
  ['a trusted one, the client behind it', { aud: ['3299', CLIENT_ID], azp: CLIENT_ID }, 'accepted'],
  ['the client alone', { aud: CLIENT_ID }, 'accepted'],
  ['trusted ones and no azp', { aud: [CLIENT_ID, ...PROJECT] }, 'AZP_MISMATCH'],
  ['trusted ones and a trusted azp', { aud: [CLIENT_ID, ...PROJECT], azp: '3298' }, 'AZP_MISMATCH'],
  ['one that is not trusted', { aud: [CLIENT_ID, '3298', '32'], azp: CLIENT_ID }, 'AUDIENCE_MISMATCH'],
  ['trusted ones without the client', { aud: PROJECT, azp: CLIENT_ID }, 'AUDIENCE_MISMATCH'],
  ['a trusted one as a text', { aud: '3298', azp: CLIENT_ID }, 'AUDIENCE_MISMATCH'],
];

for (const [name, change, code] of AUDIENCE_ROWS) {
  test(`security 52: trusted audiences, ${name}: ${code}`, (t) => {
    const expected = expectationsFor(makeToken({ ...CLAIMS, ...change }), { trustedAudiences: PROJECT });
    t.is(
      codeOf(() => verifyIdToken(expected)),
      code,
    );
  });
}

test('security 63: at_hash is not looked at without an access token', (t) => {
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(makeToken({ ...CLAIMS, at_hash: 'x' })))),
    'accepted',
  );
});

const ASKED_ROWS: ReadonlyArray<readonly [string, object, object, string]> = [
  ['security 60: the acr that was asked for', { acr: 'mfa' }, { acrValues: ['phr', 'mfa'] }, 'accepted'],
  ['security 60: another acr', { acr: 'pwd' }, { acrValues: ['phr', 'mfa'] }, 'ACR_MISMATCH'],
  ['security 60: no acr', {}, { acrValues: ['mfa'] }, 'ACR_MISMATCH'],
  ['security 60: acr as an array', { acr: ['mfa'] }, { acrValues: ['mfa'] }, 'ACR_MISMATCH'],
  ['security 60: any acr when none was asked for', { acr: 'pwd' }, { acrValues: [] }, 'accepted'],
  ['security 61: a recent auth_time', { auth_time: NOW - 100 }, { maxAgeS: 100 }, 'accepted'],
  ['security 61: auth_time within the tolerance', { auth_time: NOW - 160 }, { maxAgeS: 100 }, 'accepted'],
  ['security 61: auth_time too old', { auth_time: NOW - 161 }, { maxAgeS: 100 }, 'AUTH_TIME_TOO_OLD'],
  ['security 61: auth_time 0', { auth_time: 0 }, { maxAgeS: 100 }, 'AUTH_TIME_TOO_OLD'],
  ['security 61: auth_time 0 with max_age 0', { auth_time: 0 }, { maxAgeS: 0 }, 'AUTH_TIME_TOO_OLD'],
  ['security 61: no auth_time', {}, { maxAgeS: 0 }, 'MISSING_AUTH_TIME'],
  ['security 61: auth_time as text', { auth_time: `${NOW}` }, { maxAgeS: 100 }, 'INVALID_AUTH_TIME'],
  ['security 61: auth_time null', { auth_time: null }, { maxAgeS: 100 }, 'INVALID_AUTH_TIME'],
  ['security 61: auth_time in the future', { auth_time: NOW + 61 }, { maxAgeS: 100 }, 'INVALID_AUTH_TIME'],
];

for (const [name, claims, asked, code] of ASKED_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} ${name}`, (t) => {
    const token = makeToken({ ...CLAIMS, ...claims });
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(token, { ...asked }))),
      code,
    );
  });
}

const PAYLOAD_ROWS: ReadonlyArray<readonly [string, string]> = [
  ['security 70: a claim twice', `{"sub":"alice",${JSON.stringify(CLAIMS).slice(1)}`],
  ['a payload that is an array', '[]'],
  ['a payload that is no JSON', 'alice'],
  ['an empty payload', ''],
  ['a payload with a byte order mark', `\ufeff${JSON.stringify(CLAIMS)}`],
  ['a payload nested too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
];

for (const [name, payload] of PAYLOAD_ROWS) {
  test(`verify refuses ${name}`, (t) => {
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(makeToken(payload)))),
      'INVALID_PAYLOAD_JSON',
    );
  });
}

test('verify takes members of a prototype neither for claims nor for keys', (t) => {
  const token = makeToken(`{"__proto__":${JSON.stringify(CLAIMS)}}`);
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(token))),
    'ISSUER_MISMATCH',
  );
  const right = makeToken();
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(right, { jwks: Object.create({ keys: [rsaJwk] }) }))),
    'NO_KEYS_AVAILABLE',
  );
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(right, { jwks: { keys: [Object.create(rsaJwk)] } }))),
    'KEY_NOT_FOUND',
  );
});

test('verify checks the signature before it believes any claim', (t) => {
  const [header = '', , signature = ''] = makeToken().split('.');
  const forged = Buffer.from('{"iss":"https://evil.test"}').toString('base64url');
  const token = `${header}.${forged}.${signature}`;
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(token))),
    'INVALID_SIGNATURE',
  );
});

const ARGUMENT_ROWS: ReadonlyArray<readonly [string, { readonly [name: string]: unknown }]> = [
  ['no token', { idToken: undefined }],
  ['an empty token', { idToken: '' }],
  ['no nonce', { nonce: undefined }],
  ['an empty nonce', { nonce: '' }],
  ['an empty issuer', { issuer: '' }],
  ['an empty client', { clientId: '' }],
  ['an access token that is no string', { accessToken: 5 }],
  ['an empty access token', { accessToken: '' }],
  ['a time that is not whole', { now: NOW + 0.5 }],
  ['a time that is not a number', { now: `${NOW}` }],
  ['a time that is NaN', { now: Number.NaN }],
  ['a negative time', { now: -1 }],
  ['an infinite tolerance', { toleranceS: Number.POSITIVE_INFINITY }],
  ['a negative tolerance', { toleranceS: -1 }],
  ['a negative max_age', { maxAgeS: -1 }],
];

for (const [name, change] of ARGUMENT_ROWS) {
  test(`verify refuses to work with ${name}`, (t) => {
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(makeToken(), change))),
      'INVALID_ARGUMENT',
    );
  });
}

test('no refusal quotes token, nonce or access token', (t) => {
  const rows = [...CLAIM_ROWS.map(([, change]) => change), { sub: 7, at_hash: 'x' }];
  for (const change of rows) {
    const token = makeToken({ ...CLAIMS, ...change });
    const error = t.throws(() => verifyIdToken(expectationsFor(token, { accessToken: ACCESS_TOKEN, nonce: 'other-nonce' })), {
      instanceOf: Refusal,
    });
    const text = `${error.message} ${error.detail}`;
    for (const secret of [NONCE, 'other-nonce', ACCESS_TOKEN, token.slice(-40), 'alice']) {
      t.false(text.includes(secret), text);
    }
  }
});

test('the order of keys and unknown entries never change the verdict', (t) => {
  const odd = [{ kty: 'oct', k: 'AAAA', kid: 'rsa-1' }, { kty: 'XYZ' }, null, 5, [], 'key', {}];
  const wrong = makeToken({ ...CLAIMS, nonce: 'other' });
  for (let turn = 0; turn <= odd.length; turn++) {
    const keys = [...odd.slice(turn), rsaJwk, ...odd.slice(0, turn)];
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(makeToken(), { jwks: { keys } }))),
      'accepted',
    );
    t.is(
      codeOf(() => verifyIdToken(expectationsFor(wrong, { jwks: { keys } }))),
      'NONCE_MISMATCH',
    );
  }
});

// OpenID Connect Core 12.2.
const REFRESH_ROWS: ReadonlyArray<readonly [string, { readonly [name: string]: unknown }, string]> = [
  ['without a nonce', { nonce: undefined }, 'accepted'],
  ['with the first nonce', {}, 'accepted'],
  ['with another nonce', { nonce: 'other' }, 'NONCE_MISMATCH'],
  ['with an empty nonce', { nonce: '' }, 'NONCE_MISMATCH'],
  ['of another issuer', { iss: 'https://other.test' }, 'ISSUER_MISMATCH'],
  ['about another subject', { sub: 'bob' }, 'IDENTITY_MISMATCH'],
  ['for another client', { aud: 'other' }, 'AUDIENCE_MISMATCH'],
  ['that has expired', { exp: NOW - TOLERANCE_S }, 'TOKEN_EXPIRED'],
];

for (const [name, change, code] of REFRESH_ROWS) {
  test(`verify judges a refreshed token ${name}: ${code}`, (t) => {
    const demand = expectationsFor(makeToken({ ...CLAIMS, ...change }), { refreshedSub: 'alice' });
    t.is(
      codeOf(() => verifyIdToken(demand)),
      code,
    );
  });
}
