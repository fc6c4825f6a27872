// SPDX-License-Identifier: MIT
// Whole logins at Debian's glewlwyd, a provider unlike the others: an issuer with a path, `iss` in the
// callback though not announced, token_type "bearer", errors as 403 with codes of its own.
import anyTest, { type TestFn } from 'ava';
import { EXPECTED, type Person } from '../_helpers/outcome.ts';
import { startSite } from '../_helpers/site.ts';
import { assertLogin, assertOutcome, assertRefused, comeBack, endSessions, joinSite, visitProvider, type Visited } from '../_helpers/visit.ts';
import { startGlewlwyd, type Glewlwyd, type GlewlwydAlgorithm } from '../provider/glewlwyd.ts';

const TIMEOUT_MS = 120_000;
const ALGORITHMS: readonly GlewlwydAlgorithm[] = ['RS256', 'ES256'];
const SECRET = 'glewlwyd-secret-0123456789';
const clientFor = (algorithm: GlewlwydAlgorithm) => ({ id: `luci-${algorithm.toLowerCase()}`, secret: SECRET, algorithm });
const CLIENT = clientFor('RS256');
const PUBLIC = { id: 'luci-public', secret: '' };

const test = anyTest as TestFn<Visited<Glewlwyd>>;

test.before(async (t) => {
  t.timeout(TIMEOUT_MS);
  const site = await startSite();
  const clients = [...ALGORITHMS.map(clientFor), PUBLIC];
  const redirectUri = `${site.router.url}/cgi-bin/luci-sso/callback`;
  t.context = joinSite(site, await startGlewlwyd({ tls: site.tls, ca: site.ca, clients, redirectUri }));
});
test.beforeEach((t) => t.timeout(TIMEOUT_MS));
test.afterEach.always((t) => endSessions(t.context));
test.after.always((t) => t.context.stop());

for (const client of [...ALGORITHMS.map(clientFor), PUBLIC]) {
  test.serial(`glewlwyd: four people log in with client ${client.id}`, async (t) => {
    await t.context.configure(client);
    for (const person of Object.keys(EXPECTED) as Person[]) await assertLogin(t, t.context, person);
  });
}

test.serial('glewlwyd: a wrong secret is 403 unauthorized_client', async (t) => {
  const place = t.context;
  await place.configure({ id: CLIENT.id, secret: 'wrong-secret' });
  const browser = place.newBrowser();
  const page = await comeBack(place, browser, await visitProvider(place, browser, 'alice'));
  assertRefused(t, place, page, / CLIENT_REJECTED \[.* HTTP 403 unauthorized_client/, ['wrong-secret']);
});

test.serial('glewlwyd: an invented code is 403 invalid_code', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  const callback = await visitProvider(place, browser, 'alice');
  callback.searchParams.set('code', 'invented');
  assertRefused(t, place, await comeBack(place, browser, callback), / OIDC_INVALID_GRANT \[.* HTTP 403 invalid_code/, [SECRET]);
});

test.serial('glewlwyd: a code that was redeemed is 403 invalid_code in another login', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  const first = await visitProvider(place, browser, 'alice');
  assertOutcome(t, place, await comeBack(place, browser, first), 'alice');
  endSessions(place);
  const second = await visitProvider(place, browser, 'alice');
  const code = first.searchParams.get('code') ?? '';
  second.searchParams.set('code', code);
  assertRefused(t, place, await comeBack(place, browser, second), / OIDC_INVALID_GRANT \[.* HTTP 403 invalid_code/, [SECRET, code]);
});

test.serial('glewlwyd: iss is not announced, but sent and compared; nobody misses it', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  const browser = place.newBrowser();
  const wrong = await visitProvider(place, browser, 'alice');
  t.is(wrong.searchParams.get('iss'), place.provider.issuer);
  wrong.searchParams.set('iss', new URL(place.provider.issuer).origin);
  assertRefused(t, place, await comeBack(place, browser, wrong), / ISS_MISMATCH /, [SECRET]);
  const without = await visitProvider(place, browser, 'alice');
  without.searchParams.delete('iss');
  assertOutcome(t, place, await comeBack(place, browser, without), 'alice');
});

test.serial('glewlwyd: nobody is signed in and nobody may be asked', async (t) => {
  const place = t.context;
  await place.configure(CLIENT);
  await place.router.uci('set', 'luci-sso.default.prompt=none');
  const page = await place.newBrowser().open(`${place.router.url}/cgi-bin/luci-sso`);
  await place.router.uci('delete', 'luci-sso.default.prompt');
  assertRefused(t, place, page, / IDP_ERROR \[.* interaction_required/, [SECRET]);
});
