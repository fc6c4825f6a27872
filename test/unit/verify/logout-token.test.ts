// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { readLogoutToken, verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import { ALGS, jwkOf, keysOf } from '../../_helpers/signing.ts';
import {
  CLAIMS,
  CLIENT_ID,
  codeOf,
  expectationsFor,
  encode,
  ISSUER,
  makeToken,
  NOW,
  RSA_HEADER,
  rsaJwk,
  signParts,
  TOLERANCE_S,
  verifyLogoutToken,
} from './_tokens.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const LOGOUT_HEADER = { ...RSA_HEADER, typ: 'logout+jwt' };
const LOGOUT_CLAIMS = {
  iss: ISSUER,
  aud: CLIENT_ID,
  iat: NOW - 5,
  exp: NOW + 120,
  jti: 'bWJq',
  sub: 'alice',
  sid: '08a5019c-17e1-4977-8f42-65a12843ea02',
  events: { [EVENT]: {} },
};

const demandOf = (logoutToken: string, changes: object = {}) => ({
  logoutToken,
  jwks: { keys: [rsaJwk] },
  issuer: ISSUER,
  clientId: CLIENT_ID,
  now: NOW,
  toleranceS: TOLERANCE_S,
  ...changes,
});

const verdictOn = (claims: object, header: object = LOGOUT_HEADER, changes: object = {}) =>
  codeOf(() => verifyLogoutToken(demandOf(makeToken({ ...LOGOUT_CLAIMS, ...claims }, { ...LOGOUT_HEADER, ...header }), changes)));

test('security 99: a logout token that is right gives its claims', (t) => {
  t.deepEqual({ ...verifyLogoutToken(demandOf(makeToken(LOGOUT_CLAIMS, LOGOUT_HEADER))) } as object, LOGOUT_CLAIMS);
});

/** What changes in a token that is right, and the verdict. */
const CLAIM_ROWS: ReadonlyArray<readonly [string, object, string]> = [
  ['another iss', { iss: `${ISSUER}/` }, 'ISSUER_MISMATCH'],
  ['no iss', { iss: undefined }, 'ISSUER_MISMATCH'],
  ['another aud', { aud: 'other' }, 'AUDIENCE_MISMATCH'],
  ['no aud', { aud: undefined }, 'MALFORMED_AUDIENCE'],
  ['no aud in its array', { aud: [] }, 'INVALID_AUDIENCE'],
  ['another aud besides', { aud: [CLIENT_ID, 'other'] }, 'AUDIENCE_MISMATCH'],
  ['its aud in an array', { aud: [CLIENT_ID] }, 'accepted'],
  ['no iat', { iat: undefined }, 'MISSING_IAT_CLAIM'],
  ['an iat that is no number', { iat: '1' }, 'INVALID_IAT_CLAIM'],
  ['an iat at the edge of the future', { iat: NOW + TOLERANCE_S }, 'accepted'],
  ['an iat in the future', { iat: NOW + TOLERANCE_S + 1 }, 'TOKEN_ISSUED_IN_FUTURE'],
  ['no exp', { exp: undefined }, 'MISSING_EXP_CLAIM'],
  ['an exp that is no number', { exp: true }, 'INVALID_EXP_CLAIM'],
  ['an exp at its edge', { exp: NOW - TOLERANCE_S + 1 }, 'accepted'],
  ['an exp that is over', { exp: NOW - TOLERANCE_S }, 'TOKEN_EXPIRED'],
  ['an nbf in the future', { nbf: NOW + TOLERANCE_S + 1 }, 'TOKEN_NOT_YET_VALID'],
  ['no jti', { jti: undefined }, 'MISSING_JTI_CLAIM'],
  ['an empty jti', { jti: '' }, 'MISSING_JTI_CLAIM'],
  ['a jti that is no string', { jti: 7 }, 'MISSING_JTI_CLAIM'],
  ['a jti of 255 characters', { jti: 'j'.repeat(255) }, 'accepted'],
  ['a jti of 256 characters', { jti: 'j'.repeat(256) }, 'MISSING_JTI_CLAIM'],
  ['no events', { events: undefined }, 'MISSING_LOGOUT_EVENT'],
  ['events null', { events: null }, 'MISSING_LOGOUT_EVENT'],
  ['events as text', { events: EVENT }, 'MISSING_LOGOUT_EVENT'],
  ['events in an array', { events: [{ [EVENT]: {} }] }, 'MISSING_LOGOUT_EVENT'],
  ['other events only', { events: { 'http://schemas.openid.net/event/other': {} } }, 'MISSING_LOGOUT_EVENT'],
  ['the event null', { events: { [EVENT]: null } }, 'MISSING_LOGOUT_EVENT'],
  ['the event as an array', { events: { [EVENT]: [] } }, 'MISSING_LOGOUT_EVENT'],
  ['the event true', { events: { [EVENT]: true } }, 'MISSING_LOGOUT_EVENT'],
  ['the event with members', { events: { [EVENT]: { x: 1 } } }, 'accepted'],
  ['another event besides', { events: { [EVENT]: {}, other: 1 } }, 'accepted'],
  ['a nonce', { nonce: 'n' }, 'NONCE_IN_LOGOUT_TOKEN'],
  ['an empty nonce', { nonce: '' }, 'NONCE_IN_LOGOUT_TOKEN'],
  ['a nonce null', { nonce: null }, 'NONCE_IN_LOGOUT_TOKEN'],
  ['neither sub nor sid', { sub: undefined, sid: undefined }, 'MISSING_SUB_CLAIM'],
  ['only sub', { sid: undefined }, 'accepted'],
  ['only sid', { sub: undefined }, 'accepted'],
  ['an empty sub', { sub: '' }, 'MISSING_SUB_CLAIM'],
  ['a sub null beside sid', { sub: null }, 'MISSING_SUB_CLAIM'],
  ['a sub of 256 characters', { sub: 's'.repeat(256) }, 'INVALID_SUB_CLAIM'],
  ['an empty sid', { sid: '' }, 'INVALID_SID_CLAIM'],
  ['a sid that is no string', { sid: ['x'] }, 'INVALID_SID_CLAIM'],
  ['a sid of 9,000 characters, as a login takes it', { sid: 's'.repeat(9000) }, 'accepted'],
  ['claims nobody knows', { trace_id: 'x', typ: 'Logout' }, 'accepted'],
];

