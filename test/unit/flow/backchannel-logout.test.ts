// SPDX-License-Identifier: MIT
// Back-Channel Logout 1.0: which sessions end, and what the provider hears. What a logout token must
// look like in detail is tested with the verifier (test/unit/verify/logout-token.test.ts).
import test from 'ava';
import { ask, codeOf, cookiesOf, headerOf, type Answer } from '../../_helpers/_fake-host.ts';
import { EC_KEY, ISSUER, OTHER_RSA_KEY, RSA_KEY } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const FORM = 'application/x-www-form-urlencoded';
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
let count = 0;
/** Whose address the next requests come from; '' for the usual one. */
const senders = new WeakMap<World, string>();

/** A logout token of the provider; members that are undefined are left out. */
const tokenOf = (world: World, change: Record<string, unknown> = {}): string =>
  world.provider.sign({ alg: world.provider.key.alg, kid: world.provider.key.kid, typ: 'logout+jwt' }, claimsOf(world, change));

const claimsOf = (world: World, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  aud: 'luci',
  iat: world.provider.now,
  exp: world.provider.now + 120,
  jti: `j${++count}`,
  events: EVENTS,
  sub: 'alice-id',
  ...change,
});

async function post(world: World, body: string | Record<string, string>, environment: Record<string, string> = {}): Promise<Answer> {
  const from = senders.get(world) ?? '';
  world.host.input = new Uint8Array(Buffer.from(typeof body === 'string' ? body : new URLSearchParams(body).toString()));
  return ask(world.host, {
    method: 'POST',
    path: '/backchannel-logout',
    environment: { CONTENT_TYPE: FORM, ...(from === '' ? {} : { REMOTE_ADDR: from }), ...environment },
  });
}

const logout = (world: World, change: Record<string, unknown> = {}) => post(world, { logout_token: tokenOf(world, change) });
const said = (answer: Answer): string =>
  answer.status === 200 ? '' : (JSON.parse(answer.body) as { error_description: string }).error_description;

async function loggedIn(...sids: Array<string | undefined>): Promise<World> {
  const world = newWorld();
  for (const sid of sids) {
    world.provider.changeToken = ({ claims }) => Object.assign(claims, { sid });
    await finish(world, await start(world));
  }
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  return world;
}

const left = (world: World): unknown[] =>
  [...world.host.router.sessions.values()].map(({ values }) => (values.username === 'root' ? 'root' : values.oidc_sid));

test('security 99: a subject logs out: all its sessions end, no others, and the provider hears 200', async (t) => {
  const world = await loggedIn('a', 'b', undefined);
  const answer = await logout(world);
  t.is(answer.status, 200, world.host.lines.join('\n'));
  t.is(answer.body, '');
  t.is(headerOf(answer, 'Cache-Control'), 'no-store');
  t.deepEqual(cookiesOf(answer), []);
  t.deepEqual(left(world), ['root']);
  t.true(world.host.lines.some((line) => / BACKCHANNEL_LOGOUT .*ended=3/.test(line)));
  t.false(world.host.lines.some((line) => line.includes('alice-id')));
});

test('security 99: one session of the provider ends one session here, known by its sid', async (t) => {
  const world = await loggedIn('a', 'b');
  t.is((await logout(world, { sub: undefined, sid: 'b' })).status, 200);
  t.deepEqual(left(world), ['a', 'root']);
  t.is((await logout(world, { sid: 'a', sub: 'bob-id' })).status, 200);
  t.deepEqual(left(world), ['a', 'root'], 'the sid of somebody else');
  t.is((await logout(world, { sid: 'a' })).status, 200);
  t.deepEqual(left(world), ['root']);
});

test('a session whose sid the provider never said is meant by its subject', async (t) => {
  const world = await loggedIn(undefined);
  t.is((await logout(world, { sub: undefined, sid: 'x' })).status, 200);
  t.deepEqual(left(world), ['', 'root']);
  t.is((await logout(world, { sid: 'x' })).status, 200);
  t.deepEqual(left(world), ['root']);
});

