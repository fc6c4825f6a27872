// SPDX-License-Identifier: MIT
// Whole ways of a person through router and provider, on two sites, in a real browser: in, out,
// refused, and in SSO only with everything that must bring the password form back.
import test from 'ava';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { BUTTON, buttonOf, openLuci, requestsTo, sessionOf, setLook, setOption, shoot, signInAt } from './_luci.ts';

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  await scene.configure(CLIENTS.confidential);
  await setLook(scene, 'bootstrap', 'en');
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

/** The configuration is one for everybody, so the tests take turns. */
const turns = test.serial;

const login = async (page: Page, user: string): Promise<void> => {
  await openLuci(scene, page);
  await buttonOf(page).click();
  await signInAt(page, user);
};

turns('in by the button, out by Log out: the session ends on the router and at the provider (security 96, 98)', async (t) => {
  t.timeout(120_000);
  const { page, noise } = await openProfile(t, browser);
  await login(page, 'alice');
  await sessionOf(page);
  t.is(scene.router.sessions().length, 1);
  await page.getByRole('link', { name: 'Log out' }).click();
  t.is(new URL(page.url()).hostname, 'idp.test');
  t.is(scene.router.sessions().length, 0, 'ended before the provider is asked');
  await page.getByRole('button', { name: 'Yes' }).click();
  await page.waitForURL(`${scene.url}/cgi-bin/luci-sso/logged-out**`);
  await page.getByRole('heading', { name: 'You are logged out of the router.' }).waitFor();
  await shoot(page, 'logged-out');
  await page.getByRole('link', { name: 'Login with SSO' }).click();
  await page.locator('input[name="login"]').waitFor(); // the provider asks again
  await page.goBack();
  await page.getByRole('link', { name: 'Login with password' }).click();
  t.is(page.url(), `${scene.url}/cgi-bin/luci/?local=true`);
  await page.locator('input[name="luci_password"]').waitFor();
  t.deepEqual(
    noise.filter((line) => line.includes('router.test')),
    [],
  ); // the provider's pages want a font
});

turns('without logout at the provider, Log out ends on the page with the ways back', async (t) => {
  t.timeout(60_000);
  t.teardown(() => setOption(scene, 'logout_at_provider', '1'));
  await setOption(scene, 'logout_at_provider', '0');
  const { page } = await openProfile(t, browser);
  await login(page, 'alice');
  await page.getByRole('link', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'You are logged out of the router.' }).waitFor();
  t.is(scene.router.sessions().length, 0);
});

turns('a password session logs out as always', async (t) => {
  t.timeout(60_000);
  const profile = await openProfile(t, browser);
  const { page } = profile;
  await openLuci(scene, page);
  await page.locator('input[name="luci_password"]').fill('router');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Log out' }).click();
  await page.locator('input[name="luci_password"]').waitFor();
  t.is(page.url(), `${scene.url}/cgi-bin/luci/`);
  t.deepEqual(requestsTo(profile, scene.provider.issuer), []);
});

for (const [locale, heading, back, again, other] of [
  ['en-US', 'Login did not work', 'Login with password', 'Try again', 'Switch account'],
  ['de-DE', 'Die Anmeldung hat nicht geklappt', 'Mit Passwort anmelden', 'Noch einmal versuchen', 'Konto wechseln'],
] as const) {
  turns(`the page of a refused login has no scripts, and ways on that work: ${locale}`, async (t) => {
    t.timeout(120_000);
    const { page, noise } = await openProfile(t, browser, { locale });
    await login(page, 'mallory');
    await page.getByRole('heading', { name: heading }).waitFor();
    t.is(await page.locator('script').count(), 0);
    t.true((await page.locator('body').innerText()).includes('mallory@example.net'));
    await shoot(page, `refused-${locale}`);
    // Still signed in there as the same person: the same answer.
    await page.getByRole('link', { name: again }).click();
    await page.getByRole('heading', { name: heading }).waitFor();
    // The test provider knows one account a browser; that it is asked for another is all there is to see.
    const asked = page.waitForRequest((request) => request.url().startsWith(scene.provider.issuer));
    await page.getByRole('link', { name: other }).click();
    t.is(new URL((await asked).url()).searchParams.get('prompt'), 'select_account');
    await page.getByRole('link', { name: back }).click();
    t.is(page.url(), `${scene.url}/cgi-bin/luci/?local=true`);
    await page.locator('input[name="luci_password"]').fill('router');
    await page.keyboard.press('Enter');
    await sessionOf(page);
    t.deepEqual(noise, []);
  });
}

/** SSO only for one test. */
const only = async (t: { teardown(fn: () => Promise<void>): void }): Promise<void> => {
  t.teardown(() => setOption(scene, 'sso_only', '0'));
  await setOption(scene, 'sso_only', '1');
};

