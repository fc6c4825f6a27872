// SPDX-License-Identifier: MIT
// Services > SSO Login in a real browser, with a program behind it that says what the test wants. The
// real program is in settings.test.ts.
import test, { type ExecutionContext } from 'ava';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { makeAuthority } from '../../_helpers/certificates.ts';
import { launchChromium, openProfile, type Profile } from '../../_helpers/chromium.ts';
import { until } from '../../_helpers/until.ts';
import type { Table } from '../../stand-ins/router/blobmsg.ts';
import { startRouter, type Router, type RouterOptions } from '../../stand-ins/router/router.ts';
import { Ubus, type Method } from '../../stand-ins/router/ubus.ts';
import { shoot } from './_luci.ts';
import { SETTINGS_PATH, SettingsPage } from './_settings-page.ts';

const HOSTILE = '<img src=x onerror="window.pwned=1">';
const STRING = 3;
const TABLE = 2;

let browser: Browser;
let tls: RouterOptions['tls'];

test.before(async (t) => {
  t.timeout(300_000);
  browser = await launchChromium();
  tls = await (await makeAuthority()).issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
});
test.after.always(() => browser?.close());

interface Answers {
  readonly session?: { sso: boolean; full: boolean };
  readonly sessions?: Table[];
  readonly check?: (id: string, values: Table) => Table;
}

interface Opened extends Profile {
  readonly router: Router;
  readonly settings: SettingsPage;
  /** The arguments of each call to `check` and `end_session`. */
  readonly calls: Table[];
}

/** A router whose plugin answers as told, and root on its settings page. */
async function open(t: ExecutionContext, answers: Answers = {}, lines: string[][] = [], locale = 'en-US'): Promise<Opened> {
  t.timeout(300_000);
  const router = await startRouter({ program: '/bin/true', tls: tls as NonNullable<typeof tls> });
  t.teardown(() => router.stop());
  for (const line of [...lines, ['commit', 'luci-sso']]) await router.uci(...line);
  const ubus = await Ubus.connect(path.join(router.tree, 'var/run/ubus/ubus.sock'));
  t.teardown(() => ubus.close());
  const calls: Table[] = [];
  const method = (args: Method['args'], call: (given: Table) => Table): Method => ({ args, call: (given) => [call(given)] });
  await ubus.addObject('luci-sso', {
    status: method({}, () => ({
      version: '1.0.0',
      enabled: false,
      valid: true,
      problem: '',
      issuer: '',
      redirect_uri: '',
      session: answers.session ?? { sso: false, full: true },
      checks: [
        { id: 'config', title: 'Configuration' },
        { id: 'dns', title: `Name ${HOSTILE}` },
        { id: 'tls', title: 'TLS' },
        { id: 'clock', title: 'Clock' },
      ],
    })),
    check: method({ id: STRING, values: TABLE }, (given) => {
      calls.push(given);
      return (
        answers.check?.(String(given.id), given.values as Table) ?? {
          id: given.id as string,
          title: 'Fine',
          status: 'PASS',
          text: '',
          fix: '',
          code: '',
        }
      );
    }),
    sessions: method({}, () => ({ sessions: answers.sessions ?? [] })),
    end_session: method({ id: STRING }, (given) => {
      calls.push(given);
      return { ended: 1 };
    }),
    acl_groups: method({}, () => ({
      groups: [
        { name: 'luci-app-firewall', description: `Firewall ${HOSTILE}`, read: true, write: true },
        { name: 'luci-base', description: 'Basics', read: true, write: true },
        { name: 'luci-mod-status-index', description: 'Status', read: true, write: false },
        { name: 'unauthenticated', description: '', read: true, write: false },
      ],
    })),
  });
  const profile = await openProfile(t, browser, { locale, viewport: { width: 1100, height: 900 } });
  await profile.page.goto(`${router.url}/cgi-bin/luci/`);
  await profile.page.fill('[name=luci_password]', 'router');
  await profile.page.press('[name=luci_password]', 'Enter');
  await profile.page.waitForSelector('#session');
  profile.noise.length = 0; // of the login page, which asks the program
  const settings = new SettingsPage(profile.page, router.url);
  await settings.open();
  return { ...profile, router, settings, calls };
}

const option = (router: Router, name: string): Promise<string> =>
  router.uci('-q', 'get', `luci-sso.${name}`).then(
    (text) => text.trim(),
    () => '',
  );

