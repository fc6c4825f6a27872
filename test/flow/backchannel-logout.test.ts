// SPDX-License-Identifier: MIT
// Back-Channel Logout 1.0: which sessions end, and what the provider hears. What a logout token must
// look like in detail is tested with the verifier (test/verify/logout-token.test.ts).
import test from 'ava';
import { ask, cookiesOf, headerOf, type Answer } from '../_helpers/_fake-host.ts';
import { EC_KEY, ISSUER, OTHER_RSA_KEY } from '../_helpers/_fake-provider.ts';
import { finish, newWorld, start, type World } from '../_helpers/_login.ts';

const FORM = 'application/x-www-form-urlencoded';
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
let count = 0;

/** A logout token of the provider; members that are undefined are left out. */
const tokenOf = (world: World, change: Record<string, unknown> = {}): string =>
  world.provider.sign(
    { alg: world.provider.key.alg, kid: world.provider.key.kid, typ: 'logout+jwt' },
    { iss: ISSUER, aud: 'luci', iat: world.provider.now, exp: world.provider.now + 120, jti: `j${++count}`, events: EVENTS, sub: 'alice-id', ...change },
  );

async function post(world: World, body: string | Record<string, string>, environment: Record<string, string> = {}): Promise<Answer> {
  world.host.input = new Uint8Array(Buffer.from(typeof body === 'string' ? body : new URLSearchParams(body).toString()));
  return ask(world.host, { method: 'POST', path: '/backchannel-logout', environment: { CONTENT_TYPE: FORM, ...environment } });
}

const logout = (world: World, change: Record<string, unknown> = {}) => post(world, { logout_token: tokenOf(world, change) });
const said = (answer: Answer): string => (answer.status === 200 ? '' : (JSON.parse(answer.body) as { error_description: string }).error_description);

async function loggedIn(...sids: Array<string | undefined>): Promise<World> {
  const world = newWorld();
  for (const sid of sids) {
    world.provider.changeToken = ({ claims }) => Object.assign(claims, { sid });
    await finish(world, await start(world));
  }
  world.host.router.sessions.set('f'.repeat(32), { timeout: 1, values: { username: 'root', token: 'x' }, grants: {} });
  return world;
}

const left = (world: World): unknown[] => [...world.host.router.sessions.values()].map(({ values }) => (values.username === 'root' ? 'root' : values.oidc_sid));

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

test('a logout that could not be done may be sent again', async (t) => {
  const world = await loggedIn('a');
  const token = tokenOf(world);
  world.host.router.statuses.set('session.list', 9);
  const failed = await post(world, { logout_token: token });
  t.is(failed.status, 400);
  t.is(said(failed), 'UBUS_ERROR');
  world.host.router.statuses.clear();
  t.is((await post(world, { logout_token: token })).status, 200);
  t.deepEqual(left(world), ['root']);
});

test('security 84: keys that rotated are fetched once', async (t) => {
  const world = await loggedIn('a');
  world.provider.key = OTHER_RSA_KEY;
  world.provider.published = [OTHER_RSA_KEY];
  const fetches = () => world.provider.requests.filter((request) => request.path === '/jwks').length;
  const before = fetches();
  t.is((await logout(world)).status, 200);
  t.is(fetches(), before + 1);
  world.provider.key = EC_KEY;
  t.is(said(await logout(world)), 'KEY_NOT_FOUND');
  t.is(fetches(), before + 1);
});

test('a router that just started asks the provider for its documents', async (t) => {
  const world = newWorld();
  t.is((await logout(world)).status, 200);
  t.deepEqual(world.provider.requests.map((request) => request.path), ['/.well-known/openid-configuration', '/jwks']);
});

type Row = readonly [name: string, code: string, ask: (world: World) => Promise<Answer>, status?: number];

