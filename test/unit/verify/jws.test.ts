// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { ALGORITHMS, verifyIdToken, verifySignature } from '../../../src/verify/algorithms/all.ts';
import { checkJws } from '../../../src/verify/jws.ts';
import { readWycheproof } from '../crypto/_wycheproof.ts';
import { CLAIMS, codeOf, expectationsFor, EC_HEADER, ecJwk, encode, makeToken, RSA_HEADER, rsaJwk, signParts } from './_tokens.ts';

const verdictOn = (token: string, changes: object = {}) => codeOf(() => verifyIdToken(expectationsFor(token, { ...changes })));

const good = makeToken();
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');

const SHAPE_ROWS: ReadonlyArray<readonly [string, string, string]> = [
  ['security 64: a token of 16,385 characters', 'a'.repeat(16385), 'TOKEN_TOO_LARGE'],
  ['security 64: a token of 16,384 characters', 'a'.repeat(16384), 'MALFORMED_JWT'],
  ['security 50: an encrypted token', 'a.b.c.d.e', 'JWE_UNSUPPORTED'],
  ['a token without dots', 'abc', 'MALFORMED_JWT'],
  ['a token of two parts', `${goodHeader}.${goodPayload}`, 'MALFORMED_JWT'],
  ['a token of four parts', `${good}.`, 'MALFORMED_JWT'],
  ['a token of six parts', 'a.b.c.d.e.f', 'MALFORMED_JWT'],
  ['only dots', '..', 'INVALID_JWT_HEADER'],
  ['JSON serialization', '{"payload":"a","signatures":[]}', 'MALFORMED_JWT'],
  ['security 69: a header with padding', `${goodHeader}=.${goodPayload}.${goodSignature}`, 'INVALID_JWT_HEADER'],
  ['security 69: a header with a question mark', `${goodHeader}?.${goodPayload}.${goodSignature}`, 'INVALID_JWT_HEADER'],
  ['security 69: a space before the token', ` ${good}`, 'INVALID_JWT_HEADER'],
  ['security 69: a payload with padding', `${goodHeader}.${goodPayload}=.${goodSignature}`, 'INVALID_PAYLOAD_ENCODING'],
  ['security 69: a payload beyond Latin-1', `${goodHeader}.${goodPayload}\u0141.${goodSignature}`, 'INVALID_PAYLOAD_ENCODING'],
  ['security 69: a line end behind the token', `${good}\n`, 'INVALID_SIGNATURE_ENCODING'],
  ['security 69: a signature with padding', `${good}==`, 'INVALID_SIGNATURE_ENCODING'],
  ['no signature', `${goodHeader}.${goodPayload}.`, 'INVALID_SIGNATURE'],
  ['a cut signature', `${goodHeader}.${goodPayload}.${goodSignature.slice(0, 336)}`, 'INVALID_SIGNATURE'],
  ['a signature with more behind', `${good}AAAA`, 'INVALID_SIGNATURE'],
];

for (const [name, token, code] of SHAPE_ROWS) {
  test(`verify refuses with ${code} ${name}`, (t) => {
    t.is(verdictOn(token), code);
  });
}

