// SPDX-License-Identifier: MIT
// How the costs grow with what an owner may have much of: CA certificates, keys, groups, live
// sessions, ACL files. Prints `growth <what> <how many> <case> Minsn <value>` lines.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CLIENTS, login, startScene, type Scene } from '../../_helpers/scene.ts';
import { get, measureCallback, Meter, report, TARGETS, type Target } from './bench.ts';
import { CROWD, measureCrowd } from './tick.ts';

/** One row: prepares the scene for `count`, then a callback is measured with warm caches. */
async function row(
  target: Target,
  what: string,
  count: number,
  prepare: (scene: Scene) => void | Promise<void>,
  user = 'alice',
): Promise<void> {
  const meter = new Meter(target);
  const scene = await startScene({ target: TARGETS[target].folder, runner: meter.runner });
  try {
    await scene.configure(CLIENTS.confidential);
    await prepare(scene);
    await login(scene, scene.newBrowser(), user);
    const enabled = await meter.measure(() => get(scene, '?action=enabled'));
    const start = await meter.measure(() => get(scene, ''));
    const callback = await measureCallback(scene, meter, user);
    console.log(`growth ${what} ${count} enabled Minsn ${enabled.own.toFixed(2)}`);
    console.log(`growth ${what} ${count} start Minsn ${start.own.toFixed(2)}`);
    console.log(`growth ${what} ${count} callback Minsn ${callback.own.toFixed(2)}`);
    console.log(`growth ${what} ${count} network-child Minsn ${callback.child.toFixed(2)}`);
  } finally {
    await scene.stop();
  }
}

/** Adds keys to what the provider publishes, in front of its own. */
function publishKeys(scene: Scene, count: number): void {
  const extra = Array.from({ length: count - 2 }, (_, i) => ({
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
    alg: 'RS256',
    use: 'sig',
    kid: `other-${i}`,
  }));
  if (extra.length === 0) return;
  scene.provider.hook = (request, response) => {
    if (request.url !== '/jwks') return false;
    const end = response.end.bind(response);
    response.end = ((body: string | Buffer) => {
      const own = JSON.parse(String(body)) as { keys: object[] };
      const text = JSON.stringify({ keys: [...extra, ...own.keys] });
      response.setHeader('Content-Length', Buffer.byteLength(text));
      return end(text);
    }) as typeof response.end;
    return false;
  };
}

function addAclFiles(scene: Scene, count: number): void {
  for (let i = 0; i < count; i++) {
    const group = {
      description: 'x',
      read: { ubus: { [`object${i}`]: ['get', 'list'] }, uci: [`config${i}`] },
      write: { uci: [`config${i}`] },
    };
    writeFileSync(path.join(scene.router.tree, `usr/share/rpcd/acl.d/luci-app-${i}.json`), JSON.stringify({ [`luci-app-${i}`]: group }));
  }
}

/** Sessions of others, which a tick and a callback have to pass over. Above its budget the crowd fails. */
async function sessionsRow(target: Target, count: number): Promise<void> {
  const meter = new Meter(target);
  const scene = await startScene({ target: TARGETS[target].folder, runner: meter.runner });
  try {
    await scene.configure(CLIENTS.confidential);
    await login(scene, scene.newBrowser(), 'alice');
    const { tick, callback } = await measureCrowd(scene, meter, count);
    console.log(`growth sessions ${count} tick Minsn ${tick.toFixed(2)}`);
    console.log(`growth sessions ${count} callback Minsn ${callback.toFixed(2)}`);
    if (count < CROWD) return;
    report(target, 'tick-crowded', 'Minsn', tick);
    report(target, 'callback-crowded', 'Minsn', callback);
  } finally {
    await scene.stop();
  }
}

/** The whole table. */
export async function measureGrowth(target: Target): Promise<void> {
  const bundle = readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');
  const blocks = bundle.split(/(?<=-----END CERTIFICATE-----\n)/).filter((block) => block.includes('BEGIN'));
  for (const count of [0, 10, blocks.length]) {
    await row(target, 'ca', count, (scene) =>
      writeFileSync(path.join(scene.router.tree, 'etc/ssl/certs/ca-certificates.crt'), blocks.slice(0, count).join('')),
    );
  }
  for (const count of [2, 50]) await row(target, 'keys', count, (scene) => publishKeys(scene, count));
  for (const count of [1, 1000]) {
    await row(
      target,
      'groups',
      count,
      (scene) => scene.provider.setGroups('bob', ['guests', ...Array.from({ length: count - 1 }, (_, i) => `g${i}`)]),
      'bob',
    );
  }
  for (const count of [1, CROWD]) await sessionsRow(target, count);
  for (const count of [10, 200]) await row(target, 'acl-files', count, (scene) => addAclFiles(scene, count));
}
