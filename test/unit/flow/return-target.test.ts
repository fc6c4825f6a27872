// SPDX-License-Identifier: MIT
// Which page of LuCI a finished login opens at once, and which one only by a click: whoever made the
// link of a start must not choose (security 27).
import test from 'ava';
import { ask, codeOf, cookiesOf, headerOf, type Answer } from '../../_helpers/_fake-host.ts';
import { authorize, callbackQuery, endOf, finish, FROM_LUCI, newWorld, start, type World } from '../../_helpers/_login.ts';

const options = (world: World) => world.host.router.uci['luci-sso']?.default as Record<string, string | string[]>;
const DEEP = '/cgi-bin/luci/admin/network';
const CHOICE = `${DEEP} or /cgi-bin/luci/`;
const WANTED = `return_to=${encodeURIComponent(DEEP)}`;
const CONFIGURED = 'https://router.example:8443/cgi-bin/luci-sso/callback';

/** Where a login ends that this query and these headers start. */
async function endAfter(world: World, environment: Record<string, string>, query = WANTED): Promise<string> {
  const started = await start(world, { query, environment });
  authorize(world, started);
  const { HTTP_HOST = 'router.test' } = environment;
  return endOf(
    await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie, environment: { HTTP_HOST } }),
  );
}

const REFERERS: ReadonlyArray<readonly [referer: string | undefined, isOwn: boolean]> = [
  [undefined, false],
  ['', false],
  ['https://router.test/', true],
  ['https://router.test', true],
  ['https://router.test/cgi-bin/luci/admin/system?a=https://evil.test/#b', true],
  ['https://router.test:443/cgi-bin/luci/', true],
  [`https://router.test/${'a'.repeat(4000)}`, true],
  ['https://router.test/\xff|"\\', true],
  ['https://ROUTER.test/', true],
  ['https://evil.test/', false],
  ['https://evil.test/cgi-bin/luci/', false],
  ['https://evil.test/https://router.test/', false],
  ['https://evil.test/?https://router.test/', false],
  ['https://router.test.evil.test/', false],
  ['https://router.testevil/', false],
  ['https://evil-router.test/', false],
  ['https://a.router.test/', false],
  ['https://router.test@evil.test/', false],
  ['https://evil.test@router.test/', false],
  ['https://router.test:443@evil.test/', false],
  ['https://router.test\\@evil.test/', false],
  ['https://router.test?@evil.test/', false],
  ['https://router.test#@evil.test/', false],
  ['https://router.test%2f.evil.test/', false],
  ['https://router.test:8443/', false],
  ['https://router.test:80/', false],
  ['https://router.test:/', false],
  ['https://router.test./', false],
  ['http://router.test/', false],
  ['http://router.test:443/', false],
  ['//router.test/', false],
  ['/cgi-bin/luci/', false],
  ['router.test', false],
  ['ftp://router.test/', false],
  ['https:/router.test/', false],
  ['https:///router.test/', false],
  [' https://router.test/', false],
  ['null', false],
  ['about:blank', false],
];

for (const [referer, isOwn] of REFERERS) {
  test(`security 27: a start with the Referer ${JSON.stringify(referer?.slice(0, 70))} ${isOwn ? 'opens its page at once' : 'leaves the choice'}`, async (t) => {
    t.is(await endAfter(newWorld(), referer === undefined ? {} : { HTTP_REFERER: referer }), isOwn ? DEEP : CHOICE);
  });
}

for (const [redirectUri, host, referer, isOwn] of [
  ['', 'router.test:8443', 'https://router.test:8443/', true],
  ['', 'router.test:8443', 'https://router.test/', false],
  ['', 'router.test:443', 'https://router.test/', true],
  ['', 'Router.Test', 'https://router.test/', true],
  ['', '192.168.1.1', 'https://192.168.1.1/', true],
  ['', '192.168.1.1', 'https://192.168.1.10/', false],
  ['', '[fd00::1]', 'https://[fd00::1]/', true],
  ['', '[fd00::1]:8443', 'https://[fd00::1]/', false],
  [CONFIGURED, 'router.test', 'https://router.example:8443/cgi-bin/luci/', true],
  [CONFIGURED, 'router.test', 'https://router.example/cgi-bin/luci/', false],
  [CONFIGURED, 'router.test', 'https://router.test/cgi-bin/luci/', true],
  [CONFIGURED, 'router.test', 'http://router.example:8443/cgi-bin/luci/', false],
  [CONFIGURED, 'router.test', 'https://router.example:8443.evil.test/', false],
  [CONFIGURED, 'what a proxy says', 'https://router.example:8443/cgi-bin/luci/', true],
  [CONFIGURED, 'what a proxy says', 'https://evil.test/', false],
  [CONFIGURED, '', 'https:///', false],
] as const) {
  test(`security 27, 115: redirect_uri '${redirectUri}', Host '${host}', Referer ${referer}: ${isOwn ? 'at once' : 'the choice'}`, async (t) => {
    const world = newWorld();
    if (redirectUri !== '') options(world).redirect_uri = redirectUri;
    t.is(await endAfter(world, { HTTP_HOST: host, HTTP_REFERER: referer }), isOwn ? DEEP : CHOICE);
  });
}