const HEADER_ROWS: ReadonlyArray<readonly [string, object | string, string]> = [
  ['no typ', { typ: undefined }, 'accepted'],
  ['security 65: typ jwt in lower case', { typ: 'jwt' }, 'accepted'],
  ['security 65: typ application/JWT', { typ: 'application/JWT' }, 'accepted'],
  ['security 65: typ at+jwt', { typ: 'at+jwt' }, 'TOKEN_TYPE_MISMATCH'],
  ['security 65: typ application/at+jwt', { typ: 'application/at+jwt' }, 'TOKEN_TYPE_MISMATCH'],
  ['security 65: typ logout+jwt', { typ: 'logout+jwt' }, 'TOKEN_TYPE_MISMATCH'],
  ['security 65: typ empty', { typ: '' }, 'TOKEN_TYPE_MISMATCH'],
  ['security 65: typ null', { typ: null }, 'TOKEN_TYPE_MISMATCH'],
  ['security 65: typ a number', { typ: 1 }, 'TOKEN_TYPE_MISMATCH'],
  ['security 71: crit with an unknown name', { crit: ['exp2'], exp2: 1 }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 71: crit empty', { crit: [] }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 71: crit not an array', { crit: 'b64' }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 71: crit null', { crit: null }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 71: b64 false with crit', { crit: ['b64'], b64: false }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 71: b64 false alone', { b64: false }, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['security 73: kid a number', { kid: 1 }, 'INVALID_JWT_HEADER'],
  ['security 73: kid null', { kid: null }, 'INVALID_JWT_HEADER'],
  ['security 73: kid of 257 characters', { kid: 'k'.repeat(257) }, 'INVALID_JWT_HEADER'],
  ['security 73: kid of 256 characters', { kid: 'k'.repeat(256) }, 'KEY_NOT_FOUND'],
  ['security 73: kid __proto__', { kid: '__proto__' }, 'KEY_NOT_FOUND'],
  ['security 73: kid constructor', { kid: 'constructor' }, 'KEY_NOT_FOUND'],
  ['security 73: kid length', { kid: 'length' }, 'KEY_NOT_FOUND'],
  ['security 73: kid 0', { kid: '0' }, 'KEY_NOT_FOUND'],
  ['security 73: kid empty', { kid: '' }, 'KEY_NOT_FOUND'],
  ['security 73: kid a path', { kid: '../../dev/null' }, 'KEY_NOT_FOUND'],
  ['security 73: kid with SQL', { kid: "' UNION SELECT 'x" }, 'KEY_NOT_FOUND'],
  ['security 73: kid with a shell command', { kid: '$(reboot)' }, 'KEY_NOT_FOUND'],
  ['security 73: kid with line ends and NUL', { kid: 'a\r\n\0b' }, 'KEY_NOT_FOUND'],
  ['security 73: kid in other case', { kid: 'RSA-1' }, 'KEY_NOT_FOUND'],
  ['security 83: no kid and one fitting key', { kid: undefined }, 'accepted'],
  [
    'security 72: jwk, jku, x5u and x5c beside',
    { jwk: rsaJwk, jku: 'https://evil.test', x5u: 'https://evil.test', x5c: ['AA'] },
    'accepted',
  ],
  ['unknown members', { x: { y: 1 }, cty: 'x' }, 'accepted'],
  ['security 70: a member twice', '{"alg":"RS256","alg":"RS256","kid":"rsa-1"}', 'INVALID_JWT_HEADER'],
  ['a header that is an array', '["RS256"]', 'INVALID_JWT_HEADER'],
  ['a header that is no JSON', 'RS256', 'INVALID_JWT_HEADER'],
  ['no alg', '{"kid":"rsa-1"}', 'INVALID_JWT_HEADER'],
  ['alg only in the prototype', '{"__proto__":{"alg":"RS256"},"kid":"rsa-1"}', 'INVALID_JWT_HEADER'],
  ['security 74: alg as an array', '{"alg":["RS256"],"kid":"rsa-1"}', 'INVALID_JWT_HEADER'],
  ['white space between all tokens', ' {\r\n\t"alg" : "RS256" , "kid" : "rsa-1" } ', 'accepted'],
];

for (const [name, change, code] of HEADER_ROWS) {
  const verdict = code === 'accepted' ? 'takes' : `refuses with ${code}`;
  test(`verify ${verdict} a header with ${name}`, (t) => {
    const header = typeof change === 'string' ? change : { ...RSA_HEADER, ...change };
    t.is(verdictOn(makeToken(CLAIMS, header)), code);
  });
}

const BAD_ALGS = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  '',
  'HS256',
  'HS384',
  'HS512',
  'rs256',
  'RS256 ',
  'RS1',
  'ES256K',
  'EdDSA2',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'RS256\0',
  'RSA1_5',
];

for (const alg of BAD_ALGS) {
  test(`security 56, 74: verify refuses alg ${JSON.stringify(alg)}`, (t) => {
    const header = encode({ ...RSA_HEADER, alg });
    const payload = encode(CLAIMS);
    t.is(verdictOn(`${header}.${payload}.`), 'UNSUPPORTED_ALGORITHM');
    t.is(verdictOn(signParts('RS256', header, payload)), 'UNSUPPORTED_ALGORITHM');
    t.is(ALGORITHMS[alg] ?? undefined, undefined);
    t.is(
      codeOf(() => verifySignature(alg, rsaJwk, new Uint8Array(0), new Uint8Array(256))),
      'UNSUPPORTED_ALGORITHM',
    );
  });
}

test('security 55: allowedAlgs narrows and never widens', (t) => {
  const es256 = makeToken(CLAIMS, EC_HEADER);
  t.is(verdictOn(good, { allowedAlgs: ['RS256'] }), 'accepted');
  t.is(verdictOn(es256, { allowedAlgs: ['RS256'] }), 'UNSUPPORTED_ALGORITHM');
  t.is(verdictOn(good, { allowedAlgs: ['XS1', 'RS256', 'HS256'] }), 'accepted');
  t.is(verdictOn(good, { allowedAlgs: ['XS1', 'none'] }), 'UNSUPPORTED_ALGORITHM');
  t.is(verdictOn(good, { allowedAlgs: [] }), 'UNSUPPORTED_ALGORITHM');
  t.is(verdictOn(good, { allowedAlgs: undefined }), 'accepted');
  const none = `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`;
  t.is(verdictOn(none, { allowedAlgs: ['none'] }), 'UNSUPPORTED_ALGORITHM');
});

