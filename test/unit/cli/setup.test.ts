// SPDX-License-Identifier: MIT
// `luci-sso setup`: by options and by a person, what it saves, and that it saves nothing that fails.
import test from 'ava';
import { ISSUER } from '../../_helpers/_fake-provider.ts';
import { newWorld, SECRET, type World } from '../../_helpers/_login.ts';
import { run } from './_run.ts';

type Section = Record<string, string | string[]>;

/** A router as the package installs it, with a CA bundle and an address. */
function freshWorld(): World {
  const world = newWorld();
  world.host.router.uci['luci-sso'] = { default: { '.type': 'oidc', enabled: '0' }, admin: { '.type': 'role', read: ['*'], write: ['*'] } };
  world.host.router.uci.network = { lan: { '.type': 'interface', ipaddr: '192.168.1.1/24' } };
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  return world;
}

const sections = (world: World) => world.host.router.uci['luci-sso'] as Record<string, Section>;
const URIS = (base: string) => `SSO is on. Register at the provider:
  redirect URI         ${base}/callback
  launch URL           ${base}
  post-logout URI      ${base}/logged-out
  back-channel logout  ${base}/backchannel-logout
`;

/** Changes of the configuration that were asked of ubus. */
const writes = (world: World) =>
  world.host.router.calls.filter(({ object, method }) => object === 'uci' && method !== 'get' && method !== 'revert');

test('options and standard input are enough', async (t) => {
  const world = freshWorld();
  world.host.input = Buffer.from(`${SECRET}\n`);
  const { status, text, error } = await run(
    world,
    'setup',
    '--issuer',
    ISSUER,
    '--client-id=luci',
    '--secret-stdin',
    '--email',
    'alice@club.test',
    '--email',
    'bob@club.test',
    '--redirect-uri',
    'https://router.test/cgi-bin/luci-sso/callback',
    '--name',
    'Müller',
    '--scope',
    'openid email',
  );
  t.is(status, 0, text + error);
  t.is(error, '');
  t.true(text.endsWith(URIS('https://router.test/cgi-bin/luci-sso')));
  t.deepEqual(sections(world), {
    default: {
      '.type': 'oidc',
      enabled: '1',
      issuer_url: ISSUER,
      client_id: 'luci',
      client_secret: SECRET,
      provider_name: 'Müller',
      scope: 'openid email',
      redirect_uri: 'https://router.test/cgi-bin/luci-sso/callback',
    },
    admin: { '.type': 'role', read: ['*'], write: ['*'], email: ['alice@club.test', 'bob@club.test'] },
  });
  t.true(
    writes(world).every(({ parameters }) => typeof parameters.ubus_rpc_session === 'string'),
    'by sessions of its own',
  );
  t.is(world.host.router.sessions.size, 0, 'which are gone');
  t.true('luci_sso_admin' in (world.host.router.uci.rpcd ?? {}), 'the roles are in step');
  t.false(`${text}${error}${world.host.lines.join('')}`.includes(SECRET));
});

for (const [listed, before, scope] of [
  [['openid', 'groups'], undefined, 'openid profile email groups'],
  [['openid', 'groups'], 'openid email', 'openid email groups'],
  [['openid', 'groups'], 'openid groups', 'openid groups'],
  [['openid'], undefined, undefined],
  [undefined, undefined, undefined],
] as const) {
  test(`a group rule at a provider that lists ${listed?.join(' ') ?? 'nothing'}, with scope ${before}: ${scope}`, async (t) => {
    const world = freshWorld();
    if (listed !== undefined) world.provider.discovery.scopes_supported = listed;
    if (before !== undefined) (sections(world).default as Section).scope = before;
    const { status, text } = await run(world, 'setup', '--issuer', ISSUER, '--client-id', 'luci', '--public', '--group', 'router-admins');
    t.is(status, 0, text);
    t.is(sections(world).default?.['scope'] as string | undefined, scope);
    t.is(text.includes('added to scope'), scope !== before);
  });
}

test('without --redirect-uri it is the address of the router', async (t) => {
  const world = freshWorld();
  world.host.router.uci.uhttpd = { main: { '.type': 'uhttpd', listen_https: ['0.0.0.0:8443'] } };
  const { text } = await run(world, 'setup', '--issuer', ISSUER, '--client-id', 'luci', '--public', '--email', 'alice@club.test');
  t.true(text.endsWith(URIS('https://192.168.1.1:8443/cgi-bin/luci-sso')), text);
  t.false('client_secret' in (sections(world).default ?? {}));
});

