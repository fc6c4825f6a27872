// SPDX-License-Identifier: MIT
// The stand-in of rpcd against what was measured on a real router, over a real (Rust) broker.
import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from './blobmsg.ts';
import { startRouter, type Router } from './router.ts';
import { fnmatch } from './sessions.ts';
import { Ubus, UbusError } from './ubus.ts';

let router: Router;
let ubus: Ubus;
let clockMs = 1_000_000;

test.before(async () => {
  router = await startRouter({ program: '/bin/true', now: () => clockMs });
  ubus = await Ubus.connect(path.join(router.tree, 'var/run/ubus/ubus.sock'));
});
test.after.always(async () => {
  ubus?.close();
  await router?.stop();
});

const call = async (object: string, method: string, args: Table = {}): Promise<Table> => (await ubus.call(object, method, args))[0] ?? {};
const status = async (object: string, method: string, args: Table = {}): Promise<number> => {
  try {
    await ubus.call(object, method, args);
    return 0;
  } catch (error) {
    if (error instanceof UbusError) return error.status;
    throw error;
  }
};
const create = async (timeout = 300): Promise<string> => (await call('session', 'create', { timeout })).ubus_rpc_session as string;

test('fnmatch has no path semantics', (t) => {
  t.true(fnmatch('*', ''));
  t.true(fnmatch('/usr/*-call', '/usr/libexec/x/y-call'));
  t.true(fnmatch('/bin/kill -[0-9]* *', '/bin/kill -9 1'));
  t.false(fnmatch('/bin/kill -[!0-9] *', '/bin/kill -9 1'));
  t.true(fnmatch('luci-[a-c]?d', 'luci-bxd'));
  t.false(fnmatch('luci', 'luci-base'));
  t.true(fnmatch('\\*', '*', true));
  t.false(fnmatch('\\*', 'x', true));
});

test.serial('a session is created with 32 hex digits and answers as rpcd does', async (t) => {
  const session = await call('session', 'create', { timeout: 60 });
  t.regex(session.ubus_rpc_session as string, /^[0-9a-f]{32}$/);
  t.deepEqual({ ...session, ubus_rpc_session: '' }, { ubus_rpc_session: '', timeout: 60, expires: 60n, acls: {}, data: {} });
  t.is((await call('session', 'create')).timeout, 300);
});

test.serial('status codes are those of rpcd', async (t) => {
  const id = await create();
  t.is(await status('session', 'get', { ubus_rpc_session: 'f'.repeat(32) }), 4);
  t.is(await status('session', 'get', {}), 2);
  t.is(await status('session', 'set', { ubus_rpc_session: id }), 2);
  t.is(await status('session', 'grant', { ubus_rpc_session: id }), 2);
  t.is(await status('session', 'destroy', { ubus_rpc_session: '0'.repeat(32) }), 6);
  t.is(await status('session', 'nosuch', {}), 3);
  t.is(await status('nosuch', 'get', {}), 4);
  t.is(await status('session', 'login', { username: 'root', password: 'wrong' }), 6);
  t.is(await status('uci', 'get', { config: 'nosuch' }), 4);
  t.is(await status('uci', 'get', { config: 'luci', section: 'nosuch' }), 4);
  t.is(await status('uci', 'get', {}), 2);
  t.is(await status('session', 'destroy', { ubus_rpc_session: id }), 0);
  t.is(await status('session', 'get', { ubus_rpc_session: id }), 4);
});

