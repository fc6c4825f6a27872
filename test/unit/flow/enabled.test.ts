// SPDX-License-Identifier: MIT
import test from 'ava';
import { ask, headerOf } from '../../_helpers/_fake-host.ts';
import { newWorld, type World } from '../../_helpers/_login.ts';

const options = (world: World) => world.host.router.uci['luci-sso']?.default as Record<string, unknown>;
const probe = async (world: World, query = 'action=enabled') => (await ask(world.host, { query })).body;

test('the probe says true for a switched-on, valid provider, in exactly these bytes (security 37)', async (t) => {
  const world = newWorld();
  const answer = await ask(world.host, { query: 'action=enabled' });
  t.is(answer.status, 200);
  t.is(headerOf(answer, 'Content-Type'), 'application/json');
  t.is(answer.body, '{"enabled":true}');
  t.is(world.host.sent.length, 0, 'the provider is not asked');
});

test('missing role rules do not hide the button', async (t) => {
  const world = newWorld();
  delete world.host.router.uci['luci-sso']?.admin;
  t.is(await probe(world), '{"enabled":true}');
});

test('whatever is wrong, the probe answers 200 and false, and the log names section, option and rule', async (t) => {
  const rows: ReadonlyArray<readonly [change: (world: World) => void, log: string]> = [
    [(w) => void (options(w).enabled = '0'), ''],
    [(w) => void (options(w).enabled = 'off'), ''],
    [(w) => void delete w.host.router.uci['luci-sso'], "there is no section 'default'"],
    [(w) => void (options(w)['.type'] = 'other'), "there is no section 'default'"],
    [(w) => void (options(w).enabled = 'maybe'), "section 'default', option enabled: must be 1 or 0"],
    [(w) => void delete options(w).issuer_url, "section 'default', option issuer_url: is required"],
    [(w) => void (options(w).issuer_url = 'http://id.test'), 'option issuer_url: must start with https://'],
    [(w) => void (options(w).issuer_url = 'https://id.test?x'), 'option issuer_url: must not have a query (?)'],
    [(w) => void (options(w).issuer_url = 'https://id.test#x'), 'option issuer_url: must not have a fragment (#)'],
    [(w) => void (options(w).issuer_url = 'https://u@id.test'), 'option issuer_url: must not have a user name'],
    [(w) => void (options(w).issuer_url = ['https://id.test']), 'option issuer_url: must be one option, not a list'],
    [(w) => void (options(w).client_id = ''), 'option client_id: is required'],
    [(w) => void (options(w).client_id = 'a\nb'), 'option client_id: has control characters'],
    [(w) => void (options(w).client_id = 'a'.repeat(2049)), 'option client_id: is longer than 2048 characters'],
    [(w) => void (options(w).client_auth = 'x'), 'option client_auth: must be one of auto, client_secret_basic'],
    [(w) => Object.assign(options(w), { client_auth: 'client_secret_post', client_secret: '' }), 'needs a client_secret'],
    [(w) => void (options(w).redirect_uri = 'https://r.test/cb'), 'option redirect_uri: must end in /cgi-bin/luci-sso/callback'],
    [(w) => void (options(w).redirect_uri = 'http://r.test/cgi-bin/luci-sso/callback'), 'option redirect_uri: must start with https://'],
    [(w) => void (options(w).internal_issuer_url = 'id.lan'), 'option internal_issuer_url: must start with https://'],
    [(w) => void (options(w).internal_address = 'id.lan'), 'option internal_address: must be an IPv4 or IPv6 address'],
    [(w) => void (options(w).internal_address = '10.0.0.0/8'), 'option internal_address: must be an IPv4 or IPv6 address'],
    [(w) => void (options(w).ca_file = 'ca.pem'), 'option ca_file: must be an absolute path'],
    [(w) => void (options(w).clock_tolerance = '3601'), 'option clock_tolerance: must be a whole number from 0 to 3600'],
    [(w) => void (options(w).clock_tolerance = '-1'), 'option clock_tolerance: must be a whole number from 0 to 3600'],
    [(w) => void (options(w).clock_tolerance = '1e3'), 'option clock_tolerance: must be a whole number from 0 to 3600'],
    [(w) => void (options(w).max_age = 'x'), 'option max_age: must be a whole number'],
    [(w) => void (options(w).session_time = '5'), 'option session_time: must be a whole number'],
    [(w) => void (options(w).trusted_proxy = ['10.0.0.1', 'proxy']), 'option trusted_proxy: entry 2 is neither an IP address nor a CIDR'],
    [(w) => void (options(w).allowed_alg = new Array(129).fill('x')), 'option allowed_alg: has more than 128 entries'],
    [(w) => void (options(w).allowed_alg = 'RS256 ES265'), 'option allowed_alg: entry 2 is none of RS256 RS384'],
    [(w) => void (options(w).allowed_alg = ['rs256']), 'option allowed_alg: entry 1 is none of RS256'],
    [(w) => void (options(w).allowed_alg = 'HS256'), 'option allowed_alg: entry 1 is none of RS256'],
    [(w) => void (options(w).allowed_alg = 'none'), 'option allowed_alg: entry 1 is none of RS256'],
    [(w) => void (options(w).allowed_alg = '256'), 'option allowed_alg: entry 1 is none of RS256'],
    [(w) => void w.host.failures.set('connectUnix', 'refused'), 'UBUS_CONNECT_FAILED'],
    [(w) => void w.host.router.statuses.set('uci.get', 9), 'UCI_ERROR'],
  ];
  for (const [change, log] of rows) {
    const world = newWorld();
    change(world);
    const answer = await ask(world.host, { query: 'action=enabled' });
    t.is(answer.status, 200);
    t.is(answer.body, '{"enabled":false}', log);
    if (log === '') t.deepEqual(world.host.lines, []);
    else
      t.true(
        world.host.lines.some((line) => line.includes(log)),
        `${log} | ${world.host.lines.join(' | ')}`,
      );
  }
});

