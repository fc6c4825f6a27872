// SPDX-License-Identifier: MIT
// Routers that see their provider, or are seen, differently than browsers see it: split horizon, and a
// proxy that ends TLS in front of uhttpd.
import test, { type ExecutionContext } from 'ava';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Browser } from '../_helpers/browser.ts';
import { makeAuthority } from '../_helpers/certificates.ts';
import { checkOutcome } from '../_helpers/outcome.ts';
import { CLIENTS, login, signIn, startScene, type Scene, type SceneOptions } from '../_helpers/scene.ts';

const SECONDS = 1000;
const PUBLIC = 'idp.example.test';

async function publicScene(t: ExecutionContext, options: SceneOptions = {}): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene({ providerHost: PUBLIC, ...options });
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  return scene;
}

const set = (scene: Scene, option: string, value: string) => scene.router.uci('set', `luci-sso.default.${option}=${value}`);

test('a public name that the router cannot resolve needs internal_address, and nothing else', async (t) => {
  const scene = await publicScene(t);
  const lost = await login(scene, scene.newBrowser(), 'alice');
  t.is(lost.status, 502);
  // The test router names no DNS server, so its own address is asked, where perhaps nobody answers.
  t.regex(scene.router.log().join('\n'), /DISCOVERY_NETWORK_ERROR .*(NAME_NOT_RESOLVED|TIMED_OUT)/);
  await set(scene, 'internal_address', '127.0.0.1');
  const page = await login(scene, scene.newBrowser(), 'alice');
  t.deepEqual(checkOutcome(scene, page, 'alice').problems, [], scene.router.log().join('\n'));
});

test('internal_address does not weaken the check of the certificate: its name is the public one', async (t) => {
  const scene = await publicScene(t);
  await set(scene, 'issuer_url', scene.provider.issuer.replace(PUBLIC, 'other.example.test'));
  await set(scene, 'internal_address', '127.0.0.1');
  t.is((await login(scene, scene.newBrowser(), 'alice')).status, 502);
  t.regex(scene.router.log().join('\n'), /CERT_NAME_MISMATCH/);
});

test('internal_issuer_url: the router asks inside, the browser and the tokens stay outside', async (t) => {
  const scene = await publicScene(t);
  const publicHost = new URL(scene.provider.issuer).host;
  const asked: string[] = [];
  scene.provider.hook = (request) => {
    if (request.headers['user-agent'] !== 'test-browser') asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
    request.headers.host = publicHost; // as a proxy does that keeps the public name
    return false;
  };
  const internal = scene.provider.issuer.replace(PUBLIC, 'localhost');
  await set(scene, 'internal_issuer_url', internal);
  const browser = scene.newBrowser();
  const page = await login(scene, browser, 'alice');
  t.deepEqual(checkOutcome(scene, page, 'alice').problems, [], scene.router.log().join('\n'));
  const { host } = new URL(internal);
  t.deepEqual(
    asked,
    ['/.well-known/openid-configuration', '/token', '/jwks'].map((path) => host + path),
  );
  t.true(browser.hops.every((hop) => hop.url.hostname !== 'localhost'));
});

/** Ends TLS and passes everything on to `target.url`, as nginx in front of uhttpd does. */
async function startProxy(t: ExecutionContext): Promise<{ origin: string; ca: string; target: { url: string } }> {
  const authority = await makeAuthority();
  const tls = await authority.issue({ addresses: ['127.0.0.1'] });
  const target = { url: '' };
  const server = https.createServer(tls, (request, response) => {
    const inner = http.request(
      `${target.url}${request.url ?? ''}`,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    inner.on('error', () => response.writeHead(502).end());
    request.pipe(inner);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca: authority.cert, target };
}

test('behind a proxy that ends TLS: redirect_uri and trusted_proxy, no redirect loop', async (t) => {
  const proxy = await startProxy(t);
  const redirectUri = `${proxy.origin}/cgi-bin/luci-sso/callback`;
  const scene = await publicScene(t, { redirectUri, providerHost: 'localhost' });
  proxy.target.url = scene.router.httpUrl ?? '';
  await set(scene, 'redirect_uri', redirectUri);
  const browser = new Browser(`${proxy.ca}${scene.ca}`);
  t.teardown(() => browser.close());

  const untrusted = await browser.fetch(new URL(`${proxy.origin}/cgi-bin/luci-sso`));
  const first = String(untrusted.headers.location);
  t.is(first, `${proxy.origin}/cgi-bin/luci-sso?hop=1`, 'counts as plain http: https is where redirect_uri is');
  const hopped = await browser.fetch(new URL(first));
  t.true(String(hopped.headers.location).startsWith(scene.router.url), 'and counts as plain http there too, once');
  await set(scene, 'trusted_proxy', '127.0.0.0/8');
  const form = await browser.open(`${proxy.origin}/cgi-bin/luci-sso`, { from: new URL(`${proxy.origin}/cgi-bin/luci/`) });
  t.true(form.url.href.startsWith(scene.provider.issuer), scene.router.log().join('\n'));
  const page = await browser.open(await signIn(browser, form, 'alice'), { from: form.url });
  t.is(page.status, 200);
  t.is(page.url.href, `${proxy.origin}/cgi-bin/luci/`);
  t.is(scene.router.sessions().length, 1);
});
