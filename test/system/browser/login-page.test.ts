// SPDX-License-Identifier: MIT
// The button on LuCI's login page, in a real browser: every structure of a theme, several languages.
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { BUTTON, buttonOf, openLuci, requestsTo, sessionOf, setLook, setOption, shoot, signInAt } from './_luci.ts';

const THEMES = ['bootstrap', 'material', 'openwrt.org', 'openwrt2020'] as const;
const LABELS = {
  en: 'Login with SSO',
  de: 'Mit SSO anmelden',
  fr: 'Se connecter avec SSO',
  ru: 'Войти через SSO',
  'zh-cn': '使用 SSO 登录',
  fi: 'Login with SSO', // no words of ours
} as const;

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  await scene.configure(CLIENTS.confidential);
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

/** The look of LuCI is one for everybody, so the tests take turns. */
const turns = test.serial;

for (const theme of THEMES) {
  turns(`the button stands once, behind LuCI's own, in every language: ${theme}`, async (t) => {
    t.timeout(240_000);
    const profile = await openProfile(t, browser);
    const { page } = profile;
    for (const [language, label] of Object.entries(LABELS)) {
      await setLook(scene, theme, language);
      await openLuci(scene, page, 'admin/system');
      await buttonOf(page).waitFor();
      t.is(await page.locator(BUTTON).count(), 1);
      t.is(await page.getByRole('button', { name: label, exact: true }).count(), 1, `${theme} ${language}`);
      // In the row of LuCI's button, or below it; never before it.
      const place = await page.evaluate(() => {
        const own = document.querySelector('#luci-sso-login') as HTMLElement;
        const stock = document.querySelector('.cbi-button-apply, .cbi-button-positive') as HTMLElement;
        return {
          isBehind: (stock.compareDocumentPosition(own) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
          hasSameParent: own.parentNode === stock.parentNode,
          isFirstButtonStock: document.querySelector('button') === stock || stock.tagName === 'INPUT',
          isVisible: own.getClientRects().length > 0,
          parent: (own.parentNode as HTMLElement).className,
        };
      });
      t.deepEqual(place, {
        isBehind: true,
        hasSameParent: true,
        isFirstButtonStock: true,
        isVisible: true,
        parent: theme === 'bootstrap' ? 'modal login' : 'cbi-page-actions',
      });
      if (language === 'en' || language === 'de') await shoot(page, `login-${theme}-${language}`);
    }
    t.deepEqual(profile.noise, []);
    t.deepEqual(requestsTo(profile, scene.provider.issuer), [], 'the login page asks nothing of the provider');
    t.is(scene.provider.requests.length, 0);
  });

  turns(`the button is as big as LuCI's own, and on its line, light and dark: ${theme}`, async (t) => {
    t.timeout(120_000);
    t.teardown(() => setOption(scene, 'provider_name', ''));
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await openProfile(t, browser, { colorScheme });
      await setLook(scene, theme, 'en');
      await openLuci(scene, page);
      await buttonOf(page).waitFor();
      const measured = await page.evaluate(() => {
        const [stock, own] = ['.cbi-button-apply, .cbi-button-positive', '#luci-sso-login'].map((name) => {
          const node = document.querySelector(name) as HTMLElement;
          const { top, height, width, left } = node.getBoundingClientRect();
          const { fontSize, textTransform } = getComputedStyle(node);
          return { top, height, width, left, fontSize, textTransform };
        });
        return { stock: stock!, own: own! };
      });
      const { stock, own } = measured;
      const message = JSON.stringify(measured);
      t.true(Math.abs(stock.top - own.top) <= 1 && Math.abs(stock.height - own.height) <= 1, message);
      t.is(own.fontSize, stock.fontSize);
      t.is(own.textTransform, stock.textTransform);
      if (theme === 'bootstrap') t.true(Math.abs(stock.width - own.width) <= 1, message);
      await shoot(page, `login-${theme}-${colorScheme}`);
      if (theme === 'bootstrap')
        await shoot(page, colorScheme === 'dark' ? 'login-button-dark' : 'login-button', page.locator('.modal.login'));
    }
    if (theme !== 'bootstrap') return;
    // Too long a name for half of a line takes a whole one, and so does LuCI's.
    await setOption(scene, 'provider_name', 'Verein zur Pflege der Gemeindenetze im Oberland');
    const { page } = await openProfile(t, browser, { viewport: { width: 360, height: 700 } });
    await openLuci(scene, page);
    await buttonOf(page).waitFor();
    const [own, stock] = await Promise.all([buttonOf(page).boundingBox(), page.locator('.cbi-button-positive').boundingBox()]);
    t.true(own !== null && stock !== null && own.y >= stock.y + stock.height - 1 && Math.abs(own.width - stock.width) <= 1);
    await shoot(page, 'login-long-name');
  });

  turns(`the form keeps working beside the button: ${theme}`, async (t) => {
    t.timeout(120_000);
    const { page, noise } = await openProfile(t, browser);
    await setLook(scene, theme, 'en');
    await openLuci(scene, page);
    await buttonOf(page).waitFor();
    t.is(
      await page.evaluate(() => (document.activeElement as HTMLInputElement).name),
      'luci_password',
      'the focus stays where LuCI put it',
    );
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Invalid username').waitFor();
    await page.waitForSelector(theme === 'bootstrap' ? '.modal.login' : 'form');
    await buttonOf(page).waitFor();
    await page.locator('input[name="luci_password"]').fill('router');
    await page.locator('input[type="submit"], .cbi-button-positive').first().click();
    t.is((await sessionOf(page)).user, null);
    t.deepEqual(noise, []);
  });
}

