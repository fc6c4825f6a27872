// SPDX-License-Identifier: MIT
// Whole logins: browser, TLS, router, the built program, broker, rpcd, provider. The same for each
// byte order; what can go wrong in detail is tested with the flows themselves.
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '../_helpers/browser.ts';
import { EXPECTED, checkOutcome, type Person } from '../_helpers/outcome.ts';
import { CLIENTS, NATIVE_TARGET, clientOf, login, startScene, type Scene } from '../_helpers/scene.ts';
import { ALGS } from '../_helpers/signing.ts';

const SECONDS = 1000;

function assertOutcome(t: ExecutionContext, scene: Scene, page: Page, person: Person): void {
  t.deepEqual(checkOutcome(scene, page, person).problems, [], `${person}: ${scene.router.log().join('\n')}`);
}

/** Nothing of the wire that is a secret may reach the log. */
function assertSilentLog(t: ExecutionContext, scene: Scene, secrets: readonly string[]): void {
  const log = scene.router.log().join('\n');
  for (const secret of secrets.filter((s) => s.length > 5)) t.false(log.includes(secret), 'a secret is in the log');
  t.notRegex(log, /eyJ[\w-]+\.eyJ/, 'a token is in the log');
}

async function assertFourUsers(t: ExecutionContext, scene: Scene): Promise<void> {
  const secrets: string[] = Object.values(CLIENTS).map((c) => c.secret);
  for (const person of Object.keys(EXPECTED) as Person[]) {
    const browser = scene.newBrowser();
    assertOutcome(t, scene, await login(scene, browser, person), person);
    secrets.push(...browser.jar.all().map((c) => c.value));
    for (const hop of browser.hops)
      secrets.push(...['code', 'state', 'nonce', 'code_challenge'].map((n) => hop.url.searchParams.get(n) ?? ''));
  }
  for (const session of scene.router.sessions()) {
    secrets.push(session.id, String(session.data.token));
    scene.router.rpcd.sessions.destroy(session.id);
  }
  assertSilentLog(t, scene, secrets);
}

for (const target of [NATIVE_TARGET, 'mips_24kc', 'arm_cortex-a7']) {
  const { runner, reason } = {
    mips_24kc: { runner: 'qemu-mips', reason: 'big-endian' },
    'arm_cortex-a7': { runner: 'qemu-arm', reason: '32 bits' },
  }[target] ?? { runner: '', reason: 'native' };
  const isHere = runner === '' || spawnSync(runner, ['--version']).status === 0;
  (isHere ? test : test.skip)(`four people log in with the ${target} binary (${reason}); no secret is logged (security 23)`, async (t) => {
    t.timeout(240 * SECONDS);
    const scene = await startScene({ target });
    t.teardown(() => scene.stop());
    for (const client of target === NATIVE_TARGET
      ? [CLIENTS.confidential, CLIENTS.public, CLIENTS.es256]
      : [CLIENTS.confidential, CLIENTS.es256]) {
      await scene.configure(client);
      await assertFourUsers(t, scene);
    }
  });
}

test('claims are taken from userinfo when the ID token does not have them', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene({ claimsIn: 'userinfo' });
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.public);
  await assertFourUsers(t, scene);
  t.is(scene.provider.requests.filter((r) => r.path === '/me').length, 4);
});

test('a client registered for client_secret_post logs in when that is configured', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.post);
  await scene.router.uci('set', 'luci-sso.default.client_auth=client_secret_post');
  assertOutcome(t, scene, await login(scene, scene.newBrowser(), 'alice'), 'alice');
});

test('a provider that takes pushed authorization requests only', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene({ takesPushedOnly: true });
  t.teardown(() => scene.stop());
  for (const client of [CLIENTS.confidential, CLIENTS.public]) {
    await scene.configure(client);
    await assertFourUsers(t, scene);
  }
  t.is(scene.provider.requests.filter((request) => request.path === '/request').length, 8);
});

for (const [target, algorithms] of [
  [NATIVE_TARGET, ALGS],
  ['mips_24kc', ['PS512', 'ES512', 'EdDSA']],
] as const) {
  test(`ID tokens of ${algorithms.join(', ')} end in a session (${target})`, async (t) => {
    t.timeout(240 * SECONDS);
    const scene = await startScene({ target, algorithms });
    t.teardown(() => scene.stop());
    for (const algorithm of algorithms) {
      await scene.configure(clientOf(algorithm));
      assertOutcome(t, scene, await login(scene, scene.newBrowser(), 'alice'), 'alice');
    }
    await scene.router.uci('set', 'luci-sso.default.allowed_alg=RS256');
    t.is((await login(scene, scene.newBrowser(), 'alice')).status, 401);
    t.regex(scene.router.log().join('\n'), / UNSUPPORTED_ALGORITHM /);
  });
}

test('the login page answers for every state of the configuration, and the button is off when SSO is', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  const ask = async (query: string) => (await scene.newBrowser().open(`${scene.router.url}/cgi-bin/luci-sso?${query}`)).body;
  t.is(await ask('action=enabled'), '{"enabled":false}');
  await scene.configure(CLIENTS.confidential);
  t.is(await ask('action=enabled'), '{"enabled":true}');
  await scene.router.uci('set', 'luci-sso.default.issuer_url=http://plain.example');
  t.is(await ask('action=enabled'), '{"enabled":false}', 'staged values count');
  await scene.router.uci('revert', 'luci-sso');
  t.regex(await ask('action=enabled&v=2'), /^\{"enabled":true,.*"label":"Login with SSO"/);
  const page = await scene.newBrowser().open(`${scene.router.url}/cgi-bin/luci/`);
  t.is(page.status, 403);
  t.regex(page.body, /name="luci_password"/);
});

test('return_to leads to the page that was asked for, and only inside LuCI', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  for (const [given, expected] of [
    ['/cgi-bin/luci/admin/status', '/cgi-bin/luci/admin/status'],
    ['https://evil.example/', '/cgi-bin/luci/'],
    ['/cgi-bin/luci/../luci-sso', '/cgi-bin/luci/'],
  ] as const) {
    const page = await login(scene, scene.newBrowser(), 'alice', `?return_to=${encodeURIComponent(given)}`);
    t.is(page.status, 200);
    t.is(page.url.pathname, expected);
  }
});

test("plain http leads to the router's https and sets nothing", async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  const browser = scene.newBrowser();
  const page = await browser.fetch(new URL(`${scene.router.httpUrl}/cgi-bin/luci-sso`));
  t.is(page.status, 302);
  t.is(page.headers.location, `${scene.router.url}/cgi-bin/luci-sso`);
  t.is(page.headers['set-cookie'], undefined);
  t.is(scene.provider.requests.length, 0);
});

test('the session survives a reload of rpcd with its rights; what somebody has staged stays staged', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  await scene.router.uci('set', 'rpcd.@login[0].staged=1');
  const browser = scene.newBrowser();
  assertOutcome(t, scene, await login(scene, browser, 'bob'), 'bob');
  t.regex(await scene.router.uci('changes', 'rpcd'), /staged='1'/);
  t.notRegex(readFileSync(path.join(scene.router.tree, 'etc/config/rpcd'), 'utf8'), /staged/);
  await scene.router.reload();
  const again = await browser.open(`${scene.router.url}/cgi-bin/luci/admin/status`);
  assertOutcome(t, scene, again, 'bob');
});

test('the binaries are there', (t) => {
  for (const target of [NATIVE_TARGET, 'mips_24kc', 'arm_cortex-a7']) t.true(existsSync(`build/${target}/luci-sso`), target);
});
