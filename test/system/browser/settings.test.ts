// SPDX-License-Identifier: MIT
// From an installed package to a guest who is logged in, through the settings page alone: the real
// program behind it, a real provider on another site.
import test from 'ava';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { CA_FILE } from '../../_helpers/site.ts';
import { buttonOf, openLuci, sessionOf, shoot, signInAt } from './_luci.ts';
import { SETTINGS_PATH, SettingsPage } from './_settings-page.ts';

let scene: Scene;
let browser: Browser;

test.before(async (t) => {
  t.timeout(300_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  // What installation does.
  const share = path.join(scene.router.tree, 'usr/share');
  copyFileSync(path.join(share, 'luci-sso/menu-ucode.json'), path.join(share, 'luci/menu.d/luci-sso-login.json'));
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close()]));

const SIZE = { viewport: { width: 1000, height: 760 } };

async function logInWithPassword(page: Page): Promise<void> {
  await openLuci(scene, page);
  await page.fill('[name=luci_password]', 'router');
  await page.press('[name=luci_password]', 'Enter');
  await page.waitForSelector('#session');
}

async function logInWithSso(page: Page, user: string): Promise<void> {
  await openLuci(scene, page);
  await buttonOf(page).click();
  await signInAt(page, user);
  await page.waitForSelector('#session');
}

/** What /ubus gives the session for this call: its status, or the code of the refusal. */
function ubusAs(page: Page, session: string, object: string, method: string, args: object): Promise<string> {
  return page.evaluate(
    async (params) => {
      const answer = await fetch('/ubus', { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call', params }) });
      return answer.text();
    },
    [session, object, method, args],
  );
}

test.serial('everything is set up on the page, and tested before it is saved', async (t) => {
  t.timeout(300_000);
  const { page, noise } = await openProfile(t, browser, SIZE);
  await logInWithPassword(page);
  await page.click('a:text-is("SSO Login")');
  const settings = new SettingsPage(page, scene.url);
  await settings.ready();
  noise.length = 0;
  await settings.fill({
    issuer_url: scene.provider.issuer,
    client_id: CLIENTS.confidential.id,
    client_secret: 'wrong',
    scope: 'openid profile email groups',
  });
  await settings.showTab('Advanced');
  // The router has no name service; it is told where the provider is.
  await settings.fill({ ca_file: CA_FILE, internal_address: '127.0.0.1' });
  await settings.showTab('Provider');
  await settings.editRole('admin', { email: ['alice@example.com'] });

  const wrong = await settings.testConnection();
  t.regex(wrong.summary, /, 1 failed,/, wrong.rows.join('\n'));
  t.regex(wrong.rows.find((row) => /fail/i.test(row)) ?? '', /client/i);
  await shoot(page, 'test-connection', page.locator('#luci-sso-test'));
  t.is((await scene.router.uci('show', 'luci-sso.default')).includes('issuer_url'), false);

  await settings.fill({ client_secret: CLIENTS.confidential.secret });
  await settings.field('enabled').setChecked(true);
  const right = await settings.testConnection();
  t.regex(right.summary, /, 0 failed,/, right.rows.join('\n'));
  t.true(right.rows.length >= 18, `${right.rows.length} checks`);
  await shoot(page, 'settings', page.locator('#maincontent .cbi-map').first());
  await shoot(page, 'reference', page.locator('#luci-sso-reference'));
  t.false(await settings.field('sso_only').isEnabled());
  await settings.saveAndApply();
  t.deepEqual(noise, []);
});

test.serial('a role that is added decides the next login; its session is seen and ended', async (t) => {
  t.timeout(300_000);
  const { page } = await openProfile(t, browser, SIZE);
  await logInWithPassword(page);
  const settings = new SettingsPage(page, scene.url);
  await settings.open();
  await settings.addRole('guests', { group: ['guests@PocketID'], read: ['*'] });
  await settings.saveAndApply();

  const { page: guest } = await openProfile(t, browser);
  await logInWithSso(guest, 'bob');
  t.is((await sessionOf(guest)).role, 'guests');
  t.is(await guest.locator('a:text-is("SSO Login")').count(), 0);
  t.is((await guest.goto(scene.url + SETTINGS_PATH))?.status(), 403);
  const id = scene.router.sessions().find((session) => session.data.oidc_role === 'guests')?.id ?? '';
  for (const [object, method, args] of [
    ['uci', 'get', { config: 'luci-sso' }],
    ['uci', 'get', { config: 'luci-sso', section: 'default', option: 'client_secret' }],
    ['uci', 'changes', {}],
    ['luci-sso', 'status', {}],
    ['luci-sso', 'sessions', {}],
    ['luci-sso', 'end_session', { id: 'all' }],
  ] as const) {
    const answer = await ubusAs(guest, id, object, method, args);
    t.false(answer.includes(CLIENTS.confidential.secret), `${object} ${method}`);
    t.true(method === 'changes' || /"result":\[6\]|"code":-32002/.test(answer), answer);
  }

  await settings.open();
  t.deepEqual(await settings.sessions(), ['bob | guests']);
  await shoot(page, 'users', page.locator('#luci-sso-users'));
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, 'users-dark', page.locator('#luci-sso-users'));
  await settings.endSession('bob');
  await page.waitForSelector('#luci-sso-sessions em');
  await guest.goto(`${scene.url}/cgi-bin/luci/`);
  t.is(await guest.locator('#session').count(), 0);
});

test.serial('SSO only is the choice of who is logged in with SSO and full rights', async (t) => {
  t.timeout(300_000);
  const { page } = await openProfile(t, browser, SIZE);
  await logInWithSso(page, 'alice');
  const settings = new SettingsPage(page, scene.url);
  await settings.open();
  t.deepEqual(await settings.sessions(), ['alice (this session) | admin']);
  await settings.field('sso_only').setChecked(true);
  await settings.saveAndApply();
  t.is((await scene.router.uci('get', 'luci-sso.default.sso_only')).trim(), '1');
  await settings.field('sso_only').setChecked(false);
  await settings.saveAndApply();
});
