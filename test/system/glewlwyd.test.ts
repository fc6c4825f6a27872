// SPDX-License-Identifier: MIT
// Whole logins at Debian's glewlwyd, a provider unlike the others: an issuer with a path, `iss` in the
// callback though not announced, token_type "bearer", errors as 403 with codes of its own.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import anyTest, { type TestFn } from 'ava';
import { EXPECTED, type Person } from '../_helpers/outcome.ts';
import { ALGS, type Alg } from '../_helpers/signing.ts';
import { startSite } from '../_helpers/site.ts';
import { until } from '../_helpers/until.ts';
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
import { startGlewlwyd, type Glewlwyd } from '../stand-ins/provider/glewlwyd.ts';

const TIMEOUT_MS = 120_000;
const SECRET = 'glewlwyd-secret-0123456789';
const clientFor = (algorithm: Alg) => ({ id: `luci-${algorithm.toLowerCase()}`, secret: SECRET, algorithm });
const CLIENT = clientFor('RS256');
const BACKCHANNEL = { id: 'luci-backchannel', secret: SECRET };
const PUBLIC = { id: 'luci-public', secret: '' };

/** Bodies of the logout requests that came to the address below. */
const logoutRequests: string[] = [];
const receiver = http.createServer((request, response) => {
  let body = '';
  request
    .setEncoding('utf8')
    .on('data', (chunk: string) => (body += chunk))
    .on('end', () => {
      logoutRequests.push(body);
      response.writeHead(200).end();
    });
});

/** glewlwyd trusts the system's authorities only, so its logout tokens come here first, over plain http. */
async function receiveLogoutTokens(): Promise<string> {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
}

const test = anyTest as TestFn<Visited<Glewlwyd>>;

test.before(async (t) => {
  t.timeout(TIMEOUT_MS);
  const site = await startSite();
  const clients = [...ALGS.map(clientFor), PUBLIC, { ...BACKCHANNEL, backchannelLogoutUri: await receiveLogoutTokens() }];
  const redirectUri = `${site.router.url}/cgi-bin/luci-sso/callback`;
  t.context = joinSite(site, await startGlewlwyd({ tls: site.tls, ca: site.ca, clients, redirectUri }));
});
test.beforeEach((t) => t.timeout(TIMEOUT_MS));
test.afterEach.always((t) => endSessions(t.context));
test.after.always(async (t) => {
  receiver.close();
  await t.context.stop();
});

for (const client of [CLIENT, PUBLIC]) {
  test.serial(`glewlwyd: four people log in with client ${client.id}`, async (t) => {
    await t.context.configure(client);
    for (const person of Object.keys(EXPECTED) as Person[]) await assertLogin(t, t.context, person);
  });
}

for (const alg of ALGS) {
  test.serial(`glewlwyd: an ID token signed with ${alg}`, async (t) => {
    const place = t.context;
    await place.configure(clientFor(alg));
    await assertLogin(t, place, 'bob');
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

test.serial('glewlwyd: its logout token has no exp, and ends nothing', async (t) => {
  const place = t.context;
  await place.configure(BACKCHANNEL);
  const browser = place.newBrowser();
  assertOutcome(t, place, await comeBack(place, browser, await visitProvider(place, browser, 'alice')), 'alice');
  const logoutUrl = new URL(String(place.router.sessions()[0]?.data.oidc_logout_url));
  await place.provider.endSession(browser, logoutUrl.searchParams.get('id_token_hint') ?? '');
  const form = new URLSearchParams(await until(() => logoutRequests[0]));
  const page = await place
    .newBrowser()
    .fetch(new URL(`${place.router.url}/cgi-bin/luci-sso/backchannel-logout`), undefined, Object.fromEntries(form));
  t.is(page.status, 400);
  t.regex(place.router.log().at(-1) ?? '', / MISSING_EXP_CLAIM /);
  t.is(place.router.sessions().length, 1);
});
