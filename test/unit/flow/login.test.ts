// SPDX-License-Identifier: MIT
import test from 'ava';
import { option } from '../../_helpers/_changes.ts';
import { ask, codeOf, cookiesOf, headerOf } from '../../_helpers/_fake-host.ts';
import { ISSUER } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const options = (world: World) => world.host.router.uci['luci-sso']?.default as Record<string, string | string[]>;

test('Google is asked for a refresh token in its own way, where one is of use', async (t) => {
  for (const [issuer, recheck, expected] of [
    ['https://accounts.google.com', '300', 'offline'],
    ['https://accounts.google.com', '0', null],
    [ISSUER, '300', null],
  ] as const) {
    const world = newWorld();
    option('issuer_url', issuer)(world);
    option('recheck', recheck)(world);
    Object.assign(world.provider.discovery, { issuer });
    t.is((await start(world)).location.searchParams.get('access_type'), expected, `${issuer} ${recheck}`);
  }
});

test('a start sends the browser to the provider with exactly the parameters of the contract (security 1, 4, 14)', async (t) => {
  const { answer, location, state } = await start(newWorld());
  t.is(answer.status, 302);
  t.is(location.origin + location.pathname, `${ISSUER}/authorize`);
  const { nonce, code_challenge: challenge, ...rest } = Object.fromEntries(location.searchParams);
  t.deepEqual(rest, {
    response_type: 'code',
    client_id: 'luci',
    redirect_uri: 'https://router.test/cgi-bin/luci-sso/callback',
    scope: 'openid profile email',
    state,
    code_challenge_method: 'S256',
  });
  t.is(answer.body, '');
});

test('every way to start works: the bare program, a slash, /login', async (t) => {
  for (const path of [undefined, '/', '/login']) {
    t.is((await start(newWorld(), path === undefined ? {} : { path })).answer.status, 302);
  }
});

test('security 31: the endpoint keeps its own query', async (t) => {
  const world = newWorld();
  world.provider.discovery.authorization_endpoint = 'https://other.test/a?tenant=1';
  const { location } = await start(world);
  t.is(location.searchParams.get('tenant'), '1');
  t.is(location.searchParams.get('client_id'), 'luci');
});

test('configured extras are sent, and nothing from the link but the account switch (security 16)', async (t) => {
  const world = newWorld();
  Object.assign(options(world), { prompt: 'login', max_age: '300', acr_values: ['a b', 'c'], scope: 'email groups' });
  const { location } = await start(world, { query: 'prompt=none&scope=evil&max_age=1&login_hint=x' });
  t.is(location.searchParams.get('prompt'), 'login');
  t.is(location.searchParams.get('max_age'), '300');
  t.is(location.searchParams.get('acr_values'), 'a b c');
  t.is(location.searchParams.get('scope'), 'openid email groups');
  t.is(location.searchParams.get('login_hint'), null);
  const switched = await start(world, { path: '/login', query: 'prompt=select_account' });
  t.is(switched.location.searchParams.get('prompt'), 'select_account');
});

test('a provider that lists its prompts without select_account is asked for a login instead', async (t) => {
  for (const [listed, prompt] of [
    [['login', 'consent'], 'login'],
    [['none', 'select_account'], 'select_account'],
    [[], 'select_account'],
  ] as const) {
    const world = newWorld();
    world.provider.discovery.prompt_values_supported = listed;
    const { location } = await start(world, { path: '/login', query: 'prompt=select_account' });
    t.is(location.searchParams.get('prompt'), prompt);
  }
});

test('a configured redirect_uri is used as it is, whatever the Host (security 1, 115)', async (t) => {
  const world = newWorld();
  options(world).redirect_uri = 'https://router.example:8443/cgi-bin/luci-sso/callback';
  const { location } = await start(world, { environment: { HTTP_HOST: 'evil test' } });
  t.is(location.searchParams.get('redirect_uri'), 'https://router.example:8443/cgi-bin/luci-sso/callback');
});

test('security 115: a Host that is no name and no address is refused', async (t) => {
  for (const host of ['', 'a b', 'x@y', 'a/b', '[::1', 'router:99999', '1.2.3', 'a..b', '-a.test']) {
    const { answer } = await start(newWorld(), { environment: { HTTP_HOST: host } });
    t.is(codeOf(answer), 'INVALID_HOST', host);
  }
  for (const host of ['192.168.1.1', '[fd00::1]:8443', 'OpenWrt.lan', 'router']) {
    const { location } = await start(newWorld(), { environment: { HTTP_HOST: host } });
    t.is(location.searchParams.get('redirect_uri'), `https://${host.toLowerCase()}/cgi-bin/luci-sso/callback`);
  }
});