for (const theme of ['bootstrap', 'material', 'openwrt.org']) {
  turns(`SSO only: the login page goes to the provider by itself, and comes back to LuCI: ${theme}`, async (t) => {
    t.timeout(60_000);
    await only(t);
    await setLook(scene, theme, 'en');
    t.teardown(() => setLook(scene, 'bootstrap', 'en'));
    const { page, noise } = await openProfile(t, browser);
    await page.goto(`${scene.url}/cgi-bin/luci/admin/network`);
    await signInAt(page, 'alice');
    t.is((await sessionOf(page)).path, '/cgi-bin/luci/'); // an address that was typed comes from no page of the router
    t.deepEqual(noise, []);
  });

  turns(`SSO only: on the way the form is hidden, and there is a way back to it: ${theme}`, async (t) => {
    t.timeout(60_000);
    await only(t);
    await setLook(scene, theme, 'de');
    t.teardown(() => setLook(scene, 'bootstrap', 'en'));
    const { page, noise } = await openProfile(t, browser);
    await page.route('**/cgi-bin/luci-sso', (route) => route.fulfill({ status: 204 })); // stays on the page
    await openLuci(scene, page);
    await page.getByRole('button', { name: 'Weiterleitung…' }).waitFor();
    t.is(await page.locator('input[name="luci_password"]').isVisible(), false);
    t.is(await page.locator('input[type="submit"], .cbi-button-positive').first().isVisible(), false);
    await shoot(page, `sso-only-${theme}`);
    await page.getByRole('link', { name: 'Mit Passwort anmelden' }).click();
    await page.locator('input[name="luci_password"]').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Falscher Benutzername').waitFor();
    await page.locator('input[name="luci_password"]').fill('router');
    await page.keyboard.press('Enter');
    await sessionOf(page);
    t.deepEqual(noise, []);
  });
}

turns('SSO only: the page behind a logout and the page of a refused login go nowhere', async (t) => {
  t.timeout(60_000);
  await only(t);
  const { page } = await openProfile(t, browser);
  await page.goto(`${scene.url}/cgi-bin/luci/`);
  await signInAt(page, 'mallory');
  await page.getByRole('heading', { name: 'Login did not work' }).waitFor();
  const before = scene.provider.requests.length;
  await page.goto(`${scene.url}/cgi-bin/luci-sso/logged-out`);
  await page.waitForLoadState('networkidle');
  t.is(page.url(), `${scene.url}/cgi-bin/luci-sso/logged-out`);
  t.is(scene.provider.requests.length, before);
});

turns('SSO only: who comes back without a session is not sent round and round', async (t) => {
  t.timeout(60_000);
  await only(t);
  const { page, context } = await openProfile(t, browser);
  await page.clock.setFixedTime(Date.now()); // what the page remembers has its time
  await page.goto(`${scene.url}/cgi-bin/luci/`);
  await signInAt(page, 'alice');
  await sessionOf(page);
  await context.clearCookies({ name: 'sysauth_https' });
  await openLuci(scene, page);
  await page.getByRole('button', { name: 'Login with SSO' }).waitFor();
  t.true(await page.locator('input[name="luci_password"]').isVisible());
});

turns('SSO only: a provider that is known to be down brings the form back', async (t) => {
  t.timeout(60_000);
  await only(t);
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  for (const name of readdirSync(state)) if (name.startsWith('discovery.')) rmSync(path.join(state, name));
  t.teardown(() => {
    scene.provider.hook = undefined;
    for (const name of readdirSync(state)) if (name.startsWith('down.')) rmSync(path.join(state, name));
  });
  scene.provider.hook = (_, response) => {
    response.writeHead(503).end();
    return true;
  };
  const [first, { page }] = [await openProfile(t, browser), await openProfile(t, browser)];
  await first.page.goto(`${scene.url}/cgi-bin/luci/`);
  await first.page.getByRole('heading', { name: 'Login did not work' }).waitFor();
  t.is(first.page.url().split('?')[0], `${scene.url}/cgi-bin/luci-sso`);
  // Somebody else, a moment later.
  await openLuci(scene, page);
  await buttonOf(page).waitFor();
  await page.locator('input[name="luci_password"]').fill('router');
  await page.keyboard.press('Enter');
  await sessionOf(page);
  await first.page.getByRole('link', { name: 'Login with password' }).click();
  await first.page.locator('input[name="luci_password"]').waitFor();
});

turns('SSO only and switched off: the form, and nothing else', async (t) => {
  t.timeout(60_000);
  await only(t);
  t.teardown(() => setOption(scene, 'enabled', '1'));
  await setOption(scene, 'enabled', '0');
  const { page } = await openProfile(t, browser);
  await openLuci(scene, page);
  await page.waitForLoadState('networkidle');
  t.is(await page.locator(BUTTON).count(), 0);
  t.true(await page.locator('input[name="luci_password"]').isVisible());
});
