// SPDX-License-Identifier: MIT
// The commands but `sync` and `setup`, each with good and bad arguments.
import test from 'ava';
import { createHash } from 'node:crypto';
import { CHECKS } from '../../../src/check/engine.ts';
import { REFUSALS } from '../../../src/refusals.ts';
import { CAUSES } from '../../../src/causes.ts';
import { LINES, REMEDIES } from '../../../src/texts/remedies.ts';
import { VERSION } from '../../../src/version.ts';
import { finish, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';
import { run } from './_run.ts';

const COMMANDS = ['status', 'check', 'setup', 'sync', 'sessions', 'off', 'on', 'selftest', 'explain', 'version'];
const options = (world: World) => world.host.router.uci['luci-sso']?.default as Record<string, unknown>;

async function loggedIn(): Promise<World> {
  const world = newWorld();
  await finish(world, await start(world));
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  return world;
}

const idOf = (world: World) => [...world.host.router.sessions].find(([, { values }]) => values.oidc_role !== undefined)?.[0] ?? '';
const handle = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 16);

test('help names every command, and every command has help', async (t) => {
  const world = newWorld();
  for (const word of ['help', '--help']) {
    const { status, text, error } = await run(world, word);
    t.deepEqual([status, error], [0, '']);
    for (const name of COMMANDS) t.true(text.includes(`luci-sso ${name} `), name);
  }
  for (const name of COMMANDS) {
    const { status, text } = await run(world, name, '--help');
    t.is(status, 0);
    t.true(text.startsWith(`usage: luci-sso ${name}`), name);
  }
  t.deepEqual(world.host.router.calls, []);
});

test('a wrong call is one line on standard error and status 2', async (t) => {
  const world = newWorld();
  for (const args of [
    [],
    ['nothing'],
    ['--nothing'],
    ['Status'],
    ['sync', 'extra'],
    ['status', '--json'],
    ['check', '--json=1'],
    ['check', 'nosuch'],
    ['check', '-j'],
    ['explain'],
    ['explain', 'NO_SUCH_CODE'],
    ['explain', 'constructor'],
    ['explain', 'A', 'B'],
    ['sessions', 'end'],
    ['sessions', 'kill', 'all'],
    ['sessions', 'end', 'a', 'b'],
    ['setup', '--issuer'],
    ['setup', '--issuer='],
    ['setup', 'https://id.test'],
    ['setup', '--secret', 'x'],
    ['on', '--sso-only'],
    ['off', '--force'],
    ['version', 'x'],
    ['che\x1b[31mck'],
  ]) {
    const { status, text, error } = await run(world, ...args);
    t.is(status, 2, args.join(' '));
    t.is(text, '');
    t.regex(error, /^luci-sso: [^\n\x1b]*\n$/, args.join(' '));
  }
  t.deepEqual(world.host.router.calls, []);
});

test('version', async (t) => {
  for (const word of ['version', '--version'])
    t.deepEqual(await run(newWorld(), word), { status: 0, text: `luci-sso ${VERSION}\n`, error: '' });
});