for (const [name, claims, code] of CLAIM_ROWS) {
  test(`security 99: a logout token with ${name}: ${code}`, (t) => {
    t.is(verdictOn(claims), code);
  });
}

const HEADER_ROWS: ReadonlyArray<readonly [string, object, string]> = [
  ['typ logout+jwt', {}, 'accepted'],
  ['typ application/logout+jwt in capitals', { typ: 'Application/Logout+JWT' }, 'accepted'],
  ['typ JWT', { typ: 'JWT' }, 'accepted'],
  ['no typ', { typ: undefined }, 'accepted'],
  ['typ at+jwt', { typ: 'at+jwt' }, 'TOKEN_TYPE_MISMATCH'],
  ['typ secevent+jwt', { typ: 'secevent+jwt' }, 'TOKEN_TYPE_MISMATCH'],
  ['a kid that no key has', { kid: 'other' }, 'KEY_NOT_FOUND'],
  ['crit', { crit: ['x'], x: 1 }, 'CRITICAL_HEADER_UNSUPPORTED'],
];

for (const [name, header, code] of HEADER_ROWS) {
  test(`security 99: a logout token with ${name}: ${code}`, (t) => {
    t.is(verdictOn({}, header), code);
  });
}

test('security 99: a logout token without signature, or by the wrong key, is refused', (t) => {
  const token = makeToken(LOGOUT_CLAIMS, LOGOUT_HEADER);
  const [header = '', payload = ''] = token.split('.');
  const verdict = (text: string, changes: object = {}) => codeOf(() => verifyLogoutToken(demandOf(text, changes)));
  t.is(verdict(`${header}.${payload}.`), 'INVALID_SIGNATURE');
  t.is(verdict(`${encode({ alg: 'none', typ: 'logout+jwt' })}.${payload}.`), 'UNSUPPORTED_ALGORITHM');
  t.is(verdict(signParts('RS256', encode({ alg: 'HS256', typ: 'logout+jwt' }), payload)), 'UNSUPPORTED_ALGORITHM');
  t.is(verdict(token, { jwks: { keys: [{ ...jwkOf('PS256', 'rsa-1'), alg: 'RS256' }] } }), 'INVALID_SIGNATURE');
  t.is(verdict(token, { jwks: { keys: [] } }), 'NO_KEYS_AVAILABLE');
  t.is(verdict(token, { allowedAlgs: ['ES256'] }), 'UNSUPPORTED_ALGORITHM');
  t.is(verdict(token, { allowedAlgs: ['RS256'] }), 'accepted');
  t.is(verdict('a.b.c.d.e'), 'JWE_UNSUPPORTED');
  t.is(verdict('x'.repeat(16_385)), 'TOKEN_TOO_LARGE');
  t.is(verdict(''), 'INVALID_ARGUMENT');
  t.is(verdict(signParts('RS256', header, encode('[]'))), 'INVALID_PAYLOAD_JSON');
});

