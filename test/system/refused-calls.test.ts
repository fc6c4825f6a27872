// SPDX-License-Identifier: MIT
// rpcd refuses what the built program asks of it: nothing is reported as done that is not, and the next
// try does it. All calls in all ways: unit/boundaries/ubus-calls.test.ts.
import test, { type ExecutionContext } from 'ava';
import { runCommand } from '../_helpers/command-line.ts';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';

const SECONDS = 1000;

async function loggedIn(t: ExecutionContext): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  t.is((await login(scene, scene.newBrowser(), 'alice')).status, 200);
  return scene;
}

const live = (scene: Scene): number => scene.router.sessions().filter(({ data }) => data.oidc_role !== undefined).length;

test('a session that rpcd does not end is reported, and ended by the next sync', async (t) => {
  const scene = await loggedIn(t);
  const { rpcd } = scene.router;
  const rows: ReadonlyArray<readonly [method: string, status: number, said: RegExp]> = [
    ['destroy', 6, /^sessions ended: 0\b.*\n?/m],
    ['destroy', 7, /could not end 1 session\n/],
    ['destroy', 9, /could not end 1 session\n/],
    ['list', 7, /UBUS_ERROR: session list: ubus status 7\n/],
  ];
  await scene.router.uci('delete', 'luci-sso.admin');
  await scene.router.uci('commit', 'luci-sso');
  for (const [method, status, said] of rows) {
    for (const args of [['sync'], ['sessions', 'end', 'all'], ['off']]) {
      rpcd.refused.set(method, status);
      const ran = await runCommand(scene, args);
      rpcd.refused.clear();
      const what = `${args.join(' ')}: session ${method} says ${status}: ${ran.output}`;
      t.is(ran.status, 1, what);
      t.regex(ran.output, said, what);
      t.regex(ran.output, /SYNC_FAILED \[/, what);
      t.is(live(scene), 1, what);
    }
    // `off` was done, all but that session.
    await scene.router.uci('set', 'luci-sso.default.enabled=1');
    await scene.router.uci('commit', 'luci-sso');
  }
  const healed = await runCommand(scene, ['sync']);
  t.is(healed.status, 0, healed.output);
  t.is(live(scene), 0);
});

test('rights that rpcd does not take away end the session', async (t) => {
  const scene = await loggedIn(t);
  await scene.router.uci('delete', 'luci-sso.admin.write');
  await scene.router.uci('commit', 'luci-sso');
  scene.router.rpcd.refused.set('revoke', 9);
  const { status, output } = await runCommand(scene, ['sync']);
  t.is(status, 0, output);
  t.regex(output, /sessions ended: 1, with new rights: 0/);
  t.is(live(scene), 0);
});

test('a login whose session rpcd does not fill or grant is refused, and leaves none', async (t) => {
  const scene = await loggedIn(t);
  for (const method of ['grant', 'set', 'create']) {
    const before = scene.router.sessions().length;
    scene.router.rpcd.refused.set(method, 9);
    const page = await login(scene, scene.newBrowser(), 'alice');
    scene.router.rpcd.refused.clear();
    t.is(page.status, 500, method);
    t.regex(page.body, /UBUS_LOGIN_FAILED/, method);
    t.is(scene.router.sessions().length, before, method);
  }
});
