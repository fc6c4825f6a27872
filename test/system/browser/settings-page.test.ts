// SPDX-License-Identifier: MIT
// Services > SSO Login in a real browser, with a program behind it that says what the test wants. The
// real program is in settings.test.ts.
import test, { type ExecutionContext } from 'ava';
import { existsSync, readFileSync, statSync } from 'node:fs';
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
  readonly guard?: string;
  readonly checks?: Table[];
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
      checks: answers.checks ?? [
        { id: 'config', title: 'Configuration', needs: [] },
        { id: 'dns', title: `Name ${HOSTILE}`, needs: ['config'] },
        { id: 'tls', title: 'TLS', needs: ['config'] },
        { id: 'clock', title: 'Clock', needs: [] },
      ],
    })),
    check: method({ id: STRING, values: TABLE }, (given) => {
      // At its start the page asks whether the guard runs.
      if (given.values === undefined)
        return {
          id: 'guard',
          title: 'Guard',
          status: answers.guard ?? 'PASS',
          text: 'does not run',
          fix: 'run /etc/init.d/luci-sso start',
          code: '',
        };
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
        { name: 'luci-app-sso', description: '', read: false, write: true },
        { name: 'luci-base', description: 'Basics', read: true, write: true },
        { name: 'luci-mod-status-index', description: 'Status', read: true, write: false },
        { name: 'luci-mod-system-config', description: 'System', read: true, write: true },
        { name: 'luci-mod-system-flash', description: 'Flash', read: true, write: true, secret: true },
        { name: 'unauthenticated', description: '', read: true, write: false },
      ] as Table[],
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
  t.false(await page.locator('#luci-sso-test details table').isVisible(), 'what passed is folded');
  await page.locator('#luci-sso-test summary').click();
  t.is(await page.locator('#luci-sso-test summary').innerText(), '1 passed, 1 skipped');
  t.deepEqual(
    rows.map((text) => text.replaceAll(/\s+/g, ' ').trim().toLowerCase()),
    [
      ['fail', 'tls'],
      ['warning', 'dns'],
      ['pass', 'config'],
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
  t.deepEqual(await settings.opens(), ['This role can open: Status']);
  t.deepEqual(await settings.choices('guest_1', 'read'), [
    '*',
    'luci-app-firewall',
    'luci-mod-status-index',
    'luci-mod-system-config',
    'luci-mod-system-flash',
  ]);
  t.deepEqual(await settings.choices('guest_1', 'write'), [
    '*',
    'luci-app-firewall',
    'luci-app-sso',
    'luci-base',
    'luci-mod-system-config',
    'luci-mod-system-flash',
  ]);
  await page.setViewportSize({ width: 1100, height: 1200 });
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
  await settings.chooseAccess('admin', 'lists');
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

test.serial('a session has its dates and its address, and all of one person end together', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const bob = {
    user: 'bob@home.test',
    role: 'guest',
    since: now - 600,
    expires: 60,
    own: false,
    from: '192.168.1.7',
    checked: 30,
    next: 270,
  };
  const { settings, page, calls } = await open(t, {
    sessions: [
      { ...bob, id: 'h1', ends: 3600 },
      { ...bob, id: 'h2', ends: null, checked: null, from: '' },
      { ...bob, id: 'h3', user: 'alice@home.test', ends: 60 },
    ],
  });
  const cells = async (row: number): Promise<string[]> => page.locator('#luci-sso-sessions tr').nth(row).locator('td').allInnerTexts();
  const [, , since = '', from, checked = '', ends = ''] = await cells(1);
  t.is(from, '192.168.1.7');
  for (const [text, at] of [
    [since, now - 600],
    [checked, now - 30],
    [ends, now + 3600],
  ] as const)
    t.true(Math.abs(Date.parse(text) / 1000 - at) < 120, `${text} is not ${at}`);
  t.deepEqual((await cells(2)).slice(3, 6), ['–', '–', '–']);
  t.is(await page.getByRole('button', { name: 'End all of this person' }).count(), 2, 'alice has one session');
  await page.getByRole('button', { name: 'End all of this person' }).first().click();
  t.true((await page.locator('.modal').innerText()).includes('End all 2 sessions of bob@home.test?'));
  await page.click('.modal .important');
  await until(
    () => (calls.length >= 2 ? true : undefined),
    () => `only ${calls.length} calls to end sessions`,
  );
  t.deepEqual(
    calls.map(({ id }) => id),
    ['h1', 'h2'],
  );
  await settings.ready();
});

test.serial('a guard that does not run is said above everything; one that runs is not worth a word', async (t) => {
  for (const [guard, expected] of [
    ['WARN', ['Guard: does not run. run /etc/init.d/luci-sso start']],
    ['PASS', []],
  ] as const) {
    const { page, settings } = await open(t, { guard });
    if (guard === 'WARN') await page.waitForSelector('#luci-sso > div > .alert-message');
    await settings.ready();
    t.deepEqual(await page.locator('#luci-sso > div > .alert-message').allInnerTexts(), [...expected]);
  }
});

test.serial('what follows from one failure is one line, and the report says it all', async (t) => {
  const { settings, page, context, calls } = await open(t, {
    checks: [
      { id: 'config', title: 'Configuration', needs: [] },
      { id: 'dns', title: 'Name', needs: ['config'] },
      { id: 'tcp', title: 'Connection', needs: ['dns'] },
      { id: 'keys', title: 'Signing keys', needs: ['tcp'] },
      { id: 'clock', title: 'Clock', needs: [] },
    ],
    check: (id) => ({
      id,
      title: id,
      status: id === 'dns' ? 'FAIL' : 'PASS',
      text: `about ${id}`,
      fix: id === 'dns' ? 'Do this.' : '',
      code: '',
    }),
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { summary } = await settings.testConnection();
  t.is(summary, '2 passed, 1 failed, 0 warnings, 2 skipped');
  t.deepEqual(
    calls.map(({ id }) => id),
    ['config', 'dns', 'clock'],
    'what needs a failed check is not asked',
  );
  t.deepEqual(await page.locator('#luci-sso-test .luci-sso-skipped').allInnerTexts(), [
    'Not checked because of "dns": Connection, Signing keys',
  ]);
  t.is(await page.locator('#luci-sso-test summary').innerText(), '2 passed');
  await page.getByRole('button', { name: 'Copy report' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  t.deepEqual((await page.evaluate(() => navigator.clipboard.readText())).split('\n'), [
    'luci-sso 1.0.0',
    'PASS  config  about config',
    'FAIL  dns  about dns  Do this.',
    'SKIP  tcp  needs dns',
    'SKIP  keys  needs dns',
    'PASS  clock  about clock',
    '',
  ]);
});

test.serial('a role named admin is an administrator; any other has to choose, and is not saved before', async (t) => {
  const { settings, router, page } = await open(t);
  await settings.deleteRole('admin');
  await settings.typeRoleName('admin');
  await page.click('.cbi-section-create .cbi-button-add');
  await page.waitForSelector('.modal .cbi-map');
  t.is(await page.locator('[id="cbid.luci-sso.admin._access"] select').inputValue(), 'full');
  t.deepEqual(await settings.opens(), ['This role can open: Status, System, Services']);
  await settings.fillRole('admin', { email: ['alice@home.test'] });

  await settings.typeRoleName('guest');
  await page.click('.cbi-section-create .cbi-button-add');
  await page.waitForSelector('.modal .cbi-map');
  const access = page.locator('[id="cbid.luci-sso.guest._access"] select');
  t.is(await access.inputValue(), '');
  t.deepEqual(await access.locator('option').allInnerTexts(), [
    '-- Please choose --',
    'Administrator: may do everything',
    'Read only: sees everything but secrets',
    'Choose...',
  ]);
  await settings.addItem('guest', 'group', 'guests');
  await page.click('.modal .cbi-button-positive');
  t.deepEqual(await settings.opens(), ['This role can open nothing: choose what it may do.']);
  t.true(await page.locator('.modal .cbi-map').isVisible(), 'the role is not saved');
  await shoot(page, 'role-nothing', page.locator('.modal'));
  // What no group of this router is called can be saved, and opens nothing else.
  await settings.chooseAccess('guest', 'lists');
  await settings.addItem('guest', 'read', 'luci-app-later');
  t.deepEqual(await settings.opens(), [
    'This role can open nothing: choose what it may do.',
    'This router does not have an access group luci-app-later. Is its package installed?',
  ]);
  await settings.addItem('guest', 'read', 'luci-mod-status-index');
  t.deepEqual(await settings.opens(), [
    'This role can open: Status',
    'This router does not have an access group luci-app-later. Is its package installed?',
  ]);
  await settings.chooseAccess('guest', 'read');
  t.deepEqual(await settings.opens(), ['This role can open: Status, System']);
  await page.click('.modal .cbi-button-positive');
  await page.waitForSelector('body:not(.modal-overlay-active)');
  await settings.saveAndApply();
  t.is(await option(router, 'guest.read'), '* !luci-mod-system-flash');
  t.is(await option(router, 'guest.write'), '');
  t.is((await option(router, 'admin.read')) + (await option(router, 'admin.write')), '**');
  t.is(await option(router, 'guest._access'), '');
  await settings.openRole('guest');
  t.is(await access.inputValue(), 'read');
});

test.serial('rules that nobody can match are refused, with what was meant', async (t) => {
  const { settings, page } = await open(t);
  await settings.openRole('admin');
  for (const [kind, value, expected] of [
    ['email', '@home.test', /add "home.test" to Email Domains/],
    ['email', 'Alice <alice@home.test>', /Write "alice@home.test"/],
    ['email', 'alice', /whole email address/],
    ['domain', '@home.test', /Write "home.test"/],
    ['domain', '*.home.test', /Write "home.test"/],
    ['sub', 'ü', /ASCII/],
  ] as const) {
    const input = page.locator(`[id="cbid.luci-sso.admin.${kind}"] .add-item input[type=text]`);
    await input.fill(value);
    await input.press('Enter');
    t.regex((await input.getAttribute('data-tooltip')) ?? '', expected, `${kind} ${value}`);
    await input.fill('');
    await input.blur();
  }
  t.is(await page.locator('.modal .item').count(), 2, 'read and write');
});

test.serial('values that hardly can be meant are pointed out or refused', async (t) => {
  const { settings, page } = await open(t);
  await settings.fill({ issuer_url: 'https://id.home.test//realms/home' });
  t.regex(await settings.hint('issuer_url'), /empty part/);
  await settings.showTab('Advanced');
  await settings.fill({ prompt: 'login sometimes' });
  t.regex(await settings.hint('prompt'), /select_account/);
  await settings.fill({ prompt: 'login select_account' });
  t.is(await settings.hint('prompt'), '');
  await settings.fill({ ca_file: 'ca.pem' });
  await settings.field('ca_file').blur();
  t.regex((await settings.field('ca_file').getAttribute('data-tooltip')) ?? '', /starts with \//);
  for (const name of ['par', 'trusted_audience', 'email_verified_claim', 'session_max', 'recheck'])
    t.is(await page.locator(`[id="cbid.luci-sso.default.${name}"]`).count(), 1, name);
});

test.serial('a CA certificate is pasted or uploaded, stored for everybody to read, and named', async (t) => {
  const { settings, page, router } = await open(t);
  const file = path.join(router.tree, 'etc/luci-sso/ca-default.pem');
  const pem = (await makeAuthority()).cert;
  await settings.showTab('Advanced');
  const area = page.locator('.modal textarea');
  const take = page.getByRole('button', { name: 'Use this certificate' });
  await page.getByRole('button', { name: 'Paste or upload...' }).click();
  await area.fill('hello');
  await take.click();
  t.regex(await page.locator('.modal .alert-message').innerText(), /not a certificate in PEM form/);
  await area.fill(`-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n${pem}`);
  await take.click();
  t.regex(await page.locator('.modal .alert-message').innerText(), /private key/);
  t.false(existsSync(file));
  await area.fill(pem.replaceAll('\n', '\r\n'));
  await take.click();
  await page.waitForSelector('body:not(.modal-overlay-active)');
  t.is(await settings.field('ca_file').inputValue(), '/etc/luci-sso/ca-default.pem');
  t.is(readFileSync(file, 'utf8').trim(), pem.trim());
  t.is(statSync(file).mode & 0o777, 0o644);
  await page.getByRole('button', { name: 'Paste or upload...' }).click();
  await page.locator('.modal input[type=file]').setInputFiles({ name: 'ca.crt', mimeType: 'text/plain', buffer: Buffer.from(pem) });
  await page.waitForFunction(() => (document.querySelector('.modal textarea') as HTMLTextAreaElement).value !== '');
  await shoot(page, 'certificate', page.locator('.modal'));
  await take.click();
  await page.waitForSelector('body:not(.modal-overlay-active)');
  await settings.saveAndApply();
  t.is(await option(router, 'default.ca_file'), '/etc/luci-sso/ca-default.pem');
});

test.serial('the way through the page: one step at a time, each checked, into the form below', async (t) => {
  let broken = 'dns';
  const { settings, page, router, calls, noise } = await open(t, {
    check: (id) => ({ id, title: id, status: id === broken ? 'FAIL' : 'PASS', text: 'as expected', fix: 'Do this.', code: '' }),
  });
  const wizard = page.locator('#luci-sso-wizard');
  const next = wizard.getByRole('button', { name: 'Next' });
  const step = (): Promise<string> => wizard.locator('[aria-current=step] > strong').innerText();
  const asked = (): string[] => calls.splice(0).map(({ id }) => String(id));
  t.true(await settings.field('issuer_url').isVisible(), 'the settings are below it');
  await next.click();
  t.regex(await wizard.locator('.alert-message').innerText(), /https:/);
  t.deepEqual(asked(), []);
  await wizard.getByLabel('Issuer URL').fill('https://id.home.test/.well-known/openid-configuration');
  await wizard.getByLabel('Issuer URL').press('Enter');
  await wizard.locator('.label').first().waitFor();
  t.deepEqual(asked(), ['config', 'dns', 'clock'], 'of four checks those of the address, without what needs the failed one');
  t.is(await step(), 'Where is your provider?');
  t.is(await settings.field('issuer_url').inputValue(), 'https://id.home.test');
  await shoot(page, 'wizard', page.locator('#luci-sso-wizard'));
  broken = '';
  await next.click();
  await wizard.getByText('Create a client').waitFor();
  t.deepEqual(await wizard.locator('code').allInnerTexts(), await page.locator('#luci-sso-reference code').allInnerTexts());
  await next.click();
  await wizard.getByLabel('Client ID').fill('luci');
  await wizard.getByLabel('Client Secret').fill('a secret');
  await next.click();
  await wizard.getByLabel('Who').selectOption('group');
  await wizard.getByLabel('Email address').fill('router-admins');
  await next.click();
  await wizard.getByText('runs every check').waitFor();
  t.is(await settings.field('scope').inputValue(), 'openid profile email groups');
  t.deepEqual((await settings.roles()).admin?.slice(0, 2), ['–', 'router-admins']);
  asked();
  await next.click();
  await wizard.getByText('Passwords keep working').waitFor();
  t.deepEqual(asked(), ['config', 'dns', 'tls', 'clock']);
  t.is(await option(router, 'default.issuer_url'), '', 'nothing is saved so far');
  await Promise.all([page.waitForEvent('load'), wizard.getByRole('button', { name: 'Enable SSO and apply' }).click()]);
  await settings.ready();
  t.is(await wizard.count(), 0);
  t.deepEqual(
    await Promise.all(['issuer_url', 'client_id', 'client_secret', 'enabled', 'scope'].map((name) => option(router, `default.${name}`))),
    ['https://id.home.test', 'luci', 'a secret', '1', 'openid profile email groups'],
  );
  t.is(await option(router, 'admin.group'), 'router-admins');
  t.deepEqual(noise, []);
});

test.serial('on a phone everything fits, by keyboard everything can be reached, and an address has room', async (t) => {
  const { page, settings } = await open(t, {
    sessions: [{ id: 'h1', user: 'alice@home.test', role: 'admin', since: 1_790_000_000, own: true }],
  });
  const field = await settings.field('redirect_uri').boundingBox();
  t.true((field?.width ?? 0) > 450, `${field?.width} pixels for a redirect URI`);
  await page.setViewportSize({ width: 360, height: 740 });
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  t.true((wide ?? 0) <= (view ?? 0), `${wide} pixels wide on a screen of ${view}`);
  await shoot(page, 'phone', page.locator('#maincontent'));
  await page.setViewportSize({ width: 1100, height: 900 });
  const reached = new Set<string>();
  await page.locator('#luci-sso-wizard input').focus();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => `${document.activeElement?.tagName} ${document.activeElement?.textContent?.trim() ?? ''}`));
  }
  for (const name of ['Next', 'Copy', 'Edit', 'End', 'End all', 'Test connection']) t.true(reached.has(`BUTTON ${name}`), name);
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
  const { settings, page } = await open(t, {}, [['set', 'luci-sso.default.client_id=luci']], 'de-DE');
  t.is(await page.innerText('h2'), 'SSO-Anmeldung');
  t.deepEqual(await page.locator('h3').allInnerTexts(), [
    'Einstellungen',
    'Angaben für den Anbieter',
    'Benutzer',
    'Sitzungen',
    'Verbindung testen',
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
