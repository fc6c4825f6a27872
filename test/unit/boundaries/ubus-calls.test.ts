// SPDX-License-Identifier: MIT
// Every ubus call that the program makes, in every command, page and method, going wrong in every way:
// never a success that did not happen, nothing half made, always a line that says so, and the next sync
// mends what is left. The table names the calls of each flow; a new call, command, route or method
// without its row fails.
import test, { type ExecutionContext } from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../cli/_run.ts';
import { ask, type FakeHost } from '../../_helpers/_fake-host.ts';
import type { Call, Fault, FakeSession } from '../../_helpers/_fake-router.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { main } from '../../../src/main.ts';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

interface Outcome {
  /** The program says that it was done. */
  readonly claims: boolean;
  /** What it says besides, as far as it is the same each time. */
  readonly said: string;
}

interface Flow {
  /** `object.method` of all its calls, each once, in order of appearance. */
  readonly calls: string;
  make(): World | Promise<World>;
  go(world: World): Promise<Outcome>;
  /** It is claimed though work beside it may have failed: that is then in the log. */
  readonly hasSideWork?: boolean;
  /** What it leaves behind is a matter of the configuration, so a sync must end in the same. */
  readonly isSync?: boolean;
}

type Section = Record<string, unknown>;
const section = (world: World, name: string): Section => (world.host.router.uci['luci-sso'] as Record<string, Section>)[name] as Section;

async function loggedIn(change?: (world: World) => void, logins = 1): Promise<World> {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('-----BEGIN CERTIFICATE-----'));
  if (logins > 0) await finish(world, await start(world));
  const [first] = world.host.router.sessions.values();
  for (let i = 1; i < logins && first !== undefined; i++) {
    const values = { ...first.values, oidc_since: String(world.host.wallS + i) };
    world.host.router.sessions.set(String(i).padStart(32, 'b'), { ...first, values, grants: structuredClone(first.grants) });
  }
  // Somebody with a password: never to be touched.
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  change?.(world);
  return world;
}

function command(...args: string[]) {
  return async (world: World): Promise<Outcome> => {
    const { status, text } = await run(world, ...args);
    return { claims: status === 0, said: text };
  };
}

function plugin(method: string, input: (world: World) => object = () => ({})) {
  return async (world: World): Promise<Outcome> => {
    world.host.environment = {};
    world.host.commandLine = ['/usr/libexec/rpcd/luci-sso', 'call', method];
    world.host.input = Buffer.from(JSON.stringify(input(world)));
    world.host.output = [];
    await main(world.host);
    const text = Buffer.concat(world.host.output).toString();
    return { claims: !('error' in (JSON.parse(text) as object)), said: text };
  };
}

const idOf = (world: World): string => [...world.host.router.sessions].find(([, { values }]) => values.oidc_role !== undefined)?.[0] ?? '';

async function startOnce(world: World, path = '', query = ''): Promise<Outcome> {
  const { status } = await ask(world.host, { path, query });
  return { claims: status === 302, said: '' };
}