for (const [name, value] of [
  ['issuer', ''],
  ['clientId', ''],
  ['now', 1.5],
  ['now', -1],
  ['toleranceS', NaN],
  ['logoutToken', 5],
] as const) {
  test(`a logout token is refused with ${name} = ${JSON.stringify(value)}`, (t) => {
    t.is(verdictOn({}, {}, { [name]: value }), 'INVALID_ARGUMENT');
  });
}

for (const alg of ALGS) {
  test(`security 99: a logout token may be signed by ${alg}`, (t) => {
    const token = makeToken(LOGOUT_CLAIMS, { alg, kid: 'k', typ: 'logout+jwt' });
    const own = alg === 'RS256' || alg === 'ES256';
    const header = encode({ alg, kid: 'k', typ: 'logout+jwt' });
    const signed = own ? signParts(alg, header, encode(LOGOUT_CLAIMS), keysOf(alg).privateKey) : token;
    t.is(verifyLogoutToken(demandOf(signed, { jwks: { keys: [jwkOf(alg, 'k')] } })).jti, 'bWJq');
  });
}

test('security 65, 99: no ID token passes as a logout token, and no logout token as an ID token', (t) => {
  t.is(
    codeOf(() => verifyLogoutToken(demandOf(makeToken(CLAIMS)))),
    'MISSING_JTI_CLAIM',
  );
  t.is(
    codeOf(() => verifyLogoutToken(demandOf(makeToken({ ...CLAIMS, jti: 'x' })))),
    'MISSING_LOGOUT_EVENT',
  );
  t.is(
    codeOf(() => verifyLogoutToken(demandOf(makeToken({ ...CLAIMS, ...LOGOUT_CLAIMS })))),
    'NONCE_IN_LOGOUT_TOKEN',
  );
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(makeToken({ ...CLAIMS, ...LOGOUT_CLAIMS }, LOGOUT_HEADER)))),
    'TOKEN_TYPE_MISMATCH',
  );
  t.is(
    codeOf(() => verifyIdToken(expectationsFor(makeToken(LOGOUT_CLAIMS)))),
    'MISSING_NONCE',
  );
});

/** A provider with a key of each kind, and what it declares. */
const BOTH = { jwks: { keys: [rsaJwk, jwkOf('ES256', 'ec-1')] } };
const EC_TOKEN = signParts(
  'ES256',
  encode({ alg: 'ES256', kid: 'ec-1', typ: 'logout+jwt' }),
  encode(LOGOUT_CLAIMS),
  keysOf('ES256').privateKey,
);

/** What the last ID token had, what is allowed, which keys there are, and what becomes of RS256 and of ES256. */
const ALG_ROWS: ReadonlyArray<readonly [string, object, rs256: string, es256: string]> = [
  ['no ID token is known', {}, 'accepted', 'accepted'],
  ['the last ID token had RS256', { lastAlg: 'RS256' }, 'accepted', 'UNSUPPORTED_ALGORITHM'],
  ['the last ID token had ES256', { lastAlg: 'ES256' }, 'UNSUPPORTED_ALGORITHM', 'accepted'],
  ['both are declared', { lastAlg: 'RS256', allowedAlgs: ['RS256', 'ES256'] }, 'accepted', 'UNSUPPORTED_ALGORITHM'],
  ['its algorithm is declared no more', { lastAlg: 'RS256', allowedAlgs: ['ES256'] }, 'UNSUPPORTED_ALGORITHM', 'accepted'],
  [
    'no key of its algorithm is left',
    { lastAlg: 'PS512', jwks: { keys: [{ ...rsaJwk, alg: 'RS256' }, jwkOf('ES256', 'ec-1')] } },
    'accepted',
    'accepted',
  ],
  ['its algorithm is none that we know', { lastAlg: '__proto__' }, 'accepted', 'accepted'],
  ['its algorithm is empty', { lastAlg: '' }, 'accepted', 'accepted'],
];

