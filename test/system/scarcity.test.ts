// SPDX-License-Identifier: MIT
// A router that has run out of something: memory, room in /var/run, descriptors, processes, entropy.
// Always a clean answer with a line in the log, never a crash, and the next login works.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Page } from '../_helpers/browser.ts';
import { assertNextLogin, codeOf, startRawProvider, startWire, type RawProvider, type Wire } from './_wire.ts';

const SECONDS = 1000;
const DENY = fileURLToPath(new URL('../../build/x86_64-asan/deny', import.meta.url));
const { EIO, EAGAIN, ENOMEM, EMFILE, ENOSPC, EROFS, ENOLCK, EPERM, ENOSYS } = os.constants.errno;

interface Scene {
  readonly wire: Wire;
  readonly provider: RawProvider;
  readonly folder: string;
  /** Shell lines that run before the program, `exec $with program` at last. */
  limit(lines: string): void;
}

async function startScene(t: ExecutionContext): Promise<Scene> {
  t.timeout(180 * SECONDS);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-scarce-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const limit = (lines: string): void => writeFileSync(path.join(folder, 'limits'), `${lines}\n`);
  limit('');
  const wire = await startWire(t, { runner: ['/bin/sh', '-c', `. ${folder}/limits; exec $with "$0"`] });
  const provider = await startRawProvider(t, wire.pair);
  await wire.use(provider);
  return { wire, provider, folder, limit };
}

const lastLog = (scene: Scene): string => scene.wire.router.log().at(-1) ?? '';

/** Not what uhttpd says in the place of a program that died, and a line in the log unless it went well. */
function assertAnswered(t: ExecutionContext, scene: Scene, page: Page, lines: number, label: string): void {
  const fresh = scene.wire.router.log().slice(lines);
  t.false(
    fresh.some((line) => /uhttpd:|Segmentation|Sanitizer|engine: null/.test(line)),
    `${label}: ${fresh.join('\n')}`,
  );
  t.true([200, 302, 500, 502, 503].includes(page.status), `${label}: ${page.status}`);
  if (page.status < 400) return;
  t.true(
    fresh.some((line) => /^luci-sso: [A-Z_]{5,} /.test(line)),
    `${label}: ${fresh.join('\n')}`,
  );
  t.regex(page.body, /Code: [A-Z_]+|^Single sign-on failed on the router/, label);
}

function endSessions(scene: Scene): void {
  for (const session of scene.wire.router.sessions()) scene.wire.router.rpcd.sessions.destroy(session.id);
}

/** A login whose start or callback runs under the limit. */
async function loginUnder(t: ExecutionContext, scene: Scene, what: 'start' | 'callback', lines: string, label: string): Promise<string> {
  scene.wire.forget();
  const browser = scene.wire.newBrowser();
  scene.limit(what === 'start' ? lines : '');
  let logged = scene.wire.router.log().length;
  let page = await scene.wire.start(browser);
  if (what === 'callback') {
    const begun = page;
    t.is(begun.status, 302, `${label}: ${lastLog(scene)}`);
    logged = scene.wire.router.log().length;
    scene.limit(lines);
    page = await scene.wire.finish(browser, begun, scene.provider);
  }
  scene.limit('');
  assertAnswered(t, scene, page, logged, label);
  // A session that LuCI takes exists only with the page that lands in it, or when just that page failed.
  if (page.status !== 200 && page.status !== 500) t.deepEqual(scene.wire.router.sessions(), [], label);
  if (page.status >= 400) t.notRegex(String(page.headers['set-cookie'] ?? ''), /sysauth/, label);
  endSessions(scene);
  return page.body.startsWith('Single sign-on failed') ? '500 INTERNAL_ERROR' : codeOf(page);
}

test('with less and less memory a login ends with a clean answer (security 113)', async (t) => {
  const scene = await startScene(t);
  const seen: Record<string, string[]> = { start: [], callback: [] };
  for (const what of ['start', 'callback'] as const) {
    for (let kb = 1300; kb <= 3700; kb += 80)
      seen[what]?.push(await loginUnder(t, scene, what, `ulimit -v ${kb}`, `${what} with ${kb} kB`));
    t.true(seen[what]?.includes('500 INTERNAL_ERROR'), `${what}: ${String(seen[what])}`);
  }
  t.log(JSON.stringify(seen));
  await assertNextLogin(t, scene.wire, scene.provider);
});

