// SPDX-License-Identifier: MIT
// Roles that come and go with LuCI's Save & Apply: what the init script's trigger runs in between must
// not hinder the rollback.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from '../router/blobmsg.ts';
import { Ubus } from '../router/ubus.ts';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;

/** What the procd trigger of /etc/init.d/luci-sso does. */
async function sync(t: ExecutionContext, scene: Scene): Promise<void> {
  const child = spawn(scene.program, ['sync'], { env: { PATH: '/bin' }, stdio: ['ignore', 'ignore', 'inherit'] });
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
  await ubus.call('session', 'grant', { ...session, scope: 'uci', objects: ['luci-sso', 'network'].flatMap((config) => [[config, 'read'], [config, 'write']]) });
  await ubus.call('uci', 'add', { ...session, config: 'luci-sso', type: 'role', name: 'family', values: { email: ['carol@example.com'], read: ['luci-mod-status-*'] } });
  await ubus.call('uci', 'delete', { ...session, config: 'luci-sso', section: 'guest' });
  await ubus.call('uci', 'set', { ...session, config: 'network', section: 'lan', values: { ipaddr: '10.9.9.9' } });
  await ubus.call('uci', 'apply', { ...session, rollback: true, timeout: 90 });

  await sync(t, scene);
  t.is(await network(), '10.9.9.9');
  t.regex(await entries(), /luci_sso_family=login/);
  t.notRegex(await entries(), /luci_sso_guest/);
  t.is(logins(), 0, 'the session of the deleted role');

  rpcd.pendingApply.expire(); // nobody confirmed: the browser lost the router
  t.is(await network(), '192.168.1.1');
  t.is(readFileSync(path.join(tree, 'etc/config/luci-sso'), 'utf8'), before);
  await sync(t, scene);
  t.notRegex(await entries(), /luci_sso_family/);
  t.regex(await entries(), /luci_sso_guest=login/);
  await login(scene, scene.newBrowser(), 'bob');
  t.is(logins(), 1);
});