for (const [name, changes, rs256, es256] of ALG_ROWS) {
  test(`security 99: the algorithm of a logout token when ${name}`, (t) => {
    const verdict = (token: string) => codeOf(() => verifyLogoutToken(demandOf(token, { ...BOTH, ...changes })));
    t.is(verdict(makeToken(LOGOUT_CLAIMS, LOGOUT_HEADER)), rs256);
    t.is(verdict(EC_TOKEN), es256);
  });
}

test('security 99: the signature of a logout token is looked at last, and in its turn', (t) => {
  let turns = 0;
  const verdict = (logoutToken: string, changes: object = {}) =>
    codeOf(() => {
      const expected = demandOf(logoutToken, changes);
      readLogoutToken(expected).verify(expected, (check) => {
        turns++;
        check();
      });
    });
  const [header = '', payload = ''] = makeToken(LOGOUT_CLAIMS, LOGOUT_HEADER).split('.');
  const unsigned = `${header}.${payload}.AAAA`;
  t.is(verdict(unsigned, { now: NOW + 1000 }), 'TOKEN_EXPIRED');
  t.is(verdict(unsigned, { jwks: { keys: [{ ...rsaJwk, kid: 'other' }] } }), 'KEY_NOT_FOUND');
  t.is(verdict(unsigned, { allowedAlgs: ['ES256'] }), 'UNSUPPORTED_ALGORITHM');
  t.is(turns, 0);
  t.is(verdict(unsigned), 'INVALID_SIGNATURE');
  t.is(turns, 1);
});

interface Capture {
  readonly login: { readonly raw: string; readonly claims: { readonly nonce: string } };
  readonly logout_token: {
    readonly raw: string;
    readonly claims: { readonly iss: string; readonly aud: string; readonly iat: number; readonly jti: string; readonly sid: string };
  };
}

function read<Shape>(provider: string, name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../../data/idp/${provider}/${name}.json`, import.meta.url), 'utf8')) as Shape;
}

function captured(provider: string) {
  const {
    login,
    logout_token: { raw, claims },
  } = read<Capture>(provider, 'backchannel-logout');
  // That of oidc-provider was captured with the keys of the runs with other algorithms.
  const jwks =
    provider === 'oidc-provider' ? read<{ jwks: unknown }>(provider, 'algs').jwks : read<{ body: unknown }>(provider, 'jwks').body;
  return {
    login,
    claims,
    demand: { logoutToken: raw, jwks, issuer: claims.iss, clientId: claims.aud, now: claims.iat + 1, toleranceS: 60 },
  };
}

for (const provider of ['keycloak', 'oidc-provider']) {
  test(`the real logout token of ${provider} verifies, and its ID token does not pass as one`, (t) => {
    const { login, claims, demand } = captured(provider);
    const verified = verifyLogoutToken(demand);
    t.is(verified.jti, claims.jti);
    t.is(verified.sid, claims.sid);
    t.is(
      codeOf(() => verifyLogoutToken({ ...demand, now: claims.iat + 180 })),
      'TOKEN_EXPIRED',
    );
    t.is(
      codeOf(() => verifyLogoutToken({ ...demand, clientId: 'other' })),
      'AUDIENCE_MISMATCH',
    );
    const code = codeOf(() => verifyLogoutToken({ ...demand, logoutToken: login.raw }));
    t.true(['MISSING_JTI_CLAIM', 'MISSING_LOGOUT_EVENT'].includes(code), code);
    const asIdToken = { ...demand, idToken: demand.logoutToken, nonce: login.claims.nonce };
    t.is(
      codeOf(() => verifyIdToken(asIdToken)),
      'TOKEN_TYPE_MISMATCH',
    );
  });
}

test("security 99: glewlwyd's real logout token, which never ends, is refused", (t) => {
  const { demand } = captured('glewlwyd');
  t.is(
    codeOf(() => verifyLogoutToken(demand)),
    'MISSING_EXP_CLAIM',
  );
  t.is(
    codeOf(() => verifyIdToken({ ...demand, idToken: demand.logoutToken, nonce: 'x' })),
    'MISSING_EXP_CLAIM',
  );
});