test.serial('an untouched redirect URI is suggested from the address bar, and saved', async (t) => {
  const { router, settings, noise } = await open(t);
  const suggested = `${router.url}/cgi-bin/luci-sso/callback`;
  t.is(await settings.field('redirect_uri').inputValue(), suggested);
  await settings.fill({ issuer_url: 'https://id.home.test', client_id: 'luci', client_secret: 'a secret' });
  t.is(await settings.field('client_secret').getAttribute('type'), 'password');
  await settings.field('enabled').setChecked(true);
  await settings.saveAndApply();
  t.deepEqual(
    await Promise.all(
      ['issuer_url', 'client_id', 'client_secret', 'redirect_uri', 'enabled', 'scope', 'require_email_verified'].map((name) =>
        option(router, `default.${name}`),
      ),
    ),
    ['https://id.home.test', 'luci', 'a secret', suggested, '1', '', ''],
  );
  t.deepEqual(noise, []);
});

test.serial('the reference shows what to register, for the redirect URI in the form', async (t) => {
  const { settings, page, context } = await open(t);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await settings.fill({ redirect_uri: 'https://router.lan/cgi-bin/luci-sso/callback', scope: 'openid email groups' });
  t.deepEqual(await page.locator('#luci-sso-reference code').allInnerTexts(), [
    'https://router.lan/cgi-bin/luci-sso/callback',
    'https://router.lan/cgi-bin/luci-sso',
    'https://router.lan/cgi-bin/luci-sso/logged-out',
    'https://router.lan/cgi-bin/luci-sso/backchannel-logout',
    'openid email groups',
    'S256',
    'authorization_code',
  ]);
  await page.locator('#luci-sso-reference button').nth(2).click();
  await page.locator('#luci-sso-reference button:text-is("Copied")').waitFor();
  t.is(await page.evaluate(() => navigator.clipboard.readText()), 'https://router.lan/cgi-bin/luci-sso/logged-out');
});

test.serial('placeholders and group rules without the scope are pointed out while typing', async (t) => {
  const { settings } = await open(t, {}, [['add_list', 'luci-sso.admin.group=admins']]);
  t.is(await settings.hint('issuer_url'), '');
  t.regex(await settings.hint('scope'), /admin matches by group/);
  await settings.fill({ issuer_url: 'https://id.example.com', client_id: 'YOUR_CLIENT_ID', scope: 'openid groups' });
  t.regex(await settings.hint('issuer_url'), /placeholder/);
  t.regex(await settings.hint('client_id'), /placeholder/);
  t.is(await settings.hint('scope'), '');
  await settings.fill({ issuer_url: 'https://id.home.test', client_id: '6fd5c1' });
  t.is((await settings.hint('issuer_url')) + (await settings.hint('client_id')), '');
});

test.serial('wrong values are refused with a sentence, and nothing is staged', async (t) => {
  const { settings, router, page } = await open(t);
  for (const [name, value] of [
    ['issuer_url', 'http://id.home.test'],
    ['issuer_url', 'https://id.home.test/?a'],
    ['redirect_uri', 'https://router.lan/'],
    ['redirect_uri', ''],
  ] as const) {
    const before = await settings.field(name).inputValue();
    await settings.fill({ [name]: value });
    await settings.field(name).blur();
    t.truthy(await settings.field(name).getAttribute('data-tooltip'), `${name}=${value}`);
    await page.click('.cbi-page-actions .cbi-button-save');
    await page.click('.modal .btn:text-is("Dismiss")');
    await settings.fill({ [name]: before });
    await settings.field(name).blur();
  }
  t.is(await option(router, 'default.issuer_url'), '');
});

