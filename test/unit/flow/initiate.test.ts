// SPDX-License-Identifier: MIT
// OIDC Core 4: a login that another site starts (security 101-103).
import test from 'ava';
import { readFileSync } from 'node:fs';
import { ask, codeOf, cookiesOf, headerOf, type Asked } from '../../_helpers/_fake-host.ts';
import { ISSUER } from '../../_helpers/_fake-provider.ts';
import { callbackQuery, authorize, endOf, FROM_LUCI, newWorld, start, type World } from '../../_helpers/_login.ts';

const CALLBACK = 'https://router.test/cgi-bin/luci-sso/callback';
const FORM = { CONTENT_TYPE: 'application/x-www-form-urlencoded' };

const asking = (parameters: Record<string, string>, more: Asked = {}): Asked => ({
  path: '/initiate',
  query: new URLSearchParams(parameters).toString(),
  ...more,
});

async function post(world: World, body: string, environment: Record<string, string> = FORM) {
  world.host.input = new Uint8Array(Buffer.from(body));
  return ask(world.host, { method: 'POST', path: '/initiate', environment });
}

/** Where the login that this link starts ends. */
async function landing(target: string, environment: Record<string, string> = {}): Promise<string> {
  const world = newWorld();
  const started = await start(world, asking({ iss: ISSUER, target_link_uri: target }, { environment }));
  authorize(world, started);
  const answer = await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie });
  return endOf(answer);
}

test("security 101: the issuer's link starts an ordinary login, with a hint for the provider", async (t) => {
  const { answer, location, state } = await start(newWorld(), asking({ iss: ISSUER, login_hint: 'ann é' }));
  t.is(answer.status, 302);
  t.is(location.searchParams.get('login_hint'), 'ann é');
  t.is(location.searchParams.get('redirect_uri'), CALLBACK);
  for (const name of ['state', 'nonce', 'code_challenge']) t.true((location.searchParams.get(name) ?? '').length >= 22, name);
  t.true(cookiesOf(answer)[0]?.startsWith(`__Host-luci_sso_${state}=`));
});

test('3rd-party-init-login: the whole login that a link of the provider starts, by GET and by POST', async (t) => {
  for (const isPosted of [false, true]) {
    const world = newWorld();
    const given = { iss: ISSUER, login_hint: 'alice', target_link_uri: 'https://router.test/cgi-bin/luci/admin/status' };
    const query = new URLSearchParams(given).toString();
    const there = isPosted ? (headerOf(await post(world, query), 'Location') ?? '') : `?${query}`;
    const started = await start(world, { path: '/initiate', query: there.slice(there.indexOf('?') + 1) });
    authorize(world, started);
    const answer = await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie });
    t.is(codeOf(answer), '');
    t.is(world.host.router.sessions.size, 1);
    t.true(endOf(answer).startsWith('/cgi-bin/luci/admin/status'));
  }
});

test('security 103: nothing else of the link reaches the provider', async (t) => {
  const plain = await start(newWorld());
  const { location } = await start(
    newWorld(),
    asking({ iss: ISSUER, scope: 'admin', prompt: 'none', redirect_uri: 'https://evil.example/', max_age: '0', nonce: 'x' }),
  );
  t.deepEqual([...location.searchParams.keys()], [...plain.location.searchParams.keys()]);
  t.is(location.searchParams.get('scope'), plain.location.searchParams.get('scope'));
});

for (const [name, code, asked] of [
  ['no issuer', 'ISS_MISSING', asking({})],
  ['another issuer', 'ISS_MISMATCH', asking({ iss: 'https://evil.example' })],
  ['an issuer with a slash more', 'ISS_MISMATCH', asking({ iss: `${ISSUER}/` })],
  ['the issuer twice', 'DUPLICATE_PARAMETER', { path: '/initiate', query: `iss=${ISSUER}&iss=${ISSUER}` }],
  ['an endless hint', 'INPUT_TOO_LARGE', asking({ iss: ISSUER, login_hint: 'x'.repeat(256) })],
  ['a hint that is not UTF-8', 'MALFORMED_REQUEST', { path: '/initiate', query: `iss=${ISSUER}&login_hint=%ff` }],
  ['another method', 'METHOD_NOT_ALLOWED', { path: '/initiate', method: 'PUT' }],
] as const) {
  test(`security 101: ${name} -> ${code}`, async (t) => {
    const world = newWorld();
    const answer = await ask(world.host, asked);
    t.is(codeOf(answer), code);
    t.deepEqual(cookiesOf(answer), []);
    t.is(headerOf(answer, 'Location'), undefined);
    t.is(world.provider.requests.length, 0);
    if (code === 'METHOD_NOT_ALLOWED') t.is(headerOf(answer, 'Allow'), 'GET, POST');
  });
}