test('security 56: the bytes of a public key are no HMAC secret', (t) => {
  const jwk = { kty: 'oct', k: encode('secret'), kid: 'h' };
  const token = `${encode({ alg: 'HS256', kid: 'h' })}.${encode(CLAIMS)}.AAAA`;
  t.is(verdictOn(token, { jwks: { keys: [jwk] } }), 'UNSUPPORTED_ALGORITHM');
});

test('verifySignature is true for the right signature and false for one flipped bit', (t) => {
  const input = new TextEncoder().encode(`${goodHeader}.${goodPayload}`);
  const signature = new Uint8Array(Buffer.from(goodSignature, 'base64url'));
  t.true(verifySignature('RS256', rsaJwk, input, signature));
  signature[7] = (signature[7] ?? 0) ^ 0x10;
  t.false(verifySignature('RS256', rsaJwk, input, signature));
  t.is(
    codeOf(() => verifySignature('RS256', ecJwk, input, signature)),
    'KEY_UNUSABLE',
  );
  t.is(
    codeOf(() => verifySignature('RS256', {}, input, signature)),
    'MISSING_KTY',
  );
  t.is(
    codeOf(() => verifySignature('RS256', { ...rsaJwk, use: 'enc' }, input, signature)),
    'KEY_UNUSABLE',
  );
});

interface JoseGroup {
  readonly comment: string;
  readonly public?: { readonly alg?: string };
  readonly private?: { readonly alg?: string };
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly comment: string;
    readonly jws: unknown;
    readonly result: string;
  }>;
}

function algOf(jws: string): string {
  const header: unknown = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString());
  return typeof header === 'object' && header !== null && 'alg' in header ? String(header.alg) : '';
}

const verifyVector = (jws: unknown, jwks: unknown) =>
  codeOf(() => checkJws(ALGORITHMS, typeof jws === 'string' ? jws : JSON.stringify(jws), { jwks, types: ['jwt'] }));

/** The same text as the valid tcId 357: the vectors lost the padding that they are about. */
const DROPPED = [367, 370];
/** Labelled valid, but a character outside the alphabet stands in them (RFC 7515 2). */
const LENIENT = [372, 373];
/** Labelled valid, but the key's alg is PS256 and the token's PS384 (security 75). */
const OTHER_ALG = [346, 350];

test('Wycheproof json_web_signature: as labelled, but for what security 69 and 75 refuse', (t) => {
  const file = readWycheproof<JoseGroup>('json_web_signature');
  let accepted = 0;
  let refused = 0;
  let symmetric = 0;
  let dropped = 0;
  for (const group of file.testGroups) {
    const key = group.public ?? group.private;
    for (const { tcId, comment, jws, result } of group.tests) {
      const code = verifyVector(jws, { keys: [key] });
      const name = `tcId ${tcId} ${group.comment} ${comment}`;
      if (DROPPED.includes(tcId)) {
        dropped++;
      } else if (OTHER_ALG.includes(tcId)) {
        t.is(code, 'KEY_UNUSABLE', name);
        refused++;
      } else if (result !== 'valid' || LENIENT.includes(tcId)) {
        t.not(code, 'accepted', name);
        refused++;
      } else if (algOf(String(jws)).startsWith('HS')) {
        t.is(code, 'UNSUPPORTED_ALGORITHM', name);
        symmetric++;
      } else {
        // 347 and 351 too, whose key names ES512 after its curve.
        t.is(code, 'accepted', name);
        accepted++;
      }
    }
  }
  t.log(`${accepted} accepted, ${refused} refused, ${symmetric} symmetric, ${dropped} dropped`);
  t.is(accepted + refused + symmetric + dropped, file.numberOfTests);
  t.is(accepted, 34);
  t.is(symmetric, 8);
  t.is(dropped, 2);
});

interface CryptoGroup extends JoseGroup {
  readonly tests: ReadonlyArray<JoseGroup['tests'][number] & { readonly jwe?: unknown }>;
}