for (const [name, sid] of [
  ['9,000 characters with a NUL', `a\0${'b'.repeat(9000)}`],
  ['a NUL', 'b\0'],
  ['marks that reorder text', 'a\u202eb'],
] as const) {
  test(`a sid of ${name} is remembered by its hash, and ends its own session`, async (t) => {
    const world = await loggedIn('a', sid);
    const stored = left(world).map(String);
    t.regex(stored[1] ?? '', /^sha256:[\w-]{43}$/);
    // rpcd would end it at the NUL: what is left of it is another's.
    for (const other of [sid.split('\0')[0], sid.slice(0, 255), sid.slice(0, -1)].filter((each) => each !== sid)) {
      t.is((await logout(world, { sub: undefined, sid: other })).status, 200);
    }
    t.true(left(world).includes(stored[1]), 'still there');
    t.is((await logout(world, { sub: undefined, sid })).status, 200, world.host.lines.join('\n'));
    t.false(left(world).includes(stored[1]));
  });
}

test('security 99: another issuer or subject ends nothing, and that is no mistake', async (t) => {
  const world = await loggedIn('a');
  t.is((await logout(world, { sub: 'bob-id' })).status, 200);
  t.deepEqual(left(world), ['a', 'root']);
});

test('security 99: a jti counts once, also an hour later', async (t) => {
  const world = await loggedIn('a');
  const token = tokenOf(world, { jti: 'once', exp: world.provider.now + 7200 });
  t.is((await post(world, { logout_token: token })).status, 200);
  t.is(said(await post(world, { logout_token: token })), 'LOGOUT_TOKEN_USED');
  world.host.wallS += 600;
  world.host.bootMs += 600_000;
  t.is(said(await post(world, { logout_token: token })), 'LOGOUT_TOKEN_USED');
  world.host.wallS += 3000;
  world.host.bootMs += 3_000_000;
  t.is(said(await post(world, { logout_token: token })), 'TOKEN_EXPIRED');
});

for (const method of ['list', 'destroy']) {
  test(`a logout that could not be done (session ${method} refused) is a 500, and may be sent again`, async (t) => {
    const world = await loggedIn('a', 'b');
    const token = tokenOf(world);
    world.host.router.statuses.set(`session.${method}`, 9);
    const failed = await post(world, { logout_token: token });
    t.is(failed.status, 500);
    t.is(said(failed), 'UBUS_ERROR');
    t.is(left(world).length, 3);
    world.host.router.statuses.clear();
    t.is((await post(world, { logout_token: token })).status, 200);
    t.deepEqual(left(world), ['root']);
  });
}

test('security 84: keys that rotated are fetched once', async (t) => {
  const world = await loggedIn('a');
  world.provider.key = OTHER_RSA_KEY;
  world.provider.published = [OTHER_RSA_KEY];
  const fetches = () => world.provider.requests.filter((request) => request.path === '/jwks').length;
  const before = fetches();
  t.is((await logout(world)).status, 200);
  t.is(fetches(), before + 1);
  world.provider.key = RSA_KEY;
  t.is(said(await logout(world)), 'KEY_NOT_FOUND');
  t.is(fetches(), before + 1);
});

test('a router that just started asks the provider for its documents', async (t) => {
  const world = newWorld();
  t.is((await logout(world)).status, 200);
  t.deepEqual(
    world.provider.requests.map((request) => request.path),
    ['/.well-known/openid-configuration', '/jwks'],
  );
});

type Row = readonly [name: string, code: string, ask: (world: World) => Promise<Answer>, status?: number];

/** The provider's token, its header changed. */
const withHeader = (world: World, change: Record<string, unknown>) =>
  post(world, {
    logout_token: world.provider.sign(
      { alg: world.provider.key.alg, kid: world.provider.key.kid, typ: 'logout+jwt', ...change },
      claimsOf(world),
    ),
  });
const withSignature = (world: World, signature: string) =>
  post(world, { logout_token: [...tokenOf(world).split('.').slice(0, 2), signature].join('.') });