test('v=2 tells the button its label and whether the page goes on by itself', async (t) => {
  const world = newWorld();
  t.is(await probe(world, 'action=enabled&v=2'), '{"enabled":true,"sso_only":false,"label":"Login with SSO"}');
  Object.assign(options(world), { provider_name: 'Mühle "ID"', sso_only: '1' });
  t.is(await probe(world, 'action=enabled&v=2'), '{"enabled":true,"sso_only":true,"label":"Login with Mühle \\"ID\\""}');
  options(world).enabled = '0';
  t.is(await probe(world, 'action=enabled&v=2'), '{"enabled":false,"sso_only":false,"label":"Login with SSO"}');
});

test('SSO only starts at the address of redirect_uri alone: elsewhere the password form stays', async (t) => {
  for (const [host, https, isAuto] of [
    ['router.example', 'on', true],
    ['router.example:443', 'on', true],
    ['router.example', '', true],
    ['router.example:8080', '', true],
    ['router.example:8443', 'on', false],
    ['192.168.1.1', 'on', false],
    ['192.168.1.1', '', false],
    ['', 'on', false],
  ] as const) {
    const world = newWorld();
    const redirect = 'https://router.example/cgi-bin/luci-sso/callback';
    Object.assign(world.host.router.uci['luci-sso']?.default as object, { sso_only: '1', redirect_uri: redirect });
    const { body } = await ask(world.host, { query: 'action=enabled&v=2', environment: { HTTP_HOST: host, HTTPS: https } });
    t.is((JSON.parse(body) as { sso_only: boolean }).sso_only, isAuto, `${host} ${https}`);
  }
});

test('a provider that failed just now brings the password form back', async (t) => {
  const world = newWorld();
  options(world).sso_only = '1';
  const isSsoOnly = async () => JSON.parse(await probe(world, 'action=enabled&v=2')).sso_only as boolean;
  world.host.server = () => ({ reason: 'refused' });
  t.is((await ask(world.host, {})).status, 502);
  const asked = world.host.sent.length;
  t.false(await isSsoOnly());
  t.is(world.host.sent.length, asked);
  world.host.bootMs += 16_000;
  t.true(await isSsoOnly());
});

test('every answer carries the headers of the contract (security 13, 102)', async (t) => {
  const answer = await ask(newWorld().host, { query: 'action=enabled' });
  for (const [name, value] of [
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'no-referrer'],
  ] as const) {
    t.is(headerOf(answer, name), value);
  }
  t.regex(
    headerOf(answer, 'Content-Security-Policy') ?? '',
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
});
