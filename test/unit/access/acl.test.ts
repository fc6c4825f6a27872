// SPDX-License-Identifier: MIT
import test from 'ava';
import { computeGrants, isAllowed } from '../../../src/access/acl.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';

function grants(lists: { read: string[]; write: string[] }, files: Record<string, unknown>) {
  const host = new FakeHost();
  for (const [name, content] of Object.entries(files)) {
    host.files.set(`/usr/share/rpcd/acl.d/${name}`, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
  }
  const computed = computeGrants(host, lists);
  return { grants: Object.fromEntries(computed.grants), broken: computed.broken };
}

const ALL = { read: ['*'], write: ['*'] };

test('object form grants functions, array form the permission, and the group by its name', (t) => {
  const file = { g: { description: 'x', read: { ubus: { a: ['m', 'n'] }, uci: ['c'] }, write: { uci: ['c'], 'cgi-io': ['upload'] } } };
  t.deepEqual(grants(ALL, { 'a.json': file }).grants, {
    ubus: [
      ['a', 'm'],
      ['a', 'n'],
    ],
    uci: [
      ['c', 'read'],
      ['c', 'write'],
    ],
    'access-group': [
      ['g', 'read'],
      ['g', 'write'],
    ],
    'cgi-io': [['upload', 'write']],
  });
});

test('write implies read, negations come first, read lists alone do not write', (t) => {
  t.true(isAllowed({ read: [], write: ['g'] }, 'read', 'g'));
  t.false(isAllowed({ read: ['g'], write: [] }, 'write', 'g'));
  t.false(isAllowed({ read: ['*', '!g'], write: [] }, 'read', 'g'));
  t.false(isAllowed({ read: ['*', '!g'], write: ['*'] }, 'read', 'g'), 'a denial of read is final');
  t.false(isAllowed({ read: ['*', '! g'], write: [] }, 'read', 'g'), 'blanks behind the ! do not count');
  t.true(isAllowed({ read: ['*', '!'], write: [] }, 'read', 'g'));
  t.false(isAllowed({ read: ['luci-*'], write: ['!luci-x', '*'] }, 'write', 'luci-x'));
  t.true(isAllowed({ read: ['luci-[a-m]*'], write: [] }, 'read', 'luci-base'));
  t.false(isAllowed({ read: ['luci-?'], write: [] }, 'read', 'luci-base'));
});

test('a permission without scopes grants no group', (t) => {
  t.deepEqual(grants(ALL, { 'a.json': { g: { read: {} } } }).grants, {});
});

test('what is not of the expected shape grants nothing and breaks nothing', (t) => {
  const strange = {
    a: null,
    b: [],
    c: 'x',
    d: { read: [], write: 'x' },
    e: { read: { ubus: { o: 'm', p: [1, 'q'] }, uci: [2, 'r'], file: 'x' } },
  };
  t.deepEqual(grants(ALL, { 'a.json': strange }).grants, { ubus: [['p', 'q']], uci: [['r', 'read']], 'access-group': [['e', 'read']] });
});

test('broken files are named and skipped, other names are no ACL files', (t) => {
  const good = { g: { read: { uci: ['c'] } } };
  const result = grants(ALL, { 'a.json': '{', 'b.json': good, 'c.txt': good, '.d.json': good, 'e.json': '[]', 'f.json': '\xff' });
  t.deepEqual(result.grants, { uci: [['c', 'read']], 'access-group': [['g', 'read']] });
  t.deepEqual(result.broken, ['a.json', 'e.json', 'f.json']);
});

test('a group named __proto__ is a group', (t) => {
  const file = '{"__proto__":{"read":{"uci":["c"]}}}';
  t.deepEqual(grants(ALL, { 'a.json': file }).grants, { uci: [['c', 'read']], 'access-group': [['__proto__', 'read']] });
});
