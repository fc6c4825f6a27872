// SPDX-License-Identifier: MIT
// rpcd's entry with the fake host: what goes in, what comes out, and that bad input changes nothing.
import test from 'ava';
import { createHash } from 'node:crypto';
import { main } from '../../../src/main.ts';
import { VERSION } from '../../../src/version.ts';
import { finish, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';

type Json = Record<string, any>;

async function plugin(
  world: World,
  method: string,
  input: unknown,
  program = '/usr/libexec/rpcd/luci-sso',
): Promise<{ status: number; json: Json }> {
  world.host.environment = {};
  world.host.commandLine = [program, 'call', method];
  world.host.input = Buffer.from(typeof input === 'string' ? input : JSON.stringify(input));
  world.host.output = [];
  const status = await main(world.host);
  return { status, json: JSON.parse(Buffer.concat(world.host.output).toString()) as Json };
}

const handle = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 16);

/** alice logs in; her session's id. */
async function loggedIn(world: World): Promise<string> {
  await finish(world, await start(world));
  return [...world.host.router.sessions].find(([, session]) => session.values.oidc_role !== undefined)?.[0] ?? '';
}

test('list says the methods and touches nothing', async (t) => {
  const world = newWorld();
  world.host.failures.set('connectUnix', 'refused');
  world.host.commandLine = ['/usr/libexec/rpcd/luci-sso', 'list'];
  t.is(await main(world.host), 0);
  t.deepEqual(JSON.parse(Buffer.concat(world.host.output).toString()), {
    status: {},
    check: { id: 'id', values: {} },
    sessions: {},
    end_session: { id: 'id' },
    acl_groups: {},
  });
  t.deepEqual([world.host.router.calls, world.host.sent, world.host.lines], [[], [], []]);
  t.is(world.host.state.size, 0);
});

test('the plugin is known by its verb as well as by its name', async (t) => {
  const { status, json } = await plugin(newWorld(), 'acl_groups', {}, 'luci-sso');
  t.is(status, 0);
  t.deepEqual(
    json.groups.map((group: Json) => group.name),
    ['luci-base', 'luci-mod-status', 'luci-mod-system', 'unauthenticated'],
  );
  t.deepEqual(json.groups[2], { name: 'luci-mod-system', description: 'x', read: false, write: true, secret: false });
});

test('groups that show the client secret to whoever may read them are marked', async (t) => {
  const world = newWorld();
  const folder = '/usr/share/rpcd/acl.d/';
  world.host.files.set(
    `${folder}flash.json`,
    Buffer.from('{"flash":{"read":{"cgi-io":["backup"]},"write":{"ubus":{"system":["reboot"]}}}}'),
  );
  world.host.files.set(`${folder}late.json`, Buffer.from('{"late":{"write":{"cgi-io":["backup"]}}}'));
  world.host.files.set(`${folder}luci-base.json`, Buffer.from('{"luci-base":{"read":{"uci":["luci"]}}}'));
  const { json } = await plugin(world, 'acl_groups', {});
  t.deepEqual(
    json.groups.filter((group: Json) => group.secret).map((group: Json) => group.name),
    ['flash'],
  );
});

test('status tells what there is, and whose session asks', async (t) => {
  const world = newWorld();
  const id = await loggedIn(world);
  const { json } = await plugin(world, 'status', { ubus_rpc_session: id });
  const { checks, ...rest } = json;
  t.deepEqual(rest, {
    version: VERSION,
    enabled: true,
    valid: true,
    problem: '',
    issuer: 'https://id.test',
    redirect_uri: '',
    time: world.host.wallS,
    guard: 'none',
    session: { sso: true, full: true },
  });
  t.true(checks.length >= 18);
  t.deepEqual(Object.keys(checks[0]), ['id', 'title', 'needs']);
  const ids = checks.map((check: Json) => check.id);
  t.is(new Set(ids).size, ids.length);
  for (const { id: own, needs } of checks)
    for (const need of needs) t.true(ids.indexOf(need) < ids.indexOf(own), `${own} needs ${need} before`);
  t.deepEqual((await plugin(world, 'status', {})).json.session, { sso: false, full: false });
  world.host.foreignLocks.add('guard.lock');
  t.is((await plugin(world, 'status', {})).json.guard, 'guard');
});