test.serial('rights match by pattern on object and function, exactly on scope', async (t) => {
  const id = await create();
  await call('session', 'grant', {
    ubus_rpc_session: id,
    objects: [
      ['uci', 'get'],
      ['session', '*'],
    ],
  });
  await call('session', 'grant', { ubus_rpc_session: id, scope: 'uci', objects: [['luci*', 'read']] });
  const may = async (scope: string, object: string, fn: string) =>
    (await call('session', 'access', { ubus_rpc_session: id, scope, object, function: fn })).access;
  t.true(await may('ubus', 'uci', 'get'));
  t.false(await may('ubus', 'uci', 'set'));
  t.true(await may('ubus', 'session', 'anything'));
  t.true(await may('uci', 'luci-sso', 'read'));
  t.false(await may('u*', 'uci', 'get'));
  t.deepEqual(await call('session', 'access', { ubus_rpc_session: id }), {
    ubus: { session: ['*'], uci: ['get'] },
    uci: { 'luci*': ['read'] },
  });
  await call('session', 'revoke', { ubus_rpc_session: id, scope: 'ubus', objects: [['uci', 'get']] });
  t.false(await may('ubus', 'uci', 'get'));
  await call('session', 'revoke', { ubus_rpc_session: id, scope: 'uci' });
  t.deepEqual(await call('session', 'access', { ubus_rpc_session: id }), { ubus: { session: ['*'] } });
});

test.serial('a look-up by id restarts the idle time, a list without id does not', async (t) => {
  const [kept, left] = [await create(100), await create(100)];
  clockMs += 60_000;
  const listed = (await ubus.call('session', 'list')).filter((s) => s.ubus_rpc_session === left);
  t.is(listed[0]?.expires, 40n);
  await call('session', 'get', { ubus_rpc_session: kept });
  clockMs += 60_000;
  t.is(await status('session', 'get', { ubus_rpc_session: kept }), 0);
  t.is(await status('session', 'get', { ubus_rpc_session: left }), 4);
});

test.serial('data is set, read and unset by key, of any type', async (t) => {
  const id = await create();
  await call('session', 'set', { ubus_rpc_session: id, values: { a: 'x', n: 5, list: ['1'], yes: true } });
  t.deepEqual(await call('session', 'get', { ubus_rpc_session: id }), { values: { a: 'x', n: 5, list: ['1'], yes: true } });
  await call('session', 'unset', { ubus_rpc_session: id, keys: ['n'] });
  t.deepEqual(await call('session', 'get', { ubus_rpc_session: id, keys: ['a', 'n'] }), { values: { a: 'x' } });
});

test.serial('a login gets its rights from acl.d: lists, negation, write implies read', async (t) => {
  const groups = (read: string[], write: string[]) => Object.entries(router.rpcd.rightsFor({ read, write })['access-group'] ?? {});
  t.deepEqual(groups(['luci-base'], []), [['luci-base', ['read']]]);
  t.deepEqual(groups([], ['luci-access']), [['luci-access', ['read', 'write']]]);
  t.deepEqual(groups(['*', '!luci-*'], []), [['unauthenticated', ['read']]]);
  t.false(
    groups(['*'], []).some(([name]) => name === 'luci-mod-system-reboot'),
    'a group without a read half',
  );
  const all = router.rpcd.rightsFor({ read: ['*'], write: ['*'] });
  t.deepEqual(all['cgi-io'], { backup: ['read'], download: ['read'], exec: ['read'], upload: ['write'] });
  t.deepEqual(all.uci?.['luci-sso'], ['read', 'write']);
  t.deepEqual(router.rpcd.rightsFor({ read: [], write: [] }), {});
});

test.serial('a password login works for root only with its password, and tells its rights', async (t) => {
  const login = await call('session', 'login', { username: 'root', password: 'router', timeout: 77 });
  t.is(login.timeout, 77);
  t.deepEqual(login.data, { username: 'root' });
  t.deepEqual(login.acls as unknown, router.rpcd.rightsFor({ read: ['*'], write: ['*'] }));
});

