// SPDX-License-Identifier: MIT
// Logging out at the provider, with the real provider's own pages, tokens and calls.
import test, { type ExecutionContext } from 'ava';
import type { Page } from '../_helpers/browser.ts';
import { CLIENTS, login, startScene, type Scene, type SceneOptions } from '../_helpers/scene.ts';

const SECONDS = 1000;

async function sceneOf(t: ExecutionContext, options: SceneOptions): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene(options);
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  return scene;
}

const sessionsOf = (scene: Scene) =>
  scene.router
    .sessions()
    .map(({ id, data }) => ({ id, user: String(data.oidc_user), logoutUrl: String(data.oidc_logout_url), sid: String(data.oidc_sid) }));

/** What the browser does behind LuCI's Log out: the provider asks, the person agrees. */
async function logOutAtProvider(scene: Scene, browser: ReturnType<Scene['newBrowser']>, logoutUrl: string): Promise<Page> {
  const page = await browser.open(logoutUrl, { from: new URL(scene.router.url) });
  return browser.submit(page, { logout: 'yes' });
}

for (const [kind, left] of [
  ['sid', ['alice', 'bob']],
  ['sub', ['bob']],
] as const) {
  test(`security 96, 99: the provider says who logged out, by ${kind}: those sessions end, others live`, async (t) => {
    const scene = await sceneOf(t, { backChannelLogout: kind });
    const first = scene.newBrowser();
    await login(scene, first, 'alice');
    const [session] = sessionsOf(scene);
    await login(scene, scene.newBrowser(), 'alice');
    await login(scene, scene.newBrowser(), 'bob');
    t.deepEqual(
      sessionsOf(scene)
        .map(({ user }) => user)
        .sort(),
      ['alice', 'alice', 'bob'],
    );
    t.is((session?.sid ?? '') !== '', kind === 'sid');

    const page = await logOutAtProvider(scene, first, session?.logoutUrl ?? '');
    t.is(page.url.origin + page.url.pathname, `${scene.router.url}/cgi-bin/luci-sso/logged-out`);
    t.regex(page.url.search, /^\?state=[\w-]{32}$/);
    t.deepEqual(
      sessionsOf(scene)
        .map(({ user }) => user)
        .sort(),
      [...left],
      scene.router.log().join('\n'),
    );
    t.false(sessionsOf(scene).some(({ id }) => id === session?.id));
    t.regex(scene.router.log().join('\n'), / BACKCHANNEL_LOGOUT .*ended=[12]/);
  });
}

test('a provider that cannot reach the router still logs the person out there', async (t) => {
  const scene = await sceneOf(t, {});
  const browser = scene.newBrowser();
  await login(scene, browser, 'alice');
  const [session] = sessionsOf(scene);
  t.regex(session?.logoutUrl ?? '', /[?&]id_token_hint=eyJ/);
  t.is((await logOutAtProvider(scene, browser, session?.logoutUrl ?? '')).url.pathname, '/cgi-bin/luci-sso/logged-out');
  t.is(sessionsOf(scene).length, 1, 'without a call from there the session here lives on');
});
