// SPDX-License-Identifier: MIT
// Whole logins with the program under AddressSanitizer, leak check and UndefinedBehaviorSanitizer: the
// reports of the program are in its log, those of its network process end the login.
import test, { type ExecutionContext } from 'ava';
import { EXPECTED, checkOutcome, type Person } from '../_helpers/outcome.ts';
import { CLIENTS, login, signIn, startLogin, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;
const REPORT = /Sanitizer|runtime error|[Ll]eak|Assertion/;

async function sanitizedScene(t: ExecutionContext, claimsIn: 'token' | 'userinfo'): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene({ target: 'x86_64-asan', claimsIn });
  t.teardown(() => scene.stop());
  return scene;
}

function assertNoReport(t: ExecutionContext, scene: Scene): void {
  t.notRegex(scene.router.log().join('\n'), REPORT);
}

for (const [name, claimsIn] of [
  ['confidential', 'token'],
  ['es256', 'token'],
  ['public', 'userinfo'],
] as const) {
  test(`four people log in or are refused without a report (client ${name}, claims in ${claimsIn})`, async (t) => {
    const scene = await sanitizedScene(t, claimsIn);
    await scene.configure(CLIENTS[name]);
    for (const person of Object.keys(EXPECTED) as Person[]) {
      const page = await login(scene, scene.newBrowser(), person);
      t.deepEqual(checkOutcome(scene, page, person).problems, [], `${person}: ${scene.router.log().join('\n')}`);
    }
    assertNoReport(t, scene);
  });
}

test('requests that end early leave no report', async (t) => {
  const scene = await sanitizedScene(t, 'token');
  const ask = async (path: string): Promise<string> => {
    const page = await scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso${path}`));
    return `${page.status} ${/Code: ([A-Z_]+)/.exec(page.body)?.[1] ?? page.body}`;
  };
  t.is(await ask('?action=enabled'), '200 {"enabled":false}');
  t.is(await ask(''), '503 SSO_DISABLED');
  await scene.configure(CLIENTS.confidential);
  t.is(await ask('/nothing'), '404 NOT_FOUND');
  t.is(await ask('/callback'), '400 MISSING_STATE_PARAMETER');
  t.is(await ask('/callback?state=a&state=b'), '400 DUPLICATE_PARAMETER');
  t.is(await ask(`/callback?state=${'A'.repeat(22)}&code=x`), '401 MISSING_HANDSHAKE_COOKIE');
  const browser = scene.newBrowser();
  const form = await startLogin(scene, browser);
  const callback = await signIn(browser, form, 'alice');
  scene.provider.hook = (request) => {
    request.socket.destroy();
    return true;
  };
  const page = await browser.open(callback, { from: form.url });
  t.regex(page.body, /Code: TOKEN_ENDPOINT_NETWORK_ERROR/);
  t.is(scene.router.sessions().length, 0);
  assertNoReport(t, scene);
});
