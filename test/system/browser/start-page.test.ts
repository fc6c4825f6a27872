// SPDX-License-Identifier: MIT
// The page behind the demo's login: what a person reads there is what the session is.
import test from 'ava';
import type { Browser } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { buttonOf, openLuci, setLook, shoot, signInAt } from './_luci.ts';

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  await scene.configure(CLIENTS.confidential);
  await setLook(scene, 'bootstrap', 'en');
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

for (const [user, role, mayOpen, colorScheme] of [
  ['alice', 'admin', true, 'light'],
  ['bob', 'guest', false, 'dark'],
] as const) {
  test.serial(`the start page says who is logged in, with which rights, until when: ${user}`, async (t) => {
    t.timeout(120_000);
    const { page, noise } = await openProfile(t, browser, { colorScheme });
    await openLuci(scene, page);
    await buttonOf(page).click();
    await signInAt(page, user);
    await page.waitForSelector('#session');
    const text = (await page.locator('.cbi-section').innerText()).replaceAll(/\s+/g, ' ');
    t.regex(text, new RegExp(`Who ${user}`));
    t.regex(text, new RegExp(`Role ${role}, because of`));
    t.regex(text, /Session ends \d+ \w+ \d{4}.* at the latest/);
    t.is(await page.getByRole('link', { name: 'SSO Login' }).count(), mayOpen ? 1 : 0);
    t.is(await page.getByRole('link', { name: 'Log out' }).count(), 1);
    const { rights } = JSON.parse(await page.locator('#session').innerText()) as { rights: { 'access-group': Record<string, string[]> } };
    for (const [group, halves] of Object.entries(rights['access-group']))
      for (const [half, title] of [
        ['write', 'May change'],
        ['read', 'May read'],
      ] as const) {
        const listed = await page.locator('.cbi-value', { hasText: title }).locator('code').allInnerTexts();
        t.is(listed.includes(group), halves.includes(half), `${title} ${group}`);
      }
    t.deepEqual(noise, []);
    await shoot(page, `start-page-${colorScheme}`);
  });
}