test('warm caches: the second start asks the provider nothing (security 13, 37)', async (t) => {
  const world = newWorld();
  await start(world);
  await start(world);
  t.deepEqual(world.host.sent, ['GET /.well-known/openid-configuration']);
});

test('security 36: a cached document lives as the provider says, within 60 s and 24 h', async (t) => {
  for (const [control, seconds] of [
    ['max-age=5', 60],
    ['max-age=120', 120],
    ['max-age=999999', 86400],
    ['', 600],
    ['no-store, max-age=9', 600],
    ['private', 600],
  ] as const) {
    const world = newWorld();
    world.provider.changes.set('/.well-known/openid-configuration', (reply) => void (reply.headers['Cache-Control'] = control));
    await start(world);
    world.host.bootMs += (seconds - 1) * 1000;
    await start(world);
    t.is(world.host.sent.length, 1, control);
    world.host.bootMs += 1000;
    await start(world);
    t.is(world.host.sent.length, 2, control);
  }
});

test('security 35: a damaged or foreign cache is as none', async (t) => {
  for (const content of ['', '{', '[]', '{"until":999999,"value":{}}', '{"until":999999,"value":{"issuer":"https://evil.test"}}']) {
    const world = newWorld();
    await start(world);
    const name = [...world.host.state.keys()].find((key) => key.startsWith('discovery.')) ?? '';
    world.host.state.set(name, Buffer.from(content));
    t.is((await start(world)).answer.status, 302);
    t.is(world.host.sent.length, 2, content);
  }
});

test('a failure of the provider is remembered for 15 s, with its code (security 37)', async (t) => {
  const world = newWorld();
  world.provider.raw.set('/.well-known/openid-configuration', { reason: 'timeout' });
  t.is(codeOf((await start(world)).answer), 'DISCOVERY_NETWORK_ERROR');
  world.host.bootMs += 14000;
  const again = (await start(world)).answer;
  t.is(codeOf(again), 'DISCOVERY_NETWORK_ERROR');
  t.is(headerOf(again, 'Retry-After'), '15');
  t.is(world.host.sent.length, 1);
  world.provider.raw.clear();
  world.host.bootMs += 1000;
  t.is((await start(world)).answer.status, 302);
});

test('a third process does not wait for the provider', async (t) => {
  const world = newWorld();
  world.host.foreignLocks.add('slot.0');
  t.is((await start(world)).answer.status, 302);
  const busy = newWorld();
  busy.host.foreignLocks.add('slot.0').add('slot.1');
  const { answer } = await start(busy);
  t.is(codeOf(answer), 'PROVIDER_BUSY');
  t.is(headerOf(answer, 'Retry-After'), '3');
  t.is(busy.host.sent.length, 0);
});

/** The provider takes pushed requests only. */
const pushes =
  (change: (world: World) => void = () => undefined) =>
  (world: World): void => {
    Object.assign(world.provider.discovery, {
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: `${ISSUER}/par`,
    });
    change(world);
  };

test('RFC 9126: a provider that demands it gets the request pushed, the browser only a reference (security 106)', async (t) => {
  const world = newWorld();
  pushes()(world);
  options(world).max_age = '300';
  const { answer, location } = await start(world);
  t.is(answer.status, 302);
  t.deepEqual(
    [...location.searchParams],
    [
      ['client_id', 'luci'],
      ['request_uri', 'urn:ietf:params:oauth:request_uri:1'],
    ],
  );
  const pushed = world.provider.requests.find((request) => request.path === '/par');
  const form = new URLSearchParams(pushed?.body ?? '');
  t.regex(pushed?.head ?? '', /authorization: basic /i);
  t.false(form.has('client_secret'));
  t.deepEqual([...form.keys()].sort(), [
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'max_age',
    'nonce',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
  ]);
  t.true(cookiesOf(answer).some((line) => line.startsWith(`__Host-luci_sso_${form.get('state')}=`)));
});