const ROWS: readonly Row[] = [
  ['no token', 'MALFORMED_REQUEST', (w) => post(w, '')],
  ['another parameter', 'MALFORMED_REQUEST', (w) => post(w, { id_token: tokenOf(w) })],
  ['the token twice', 'DUPLICATE_PARAMETER', (w) => post(w, `logout_token=${tokenOf(w)}&logout_token=${tokenOf(w)}`)],
  ['JSON', 'MALFORMED_REQUEST', (w) => post(w, { logout_token: tokenOf(w) }, { CONTENT_TYPE: 'application/json' })],
  ['17 KiB', 'INPUT_TOO_LARGE', (w) => post(w, { logout_token: 'x'.repeat(17_000) })],
  ['an ID token', 'MISSING_JTI_CLAIM', (w) => post(w, { logout_token: w.provider.idToken() })],
  ['-alg-none', 'UNSUPPORTED_ALGORITHM', (w) => post(w, { logout_token: w.provider.sign({ alg: 'none' }, { iss: ISSUER }) })],
  ['-wrong-iss', 'ISSUER_MISMATCH', (w) => logout(w, { iss: 'https://evil.example' })],
  ['-wrong-aud', 'AUDIENCE_MISMATCH', (w) => logout(w, { aud: 'other' })],
  ['-no-event', 'MISSING_LOGOUT_EVENT', (w) => logout(w, { events: undefined })],
  ['-with-nonce', 'NONCE_IN_LOGOUT_TOKEN', (w) => logout(w, { nonce: 'x' })],
  ['without exp, as glewlwyd sends it', 'MISSING_EXP_CLAIM', (w) => logout(w, { exp: undefined })],
  ['issued 11 minutes ago', 'TOKEN_EXPIRED', (w) => logout(w, { iat: w.provider.now - 661, exp: w.provider.now + 3600 })],
  ['neither sub nor sid', 'MISSING_SUB_CLAIM', (w) => logout(w, { sub: undefined })],
  ['plain http', 'HTTPS_REQUIRED', (w) => post(w, { logout_token: tokenOf(w) }, { HTTPS: '' })],
  ['a clock that was never set', 'CLOCK_UNSET', (w) => { w.host.wallS = 1000; return logout(w); }, 503],
  ['SSO switched off', 'SSO_DISABLED', (w) => { (w.host.router.uci['luci-sso']?.default as Record<string, string>).enabled = '0'; return logout(w); }, 503],
  ['no broker', 'UBUS_CONNECT_FAILED', (w) => { w.host.failures.set('connectUnix', 'refused'); return logout(w); }],
  ['markers that cannot be written', 'STATE_SAVE_FAILED', (w) => { w.host.failures.set('stateCreate', 'io'); return logout(w); }],
];

for (const [name, code, asked, status = 400] of ROWS) {
  test(`security 99: a logout with ${name} -> ${code}`, async (t) => {
    const world = await loggedIn('a');
    const answer = await asked(world);
    t.is(said(answer), code, world.host.lines.join('\n'));
    t.is(answer.status, status);
    t.is(headerOf(answer, 'Content-Type'), 'application/json');
    t.deepEqual(JSON.parse(answer.body), { error: 'invalid_request', error_description: code });
    t.deepEqual(left(world), ['a', 'root']);
    t.true(world.host.lines.some((line) => line.includes(` ${code} [`)));
  });
}

test('security 99: ten tries a minute of one address, whatever they bring; other addresses go on', async (t) => {
  const world = await loggedIn('a');
  for (let i = 0; i < 10; i++) t.is(said(await post(world, { logout_token: 'junk' })), 'MALFORMED_JWT');
  const refused = await logout(world);
  t.is(refused.status, 429);
  t.is(headerOf(refused, 'Retry-After'), '60');
  t.is((await post(world, { logout_token: tokenOf(world) }, { REMOTE_ADDR: '192.168.1.21' })).status, 200);
  t.deepEqual(left(world), ['root']);
});

test('other methods than POST are 405', async (t) => {
  const answer = await ask(newWorld().host, { path: '/backchannel-logout' });
  t.is(answer.status, 405);
  t.is(headerOf(answer, 'Allow'), 'POST');
});
