// SPDX-License-Identifier: MIT
// Callbacks: the rows of _callback-rows.ts, and what is more than a code.
import test from 'ava';
import { also, claims, discovery, option, reply, rule } from '../../_helpers/_changes.ts';
import { ask, codeOf, cookiesOf, headerOf, type Answer } from '../../_helpers/_fake-host.ts';
import { ISSUER, OTHER_RSA_KEY } from '../../_helpers/_fake-provider.ts';
import { authorize, callbackQuery, finish, FROM_LUCI, newWorld, SECRET, start, type Started, type World } from '../../_helpers/_login.ts';
import { NOW } from '../../_helpers/clock.ts';
import { run } from '../cli/_run.ts';
import { ROWS } from './_callback-rows.ts';

for (const row of ROWS) {
  test(`callback: ${row.name} -> ${row.code === '' ? 'a session' : row.code}`, async (t) => {
    const world = newWorld();
    row.before?.(world);
    const started = await start(world);
    t.is(started.answer.status, 302, world.host.lines.join('\n'));
    await row.between?.(world, started);
    const before = world.host.router.sessions.size;
    authorize(world, started);
    const answer = await ask(world.host, {
      path: '/callback',
      method: row.method ?? 'GET',
      query: row.rawQuery?.(started) ?? callbackQuery(started.state, row.query),
      cookie: row.cookie?.(started) ?? started.cookie,
      environment: row.environment ?? {},
    });
    t.is(codeOf(answer), row.code, world.host.lines.join('\n'));
    t.is(answer.status, row.code === '' ? 200 : (row.status ?? answer.status));
    t.is(world.host.router.sessions.size - before, row.code === '' ? 1 : 0);
    t.is(
      [...world.host.state.keys()].some((name) => name.startsWith('used.') && name.endsWith(started.state)),
      row.isConsumed,
    );
    if (row.code !== '')
      t.true(
        world.host.lines.some((line) => line.includes(` ${row.code} [`)),
        'the log names the code',
      );
    assertNothingSecret(t, world, started, answer);
  });
}

function assertNothingSecret(
  t: { is: (a: unknown, b: unknown, m?: string) => void },
  world: World,
  started: Started,
  answer: Answer,
): void {
  const cookieValue = started.cookie.split('=')[1] ?? '';
  const secrets = [
    SECRET,
    'the-code',
    'the-access-token',
    cookieValue,
    started.location.searchParams.get('nonce') ?? '',
    world.provider.idToken(),
  ];
  for (const secret of secrets) {
    t.is(
      world.host.lines.find((line) => line.includes(secret)),
      undefined,
      'a secret is in the log',
    );
    t.is(answer.body.includes(secret), false, 'a secret is on the page');
  }
}

for (const [said, par, isLed] of [
  [{ error: 'invalid_request', error_description: 'Pushed Authorization Request is only allowed.' }, 'auto', true],
  [{ error: 'error', error_description: 'The error is unrecognizable' }, 'never', true],
  [{ error: 'invalid_request', error_description: 'Pushed Authorization Request is only allowed.' }, 'always', false],
  [{ error: 'invalid_scope', error_description: 'unknown scope' }, 'auto', false],
] as const) {
  test(`"${said.error_description}" with par '${par}' ${isLed ? 'leads' : 'does not lead'} to the option`, async (t) => {
    const world = newWorld();
    world.provider.discovery.pushed_authorization_request_endpoint = `${ISSUER}/par`;
    option('par', par)(world);
    const started = await start(world);
    const state = world.host.state.size;
    t.true(state > 0);
    const query = callbackQuery(started.state || 'x', { ...said, code: undefined });
    const answer = await ask(world.host, { path: '/callback', query, cookie: started.cookie });
    if (par !== 'always') t.is(codeOf(answer), 'IDP_ERROR');
    t.is(
      world.host.lines.some((line) => line.includes('PAR_DEMANDED')),
      isLed,
    );
  });
}