for (const [par, isRequired, isPushed] of [
  ['always', false, true],
  ['always', true, true],
  ['auto', false, false],
  ['never', true, false],
  ['never', false, false],
] as const) {
  test(`RFC 9126: par '${par}' at a provider that ${isRequired ? 'demands it' : 'does not say'}: ${isPushed ? 'pushed' : 'in the URL'}`, async (t) => {
    const world = newWorld();
    pushes((w) => void (w.provider.discovery.require_pushed_authorization_requests = isRequired))(world);
    options(world).par = par;
    t.is((await start(world)).location.searchParams.has('request_uri'), isPushed);
  });
}

test("RFC 9126: par 'always' without an endpoint is refused", async (t) => {
  const world = newWorld();
  options(world).par = 'always';
  t.is(codeOf((await start(world)).answer), 'PAR_REQUIRED');
});

test('RFC 9126: only a start that was pushed counts', async (t) => {
  const world = newWorld();
  pushes((w) => void w.provider.changes.set('/par', (r) => void Object.assign(r, { status: 400, body: { error: 'invalid_scope' } })))(
    world,
  );
  for (let i = 0; i < 12; i++) t.is(codeOf((await start(world)).answer), 'PAR_FAILED');
  world.provider.changes.delete('/par');
  pushes()(world);
  t.is((await start(world)).answer.status, 302);
});

test('RFC 9126: the client proves itself in exactly one way (security 46, 106)', async (t) => {
  const proof = async (change: (world: World) => void) => {
    const world = newWorld();
    pushes(change)(world);
    await start(world);
    const { head, body } = world.provider.requests.find((request) => request.path === '/par') ?? { head: '', body: '' };
    const form = new URLSearchParams(body);
    return [/authorization: basic/i.test(head), form.getAll('client_id').length, form.has('client_secret')];
  };
  t.deepEqual(await proof((w) => void (options(w).client_auth = 'client_secret_basic')), [true, 1, false]);
  t.deepEqual(await proof((w) => void (options(w).client_auth = 'client_secret_post')), [false, 1, true]);
  t.deepEqual(await proof((w) => void (options(w).client_secret = '')), [false, 1, false]);
});

test('RFC 9126: pushed starts are counted, and a provider that is down is not asked again at once', async (t) => {
  const world = newWorld();
  pushes()(world);
  for (let i = 0; i < 10; i++) t.is((await start(world)).answer.status, 302);
  const refused = (await start(world)).answer;
  t.is(codeOf(refused), 'TOO_MANY_REQUESTS');
  t.is(headerOf(refused, 'Retry-After'), '60');
  world.host.bootMs += 61_000;
  world.provider.raw.set('/par', { reason: 'timeout' });
  const asked = () => world.provider.requests.filter((request) => request.path === '/par').length;
  t.is(codeOf((await start(world)).answer), 'PAR_NETWORK_ERROR');
  const before = asked();
  t.is(codeOf((await start(world)).answer), 'PAR_NETWORK_ERROR');
  t.is(asked(), before);
});