test('status shows the set-up in a few lines', async (t) => {
  const world = await loggedIn();
  const roles = world.host.router.uci['luci-sso'] as Record<string, Record<string, string | string[]>>;
  Object.assign(roles, { guest: { '.type': 'role', read: ['*'] }, all: { '.type': 'role', default: '1' } });
  t.is(
    (await run(world, 'status')).text,
    [
      `luci-sso ${VERSION}`,
      'SSO:          on',
      'provider:     https://id.test',
      'redirect URI: not set',
      'roles:        admin (email), guest (nobody), all (everybody)',
      'sessions:     1',
      'guard:        does not run: a login starts it, or /etc/init.d/luci-sso start',
      '',
    ].join('\n'),
  );
  Object.assign(options(world), { enabled: '0', redirect_uri: 'https://r.test/cgi-bin/luci-sso/callback' });
  t.regex((await run(world, 'status')).text, /SSO: {10}off\n[^]*redirect URI: https:\/\/r\.test\//);
  Object.assign(options(world), { enabled: '1', sso_only: '1' });
  t.regex((await run(world, 'status')).text, /SSO: {10}on, SSO only\n/);
  Object.assign(options(world), { issuer_url: 'http://x' });
  const wrong = await run(world, 'status');
  t.is(wrong.status, 1);
  t.regex(wrong.text, /wrong: {8}section 'default', option issuer_url: must start with https/);
});

test('check prints a line a check, says what to do, and ends with a sum', async (t) => {
  const world = newWorld();
  const { status, text } = await run(world, 'check');
  t.is(status, 1, 'no CA certificates here');
  t.regex(text, /^PASS {2}config {7}all options are valid\n/);
  t.regex(text, /\nWARN {2}redirect_uri {1}not set: [^\n]*\n {19}-> set redirect_uri to /);
  t.regex(text, /\nFAIL {2}ca_bundle {4}[^\n]*\n {19}-> install the package ca-bundle \(DISCOVERY_NETWORK_ERROR\)\n/);
  t.regex(text, /\n\d+ passed, \d+ warnings, 1 failed, \d+ skipped\n$/);
  t.notRegex(text, /\x1b/);
  t.is(world.host.state.size, 0);
  t.is(world.host.openStreams(), 0);
  t.deepEqual(world.host.sent, ['GET /.well-known/openid-configuration', 'GET /jwks', 'POST /token'], 'each answer is asked for once');
});

test('check takes names, in any order, and JSON for scripts', async (t) => {
  const world = newWorld();
  const { status, text } = await run(world, 'check', 'roles', 'config');
  t.is(status, 0);
  t.is(
    text,
    'PASS  config       all options are valid\nPASS  roles        admin can be logged in to\n2 passed, 0 warnings, 0 failed, 0 skipped\n',
  );
  const json = JSON.parse((await run(world, 'check', '--json', 'issuer', 'ca_bundle')).text) as {
    ok: boolean;
    checks: Record<string, string>[];
  };
  t.false(json.ok);
  t.deepEqual(
    json.checks.map(({ id, status: found }) => [id, found]),
    [
      ['ca_bundle', 'FAIL'],
      ['issuer', 'PASS'],
    ],
  );
  t.deepEqual(Object.keys(json.checks[0] ?? {}), ['id', 'title', 'status', 'text', 'fix', 'code']);
});

test('what needs a failed check is not run', async (t) => {
  const world = newWorld();
  Object.assign(options(world), { clock_tolerance: 'x' });
  const { text } = await run(world, 'check');
  t.regex(text, /^FAIL {2}config {7}section 'default', option clock_tolerance/);
  t.regex(text, /\nSKIP {2}\d+ that need config: [^\n]* client_auth /);
  t.deepEqual(world.host.sent, []);
});

test('there are colours on a terminal only, and not where NO_COLOR is set', async (t) => {
  const world = newWorld();
  world.host.terminals.add(1);
  t.true((await run(world, 'check', 'config')).text.startsWith('\x1b[32mPASS\x1b[0m  config'));
  world.host.commandLine = ['luci-sso', 'check', 'config'];
  const { main } = await import('../../../src/main.ts');
  world.host.environment = { NO_COLOR: '1' };
  world.host.output = [];
  await main(world.host);
  t.true(Buffer.concat(world.host.output).toString().startsWith('PASS  config'));
});

test('foreign text reaches no terminal as a command', async (t) => {
  const world = newWorld();
  world.provider.discovery.issuer = 'https://id.test/\x1b[2J\u009b';
  const { text } = await run(world, 'check', 'issuer');
  t.notRegex(text, /[\x1b\u009b]/);
});

test('sessions are listed with handles, and ended by them', async (t) => {
  const world = await loggedIn();
  world.host.wallS += 7300;
  const id = idOf(world);
  const [, reference = ''] = /LOGIN_SUCCEEDED \[([\w-]+)\]/.exec(world.host.lines.join('\n')) ?? [];
  t.is(
    (await run(world, 'sessions')).text,
    `ID                USER   ROLE   FROM          SINCE    ENDS IN  AT LATEST  CHECKED  NEXT  REFERENCE\n${handle(id)}  alice  admin  192.168.1.20  2 h ago  30 min   12 h       -        -     ${reference}\n`,
  );
  t.deepEqual(await run(world, 'sessions', 'end', id), { status: 1, text: 'sessions ended: 0\n', error: '' });
  t.deepEqual(await run(world, 'sessions', 'end', handle(id)), { status: 0, text: 'sessions ended: 1\n', error: '' });
  t.deepEqual(
    [...world.host.router.sessions.values()].map(({ values }) => values.username),
    ['root'],
  );
  t.is((await run(world, 'sessions')).text, 'nobody is logged in by SSO\n');
  t.is((await run(world, 'sessions', 'end', 'all')).status, 0);
  t.is(world.host.router.sessions.size, 1);
});

test('a removal of the package ends all sessions and says why, and so does off', async (t) => {
  for (const [words, reason] of [
    [['sessions', 'end', 'removed'], 'removed'],
    [['off'], 'sso_off'],
  ] as const) {
    const world = await loggedIn();
    t.is((await run(world, ...words)).status, 0);
    t.is(world.host.router.sessions.size, 1);
    const [line = '', ...more] = world.host.lines.filter((text) => text.includes('SESSION_ENDED'));
    t.regex(line, new RegExp(` reason=${reason} session=[0-9a-f]{16}$`));
    t.is(more.length, 0);
    t.is((await run(world, ...words)).status, 0, 'nobody is left');
  }
});

test('off ends SSO, its sessions and SSO only, whatever else is wrong', async (t) => {
  const world = await loggedIn();
  Object.assign(options(world), { sso_only: '1', clock_tolerance: 'x' });
  t.deepEqual(await run(world, 'off'), { status: 0, text: 'SSO is off, the password form is back\nsessions ended: 1\n', error: '' });
  t.deepEqual([options(world).enabled, options(world).sso_only], ['0', '0']);
  t.deepEqual(
    [...world.host.router.sessions.values()].map(({ values }) => values.username),
    ['root'],
  );
  const commit = world.host.router.calls.find((call) => call.method === 'commit');
  t.is(typeof commit?.parameters.ubus_rpc_session, 'string', 'by a session of its own');
});

test('on is refused while SSO would not work', async (t) => {
  const world = newWorld();
  Object.assign(options(world), { enabled: '0', client_id: '' });
  const { status, error } = await run(world, 'on');
  t.deepEqual([status, error], [1, "luci-sso: CONFIG_ERROR: section 'default', option client_id: is required\n"]);
  t.is(options(world).enabled, '0');
  options(world).client_id = 'luci';
  t.deepEqual(await run(world, 'on'), { status: 0, text: 'SSO is on\n', error: '' });
  t.deepEqual([options(world).enabled, options(world).sso_only], ['1', undefined]);
});

test('SSO only needs --force on the command line', async (t) => {
  const world = newWorld();
  t.is((await run(world, 'on', '--sso-only')).status, 2);
  t.is(options(world).sso_only, undefined);
  t.is((await run(world, 'on', '--sso-only', '--force')).text, 'SSO is on, and the only way on the login page; luci-sso off undoes it\n');
  t.is(options(world).sso_only, '1');
});

test('a configuration that cannot be written is an error, and sessions live on', async (t) => {
  const world = await loggedIn();
  world.host.router.statuses.set('uci.commit', 9);
  t.deepEqual(await run(world, 'off'), { status: 1, text: '', error: 'luci-sso: UCI_ERROR: /etc/config/luci-sso could not be written\n' });
  t.is(world.host.router.sessions.size, 2, 'and the one for writing is gone');
});

test('the self-test passes here, and says each answer', async (t) => {
  const world = newWorld();
  const { status, text } = await run(world, 'selftest');
  t.is(status, 0);
  t.regex(text, /^(PASS {2}[^\n]+\n){7,}$/);
  t.deepEqual(world.host.router.calls, []);
});

test('what follows from a failure is one line behind it', async (t) => {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  world.host.failures.set('connectTls', 'cert-untrusted: no trusted CA vouches for it');
  const { status, text } = await run(world, 'check');
  t.is(status, 1);
  const lines = text.split('\n');
  const failed = lines.findIndex((line) => line.startsWith('FAIL'));
  t.regex(lines[failed] ?? '', /^FAIL {2}tls_chain/);
  t.regex(text, /\nSKIP {2}1\d that need tls_chain: discovery issuer endpoints [a-z_ ]+\n\d+ passed/);
  t.false(text.includes('needs tls_chain'));
  const { checks } = JSON.parse((await run(world, 'check', '--json')).text) as { checks: { text: string }[] };
  t.true(checks.filter((check) => check.text === 'needs tls_chain').length > 9, 'JSON has each');
});

test('explain knows every code of the table, in either case', async (t) => {
  const world = newWorld();
  for (const [code, [status, level]] of Object.entries(REFUSALS)) {
    const [meaning, remedy] = REMEDIES[code as keyof typeof REMEDIES];
    t.is(
      (await run(world, 'explain', code)).text,
      `${code} (log: ${level}, HTTP status ${status})\nmeaning: ${meaning}\nto do:   ${remedy}\n`,
    );
  }
  t.is((await run(world, 'explain', 'clock_unset')).status, 0);
});

test('explain knows the codes of other lines, the causes and the checks', async (t) => {
  const world = newWorld();
  for (const [code, [level, meaning]] of Object.entries(LINES))
    t.is((await run(world, 'explain', code)).text, `${code} (log: ${level})\nmeaning: ${meaning}\n`);
  for (const [cause, [, meaning, remedy]] of Object.entries(CAUSES)) {
    t.is((await run(world, 'explain', cause.toLowerCase())).text, `${cause} (cause)\nmeaning: ${meaning}\nto do:   ${remedy}\n`);
  }
  for (const { id, title } of CHECKS) t.is((await run(world, 'explain', id)).text, `${id}: ${title}\nto do:   luci-sso check ${id}\n`);
  t.deepEqual(world.host.router.calls, []);
});

test('without ubus each command that needs it says so in one line', async (t) => {
  for (const args of [['status'], ['check'], ['sync'], ['sessions'], ['off'], ['on'], ['setup', '--issuer', 'https://x.test']]) {
    const world = newWorld();
    world.host.failures.set('connectUnix', 'refused');
    const { status, text, error } = await run(world, ...args);
    t.deepEqual([status, text, error], [1, '', 'luci-sso: UBUS_CONNECT_FAILED: /var/run/ubus/ubus.sock: refused\n'], args[0]);
  }
});

test('no command prints the secret', async (t) => {
  const world = await loggedIn();
  options(world).clock_tolerance = SECRET;
  for (const args of [['status'], ['check'], ['check', '--json'], ['sync'], ['on']]) {
    const { text, error } = await run(world, ...args);
    t.false(`${text}${error}${world.host.lines.join('')}`.includes(SECRET), args.join(' '));
  }
});
