// SPDX-License-Identifier: MIT
import test from 'ava';
import type { Role } from '../../../src/config.ts';
import type { Identity } from '../../../src/access/identity.ts';
import { matchRole } from '../../../src/access/roles.ts';

const NO_RULES: Role = { name: 'r', email: [], domain: [], group: [], sub: [], isDefault: false, login: '', read: [], write: [] };
const ALICE: Identity = {
  sub: 'alice',
  email: 'alice@example.com',
  isEmailVerified: true,
  groups: ['staff'],
  username: 'alice',
  name: 'Alice',
};

const role = (name: string, rules: Partial<Role>): Role => ({ ...NO_RULES, name, ...rules });
const match = (roles: readonly Role[], identity: Partial<Identity> = {}, isRequired = true) => {
  const found = matchRole(roles, { ...ALICE, ...identity }, isRequired, true);
  return found.kind === 'role' ? found.role.name : found.kind;
};

test('the first role in file order wins; roles are not merged', (t) => {
  const roles = [role('a', { sub: ['other'] }), role('b', { group: ['staff'] }), role('c', { email: ['alice@example.com'] })];
  t.is(match(roles), 'b');
  t.is(match([...roles].reverse()), 'c');
  t.is(match([]), 'none');
  t.is(match([NO_RULES]), 'none');
});

test('security 90: an address matches whole, its domain behind the single @', (t) => {
  const byEmail = [role('r', { email: ['Alice@EXAMPLE.com'] })];
  const byDomain = [role('r', { domain: ['company.com'] })];
  t.is(match(byEmail), 'r');
  t.is(match(byEmail, { email: 'alice@example.com.evil.test' }), 'none');
  t.is(match(byEmail, { email: 'xalice@example.com' }), 'none');
  t.is(match(byDomain, { email: 'bob@company.com' }), 'r');
  t.is(match(byDomain, { email: 'bob@COMPANY.com' }), 'r');
  for (const email of [
    'a@evil@company.com',
    'company.com',
    '@company.com',
    'a@',
    'a b@company.com',
    'é@company.com',
    'a@sub.company.com',
    'a@xcompany.com',
    'a\n@company.com',
  ]) {
    t.is(match(byDomain, { email }), 'none', email);
  }
  t.is(match([role('r', { email: ['k@example.com'] })], { email: '\u212a@example.com' }), 'none', 'the Kelvin sign is no k');
});

test('security 89: an unverified address matches nothing unless the owner relaxes it', (t) => {
  const roles = [role('r', { email: ['alice@example.com'] })];
  for (const isEmailVerified of [false, undefined]) {
    t.is(match(roles, { isEmailVerified }), 'email-not-verified');
    t.is(match(roles, { isEmailVerified }, false), 'r');
  }
  t.is(match(roles, { isEmailVerified: false, email: 'bob@example.com' }), 'none');
  t.is(match([...roles, role('all', { isDefault: true })], { isEmailVerified: false }), 'all');
  t.is(match([role('r', { domain: ['example.com'] })], { isEmailVerified: false }), 'email-not-verified');
});

test('groups match exactly; only the @PocketID suffix matches both spellings', (t) => {
  const groups = (rule: string, ...given: string[]) => match([role('r', { group: [rule] })], { groups: given });
  t.is(groups('staff', 'x', 'staff'), 'r');
  t.is(groups('staff', 'Staff'), 'none');
  t.is(groups('staff', '/staff'), 'none');
  t.is(groups('staff@PocketID', 'staff'), 'r');
  t.is(groups('staff@PocketID', 'staff@PocketID'), 'r');
  t.is(groups('staff', 'staff@PocketID'), 'none');
  t.is(groups('staff@Other', 'staff'), 'none');
  t.is(groups('@PocketID', ''), 'none');
  t.is(groups('staff@PocketID@PocketID', 'staff'), 'none');
});

test('a default role takes everybody, but only after the rules before it', (t) => {
  const roles = [role('a', { sub: ['bob'] }), role('all', { isDefault: true }), role('b', { sub: ['alice'] })];
  t.is(match(roles), 'all');
  t.is(match(roles, { sub: 'bob' }), 'a');
});

test('claims are asked for only while they can still decide', (t) => {
  const kind = (roles: readonly Role[], identity: Partial<Identity>) => matchRole(roles, { ...ALICE, ...identity }, true, false).kind;
  const byGroup = role('g', { group: ['x'] });
  t.is(kind([byGroup], { groups: undefined }), 'claims-missing');
  t.is(kind([byGroup], {}), 'none');
  t.is(kind([role('s', { sub: ['alice'] }), byGroup], { groups: undefined }), 'role');
  t.is(kind([byGroup, role('all', { isDefault: true })], { groups: undefined }), 'claims-missing', 'a later role must not win by a gap');
  t.is(kind([role('d', { domain: ['x'] })], { email: undefined, isEmailVerified: undefined }), 'claims-missing');
  t.is(kind([role('d', { email: ['alice@example.com'] })], { isEmailVerified: undefined }), 'claims-missing');
});