test('callback gives LuCI its own cookie, Strict, and goes on from a page of this site (security 25, 26)', async (t) => {
  const world = newWorld();
  const started = await start(world, { query: 'return_to=/cgi-bin/luci/admin/status', environment: FROM_LUCI });
  const answer = await finish(world, started);
  const [session] = world.host.router.sessions.keys();
  const cookies = cookiesOf(answer);
  t.true(cookies.includes(`sysauth_https=${session}; Path=/cgi-bin/luci/; HttpOnly; Secure; SameSite=Strict`));
  t.true(cookies.includes('sysauth_https=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict'));
  t.true(cookies.includes(`__Host-luci_sso_${started.state}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`));
  t.true(answer.body.includes('content="0;url=/cgi-bin/luci/admin/status"'));
  t.true(answer.body.includes('href="/cgi-bin/luci/admin/status"'));
  t.is(headerOf(answer, 'Location'), undefined);
});

test('callback uses the old cookie name where LuCI has only that', async (t) => {
  const world = newWorld();
  const menu = { admin: { auth: { methods: ['cookie:sysauth'] } } };
  world.host.files.set('/usr/share/luci/menu.d/luci-base.json', Buffer.from(JSON.stringify(menu)));
  const answer = await finish(world, await start(world));
  t.true(cookiesOf(answer).some((line) => line.startsWith('sysauth=a')));
});

test('callback fills the session, and sets the CSRF token last (security 49)', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  const [session] = world.host.router.sessions.values();
  t.is(session?.timeout, 1800);
  const { oidc_logout_url: logoutUrl, oidc_ref: reference, token, ...values } = session?.values ?? {};
  t.deepEqual(values, {
    username: 'sso:admin',
    oidc_issuer: ISSUER,
    oidc_sub: 'alice-id',
    oidc_sid: '',
    oidc_user: 'alice',
    oidc_role: 'admin',
    oidc_rule: 'email:alice@example.com',
    oidc_provider: 'default',
    oidc_since: String(NOW),
    oidc_ends: '43300',
    oidc_from: '192.168.1.20',
  });
  t.true(world.host.lines.some((line) => line.includes(`LOGIN_SUCCEEDED [${String(reference)}]`)));
  t.regex(String(token), /^[0-9a-f]{32}$/);
  const logout = new URL(String(logoutUrl));
  t.is(logout.searchParams.get('post_logout_redirect_uri'), 'https://router.test/cgi-bin/luci-sso/logged-out');
  t.is(logout.searchParams.get('id_token_hint')?.split('.').length, 3);
  const own = world.host.router.calls.filter((call) => call.object === 'session');
  t.deepEqual(Object.keys(own.at(-1)?.parameters.values ?? {}), ['token']);
});

test('callback grants exactly what rpcd grants to a password login with the same lists', async (t) => {
  const world = newWorld();
  rule({ email: ['alice@example.com'], read: ['luci-mod-*'], write: [] })(world);
  await finish(world, await start(world));
  const [session] = world.host.router.sessions.values();
  t.deepEqual(session?.grants, {
    ubus: [
      ['session', 'access'],
      ['session', 'login'],
      ['luci', 'getFeatures'],
      ['luci', 'getInitList'],
      ['log', 'read'],
    ],
    uci: [['luci', 'read']],
    file: [['/etc/config/*', 'read']],
    'access-group': [
      ['unauthenticated', 'read'],
      ['luci-base', 'read'],
      ['luci-mod-status', 'read'],
    ],
  });
});

for (const [name, rights] of [
  ['no list', {}],
  ['a group that no file has', { read: ['luci-mod-nothing'], write: ['luci-mod-nothing'] }],
  ['what every role has', { read: ['luci-base', 'unauthenticated'] }],
] as const) {
  test(`a role with ${name} is refused, and no later one is taken`, async (t) => {
    const world = newWorld();
    const roles = world.host.router.uci['luci-sso'] as Record<string, Record<string, unknown>>;
    roles.admin = { '.type': 'role', email: ['alice@example.com'], ...rights };
    roles.later = { '.type': 'role', default: '1', read: ['*'] };
    const answer = await finish(world, await start(world));
    t.is(codeOf(answer), 'ROLE_WITHOUT_RIGHTS');
    t.is(answer.status, 403);
    t.is(world.host.router.sessions.size, 0);
    t.true(answer.body.includes('alice@example.com'));
  });
}

