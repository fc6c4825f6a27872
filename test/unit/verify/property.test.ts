// SPDX-License-Identifier: MIT
// Random documents and tokens: what is accepted also stands before an independent look. The seed is
// printed; SEED=... repeats a run.
import test from 'ava';
import { verify as verifyByNode } from 'node:crypto';
import { parseJsonObject } from '../../../src/codec/json.ts';
import { verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import { CLAIMS, CLIENT_ID, codeOf, expectationsFor, ISSUER, makeToken, NONCE, NOW, RSA_HEADER, rsaKeys, TOLERANCE_S } from './_tokens.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_007);

/** A small generator (mulberry32) of whole numbers below a limit. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const ODD_VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1e300,
  2 ** 53,
  NOW,
  NOW + 60,
  NOW + 61,
  NOW - 60,
  NOW - 59,
  '',
  'alice',
  CLIENT_ID,
  ISSUER,
  NONCE,
  `${ISSUER}/`,
  [],
  [CLIENT_ID],
  [CLIENT_ID, 'x'],
  {},
  's'.repeat(256),
];
const NAMES = ['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'nbf', 'nonce', 'x'];

test(`an accepted token has every claim in order on an independent look`, (t) => {
  t.log(`SEED=${SEED}`);
  const random = makeRandom(SEED);
  let accepted = 0;
  for (let round = 0; round < 400; round++) {
    const claims: Record<string, unknown> = { ...CLAIMS };
    for (let changes = random(3); changes > 0; changes--) {
      claims[NAMES[random(NAMES.length)] ?? ''] = ODD_VALUES[random(ODD_VALUES.length)];
    }
    const token = makeToken(claims, random(2) === 0 ? RSA_HEADER : { ...RSA_HEADER, typ: undefined });
    if (codeOf(() => verifyIdToken(expectationsFor(token))) !== 'accepted') continue;
    accepted++;
    const [header = '', payload = '', signature = ''] = token.split('.');
    const input = Buffer.from(`${header}.${payload}`);
    t.true(verifyByNode('sha256', input, rsaKeys.publicKey, Buffer.from(signature, 'base64url')));
    const seen = JSON.parse(Buffer.from(payload, 'base64url').toString());
    t.is(seen.iss, ISSUER);
    t.deepEqual([seen.aud].flat(), [CLIENT_ID]);
    t.true(seen.azp === undefined || seen.azp === CLIENT_ID);
    t.true(seen.exp > NOW - TOLERANCE_S && seen.iat <= NOW + TOLERANCE_S);
    t.true(seen.nbf === undefined || seen.nbf <= NOW + TOLERANCE_S);
    t.is(seen.nonce, NONCE);
    t.true(typeof seen.sub === 'string' && seen.sub.length > 0 && seen.sub.length < 256);
  }
  t.true(accepted > 20);
});

test('json takes of mutated documents only what the platform takes, with the same value', (t) => {
  t.log(`SEED=${SEED}`);
  const random = makeRandom(SEED + 1);
  const base = JSON.stringify({ ...CLAIMS, a: [1, -2.5e3, { b: '\\"\u00e9\u{1f600}' }], c: { d: {}, e: [] } });
  const pieces = ['"', '\\', '{', '}', '[', ']', ',', ':', '0', '.', 'e', '-', ' ', '\n', 'u', 'a', '\u00e9'];
  let accepted = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = base;
    for (let changes = 1 + random(3); changes > 0; changes--) {
      const at = random(text.length);
      const piece = pieces[random(pieces.length)] ?? '';
      text = text.slice(0, at) + piece + text.slice(at + random(3));
    }
    // A mutation may cut a surrogate pair in two, which no bytes can carry.
    const bytes = Buffer.from(text);
    text = bytes.toString();
    const result = parseJsonObject(new Uint8Array(bytes));
    let expected = '';
    try {
      expected = JSON.stringify(JSON.parse(text));
    } catch {
      expected = ''; // not JSON
    }
    if (result.ok) {
      accepted++;
      t.is(JSON.stringify(result.value), expected, text);
    } else if (expected !== '') {
      t.true(['duplicate name', 'not an object', 'number out of range', 'lone surrogate'].includes(result.reason), text);
    }
  }
  t.true(accepted > 100);
});
