// SPDX-License-Identifier: MIT
// Apply with confirm and rollback, as on a real router.
import test from 'ava';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Table } from './blobmsg.ts';
import { startRouter, type Router } from './router.ts';
import { Ubus, UbusError } from './ubus.ts';

let router: Router;
let ubus: Ubus;

test.before(async () => {
  router = await startRouter({ program: '/bin/true' });
  ubus = await Ubus.connect(path.join(router.tree, 'var/run/ubus/ubus.sock'));
});
test.after.always(async () => {
  ubus?.close();
  await router?.stop();
});

const call = async (method: string, args: Table): Promise<Table> => (await ubus.call('uci', method, args))[0] ?? {};
const status = (method: string, args: Table): Promise<number> =>
  ubus.call('uci', method, args).then(
    () => 0,
    (error: unknown) => {
      if (error instanceof UbusError) return error.status;
      throw error;
    },
  );
const newSession = async (...configs: string[]): Promise<{ ubus_rpc_session: string }> => {
  const [session] = await ubus.call('session', 'create', {});
  const id = { ubus_rpc_session: String(session?.ubus_rpc_session) };
  if (configs.length > 0)
    await ubus.call('session', 'grant', {
      ...id,
      scope: 'uci',
      objects: configs.flatMap((config) => [
        [config, 'read'],
        [config, 'write'],
      ]),
    });
  return id;
};
const language = (): Promise<string> => router.uci('get', 'luci.main.lang').then((text) => text.trim());
const stage = (session: Table, lang: string): Promise<Table> =>
  call('set', { ...session, config: 'luci', section: 'main', values: { lang } });
const snapshot = (): boolean => existsSync(path.join(router.tree, 'var/run/rpcd/snapshot-files'));

test.serial('an apply that is confirmed stays, and keeps the mode of the file', async (t) => {
  const session = await newSession('luci', 'luci-sso');
  await stage(session, 'de');
  await call('set', { ...session, config: 'luci-sso', section: 'default', values: { client_id: 'x' } });
  t.deepEqual(await call('changes', session), {
    changes: { luci: [['set', 'main', 'lang', 'de']], 'luci-sso': [['set', 'default', 'client_id', 'x']] },
  });
  t.is(await language(), 'auto');
  t.is(await status('apply', { ...session, rollback: true, timeout: 90 }), 0);
  t.true(snapshot());
  t.is(await language(), 'de');
  t.is(await status('confirm', await newSession()), 6);
  t.is(await status('apply', { ...session, rollback: true }), 6, 'one at a time');
  for (const id of [{}, session, await newSession()])
    for (const method of ['commit', 'revert']) t.is(await status(method, { ...id, config: 'luci' }), 6, method);
  t.is(await status('revert', { config: 'not_there' }), 6, 'how others know of it');
  t.is(await status('confirm', session), 0);
  t.false(snapshot());
  t.is(await status('revert', { config: 'not_there' }), 4);
  t.is(await status('confirm', session), 5);
  router.rpcd.pendingApply.expire();
  t.is(await language(), 'de');
  t.is(statSync(path.join(router.tree, 'etc/config/luci-sso')).mode & 0o777, 0o600);
});

test.serial('without confirmation everything goes back, and is staged again', async (t) => {
  const session = await newSession('luci');
  await stage(session, 'fr');
  await call('apply', { ...session, rollback: true });
  t.is(await language(), 'fr');
  router.rpcd.pendingApply.expire();
  t.is(await language(), 'de');
  t.deepEqual(await call('changes', session), { changes: { luci: [['set', 'main', 'lang', 'fr']] } });
  await call('apply', { ...session, rollback: true });
  t.is(await status('rollback', session), 0);
  t.is(await language(), 'de');
});

test.serial('a reload of rpcd in between makes the rollback impossible', async (t) => {
  const session = await newSession('luci');
  await stage(session, 'ru');
  await call('apply', { ...session, rollback: true });
  await router.reload();
  t.true(snapshot());
  t.is(await status('revert', { config: 'not_there' }), 4, 'the folder proves nothing');
  t.is(await status('confirm', session), 5);
  router.rpcd.pendingApply.expire();
  t.is(await language(), 'ru');
});

test.serial('an apply without rollback is never pending, and leaves its folder', async (t) => {
  const session = await newSession('luci');
  await stage(session, 'pl');
  t.is(await status('apply', { ...session, rollback: false }), 0);
  t.true(snapshot());
  t.is(await status('revert', { config: 'not_there' }), 4);
  await stage(session, 'ru');
  await call('apply', { ...session, rollback: false });
});

test.serial('nobody applies what he may not write', async (t) => {
  const session = await newSession('luci');
  await stage(session, 'it');
  await ubus.call('session', 'revoke', { ...session, scope: 'uci', objects: [['luci', 'write']] });
  t.is(await status('apply', { ...session, rollback: true }), 6);
  t.is(await language(), 'ru');
});

test.serial('sections take the order that is asked for', async (t) => {
  const session = await newSession('luci-sso');
  await call('add', { ...session, config: 'luci-sso', type: 'role', name: 'guest' });
  await call('order', { ...session, config: 'luci-sso', sections: ['default', 'guest', 'admin'] });
  await call('apply', { ...session, rollback: false });
  t.regex(await router.uci('show', 'luci-sso'), /guest=role[^]*admin=role/);
});