test('security 101: the target is a page of LuCI here, given as a URL or as a path, and opened by a click only', async (t) => {
  const choice = '/cgi-bin/luci/admin/status or /cgi-bin/luci/';
  t.is(await landing('https://router.test/cgi-bin/luci/admin/status'), choice);
  t.is(await landing('/cgi-bin/luci/admin/status'), choice);
  t.is(await landing('/cgi-bin/luci/admin/status', FROM_LUCI), choice, 'whatever page the link is on');
  for (const target of [
    'https://router.test/cgi-bin/luci/',
    '/cgi-bin/luci',
    'https://router.test',
    'https://router.test.evil.example/cgi-bin/luci/',
    'https://evil.example/cgi-bin/luci/',
    'http://router.test/cgi-bin/luci/',
    'https://router.test@evil.example/cgi-bin/luci/',
    '',
  ]) {
    t.is(await landing(target), '/cgi-bin/luci/', target);
  }
});

test('security 27, 101: no line of the open redirect payloads leaves LuCI', async (t) => {
  const lines = readFileSync(new URL('../../data/open-redirect-payloads.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const step = Math.ceil(lines.length / 60); // all of them go through the same function in test/unit/request
  for (let i = 0; i < lines.length; i += step) {
    const target = lines[i] ?? '';
    for (const given of [target, `https://router.test${target}`, `https://router.test/${target}`])
      t.is(await landing(given), '/cgi-bin/luci/', given);
  }
});

test('a POST comes back as a GET, so that the browser shows its handshakes', async (t) => {
  const world = newWorld();
  const answer = await post(world, new URLSearchParams({ iss: ISSUER, login_hint: 'é', junk: 'x' }).toString());
  t.is(answer.status, 303);
  t.deepEqual(cookiesOf(answer), []);
  const location = new URL(headerOf(answer, 'Location') ?? '', 'https://router.test');
  t.is(location.pathname, '/cgi-bin/luci-sso/initiate');
  t.deepEqual(
    [...location.searchParams],
    [
      ['iss', ISSUER],
      ['login_hint', 'é'],
    ],
  );
  t.is((await start(world, { path: '/initiate', query: location.search.slice(1) })).location.searchParams.get('login_hint'), 'é');
});

for (const [name, code, body, environment] of [
  ['JSON', 'MALFORMED_REQUEST', '{}', { CONTENT_TYPE: 'application/json' }],
  ['no content type', 'MALFORMED_REQUEST', 'iss=x', {}],
  ['a broken escape', 'MALFORMED_REQUEST', 'iss=%', FORM],
  ['a name twice', 'DUPLICATE_PARAMETER', 'iss=a&iss=b', FORM],
  ['100 parameters and one', 'MALFORMED_REQUEST', 'a&'.repeat(101), FORM],
  ['17 KiB', 'INPUT_TOO_LARGE', 'a'.repeat(17_000), FORM],
  ['17 KiB, as stated', 'INPUT_TOO_LARGE', '', { ...FORM, CONTENT_LENGTH: '17000' }],
  ['a length that is no number', 'MALFORMED_REQUEST', 'iss=x', { ...FORM, CONTENT_LENGTH: '5x' }],
  ['a length without end', 'INPUT_TOO_LARGE', 'iss=x', { ...FORM, CONTENT_LENGTH: '9'.repeat(400) }],
  ['fewer bytes than stated', 'MALFORMED_REQUEST', 'iss=x', { ...FORM, CONTENT_LENGTH: '6' }],
  ['a target of 4 KiB', 'INPUT_TOO_LARGE', `target_link_uri=${'a'.repeat(4000)}`, FORM],
] as const) {
  test(`a POST of ${name} -> ${code}`, async (t) => {
    const answer = await post(newWorld(), body, environment);
    t.is(codeOf(answer), code);
    t.is(headerOf(answer, 'Location'), undefined);
  });
}

for (const [name, path, input, environment] of [
  ['a length that is not reached', '/initiate', 'iss=x', { ...FORM, CONTENT_LENGTH: '6' }],
  ['no length and no end', '/initiate', 'iss=x', FORM],
  ['nothing at all', '/backchannel-logout', '', { ...FORM, CONTENT_LENGTH: '6' }],
  ['no end, of a logout', '/backchannel-logout', 'logout_token=x', FORM],
] as const) {
  test(`a POST with ${name} is refused after 5 s`, async (t) => {
    const world = newWorld();
    world.host.isInputOpen = true;
    world.host.input = new Uint8Array(Buffer.from(input));
    const before = world.host.bootMs;
    const answer = await ask(world.host, { method: 'POST', path, environment });
    t.is(answer.status, 408);
    t.is(
      path === '/initiate' ? codeOf(answer) : (JSON.parse(answer.body) as { error_description: string }).error_description,
      'BODY_TIMEOUT',
    );
    t.true(world.host.lines.some((line) => line.includes(' BODY_TIMEOUT [')));
    t.is(world.host.bootMs, before + 5000);
    t.deepEqual(world.host.router.calls, []);
  });
}

test('a POST of a whole body waits for nothing behind it', async (t) => {
  const world = newWorld();
  world.host.isInputOpen = true;
  const body = new URLSearchParams({ iss: ISSUER }).toString();
  t.is((await post(world, body, { ...FORM, CONTENT_LENGTH: String(body.length) })).status, 303);
});
