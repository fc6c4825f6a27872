// SPDX-License-Identifier: MIT
import test from 'ava';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { run } from './_run.ts';

type Options = Record<string, string | string[]>;

const section = (world: World, name: string) => (world.host.router.uci['luci-sso'] as Record<string, Options>)[name] as Options;

/** A world in which alice is logged in, and somebody with a password too. */
async function loggedIn(): Promise<World> {
  const world = newWorld();
  await finish(world, await start(world));
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  return world;
}

const users = (world: World) => [...world.host.router.sessions.values()].map((session) => session.values.username);

test('sync leaves alone what is in line', async (t) => {
  const world = await loggedIn();
  const before = world.host.router.calls.length;
  t.deepEqual(await run(world, 'sync'), { status: 0, text: 'sessions ended: 0, with new rights: 0\n', error: '' });
  const made = world.host.router.calls.slice(before).map((call) => `${call.object}.${call.method}`);
  t.deepEqual(made, ['uci.get', 'session.list', 'uci.get']);
});

test('a removed role loses its sessions and its rpcd login; nothing else is touched (security 93)', async (t) => {
  const world = await loggedIn();
  delete world.host.router.uci['luci-sso']?.admin;
  t.is((await run(world, 'sync')).text, 'sessions ended: 1, with new rights: 0\n');
  t.deepEqual(users(world), ['root']);
  t.deepEqual(Object.keys(world.host.router.uci.rpcd ?? {}), ['cfg01']);
});

test("a password that LuCI's setPassword gave an entry of ours goes with the next sync", async (t) => {
  const world = await loggedIn();
  const entry = world.host.router.uci.rpcd?.luci_sso_admin as Options;
  const before = { ...entry };
  entry.password = '$1$abc$0123456789abcdefghijk.';
  t.is((await run(world, 'sync')).text, 'sessions ended: 0, with new rights: 0\n');
  t.deepEqual(world.host.router.uci.rpcd?.luci_sso_admin as Options, before);
  t.deepEqual(users(world), ['sso:admin', 'root'], 'nobody is logged out for it');
});

test('switching SSO off ends its sessions and keeps the entries (security 94)', async (t) => {
  const world = await loggedIn();
  section(world, 'default').enabled = '0';
  t.is((await run(world, 'sync')).text, 'sessions ended: 1, with new rights: 0\n');
  t.deepEqual(users(world), ['root']);
  t.deepEqual(Object.keys(world.host.router.uci.rpcd ?? {}), ['cfg01', 'luci_sso_admin']);
});

test('another issuer ends the sessions of the old one', async (t) => {
  const world = await loggedIn();
  section(world, 'default').issuer_url = 'https://other.test';
  await run(world, 'sync');
  t.deepEqual(users(world), ['root']);
});

test('changed lists reach live sessions and the rpcd login (security 93)', async (t) => {
  const world = await loggedIn();
  Object.assign(section(world, 'admin'), { read: ['luci-mod-status'], write: [] });
  t.is((await run(world, 'sync')).text, 'sessions ended: 0, with new rights: 1\n');
  const [session] = world.host.router.sessions.values();
  t.deepEqual(session?.grants['access-group'], [
    ['unauthenticated', 'read'],
    ['luci-base', 'read'],
    ['luci-mod-status', 'read'],
  ]);
  t.false('cgi-io' in (session?.grants ?? {}));
  t.deepEqual(world.host.router.uci.rpcd?.luci_sso_admin, {
    '.type': 'login',
    username: 'sso:admin',
    read: ['luci-mod-status', 'unauthenticated', 'luci-base'],
  });
});

test('a role that now borrows a login ends its sessions: they carry another name', async (t) => {
  const world = await loggedIn();
  section(world, 'admin').login = 'root';
  await run(world, 'sync');
  t.deepEqual(users(world), ['root']);
  t.deepEqual(Object.keys(world.host.router.uci.rpcd ?? {}), ['cfg01']);
});

test('a new role has its rpcd login before anybody logs in', async (t) => {
  const world = newWorld();
  Object.assign(world.host.router.uci['luci-sso'] as object, { guest: { '.type': 'role', group: ['g'], read: ['luci-mod-*'] } });
  await run(world, 'sync');
  t.deepEqual(Object.keys(world.host.router.uci.rpcd ?? {}), ['cfg01', 'luci_sso_admin', 'luci_sso_guest']);
  const commits = world.host.router.calls.filter((call) => call.method === 'commit');
  t.is(commits.length, 1);
  t.is(typeof commits[0]?.parameters.ubus_rpc_session, 'string');
  t.is(world.host.router.sessions.size, 0, 'the session for writing is gone');
});

test('a wrong configuration changes nothing and says why', async (t) => {
  const world = await loggedIn();
  section(world, 'admin').default = 'perhaps';
  const { status, error } = await run(world, 'sync');
  t.is(status, 1);
  t.is(error, "luci-sso: CONFIG_ERROR: section 'admin', option default: must be 1 or 0\n");
  t.is(world.host.router.sessions.size, 2);
});

test('no broker, and a rpcd file that cannot be written, are failures', async (t) => {
  const gone = newWorld();
  gone.host.failures.set('connectUnix', 'refused');
  const { status, error } = await run(gone, 'sync');
  t.is(status, 1);
  t.true(error.startsWith('luci-sso: UBUS_CONNECT_FAILED: '));
  const full = newWorld();
  full.host.router.statuses.set('uci.commit', 9);
  t.is((await run(full, 'sync')).error, 'luci-sso: RPCD_LOGIN_NOT_SAVED: /etc/config/rpcd\n');
});
