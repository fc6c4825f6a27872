// SPDX-License-Identifier: MIT
// Whole logins at a Pocket ID by replay, as it was up to 2.9 and as it is since 2.10.
import test, { type ExecutionContext } from 'ava';
import { EXPECTED, type Person } from '../_helpers/outcome.ts';
import type { Alg } from '../_helpers/signing.ts';
import { startSite } from '../_helpers/site.ts';
import {
  assertLogin,
  assertOutcome,
  assertRefused,
  comeBack,
  endSessions,
  joinSite,
  visitProvider,
  type Visited,
} from '../_helpers/visit.ts';
import { startPocketId, type Manner, type PocketId } from '../stand-ins/provider/pocket-id.ts';

const TIMEOUT_MS = 120_000;
const CLIENT = { id: 'luci', secret: 'pocket-id-secret-0123456789' };
const PUBLIC = { id: 'luci-public', secret: '' };

async function startPlace(t: ExecutionContext, manner: Manner, algorithm: Alg = 'RS256'): Promise<Visited<PocketId>> {
  t.timeout(TIMEOUT_MS);
  const site = await startSite();
  const base = `${site.router.url}/cgi-bin/luci-sso`;
  const provider = await startPocketId({
    manner,
    algorithm,
    tls: site.tls,
    ca: site.ca,
    clients: [CLIENT, PUBLIC],
    redirectUri: `${base}/callback`,
    postLogoutUri: `${base}/logged-out`,
  });
  const place = joinSite(site, provider);
  t.teardown(() => place.stop());
  return place;
}

/** One person there and back with what the router and the provider are set to. */
async function visit(place: Visited<PocketId>, person: string) {
  const browser = place.newBrowser();
  return comeBack(place, browser, await visitProvider(place, browser, person));
}

