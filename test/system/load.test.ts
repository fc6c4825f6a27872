// SPDX-License-Identifier: MIT
// What many logins at once, a provider that is silent, and a handshake used twice or by another
// browser do to the router.
import test, { type ExecutionContext } from 'ava';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '../_helpers/browser.ts';
import { startBlackhole } from '../stand-ins/provider/provider.ts';
import { until } from '../_helpers/until.ts';
import { sendRaw } from '../_helpers/raw-request.ts';
import { CLIENTS, login, signIn, startLogin, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;

async function readyScene(t: { teardown(fn: () => Promise<void>): void; timeout(ms: number): void }): Promise<Scene> {
  t.timeout(240 * SECONDS);
  const scene = await startScene({ scriptTimeoutMs: 240 * SECONDS });
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  return scene;
}

const tokenRequests = (scene: Scene): number => scene.provider.requests.filter((r) => r.method === 'POST' && r.path === '/token').length;

/** Whether this program has a network child now. */
function hasChild(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '';
  } catch {
    return false; // it has ended
  }
}

/**
 * Stops the two programs that wait for the provider, as soon as there are two: it is then silent for as long as the test
 * takes, however slow the machine. Gives the way to let them go on.
 */
async function waitForever(t: ExecutionContext, scene: Scene): Promise<() => void> {
  const held = await until(
    () => {
      const waiting = scene.router.programs().filter(hasChild);
      return waiting.length === 2 ? waiting : undefined;
    },
    () => `${scene.router.programs().length} programs run`,
  );
  const signal = (name: NodeJS.Signals) => (): void => {
    for (const pid of scene.router.programs()) if (held.includes(pid)) process.kill(pid, name);
  };
  signal('SIGSTOP')();
  t.teardown(signal('SIGCONT'));
  return signal('SIGCONT');
}

/**
 * With `flights` under way to a provider that says nothing: two of them wait for it, and nobody waits for those two. All
 * the others are told so, one after another, and then LuCI has its turn: it waits for as long as those programs take to
 * start, which `make bench` counts (start-busy).
 */
async function assertNobodyWaits(t: ExecutionContext, scene: Scene, flights: readonly Promise<Page>[]): Promise<void> {
  const answers: number[] = [];
  const landed = Promise.all(
    flights.map(async (flight) => {
      const { status } = await flight;
      answers.push(status);
      return status;
    }),
  );
  landed.catch(() => undefined); // it is awaited below, unless something fails before
  const goOn = await waitForever(t, scene);
  const asker = scene.newBrowser();
  for (let i = 0; i < 3; i++) t.is((await asker.fetch(new URL(`${scene.router.url}/cgi-bin/luci/`))).status, 403);
  t.is(scene.router.programs().filter(hasChild).length, 2, 'the two still wait');
  await until(
    () => (answers.length === flights.length - 2 ? true : undefined),
    () => `${answers.length} answers`,
  );
  t.deepEqual(new Set(answers), new Set([503]));
  t.is(scene.router.log().filter((line) => line.includes('PROVIDER_BUSY')).length, flights.length - 2);
  t.is(scene.router.programs().length, 2, 'only those two are left');
  t.is((await asker.fetch(new URL(`${scene.router.url}/cgi-bin/luci/`))).status, 403);
  goOn();
  const statuses = await landed;
  t.true(
    statuses.every((status) => status === 502 || status === 503 || status === 504),
    statuses.join(' '),
  );
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
  for (const [name, value] of kept)
    if (name.startsWith('__Host-')) browser.jar.set(`${name}=${value}; Secure; Path=/`, new URL(scene.router.url));
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

test.serial('a silent provider: LuCI answers while 20 starts and callbacks are in flight (security 37)', async (t) => {
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
  await assertNobodyWaits(t, scene, flights);
  t.is(scene.router.sessions().length, 0);
});

test.serial('a provider that accepts connections and never answers does not hold up LuCI either', async (t) => {
  const scene = await readyScene(t);
  const blackhole = await startBlackhole();
  t.teardown(() => blackhole.stop());
  await scene.router.uci('set', `luci-sso.default.issuer_url=https://localhost:${blackhole.port}`);
  const flights = Array.from({ length: 20 }, () => scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`)));
  await assertNobodyWaits(t, scene, flights);
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

test('callbacks that come twice at once, again and again: ten token requests a minute all the same', async (t) => {
  const scene = await readyScene(t);
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  const marks = (kind: string): number => readdirSync(state).filter((name) => name.startsWith(`${kind}.`)).length;
  const options = { ca: scene.ca, localAddress: '127.0.0.99' };
  const start = async (): Promise<{ url: string; cookie: string }> => {
    const { headers } = await sendRaw(`${scene.router.url}/cgi-bin/luci-sso`, options);
    const id = new URL(String(headers.location)).searchParams.get('state') as string;
    const query = new URLSearchParams({ code: 'a-code-that-nobody-gave', state: id, iss: scene.provider.issuer });
    return {
      url: `${scene.router.url}/cgi-bin/luci-sso/callback?${query.toString()}`,
      cookie: (headers['set-cookie']?.[0] ?? '').split(';')[0] as string,
    };
  };
  const ready = [];
  for (let i = 0; i < 40; i++) ready.push(await start());
  const started = performance.now();
  const statuses = new Map<number, number>();
  for (const { url, cookie } of ready) {
    const answers = await Promise.all([1, 2, 3, 4].map(() => sendRaw(url, { ...options, headers: { Cookie: cookie } })));
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    t.true(marks('token') <= 10, `${marks('token')} requests counted`);
  }
  const minutes = 1 + Math.floor((performance.now() - started) / 58_000);
  t.log(`${tokenRequests(scene)} token requests; ${[...statuses].map(([status, count]) => `${count} times ${status}`).join(', ')}`);
  t.true(tokenRequests(scene) >= 10 && tokenRequests(scene) <= 10 * minutes, `${tokenRequests(scene)} token requests`);
  t.is(marks('used'), tokenRequests(scene));
});