test('callback keeps one password-less rpcd login per role and repairs it', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  const wanted = { '.type': 'login', username: 'sso:admin', read: ['*', 'unauthenticated', 'luci-base'], write: ['*'] };
  t.deepEqual(world.host.router.uci.rpcd?.luci_sso_admin, wanted);
  const commits = () => world.host.router.calls.filter((call) => call.method === 'commit');
  t.is(commits().length, 1);
  t.is(typeof commits()[0]?.parameters.ubus_rpc_session, 'string', 'in a session of its own');
  await finish(world, await start(world));
  t.is(commits().length, 1, 'nothing to repair');
  (world.host.router.uci.rpcd as Record<string, Record<string, unknown>>).luci_sso_admin.password = 'x';
  await finish(world, await start(world));
  t.deepEqual(world.host.router.uci.rpcd?.luci_sso_admin, wanted);
});

test('a replayed callback starts no session and asks the provider nothing (security 7, 24)', async (t) => {
  const world = newWorld();
  const started = await start(world);
  await finish(world, started);
  const asked = world.provider.requests.length;
  const again = await finish(world, started);
  t.is(codeOf(again), 'HANDSHAKE_USED');
  t.true(again.body.includes('This login has already been completed'));
  t.true(again.body.includes('<a href="/cgi-bin/luci/">Continue to the router</a>'));
  // The browser's reload: the first answer took the cookie away.
  const other = await start(world);
  for (const cookie of ['', other.cookie]) t.is(codeOf(await finish(world, { ...started, cookie })), 'HANDSHAKE_USED');
  t.is(codeOf(await finish(world, { ...other, cookie: '' })), 'MISSING_HANDSHAKE_COOKIE');
  t.is(world.host.router.sessions.size, 1);
  t.is(world.provider.requests.length, asked);
});

test('a refused budget spends nothing: the same callback works a minute later', async (t) => {
  const world = newWorld();
  const started = await start(world);
  for (let i = 0; i < 10; i++) await finish(world, await start(world));
  const refused = await finish(world, started);
  t.is(codeOf(refused), 'TOO_MANY_REQUESTS');
  t.is(headerOf(refused, 'Retry-After'), '60');
  world.host.bootMs += 60000;
  t.is((await finish(world, started)).status, 200);
});

test('at most 10 sessions of one subject live; the oldest ends', async (t) => {
  const world = newWorld();
  for (let i = 0; i < 12; i++) {
    world.host.wallS = NOW + i;
    world.host.bootMs += 61000;
    world.provider.now = world.host.wallS;
    await finish(world, await start(world));
  }
  const since = [...world.host.router.sessions.values()].map((session) => session.values.oidc_since);
  t.deepEqual(
    since,
    Array.from({ length: 10 }, (_, i) => String(NOW + 2 + i)),
  );
});

test("the idle time is LuCI's or session_time, not the life of the token (security 95)", async (t) => {
  const idle = async (...steps: Array<(world: World) => void>) => {
    const world = newWorld();
    also(claims({ exp: NOW + 300 }), ...steps)(world);
    await finish(world, await start(world));
    return [...world.host.router.sessions.values()][0]?.timeout;
  };
  t.is(await idle(), 1800);
  t.is(await idle(option('session_time', '7200')), 7200);
  t.is(await idle((w) => void delete w.host.router.uci['luci']), 3600);
});

test('a provider that asks for patience is asked once, and the log says how long (security 44)', async (t) => {
  for (const status of [429, 503]) {
    const world = newWorld();
    reply('/token', { status, headers: { 'Retry-After': '120' }, body: 'later' })(world);
    t.is(codeOf(await finish(world, await start(world))), 'TOKEN_EXCHANGE_FAILED');
    t.is(world.provider.requests.filter((request) => request.path === '/token').length, 1);
    t.true(world.host.lines.some((line) => line.includes('retry after 120')));
  }
});