const DISCOVERY_ROWS: ReadonlyArray<readonly [name: string, code: string, change: (world: World) => void]> = [
  ['discovery-issuer-mismatch (security 29)', 'DISCOVERY_ISSUER_MISMATCH', (w) => void (w.provider.discovery.issuer = `${ISSUER}/`)],
  ['no issuer', 'DISCOVERY_MISSING_ISSUER', (w) => void delete w.provider.discovery.issuer],
  ['no token endpoint', 'DISCOVERY_MISSING_ENDPOINT', (w) => void delete w.provider.discovery.token_endpoint],
  ['http token endpoint (security 30)', 'INSECURE_ENDPOINT', (w) => void (w.provider.discovery.token_endpoint = 'http://id.test/token')],
  ['endpoint with a fragment', 'INSECURE_ENDPOINT', (w) => void (w.provider.discovery.authorization_endpoint = `${ISSUER}/a#b`)],
  ['lists that are none', 'INVALID_DISCOVERY_DOC', (w) => void (w.provider.discovery.code_challenge_methods_supported = 'S256')],
  ['lists with numbers (security 32)', 'INVALID_DISCOVERY_DOC', (w) => void (w.provider.discovery.code_challenge_methods_supported = [1])],
  [
    'only plain PKCE (security 3)',
    'PKCE_S256_UNSUPPORTED',
    (w) => void (w.provider.discovery.code_challenge_methods_supported = ['plain']),
  ],
  ['PAR required without an endpoint', 'PAR_REQUIRED', (w) => void (w.provider.discovery.require_pushed_authorization_requests = true)],
  ['PAR: unreachable', 'PAR_NETWORK_ERROR', pushes((w) => void w.provider.raw.set('/par', { reason: 'refused' }))],
  [
    'PAR: client refused',
    'CLIENT_REJECTED',
    pushes((w) => void w.provider.changes.set('/par', (r) => void Object.assign(r, { status: 401, body: { error: 'invalid_client' } }))),
  ],
  [
    'PAR: request refused',
    'PAR_FAILED',
    pushes(
      (w) => void w.provider.changes.set('/par', (r) => void Object.assign(r, { status: 400, body: { error: 'invalid_redirect_uri' } })),
    ),
  ],
  ['PAR: HTML', 'PAR_FAILED', pushes((w) => void w.provider.changes.set('/par', (r) => void (r.headers['Content-Type'] = 'text/html')))],
  ['PAR: no request_uri', 'PAR_FAILED', pushes((w) => void w.provider.changes.set('/par', (r) => void (r.body = { expires_in: 60 })))],
  [
    'PAR: request_uri with a blank',
    'PAR_FAILED',
    pushes((w) => void w.provider.changes.set('/par', (r) => void (r.body = { request_uri: 'urn: x' }))),
  ],
  [
    'PAR: endless request_uri',
    'PAR_FAILED',
    pushes((w) => void w.provider.changes.set('/par', (r) => void (r.body = { request_uri: 'u'.repeat(1025) }))),
  ],
  [
    'a redirect longer than 3,500 bytes',
    'AUTHORIZATION_URL_TOO_LONG',
    (w) => {
      w.provider.discovery.authorization_endpoint = `${ISSUER}/a?${'b'.repeat(1900)}`;
      options(w).scope = 'c'.repeat(1900);
    },
  ],
  ['404', 'DISCOVERY_FAILED', (w) => void w.provider.changes.set('/.well-known/openid-configuration', (r) => void (r.status = 404))],
  [
    'a redirect is not followed (security 38)',
    'DISCOVERY_FAILED',
    (w) =>
      void w.provider.changes.set('/.well-known/openid-configuration', (r) => {
        Object.assign(r, { status: 301, headers: { Location: 'https://127.0.0.1/' } });
      }),
  ],
  [
    'HTML (security 42)',
    'INVALID_DISCOVERY_DOC',
    (w) => void w.provider.changes.set('/.well-known/openid-configuration', (r) => void (r.headers['Content-Type'] = 'text/html')),
  ],
  [
    'a duplicate member',
    'INVALID_DISCOVERY_DOC',
    (w) => void w.provider.changes.set('/.well-known/openid-configuration', (r) => void (r.body = '{"issuer":"a","issuer":"b"}')),
  ],
  ['unreachable', 'DISCOVERY_NETWORK_ERROR', (w) => void w.host.failures.set('connectTls', 'cert-untrusted: x')],
  ['state folder not writable', 'STATE_SAVE_FAILED', (w) => void w.host.failures.set('stateCreate', 'io')],
  ['locks do not work', 'STATE_SAVE_FAILED', (w) => void w.host.failures.set('stateLock', 'io')],
  ['disabled', 'SSO_DISABLED', (w) => void (options(w).enabled = '0')],
  ['configuration wrong', 'CONFIG_ERROR', (w) => void (options(w).issuer_url = 'http://id.test')],
  ['a role is wrong', 'CONFIG_ERROR', (w) => Object.assign(w.host.router.uci['luci-sso'] as object, { 'a-b': { '.type': 'role' } })],
];

for (const [name, code, change] of DISCOVERY_ROWS) {
  test(`start: ${name} -> ${code}`, async (t) => {
    const world = newWorld();
    change(world);
    const { answer } = await start(world);
    t.is(codeOf(answer), code, world.host.lines.join('\n'));
    t.is(headerOf(answer, 'Set-Cookie'), undefined, 'no half-made handshake');
    t.true(world.host.lines.some((line) => line.includes(` ${code} [`)));
  });
}

test('the log says how a near miss of the issuer differs (security 28)', async (t) => {
  const world = newWorld();
  world.provider.discovery.issuer = `${ISSUER}/`;
  await start(world);
  t.true(world.host.lines.some((line) => line.includes("configured 'https://id.test', provider says 'https://id.test/'; add a slash")));
});

