// SPDX-License-Identifier: MIT
// What a web page that somebody has open can send to the address that only the provider should call.
import test from 'ava';
import type { Browser } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { forged, logoutToken, postLogout } from '../../_helpers/logout-tokens.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { until } from '../../_helpers/until.ts';
import { buttonOf, openLuci, sessionOf, setLook, signInAt } from './_luci.ts';

const POSTS = 70;

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  await scene.configure(CLIENTS.confidential);
  await setLook(scene, 'bootstrap', 'en');
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

test('security 99: posts of a web page are refused before anything else, and the provider is heard all the same', async (t) => {
  t.timeout(120_000);
  const { page } = await openProfile(t, browser);
  await openLuci(scene, page);
  await buttonOf(page).click();
  await signInAt(page, 'alice');
  await sessionOf(page);
  scene.provider.hook = (request, response) => {
    if (request.headers.host?.startsWith('evil.test:') !== true) return false;
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><title>x</title>');
    return true;
  };
  const evil = `https://evil.test:${new URL(scene.provider.issuer).port}`;
  await page.goto(`${evil}/`);
  const target = `${scene.url}/cgi-bin/luci-sso/backchannel-logout`;
  const tokens = [forged(scene), 'junk', logoutToken(scene, { sub: 'alice' })] as const;
  const refused = () => scene.router.log().filter((line) => line.includes(' BROWSER_REQUEST ')).length;

  await page.evaluate(
    async ({ url, values, posts }) => {
      for (let i = 0; i < posts; i++) {
        const body = new URLSearchParams({ logout_token: values[i % values.length] as string });
        await fetch(url, { method: 'POST', mode: 'no-cors', body, referrerPolicy: i % 2 === 0 ? 'no-referrer' : 'origin' });
      }
      navigator.sendBeacon(url, new URLSearchParams({ logout_token: values[0] as string }));
    },
    { url: target, values: tokens, posts: POSTS },
  );
  await until(
    () => (refused() === POSTS + 1 ? true : undefined),
    () => `${refused()} refused\n${scene.router.log().slice(-3).join('\n')}`,
  );
  // And a form of its own, which sends nothing of where it stands.
  await page.evaluate(
    ({ url, value }) => {
      document.body.innerHTML = `<form method="post" action="${url}"><input name="logout_token" value="${value}"></form>`;
      document.head.innerHTML = '<meta name="referrer" content="no-referrer">';
      document.forms[0]?.submit();
    },
    { url: target, value: tokens[2] },
  );
  await until(
    () => (refused() === POSTS + 2 ? true : undefined),
    () => `${refused()} refused\n${scene.router.log().slice(-3).join('\n')}`,
  );
  t.is(scene.router.sessions().length, 1, "not even the provider's own token ends a session from there");
  t.true(scene.router.log().some((line) => line.includes(`Origin ${evil}`)));
  t.true(scene.router.log().some((line) => line.includes('Origin null')));

  t.is((await postLogout(scene, tokens[2])).status, 200, scene.router.log().slice(-3).join('\n'));
  t.is(scene.router.sessions().length, 0);
});
