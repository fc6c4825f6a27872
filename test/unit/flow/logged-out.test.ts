// SPDX-License-Identifier: MIT
import test from 'ava';
import { ask, cookiesOf, headerOf } from '../../_helpers/_fake-host.ts';
import { newWorld } from '../../_helpers/_login.ts';

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
