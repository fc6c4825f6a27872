// SPDX-License-Identifier: MIT
import test from 'ava';
import { ask, cookiesOf, headerOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

test('the page behind a logout has the ways back in, goes nowhere by itself and asks nobody (security 97)', async (t) => {
  for (const [language, words] of [
    ['en', ['You are logged out', 'Login with SSO', 'Login with password']],
    ['de-CH,fr', ['abgemeldet', 'Mit SSO anmelden', 'Mit Passwort anmelden']],
  ] as const) {
    const world = newWorld();
    // As it must be in SSO only, with a provider that adds what it likes.
    (world.host.router.uci['luci-sso']?.default as Record<string, unknown>).sso_only = '1';
    const answer = await ask(world.host, { path: '/logged-out', query: 'state=x', environment: { HTTP_ACCEPT_LANGUAGE: language } });
    t.is(answer.status, 200);
    t.is(headerOf(answer, 'Location'), undefined);
    t.is(headerOf(answer, 'Refresh'), undefined);
    t.notRegex(answer.body, /http-equiv|<script|<form|<iframe/i);
    for (const word of words) t.true(answer.body.includes(word), word);
    t.deepEqual(
      [...answer.body.matchAll(/href="([^"]*)"/g)].map(([, target]) => target),
      ['/cgi-bin/luci-sso', '/cgi-bin/luci/?local=true'],
    );
    t.deepEqual(cookiesOf(answer), []);
    t.deepEqual(world.host.sent, []);
  }
});

test('it is there when single sign-on is off or the router is broken, and only for GET', async (t) => {
  const world = newWorld();
  delete world.host.router.uci['luci-sso'];
  world.host.failures.set('connectUnix', 'refused');
  t.is((await ask(world.host, { path: '/logged-out' })).status, 200);
  const posted = await ask(world.host, { path: '/logged-out', method: 'POST' });
  t.is(posted.status, 405);
  t.is(headerOf(posted, 'Allow'), 'GET');
});

/** Where LuCI's Log out sends the browser of a session that SSO made. */
async function logoutUrl(world: World): Promise<URL> {
  await finish(world, await start(world));
  const urls = [...world.host.router.sessions.values()].map(({ values }) => values.oidc_logout_url);
  return new URL(String(urls.findLast((url) => url !== undefined)));
}

/** Comes back from the provider with these parameters. */
const returning = (world: World, parameters: Record<string, string>) =>
  ask(world.host, { path: '/logged-out', query: new URLSearchParams(parameters).toString() });
const THERE = 'also signed out at your provider';

test('rp-init-logout: the state that goes to the provider comes back, and the page says what it means', async (t) => {
  const world = newWorld();
  const url = await logoutUrl(world);
  t.is(url.searchParams.get('client_id'), 'luci');
  t.true(url.searchParams.has('id_token_hint'));
  t.is(url.searchParams.get('post_logout_redirect_uri'), 'https://router.test/cgi-bin/luci-sso/logged-out');
  const state = url.searchParams.get('state') ?? '';
  t.true(state.length >= 22);
  t.true((await returning(world, { state })).body.includes(THERE));
  const other = await logoutUrl(world);
  t.not(other.searchParams.get('state'), state, 'each login has its own');
});

test('rp-init-logout-other-state: the plain page, whatever the state is', async (t) => {
  const world = newWorld();
  const state = (await logoutUrl(world)).searchParams.get('state') ?? '';
  const flipped = (state.startsWith('A') ? 'B' : 'A') + state.slice(1);
  for (const other of ['x', '', flipped, state.slice(1), `${state}A`, 'A'.repeat(32), '\0', 'ä'.repeat(500)]) {
    const answer = await returning(world, { state: other });
    t.is(answer.status, 200);
    t.true(answer.body.includes('You are logged out'));
    t.false(answer.body.includes(THERE), other);
  }
  const twice = await ask(world.host, { path: '/logged-out', query: `state=${state}&state=${state}` });
  t.false(twice.body.includes(THERE), 'twice');
  world.host.state.delete('boot-key');
  t.false((await returning(world, { state })).body.includes(THERE), 'of another boot');
  world.host.failures.set('stateRead', 'io');
  const broken = await returning(world, { state });
  t.is(broken.status, 200);
  t.false(broken.body.includes(THERE), 'a key that cannot be read');
});

test('rp-init-logout-no-state: the plain page, without a look at any key', async (t) => {
  const world = newWorld();
  const answer = await ask(world.host, { path: '/logged-out' });
  t.is(answer.status, 200);
  t.false(answer.body.includes(THERE));
  t.is(world.host.state.size, 0);
});
