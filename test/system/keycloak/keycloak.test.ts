// SPDX-License-Identifier: MIT
// Whole logins at a real Keycloak: an issuer with a path, groups by a mapper, nested roles, a key set with an
// encryption key, `iss` on errors too, and what it refuses.
import { readFileSync, writeFileSync } from 'node:fs';
import anyTest, { type TestFn } from 'ava';
import { callJson } from '../../_helpers/json-client.ts';
import { EXPECTED, type Person } from '../../_helpers/outcome.ts';
import { startProxy } from '../../_helpers/proxy.ts';
import { ALGS, type Alg } from '../../_helpers/signing.ts';
import { startSite } from '../../_helpers/site.ts';
import { check, keptFiles, log, tick, users } from '../../_helpers/ticks.ts';
import { until } from '../../_helpers/until.ts';
import {
  assertLogin,
  assertOutcome,
  assertRefused,
  comeBack,
  endSessions,
  joinSite,
  visitProvider,
  type Visited,
} from '../../_helpers/visit.ts';
import { startKeycloak, type Keycloak } from './keycloak.ts';

const TIMEOUT_MS = 900_000;
const SECRET = 'keycloak-secret-0123456789';

const signedWith = (alg: Alg) => ({ id: `luci-${alg.toLowerCase()}`, secret: SECRET, attributes: { 'id.token.signed.response.alg': alg } });
const CLIENT = { id: 'luci', secret: SECRET };
const PUBLIC = { id: 'luci-public', secret: '' };
const PATHS = { id: 'luci-paths', secret: SECRET, groups: { in: 'token', withPath: true } } as const;
const USERINFO = { id: 'luci-userinfo', secret: SECRET, groups: { in: 'userinfo', withPath: false } } as const;
const PUSHED = { id: 'luci-pushed', secret: SECRET, attributes: { 'require.pushed.authorization.requests': 'true' } };

/** Its logout tokens have a sid, or only the subject. */
const ONE_SESSION = { id: 'luci-one-session', secret: SECRET };
const WHOLE_USER = { id: 'luci-whole-user', secret: SECRET };
const backChannelClients = (url: string) => [
  { ...ONE_SESSION, attributes: { 'backchannel.logout.url': url, 'backchannel.logout.session.required': 'true' } },
  { ...WHOLE_USER, attributes: { 'backchannel.logout.url': url, 'backchannel.logout.session.required': 'false' } },
];

const test = anyTest as TestFn<Visited<Keycloak>>;

test.before(async (t) => {
  t.timeout(TIMEOUT_MS);
  const site = await startSite();
  const base = `${site.router.url}/cgi-bin/luci-sso`;
  const provider = await startKeycloak({
    tls: site.tls,
    ca: site.ca,
    clients: [CLIENT, PUBLIC, PATHS, USERINFO, PUSHED, ...backChannelClients(`${base}/backchannel-logout`), ...ALGS.map(signedWith)],
    redirectUri: `${base}/callback`,
    postLogoutUri: `${base}/logged-out`,
  });
  t.context = joinSite(site, provider);
  await t.context.configure(CLIENT);
  // It has no scope of the name groups, and refuses what it does not know.
  await site.router.uci('set', 'luci-sso.default.scope=openid profile email');
});
test.beforeEach((t) => t.timeout(TIMEOUT_MS));
test.afterEach.always((t) => endSessions(t.context));
test.after.always((t) => t.context.stop?.());

/** One person there and back with what the router is set to. */
async function visit(place: Visited, person: string) {
  const browser = place.newBrowser();
  return comeBack(place, browser, await visitProvider(place, browser, person));
}

async function withOption(place: Visited, option: string, value: string, run: () => Promise<void>): Promise<void> {
  const name = `luci-sso.default.${option}`;
  const before = await place.router.uci('-q', 'get', name).then(
    (text) => text.trim(),
    () => undefined,
  );
  await place.router.uci('set', `${name}=${value}`);
  await run();
  await place.router.uci(...(before === undefined ? ['delete', name] : ['set', `${name}=${before}`]));
}