test("a start without a page, or with LuCI's first, ends there at once, from anywhere", async (t) => {
  for (const environment of [{}, FROM_LUCI, { HTTP_REFERER: 'https://evil.test/' }]) {
    for (const query of ['', 'return_to=', 'return_to=/cgi-bin/luci/', 'return_to=/cgi-bin/luci', 'return_to=https://evil.test/']) {
      t.is(await endAfter(newWorld(), environment, query), '/cgi-bin/luci/', query);
    }
  }
});

test('the page to choose from names its target as text, goes nowhere by itself, and gives the session all the same', async (t) => {
  const world = newWorld();
  const path = '/cgi-bin/luci/admin/x?a=b&c=%41';
  const answer = await finish(world, await start(world, { query: `return_to=${encodeURIComponent(path)}` }));
  const escaped = '/cgi-bin/luci/admin/x?a=b&amp;c=%41';
  t.true(answer.body.includes(`<a href="${escaped}">${escaped}</a>`));
  t.true(answer.body.includes('<a href="/cgi-bin/luci/">Start page of the router</a>'));
  t.false(answer.body.includes('http-equiv'));
  t.false(answer.headers.some(([name]) => name === 'Refresh' || name === 'Location'));
  t.is(world.host.router.sessions.size, 1);
  t.true(cookiesOf(answer).some((line) => line.startsWith('sysauth_https=a') && line.endsWith('SameSite=Strict')));
});

test('what was judged is in the sealed cookie, which grows by nothing', async (t) => {
  const own = await start(newWorld(), { query: WANTED, environment: FROM_LUCI });
  const foreign = await start(newWorld(), { query: WANTED });
  t.is(own.cookie.length, foreign.cookie.length);
  // Neither the Referer nor a seal at the callback changes anything.
  const world = newWorld();
  const started = await start(world, { query: WANTED });
  authorize(world, started);
  t.is(
    endOf(
      await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie, environment: FROM_LUCI }),
    ),
    CHOICE,
  );
});

// The hop from plain http to https, and what it carries.

const PLAIN = { HTTPS: '', HTTP_HOST: 'router.test', HTTP_REFERER: 'http://router.test/cgi-bin/luci/' };

function withHttps(change: (world: World) => void = () => undefined, port = '443'): World {
  const world = newWorld();
  world.host.router.uci['uhttpd'] = { main: { '.type': 'uhttpd', listen_https: [`0.0.0.0:${port}`] } };
  change(world);
  return world;
}

/** The query of the redirect to https that this start gets. */
async function hop(world: World, environment: Record<string, string> = {}, query = WANTED): Promise<URLSearchParams> {
  const answer = await ask(world.host, { query, environment: { ...PLAIN, ...environment } });
  return new URL(headerOf(answer, 'Location') ?? 'https://none.test/').searchParams;
}

for (const [name, environment, isOwn] of [
  ['its own login page', {}, true],
  ['its own login page, by port', { HTTP_HOST: 'router.test:80' }, true],
  ['its own login page at another port', { HTTP_HOST: 'router.test:8080', HTTP_REFERER: 'http://router.test:8080/' }, true],
  ['another port', { HTTP_REFERER: 'http://router.test:8080/' }, false],
  ['https', { HTTP_REFERER: 'https://router.test/' }, false],
  ['a foreign page', { HTTP_REFERER: 'http://evil.test/' }, false],
  ['nowhere', { HTTP_REFERER: '' }, false],
] as const) {
  test(`plain http: judged at the first request, from ${name}: ${isOwn ? 'at once' : 'the choice'}`, async (t) => {
    const world = withHttps();
    const query = await hop(world, environment);
    t.is(query.get('return_to'), DEEP);
    t.is(query.has('return_seal'), isOwn);
    t.deepEqual([...query.keys()].length, isOwn ? 2 : 1);
    // Behind the hop nobody looks at a Referer: it is still that of the first request, or none.
    t.is(await endAfter(world, { HTTP_HOST: 'router.test' }, query.toString()), isOwn ? DEEP : CHOICE);
  });
}