/** System call that fails -> what the start and the callback of a login say then. */
const CALLS: readonly (readonly [call: string, error: number, start: string, callback: string])[] = [
  ['getrandom', EIO, '500 INTERNAL_ERROR', '500 INTERNAL_ERROR'],
  ['getrandom', ENOSYS, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'], // kernels before 3.17: /dev/urandom is not in the child's reach
  ['socket', EMFILE, '500 UBUS_CONNECT_FAILED', '500 UBUS_CONNECT_FAILED'],
  ['socketpair', EMFILE, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
  ['fork', EAGAIN, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
  ['flock', ENOLCK, '500 STATE_SAVE_FAILED', '500 STATE_SAVE_FAILED'],
  ['linkat', ENOSPC, '500 STATE_SAVE_FAILED', '500 STATE_SAVE_FAILED'],
  ['renameat', ENOSPC, '302 no code', '200 no code'], // caches only
  ['unlinkat', EROFS, '302 no code', '200 no code'],
  ['getdents64', EIO, '302 no code', '500 STATE_SAVE_FAILED'],
  ['poll', ENOMEM, '500 UBUS_ERROR', '500 UBUS_ERROR'],
  ['sendto', EIO, '500 UBUS_ERROR', '500 UBUS_ERROR'],
  ['recvfrom', EIO, '500 UBUS_ERROR', '500 UBUS_ERROR'],
  ['fcntl', EMFILE, '302 no code', '500 STATE_SAVE_FAILED'], // listing a folder needs it
  ['dup2', EIO, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
  ['prlimit64', EPERM, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
  ['execve', EPERM, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
  ['prctl', EPERM, '502 DISCOVERY_NETWORK_ERROR', '502 DISCOVERY_NETWORK_ERROR'],
];

test('a system call that fails every time ends a login with its code', async (t) => {
  const scene = await startScene(t);
  for (const [call, error, start, callback] of CALLS) {
    for (const [what, expected] of [
      ['start', start],
      ['callback', callback],
    ] as const) {
      if (call === 'linkat' && what === 'start')
        rmSync(path.join(scene.wire.router.tree, 'var/run/luci-sso'), { recursive: true, force: true });
      const label = `${what} with ${call} failing (${error})`;
      // Without the discovery document of the start, so that the callback needs all of it.
      const forget = what === 'callback' ? `rm -f ${scene.wire.router.tree}/var/run/luci-sso/discovery.*; ` : '';
      t.is(await loginUnder(t, scene, what, `${forget}with="${DENY} ${call} ${error}"`, label), expected, `${label}: ${lastLog(scene)}`);
    }
  }
  await loginUnder(t, scene, 'start', `with="${DENY} execve ${EPERM}"`, 'exec');
  t.regex(lastLog(scene), /TLS_FAILED \(exec: the network process cannot be started\)/);
  if (process.getuid?.() === 0) {
    // Never as root: a network process that cannot become nobody does not look anything up.
    for (const call of ['setgroups', 'setuid', 'chroot', 'fchdir']) {
      t.is(await loginUnder(t, scene, 'start', `with="${DENY} ${call} ${EPERM}"`, call), '502 DISCOVERY_NETWORK_ERROR');
      t.regex(lastLog(scene), /cannot give up its rights/);
    }
  }
  scene.wire.forget(); // a failure of the provider is remembered for 15 s
  await assertNextLogin(t, scene.wire, scene.provider);
});

const stateFolder = (scene: Scene): string => path.join(scene.wire.router.tree, 'var/run/luci-sso');

test('where no state can be written a login is refused, and works again afterwards', async (t) => {
  const scene = await startScene(t);
  // Nothing may grow: the key cannot be made; with a key, markers are empty files and caches are left out.
  const full = "trap '' XFSZ; ulimit -f 0";
  if (process.getuid?.() === 0) {
    t.is(await loginUnder(t, scene, 'start', full, 'no room for the root folder of the network process'), '502 DISCOVERY_NETWORK_ERROR');
    t.regex(lastLog(scene), /cannot give up its rights/);
  }
  scene.wire.forget();
  await scene.wire.start(scene.wire.newBrowser());
  rmSync(stateFolder(scene), { recursive: true });
  t.is(await loginUnder(t, scene, 'start', full, 'no room for the key'), '500 STATE_SAVE_FAILED');
  t.deepEqual(
    scene.wire.stateNames().filter((name) => /^\.|key/.test(name)),
    [],
  );
  await assertNextLogin(t, scene.wire, scene.provider);
  t.is(await loginUnder(t, scene, 'start', full, 'no room for caches'), '302 no code');
  t.is(await loginUnder(t, scene, 'callback', full, 'no room for caches'), '200 no code');
  // Something else is in the place of the folder.
  const kept = `${stateFolder(scene)}.kept`;
  renameSync(stateFolder(scene), kept);
  writeFileSync(stateFolder(scene), '');
  const page = await scene.wire.start(scene.wire.newBrowser());
  t.is(codeOf(page), '500 STATE_SAVE_FAILED');
  rmSync(stateFolder(scene));
  renameSync(kept, stateFolder(scene));
  await assertNextLogin(t, scene.wire, scene.provider);
});

const canMount = ((): boolean => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

for (const [title, options] of [
  ['without room', 'size=32k,mode=700'],
  ['without inodes', 'nr_inodes=10,mode=700'],
] as const) {
  (canMount ? test : test.skip)(`a tmpfs ${title} refuses a login cleanly and takes the next one when there is some again`, async (t) => {
    const scene = await startScene(t);
    const folder = stateFolder(scene);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    t.is(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]).status, 0);
    t.teardown(() => void spawnSync('umount', [folder]));
    const ballast = (): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('ballast')) : []);
    const fill = (): void => {
      try {
        for (let i = 0; i < 50; i++) writeFileSync(path.join(folder, `ballast${i}`), title === 'without room' ? Buffer.alloc(4096) : '');
      } catch {
        // full
      }
    };
    fill();
    const first = await scene.wire.start(scene.wire.newBrowser());
    t.is(codeOf(first), '500 STATE_SAVE_FAILED', lastLog(scene));
    for (const name of ballast()) rmSync(path.join(folder, name));
    t.deepEqual(
      scene.wire.stateNames().filter((name) => name.startsWith('.')),
      [],
    );
    if (title === 'without room') await assertNextLogin(t, scene.wire, scene.provider);
    const browser = scene.wire.newBrowser();
    const begun = await scene.wire.start(browser);
    t.is(begun.status, 302, lastLog(scene));
    fill();
    const logged = scene.wire.router.log().length;
    const page = await scene.wire.finish(browser, begun, scene.provider);
    assertAnswered(t, scene, page, logged, title);
    t.is(codeOf(page), title === 'without room' ? '200 no code' : '500 STATE_SAVE_FAILED', lastLog(scene));
    if (page.status !== 200) t.deepEqual(scene.wire.router.sessions(), []);
    endSessions(scene);
    spawnSync('umount', [folder]);
    await assertNextLogin(t, scene.wire, scene.provider);
  });
}
