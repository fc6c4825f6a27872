// SPDX-License-Identifier: MIT
// What a page of somebody else can and cannot open, in a real browser that is signed in at the
// provider: never a page of LuCI of its choice, logged in. Router, provider and that page are three sites.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openProfile, type Profile } from '../../_helpers/chromium.ts';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { listen } from '../../stand-ins/router/http-server.ts';
import { buttonOf, openLuci, sessionOf, setLook, setOption, shoot, signInAt } from './_luci.ts';

const DEEP = '/cgi-bin/luci/admin/network';
const FIRST = '/cgi-bin/luci/';
const START = '/cgi-bin/luci-sso';

let scene: Scene;
let browser: Browser;
let foreign: { readonly url: string; stop(): Promise<void> };
/** What the foreign site answers with: a page, or where it redirects to. */
let trap: { readonly html: string } | { readonly location: string } = { html: '' };

test.before(async (t) => {
  t.timeout(240_000);
  [scene, browser] = await Promise.all([startScene({ withNames: true }), launchChromium()]);
  const server = await listen(
    () =>
      Promise.resolve({
        status: 'html' in trap ? 200 : 302,
        headers: [['Content-Type', 'text/html'], ...('html' in trap ? [] : [['Location', trap.location] as [string, string]])],
        body: Buffer.from('html' in trap ? `<!DOCTYPE html>${trap.html}` : ''),
      }),
    0,
    '127.0.0.1',
    scene.tls,
  );
  foreign = { url: `https://evil.test:${server.port}`, stop: () => server.stop() };
  await scene.configure(CLIENTS.confidential);
  await setLook(scene, 'material', 'en');
});
test.after.always(() => Promise.all([scene?.stop(), browser?.close(), foreign?.stop()]));

/** Nobody logs in as often as these tests do, and the limits are for a minute. */
test.beforeEach(() => {
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  for (const name of existsSync(state) ? readdirSync(state) : []) if (name.startsWith('token.')) rmSync(path.join(state, name));
});

/** The configuration is one for everybody, so the tests take turns. */
const turns = test.serial;

const setSsoOnly = async (t: ExecutionContext, isOn: boolean): Promise<void> => {
  t.teardown(() => setOption(scene, 'sso_only', '0'));
  await setOption(scene, 'sso_only', isOn ? '1' : '0');
};

/** Signed in at the provider, not logged in to LuCI. */
async function victim(t: ExecutionContext): Promise<Profile> {
  const profile = await openProfile(t, browser);
  await profile.page.goto(`${scene.url}${START}`);
  await signInAt(profile.page, 'alice');
  await sessionOf(profile.page);
  await profile.context.clearCookies({ name: 'sysauth_https' });
  return profile;
}

/** Paths of LuCI that were answered to somebody who is logged in. */
function watchOpened({ context }: Profile): string[] {
  const opened: string[] = [];
  context.on('response', (response) => {
    const { origin, pathname } = new URL(response.url());
    if (origin === scene.url && pathname.startsWith(FIRST) && !pathname.includes('/translations/') && response.status() === 200)
      opened.push(pathname);
  });
  return opened;
}

const escapeAttribute = (text: string): string => text.split('&').join('&amp;');
const link = (target: string, attributes = ''): string => `<a id="bait" href="${escapeAttribute(target)}" ${attributes}>bait</a>`;
const clickBait = (page: Page): Promise<void> => page.locator('#bait').click();

async function byLink(page: Page, target: string): Promise<Page> {
  trap = { html: link(target) };
  await page.goto(foreign.url);
  await clickBait(page);
  return page;
}