/** One thing that is wrong, each: seen without a key and without the provider. */
const ROWS: readonly Row[] = [
  ['no token', 'MALFORMED_REQUEST', (w) => post(w, '')],
  ['another parameter', 'MALFORMED_REQUEST', (w) => post(w, { id_token: tokenOf(w) })],
  ['the token twice', 'DUPLICATE_PARAMETER', (w) => post(w, `logout_token=${tokenOf(w)}&logout_token=${tokenOf(w)}`)],
  ['JSON', 'MALFORMED_REQUEST', (w) => post(w, { logout_token: tokenOf(w) }, { CONTENT_TYPE: 'application/json' })],
  ['17 KiB', 'INPUT_TOO_LARGE', (w) => post(w, { logout_token: 'x'.repeat(17_000) })],
  ['a page that sent it', 'BROWSER_REQUEST', (w) => post(w, { logout_token: tokenOf(w) }, { HTTP_ORIGIN: 'https://evil.example' })],
  ['a page without a name that sent it', 'BROWSER_REQUEST', (w) => post(w, { logout_token: tokenOf(w) }, { HTTP_ORIGIN: 'null' })],
  [
    'a page of the router itself that sent it',
    'BROWSER_REQUEST',
    (w) => post(w, { logout_token: tokenOf(w) }, { HTTP_ORIGIN: 'https://router.test' }),
  ],
  ['junk for a token', 'MALFORMED_JWT', (w) => post(w, { logout_token: 'junk' })],
  ['an encrypted token', 'JWE_UNSUPPORTED', (w) => post(w, { logout_token: 'a.b.c.d.e' })],
  ['an ID token', 'MISSING_JTI_CLAIM', (w) => post(w, { logout_token: w.provider.idToken() })],
  ['-alg-none', 'UNSUPPORTED_ALGORITHM', (w) => withHeader(w, { alg: 'none' })],
  ['HS256', 'UNSUPPORTED_ALGORITHM', (w) => withHeader(w, { alg: 'HS256' })],
  ['no alg', 'INVALID_JWT_HEADER', (w) => withHeader(w, { alg: undefined })],
  ['crit', 'CRITICAL_HEADER_UNSUPPORTED', (w) => withHeader(w, { crit: ['x'] })],
  ['the type of an access token', 'TOKEN_TYPE_MISMATCH', (w) => withHeader(w, { typ: 'at+jwt' })],
  ['a kid that is a number', 'INVALID_JWT_HEADER', (w) => withHeader(w, { kid: 7 })],
  ['a signature that is not base64url', 'INVALID_SIGNATURE_ENCODING', (w) => withSignature(w, '*')],
  ['-wrong-iss', 'ISSUER_MISMATCH', (w) => logout(w, { iss: 'https://evil.example' })],
  ['-wrong-aud', 'AUDIENCE_MISMATCH', (w) => logout(w, { aud: 'other' })],
  ['no iat', 'MISSING_IAT_CLAIM', (w) => logout(w, { iat: undefined })],
  ['an iat of tomorrow', 'TOKEN_ISSUED_IN_FUTURE', (w) => logout(w, { iat: w.provider.now + 86_400 })],
  ['no jti', 'MISSING_JTI_CLAIM', (w) => logout(w, { jti: undefined })],
  ['-no-event', 'MISSING_LOGOUT_EVENT', (w) => logout(w, { events: undefined })],
  ['-wrong-event', 'MISSING_LOGOUT_EVENT', (w) => logout(w, { events: { 'http://schemas.openid.net/event/other': {} } })],
  ['-with-nonce', 'NONCE_IN_LOGOUT_TOKEN', (w) => logout(w, { nonce: 'x' })],
  ['without exp, as glewlwyd sends it', 'MISSING_EXP_CLAIM', (w) => logout(w, { exp: undefined })],
  ['an exp that is over', 'TOKEN_EXPIRED', (w) => logout(w, { exp: w.provider.now - 61 })],
  ['issued 11 minutes ago', 'TOKEN_EXPIRED', (w) => logout(w, { iat: w.provider.now - 661, exp: w.provider.now + 3600 })],
  ['neither sub nor sid', 'MISSING_SUB_CLAIM', (w) => logout(w, { sub: undefined })],
  ['a sid that is a number', 'INVALID_SID_CLAIM', (w) => logout(w, { sid: 5 })],
  ['plain http', 'HTTPS_REQUIRED', (w) => post(w, { logout_token: tokenOf(w) }, { HTTPS: '' })],
  [
    'a clock that was never set',
    'CLOCK_UNSET',
    (w) => {
      w.host.wallS = 1000;
      return logout(w);
    },
    503,
  ],
  [
    'SSO switched off',
    'SSO_DISABLED',
    (w) => {
      (w.host.router.uci['luci-sso']?.default as Record<string, string>).enabled = '0';
      return logout(w);
    },
    503,
  ],
  [
    'no broker',
    'UBUS_CONNECT_FAILED',
    (w) => {
      w.host.failures.set('connectUnix', 'refused');
      return logout(w);
    },
    500,
  ],
  [
    'no turn to verify it',
    'LOGOUT_BUSY',
    (w) => {
      w.host.foreignLocks.add('logout-turn');
      return logout(w);
    },
    503,
  ],
  [
    'locks that do not work',
    'STATE_SAVE_FAILED',
    (w) => {
      w.host.failures.set('stateLock', 'io');
      return logout(w);
    },
    500,
  ],
  [
    'markers that cannot be written',
    'STATE_SAVE_FAILED',
    (w) => {
      w.host.failures.set('stateCreate', 'io');
      return logout(w);
    },
    500,
  ],
];