test('plain http goes to the https that uhttpd offers, and says so when there is none', async (t) => {
  const world = newWorld();
  t.is(codeOf((await start(world, { environment: { HTTPS: '' } })).answer), 'HTTPS_REQUIRED');
  world.host.router.uci['uhttpd'] = { main: { '.type': 'uhttpd', listen_https: ['0.0.0.0:8443', '[::]:8443'] } };
  const answer = await ask(world.host, { environment: { HTTPS: '', HTTP_HOST: '192.168.1.1:80' } });
  t.is(headerOf(answer, 'Location'), 'https://192.168.1.1:8443/cgi-bin/luci-sso');
  const wanted = await ask(world.host, {
    environment: { HTTPS: '', HTTP_HOST: '192.168.1.1' },
    query: 'return_to=/cgi-bin/luci/admin/system',
  });
  t.is(headerOf(wanted, 'Location'), 'https://192.168.1.1:8443/cgi-bin/luci-sso?return_to=%2Fcgi-bin%2Fluci%2Fadmin%2Fsystem');
  const foreign = await ask(world.host, { environment: { HTTPS: '', HTTP_HOST: '192.168.1.1' }, query: 'return_to=//evil.test/' });
  t.is(headerOf(foreign, 'Location'), 'https://192.168.1.1:8443/cgi-bin/luci-sso');
});

test('behind a trusted proxy plain http counts as https, but only with a configured redirect_uri (security 115)', async (t) => {
  const world = newWorld();
  options(world).trusted_proxy = ['192.168.1.0/24'];
  t.is(codeOf((await start(world, { environment: { HTTPS: '' } })).answer), 'HTTPS_REQUIRED');
  options(world).redirect_uri = 'https://router.example/cgi-bin/luci-sso/callback';
  t.is((await start(world, { environment: { HTTPS: '' } })).answer.status, 302);
  const other = await ask(world.host, { query: 'hop=1', environment: { HTTPS: '', REMOTE_ADDR: '10.0.0.1' } });
  t.is(codeOf(other), 'HTTPS_REQUIRED');
});

const CONFIGURED = 'https://router.example:8443/cgi-bin/luci-sso/callback';
const THERE = 'https://router.example:8443/cgi-bin/luci-sso';
const HOPS: ReadonlyArray<readonly [name: string, environment: Record<string, string>, query: string, location: string]> = [
  ['by address', { HTTP_HOST: '192.168.1.1' }, '', `${THERE}?hop=1`],
  ['by another name', { HTTP_HOST: 'router' }, '', `${THERE}?hop=1`],
  ['at another port', { HTTP_HOST: 'router.example' }, '', `${THERE}?hop=1`],
  ['by plain http', { HTTP_HOST: '192.168.1.1', HTTPS: '' }, '', `${THERE}?hop=1`],
  ['by plain http and the same name', { HTTP_HOST: 'router.example:8443', HTTPS: '' }, '', `${THERE}?hop=1`],
  ['to switch the account', { HTTP_HOST: 'router' }, 'prompt=select_account&scope=x', `${THERE}?hop=1&prompt=select_account`],
  ['by redirect_uri in other letters', { HTTP_HOST: 'ROUTER.example:8443' }, '', ''],
  ['by redirect_uri', { HTTP_HOST: 'router.example:8443' }, '', ''],
  ['by address, sent here before', { HTTP_HOST: '192.168.1.1' }, 'hop=1', ''],
  ['by what a proxy makes of it', { HTTP_HOST: '', REMOTE_ADDR: '10.0.0.1', HTTP_REFERER: `${THERE}/x` }, '', ''],
  ['by what only says that it is a proxy', { HTTP_HOST: '', HTTP_REFERER: `${THERE}/x` }, '', `${THERE}?hop=1`],
];

for (const [name, environment, query, location] of HOPS) {
  test(`a start at the router, opened ${name}: ${location === '' ? 'goes to the provider' : `first goes to ${location}`}`, async (t) => {
    const world = newWorld();
    Object.assign(options(world), { redirect_uri: CONFIGURED, trusted_proxy: ['10.0.0.1'] });
    const answer = await ask(world.host, { query, environment });
    t.is(answer.status, 302);
    const target = headerOf(answer, 'Location') ?? '';
    if (location !== '') return t.is(target, location);
    return t.true(target.startsWith(`${ISSUER}/authorize?`), target);
  });
}