test('a person is asked for what is missing, and the secret is not shown', async (t) => {
  const world = freshWorld();
  world.host.terminals.add(0);
  world.host.typed = ['', `${ISSUER} `, 'luci', SECRET, 'https://router.test/cgi-bin/luci-sso/callback', 'alice@club.test'];
  const { status, error, text } = await run(world, 'setup');
  t.is(status, 0, text + error);
  t.deepEqual(world.host.asked, ['line', 'line', 'line', 'secret', 'line', 'line']);
  t.is(
    error,
    'Issuer URL:   this is needed; Ctrl-D ends the questions\nIssuer URL: Client ID: Client secret (empty for a public client): ' +
      'Redirect URI [https://192.168.1.1/cgi-bin/luci-sso/callback]: E-mail address that becomes admin (empty for none): ',
  );
  t.deepEqual(sections(world).admin?.email, ['alice@club.test']);
  t.is(sections(world).default?.client_secret, SECRET);
});

test('a second time the answers are those that are set', async (t) => {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  Object.assign(sections(world).default ?? {}, { redirect_uri: 'https://router.test/cgi-bin/luci-sso/callback' });
  const before = JSON.stringify(sections(world));
  t.is((await run(world, 'setup')).status, 0);
  t.is(JSON.stringify(sections(world)), before);
  world.host.terminals.add(0);
  world.host.typed = ['', '', '', ''];
  const { status, error } = await run(world, 'setup');
  t.is(status, 0);
  t.is(
    error,
    `Issuer URL [${ISSUER}]: Client ID [luci]: Client secret (empty to keep the one that is set): Redirect URI [https://router.test/cgi-bin/luci-sso/callback]: `,
  );
  t.is(JSON.stringify(sections(world)), before);
});

test('rules are added to a role, each once, and a new role has full rights', async (t) => {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  world.host.router.uci.network = { lan: { '.type': 'interface', ipaddr: '192.168.1.1' } };
  await run(world, 'setup', '--email', 'alice@example.com', '--email', 'new@club.test');
  t.deepEqual(sections(world).admin?.email, ['alice@example.com', 'new@club.test']);
  await run(world, 'setup', '--role', 'staff', '--group', 'staff');
  t.deepEqual(sections(world).staff, { '.type': 'role', read: ['*'], write: ['*'], group: ['staff'] });
});

test('what fails is said and not saved, unless it is forced', async (t) => {
  const world = freshWorld();
  const before = JSON.stringify(world.host.router.uci);
  const args = ['setup', '--issuer', `${ISSUER}/`, '--client-id', 'luci', '--public', '--email', 'alice@club.test'];
  const { status, text } = await run(world, ...args);
  t.is(status, 1);
  t.regex(text, /FAIL {2}issuer {7}configured 'https:\/\/id\.test\/'[^\n]*remove the slash[^\n]*\n {19}-> /);
  t.true(text.endsWith('nothing was saved; correct what failed, or repeat with --force\n'));
  t.is(JSON.stringify(world.host.router.uci), before);
  t.deepEqual(writes(world), []);
  t.is(world.host.state.size, 0);
  t.is((await run(world, ...args, '--force')).status, 0);
  t.is(sections(world).default?.issuer_url, `${ISSUER}/`);
});

test('without a terminal nothing is asked: what is missing is an error', async (t) => {
  for (const [args, missing] of [
    [[], '--issuer is missing'],
    [['--issuer', ISSUER], '--client-id is missing'],
    [['--issuer', ISSUER, '--client-id', 'x'], 'say --secret-stdin and send the client secret, or --public'],
  ] as const) {
    const world = freshWorld();
    const { status, error } = await run(world, 'setup', ...args);
    t.deepEqual([status, error], [2, `luci-sso: setup: ${missing}; see luci-sso help\n`]);
    t.deepEqual(world.host.sent, []);
  }
  const world = freshWorld();
  delete world.host.router.uci.network;
  t.regex((await run(world, 'setup', '--issuer', ISSUER, '--client-id', 'x', '--public')).error, /--redirect-uri is missing/);
});

test('a secret that is too long, or no text, is refused', async (t) => {
  for (const input of [Buffer.alloc(5000, 'x'), Buffer.from([0xff, 0xfe])]) {
    const world = freshWorld();
    world.host.input = input;
    const { status, error } = await run(world, 'setup', '--issuer', ISSUER, '--client-id', 'x', '--secret-stdin');
    t.is(status, 2);
    t.regex(error, /standard input: (too-large|not UTF-8)/);
  }
});

