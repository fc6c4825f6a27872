// SPDX-License-Identifier: MIT
// Ticks of the built program by hand, and the refresh tokens that it keeps: a test does not wait for minutes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Site } from './site.ts';

/** What is needed of a router, whatever its provider is. */
export type Place = Pick<Site, 'router' | 'program'>;

export const folderOf = (scene: Place): string => path.join(scene.router.tree, 'var/run/luci-sso');
export const keptFiles = (scene: Place): string[] =>
  readdirSync(folderOf(scene))
    .filter((name) => name.startsWith('kept.'))
    .map((name) => path.join(folderOf(scene), name));

/** As if the last check had been long ago, and somebody had used the session since. */
export function makeDue(scene: Place): void {
  for (const file of keptFiles(scene)) {
    const bytes = readFileSync(file);
    const [, , outageS = '0', pending = '0'] = bytes.subarray(0, bytes.indexOf(10)).toString().split(' ');
    writeFileSync(file, Buffer.concat([Buffer.from(`0 1 ${outageS} ${pending}`), bytes.subarray(bytes.indexOf(10))]));
  }
}

/** What the ticks of a scene wrote: a test has no syslog, and lines go to standard error. */
const written = new WeakMap<Place, string>();

export async function tick(scene: Place, onStart: (child: ChildProcess) => void = () => undefined): Promise<void> {
  const child = spawn(scene.program, ['tick'], { env: { PATH: '/bin' }, stdio: ['ignore', 'ignore', 'pipe'] });
  onStart(child);
  child.stderr.setEncoding('utf8').on('data', (text: string) => written.set(scene, (written.get(scene) ?? '') + text));
  await once(child, 'close');
}

export async function check(scene: Place): Promise<void> {
  makeDue(scene);
  await tick(scene);
}

export const users = (scene: Place): string[] =>
  scene.router
    .sessions()
    .filter(({ data }) => data.oidc_role !== undefined)
    .map(({ data }) => `${String(data.oidc_user)}=${String(data.oidc_role)}`)
    .sort();
export const log = (scene: Place): string => `${scene.router.log().join('\n')}\n${written.get(scene) ?? ''}`;
