// SPDX-License-Identifier: MIT
// A flood of login starts leaves nothing that grows: the handshake lives in the browser.
import test from 'ava';
import { flood, tracesOf } from '../_helpers/flood.ts';
import { checkOutcome } from '../_helpers/outcome.ts';
import { CLIENTS, login, startScene } from '../_helpers/scene.ts';

const STARTS = Number(process.env['STARTS'] || 200);
/** The boot key, what the router has learned of the provider, its roles and logins, the guard's two, a slot, a sync's turn. */
const MAX_FILES = 12;
const MAX_BYTES = 16_384;

test(`${STARTS} login starts leave at most ${MAX_FILES} files and ${MAX_BYTES} bytes, and the next login works (security 9)`, async (t) => {
  t.timeout(120_000 + STARTS * 60);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  const first = scene.newBrowser();
  t.deepEqual(checkOutcome(scene, await login(scene, first, 'alice'), 'alice').problems, []);
  const before = tracesOf(scene);
  for (const session of scene.router.sessions()) scene.router.rpcd.sessions.destroy(session.id);

  const started = performance.now();
  const statuses = await flood(scene, STARTS, 2);
  const seconds = (performance.now() - started) / 1000;
  t.deepEqual([...statuses], [[302, STARTS]]);
  const after = tracesOf(scene);
  t.log(
    `${STARTS} starts in ${seconds.toFixed(1)} s; before ${before.files.length} files ${before.bytes} bytes, after ${after.files.length} files ${after.bytes} bytes`,
  );
  // Documents that grew old are fetched again; of two starts that do so at once the second takes the second slot.
  const kept = (files: readonly string[]) => files.filter((name) => name !== 'slot.1');
  t.deepEqual(kept(after.files), kept(before.files), 'a start leaves no file');
  const markers = after.files.filter((name) => name.startsWith('used.') || name.startsWith('token.')).length;
  t.true(after.files.length - markers <= MAX_FILES, after.files.join(' '));
  t.true(after.bytes <= MAX_BYTES, `${after.bytes} bytes`);
  t.deepEqual(checkOutcome(scene, await login(scene, scene.newBrowser(), 'alice'), 'alice').problems, []);
});
