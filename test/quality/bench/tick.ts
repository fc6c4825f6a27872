// SPDX-License-Identifier: MIT
// What the guard costs each minute: with nobody logged in by SSO, with somebody and nothing due, and among
// sessions of others, whose rights a tick and a login must not read one by one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { CLIENTS, login, type Scene } from '../../_helpers/scene.ts';
import { startPatientBroker } from './patient-broker.mjs';
import { measureCallback, report, type Meter, type Target } from './bench.ts';

/** As many as a router in a school may have. */
export const CROWD = 1000;
const RIGHTS = 200;

async function tick(scene: Scene, meter: Meter): Promise<void> {
  const [command = '', ...args] = [...meter.runner, scene.program, 'tick'];
  const child = spawn(command, args, { env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`tick: exit status ${status}`);
}

/** Sessions as password logins have them. */
function fill(scene: Scene, count: number): void {
  const { sessions } = scene.router.rpcd;
  for (let i = 0; i < count; i++) {
    const session = sessions.create(3600);
    Object.assign(session.data, { username: 'root', token: 'x'.repeat(32) });
    session.rights.set(
      'ubus',
      Array.from({ length: RIGHTS }, (_, right) => [`object-${right}.of-a-service`, 'method']),
    );
  }
}

/** A tick and a callback among so many sessions of others; the ticks before have left nothing to do. */
export async function measureCrowd(
  scene: Scene,
  meter: Meter,
  count: number,
): Promise<{ readonly tick: number; readonly callback: number }> {
  const { sessions } = scene.router.rpcd;
  fill(scene, count);
  const broker = await startPatientBroker(path.join(scene.router.tree, 'var/run/ubus/ubus.sock'));
  // What is measured hears the list of before: rpcd's stand-in takes too long for one.
  await Promise.allSettled([tick(scene, meter), broker.recorded]);
  await tick(scene, meter);
  const sample = await meter.measure(() => tick(scene, meter));
  const callback = await measureCallback(scene, meter);
  await broker.stop();
  for (const session of scene.router.sessions()) sessions.destroy(session.id);
  return { tick: sample.own, callback: callback.own };
}

export async function measureTicks(target: Target, scene: Scene, meter: Meter): Promise<void> {
  const once = async (): Promise<number> => (await meter.measure(() => tick(scene, meter))).own;
  const { sessions } = scene.router.rpcd;
  for (const session of scene.router.sessions()) sessions.destroy(session.id);
  for (let i = 0; i < 2; i++) await tick(scene, meter);
  report(target, 'tick-quiet', 'Minsn', await once());
  await scene.configure(CLIENTS.confidential);
  await login(scene, scene.newBrowser(), 'alice');
  report(target, 'tick-changed', 'Minsn', await once());
  for (let i = 0; i < 2; i++) await tick(scene, meter);
  report(target, 'tick', 'Minsn', await once());
  const crowded = await measureCrowd(scene, meter, CROWD);
  report(target, 'tick-crowded', 'Minsn', crowded.tick);
  report(target, 'callback-crowded', 'Minsn', crowded.callback);
}