test.serial('the test runs every check on the unsaved values, shows each result, saves nothing', async (t) => {
  const status = { config: 'PASS', dns: 'WARN', tls: 'FAIL', clock: 'SKIP' } as Record<string, string>;
  const { settings, calls, router, page } = await open(
    t,
    {
      check: (id) => ({ id, title: `Check ${id}`, status: status[id] ?? '', text: `says ${HOSTILE}`, fix: 'Do this.', code: 'X' }),
    },
    [
      ['add_list', 'luci-sso.admin.email=alice@home.test'],
      ['set', 'luci-sso.default.issuer_url=https://old.test'],
      ['set', 'luci-sso.default.provider_name=Home'],
    ],
  );
  await settings.fill({ issuer_url: 'https://id.home.test', client_id: 'luci', provider_name: '' });
  const { rows, summary } = await settings.testConnection();
  t.is(summary, '1 passed, 1 failed, 1 warnings, 1 skipped');
  t.deepEqual(
    rows.map((text) => text.replaceAll(/\s+/g, ' ').trim().toLowerCase()),
    [
      ['pass', 'config'],
      ['warning', 'dns'],
      ['fail', 'tls'],
      ['skipped', 'clock'],
    ].map(([label, id]) => `${label} check ${id} says ${HOSTILE.toLowerCase()} do this.`),
  );
  t.deepEqual(
    calls.map(({ id }) => id),
    ['config', 'dns', 'tls', 'clock'],
  );
  const { provider, roles } = calls[0].values as { provider: Table; roles: Table[] };
  t.is(provider.issuer_url, 'https://id.home.test');
  t.is(provider.redirect_uri, `${router.url}/cgi-bin/luci-sso/callback`);
  t.false('provider_name' in provider);
  t.deepEqual(roles, [{ read: ['*'], write: ['*'], email: ['alice@home.test'], name: 'admin' }]);
  t.is(await option(router, 'default.issuer_url'), 'https://old.test');
  t.is(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned), undefined);
});

test.serial('a role is added, moved and deleted; unsaved settings survive that', async (t) => {
  const { settings, router, page } = await open(t);
  await settings.fill({ issuer_url: 'https://id.home.test' });
  for (const name of ['default', 'admin', 'a-b', 'x'.repeat(33), 'ä']) {
    const { mayAdd, problem } = await settings.typeRoleName(name);
    t.false(mayAdd, name);
    t.truthy(problem, name);
  }
  await settings.addRole('guest_1', {
    email: ['bob@home.test'],
    group: ['guests'],
    read: ['luci-mod-status-index', 'luci-app-*'],
    write: ['luci-base'],
  });
  t.is(await settings.field('issuer_url').inputValue(), 'https://id.home.test');
  t.deepEqual(await settings.roles(), {
    admin: ['–', '–', 'Everything', 'Full admin'],
    guest_1: ['bob@home.test', 'guests', 'luci-mod-status-index, luci-app-*', 'luci-base'],
  });
  t.regex(await settings.hint('scope'), /guest_1 matches by group/);
  await settings.openRole('guest_1');
  t.deepEqual(await settings.choices('guest_1', 'read'), ['*', 'luci-app-firewall', 'luci-mod-status-index']);
  t.deepEqual(await settings.choices('guest_1', 'write'), ['*', 'luci-app-firewall', 'luci-base']);
  await shoot(page, 'role', page.locator('.modal'));
  await settings.dismiss();
  await settings.moveAbove('guest_1', 'admin');
  t.is(await router.uci('show', 'luci-sso').then((text) => text.includes('guest_1')), false, 'only staged');
  await settings.saveAndApply();
  t.deepEqual(Object.keys(await settings.roles()), ['guest_1', 'admin']);
  t.regex(await router.uci('show', 'luci-sso'), /guest_1=role[^]*admin=role/);
  t.is(await option(router, 'guest_1.read'), 'luci-mod-status-index luci-app-*');
  await settings.deleteRole('guest_1');
  await settings.saveAndApply();
  t.deepEqual(Object.keys(await settings.roles()), ['admin']);
});

test.serial('always granted groups are hidden, and what LuCI cannot miss is not denied', async (t) => {
  const { settings, page } = await open(t, {}, [
    ['add_list', 'luci-sso.admin.read=luci-base'],
    ['add_list', 'luci-sso.admin.read=unauthenticated'],
  ]);
  t.deepEqual((await settings.roles()).admin?.slice(2), ['Everything', 'Full admin']);
  await settings.openRole('admin');
  const widget = page.locator('[id="cbid.luci-sso.admin.read"]');
  await widget.locator('.cbi-dropdown').click();
  await widget.locator('.create-item-input').fill('!luci-base');
  await widget.locator('.create-item-input').press('Enter');
  t.deepEqual(
    await widget
      .locator('.item')
      .allInnerTexts()
      .then((items) => items.map((text) => text.trim())),
    ['Everything'],
  );
});