for (const [name, code, asked, status = 400] of ROWS) {
  test(`security 99: a logout with ${name} -> ${code}: nothing ends, nobody is asked, nothing is counted`, async (t) => {
    const world = await loggedIn('a');
    const files = [...world.host.state.keys()].sort();
    const { length } = world.provider.requests;
    const answer = await asked(world);
    t.is(said(answer), code, world.host.lines.join('\n'));
    t.is(answer.status, status);
    t.is(headerOf(answer, 'Content-Type'), 'application/json');
    t.deepEqual(JSON.parse(answer.body), { error: 'invalid_request', error_description: code });
    t.deepEqual(left(world), ['a', 'root']);
    t.true(world.host.lines.some((line) => line.includes(` ${code} [`)));
    t.is(world.provider.requests.length, length, 'the provider was asked');
    t.deepEqual([...world.host.state.keys()].sort(), files, 'something was written down');
    t.is(world.host.ownLocks.size, 2, 'the slots of start and callback; no turn is kept');
  });
}

test('a logout that waited for its turn in vain says when to come back', async (t) => {
  const world = await loggedIn('a');
  world.host.foreignLocks.add('logout-turn');
  const token = tokenOf(world);
  const before = world.host.bootMs;
  const answer = await post(world, { logout_token: token });
  t.is(answer.status, 503);
  t.is(headerOf(answer, 'Retry-After'), '5');
  t.is(world.host.bootMs - before, 5000);
  world.host.foreignLocks.clear();
  t.is((await post(world, { logout_token: token })).status, 200);
  t.deepEqual(left(world), ['root']);
});

/** Junk that only newer documents of the provider could make right. */
const REFETCHING: ReadonlyArray<readonly [name: string, code: string, ask: (world: World) => Promise<Answer>]> = [
  ['a kid that nobody knows', 'KEY_NOT_FOUND', (w) => withHeader(w, { kid: 'other' })],
  ['a signature by somebody else', 'INVALID_SIGNATURE', (w) => withSignature(w, 'A'.repeat(342))],
  ['-wrong-alg', 'UNSUPPORTED_ALGORITHM', (w) => post(w, { logout_token: byEcKey(w) })],
  ['an algorithm that the provider does not declare', 'UNSUPPORTED_ALGORITHM', (w) => withHeader(w, { alg: 'RS384' })],
];