test('a broker that ends the connection in the long list of sessions does not stop the login', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  world.host.router.fault = ({ object, method, parameters }) =>
    object === 'session' && method === 'list' && parameters.ubus_rpc_session === undefined ? 'ended' : undefined;
  const answer = await finish(world, await start(world));
  t.is(answer.status, 200);
  t.is(world.host.router.sessions.size, 2);
  t.true(world.host.lines.some((line) => / SYNC_FAILED .*UBUS_ERROR/.test(line)));
});

test('userinfo is asked exactly when a rule needs a claim that the token lacks', async (t) => {
  const asked = async (change: (world: World) => void) => {
    const world = newWorld();
    change(world);
    await finish(world, await start(world));
    return world.provider.requests.filter((request) => request.path === '/me').length;
  };
  t.is(await asked(() => {}), 0);
  t.is(await asked((w) => void delete w.provider.claims.email), 1);
  t.is(await asked((w) => void delete w.provider.claims.email_verified), 1);
  t.is(await asked(also((w) => void delete w.provider.claims.email, rule({ sub: ['alice-id'] }))), 0);
  t.is(await asked(also((w) => void delete w.provider.claims.groups, rule({ group: ['x'] }))), 1);
  t.is(await asked(also((w) => void delete w.provider.claims.groups, rule({ email: ['alice@example.com'], group: ['x'] }))), 0);
});

test('the client proves itself in exactly one way (security 33, 46)', async (t) => {
  const request = async (change: (world: World) => void) => {
    const world = newWorld();
    change(world);
    await finish(world, await start(world));
    const { head, body } = world.provider.requests.find((candidate) => candidate.path === '/token') ?? { head: '', body: '' };
    return [/authorization: basic/i.test(head), body.includes('client_id='), body.includes('client_secret=')];
  };
  t.deepEqual(await request(() => {}), [true, false, false]);
  t.deepEqual(await request(discovery({ token_endpoint_auth_methods_supported: undefined })), [true, false, false]);
  t.deepEqual(await request(discovery({ token_endpoint_auth_methods_supported: ['client_secret_post'] })), [false, true, true]);
  t.deepEqual(await request(option('client_auth', 'client_secret_post')), [false, true, true]);
  t.deepEqual(await request(option('client_secret', '')), [false, true, false]);
  t.deepEqual(await request(option('client_auth', 'none')), [false, true, false]);
});

test('each endpoint is asked at its own host and port, with its own query', async (t) => {
  const world = newWorld();
  discovery({
    token_endpoint: 'https://api.test:444/v2/token?tenant=1',
    jwks_uri: 'https://keys.test//jwks',
    userinfo_endpoint: 'https://people.test/me',
  })(world);
  world.provider.claims = { sub: 'alice-id' };
  await finish(world, await start(world));
  const asked = world.provider.requests.map(({ head, target }) => `${target.name}:${target.port} ${head.split(' HTTP/')[0]}`);
  t.deepEqual(asked.slice(1), ['api.test:444 POST /v2/token?tenant=1']);
  t.is(world.host.router.sessions.size, 0, 'this provider has its tokens elsewhere');
});

test('one connection serves the whole callback, and none is left open', async (t) => {
  const world = newWorld();
  const started = await start(world);
  let connections = 0;
  const connectTls = world.host.connectTls.bind(world.host);
  world.host.connectTls = (target) => {
    connections++;
    return connectTls(target);
  };
  await finish(world, started);
  t.is(connections, 1);
});

test('security 84: tokens with an unknown key cost one fetch of the keys a minute', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  world.provider.key = OTHER_RSA_KEY;
  const fetches = () => world.provider.requests.filter((request) => request.path === '/jwks').length;
  t.is(fetches(), 1);
  for (let i = 0; i < 5; i++) t.is(codeOf(await finish(world, await start(world))), 'KEY_NOT_FOUND');
  t.is(fetches(), 2);
  world.host.bootMs += 61000;
  await finish(world, await start(world));
  t.is(fetches(), 3);
});