async function logOut(world: World): Promise<Outcome> {
  const token = world.provider.sign(
    { alg: 'RS256', kid: 'rsa-1', typ: 'logout+jwt' },
    {
      iss: 'https://id.test',
      aud: 'luci',
      iat: world.host.wallS,
      exp: world.host.wallS + 120,
      jti: 'once',
      sub: 'alice-id',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
  );
  world.host.input = Buffer.from(new URLSearchParams({ logout_token: token }).toString());
  const { status } = await ask(world.host, {
    method: 'POST',
    path: '/backchannel-logout',
    environment: { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(world.host.input.length) },
  });
  return { claims: status === 200, said: '' };
}

/** The start of the login is honest; the callback is what goes wrong. */
const begun = new WeakMap<World, Awaited<ReturnType<typeof start>>>();
async function beforeCallback(change?: (world: World) => void, logins = 0): Promise<World> {
  const world = await loggedIn(undefined, logins);
  world.host.bootMs += 61_000;
  begun.set(world, await start(world));
  change?.(world);
  return world;
}

async function callback(world: World): Promise<Outcome> {
  const { status } = await finish(world, begun.get(world) as Awaited<ReturnType<typeof start>>);
  return { claims: status === 200, said: '' };
}

const SETUP = ['setup', '--issuer', 'https://id.test', '--client-id', 'luci', '--public', '--group', 'staff'];
const SYNC_CALLS =
  'uci.get session.list session.revoke session.grant uci.revert session.create uci.delete uci.add uci.commit session.destroy';
const narrowed = (world: World): void => void Object.assign(section(world, 'admin'), { read: ['luci-mod-status'], write: [] });
const removed = (world: World): void => void delete world.host.router.uci['luci-sso']?.admin;

const FLOWS: Readonly<Record<string, Flow>> = {
  'GET /?action=enabled': {
    calls: 'uci.get',
    make: newWorld,
    go: async (world) => {
      const { body } = await ask(world.host, { query: 'action=enabled&v=2' });
      return { claims: body.startsWith('{"enabled":true'), said: body };
    },
  },
  'GET /': {
    calls: 'uci.get session.list uci.revert session.create session.grant uci.add uci.commit session.destroy',
    make: newWorld,
    go: (world) => startOnce(world),
    hasSideWork: true,
    isSync: true,
  },
  'GET / over http': {
    calls: 'uci.get',
    make: () => {
      const world = newWorld();
      world.host.router.uci.uhttpd = { main: { '.type': 'uhttpd', listen_https: ['0.0.0.0:443'] } };
      return world;
    },
    go: async (world) => ({ claims: (await ask(world.host, { environment: { HTTPS: '' } })).status === 302, said: '' }),
  },
  'GET /login behind a removed role': {
    calls: 'uci.get session.list session.destroy uci.revert session.create session.grant uci.delete uci.commit',
    make: () => loggedIn(removed),
    go: (world) => startOnce(world, '/login'),
    hasSideWork: true,
    isSync: true,
  },
  'GET /initiate behind changed rights': {
    calls: SYNC_CALLS,
    make: () => loggedIn(narrowed),
    go: (world) => startOnce(world, '/initiate', 'iss=https%3A%2F%2Fid.test'),
    hasSideWork: true,
    isSync: true,
  },
  'GET /callback': {
    calls: 'uci.get session.list session.create session.set session.grant',
    make: () => beforeCallback(),
    go: callback,
    hasSideWork: true,
  },
  'GET /callback with ten sessions': {
    calls: 'uci.get session.list session.destroy session.create session.set session.grant',
    make: () => beforeCallback(undefined, 10),
    go: callback,
    hasSideWork: true,
  },
  'GET /callback of a borrowed login': {
    calls: 'uci.get session.list uci.revert session.create session.grant uci.delete uci.commit session.destroy session.set',
    make: () => beforeCallback((world) => void (section(world, 'admin').login = 'root')),
    go: callback,
    hasSideWork: true,
  },
  'POST /backchannel-logout': { calls: 'uci.get session.list session.destroy', make: () => loggedIn(undefined, 2), go: logOut },
  'luci-sso status': { calls: 'uci.get session.list', make: () => loggedIn(), go: command('status') },
  'luci-sso check': { calls: 'uci.get', make: () => loggedIn(), go: command('check') },
  'luci-sso setup': {
    calls: 'uci.get session.create session.grant uci.set uci.delete uci.commit session.destroy session.list uci.revert uci.add',
    make: () => {
      const world = newWorld();
      world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('-----BEGIN CERTIFICATE-----'));
      world.host.router.uci.network = { lan: { '.type': 'interface', ipaddr: '192.168.1.1' } };
      return world;
    },
    go: command(...SETUP),
  },
  'luci-sso sync': { calls: 'uci.get session.list', make: () => loggedIn(), go: command('sync'), isSync: true },
  'luci-sso sync behind a removed role': {
    calls: 'uci.get session.list session.destroy uci.revert session.create session.grant uci.delete uci.commit',
    make: () => loggedIn(removed, 2),
    go: command('sync'),
    isSync: true,
  },
  'luci-sso sync behind changed rights': { calls: SYNC_CALLS, make: () => loggedIn(narrowed, 2), go: command('sync'), isSync: true },
  'luci-sso sync with SSO switched off': {
    calls: 'uci.get session.list session.destroy',
    make: () => loggedIn((world) => void (section(world, 'default').enabled = '0'), 2),
    go: command('sync'),
    isSync: true,
  },
  'luci-sso tick': { calls: 'session.list uci.get', make: () => loggedIn(), go: command('tick'), isSync: true },
  'luci-sso tick behind a removed role': {
    calls: 'session.list uci.get session.destroy uci.revert session.create session.grant uci.delete uci.commit',
    make: () => loggedIn(removed, 2),
    go: command('tick'),
    isSync: true,
  },
  'luci-sso tick behind changed rights': {
    calls: 'session.list uci.get session.revoke session.grant uci.revert session.create uci.delete uci.add uci.commit session.destroy',
    make: () => loggedIn(narrowed, 2),
    go: command('tick'),
    isSync: true,
  },
  'luci-sso tick when the time of sessions is over': {
    calls: 'session.list uci.get session.destroy',
    make: () => loggedIn((world) => void (world.host.bootMs += 43_201_000), 2),
    go: command('tick'),
  },
  'luci-sso sessions': { calls: 'session.list', make: () => loggedIn(), go: command('sessions') },
  'luci-sso sessions end all': {
    calls: 'session.list session.destroy',
    make: () => loggedIn(undefined, 2),
    go: command('sessions', 'end', 'all'),
  },
  'luci-sso off': {
    calls: 'session.create session.grant uci.set uci.commit session.destroy session.list',
    make: () => loggedIn(undefined, 2),
    go: command('off'),
  },
  'luci-sso on': {
    calls: 'uci.get session.create session.grant uci.set uci.commit session.destroy session.list uci.revert uci.add',
    make: () => loggedIn((world) => void (section(world, 'default').enabled = '0'), 0),
    go: command('on'),
  },
  'rpcd status': {
    calls: 'uci.get session.get',
    make: () => loggedIn(),
    go: plugin('status', (world) => ({ ubus_rpc_session: idOf(world) })),
  },
  'rpcd check': { calls: 'uci.get', make: () => loggedIn(), go: plugin('check', () => ({ id: 'rights' })) },
  'rpcd sessions': { calls: 'session.list', make: () => loggedIn(), go: plugin('sessions') },
  'rpcd end_session': {
    calls: 'session.list session.destroy',
    make: () => loggedIn(undefined, 2),
    go: plugin('end_session', () => ({ id: 'all' })),
  },
  'rpcd acl_groups': { calls: '', make: () => loggedIn(), go: plugin('acl_groups') },
};
/** They ask nobody. */
const WITHOUT_UBUS = ['luci-sso guard', 'luci-sso selftest', 'luci-sso explain', 'luci-sso version', 'GET /logged-out', 'POST /initiate'];

