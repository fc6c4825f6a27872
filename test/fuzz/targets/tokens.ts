// SPDX-License-Identifier: MIT
// ID tokens and keys: whatever is accepted stands before Node's crypto and an independent look.
import { sha384, sha512 } from '#native';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { parseJsonObject } from '../../../src/codec/json.ts';
import { P256 } from '../../../src/crypto/curves.ts';
import { importEd25519Key } from '../../../src/crypto/ed25519.ts';
import { verifyIdToken, verifySignature } from '../../../src/verify/algorithms/all.ts';
import { readEcKey } from '../../../src/verify/algorithms/ec-key.ts';
import { readRsaKey, selectKey } from '../../../src/verify/jwk.ts';
import { identityOf } from '../../../src/access/identity.ts';
import { type Alg, ALGS, jwkOf, keysOf, signAs, verifyAs } from '../../_helpers/signing.ts';
import {
  CLAIMS,
  CLIENT_ID,
  expectationsFor,
  ecJwk,
  EC_HEADER,
  encode,
  ISSUER,
  makeToken,
  NONCE,
  NOW,
  rsaJwk,
  RSA_HEADER,
  rsaKeys,
  signParts,
  TOLERANCE_S,
  verifyLogoutToken,
} from '../../unit/verify/_tokens.ts';
import { must, type Helpers, type Target } from '../engine.ts';
import { codeOf, latin1, same, utf8 } from './_bytes.ts';
import { strictParse } from './json.ts';

const GOOD = makeToken();
const GOOD_EC = makeToken(CLAIMS, EC_HEADER);
const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1e300,
  2 ** 53,
  NOW,
  NOW + 61,
  '',
  'x',
  CLIENT_ID,
  ISSUER,
  NONCE,
  [],
  [CLIENT_ID],
  [CLIENT_ID, 'x'],
  [null],
  {},
  { a: {} },
  's'.repeat(300),
];

/** One bit of an accepted token, or of what it encodes, and it is refused. */
function mustBreak(token: string, helpers: Helpers): void {
  const at = helpers.below(token.length);
  const flipped = token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ (1 << helpers.below(7))) + token.slice(at + 1);
  must(codeOf(() => verifyIdToken(expectationsFor(flipped))) !== 'accepted', `accepted with another bit at ${at}`);
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
  const part = helpers.pick(parts);
  part[helpers.below(part.length)]! ^= 1 << helpers.below(8);
  must(
    codeOf(() => verifyIdToken(expectationsFor(parts.map((each) => each.toString('base64url')).join('.')))) !== 'accepted',
    'accepted with another bit inside',
  );
}

function mustStand(token: string): void {
  const [header = '', payload = '', signature = ''] = token.split('.');
  must(
    verify('sha256', Buffer.from(`${header}.${payload}`), rsaKeys.publicKey, Buffer.from(signature, 'base64url')) ||
      JSON.parse(Buffer.from(header, 'base64url').toString()).alg === 'ES256',
    'Node refuses the signature',
  );
  const claims = strictParse(new Uint8Array(Buffer.from(payload, 'base64url'))) as Record<string, unknown>;
  must(
    claims.iss === ISSUER && claims.nonce === NONCE && JSON.stringify([claims.aud].flat()) === JSON.stringify([CLIENT_ID]),
    'issuer, nonce, audience',
  );
  must((claims.exp as number) > NOW - TOLERANCE_S && (claims.iat as number) <= NOW + TOLERANCE_S, 'times');
  must(claims.azp === undefined || claims.azp === CLIENT_ID, 'azp');
}

/** Mutated text of a token that is signed rightly: split, header, encodings. */
export const jws: Target = {
  name: 'jws',
  dictionary: [
    '.',
    '..',
    'eyJhbGciOiJub25lIn0',
    encode({ alg: 'HS256' }),
    encode({ ...RSA_HEADER, crit: ['x'] }),
    '=',
    '\xff',
    'eyJ',
    GOOD,
    ...GOOD.split('.'),
  ],
  generate: ({ pick }) => pick([GOOD, GOOD, GOOD, GOOD_EC, `${GOOD}.`, GOOD.split('.').reverse().join('.')]),
  fuzz(bytes, helpers) {
    const token = latin1(bytes);
    const code = codeOf(() => verifyIdToken(expectationsFor(token)));
    if (code !== 'accepted') return code;
    must(token === GOOD || token === GOOD_EC, 'a token that nobody signed');
    if (token === GOOD) mustBreak(token, helpers);
    return code;
  },
};