test('security 84: keys are not fetched again when that cannot be written down', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  world.provider.key = OTHER_RSA_KEY;
  const started = await start(world);
  world.host.failures.set('stateReplace', 'io');
  const before = world.provider.requests.length;
  t.is(codeOf(await finish(world, started)), 'KEY_NOT_FOUND');
  t.deepEqual(
    world.provider.requests.slice(before).map((request) => request.path),
    ['/token'],
  );
});

test('nothing from a provider reorders text on the error page, in the log, in the list or in the session', async (t) => {
  const mark = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const name = 'root\u202e (nimda)\u2066\u200f';
  const refused = newWorld();
  refused.provider.claims = {
    ...refused.provider.claims,
    sub: 'bob',
    email: `${name}${'x'.repeat(9000)}@club.test`,
    preferred_username: name,
  };
  const answer = await finish(refused, await start(refused));
  t.is(codeOf(answer), 'USER_NOT_AUTHORIZED');
  t.regex(answer.body, /<b>root \(nimda\)x{100,128}<\/b>/);
  t.notRegex(answer.body + refused.host.lines.join(), mark);

  const typed = newWorld();
  typed.provider.changeToken = ({ header: own }) => Object.assign(own, { typ: name });
  t.is(codeOf(await finish(typed, await start(typed))), 'TOKEN_TYPE_MISMATCH');
  t.notRegex(typed.host.lines.join(), mark);

  const world = newWorld();
  world.provider.claims = { ...world.provider.claims, preferred_username: name };
  t.is((await finish(world, await start(world))).status, 200);
  const [session] = world.host.router.sessions.values();
  t.is(session?.values.oidc_user, 'root (nimda)');
  // A session of an older release may have them stored.
  Object.assign(session?.values ?? {}, { oidc_user: `${name}${'x'.repeat(9000)}` });
  const listed = await run(world, 'sessions');
  t.regex(listed.text, /root \(nimda\)x{100,128} /);
  t.notRegex(listed.text, mark);
});

test('a login has one reference: its start, its outcome, its error page and its session', async (t) => {
  const referenceOf = (world: World, code: string): string =>
    /\[([\w-]+)\]/.exec(world.host.lines.findLast((line) => line.includes(`${code} [`)) ?? '')?.[1] ?? `no ${code}`;
  const world = newWorld();
  const started = await start(world);
  const reference = referenceOf(world, 'LOGIN_STARTED');
  t.is(reference.length, 8);
  t.false(started.state.includes(reference), 'which tells nothing of the state');
  await finish(world, started);
  t.is(referenceOf(world, 'LOGIN_SUCCEEDED'), reference);
  t.true((await run(world, 'sessions')).text.includes(`  ${reference}\n`));
  t.not((await start(world)) && referenceOf(world, 'LOGIN_STARTED'), reference, 'another login has another');
  for (const [code, change] of [
    ['USER_NOT_AUTHORIZED', rule({ sub: ['bob-id'] })],
    ['CLIENT_REJECTED', reply('/token', { status: 401, body: { error: 'invalid_client' } })],
  ] as const) {
    const other = newWorld();
    change(other);
    const answer = await finish(other, await start(other));
    t.is(referenceOf(other, code), referenceOf(other, 'LOGIN_STARTED'));
    t.true(answer.body.includes(`Reference: ${referenceOf(other, code)}<`));
  }
  const lost = newWorld();
  const { state } = await start(lost);
  const answer = await ask(lost.host, { path: '/callback', query: callbackQuery(state) });
  t.is(codeOf(answer), 'MISSING_HANDSHAKE_COOKIE');
  t.is(referenceOf(lost, 'MISSING_HANDSHAKE_COOKIE'), referenceOf(lost, 'LOGIN_STARTED'), 'a browser without its cookie, too');
});