test('the seal is for the https address that the hop goes to', async (t) => {
  const world = withHttps(undefined, '8443');
  const query = (await hop(world)).toString();
  t.is(await endAfter(world, { HTTP_HOST: 'router.test:8443' }, query), DEEP);
  t.is(await endAfter(world, { HTTP_HOST: 'router.test' }, query), CHOICE);
  // A name that its owner points elsewhere between the two requests gets a seal that only it can use.
  const rebound = (await hop(world, { HTTP_HOST: 'evil.test', HTTP_REFERER: 'http://evil.test/' })).toString();
  t.is(await endAfter(world, { HTTP_HOST: 'router.test:8443' }, rebound), CHOICE);
});

for (const [host, isOwn] of [
  ['router.example', true],
  ['router.example:8080', true],
  ['192.168.1.1', true],
  ['[fd00::1]:8080', true],
  ['evil.test', false],
  ['router.example.evil.test', false],
] as const) {
  test(`plain http with a redirect_uri: a Referer of its own at ${host} ${isOwn ? 'counts' : 'may be that of a name pointed here'}`, async (t) => {
    const world = withHttps((w) => void (options(w).redirect_uri = CONFIGURED));
    const query = await hop(world, { HTTP_HOST: host, HTTP_REFERER: `http://${host}/` });
    t.is(query.has('return_seal'), isOwn);
    t.is(await endAfter(world, { HTTP_HOST: 'anything' }, query.toString()), isOwn ? DEEP : CHOICE);
  });
}

type Carried = (query: URLSearchParams, world: World) => void | Record<string, string>;

const SEALS: ReadonlyArray<readonly [name: string, change: Carried, isOwn: boolean]> = [
  ['as it is', () => undefined, true],
  ['used a second time within its time', () => undefined, true],
  ['59 seconds later', (_, world) => void (world.host.bootMs += 59_000), true],
  ['60 seconds later', (_, world) => void (world.host.bootMs += 60_000), false],
  ['in another boot with the same key', (_, world) => void (world.host.bootMs -= 600_000), false],
  ['under the key of another boot', (_, world) => void world.host.state.delete('boot-key'), false],
  ['from another address', () => ({ REMOTE_ADDR: '192.168.1.21' }), false],
  ['from an address of the same /64', () => ({ REMOTE_ADDR: 'fd00::2' }), false],
  ['without an address', () => ({ REMOTE_ADDR: '' }), false],
  ['at another name of the router', () => ({ HTTP_HOST: 'other.test' }), false],
  ['for another page', (query) => query.set('return_to', '/cgi-bin/luci/admin/system'), false],
  ['with a slash more', (query) => query.set('return_to', `${DEEP}/`), false],
  [
    'with a later end',
    (query) =>
      query.set(
        'return_seal',
        (query.get('return_seal') ?? '').replace(/^\d+/, (digits) => String(Number(digits) + 1)),
      ),
    false,
  ],
  ['with its end written otherwise', (query) => query.set('return_seal', `0${query.get('return_seal')}`), false],
  ['without its last character', (query) => query.set('return_seal', (query.get('return_seal') ?? '').slice(0, -1)), false],
  ['with a character more', (query) => query.set('return_seal', `${query.get('return_seal')}A`), false],
  ['without the MAC', (query) => query.set('return_seal', (query.get('return_seal') ?? '').split('.')[0] ?? ''), false],
  ['with an empty MAC', (query) => query.set('return_seal', `${(query.get('return_seal') ?? '').split('.')[0]}.`), false],
  ['empty', (query) => query.set('return_seal', ''), false],
  [
    'behind another one',
    (query, world) => {
      const seal = query.get('return_seal') ?? '';
      query.delete('return_seal');
      query.append('return_seal', `${Math.floor(world.host.bootMs / 1000) + 60}.${'A'.repeat(22)}`);
      query.append('return_seal', seal);
    },
    false,
  ],
];

for (const [name, change, isOwn] of SEALS) {
  test(`the seal of a hop, ${name}: ${isOwn ? 'at once' : 'the choice'}`, async (t) => {
    const world = withHttps();
    const query = await hop(world);
    t.regex(query.get('return_seal') ?? '', /^\d+\.[\w-]{22}$/);
    const environment = change(query, world) ?? {};
    const expected = query.get('return_to') === DEEP ? CHOICE : `${query.get('return_to')} or /cgi-bin/luci/`;
    const end = await endAfter(world, { HTTP_HOST: 'router.test', ...environment }, query.toString());
    t.is(end, isOwn ? DEEP : expected);
    if (name.startsWith('used')) t.is(await endAfter(world, { HTTP_HOST: 'router.test' }, query.toString()), DEEP);
  });
}

test('a seal counts for nobody behind a trusted proxy, where all have one address', async (t) => {
  const world = withHttps();
  const query = (await hop(world)).toString();
  options(world).trusted_proxy = ['192.168.1.20'];
  t.is(await endAfter(world, {}, query), CHOICE);
  t.is(await endAfter(world, FROM_LUCI, query), DEEP, 'the Referer does');
});