for (const client of [CLIENT, PUBLIC]) {
  test.serial(`Keycloak: four people log in with client ${client.id}`, async (t) => {
    await t.context.configure(client);
    for (const person of Object.keys(EXPECTED) as Person[]) await assertLogin(t, t.context, person);
  });
}

test.serial('Keycloak: its key changes between two logins', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  await assertLogin(t, place, 'alice');
  endSessions(place);
  await place.provider.rotateKeys();
  await assertLogin(t, place, 'alice');
  t.true(place.router.log().some((line) => line.includes(' JWKS_REFETCHED ')));
});

test.serial('Keycloak: its key set has an encryption key, which is passed over', async (t) => {
  const { jwks_uri: jwksUri } = await t.context.provider.discovery();
  const { keys } = (await callJson(t.context.ca, String(jwksUri))).body as { keys: { use: string; alg: string }[] };
  t.true(keys.some(({ use, alg }) => use === 'enc' && alg === 'RSA-OAEP'));
});

for (const alg of ALGS) {
  test.serial(`Keycloak: ID tokens signed with ${alg}`, async (t) => {
    await t.context.configure(signedWith(alg));
    await assertLogin(t, t.context, 'bob');
  });
}

test.serial('Keycloak: groups with their path are other groups', async (t) => {
  const place = t.context;
  await place.configure(PATHS);
  assertRefused(t, place, await visit(place, 'bob'), / USER_NOT_AUTHORIZED \[.* groups=2$/, [SECRET]);
  await place.router.uci('add_list', 'luci-sso.guest.group=/guests');
  await assertLogin(t, place, 'bob');
  await place.router.uci('del_list', 'luci-sso.guest.group=/guests');
});

test.serial('Keycloak: groups at userinfo only', async (t) => {
  await t.context.configure(USERINFO);
  for (const person of ['alice', 'bob', 'mallory'] as const) await assertLogin(t, t.context, person);
});

test.serial('Keycloak: realm roles as groups, from a nested claim', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  await place.router.uci('add_list', 'luci-sso.guest.group=router-guest');
  await place.router.uci('del_list', 'luci-sso.guest.group=guests@PocketID');
  await withOption(place, 'groups_claim', 'realm_access.roles', async () => {
    await assertLogin(t, place, 'bob');
    await assertLogin(t, place, 'mallory');
  });
  endSessions(place);
  assertRefused(t, place, await visit(place, 'bob'), / USER_NOT_AUTHORIZED /, [SECRET]);
  await place.router.uci('del_list', 'luci-sso.guest.group=router-guest');
  await place.router.uci('add_list', 'luci-sso.guest.group=guests@PocketID');
});

