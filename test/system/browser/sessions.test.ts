// SPDX-License-Identifier: MIT
// Sessions that end by themselves, as people see it: the provider takes a group away, and a page that polls for ever.
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { check, log, tick, users } from '../../_helpers/ticks.ts';
import { buttonOf, openLuci, sessionOf, setLook, signInAt } from './_luci.ts';

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true, refreshTokens: 'rotated' }), launchChromium()]);
  await scene.configure(CLIENTS.confidential);
  for (const line of [
    ['delete', 'luci-sso.admin.email'],
    ['add_list', 'luci-sso.admin.group=admins'],
    ['commit', 'luci-sso'],
  ])
    await scene.router.uci(...line);
  scene.provider.setGroups('alice', ['admins']);
  await setLook(scene, 'bootstrap', 'en');
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

async function login(page: Page, user: string): Promise<void> {
  await openLuci(scene, page);
  await buttonOf(page).click();
  await signInAt(page, user);
  await sessionOf(page);
}

/** As a page of LuCI does that shows what goes on. */
const poll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    setInterval(() => void fetch('/cgi-bin/luci/').then((answer) => (document.title = String(answer.status))), 200);
  });
const ended = (): string[] => [...log(scene).matchAll(/ SESSION_ENDED \[\S+\] reason=(\w+) /g)].map(([, reason = '']) => reason);
const isOut = async (page: Page): Promise<boolean> => {
  await page.goto(`${scene.url}/cgi-bin/luci/`);
  return (await page.locator('#session').count()) === 0 && (await page.locator('input[name="luci_password"]').count()) === 1;
};

test.serial('who loses a group at the provider is out on every machine after one check, and nobody else', async (t) => {
  t.timeout(180_000);
  const [first, second, other] = [await openProfile(t, browser), await openProfile(t, browser), await openProfile(t, browser)];
  await login(first.page, 'alice');
  await login(second.page, 'alice');
  await login(other.page, 'bob');
  await poll(other.page);
  await check(scene);
  t.deepEqual(users(scene), ['alice=admin', 'alice=admin', 'bob=guest'], log(scene));
  scene.provider.setGroups('alice', []);
  await check(scene);
  t.deepEqual(users(scene), ['bob=guest'], log(scene));
  t.deepEqual(ended(), ['no_role', 'no_role']);
  t.true(await isOut(first.page));
  t.true(await isOut(second.page));
  t.false(await isOut(other.page));
  t.is((await sessionOf(other.page)).role, 'guest');
});

test.serial('a page that polls is never idle, and ends with the longest time of its session', async (t) => {
  t.timeout(180_000);
  for (const { id } of scene.router.sessions()) scene.router.rpcd.sessions.destroy(id);
  scene.provider.setGroups('alice', ['admins']);
  const { page } = await openProfile(t, browser);
  const before = ended().length;
  await login(page, 'alice');
  await poll(page);
  const sees = (status: string): Promise<unknown> => page.waitForFunction((wanted) => document.title === wanted, status);
  await sees('200');
  await tick(scene);
  await sees('200');
  // Twelve hours later.
  const session = scene.router.sessions().find(({ data }) => data.oidc_user === 'alice');
  t.true(Number(session?.data.oidc_ends) > 43_000);
  Object.assign(session?.data ?? {}, { oidc_ends: '1' });
  await tick(scene);
  await sees('403');
  t.deepEqual(ended().slice(before), ['session_max'], log(scene));
  t.true(await isOut(page));
});