test('full rights are those of everything, without an exception', async (t) => {
  const world = newWorld();
  const id = await loggedIn(world);
  const login = world.host.router.uci.rpcd?.luci_sso_admin as Record<string, unknown>;
  const full = async () => (await plugin(world, 'status', { ubus_rpc_session: id })).json.session.full as boolean;
  for (const [read, write, expected] of [
    [['*'], ['*'], true],
    [['*', 'luci-base'], ['x', '*'], true],
    [['*'], [], false],
    [['luci-*'], ['*'], false],
    [['*', '!luci-app-x'], ['*'], false],
    [['*'], ['!luci-app-x', '*'], false],
  ] as const) {
    Object.assign(login, { read, write });
    t.is(await full(), expected, JSON.stringify([read, write]));
  }
});

test('a wrong configuration is told in one sentence', async (t) => {
  const world = newWorld();
  Object.assign(world.host.router.uci['luci-sso']?.default ?? {}, { issuer_url: 'http://id.test', clock_tolerance: 'x' });
  const { json } = await plugin(world, 'status', {});
  t.deepEqual([json.enabled, json.valid, json.issuer], [false, false, 'http://id.test']);
  t.is(json.problem, "section 'default', option clock_tolerance: must be a whole number from 0 to 3600");
});

test('sessions have handles, and never ids', async (t) => {
  const world = newWorld();
  const id = await loggedIn(world);
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  const { json } = await plugin(world, 'sessions', { ubus_rpc_session: id });
  t.deepEqual(json, {
    sessions: [
      {
        id: handle(id),
        user: 'alice',
        role: 'admin',
        since: world.host.wallS,
        expires: 1800,
        ends: 43200,
        from: '192.168.1.20',
        reference: /LOGIN_SUCCEEDED \[([\w-]+)\]/.exec(world.host.lines.join('\n'))?.[1],
        checked: null,
        next: null,
        own: true,
      },
    ],
  });
  t.false((await plugin(world, 'sessions', {})).json.sessions[0].own);
});

