// SPDX-License-Identifier: MIT
// `make demo`: a provider and a router with single sign-on to click through; with ONCE=1 it logs in
// itself and checks what comes out. scripts/test/demo builds what this needs.
import net from 'node:net';
import type { Hop } from '../../_helpers/browser.ts';
import { EXPECTED, checkOutcome, type Person } from '../../_helpers/outcome.ts';
import { CLIENTS, login, startScene, type Scene } from '../../_helpers/scene.ts';
import { USERS } from '../provider/users.ts';

const say = (text = '') => console.log(text === '' ? '' : `demo: ${text}`);

/** `wanted` if nobody has it, else 0: the kernel's choice. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(0));
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(wanted)));
  });
}

const quoted = (line: readonly string[]): string => `uci ${line.map((word) => word.replace(/=(.*)$/s, "='$1'")).join(' ')}`;

function showHops(scene: Scene, hops: readonly Hop[]): void {
  for (const hop of hops) {
    const where = hop.url.href.startsWith(scene.provider.issuer) ? 'provider' : 'router';
    const path = hop.url.pathname.length > 34 ? `${hop.url.pathname.slice(0, 33)}…` : hop.url.pathname;
    console.log(`  ${where.padEnd(9)}${hop.method.padEnd(5)}${path.padEnd(35)}${hop.status}${hop.ms.toFixed(0).padStart(6)} ms`);
  }
}

async function checkOnce(scene: Scene): Promise<boolean> {
  let checked = 0;
  let failed = 0;
  for (const kind of ['confidential', 'public'] as const) {
    await scene.configure(CLIENTS[kind]);
    for (const person of Object.keys(EXPECTED) as Person[]) {
      const browser = scene.newBrowser();
      checked++;
      console.log(`\n${person} (${USERS[person]?.about}), ${kind} client`);
      try {
        const page = await login(scene, browser, person);
        showHops(scene, browser.hops);
        const { summary, problems } = checkOutcome(scene, page, person);
        console.log(`  => ${summary}: ${problems.length === 0 ? 'as it must be' : 'WRONG'}`);
        for (const problem of problems) console.log(`     ${problem}`);
        if (problems.length > 0) failed++;
      } catch (error) {
        showHops(scene, browser.hops);
        console.log(`  => WRONG: ${String(error)}`);
        failed++;
      }
      for (const session of scene.router.sessions()) scene.router.rpcd.sessions.destroy(session.id);
    }
  }
  console.log('\nThe log of the router:');
  for (const line of scene.router.log()) console.log(`  ${line}`);
  console.log("\nThe sessions' rights were compared with what rpcd's password login gives for the same read and write");
  console.log('lists plus the groups unauthenticated and luci-base (read), which every role gets.');
  console.log(`demo: ${checked} logins checked, ${failed} failed`);
  return failed === 0;
}

async function showToPerson(scene: Scene): Promise<void> {
  const { router, provider, caPath } = scene;
  await scene.configure(CLIENTS.confidential);
  say();
  say('The router was set up with these lines and nothing else:');
  for (const line of scene.linesFor(CLIENTS.confidential)) console.log(`    ${quoted(line)}`);
  console.log(`
Open  ${router.url}/cgi-bin/luci/  and click "Login with SSO".

Your browser does not know the demo's certificates. Either accept the warning twice (the router's
page, then the provider's ${provider.issuer}), or import this authority for the time of the demo:
    ${caPath}

Sign in at the provider as (no password):`);
  for (const [name, user] of Object.entries(USERS)) {
    const expected = EXPECTED[name as Person];
    const result = 'role' in expected ? `logged in with role ${expected.role}` : `refused: ${expected.code}`;
    console.log(`    ${name.padEnd(8)} ${user.about.padEnd(54)} ${result}`);
  }
  console.log(`
What to try
  - "Log out" on the page behind the login, then sign in as somebody else. The provider remembers you:
    use a private window, or delete the cookies of localhost.
  - The password login still works: root / router.
  - ${router.url}/cgi-bin/luci/admin/status : after the login you are back on that page.
  - Switch it off; the button disappears:
    build/tools/bin/uci -c ${router.tree}/etc/config -t ${router.tree}/tmp/.uci set luci-sso.default.enabled=0
  - curl --cacert ${caPath} '${router.url}/cgi-bin/luci-sso?action=enabled'
  - From another computer: ssh -L ${new URL(router.url).port}:127.0.0.1:${new URL(router.url).port} -L ${new URL(provider.issuer).port}:127.0.0.1:${new URL(provider.issuer).port} THIS-COMPUTER

LuCI's pages, rpcd and uhttpd are stand-ins (test/README.md says what is real). Ctrl-C ends everything.
The log of the router:`);
  let shown = 0;
  setInterval(() => {
    for (const line of router.log().slice(shown)) console.log(`  ${line}`);
    shown = router.log().length;
  }, 200);
}

async function main(): Promise<void> {
  say('starting a router (broker, rpcd, uhttpd and LuCI stand-ins, the built program) and an OpenID provider');
  const isOnce = ['1', 'y', 'yes', 'true'].includes(process.env.ONCE ?? '');
  const scene = await startScene(isOnce ? {} : { routerPort: await freePort(8443), providerPort: await freePort(8444) });
  let isEnding = false;
  const end = async (status: number) => {
    if (isEnding) return;
    isEnding = true;
    await scene.stop();
    process.exit(status);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(isOnce ? 1 : 0));
  say(`router ${scene.router.url}, files in ${scene.router.tree}`);
  say(`provider ${scene.provider.issuer}`);
  try {
    if (!isOnce) return await showToPerson(scene);
    await end((await checkOnce(scene)) ? 0 : 1);
  } catch (error) {
    console.error(error);
    await end(1);
  }
}

void main();