test("behind a proxy that ends TLS, the Referer of redirect_uri's origin counts, no other", async (t) => {
  for (const [referer, isOwn] of [
    ['https://router.example:8443/', true],
    ['https://router.lan/', false],
    ['http://router.lan/', false],
    ['', false],
  ] as const) {
    const world = newWorld();
    Object.assign(options(world), { redirect_uri: CONFIGURED, trusted_proxy: ['192.168.1.20'] });
    t.is(await endAfter(world, { HTTPS: '', HTTP_HOST: 'router.lan', HTTP_REFERER: referer }), isOwn ? DEEP : CHOICE, referer);
  }
});

test('a login that another site starts hands no page over at the hop, only the start', async (t) => {
  const world = withHttps();
  const initiation = new URLSearchParams({
    iss: 'https://id.test',
    target_link_uri: DEEP,
    return_to: '/cgi-bin/luci/admin/system',
  }).toString();
  const answer = await ask(world.host, { path: '/initiate', query: initiation, environment: PLAIN });
  t.is(headerOf(answer, 'Location'), `https://router.test/cgi-bin/luci-sso?${WANTED}`);
});

// The hop to the address of redirect_uri.

for (const [referer, hopReferer, isOwn] of [
  ['https://192.168.1.1/cgi-bin/luci/', 'https://192.168.1.1/cgi-bin/luci/', true],
  ['https://evil.test/', 'https://evil.test/', false],
  ['', '', false],
  // Not what a browser does, but what a page that leads straight behind the hop looks like.
  ['', 'https://router.example:8443/', false],
] as const) {
  test(`opened by its address, the page of a start is judged before it goes to redirect_uri: ${referer}, then ${hopReferer}`, async (t) => {
    const world = newWorld();
    options(world).redirect_uri = CONFIGURED;
    const answer = await ask(world.host, { query: WANTED, environment: { HTTP_HOST: '192.168.1.1', HTTP_REFERER: referer } });
    const there = new URL(headerOf(answer, 'Location') ?? 'https://none.test');
    t.is(there.host, 'router.example:8443');
    t.is(there.searchParams.has('return_seal'), isOwn);
    const environment = { HTTP_HOST: there.host, HTTP_REFERER: hopReferer };
    t.is(await endAfter(world, environment, there.searchParams.toString()), isOwn ? DEEP : CHOICE);
  });
}

// The links of our own pages.

const linkOf = (answer: Answer, text: string): URLSearchParams | undefined => {
  const href = new RegExp(`<a href="([^"]*)">${text}</a>`).exec(answer.body)?.[1]?.split('&amp;').join('&');
  return href === undefined ? undefined : new URL(href, 'https://router.test').searchParams;
};

for (const [from, environment, isOwn] of [
  ['LuCI', FROM_LUCI, true],
  ['elsewhere', {}, false],
] as const) {
  test(`"Try again" and "Switch account" say for 10 minutes what was judged: from ${from}`, async (t) => {
    const world = newWorld();
    world.provider.claims = { sub: 'm', email: 'm@example.com', email_verified: true };
    const refused = await finish(world, await start(world, { query: WANTED, environment }));
    t.is(codeOf(refused), 'USER_NOT_AUTHORIZED');
    world.provider.claims = newWorld().provider.claims;
    for (const text of ['Try again', 'Switch account']) {
      const query = linkOf(refused, text);
      t.is(query?.has('return_seal'), isOwn, text);
      t.is(query?.get('return_to'), DEEP);
      t.is(await endAfter(world, {}, String(query)), isOwn ? DEEP : CHOICE, text);
    }
    world.host.bootMs += 599_000;
    t.is(await endAfter(world, {}, String(linkOf(refused, 'Try again'))), isOwn ? DEEP : CHOICE);
    world.host.bootMs += 1000;
    t.is(await endAfter(world, {}, String(linkOf(refused, 'Try again'))), CHOICE);
  });
}

test('an error page without a key to seal with is an error page all the same', async (t) => {
  const world = newWorld();
  world.host.failures.set('stateCreate', 'io');
  const answer = (await start(world, { query: WANTED, environment: FROM_LUCI })).answer;
  t.is(codeOf(answer), 'STATE_SAVE_FAILED');
  t.is(linkOf(answer, 'Try again')?.toString(), WANTED);
});

test('a page over plain http hands out no seal', async (t) => {
  const answer = await ask(newWorld().host, { query: WANTED, environment: PLAIN });
  t.is(codeOf(answer), 'HTTPS_REQUIRED');
  t.is(linkOf(answer, 'Try again')?.toString(), '');
});