test('Wycheproof json_web_crypto: signatures as labelled, nothing encrypted', (t) => {
  const file = readWycheproof<CryptoGroup>('json_web_crypto');
  let run = 0;
  for (const group of file.testGroups) {
    const key = group.public ?? group.private;
    const jwks = typeof key === 'object' && 'keys' in key ? key : { keys: [key] };
    for (const { tcId, comment, jws, jwe, result } of group.tests) {
      const code = verifyVector(jws ?? jwe, jwks);
      const name = `tcId ${tcId} ${group.comment} ${comment}: ${code}`;
      run++;
      const isOurs = result === 'valid' && jws !== undefined && !algOf(String(jws)).startsWith('HS');
      if (isOurs) t.is(code, 'accepted', name);
      else t.not(code, 'accepted', name);
    }
  }
  t.is(run, file.numberOfTests);
});

test('security 69: Wycheproof 372 and 373 are refused for their encoding', (t) => {
  // Their HS256 is refused first; with our own keys the same insertions reach the decoder.
  t.is(verdictOn(`${goodHeader}?.${goodPayload}.${goodSignature}`), 'INVALID_JWT_HEADER');
  t.is(verdictOn(`${goodHeader}.${goodPayload}?.${goodSignature}`), 'INVALID_PAYLOAD_ENCODING');
});

test('Wycheproof json_web_key: only a sound key that is meant to verify is used', (t) => {
  const file = readWycheproof<JoseGroup>('json_web_key');
  let accepted = 0;
  let refused = 0;
  let unsupported = 0;
  for (const group of file.testGroups) {
    for (const { tcId, comment, jws, result } of group.tests) {
      const code = verifyVector(jws, group.public ?? group.private);
      const name = `tcId ${tcId} ${group.comment} ${comment}: ${code}`;
      if (result !== 'valid') {
        t.not(code, 'accepted', name);
        refused++;
      } else if (algOf(String(jws)).startsWith('HS')) {
        t.is(code, 'UNSUPPORTED_ALGORITHM', name);
        unsupported++;
      } else {
        t.is(code, 'accepted', name);
        accepted++;
      }
    }
  }
  t.log(`${accepted} accepted, ${refused} refused, ${unsupported} symmetric`);
  t.is(accepted + refused + unsupported, file.numberOfTests);
});

function readCookbook(name: string): unknown {
  const url = new URL(`../../data/jose-cookbook/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

interface Example {
  readonly input: { readonly payload: string; readonly key: object };
  readonly output: { readonly compact: string };
}

test('RFC 7520 4.1: the RS256 example verifies and gives its payload', (t) => {
  const { input, output } = readCookbook('jws/4_1.rsa_v15_signature') as Example;
  const { payload } = checkJws(ALGORITHMS, output.compact, { jwks: { keys: [input.key] }, types: [] });
  t.is(Buffer.from(payload).toString('utf8'), input.payload);
});

for (const name of ['jws/4_2.rsa-pss_signature', 'jws/4_3.ecdsa_signature', 'curve25519/jws']) {
  test(`RFC 7520, RFC 8037: ${name} verifies and gives its payload`, (t) => {
    const { input, output } = readCookbook(name) as Example;
    const { payload } = checkJws(ALGORITHMS, output.compact, { jwks: { keys: [input.key] }, types: [] });
    t.is(Buffer.from(payload).toString('utf8'), input.payload);
  });
}

interface SeveralSignatures {
  readonly input: { readonly key: readonly object[] };
  readonly output: {
    readonly json: {
      readonly payload: string;
      readonly signatures: ReadonlyArray<{ readonly protected?: string; readonly signature: string }>;
    };
  };
}

test('RFC 7520 4.8: of three signatures, as compact tokens, only RS256 with its protected alg is taken', (t) => {
  const { input, output } = readCookbook('jws/4_8.multiple_signatures') as SeveralSignatures;
  const { payload, signatures } = output.json;
  const codes = signatures.map((one) => verifyVector(`${one.protected ?? ''}.${payload}.${one.signature}`, { keys: input.key }));
  t.deepEqual(codes, ['accepted', 'INVALID_JWT_HEADER', 'UNSUPPORTED_ALGORITHM']);
});

for (const name of [
  'jws/4_4.hmac-sha2_integrity_protection',
  'jws/4_6.protecting_specific_header_fields',
  'jws/4_7.protecting_content_only',
  'jws/4_5.signature_with_detached_content',
  'rfc7797/hmac-sha2_b64_false',
  'rfc7797/4.2.hmac-sha2_b64_false',
]) {
  test(`RFC 7520, RFC 7797: ${name} is refused in every form`, (t) => {
    const { input, output } = readCookbook(name) as { input: { key: object }; output: Record<string, unknown> };
    t.true(Object.keys(output).length > 0);
    for (const form of Object.values(output)) t.not(verifyVector(form, { keys: [input.key] }), 'accepted');
  });
}