/** How a page takes its visitor along; answers with the tab that goes there. */
const WAYS: Readonly<Record<string, (page: Page, target: string) => Promise<Page>>> = {
  'a link': byLink,
  'a link that sends no Referer': async (page, target) => {
    trap = { html: link(target, 'rel="noreferrer"') };
    await page.goto(foreign.url);
    await clickBait(page);
    return page;
  },
  'a link that sends all of the Referer, from a path like ours': async (page, target) => {
    trap = { html: link(target, 'referrerpolicy="unsafe-url"') };
    await page.goto(`${foreign.url}${FIRST}?${scene.url}${FIRST}`);
    await clickBait(page);
    return page;
  },
  'a refresh': async (page, target) => {
    trap = { html: `<meta http-equiv="refresh" content="0;url=${escapeAttribute(target)}">` };
    await page.goto(foreign.url, { waitUntil: 'commit' });
    return page;
  },
  'a script without Referer': async (page, target) => {
    trap = { html: `<meta name="referrer" content="no-referrer"><script>location.href=${JSON.stringify(target)}</script>` };
    await page.goto(foreign.url, { waitUntil: 'commit' });
    return page;
  },
  'a window of its own': async (page, target) => {
    trap = { html: `<button id="bait" onclick="window.open('${target}')">bait</button>` };
    await page.goto(foreign.url);
    const [popup] = await Promise.all([page.context().waitForEvent('page'), clickBait(page)]);
    return popup;
  },
  'a form': async (page, target) => {
    const { origin, pathname, searchParams } = new URL(target);
    const fields = [...searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('');
    trap = { html: `<form action="${origin}${pathname}">${fields}<button id="bait">bait</button></form>` };
    await page.goto(foreign.url);
    await clickBait(page);
    return page;
  },
  'a redirect': async (page, target) => {
    trap = { location: target };
    await page.goto(foreign.url, { waitUntil: 'commit' });
    return page;
  },
};

/** Where LuCI is, the two links are, or the login form waits for somebody. */
const settled = (page: Page, isSsoOnly: boolean): Promise<void> =>
  page
    .locator(`#session, a[href="${DEEP}"]${isSsoOnly ? '' : ', #luci-sso-login'}`)
    .first()
    .waitFor();

/** The page behind a login that asks where to go. */
async function assertTwoLinks(t: ExecutionContext, page: Page, name: string): Promise<void> {
  t.is(await endOf(page), TWO_LINKS, name);
  t.is(await page.getByRole('link', { name: DEEP, exact: true }).count(), 1, name);
  t.is(await page.locator('meta[http-equiv="refresh"]').count(), 0, name);
}

const TWO_LINKS = `${DEEP} or ${FIRST}?`;

/** What this tab shows once it rests. */
async function endOf(page: Page): Promise<string> {
  if ((await page.locator('#session').count()) > 0) return `open: ${(await sessionOf(page)).path}`;
  if ((await page.locator('input[name="luci_password"]').count()) > 0) return `login form of ${new URL(page.url()).pathname}`;
  return (await page.locator('a').evaluateAll((links) => links.map((a) => a.getAttribute('href')))).join(' or ') + '?';
}

/** Walks each way in a tab of its own, as somebody who is not logged in; way -> what was opened, and the end. */
async function walk(
  profile: Profile,
  isSsoOnly: boolean,
  ways: ReadonlyArray<readonly [name: string, go: (page: Page) => Promise<Page>]>,
): Promise<Record<string, string>> {
  const opened = watchOpened(profile);
  const ends: Record<string, string> = {};
  for (const [name, go] of ways) {
    const page = await go(await profile.context.newPage());
    await settled(page, isSsoOnly);
    ends[name] = [...opened.splice(0), await endOf(page)].join(', ');
    await page.close();
    await profile.context.clearCookies({ name: 'sysauth_https' });
  }
  return ends;
}

const always = (ways: Readonly<Record<string, unknown>>, end: string): Record<string, string> =>
  Object.fromEntries(Object.keys(ways).map((name) => [name, end]));

for (const isSsoOnly of [false, true]) {
  const mode = isSsoOnly ? 'SSO only' : 'with the form';

  turns(`${mode}: a foreign page that names a page of LuCI to the program ends at two links`, async (t) => {
    t.timeout(240_000);
    await setSsoOnly(t, isSsoOnly);
    const target = `${scene.url}${START}?return_to=${encodeURIComponent(DEEP)}`;
    const ends = await walk(
      await victim(t),
      isSsoOnly,
      Object.entries(WAYS).map(([name, go]) => [name, (page) => go(page, target)]),
    );
    t.deepEqual(ends, always(WAYS, TWO_LINKS));
  });

  turns(`${mode}: a foreign page that opens a page of LuCI itself does not get it logged in`, async (t) => {
    t.timeout(240_000);
    await setSsoOnly(t, isSsoOnly);
    const target = `${scene.url}${DEEP}`;
    const ends = await walk(
      await victim(t),
      isSsoOnly,
      Object.entries(WAYS).map(([name, go]) => [name, (page) => go(page, target)]),
    );
    t.deepEqual(ends, always(WAYS, isSsoOnly ? `${FIRST}, open: ${FIRST}` : `login form of ${DEEP}`));
  });

  turns(`${mode}: the other ways to name a page of LuCI end at two links too`, async (t) => {
    t.timeout(240_000);
    await setSsoOnly(t, isSsoOnly);
    const wanted = `return_to=${encodeURIComponent(DEEP)}`;
    const plain = (scene.router.httpUrl ?? '').replace('127.0.0.1', 'router.test');
    const initiation = new URLSearchParams({ iss: scene.provider.issuer, target_link_uri: `${scene.url}${DEEP}` }).toString();
    const targets: Readonly<Record<string, string>> = {
      'plain http': `${plain}${START}?${wanted}`,
      'an invented seal': `${scene.url}${START}?${wanted}&return_seal=9999999.${'A'.repeat(22)}`,
      'the account switch': `${scene.url}${START}/login?${wanted}`,
      'a login from elsewhere': `${scene.url}${START}/initiate?${initiation}`,
    };
    const posted = async (page: Page): Promise<Page> => {
      const fields = [...new URLSearchParams(initiation)]
        .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
        .join('');
      trap = { html: `<form method="post" action="${scene.url}${START}/initiate">${fields}<button id="bait">bait</button></form>` };
      await page.goto(foreign.url);
      await clickBait(page);
      return page;
    };
    const ends = await walk(await victim(t), isSsoOnly, [
      ...Object.entries(targets).map(([name, target]) => [name, (page: Page) => byLink(page, target)] as const),
      ['posted', posted],
    ]);
    t.deepEqual(ends, always({ ...targets, posted }, TWO_LINKS));
  });

  turns(`${mode}: in a frame of a foreign page nothing of LuCI opens`, async (t) => {
    t.timeout(120_000);
    await setSsoOnly(t, isSsoOnly);
    const profile = await victim(t);
    const opened = watchOpened(profile);
    for (const target of [`${START}?return_to=${encodeURIComponent(DEEP)}`, DEEP]) {
      trap = { html: `<iframe src="${scene.url}${escapeAttribute(target)}"></iframe>` };
      await profile.page.goto(foreign.url, { waitUntil: 'networkidle' });
      t.deepEqual(opened, [], target);
    }
  });

  turns(`${mode}: a start without a page lands in LuCI at once, wherever the link is`, async (t) => {
    t.timeout(120_000);
    await setSsoOnly(t, isSsoOnly);
    const profile = await victim(t);
    const initiation = new URLSearchParams({ iss: scene.provider.issuer }).toString();
    for (const target of [START, `${START}/initiate?${initiation}`, `${START}?return_to=${encodeURIComponent(FIRST)}`]) {
      const page = await byLink(await profile.context.newPage(), `${scene.url}${target}`);
      t.is((await sessionOf(page)).path, FIRST, target);
      await page.close();
      await profile.context.clearCookies({ name: 'sysauth_https' });
    }
    await profile.page.goto(`${scene.url}${START}`); // a bookmark
    t.is((await sessionOf(profile.page)).path, FIRST);
  });

  turns(`${mode}: either of the two links works`, async (t) => {
    t.timeout(120_000);
    await setSsoOnly(t, isSsoOnly);
    const { page, noise } = await victim(t);
    for (const target of [DEEP, FIRST]) {
      await page.goto(`${scene.url}${START}?return_to=${encodeURIComponent(DEEP)}`); // typed: no Referer
      await settled(page, isSsoOnly);
      await assertTwoLinks(t, page, target);
      if (target === DEEP) await shoot(page, `two-links${isSsoOnly ? '-sso-only' : ''}`);
      await page.locator(`a[href="${target}"]`).focus();
      await page.keyboard.press('Enter');
      t.is((await sessionOf(page)).path, target);
      await page.context().clearCookies({ name: 'sysauth_https' });
    }
    t.deepEqual(noise, []);
  });

  turns(`${mode}: a refused login started by a foreign page stays a foreign one behind "Try again"`, async (t) => {
    t.timeout(120_000);
    await setSsoOnly(t, isSsoOnly);
    t.teardown(() => setOption(scene, 'client_secret', CLIENTS.confidential.secret));
    const profile = await victim(t);
    const opened = watchOpened(profile);
    await setOption(scene, 'client_secret', 'wrong');
    const page = await byLink(profile.page, `${scene.url}${START}?return_to=${encodeURIComponent(DEEP)}`);
    await page.getByRole('heading', { name: 'Login did not work' }).waitFor();
    await setOption(scene, 'client_secret', CLIENTS.confidential.secret);
    await page.getByRole('link', { name: 'Try again' }).click();
    await settled(page, isSsoOnly);
    t.deepEqual(opened, []);
    await assertTwoLinks(t, page, 'Try again');
  });
}

turns("SSO only: LuCI's own links come back to their page, a typed address to the first page", async (t) => {
  t.timeout(120_000);
  await setSsoOnly(t, true);
  const profile = await victim(t);
  const { page } = profile;
  await page.goto(`${scene.url}${DEEP}`);
  t.is((await sessionOf(page)).path, FIRST);
  // The session ends while LuCI is open: the next page of LuCI that is asked for is the router's own link.
  await profile.context.clearCookies({ name: 'sysauth_https' });
  await page.evaluate((path) => {
    sessionStorage.clear(); // half a minute later
    const link = document.body.appendChild(document.createElement('a'));
    link.href = path;
    link.click();
  }, DEEP);
  await page.waitForURL(`${scene.url}${DEEP}`);
  t.is((await sessionOf(page)).path, DEEP);
});

turns('a refused login that the router\'s own page started keeps its page behind "Try again"', async (t) => {
  t.timeout(120_000);
  // All browsers here have the address of a trusted proxy, for which no seal counts.
  await scene.router.uci('delete', 'luci-sso.default.trusted_proxy');
  t.teardown(() => setOption(scene, 'client_secret', CLIENTS.confidential.secret));
  const { page } = await victim(t);
  await setOption(scene, 'client_secret', 'wrong');
  await openLuci(scene, page, 'admin/network');
  await buttonOf(page).click();
  await page.getByRole('heading', { name: 'Login did not work' }).waitFor();
  await setOption(scene, 'client_secret', CLIENTS.confidential.secret);
  await page.getByRole('link', { name: 'Try again' }).click();
  t.is((await sessionOf(page)).path, DEEP);
});

turns('behind a trusted proxy, where everybody has one address, "Try again" ends at two links', async (t) => {
  t.timeout(120_000);
  await scene.router.uci('add_list', 'luci-sso.default.trusted_proxy=127.0.0.1');
  t.teardown(() => setOption(scene, 'client_secret', CLIENTS.confidential.secret));
  const { page } = await victim(t);
  await setOption(scene, 'client_secret', 'wrong');
  await openLuci(scene, page, 'admin/network');
  await buttonOf(page).click();
  await page.getByRole('heading', { name: 'Login did not work' }).waitFor();
  await setOption(scene, 'client_secret', CLIENTS.confidential.secret);
  await page.getByRole('link', { name: 'Try again' }).click();
  await settled(page, false);
  await assertTwoLinks(t, page, 'Try again');
});

for (const theme of ['bootstrap', 'material', 'openwrt.org', 'openwrt2020']) {
  turns(`the button sends the Referer that opens its page at once; where something forbids it, two links: ${theme}`, async (t) => {
    t.timeout(60_000);
    t.teardown(() => setLook(scene, 'material', 'en'));
    await setLook(scene, theme, 'en');
    const { page, context } = await victim(t);
    for (const [policy, referer] of [
      ['', `${scene.url}${DEEP}`],
      ['origin', `${scene.url}/`],
      ['no-referrer', undefined],
    ] as const) {
      await openLuci(scene, page, 'admin/network');
      // A proxy's header does the same.
      if (policy !== '')
        await page.evaluate(
          (content) => document.head.append(Object.assign(document.createElement('meta'), { name: 'referrer', content })),
          policy,
        );
      const started = page.waitForRequest((request) => request.url().startsWith(`${scene.url}${START}?return_to=`));
      await buttonOf(page).click();
      t.is((await (await started).allHeaders())['referer'] as string | undefined, referer, policy);
      if (referer === undefined) {
        await settled(page, true);
        await assertTwoLinks(t, page, policy);
      } else {
        t.is((await sessionOf(page)).path, DEEP, policy);
      }
      await context.clearCookies({ name: 'sysauth_https' });
    }
  });
}