test.serial('stored values are text wherever they appear', async (t) => {
  const hostile = ['email', 'group', 'domain', 'sub', 'read', 'write'].map((name) => ['add_list', `luci-sso.admin.${name}=${HOSTILE}`]);
  const { settings, page } = await open(
    t,
    { sessions: [{ id: 'h1', user: HOSTILE, role: HOSTILE, since: 1_790_000_000, expires: 60, own: false }] },
    [
      ...hostile,
      ...['issuer_url', 'client_id', 'client_secret', 'redirect_uri', 'scope', 'provider_name', 'acr_values', 'ca_file'].map((name) => [
        'set',
        `luci-sso.default.${name}="'>${HOSTILE}`,
      ]),
    ],
  );
  t.deepEqual(await settings.roles(), { admin: [HOSTILE, HOSTILE, `Everything, ${HOSTILE}`, `Full admin, ${HOSTILE}`] });
  t.deepEqual(await settings.sessions(), [`${HOSTILE} | ${HOSTILE}`]);
  t.is(await settings.field('issuer_url').inputValue(), `"'>${HOSTILE}`);
  await settings.showTab('Advanced');
  await settings.openRole('admin');
  await settings.dismiss();
  await page.locator('#luci-sso-sessions tr button').click();
  t.true((await page.locator('.modal').innerText()).includes(HOSTILE));
  t.is(await page.locator('img').count(), 0);
  t.is(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned), undefined);
});

test.serial('sessions end one by one or all, after a question', async (t) => {
  const own = { id: 'h1', user: 'alice@home.test', role: 'admin', since: 1_790_000_000, expires: 60, own: true };
  const { settings, page, calls } = await open(t, {
    sessions: [own, { ...own, id: 'h2', user: 'bob@home.test', role: 'guest', own: false }],
  });
  t.deepEqual(await settings.sessions(), ['alice@home.test (this session) | admin', 'bob@home.test | guest']);
  await page.locator('#luci-sso-sessions tr').filter({ hasText: 'bob' }).locator('button').click();
  await page.click('.modal .btn:text-is("Cancel")');
  t.deepEqual(calls, []);
  await settings.endSession('bob@home.test');
  await page.click('#luci-sso-sessions > div > button');
  await page.click('.modal .important');
  await page.waitForFunction(() => !document.body.classList.contains('modal-overlay-active'));
  await t.notThrowsAsync(page.waitForFunction(() => document.querySelectorAll('#luci-sso-sessions table').length === 1));
  await until(
    () => (calls.length >= 2 ? true : undefined),
    () => 'only one call to end sessions',
  );
  t.deepEqual(
    calls.map(({ id }) => id),
    ['h2', 'all'],
  );
});

for (const [session, stored, expected] of [
  [{ sso: false, full: true }, '0', false],
  [{ sso: true, full: false }, '0', false],
  [{ sso: true, full: true }, '0', true],
  [{ sso: false, full: true }, '1', true],
] as const) {
  test.serial(
    `SSO only: sso ${session.sso}, full rights ${session.full}, now ${stored} -> ${expected ? 'a choice' : 'locked'}`,
    async (t) => {
      const { settings } = await open(t, { session }, [['set', `luci-sso.default.sso_only=${stored}`]]);
      t.is(await settings.field('sso_only').isEnabled(), expected);
    },
  );
}

test.serial('without confirmation the router takes everything back', async (t) => {
  const { settings, page, router, context } = await open(t);
  await context.route(/admin\/uci\/confirm/, (route) => route.abort());
  await settings.fill({ issuer_url: 'https://id.home.test' });
  await page.click('.cbi-page-actions .cbi-button-apply');
  await page.waitForEvent('requestfailed', (request) => request.url().includes('/confirm'));
  t.is(await option(router, 'default.issuer_url'), 'https://id.home.test');
  router.rpcd.pendingApply.expire();
  t.is(await option(router, 'default.issuer_url'), '');
});

test.serial('the page speaks German', async (t) => {
  const { settings, page } = await open(t, {}, [], 'de-DE');
  t.is(await page.innerText('h2'), 'SSO-Anmeldung');
  t.deepEqual(await page.locator('h3').allInnerTexts(), [
    'Einstellungen',
    'Verbindung testen',
    'Angaben für den Anbieter',
    'Benutzer',
    'Sitzungen',
  ]);
  t.is((await settings.roles()).admin?.[3], 'Alle Rechte');
  await shoot(page, 'settings-de', page.locator('#maincontent'));
});

test.serial('a session without write access to the group does not get the page (security 108)', async (t) => {
  const { router, page } = await open(t);
  await router.uci('add_list', 'rpcd.@login[0].write=!luci-app-sso');
  await router.uci('commit', 'rpcd');
  await router.reload();
  const response = await page.goto(router.url + SETTINGS_PATH);
  t.is(response?.status(), 403);
});
