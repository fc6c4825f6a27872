// SPDX-License-Identifier: MIT
// The guard as a service: procd starts it by the package's init script, logins start it where nobody did,
// and each minute it does what the configuration then says.
import test, { type ExecutionContext } from 'ava';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../_helpers/command-line.ts';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';
import { until } from '../_helpers/until.ts';

const SECONDS = 1000;

async function sceneOf(t: ExecutionContext, withProcd = true): Promise<Scene> {
  // The guard sleeps a real minute; on a busy machine it may wake late.
  t.timeout(600 * SECONDS);
  const scene = await startScene({ withProcd });
  t.teardown(() => scene.stop());
  return scene;
}

const soon = (isSo: () => boolean): Promise<true> => until(() => isSo() || undefined);
const pidOf = (scene: Scene): number | undefined => scene.router.procd?.pidOf();
const live = (scene: Scene): number => scene.router.sessions().filter(({ data }) => data.oidc_role !== undefined).length;
const linesOf = (scene: Scene, code: string): number => scene.router.log().filter((line) => line.includes(` ${code} [`)).length;

test('a few lines in a shell and one login: the guard runs, and nothing else was done', async (t) => {
  const scene = await sceneOf(t);
  await scene.configure(CLIENTS.confidential);
  t.is(pidOf(scene), undefined, '`uci commit` in a shell starts nothing');
  const page = await login(scene, scene.newBrowser(), 'alice');
  t.is(page.status, 200, scene.router.log().join('\n'));
  await soon(() => pidOf(scene) !== undefined);
  const [guard] = [...(scene.router.procd?.services.get('luci-sso')?.instances.values() ?? [])];
  t.deepEqual(guard?.respawn, ['3600', '5', '0'], 'else procd gives up at the sixth exit');
  t.deepEqual(
    guard?.files.map((file) => path.basename(file)),
    ['luci-sso'],
    'a new program starts it anew',
  );
  t.deepEqual(scene.router.procd?.services.get('luci-sso')?.triggers, ['luci-sso', 'rpcd']);
  await login(scene, scene.newBrowser(), 'alice');
  t.is(linesOf(scene, 'GUARD_NOT_RUNNING'), 0);
});

test('the guard is small, killed it comes back, and a role that is removed in a shell is gone within a minute', async (t) => {
  const scene = await sceneOf(t);
  const { procd } = scene.router;
  await scene.configure(CLIENTS.confidential);
  await login(scene, scene.newBrowser(), 'alice');
  await soon(() => pidOf(scene) !== undefined);
  for (let i = 0; i < 8; i++) {
    const pid = pidOf(scene) as number;
    process.kill(pid, 'SIGKILL');
    await soon(() => pidOf(scene) !== undefined && pidOf(scene) !== pid);
  }
  const note = path.join(scene.router.tree, 'var/run/luci-sso/guard.note');
  await soon(() => {
    try {
      return readFileSync(note, 'utf8').startsWith('settled ');
    } catch {
      return false;
    }
  });
  const memory = readFileSync(`/proc/${pidOf(scene) as number}/smaps_rollup`, 'utf8');
  const kB = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(memory)?.[1]);
  t.log(`private memory: ${kB('Private_Dirty')} kB, and ${kB('Private_Clean')} kB of the program's file`);
  t.true(kB('Private_Dirty') <= 96, memory);

  await scene.router.uci('delete', 'luci-sso.admin');
  await scene.router.uci('commit', 'luci-sso');
  t.is(live(scene), 1);
  while (live(scene) > 0) await new Promise((later) => setTimeout(later, 200));
  t.is(linesOf(scene, 'SESSION_ENDED'), 1);
  t.is(await procd?.script('stop'), 0);
  await soon(() => pidOf(scene) === undefined);
});

test('switched off in LuCI there is no guard, the triggers stay, and switched on again there is one', async (t) => {
  const scene = await sceneOf(t);
  const { procd } = scene.router;
  t.is(await procd?.script('start'), 0);
  t.is(pidOf(scene), undefined, 'as it is shipped');
  await scene.configure(CLIENTS.confidential);
  await procd?.changed('luci-sso');
  await soon(() => pidOf(scene) !== undefined);
  await login(scene, scene.newBrowser(), 'alice');
  await scene.router.uci('set', 'luci-sso.default.enabled=0');
  await scene.router.uci('commit', 'luci-sso');
  await procd?.changed('luci-sso');
  await soon(() => pidOf(scene) === undefined);
  t.is(live(scene), 0);
  t.true(scene.router.log().some((line) => line.includes('reason=sso_off')));
  t.deepEqual(procd?.services.get('luci-sso')?.triggers, ['luci-sso', 'rpcd']);
  await scene.router.uci('set', 'luci-sso.default.enabled=1');
  await scene.router.uci('commit', 'luci-sso');
  await procd?.changed('luci-sso');
  await soon(() => pidOf(scene) !== undefined);
});

test('where it cannot be started, logins work and say so; ticks of cron are as good', async (t) => {
  const scene = await sceneOf(t, false);
  await scene.configure(CLIENTS.confidential);
  t.is((await login(scene, scene.newBrowser(), 'alice')).status, 200);
  t.is(linesOf(scene, 'GUARD_NOT_RUNNING'), 1, 'once a minute');
  t.regex(scene.router.log().join('\n'), /GUARD_NOT_RUNNING \[.*not started: missing/);
  t.is((await runCommand(scene, ['tick'])).status, 0);
  t.is(live(scene), 1);
});