/** Claims and header as bytes, always signed rightly: what is decided behind the signature. */
export const claims: Target = {
  name: 'claims',
  dictionary: [
    '"iss":',
    '"aud":',
    '"exp":',
    '"nonce":',
    '"sub":',
    '"azp":',
    '"iat":',
    'null',
    '[]',
    '{}',
    '1e300',
    '-1',
    `"${CLIENT_ID}"`,
    `"${ISSUER}"`,
    '"iss":"x",',
    '\\u0000',
    ',',
  ],
  generate: ({ below, pick }) => {
    const made: Record<string, unknown> = { ...CLAIMS };
    for (let i = below(3); i > 0; i--)
      made[pick(['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'nbf', 'nonce', 'at_hash', 'acr', 'auth_time', 'x'])] = pick(ODD);
    return utf8(JSON.stringify(made));
  },
  fuzz(bytes, helpers) {
    const payload = Buffer.from(bytes).toString('base64url');
    const header = helpers.pick([
      RSA_HEADER,
      RSA_HEADER,
      RSA_HEADER,
      { ...RSA_HEADER, typ: helpers.pick(ODD) },
      { ...RSA_HEADER, kid: helpers.pick(ODD) },
      { ...RSA_HEADER, [helpers.pick(['crit', 'b64', 'jwk', 'x5u', 'zip'])]: helpers.pick(ODD) },
    ]);
    const token = signParts('RS256', encode(header), payload);
    const demand = expectationsFor(token);
    const code = codeOf(() => verifyIdToken(demand));
    // Keys in another order, and more that do not fit, are the same keys.
    const others = [{}, { kty: 'oct', k: 'x' }, { ...rsaJwk, kid: 'other', use: 'enc' }, [], null, 'x'];
    const keys = [rsaJwk, ecJwk, ...others].sort(() => helpers.below(3) - 1);
    same(
      codeOf(() => verifyIdToken({ ...demand, jwks: { keys } })),
      code,
      'keys in another order',
    );
    if (code !== 'accepted') return code;
    mustStand(token);
    mustBreak(token, helpers);
    // What the standard does not know changes nothing.
    const more = JSON.stringify({ ...JSON.parse(Buffer.from(bytes).toString()), zz_unknown: helpers.pick(ODD) });
    same(
      codeOf(() => verifyIdToken(expectationsFor(signParts('RS256', encode({ ...header, zz: 1 }), encode(more))))),
      'accepted',
      'an unknown member changes the verdict',
    );
    return code;
  },
};

export const jwk: Target = {
  name: 'jwk',
  dictionary: [
    '"kty":"RSA"',
    '"kty":"EC"',
    '"crv":"P-256"',
    '"alg":"RS256"',
    '"use":"enc"',
    '"key_ops":["verify"]',
    '"key_ops":[]',
    '"kid":',
    '"n":""',
    '"e":"AQAB"',
    '"e":"AQ"',
    '"x":',
    '"y":',
    'null',
    '{}',
    '[]',
    JSON.stringify(rsaJwk),
    JSON.stringify(ecJwk),
    ',',
  ],
  generate: ({ below, pick }) => {
    const keys = Array.from({ length: 1 + below(4) }, () => {
      const key: Record<string, unknown> = { ...pick([rsaJwk, rsaJwk, ecJwk]) };
      for (let i = below(3); i > 0; i--)
        key[pick(['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'])] = pick([
          ...ODD,
          'RSA',
          'EC',
          'RS256',
          'sig',
          'verify',
          ['verify'],
          'AQAB',
          'AAAA',
        ]);
      return key;
    });
    return utf8(JSON.stringify({ keys }));
  },
  fuzz(bytes, helpers) {
    const parsed = parseJsonObject(bytes);
    if (!parsed.ok) return 'no JSON';
    const list = parsed.value['keys'];
    const demand = helpers.pick([
      { alg: 'RS256', kty: 'RSA' },
      { alg: 'ES256', kty: 'EC', crv: 'P-256' },
    ]);
    const kid = helpers.pick([undefined, 'rsa-1', 'ec-1', '']);
    let key: object | undefined;
    const code = codeOf(() => void (key = selectKey(parsed.value, demand, kid)));
    if (Array.isArray(list)) {
      const shuffled = [...list].sort(() => helpers.below(3) - 1);
      let other: object | undefined;
      const otherCode = codeOf(() => void (other = selectKey({ keys: shuffled }, demand, kid)));
      must(
        (code === 'accepted') === (otherCode === 'accepted') && materialOf(key) === materialOf(other),
        `the order of keys matters: ${code}, ${otherCode}`,
      );
    }
    if (key === undefined) return code;
    const chosen = key;
    const isRsa = demand.kty === 'RSA';
    const read = codeOf(() => (isRsa ? readRsaKey(chosen) : readEcKey(chosen, P256)));
    if (read !== 'accepted') return read;
    // Node's import also knows what a key is; its idea of base64url is wider than ours, never narrower.
    const { kty, n, e, crv, x, y } = chosen as Record<string, string>;
    const node = createPublicKey({ key: isRsa ? { kty, n, e } : { kty, crv, x, y }, format: 'jwk' });
    must(node.asymmetricKeyType === (isRsa ? 'rsa' : 'ec'), 'another kind of key');
    return `usable ${kty}`;
  },
};

/** What makes a key the key that it is: the same one twice counts as one. */
function materialOf(key: object | undefined): string {
  const { kty, n, e, crv, x, y } = (key ?? {}) as Record<string, unknown>;
  return JSON.stringify([kty, n, e, crv, x, y]);
}

const MESSAGE = utf8('a message that every algorithm has signed');
const SIGNED = new Map(ALGS.map((alg) => [alg, signAs(alg, keysOf(alg).privateKey, MESSAGE)]));
const PUBLIC = new Map(ALGS.map((alg) => [alg, { ...jwkOf(alg, alg), alg: undefined }]));

/** A signature of any algorithm, and of any other: ours is never wider than the platform's verdict. */
export const signature: Target = {
  name: 'signature',
  oneIn: 10,
  generate: ({ pick, bytes, below }) => {
    const made = SIGNED.get(pick(ALGS)) ?? MESSAGE;
    return pick([
      made,
      made,
      bytes(64),
      bytes(made.length),
      made.map((byte, i) => (i === below(made.length) ? byte ^ (1 << below(8)) : byte)),
    ]);
  },
  fuzz(bytes, helpers) {
    const length = (alg: Alg) => SIGNED.get(alg)?.length === bytes.length;
    const fitting = ALGS.filter(length);
    const alg = helpers.pick(fitting.length > 0 ? fitting : ALGS);
    // Most inputs have another length than any signature, and need no arithmetic.
    const isRight = verifySignature(alg, PUBLIC.get(alg) ?? {}, MESSAGE, bytes);
    same(isRight, verifyAs(alg, keysOf(alg).publicKey, MESSAGE, bytes), `${alg} and Node differ`);
    if (!isRight) return fitting.length > 0 ? `wrong ${alg}` : 'another length';
    must(!verifySignature(alg, PUBLIC.get(alg) ?? {}, utf8('another message'), bytes), 'right for every message');
    return `right ${alg}`;
  },
};

const P25519 = 2n ** 255n - 19n;
const D25519 = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** Bytes as a key of Ed25519, and as what SHA-512 is made of. */
export const ed25519Key: Target = {
  name: 'ed25519-key',
  oneIn: 4,
  generate: ({ pick, bytes, below }) => {
    const good = Buffer.from(String(jwkOf('EdDSA', 'k')['x']), 'base64url');
    const edge = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xed - 20 + below(40) : i === 31 ? pick([0x7f, 0xff]) : 0xff));
    return pick([bytes(32), bytes(32), edge, new Uint8Array(good), bytes(below(300))]);
  },
  fuzz(bytes) {
    same(Buffer.from(sha512(bytes)).toString('hex'), createHash('sha512').update(bytes).digest('hex'), 'SHA-512');
    same(Buffer.from(sha384(bytes)).toString('hex'), createHash('sha384').update(bytes).digest('hex'), 'SHA-384');
    const key = importEd25519Key(bytes);
    if (key === undefined) return bytes.length === 32 ? 'no key' : 'another length';
    const { x, y } = key;
    must(bytes.length === 32 && x >= 0n && y >= 0n && x < P25519 && y < P25519, 'not canonical');
    const written = (y | ((x & 1n) << 255n)).toString(16).padStart(64, '0');
    same(Buffer.from(written, 'hex').reverse().toString('hex'), Buffer.from(bytes).toString('hex'), 'another spelling');
    must((y * y - x * x - 1n - D25519 * x * x * y * y) % P25519 === 0n, 'beside the curve');
    return 'a key';
  },
};

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const LOGOUT_CLAIMS = {
  iss: ISSUER,
  aud: CLIENT_ID,
  iat: NOW - 5,
  exp: NOW + 120,
  jti: 'j1',
  sub: 'alice',
  sid: 's1',
  events: { [EVENT]: {} },
};

/** Claims of a logout token as bytes, always signed rightly. */
export const logout: Target = {
  name: 'logout',
  oneIn: 8,
  dictionary: [
    '"jti":',
    '"sid":',
    '"sub":',
    '"nonce":',
    '"events":',
    `"${EVENT}":{}`,
    `{"${EVENT}":`,
    '"exp":',
    '"iat":',
    '"aud":',
    'null',
    '[]',
    '{}',
    ',',
  ],
  generate: ({ below, pick }) => {
    const made: Record<string, unknown> = { ...LOGOUT_CLAIMS };
    for (let i = below(3); i > 0; i--)
      made[pick(['iss', 'sub', 'sid', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'jti', 'events', 'x'])] = pick([...ODD, { [EVENT]: pick(ODD) }]);
    return utf8(JSON.stringify(made));
  },
  fuzz(bytes, helpers) {
    const typ = helpers.pick(['logout+jwt', 'logout+jwt', 'JWT', undefined, helpers.pick(ODD)]);
    const token = signParts('RS256', encode({ ...RSA_HEADER, typ }), Buffer.from(bytes).toString('base64url'));
    const { idToken: _idToken, nonce: _nonce, ...rest } = expectationsFor(token);
    const code = codeOf(() => verifyLogoutToken({ ...rest, logoutToken: token }));
    // Nothing is both.
    must(code !== 'accepted' || codeOf(() => verifyIdToken(expectationsFor(token))) !== 'accepted', 'a logout token that is an ID token');
    if (code !== 'accepted') return code;
    const claims = strictParse(bytes) as Record<string, unknown>;
    const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length < 256;
    must(claims.iss === ISSUER && JSON.stringify([claims.aud].flat()) === JSON.stringify([CLIENT_ID]), 'issuer, audience');
    must((claims.exp as number) > NOW - TOLERANCE_S && (claims.iat as number) <= NOW + TOLERANCE_S, 'times');
    must(isText(claims.jti) && (isText(claims.sub) || isText(claims.sid)) && !Object.hasOwn(claims, 'nonce'), 'jti, subject, nonce');
    must(JSON.stringify((claims.events as Record<string, unknown>)[EVENT]).startsWith('{'), 'event');
    return code;
  },
};

const PROVIDER = {
  emailClaim: 'email',
  emailVerifiedClaim: 'email_verified',
  groupsClaim: 'groups',
  usernameClaim: 'preferred_username',
  nameClaim: 'name',
};

/** Claims of a token and of userinfo become an identity of plain types, whatever they hold. */
export const identity: Target = {
  name: 'identity',
  dictionary: [
    '"email":',
    '"email_verified":true',
    '"groups":',
    '"a.b":',
    '{"a":{"b":',
    '[["x"]]',
    'null',
    '""',
    '\\u0000',
    '__proto__',
    '.',
    '\\.',
    '\n',
  ],
  generate: ({ pick }) =>
    utf8(
      `${pick(['email', 'a.b', 'a\\.b', 'toString', '__proto__', '', '.', 'a.length'])}\n${JSON.stringify({ sub: 's', email: pick(ODD), email_verified: pick(ODD), groups: pick([...ODD, ['a', 1, null, 'b']]), a: { b: pick(ODD) }, name: pick(ODD) })}`,
    ),
  fuzz(bytes) {
    const line = bytes.indexOf(10);
    const path = latin1(bytes.subarray(0, Math.max(line, 0)));
    const parsed = parseJsonObject(bytes.subarray(line + 1));
    if (!parsed.ok) return 'no JSON';
    const provider = { ...PROVIDER, groupsClaim: path, emailClaim: path.length % 2 === 0 ? 'email' : path };
    const one = identityOf(provider as never, { ...parsed.value, sub: 's' } as never, undefined);
    must(one.email === undefined || (typeof one.email === 'string' && one.email !== ''), 'email');
    must(one.isEmailVerified !== true || parsed.value['email_verified'] === true, 'verified by something else than true');
    must(one.groups === undefined || one.groups.every((group) => typeof group === 'string'), 'groups');
    must(typeof one.username === 'string' && typeof one.name === 'string', 'names');
    return `${one.email === undefined ? 'no' : 'an'} address, ${one.groups === undefined ? 'no ' : ''}groups`;
  },
};
