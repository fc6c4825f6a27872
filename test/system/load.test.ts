// SPDX-License-Identifier: MIT
// What many logins at once, a provider that is silent, and a handshake used twice or by another
// browser do to the router.
import test, { type ExecutionContext } from 'ava';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '../_helpers/browser.ts';
import { startBlackhole } from '../provider/provider.ts';
import { CLIENTS, login, signIn, startLogin, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;
/**
 * For the login page while the provider is silent: two processes may wait for it, the third slot is
 * LuCI's. Were all three taken, each answer would take five seconds and more. A machine that is busy
 * with other tests may be late once, not as a rule.
 */
const LOGIN_PAGE_MS = 1000;
const LOGIN_PAGE_MAX_MS = 4000;

async function readyScene(t: { teardown(fn: () => Promise<void>): void; timeout(ms: number): void }): Promise<Scene> {
  t.timeout(240 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  return scene;
}

const tokenRequests = (scene: Scene): number => scene.provider.requests.filter((r) => r.method === 'POST' && r.path === '/token').length;

/** LuCI's login page answers in time, asked ten times over two seconds while `flights` wait for the provider. */
async function assertLoginPage(t: ExecutionContext, scene: Scene, flights: readonly Promise<Page>[]): Promise<void> {
  let done = 0;
  for (const flight of flights) void flight.then(() => done++);
  const times: number[] = [];
  const asker = scene.newBrowser();
  for (let i = 0; i < 10; i++) {
    const started = performance.now();
    const page = await asker.fetch(new URL(`${scene.router.url}/cgi-bin/luci/`));
    times.push(performance.now() - started);
    t.is(page.status, 403);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  times.sort((a, b) => a - b);
  const shown = `${times.map((ms) => ms.toFixed(0)).join(' ')} ms; ${done} of ${flights.length} answered meanwhile`;
  t.log(`login page: ${shown}`);
  t.true(done < flights.length, 'some were in flight all the time');
  t.true((times[5] as number) < LOGIN_PAGE_MS, shown);
  t.true((times[9] as number) < LOGIN_PAGE_MAX_MS, shown);
}

test('30 login starts in one browser: LuCI still answers and the newest four can finish (security 10)', async (t) => {
  const scene = await readyScene(t);
  const browser = scene.newBrowser();
  const forms = [];
  for (let i = 0; i < 30; i++) {
    // Signed in at the provider after the first: each start comes straight back with a callback.
    const form = await browser.open(`${scene.router.url}/cgi-bin/luci-sso`, {
      from: new URL(`${scene.router.url}/cgi-bin/luci/`),
      until: (page) => String(page.headers.location ?? '').includes('/callback?'),
    });
    forms.push(await signIn(browser, form, 'alice'));
    const cookies = browser.jar.header(new URL(scene.router.url), { method: 'GET', isCrossSite: false });
    t.true(cookies.length < 1600, `${cookies.length} bytes of cookies after start ${i + 1}`);
  }
  const luci = await browser.open(`${scene.router.url}/cgi-bin/luci/`);
  t.is(luci.status, 403, 'the login page');
  const from = new URL(scene.provider.issuer);
  for (const callback of forms.slice(-4)) {
    const page = await browser.open(callback, { from });
    t.is(page.status, 200, `${page.body.slice(-300)}`);
    t.regex(page.body, /You are logged in/);
  }
  const old = await browser.open(forms[20] as URL, { from });
  t.true(old.status >= 400, 'an older start is gone');
  t.is(tokenRequests(scene), 4);
});

test('two parallel callbacks of one handshake make exactly one token request and one session (security 7, 114)', async (t) => {
  const scene = await readyScene(t);
  const browser = scene.newBrowser();
  const form = await startLogin(scene, browser);
  const callback = await signIn(browser, form, 'alice');
  const answers = await Promise.all([1, 2, 3].map(() => browser.fetch(callback, form.url)));
  t.deepEqual(answers.map((a) => a.status).sort()[0], 200);
  t.is(answers.filter((a) => a.status === 200).length, 1);
  t.is(tokenRequests(scene), 1);
  t.is(scene.router.sessions().length, 1);
});

test('a callback that is replayed is refused without asking the provider (security 24)', async (t) => {
  const scene = await readyScene(t);
  const browser = scene.newBrowser();
  const form = await startLogin(scene, browser);
  const kept = new Map(browser.jar.all().map((c) => [c.name, c.value]));
  const callback = await signIn(browser, form, 'alice');
  t.is((await browser.open(callback, { from: form.url })).status, 200);
  const again = await browser.fetch(callback, form.url);
  t.true(again.status >= 400, 'its cookie is gone');
  // Somebody who kept a copy of the cookie.
  for (const [name, value] of kept) if (name.startsWith('__Host-')) browser.jar.set(`${name}=${value}; Secure; Path=/`, new URL(scene.router.url));
  const copied = await browser.fetch(callback, form.url);
  t.true(copied.status >= 400, 'and the handshake is spent');
  t.is(tokenRequests(scene), 1);
  t.is(scene.router.sessions().length, 1);
});

test("another browser's callback is refused and leaves the first one's handshake alone (security 5)", async (t) => {
  const scene = await readyScene(t);
  const [first, other] = [scene.newBrowser(), scene.newBrowser()];
  const form = await startLogin(scene, first);
  const callback = await signIn(first, form, 'alice');
  await startLogin(scene, other);
  const stolen = await other.fetch(callback, form.url);
  t.true(stolen.status >= 400);
  t.is(tokenRequests(scene), 0);
  t.is(scene.router.sessions().length, 0);
  t.is((await first.open(callback, { from: form.url })).status, 200);
});

test.serial('a silent provider: LuCI answers within a second while 20 starts and callbacks are in flight (security 37)', async (t) => {
  const scene = await readyScene(t);
  const callbacks = [];
  for (let i = 0; i < 10; i++) {
    const browser = scene.newBrowser();
    const form = await startLogin(scene, browser);
    callbacks.push({ browser, url: await signIn(browser, form, 'alice'), from: form.url });
  }
  // From here on the provider takes requests and says nothing; nothing of it is remembered.
  scene.provider.hook = () => true;
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  for (const name of readdirSync(state)) if (/^(discovery|jwks)\./.test(name)) rmSync(path.join(state, name));
  const flights = callbacks.map(({ browser, url, from }) => browser.fetch(url, from));
  for (let i = 0; i < 10; i++) flights.push(scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`)));
  await assertLoginPage(t, scene, flights);
  const statuses = (await Promise.all(flights)).map((page) => page.status);
  t.true(statuses.every((status) => status === 502 || status === 503 || status === 504), statuses.join(' '));
  t.is(scene.router.sessions().length, 0);
});

test.serial('a provider that accepts connections and never answers does not hold up LuCI either', async (t) => {
  const scene = await readyScene(t);
  const blackhole = await startBlackhole();
  t.teardown(() => blackhole.stop());
  await scene.router.uci('set', `luci-sso.default.issuer_url=https://localhost:${blackhole.port}`);
  const flights = Array.from({ length: 20 }, () => scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`)));
  await assertLoginPage(t, scene, flights);
  const statuses = (await Promise.all(flights)).map((page) => page.status);
  t.true(statuses.every((status) => status === 502 || status === 503 || status === 504), statuses.join(' '));
  t.true(blackhole.accepted() <= 2, `${blackhole.accepted()} connections: two at a time, and a failure is remembered`);
});

test('the eleventh token request of one client within a minute gets 429 with Retry-After', async (t) => {
  const scene = await readyScene(t);
  const browser = scene.newBrowser();
  for (let i = 0; i < 10; i++) t.is((await login(scene, browser, 'alice')).status, 200, `login ${i + 1}`);
  const page = await login(scene, browser, 'alice');
  t.is(page.status, 429);
  t.regex(String(page.headers['retry-after']), /^\d+$/);
  t.is(tokenRequests(scene), 10);
  t.true(scene.router.sessions().length <= 10);
});