for (const manner of ['2.9', '2.10'] as const) {
  const is29 = manner === '2.9';

  test.serial(`Pocket ID ${manner}: four people log in, bob by a rule for guests@PocketID`, async (t) => {
    const place = await startPlace(t, manner);
    for (const client of [CLIENT, PUBLIC]) {
      await place.configure(client);
      for (const person of Object.keys(EXPECTED) as Person[]) await assertLogin(t, place, person);
      endSessions(place);
    }
    const asked = (request: string) => place.provider.requests.filter((candidate) => candidate === request).length;
    t.is(asked('GET /.well-known/openid-configuration'), 1, 'no-store keeps it from nobody: ten minutes');
    t.is(asked('GET /.well-known/jwks.json'), 1);
    t.is(asked('GET /api/oidc/userinfo'), 0, 'everything is in the ID token');
  });

  test.serial(`Pocket ID ${manner}: who is not verified reads what to do there`, async (t) => {
    const place = await startPlace(t, manner);
    await place.configure(CLIENT);
    const page = await visit(place, 'dave');
    assertRefused(t, place, page, / EMAIL_NOT_VERIFIED \[.* email=unverified groups=0$/, [CLIENT.secret]);
    t.is(page.status, 403);
    t.regex(page.body, /Pocket ID: &quot;Email verified&quot; of the user/);
  });

  test.serial(`Pocket ID ${manner}: its refusals`, async (t) => {
    const place = await startPlace(t, manner);
    const { provider } = place;
    const secrets = [CLIENT.secret, 'wrong-secret'];

    await place.configure({ id: CLIENT.id, secret: 'wrong-secret' });
    assertRefused(
      t,
      place,
      await visit(place, 'alice'),
      is29
        ? / CLIENT_REJECTED \[.* HTTP 401 Invalid client secret$/
        : / CLIENT_REJECTED \[.* HTTP 401 invalid_client: Client authentication failed/,
      secrets,
    );

    await place.configure(CLIENT);
    provider.areCodesExpired = true;
    assertRefused(
      t,
      place,
      await visit(place, 'alice'),
      is29 ? / TOKEN_EXCHANGE_FAILED \[.* HTTP 400 Invalid authorization code$/ : / OIDC_INVALID_GRANT \[.* HTTP 400 invalid_grant: /,
      secrets,
    );
    provider.areCodesExpired = false;

    provider.mixesTokensUp = true;
    assertRefused(t, place, await visit(place, 'alice'), / MISSING_NONCE /, secrets);
    provider.mixesTokensUp = false;

    await place.router.uci('set', 'luci-sso.default.prompt=none');
    assertRefused(t, place, await visit(place, ''), / IDP_ERROR \[.* login_required/, secrets);
    t.regex(place.router.log().at(-2) ?? '', / ISS_MISSING \[.* on an error response$/);
    await place.router.uci('delete', 'luci-sso.default.prompt');

    await place.router.uci('set', 'luci-sso.default.scope=openid profile groups');
    provider.isUserinfoBroken = true;
    assertRefused(
      t,
      place,
      await visit(place, 'alice'),
      is29 ? / USERINFO_FETCH_FAILED \[.* HTTP 500 for / : / USERINFO_FETCH_FAILED \[.* HTTP 401 for /,
      secrets,
    );
    provider.isUserinfoBroken = false;
    assertRefused(t, place, await visit(place, 'alice'), / USER_NOT_AUTHORIZED \[.* email=absent groups=0$/, secrets);
  });

  test.serial(`Pocket ID ${manner}: a client that it does not know any more`, async (t) => {
    const place = await startPlace(t, manner);
    await place.configure(CLIENT);
    const browser = place.newBrowser();
    const callback = await visitProvider(place, browser, 'alice');
    place.provider.forget(CLIENT.id);
    const page = await comeBack(place, browser, callback);
    assertRefused(
      t,
      place,
      page,
      is29 ? / TOKEN_EXCHANGE_FAILED \[.* HTTP 404 Client not found$/ : / CLIENT_REJECTED \[.* HTTP 401 invalid_client/,
      [CLIENT.secret],
    );
  });

  test.serial(`Pocket ID ${manner}: its session ends with the address that the router's session carries`, async (t) => {
    const place = await startPlace(t, manner);
    await place.configure(CLIENT);
    const browser = place.newBrowser();
    assertOutcome(t, place, await comeBack(place, browser, await visitProvider(place, browser, 'alice')), 'alice');
    const [session] = place.router.sessions();
    const page = await browser.open(String(session?.data.oidc_logout_url));
    t.deepEqual([page.url.pathname, page.status], ['/cgi-bin/luci-sso/logged-out', 200]);
    t.is(browser.jar.all().find(({ name }) => name === '__Host-access_token')?.value, '');
  });
}

test.serial('Pocket ID 2.10: state and nonce are long enough for it, and short ones are not', async (t) => {
  const place = await startPlace(t, '2.10');
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  const { headers } = await browser.fetch(new URL(`${place.router.url}/cgi-bin/luci-sso`));
  const authorizeUrl = new URL(String(headers.location));
  for (const name of ['state', 'nonce']) {
    const weak = new URL(authorizeUrl);
    weak.searchParams.set(name, '1234567');
    t.regex((await place.provider.signIn(browser, weak, 'alice')).search, /error=(invalid_state|insufficient_entropy)/);
  }
  t.true((await place.provider.signIn(browser, authorizeUrl, 'alice')).searchParams.has('code'));
});

// What `pocket-id key-rotate -a` offers; RS256 is above.
for (const alg of ['RS512', 'ES256', 'ES384', 'EdDSA'] as const) {
  test.serial(`Pocket ID: its key is one for ${alg}`, async (t) => {
    for (const manner of ['2.9', '2.10'] as const) {
      const place = await startPlace(t, manner, alg);
      await place.configure(CLIENT);
      // From 2.10 on there is an at_hash, with EdDSA of SHA-256.
      await assertLogin(t, place, 'bob');
    }
  });
}