for (const [name, code, asked] of REFETCHING) {
  test(`security 84, 99: a logout with ${name} -> ${code}: 50 of them cost one fetch a minute, and a login's own is still there`, async (t) => {
    const world = await loggedIn('a');
    const fetches = () => world.provider.requests.filter(({ path }) => path === '/jwks').length;
    const before = fetches();
    const markers = () => [...world.host.state.keys()].filter((file) => /^(asked|pushed|used|jti)\./.test(file)).sort();
    const marked = markers();
    for (let i = 0; i < 50; i++) {
      const answer = await asked(world);
      t.is(said(answer), code);
      t.is(answer.status, 400);
    }
    t.is(fetches(), before + 1);
    t.deepEqual(markers(), marked);
    t.deepEqual(left(world), ['a', 'root']);
    // The key changes now: the next login finds out by itself.
    Object.assign(world.provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
    t.is((await finish(world, await start(world))).status, 200, world.host.lines.join('\n'));
    t.is(fetches(), before + 2);
    world.host.bootMs += 61_000;
    await asked(world);
    await asked(world);
    t.is(fetches(), before + 3);
  });
}

test('security 84: old keys that a logout is still fetching do not replace the new ones of a login', async (t) => {
  const world = await loggedIn('a');
  const { host, provider } = world;
  // Another process, a moment later: a login after the provider changed its key.
  const other = { ...newWorld(), provider };
  other.host.server = provider.answer;
  host.state.forEach((bytes, name) => other.host.state.set(name, bytes));
  other.host.bootMs = host.bootMs + 50;
  Object.assign(provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
  t.is((await finish(other, await start(other))).status, 200, other.host.lines.join('\n'));
  // The logout's answer left the provider before that, and arrives after it.
  provider.changes.set('/jwks', (reply) => {
    reply.body = { keys: [RSA_KEY.jwk] };
    for (const [name, bytes] of other.host.state) host.state.set(name, bytes);
    host.bootMs += 100;
  });
  t.is(said(await withHeader(world, { kid: 'other' })), 'KEY_NOT_FOUND');
  provider.changes.clear();
  t.is((await finish(world, await start(world))).status, 200, host.lines.join('\n'));
});

test('security 84: a login that used up its fetch leaves the one of the logouts', async (t) => {
  const world = await loggedIn('a');
  Object.assign(world.provider, { key: OTHER_RSA_KEY, published: [RSA_KEY] });
  t.is(codeOf(await finish(world, await start(world))), 'KEY_NOT_FOUND');
  world.provider.published = [OTHER_RSA_KEY];
  t.is((await logout(world)).status, 200, world.host.lines.join('\n'));
  t.deepEqual(left(world), ['root']);
});

for (const [name, header] of [
  ['none', { alg: 'none' }],
  ['HS256', { alg: 'HS256' }],
  ['junk', { alg: 'x' }],
] as const) {
  test(`security 99: a router that just started asks nobody because of a token under ${name}`, async (t) => {
    const world = newWorld();
    t.is(said(await withHeader(world, header)), 'UNSUPPORTED_ALGORITHM');
    t.is(said(await logout(world, { iss: 'https://evil.example' })), 'ISSUER_MISMATCH');
    t.deepEqual(world.provider.requests, []);
  });
}

const addresses = (i: number): string => (i % 30 === 0 ? '203.0.113.9' : `198.51.100.${i % 30}`);

test('security 99: a hundred logouts in a minute all count, whatever junk comes from whom in between', async (t) => {
  const world = await loggedIn('a');
  const junk = [...ROWS.slice(0, 31), ...REFETCHING];
  for (let i = 0; i < 100; i++) {
    world.host.router.sessions.set(String(i).padStart(32, 'b'), {
      timeout: 1,
      values: { username: 'root', token: 'x', oidc_issuer: ISSUER, oidc_sub: `user-${i}`, oidc_role: 'admin' },
      grants: {},
    });
    for (let j = 0; j < 3; j++) {
      const [, code, asked] = junk[(i * 3 + j) % junk.length] as Row;
      senders.set(world, addresses(i + j));
      t.is(said(await asked(world)), code);
    }
    // The provider itself stands behind an address that sends junk too.
    const genuine = await post(world, { logout_token: tokenOf(world, { sub: `user-${i}` }) }, { REMOTE_ADDR: '203.0.113.9' });
    t.is(genuine.status, 200, world.host.lines.slice(-1).join());
    t.false([...world.host.router.sessions.values()].some(({ values }) => values.oidc_sub === `user-${i}`));
  }
  t.deepEqual(left(world), ['a', 'root'], 'nobody else');
});

test('security 99: markers of logout tokens are gone when their tokens are too old', async (t) => {
  const world = await loggedIn('a');
  await logout(world);
  const markers = () => [...world.host.state.keys()].filter((file) => file.startsWith('jti.')).length;
  t.is(markers(), 1);
  world.host.wallS += 4300;
  world.host.bootMs += 4_300_000;
  world.provider.now += 4300;
  t.is((await logout(world)).status, 200);
  t.is(markers(), 1, 'its own');
});

/** A logout token under the provider's ES256 key; the client's ID tokens have RS256. */
function byEcKey(world: World): string {
  const { key } = world.provider;
  world.provider.key = EC_KEY;
  const token = tokenOf(world);
  world.provider.key = key;
  return token;
}

test('security 99: a logout token has the algorithm of the last ID token, though the provider declares others', async (t) => {
  const world = await loggedIn('a');
  t.is(said(await post(world, { logout_token: byEcKey(world) })), 'UNSUPPORTED_ALGORITHM');
  t.deepEqual(left(world), ['a', 'root']);
  t.is((await logout(world)).status, 200);
  t.deepEqual(left(world), ['root']);
});

test('security 99: a provider that goes over to another algorithm logs out older sessions after one login', async (t) => {
  const world = await loggedIn('a');
  world.provider.key = EC_KEY;
  t.is(said(await logout(world)), 'UNSUPPORTED_ALGORITHM', "until then nothing tells it from another client's token");
  await finish(world, await start(world)); // whoever it is
  t.is((await logout(world, { sid: 'a' })).status, 200, world.host.lines.join('\n'));
  t.false(left(world).includes('a'), 'a session of the time before');
  world.provider.key = RSA_KEY;
  t.is(said(await logout(world)), 'UNSUPPORTED_ALGORITHM');
});

for (const [name, change] of [
  [
    'declares the old algorithm no more',
    (w: World) => Object.assign(w.provider.discovery, { id_token_signing_alg_values_supported: ['ES256'] }),
  ],
  ['has no key for the old algorithm any more', (w: World) => void (w.provider.published = [EC_KEY])],
] as const) {
  test(`security 99: a provider that ${name} logs out older sessions at once`, async (t) => {
    const world = await loggedIn('a');
    world.provider.key = EC_KEY;
    change(world);
    t.is((await logout(world)).status, 200, world.host.lines.join('\n'));
    t.deepEqual(left(world), ['root']);
  });
}

test("the last ID token's algorithm belongs to issuer and client, and a token that is refused does not change it", async (t) => {
  const world = await loggedIn('a');
  const notes = () => [...world.host.state].filter(([name]) => name.startsWith('alg.')).map(([, bytes]) => Buffer.from(bytes).toString());
  t.deepEqual(notes(), ['RS256']);
  world.provider.key = EC_KEY;
  world.provider.changeToken = ({ claims }) => Object.assign(claims, { nonce: 'another' });
  t.is(codeOf(await finish(world, await start(world))), 'NONCE_MISMATCH');
  t.deepEqual(notes(), ['RS256']);
  world.provider.changeToken = () => undefined;
  (world.host.router.uci['luci-sso']?.default as Record<string, string>).client_id = 'another';
  world.provider.clientId = 'another';
  t.is((await logout(world, { aud: 'another' })).status, 200, 'of this client no ID token is known');
  await finish(world, await start(world));
  t.deepEqual(notes().sort(), ['ES256', 'RS256']);
});

for (const [name, bytes] of [
  ['junk', 'x'.repeat(100)],
  ['an algorithm that nobody has', 'none'],
  ['bytes that are no text', '\xff\xfe'],
] as const) {
  test(`a note of ${name} about the last ID token counts as none`, async (t) => {
    const world = await loggedIn('a');
    for (const file of world.host.state.keys())
      if (file.startsWith('alg.')) world.host.state.set(file, new Uint8Array(Buffer.from(bytes, 'latin1')));
    t.is((await post(world, { logout_token: byEcKey(world) })).status, 200);
    await finish(world, await start(world));
    t.is(said(await post(world, { logout_token: byEcKey(world) })), 'UNSUPPORTED_ALGORITHM');
  });
}

/** The OpenID conformance modules of back-channel logout, by their names. The session is one that an ID token by RS256 made. */
const MODULES: ReadonlyArray<readonly [module: string, code: string, tokenOf: (world: World) => string]> = [
  ['', '', (world) => tokenOf(world)],
  [
    '-alg-none',
    'UNSUPPORTED_ALGORITHM',
    (world) =>
      `${[{ alg: 'none', typ: 'logout+jwt' }, claimsOf(world)].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
  ],
  ['-no-event', 'MISSING_LOGOUT_EVENT', (world) => tokenOf(world, { events: undefined })],
  ['-with-nonce', 'NONCE_IN_LOGOUT_TOKEN', (world) => tokenOf(world, { nonce: 'n-0S6_WzA2Mj' })],
  [
    '-wrong-alg',
    'UNSUPPORTED_ALGORITHM',
    (world) => {
      world.provider.key = EC_KEY;
      return tokenOf(world);
    },
  ],
  ['-wrong-aud', 'AUDIENCE_MISMATCH', (world) => tokenOf(world, { aud: 'another-client' })],
  [
    '-wrong-event',
    'MISSING_LOGOUT_EVENT',
    (world) => tokenOf(world, { events: { 'http://schemas.openid.net/event/backchannel-signout': {} } }),
  ],
  ['-wrong-iss', 'ISSUER_MISMATCH', (world) => tokenOf(world, { iss: `${ISSUER}/other` })],
];

for (const [name, code, makeToken] of MODULES) {
  test(`rp-backchannel-rpinitlogout${name}: ${code === '' ? 'the session ends' : `${code}, and the session lives on`}`, async (t) => {
    const world = await loggedIn('the-sid');
    const answer = await post(world, { logout_token: makeToken(world) });
    t.deepEqual([answer.status, said(answer)], code === '' ? [200, ''] : [400, code]);
    t.deepEqual(left(world), code === '' ? ['root'] : ['the-sid', 'root']);
  });
}

test('other methods than POST are 405', async (t) => {
  const answer = await ask(newWorld().host, { path: '/backchannel-logout' });
  t.is(answer.status, 405);
  t.is(headerOf(answer, 'Allow'), 'POST');
});