test('a start that was sent here by plain http keeps that in mind on its way to https', async (t) => {
  const world = newWorld();
  options(world).redirect_uri = CONFIGURED;
  world.host.router.uci['uhttpd'] = { main: { '.type': 'uhttpd', listen_https: ['0.0.0.0:443'] } };
  const answer = await ask(world.host, { query: 'hop=1', environment: { HTTPS: '' } });
  t.is(headerOf(answer, 'Location'), 'https://router.test/cgi-bin/luci-sso?hop=1');
});

test('split horizon: back-channel calls go to the internal origin or address, the browser does not', async (t) => {
  const world = newWorld();
  Object.assign(options(world), { internal_issuer_url: 'https://id.lan:8443' });
  t.is((await start(world)).location.origin, ISSUER);
  t.is(world.provider.requests[0]?.target.name, 'id.lan');
  t.is(world.provider.requests[0]?.target.port, 8443);
  t.true(world.provider.requests[0]?.head.includes('Host: id.lan:8443\r\n'));
  const pinned = newWorld();
  Object.assign(options(pinned), { internal_address: '10.0.0.5', ca_file: '/etc/ca.pem' });
  await start(pinned);
  const { name, address, caFile } = pinned.provider.requests[0]?.target ?? { name: '', address: '', caFile: '' };
  t.deepEqual([name, address, caFile], ['id.test', '10.0.0.5', '/etc/ca.pem']);
});

test('an issuer with a path and a slash is asked below its path, nowhere else (security 28, 34)', async (t) => {
  const world = newWorld();
  const issuer = 'https://id.test/realms/home/';
  options(world).issuer_url = issuer;
  world.provider.discovery.issuer = issuer;
  await start(world);
  t.deepEqual(world.host.sent, ['GET /realms/home/.well-known/openid-configuration']);
});

test('unknown paths are 404, other methods 405 with Allow (security 22)', async (t) => {
  const { host } = newWorld();
  const missing = await ask(host, { path: '/nothing' });
  t.deepEqual([missing.status, codeOf(missing)], [404, 'NOT_FOUND']);
  const posted = await ask(host, { method: 'POST' });
  t.deepEqual([posted.status, codeOf(posted), headerOf(posted, 'Allow')], [405, 'METHOD_NOT_ALLOWED', 'GET']);
});

test('a fault of ours is a clean 500 without detail, with the reason in the log (security 109)', async (t) => {
  const world = newWorld();
  world.host.directoryList = () => {
    throw new Error('secret detail');
  };
  world.host.stateRead = () => {
    throw new Error('secret detail');
  };
  const { answer } = await start(world);
  t.is(codeOf(answer), 'INTERNAL_ERROR');
  t.false(answer.body.includes('secret detail'));
  t.true(world.host.lines.some((line) => line.includes('secret detail')));
});

test("security 112: without entropy nothing is answered but the host's own 500", async (t) => {
  const world = newWorld();
  world.host.isRandomBroken = true;
  await t.throwsAsync(start(world));
  t.is(world.host.output.length, 0);
});

test('a start after the roles changed brings rpcd and live sessions in line, once', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  const role = world.host.router.uci['luci-sso']?.admin as Record<string, string[]>;
  role.read = ['luci-mod-status'];
  role.write = [];
  await start(world);
  const [session] = world.host.router.sessions.values();
  t.deepEqual(session?.grants['access-group'], [
    ['unauthenticated', 'read'],
    ['luci-base', 'read'],
    ['luci-mod-status', 'read'],
  ]);
  t.true(world.host.lines.some((line) => line.includes('SYNCED') && line.includes('changed=1')));
  const before = world.host.router.calls.length;
  await start(world);
  t.deepEqual(
    world.host.router.calls.slice(before).map((call) => call.method),
    ['get'],
    'nothing but the configuration is read',
  );
});

test('what hinders the sync hinders no login, and is tried again', async (t) => {
  const world = newWorld();
  world.host.router.statuses.set('uci.commit', 9);
  const started = await start(world);
  t.is(started.answer.status, 302);
  t.true(world.host.lines.some((line) => line.includes('RPCD_LOGIN_NOT_SAVED')));
  t.false(world.host.state.has('roles'));
  t.is((await finish(world, started)).status, 200);
});