for (const [how, theme] of [
  ['Enter', 'bootstrap'],
  ['Space', 'material'],
  ['click', 'openwrt.org'],
  ['Enter', 'openwrt2020'],
] as const) {
  turns(`the button logs in and lands on the page that was asked for: ${how}, ${theme}`, async (t) => {
    t.timeout(120_000);
    const profile = await openProfile(t, browser);
    const { page } = profile;
    await setLook(scene, theme, 'en');
    await openLuci(scene, page, 'admin/network');
    await buttonOf(page).waitFor();
    if (how === 'click') {
      await buttonOf(page).click();
    } else {
      // Reached by the Tab key alone, from the password field.
      for (let i = 0; i < 5 && !(await buttonOf(page).evaluate((node) => node === document.activeElement)); i++)
        await page.keyboard.press('Tab');
      await page.keyboard.press(how);
    }
    await signInAt(page, 'alice');
    const session = await sessionOf(page);
    t.is(session.path, '/cgi-bin/luci/admin/network');
    t.is(session.role, 'admin');
    t.is(await page.locator(BUTTON).count(), 0);
    const [cookie] = (await profile.context.cookies(`${scene.url}/cgi-bin/luci/`)).filter((c) => c.name === 'sysauth_https');
    t.like(cookie, { sameSite: 'Strict', httpOnly: true, secure: true, path: '/cgi-bin/luci/' });
    t.deepEqual(profile.noise, []);
  });
}

turns('the name of the provider is in the label, as text', async (t) => {
  t.timeout(60_000);
  const { page } = await openProfile(t, browser);
  t.teardown(() => setOption(scene, 'provider_name', ''));
  await setOption(scene, 'provider_name', 'Mühle <b>"$&"</b>');
  await setLook(scene, 'bootstrap', 'de');
  await openLuci(scene, page);
  await buttonOf(page).waitFor();
  t.is(await buttonOf(page).innerText(), 'Mit Mühle <b>"$&"</b> anmelden');
});

turns("argon's login page loads nothing of LuCI's: no button there, and the launch URL is the way", async (t) => {
  t.timeout(60_000);
  const { page, requests } = await openProfile(t, browser);
  await setLook(scene, 'argon', 'en');
  await openLuci(scene, page);
  await page.waitForLoadState('networkidle');
  t.is(await page.locator(BUTTON).count(), 0);
  t.deepEqual(
    requests.filter((line) => line.includes('translations') || line.includes('luci-sso')),
    [],
  );
  await page.goto(`${scene.url}/cgi-bin/luci-sso`);
  await signInAt(page, 'alice');
  t.is((await sessionOf(page)).role, 'admin');
});

turns('no button when single sign-on is off, the password works', async (t) => {
  t.timeout(60_000);
  const { page, noise, requests } = await openProfile(t, browser);
  t.teardown(() => setOption(scene, 'enabled', '1'));
  await setOption(scene, 'enabled', '0');
  for (const theme of THEMES) {
    await setLook(scene, theme, 'en');
    const asked = page.waitForResponse((response) => response.url().includes('action=enabled'));
    await openLuci(scene, page);
    await (await asked).finished();
    t.is(await page.locator('#luci-sso-login').count(), 0, theme);
  }
  await page.locator('input[name="luci_password"]').fill('router');
  await page.locator('input[type="submit"]').click();
  await sessionOf(page);
  t.deepEqual(noise, []);
  t.is(requests.filter((line) => line.includes('/cgi-bin/luci-sso')).length, THEMES.length);
});