test('an input that ends while a person is asked ends the command', async (t) => {
  const world = freshWorld();
  world.host.terminals.add(0);
  world.host.typed = [ISSUER];
  const { status, error } = await run(world, 'setup');
  t.is(status, 2);
  t.is(
    error,
    `Issuer URL: Client ID: \nnothing was saved; to go on: luci-sso setup --issuer ${ISSUER}\nluci-sso: setup: --client-id: missing; see luci-sso help\n`,
  );
  t.deepEqual(writes(world), []);
});

const CALLBACK = 'https://router.test/cgi-bin/luci-sso/callback';

test('each answer is judged at once, with the right one in the sentence', async (t) => {
  const world = freshWorld();
  world.host.terminals.add(0);
  world.host.typed = [
    `${ISSUER}/.well-known/openid-configuration`,
    'http://id.test',
    'id.test',
    'nonsense',
    ISSUER,
    'luci',
    SECRET,
    'alice@club.test',
    'router.test',
    'https://router.test/luci',
    CALLBACK,
    'router-admins',
    'Alice <alice@club.test>',
    '*@club.test',
    '',
    'router-admins',
  ];
  const { status, error, text } = await run(world, 'setup');
  t.is(status, 0, text + error);
  t.deepEqual(
    error
      .split('\n')
      .filter((line) => line.includes('write') || line.includes('example') || line.includes('use domain'))
      .map((line) => line.replace(/^.*: {3}/, '')),
    [
      `cut off /.well-known/...: write '${ISSUER}'`,
      `write '${ISSUER}'`,
      `write '${ISSUER}'`,
      'must start with https://; an example is https://name.example',
      'must start with https://; an example is https://name.example/cgi-bin/luci-sso/callback',
      `write '${CALLBACK}'`,
      `it must end in /cgi-bin/luci-sso/callback: write '${CALLBACK}'`,
      'write a whole address, such as name@domain, without blanks; there are no patterns here',
      "write 'alice@club.test'",
      "use domain 'club.test' for everybody there",
    ],
  );
  t.deepEqual(sections(world).admin?.group, ['router-admins']);
  t.false('email' in (sections(world).admin ?? {}));
});

test('without a terminal the same answers are refused in one line', async (t) => {
  for (const [args, reason] of [
    [['--issuer', `${ISSUER}/.well-known/openid-configuration`], `--issuer: cut off /.well-known/...: write '${ISSUER}'`],
    [['--issuer', 'id.test'], `--issuer: write '${ISSUER}'`],
    [['--issuer', ISSUER, '--client-id', 'x', '--public', '--redirect-uri', 'router.test'], `--redirect-uri: write '${CALLBACK}'`],
    [
      ['--issuer', ISSUER, '--client-id', 'x', '--public', '--redirect-uri', CALLBACK, '--email', '*@club.test'],
      "a rule can never match: use domain 'club.test' for everybody there",
    ],
  ] as const) {
    const world = freshWorld();
    const { status, error } = await run(world, 'setup', ...args);
    t.deepEqual([status, error], [2, `luci-sso: setup: ${reason}; see luci-sso help\n`]);
    t.deepEqual(world.host.sent, []);
  }
});

test('who breaks off is told how to go on, without the secret and for any shell', async (t) => {
  const world = freshWorld();
  world.host.terminals.add(0);
  world.host.typed = [ISSUER, "it's $HOME", SECRET];
  const { status, error } = await run(world, 'setup', '--issuer', ISSUER);
  t.is(status, 2);
  world.host.typed = ["it's $HOME", SECRET];
  const again = await run(world, 'setup', '--issuer', ISSUER);
  t.true(again.error.includes(`to go on: luci-sso setup --issuer ${ISSUER} --client-id 'it'\\''s $HOME'\n`), again.error);
  t.false((error + again.error).includes(SECRET));
  t.deepEqual(writes(world), []);
});

test('--secret-stdin alone changes the secret, and nothing else', async (t) => {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  Object.assign(sections(world).default ?? {}, { enabled: '0' });
  world.host.input = Buffer.from('another-secret\n');
  const before = structuredClone(sections(world));
  const { status, text, error } = await run(world, 'setup', '--secret-stdin');
  t.is(status, 0, text + error);
  t.true(text.includes('the client secret is saved; nothing else was changed\n'));
  t.deepEqual(sections(world), { ...before, default: { ...before.default, client_secret: 'another-secret' } });
  const fresh = freshWorld();
  fresh.host.input = Buffer.from('x');
  t.regex((await run(fresh, 'setup', '--secret-stdin')).error, /--issuer is missing/, 'where nothing is set up, it is not enough');
});