test('a session ends by its handle, and only sessions of SSO do', async (t) => {
  const world = newWorld();
  const id = await loggedIn(world);
  const root = 'f'.repeat(32);
  world.host.router.sessions.set(root, { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  for (const wrong of [id, handle(root), '', 'ALL']) {
    const { status, json } = await plugin(world, 'end_session', { id: wrong });
    t.deepEqual([status, json], [1, { error: 'no such session', code: 'INVALID_INPUT' }], wrong);
  }
  t.is(world.host.router.sessions.size, 2);
  t.deepEqual((await plugin(world, 'end_session', { id: handle(id) })).json, { ended: 1 });
  t.deepEqual([...world.host.router.sessions.keys()], [root]);
  t.deepEqual((await plugin(world, 'end_session', { id: 'all' })).json, { ended: 0 });
  await loggedIn(world);
  t.deepEqual((await plugin(world, 'end_session', { id: 'all' })).json, { ended: 1 });
  t.deepEqual([...world.host.router.sessions.keys()], [root]);
});

test('check runs on the saved configuration, or on given values, and saves nothing (security 39)', async (t) => {
  const world = newWorld();
  const check = async (id: string, values?: unknown) =>
    (await plugin(world, 'check', { id, ...(values === undefined ? {} : { values }) })).json;
  t.deepEqual(await check('issuer'), { id: 'issuer', title: 'Issuer', status: 'PASS', text: 'https://id.test', fix: '', code: '' });
  const other = await check('issuer', { provider: { issuer_url: 'https://id.test/', client_id: 'luci' } });
  t.is(other.status, 'FAIL');
  t.is(other.code, 'DISCOVERY_ISSUER_MISMATCH');
  t.regex(other.text, /remove the slash at the end/);
  t.is((await check('roles', { roles: [] })).status, 'FAIL');
  t.is((await check('roles', { roles: [{ name: 'x', sub: '1', read: ['*'] }] })).status, 'PASS');
  t.is((await check('roles', {})).status, 'PASS', 'what is absent is as saved');
  t.is((await check('config', { provider: {} })).status, 'FAIL', 'an empty form is not the saved one');
  t.is(
    (await check('config', { provider: { issuer_url: 'https://id.test', client_id: 'x', '.name': 5 } })).status,
    'PASS',
    "uci's own members are passed over",
  );
  t.is(world.host.state.size, 0, 'no cache, no remembered failure');
  t.deepEqual(
    world.host.router.calls.filter((call) => call.object !== 'uci' || call.method !== 'get'),
    [],
  );
  t.is(world.host.openStreams(), 0);
});

test('bad input is refused in a sentence, and changes nothing', async (t) => {
  const world = newWorld();
  await loggedIn(world);
  const before = JSON.stringify([world.host.router.uci, [...world.host.router.sessions], [...world.host.state.keys()]]);
  const sent = world.host.sent.length;
  const values = (value: unknown) => JSON.stringify({ id: 'config', values: value });
  for (const [method, input, error] of [
    ['nosuch', '{}', "no method 'nosuch'"],
    ['', '{}', "no method ''"],
    ['__proto__', '{}', "no method '__proto__'"],
    ['status', '', 'standard input: not JSON'],
    ['status', '[]', 'standard input: not an object'],
    ['status', '{"a":1,"a":2}', 'standard input: duplicate name'],
    ['status', '\xff', 'standard input: not UTF-8'],
    ['check', '{}', 'id must be a text'],
    ['check', '{"id":["config"]}', 'id must be a text'],
    ['check', '{"id":"nosuch"}', "no check 'nosuch'"],
    ['check', '{"id":"toString"}', "no check 'toString'"],
    ['check', values([]), 'values must be an object'],
    ['check', values(null), 'values must be an object'],
    ['check', values({ provider: 'x' }), 'values.provider must be an object'],
    ['check', values({ provider: { enabled: true } }), 'values.provider.enabled must be a text or a list of texts'],
    ['check', values({ provider: { scope: [['x']] } }), 'values.provider.scope must be a text or a list of texts'],
    ['check', values({ roles: {} }), 'values.roles must be a list of at most 64'],
    ['check', values({ roles: Array(65).fill({ name: 'x' }) }), 'values.roles must be a list of at most 64'],
    ['check', values({ roles: ['x'] }), 'values.roles[0] must be an object'],
    ['check', values({ roles: [{ email: 'x' }] }), 'values.roles[0] has no name'],
    ['end_session', '{}', 'id must be a text'],
    ['status', JSON.stringify({ a: 'x'.repeat(70000) }), 'standard input: too-large'],
  ] as const) {
    const { status, json } = await plugin(world, method, input === '\xff' ? '\xff' : input);
    t.deepEqual([status, json.code], [1, 'INVALID_INPUT'], `${method} ${input}`.slice(0, 100));
    if (input !== '\xff') t.is(json.error, error);
  }
  t.is(JSON.stringify([world.host.router.uci, [...world.host.router.sessions], [...world.host.state.keys()]]), before);
  t.is(world.host.sent.length, sent);
});

test('a router without ubus is an error with its code', async (t) => {
  const world = newWorld();
  world.host.failures.set('connectUnix', 'refused');
  const { status, json } = await plugin(world, 'status', {});
  t.deepEqual([status, json], [1, { error: '/var/run/ubus/ubus.sock: refused', code: 'UBUS_CONNECT_FAILED' }]);
  const mute = newWorld();
  mute.host.router.statuses.set('session.list', 9);
  t.is((await plugin(mute, 'sessions', {})).json.code, 'UBUS_ERROR');
});

test('a fault of ours is told without its text, which is in the log', async (t) => {
  const world = newWorld();
  world.host.isRandomBroken = true;
  const { status, json } = await plugin(world, 'check', { id: 'client_auth' });
  t.deepEqual([status, json], [1, { error: 'the log has more', code: 'INTERNAL_ERROR' }]);
  t.deepEqual(world.host.lines, ['3 INTERNAL_ERROR [rpcd] Error: no entropy']);
});

test('the secret of a draft reaches no answer and no log (security 108)', async (t) => {
  const world = newWorld();
  const provider = { issuer_url: 'https://id.test', client_id: 'luci', client_secret: 'draft secret!', enabled: 'maybe' };
  const answers: string[] = [];
  for (const { id } of (await plugin(world, 'status', {})).json.checks) {
    for (const values of [{ provider }, { provider: { ...provider, enabled: '0' } }])
      answers.push(JSON.stringify((await plugin(world, 'check', { id, values })).json));
  }
  for (const secret of ['draft', SECRET]) t.false(`${answers.join('\n')}${world.host.lines.join('\n')}`.includes(secret));
});