/** Everything that a flow may leave behind, the same for the same deeds; `goesWrong` counts sessions without values. */
function left(world: World): { readonly sessions: readonly string[]; readonly config: string } {
  const { sessions, uci } = world.host.router;
  const shown = [...sessions.values()]
    .filter(({ values }) => Object.keys(values).length > 0)
    .map(({ timeout, values: { token, oidc_logout_url: _url, ...values }, grants }) => {
      const pairs = Object.entries(grants).map(([scope, granted]) => [scope, granted.map(String).sort()] as const);
      return JSON.stringify([timeout, typeof token, values, pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
    });
  return { sessions: shown.sort(), config: JSON.stringify([uci['luci-sso'], uci['rpcd']]) };
}

const isSame = (a: ReturnType<typeof left>, b: ReturnType<typeof left>): boolean => JSON.stringify(a) === JSON.stringify(b);

const nameOf = ({ object, method }: Call): string => `${object}.${method}`;
/** Rpcd says that LuCI's apply waits for its confirmation: the guard does the rest when that is over. */
const isWaiting = (host: FakeHost, from: number): boolean => host.lines.slice(from).some((line) => line.includes(' RPCD_LOGIN_WAITING ['));
/** Says what went wrong beside the work itself. */
const isTold = (host: FakeHost, from: number): boolean =>
  host.lines.slice(from).some((line) => / (SYNC_FAILED|RPCD_LOGIN_NOT_SAVED) \[/.test(line));

const STATUSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
/** "There is none" is an answer to these, and what follows from it is true. */
const isAnswer = (call: Call, fault: Fault): boolean => fault === 4 && call.method === 'get';
const FAULTS: readonly Fault[] = [...STATUSES, { dataAnd: 9 }, 'silent', 'ended', 'lost'];

interface Honest {
  readonly said: string;
  readonly left: ReturnType<typeof left>;
  readonly calls: readonly Call[];
}

async function honestly(name: string): Promise<Honest> {
  const flow = FLOWS[name] as Flow;
  const world = await flow.make();
  world.host.router.calls.length = 0;
  const { claims, said } = await flow.go(world);
  if (!claims) throw new Error(`${name}: ${said} ${world.host.lines.join(' | ')}`);
  return { said, left: left(world), calls: [...world.host.router.calls] };
}

/** A session that has nothing and is known to nobody, because its id was lost on the way: it dies of idleness. */
const isBare = ({ values, grants }: FakeSession): boolean => Object.keys(values).length + Object.keys(grants).length === 0;

async function goesWrong(
  t: ExecutionContext,
  name: string,
  honest: Honest,
  what: string,
  fault: (call: Call, nth: number) => Fault | undefined,
): Promise<void> {
  const flow = FLOWS[name] as Flow;
  const world = await flow.make();
  const { host } = world;
  const before = new Set(host.router.sessions.keys());
  const lines = host.lines.length;
  host.router.fault = fault;
  host.errors = [];
  const { claims, said } = await flow.go(world);
  host.router.fault = undefined;
  const log = host.lines.slice(lines).join(' | ');

  t.notRegex(log, /INTERNAL_ERROR/, what);
  t.is(
    host.router.sessions.get('f'.repeat(32))?.values.username,
    before.has('f'.repeat(32)) ? 'root' : undefined,
    `${what}: a password's session`,
  );
  const now = left(world);
  if (claims) {
    const isDone = isSame(now, honest.left) && said === honest.said;
    t.true(
      isDone || isMoreEnded(flow, honest, now, log) || (flow.hasSideWork === true && isTold(host, lines)) || isWaiting(host, lines),
      `${what}: claimed. ${said} ${log}\n${JSON.stringify([now, honest.left])}`,
    );
  } else {
    t.true(log !== '' || host.errors.length > 0 || said !== honest.said, `${what}: failed without a word`);
  }
  const fresh = [...host.router.sessions].filter(([id]) => !before.has(id)).map(([, session]) => session);
  for (const session of fresh) {
    const isWhole = claims && session.values.token !== undefined;
    t.true(isWhole || isBare(session) || isTold(host, lines), `${what}: half made: ${JSON.stringify(session)} ${log}`);
  }
  t.true(fresh.filter((session) => session.values.token !== undefined).length <= 1, what);

  // The note of being in line is there only when that is so, and an honest sync then has nothing to do.
  const note = host.state.get('roles');
  const sync = await run(world, 'sync');
  t.is(sync.status, 0, `${what}: ${sync.error}`);
  if (flow.isSync !== true) return;
  const isNoted = note !== undefined && Buffer.from(note).equals(host.state.get('roles') ?? new Uint8Array());
  if (isNoted) t.deepEqual(left(world), now, `${what}: noted as in line`);
  const mended = left(world);
  t.is(mended.config, honest.left.config, `${what}: mended by the next sync`);
  t.deepEqual(
    mended.sessions.filter((session) => !honest.left.sessions.includes(session)),
    [],
    `${what}: mended by the next sync`,
  );
}

/** A session whose rights rpcd would not change has ended instead, and the log counts it. */
function isMoreEnded(flow: Flow, honest: Honest, now: ReturnType<typeof left>, log: string): boolean {
  const kept = now.sessions.every((session) => honest.left.sessions.includes(session));
  const missing = honest.left.sessions.length - now.sessions.length;
  return flow.isSync === true && kept && now.config === honest.left.config && log.includes(`ended=${missing} `);
}

for (const [name, flow] of Object.entries(FLOWS)) {
  test(`${name} makes the calls of its row, and no others`, async (t) => {
    const { calls } = await honestly(name);
    t.is([...new Set(calls.map(nameOf))].join(' '), flow.calls);
  });

  test(`${name}: whichever call goes wrong, and however, nothing is said to be done that is not`, async (t) => {
    t.timeout(120_000);
    const honest = await honestly(name);
    t.is(honest.calls.length > 0, flow.calls !== '');
    for (const [position, call] of honest.calls.entries()) {
      const isSwallowing = ['grant', 'revoke'].includes(call.method);
      for (const fault of [...FAULTS, ...(isSwallowing ? ['swallowed' as const] : [])]) {
        if (isAnswer(call, fault)) continue;
        const what = `${name}: call ${position} (${nameOf(call)}) ends in ${JSON.stringify(fault)}`;
        await goesWrong(t, name, honest, what, (_call, nth) => (nth === position ? fault : undefined));
      }
    }
    for (const method of new Set(honest.calls.map(nameOf))) {
      for (const fault of [6, 7, 'silent', 'ended', 'lost'] as const) {
        const what = `${name}: every ${method} ends in ${fault}`;
        await goesWrong(t, name, honest, what, (call) => (nameOf(call) === method ? fault : undefined));
      }
    }
  });
}

test('every command, route and method has its row', async (t) => {
  const world = newWorld();
  const commands = [...(await run(world, 'help')).text.matchAll(/^ {2}luci-sso (\w+)/gm)].map(([, name]) => `luci-sso ${name}`);
  world.host.commandLine = ['/usr/libexec/rpcd/luci-sso', 'list'];
  world.host.output = [];
  await main(world.host);
  const methods = Object.keys(JSON.parse(Buffer.concat(world.host.output).toString()) as object).map((method) => `rpcd ${method}`);
  const routes = [...readFileSync(path.join(SRC, 'route.ts'), 'utf8').matchAll(/\['(\/[\w-]*)', \{ (.*) \}\]/g)].flatMap(
    ([, route, rest = '']) => [...rest.matchAll(/(GET|POST):/g)].map(([, method]) => `${method} ${route}`),
  );
  t.true(commands.length >= 10 && methods.length >= 5 && routes.length >= 7);
  const rows = [...Object.keys(FLOWS), ...WITHOUT_UBUS];
  for (const name of [...commands, ...methods, ...routes])
    t.true(
      rows.some((row) => row === name || row.startsWith(`${name} `)),
      name,
    );
});

test('what asks nobody makes no call', async (t) => {
  const world = newWorld();
  for (const args of [['selftest'], ['explain', 'UBUS_ERROR'], ['version']]) t.is((await run(world, ...args)).status, 0);
  await ask(world.host, { path: '/logged-out' });
  world.host.input = Buffer.from('iss=https%3A%2F%2Fid.test');
  const answer = await ask(world.host, {
    method: 'POST',
    path: '/initiate',
    environment: { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(world.host.input.length) },
  });
  t.is(answer.status, 303);
  t.deepEqual(world.host.router.calls, []);
});

test('every call that the sources name is in a row', (t) => {
  const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
    .join('\n');
  const named = [
    ...[...sources.matchAll(/callUbus\(\s*[\w.]+,\s*'(\w+)',\s*'(\w+)'/g)].map(([, object, method]) => `${object}.${method}`),
    ...[...sources.matchAll(/\bstage\('(\w+)'/g)].map(([, method]) => `uci.${method}`),
  ];
  // The client itself, and changeConfig, whose methods are the second line.
  t.is(
    [...sources.matchAll(/callUbus\(/g)].length,
    [...sources.matchAll(/callUbus\(\s*[\w.]+,\s*'\w+',\s*'\w+'/g)].length + 2,
    'a call whose method is not written where it is made',
  );
  const known = new Set(Object.values(FLOWS).flatMap(({ calls }) => calls.split(' ')));
  t.deepEqual(
    [...new Set(named)].filter((name) => !known.has(name)),
    [],
  );
  t.true(new Set(named).size >= 12);
});