test.serial('Keycloak: a wrong secret is 401 unauthorized_client', async (t) => {
  await t.context.configure({ id: CLIENT.id, secret: 'wrong-secret' });
  assertRefused(t, t.context, await visit(t.context, 'alice'), / CLIENT_REJECTED \[.* HTTP 401 unauthorized_client: /, ['wrong-secret']);
});

test.serial('Keycloak: an invented code and a redeemed one are 400 invalid_grant', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  const first = await visitProvider(place, browser, 'alice');
  assertOutcome(t, place, await comeBack(place, browser, first), 'alice');
  endSessions(place);
  for (const code of [first.searchParams.get('code') ?? '', 'invented']) {
    const callback = await visitProvider(place, browser, 'alice');
    callback.searchParams.set('code', code);
    assertRefused(t, place, await comeBack(place, browser, callback), / OIDC_INVALID_GRANT \[.* HTTP 400 invalid_grant: Code not valid/, [
      SECRET,
    ]);
  }
});

test.serial('Keycloak: iss is announced, and comes with errors too', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  await withOption(place, 'scope', 'openid groups', async () => {
    const callback = await visitProvider(place, place.newBrowser(), 'alice');
    t.is(callback.searchParams.get('iss'), place.provider.issuer);
    assertRefused(t, place, await visit(place, 'alice'), / IDP_ERROR \[.* invalid_scope/, [SECRET]);
  });
  await withOption(place, 'prompt', 'none', async () => {
    assertRefused(t, place, await visit(place, 'alice'), / IDP_ERROR \[.* login_required/, [SECRET]);
  });
  const browser = place.newBrowser();
  const without = await visitProvider(place, browser, 'alice');
  without.searchParams.delete('iss');
  assertRefused(t, place, await comeBack(place, browser, without), / ISS_MISSING /, [SECRET]);
});

test.serial('Keycloak: max_age and acr_values are asked for and enforced', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  await withOption(place, 'max_age', '300', () => assertLogin(t, place, 'alice'));
  endSessions(place);
  await withOption(place, 'acr_values', '1', () => assertLogin(t, place, 'alice'));
  endSessions(place);
  await withOption(place, 'acr_values', 'gold', async () => {
    assertRefused(t, place, await visit(place, 'alice'), / ACR_MISMATCH /, [SECRET]);
  });
});

test.serial('Keycloak: the issuer is its own, to the letter', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const { issuer } = place.provider;
  for (const [given, line] of [
    [`${issuer}/`, / DISCOVERY_ISSUER_MISMATCH /],
    [issuer.replace('/realms/luci', '/realms/LUCI'), / DISCOVERY_FAILED \[.* 404/],
    [new URL(issuer).origin, / DISCOVERY_FAILED \[.* 404/],
  ] as const) {
    await withOption(place, 'issuer_url', given, async () => {
      assertRefused(t, place, await place.newBrowser().open(`${place.router.url}/cgi-bin/luci-sso`), line, [SECRET]);
    });
  }
});

test.serial('Keycloak: a client that must push its requests, which only Keycloak knows', async (t) => {
  const place = t.context;
  await place.configure(PUSHED);
  t.is((await place.provider.discovery()).require_pushed_authorization_requests, false);
  assertRefused(t, place, await visit(place, 'alice'), / IDP_ERROR \[.* invalid_request: Pushed Authorization Request is only allowed/, [
    SECRET,
  ]);
});

test.serial('Keycloak: pushed requests, demanded by metadata that a proxy of ours changes', async (t) => {
  const place = t.context;
  const { issuer } = place.provider;
  const proxy = await startProxy({
    tls: place.tls,
    ca: place.ca,
    target: new URL(issuer).origin,
    change: (path, text) =>
      path.endsWith('/openid-configuration')
        ? text.replace('"require_pushed_authorization_requests":false', '"require_pushed_authorization_requests":true')
        : text,
  });
  t.teardown(() => proxy.stop());
  for (const client of [PUSHED, PUBLIC]) {
    await place.configure(client);
    await withOption(place, 'internal_issuer_url', proxy.url, () => assertLogin(t, place, 'bob'));
    endSessions(place);
  }
  t.is(proxy.requests.filter((request) => request.endsWith('/protocol/openid-connect/ext/par/request')).length, 2);
});

test.serial('Keycloak: Log out ends its session and comes back', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  assertOutcome(t, place, await comeBack(place, browser, await visitProvider(place, browser, 'alice')), 'alice');
  const [session] = place.router.sessions();
  const page = await browser.open(String(session?.data.oidc_logout_url));
  t.is(page.url.href.split('?')[0], `${place.router.url}/cgi-bin/luci-sso/logged-out`);
  t.is(page.status, 200);
  const again = await browser.open(`${place.router.url}/cgi-bin/luci-sso`);
  t.regex(again.body, /id="kc-form-login"/, 'it asks for the password again');
});

const reasons = (place: Visited): string[] =>
  [...log(place).matchAll(/ SESSION_ENDED \[\S+\] reason=(\w+) /g)].map(([, reason = '']) => reason);

test.serial('Keycloak: a session follows its user: still there, disabled, out of the group, logged out by an administrator', async (t) => {
  const place = t.context;
  const { provider } = place;
  await place.configure(CLIENT);
  // Those of the tests before.
  await assertLogin(t, place, 'alice');
  endSessions(place);
  for (let i = 0; i < 5 && keptFiles(place).length > 0; i++) await tick(place);
  const [bob] = (await provider.admin('/users?username=bob&exact=true')) as { id: string }[];
  const user = `/users/${bob?.id}`;
  const groups = (await provider.admin(`${user}/groups`)) as { id: string; name: string }[];
  t.true(groups.length > 0);
  for (const [reason, act, undo] of [
    [
      'invalid_grant',
      () => provider.admin(user, { method: 'PUT', body: { enabled: false } }),
      () => provider.admin(user, { method: 'PUT', body: { enabled: true } }),
    ],
    [
      'no_role',
      () => Promise.all(groups.map(({ id }) => provider.admin(`${user}/groups/${id}`, { method: 'DELETE' }))),
      () => Promise.all(groups.map(({ id }) => provider.admin(`${user}/groups/${id}`, { method: 'PUT', body: {} }))),
    ],
    [
      'invalid_grant',
      () => {
        const session = place.router.sessions().find(({ data }) => data.oidc_user === 'bob');
        return provider.admin(`/sessions/${session?.data.oidc_sid}`, { method: 'DELETE' });
      },
      () => Promise.resolve(),
    ],
  ] as const) {
    for (const person of ['alice', 'bob'] as const) await assertLogin(t, place, person);
    t.is(keptFiles(place).length, 2, 'it sends refresh tokens without being asked');
    for (let i = 0; i < 2; i++) await check(place);
    t.deepEqual(users(place), ['alice=admin', 'bob=guest'], log(place));
    const before = reasons(place).length;
    await act();
    await check(place);
    t.deepEqual(users(place), ['alice=admin'], log(place));
    t.deepEqual(reasons(place).slice(before), [reason]);
    await undo();
    endSessions(place);
    await tick(place);
    t.deepEqual(keptFiles(place), [], log(place));
  }
});

test.serial('Keycloak: refresh tokens that work once are followed, and a lost one ends the session', async (t) => {
  const place = t.context;
  const set = (revokeRefreshToken: boolean): Promise<unknown> =>
    place.provider.admin('', { method: 'PUT', body: { revokeRefreshToken, refreshTokenMaxReuse: 0 } });
  await place.configure(CLIENT);
  await set(true);
  await assertLogin(t, place, 'bob');
  for (let i = 0; i < 3; i++) await check(place);
  t.deepEqual(users(place), ['bob=guest'], log(place));
  const [file = ''] = keptFiles(place);
  const used = readFileSync(file);
  await check(place);
  t.deepEqual(users(place), ['bob=guest'], log(place));
  writeFileSync(file, used);
  await check(place);
  t.deepEqual(users(place), [], log(place));
  t.is(reasons(place).at(-1), 'invalid_grant');
  await set(false);
});

test.serial('Keycloak: its back-channel logout ends one session, or all of a user', async (t) => {
  const place = t.context;
  const users = () =>
    place.router
      .sessions()
      .map(({ data }) => String(data.oidc_user))
      .sort()
      .join(' ');
  for (const [client, rest] of [
    [ONE_SESSION, 'alice bob'],
    [WHOLE_USER, 'bob'],
  ] as const) {
    await place.configure(client);
    for (const person of ['alice', 'alice', 'bob'] as const) await assertLogin(t, place, person);
    const first = place.router.sessions().find(({ data }) => data.oidc_user === 'alice');
    await place.provider.admin(`/sessions/${first?.data.oidc_sid}`, { method: 'DELETE' });
    await until(
      () => (users() === rest ? true : undefined),
      () => place.router.log().join('\n'),
    );
    t.false(place.router.sessions().some(({ id }) => id === first?.id));
    endSessions(place);
  }
});
