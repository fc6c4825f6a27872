// SPDX-License-Identifier: MIT
// What the guard costs each minute: with nobody logged in by SSO, with somebody and nothing due, and among
// sessions of others, whose rights a tick and a login must not read one by one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLIENTS, login, type Scene } from '../../_helpers/scene.ts';
import { measureCallback, report, type Meter, type Target } from './bench.ts';

/** The broker of the tests ends a client that is slow to read more, as an emulated one is. */
const CROWD = 60;
const RIGHTS = 200;

async function tick(scene: Scene, meter: Meter): Promise<void> {
  const [command = '', ...args] = [...meter.runner, scene.program, 'tick'];
  const child = spawn(command, args, { env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`tick: exit status ${status}`);
}

/** Sessions as password logins have them. */
function fill(scene: Scene): void {
  const { sessions } = scene.router.rpcd;
  for (let i = 0; i < CROWD; i++) {
    const session = sessions.create(3600);
    Object.assign(session.data, { username: 'root', token: 'x'.repeat(32) });
    for (let right = 0; right < RIGHTS; right++)
      session.rights.set('ubus', [...(session.rights.get('ubus') ?? []), [`object-${right}.of-a-service`, 'method']]);
  }
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
  fill(scene);
  report(target, 'tick-crowded', 'Minsn', await once());
  report(target, 'callback-crowded', 'Minsn', (await measureCallback(scene, meter)).own);
}
