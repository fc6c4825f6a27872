// SPDX-License-Identifier: MIT
import test from 'ava';
import type { OidcConfig } from '../../../src/config.ts';
import { claimAt, identityOf } from '../../../src/access/identity.ts';
import type { VerifiedClaims } from '../../../src/verify/claims.ts';

const MAPPING = {
  emailClaim: 'email',
  emailVerifiedClaim: 'email_verified',
  groupsClaim: 'groups',
  usernameClaim: 'preferred_username',
  nameClaim: 'name',
} as OidcConfig;
const claims = (object: Record<string, unknown>) => ({ sub: 'x', ...object }) as unknown as VerifiedClaims;
const read = (token: Record<string, unknown>, userinfo?: Record<string, unknown>, mapping: Partial<OidcConfig> = {}) =>
  identityOf({ ...MAPPING, ...mapping }, claims(token), userinfo as never);

test('security 91: claim paths go into objects, an escaped dot is a dot', (t) => {
  const document = { a: { b: { c: 'd' } }, 'x.y': 'z', list: ['q'] } as never;
  t.is(claimAt(document, 'a.b.c'), 'd');
  t.is(claimAt(document, 'x\\.y'), 'z');
  t.is(claimAt(document, 'a.missing.c'), undefined);
  t.is(claimAt(document, 'list.0'), undefined);
  t.is(claimAt(document, 'a.constructor'), undefined);
  t.is(claimAt(document, '__proto__'), undefined);
});

test('a claim name is tried as it is written first, then as a path whose names may have dots', (t) => {
  const url = 'https://router.home.test/groups';
  t.deepEqual(read({ [url]: ['a'] }, undefined, { groupsClaim: url }).groups, ['a']);
  const roles = 'resource_access.my.client.roles';
  t.deepEqual(read({ resource_access: { 'my.client': { roles: ['r'] } } }, undefined, { groupsClaim: roles }).groups, ['r']);
  t.is(claimAt({ 'a.b': 'as written', a: { b: 'path' } } as never, 'a.b'), 'as written');
  t.is(claimAt({ a: { 'b.c': 'as written', b: { c: 'path' } } } as never, 'a.b.c'), 'as written');
  t.is(claimAt({ a: { x: 1 }, 'a.b': { c: 'd' } } as never, 'a.b.c'), 'd');
  t.is(claimAt({ a: { b: 'path' } } as never, 'a\\.b'), undefined);
  t.is(claimAt({ a: 'b' } as never, 'a.length'), undefined);
});

test('groups are an array of texts or one text', (t) => {
  t.deepEqual(read({ groups: ['a', 1, 'b', null] }).groups, ['a', 'b']);
  t.deepEqual(read({ groups: 'a' }).groups, ['a']);
  t.deepEqual(read({ groups: [] }).groups, []);
  t.is(read({ groups: { a: 1 } }).groups, undefined);
  t.is(read({}).groups, undefined);
  t.deepEqual(read({ realm_access: { roles: ['r'] } }, undefined, { groupsClaim: 'realm_access.roles' }).groups, ['r']);
});

test('only the JSON boolean true verifies an address (security 89)', (t) => {
  for (const value of ['true', 1, {}, null, false]) t.is(read({ email: 'a@b', email_verified: value }).isEmailVerified, false);
  t.is(read({ email: 'a@b', email_verified: true }).isEmailVerified, true);
  t.is(read({ email: 'a@b' }).isEmailVerified, undefined);
});

test('address and verification come from one document', (t) => {
  const mixed = read({ email: 'evil@b' }, { email_verified: true });
  t.deepEqual([mixed.email, mixed.isEmailVerified], ['evil@b', undefined]);
  const other = read({ email: 'evil@b' }, { email: 'good@b', email_verified: true });
  t.deepEqual([other.email, other.isEmailVerified], ['good@b', true]);
  const token = read({ email: 'a@b', email_verified: false }, { email: 'a@b', email_verified: true });
  t.is(token.isEmailVerified, false);
});

test('email_verified speaks of the claim email alone, in the ID token and at userinfo (security 89)', (t) => {
  const elsewhere = { emailClaim: 'preferred_username', emailVerifiedClaim: '' };
  const document = { email: 'mallory@home.test', email_verified: true, preferred_username: 'alice@example.com' };
  for (const identity of [read(document, undefined, elsewhere), read({}, document, elsewhere)]) {
    t.deepEqual([identity.email, identity.isEmailVerified], ['alice@example.com', false]);
  }
});

test('the claim that vouches for the address is read as a path, and only beside the address', (t) => {
  const named = { emailClaim: 'mail', emailVerifiedClaim: 'proof.mail' };
  t.true(read({ mail: 'a@b', proof: { mail: true } }, undefined, named).isEmailVerified);
  for (const value of ['true', 1, null, false]) t.false(read({ mail: 'a@b', proof: { mail: value } }, undefined, named).isEmailVerified);
  t.is(read({ mail: 'a@b', email_verified: true }, undefined, named).isEmailVerified, undefined);
  t.is(read({ mail: 'evil@b' }, { proof: { mail: true } }, named).isEmailVerified, undefined);
  const other = read({ mail: 'evil@b' }, { mail: 'good@b', proof: { mail: true } }, named);
  t.deepEqual([other.email, other.isEmailVerified], ['good@b', true]);
});

test('security 67: userinfo fills gaps and overrides nothing', (t) => {
  const identity = read({ groups: ['token'] }, { sub: 'other', groups: ['userinfo'], name: 'N', preferred_username: 'u' });
  t.deepEqual([identity.sub, identity.groups, identity.name, identity.username], ['x', ['token'], 'N', 'u']);
});

test('names that are only shown lose control characters and length', (t) => {
  const identity = read({ preferred_username: 'a\0b\n\u009bc', name: 'é'.repeat(200) });
  t.is(identity.username, 'abc');
  t.is(identity.name, 'é'.repeat(128));
});

/** Marks that reorder the text around them (UAX 9), one by one. */
const BIDI = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';

test('names that are only shown keep their order, their letters, and no half of one', (t) => {
  t.is(read({ preferred_username: `a${BIDI}b` }).username, 'ab');
  t.is(read({ preferred_username: 'שלום, Ünï\u200dcode \u{1f600}' }).username, 'שלום, Ünï\u200dcode \u{1f600}');
  t.is(read({ preferred_username: `${'x'.repeat(127)}\u{1f600}` }).username, 'x'.repeat(127));
  t.is(read({ preferred_username: 'a\ud83db' }).username, 'ab');
});