turns('whatever answers in the place of the program: no button, no noise', async (t) => {
  t.timeout(60_000);
  const { page, noise } = await openProfile(t, browser);
  await setLook(scene, 'material', 'en');
  let body = '';
  await page.route('**/cgi-bin/luci-sso?action=enabled**', (route) => route.fulfill({ status: 200, body }));
  for (body of ['{"enabled":"true"}', '<html>', 'null', '', '[]', '{"enabled":']) {
    const asked = page.waitForResponse((response) => response.url().includes('action=enabled'));
    await openLuci(scene, page);
    await (await asked).finished();
    t.is(await page.locator('#luci-sso-login').count(), 0, body);
  }
  t.deepEqual(noise, []);
  body = '{"enabled":true}';
  await openLuci(scene, page);
  t.is(await buttonOf(page).textContent(), 'Login with SSO');
});

turns('LuCI over plain http: the login starts at https and lands on the page that was asked for', async (t) => {
  t.timeout(60_000);
  // All browsers here have the address of a trusted proxy, for which the page is not carried to https.
  await scene.router.uci('delete', 'luci-sso.default.trusted_proxy');
  t.teardown(() => scene.router.uci('add_list', 'luci-sso.default.trusted_proxy=127.0.0.1'));
  const { page } = await openProfile(t, browser);
  await setLook(scene, 'material', 'en');
  await page.goto(`${(scene.router.httpUrl ?? '').replace('127.0.0.1', 'router.test')}/cgi-bin/luci/admin/status`);
  await buttonOf(page).click();
  await signInAt(page, 'alice');
  t.is((await sessionOf(page)).path, '/cgi-bin/luci/admin/status');
  t.true(page.url().startsWith(`${scene.url}/`));
});

turns('coming back with "Back" the button is as it was', async (t) => {
  t.timeout(60_000);
  const { page, noise } = await openProfile(t, browser);
  await setLook(scene, 'bootstrap', 'en');
  await openLuci(scene, page);
  await buttonOf(page).click();
  await page.locator('input[name="login"]').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Login with SSO' }).waitFor();
  t.is(await page.locator(BUTTON).count(), 1);
  t.not(await buttonOf(page).getAttribute('aria-disabled'), 'true');
  await buttonOf(page).click();
  await page.locator('input[name="login"]').waitFor();
  t.deepEqual(noise, []);
});

turns('after Log out, "Back" shows the login page with its button', async (t) => {
  t.timeout(60_000);
  t.teardown(() => setOption(scene, 'logout_at_provider', '1'));
  await setOption(scene, 'logout_at_provider', '0');
  for (const theme of ['bootstrap', 'material']) {
    const { page, noise } = await openProfile(t, browser);
    await setLook(scene, theme, 'en');
    await openLuci(scene, page);
    await buttonOf(page).click();
    await signInAt(page, 'alice');
    await sessionOf(page);
    // LuCI's pages that poll are not kept whole by browsers: they are asked for again, and their scripts are not.
    await page.evaluate(() => addEventListener('unload', () => undefined));
    await page.getByRole('link', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out of the router.' }).waitFor();
    await page.goBack();
    await page.locator('input[name="luci_password"]').waitFor();
    await buttonOf(page).waitFor();
    t.is(await page.locator(BUTTON).count(), 1, theme);
    t.deepEqual(noise, []);
  }
});

turns('a start that leads nowhere: said once, the button is back', async (t) => {
  t.timeout(60_000);
  const { page } = await openProfile(t, browser);
  await setLook(scene, 'bootstrap', 'en');
  await page.clock.install();
  await openLuciFrozen(page);
  await buttonOf(page).waitFor();
  await page.route('**/cgi-bin/luci-sso?return_to=**', (route) => route.fulfill({ status: 204 })); // stays on the page
  await buttonOf(page).click();
  await page.getByRole('button', { name: 'Redirecting…' }).waitFor();
  t.is(await buttonOf(page).getAttribute('aria-disabled'), 'true');
  await page.clock.runFor(15_000);
  t.is(await buttonOf(page).innerText(), 'Login with SSO');
  t.is(await page.getByRole('status').innerText(), 'The provider does not answer.');
  t.is(await buttonOf(page).getAttribute('aria-disabled'), 'false');
});

async function openLuciFrozen(page: Page): Promise<void> {
  await page.goto(`${scene.url}/cgi-bin/luci/`);
  await page.clock.runFor(100);
}