test.serial('a login section without password takes no password, yet a reload finds it', async (t) => {
  writeFileSync(
    path.join(router.tree, 'etc/config/rpcd'),
    `${readFileSync(path.join(router.tree, 'etc/config/rpcd'), 'utf8')}
config login 'luci_sso_guest'
\toption username 'sso:guest'
\tlist read 'luci-base'
`,
  );
  for (const password of ['', 'x', '!']) t.is(await status('session', 'login', { username: 'sso:guest', password }), 6);
  const [guest, stranger, root] = [await create(500), await create(500), await create(500)];
  await call('session', 'grant', { ubus_rpc_session: guest, scope: 'uci', objects: [['*', 'write']] });
  await call('session', 'set', { ubus_rpc_session: guest, values: { username: 'sso:guest', token: 'abc' } });
  await call('session', 'set', { ubus_rpc_session: stranger, values: { username: 'nobody', token: 'def' } });
  await call('session', 'set', { ubus_rpc_session: root, values: { username: 'root' } });
  clockMs += 100_000;
  await router.reload();
  const after = (await ubus.call('session', 'list')).find((s) => s.ubus_rpc_session === guest);
  t.deepEqual(
    { ...after, acls: {} },
    { ubus_rpc_session: guest, timeout: 500, expires: 400n, acls: {}, data: { username: 'sso:guest', token: 'abc' } },
  );
  t.deepEqual(after?.acls as unknown, router.rpcd.rightsFor({ read: ['luci-base'], write: [] }));
  t.deepEqual(await call('session', 'access', { ubus_rpc_session: stranger }), {});
  t.deepEqual((await call('session', 'get', { ubus_rpc_session: stranger })).values, { username: 'nobody', token: 'def' });
  t.deepEqual(
    (await call('session', 'access', { ubus_rpc_session: root })) as unknown,
    router.rpcd.rightsFor({ read: ['*'], write: ['*'] }),
  );
});

test.serial('uci get has the shapes of rpcd, and sees what the shell has staged', async (t) => {
  t.deepEqual(await call('uci', 'get', { config: 'luci', section: 'sauth', option: 'sessiontime' }), { value: '3600' });
  t.deepEqual(await call('uci', 'get', { config: 'luci-sso', section: 'admin' }), {
    values: { '.anonymous': false, '.type': 'role', '.name': 'admin', read: ['*'], write: ['*'] },
  });
  const rpcd = (await call('uci', 'get', { config: 'rpcd', type: 'login' })).values as Record<string, Table>;
  const first = Object.values(rpcd)[0] as Table;
  t.deepEqual([first['.anonymous'], first['.type'], first['.index'], first.username], [true, 'login', 1, 'root']);
  t.is(Object.keys(rpcd)[0], first['.name'] as string);
  await router.uci('set', "luci-sso.default.client_id=it's");
  t.deepEqual(await call('uci', 'get', { config: 'luci-sso', section: '@oidc[0]', option: 'client_id' }), { value: "it's" });
  t.deepEqual(await call('uci', 'changes', { config: 'luci-sso' }), { changes: [['set', 'default', 'client_id', "it's"]] });
  await router.uci('revert', 'luci-sso');
  t.is(await status('uci', 'get', { config: 'luci-sso', section: 'default', option: 'client_id' }), 4);
});

test.serial('a commit without session takes along what is staged, one with session only its own', async (t) => {
  const file = () => readFileSync(path.join(router.tree, 'etc/config/luci'), 'utf8');
  const id = await create();
  t.is(await status('uci', 'set', { ubus_rpc_session: id, config: 'luci', section: 'main', values: { a: '1' } }), 6);
  await call('session', 'grant', {
    ubus_rpc_session: id,
    scope: 'uci',
    objects: [
      ['luci', 'read'],
      ['luci', 'write'],
    ],
  });
  await router.uci('set', 'luci.main.staged=1');
  await call('uci', 'set', { ubus_rpc_session: id, config: 'luci', section: 'main', values: { own: ['x', 'y'] } });
  await call('uci', 'add', { ubus_rpc_session: id, config: 'luci', type: 'thing', name: 'new', values: { n: 1 } });
  await call('uci', 'commit', { ubus_rpc_session: id, config: 'luci' });
  t.regex(file(), /list own 'x'\n\tlist own 'y'\n[^]*config thing 'new'\n\toption n '1'/);
  t.notRegex(file(), /staged/);
  await call('uci', 'delete', { config: 'luci', section: 'new' });
  await call('uci', 'commit', { config: 'luci' });
  t.regex(file(), /option staged '1'/);
  t.notRegex(file(), /thing/);
});
