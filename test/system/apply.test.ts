// SPDX-License-Identifier: MIT
// Roles that come and go with LuCI's Save & Apply: what the init script's trigger runs in between must
// not hinder the rollback.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from '../stand-ins/router/blobmsg.ts';
import { Ubus } from '../stand-ins/router/ubus.ts';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;

/** What the procd trigger of /etc/init.d/luci-sso does. */
async function sync(t: ExecutionContext, scene: Scene, command = 'sync'): Promise<void> {
  const child = spawn(scene.program, [command], { env: { PATH: '/bin' }, stdio: ['ignore', 'ignore', 'inherit'] });
  t.deepEqual(await once(child, 'exit'), [0, null]);
}

test('a role is saved and the network broken in one apply: the rollback takes both back', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  const { tree, rpcd } = scene.router;
  writeFileSync(path.join(tree, 'etc/config/network'), "config interface 'lan'\n\toption ipaddr '192.168.1.1'\n");
  await scene.configure(CLIENTS.confidential);
  await login(scene, scene.newBrowser(), 'bob');
  const before = readFileSync(path.join(tree, 'etc/config/luci-sso'), 'utf8');
  const entries = () => scene.router.uci('show', 'rpcd');
  const logins = () => scene.router.sessions().filter(({ data }) => data.oidc_role !== undefined).length;
  const network = async () => (await scene.router.uci('get', 'network.lan.ipaddr')).trim();

  const ubus = await Ubus.connect(path.join(tree, 'var/run/ubus/ubus.sock'));
  t.teardown(() => ubus.close());
  const [created] = await ubus.call('session', 'create', {});
  const session: Table = { ubus_rpc_session: String(created?.ubus_rpc_session) };
  await ubus.call('session', 'grant', {
    ...session,
    scope: 'uci',
    objects: ['luci-sso', 'network'].flatMap((config) => [
      [config, 'read'],
      [config, 'write'],
    ]),
  });
  await ubus.call('uci', 'add', {
    ...session,
    config: 'luci-sso',
    type: 'role',
    name: 'family',
    values: { email: ['carol@example.com'], read: ['luci-mod-status-*'] },
  });
  await ubus.call('uci', 'delete', { ...session, config: 'luci-sso', section: 'guest' });
  await ubus.call('uci', 'set', { ...session, config: 'network', section: 'lan', values: { ipaddr: '10.9.9.9' } });
  await ubus.call('uci', 'apply', { ...session, rollback: true, timeout: 90 });

  await sync(t, scene);
  t.is(await network(), '10.9.9.9');
  t.is(logins(), 0, 'the session of the deleted role');
  t.notRegex(await entries(), /luci_sso_family/, 'rpcd takes no changes now');
  t.regex(await entries(), /luci_sso_guest=login/);

  rpcd.pendingApply.expire(); // nobody confirmed: the browser lost the router
  t.is(await network(), '192.168.1.1');
  t.is(readFileSync(path.join(tree, 'etc/config/luci-sso'), 'utf8'), before);
  await sync(t, scene);
  t.notRegex(await entries(), /luci_sso_family/);
  t.regex(await entries(), /luci_sso_guest=login/);
  await login(scene, scene.newBrowser(), 'bob');
  t.is(logins(), 1);
});

/** Somebody with a password takes the write half of bob's rights away by Save & Apply, which waits for its confirmation. */
async function withdraw(t: ExecutionContext, scene: Scene): Promise<{ ubus: Ubus; session: Table }> {
  const ubus = await Ubus.connect(path.join(scene.router.tree, 'var/run/ubus/ubus.sock'));
  t.teardown(() => ubus.close());
  const [created] = await ubus.call('session', 'create', {});
  const session: Table = { ubus_rpc_session: String(created?.ubus_rpc_session) };
  await ubus.call('session', 'grant', {
    ...session,
    scope: 'uci',
    objects: [
      ['luci-sso', 'read'],
      ['luci-sso', 'write'],
    ],
  });
  await ubus.call('uci', 'delete', { ...session, config: 'luci-sso', section: 'admin', option: 'write' });
  await ubus.call('uci', 'apply', { ...session, rollback: true, timeout: 90 });
  return { ubus, session };
}

async function loggedIn(t: ExecutionContext): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  await login(scene, scene.newBrowser(), 'alice');
  for (let i = 0; i < 2; i++) await sync(t, scene, 'tick');
  return scene;
}

const mayWrite = (scene: Scene): boolean =>
  scene.router
    .sessions()
    .filter(({ data }) => data.oidc_role !== undefined)
    .some((session) => [...session.rights.values()].some((pairs) => pairs.some(([, right]) => right === 'write')));
const entryOf = async (scene: Scene): Promise<string> =>
  (await scene.router.uci('show', 'rpcd'))
    .split('\n')
    .filter((line) => line.includes('luci_sso_admin'))
    .join('\n');

test('rights that an apply withdraws are gone at once, and stay withdrawn behind a confirmation and a reload of rpcd', async (t) => {
  const scene = await loggedIn(t);
  t.true(mayWrite(scene));
  const { ubus, session } = await withdraw(t, scene);
  await sync(t, scene);
  t.false(mayWrite(scene), 'live sessions are changed in the window already');
  await ubus.call('uci', 'confirm', session);
  await sync(t, scene, 'tick');
  t.notRegex(await entryOf(scene), /write/);
  await scene.router.reload();
  t.false(mayWrite(scene));
});

test('a reload of rpcd inside the window brings withdrawn rights back for no longer than until the next tick', async (t) => {
  const scene = await loggedIn(t);
  await withdraw(t, scene);
  await sync(t, scene);
  await scene.router.reload();
  t.true(mayWrite(scene), 'by the entry, which could not be written');
  await sync(t, scene, 'tick');
  t.false(mayWrite(scene));
  t.notRegex(await entryOf(scene), /write/);
  await scene.router.reload();
  t.false(mayWrite(scene));
});

test('a rollback gives back what the apply withdrew', async (t) => {
  const scene = await loggedIn(t);
  await withdraw(t, scene);
  await sync(t, scene);
  scene.router.rpcd.pendingApply.expire();
  await sync(t, scene, 'tick');
  t.true(mayWrite(scene));
  t.regex(await entryOf(scene), /write/);
});

test('a password that LuCI sets on an entry of ours is gone at the next tick', async (t) => {
  const scene = await loggedIn(t);
  await scene.router.uci('set', 'rpcd.luci_sso_admin.password=secret');
  await scene.router.uci('commit', 'rpcd');
  const ubus = await Ubus.connect(path.join(scene.router.tree, 'var/run/ubus/ubus.sock'));
  t.teardown(() => ubus.close());
  const attempt = () =>
    ubus.call('session', 'login', { username: 'sso:admin', password: 'secret' }).then(
      () => 'in',
      () => 'refused',
    );
  t.is(await attempt(), 'in');
  await sync(t, scene, 'tick');
  t.is(await attempt(), 'refused');
  t.notRegex(await entryOf(scene), /password/);
});
