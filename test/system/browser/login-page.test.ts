// SPDX-License-Identifier: MIT
// The button on LuCI's login page, in a real browser: every structure of a theme, several languages.
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { BUTTON, buttonOf, openLuci, requestsTo, sessionOf, setLook, setOption, shoot, signInAt } from './_luci.ts';

const THEMES = ['bootstrap', 'material', 'openwrt2020', 'argon'] as const;
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
        parent: ({ bootstrap: 'modal login', argon: '' } as Record<string, string>)[theme] ?? 'cbi-page-actions',
      });
      if (language === 'en' || language === 'de') await shoot(page, `login-${theme}-${language}`);
      if (language === 'en' && theme === 'bootstrap') await shoot(page, 'login-button', page.locator('.modal.login'));
    }
    t.deepEqual(profile.noise, []);
    t.deepEqual(requestsTo(profile, scene.provider.issuer), [], 'the login page asks nothing of the provider');
    t.is(scene.provider.requests.length, 0);
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
  ['click', 'argon'],
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
  t.is(await buttonOf(page).innerText(), 'Login with SSO');
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
