// SPDX-License-Identifier: MIT
// What the scripts say and install on a machine that lacks something: a PATH that has only what a row names.
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPTS = fileURLToPath(new URL('../../../scripts/', import.meta.url));
/** What the script itself is written with. */
const SHELL_TOOLS = ['sh', 'dirname', 'sed', 'grep', 'sort', 'head', 'paste', 'cat', 'tr', 'mktemp', 'mkdir', 'rm'];
const FIRST = { node: 'echo v20.19.0', npm: 'echo 10.8.2', cargo: 'echo "cargo 1.85.0 (x 2025-01-01)"' };
const FOR_ALL = { make: '', git: '', flock: '', python3: '', tar: '' };
const ROOT_USER = { id: 'echo 0' };
const SOMEBODY = { id: 'echo 1000' };

interface Said {
  readonly status: number | null;
  readonly stderr: string;
  /** Each call of apt-get, as its words. */
  readonly apt: readonly string[];
}

/** Runs the script for these targets on a machine that has just these commands; apt-get, if there is one, makes files of `brings`. */
function run(
  t: ExecutionContext,
  targets: readonly string[],
  commands: Readonly<Record<string, string>>,
  brings?: readonly string[],
): Said {
  const root = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const bin = path.join(root, 'bin');
  mkdirSync(bin);
  mkdirSync(path.join(root, 'scripts/build'), { recursive: true });
  writeFileSync(path.join(root, 'scripts/build/install-tools'), readFileSync(`${SCRIPTS}build/install-tools`));
  const put = (name: string, text: string): void => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };
  for (const name of SHELL_TOOLS)
    symlinkSync(spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), path.join(bin, name));
  for (const [name, text] of Object.entries(commands)) put(name, text);
  const calls = path.join(root, 'apt');
  writeFileSync(calls, '');
  if (brings !== undefined) {
    const made = brings.map((name) => `for name in ${name}; do : >"${bin}/$name"; /bin/chmod 755 "${bin}/$name"; done`).join('\n');
    put('apt-get', `echo "$*" >>"${calls}"\ncase $* in *' install '*) ;; *) exit 0 ;; esac\n${made}`);
  }
  const { status, stderr } = spawnSync('/bin/sh', [path.join(root, 'scripts/build/install-tools'), ...targets], {
    encoding: 'utf8',
    env: { PATH: bin },
  });
  return {
    status,
    stderr,
    apt: readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  };
}

test('tools: nothing is said or installed where all is there', (t) => {
  t.deepEqual(run(t, ['demo'], { ...FIRST, ...FOR_ALL, ...ROOT_USER }, []), { status: 0, stderr: '', apt: [] });
});

test('tools: root on Debian gets what the target lacks, and not what another one needs', (t) => {
  const { status, stderr, apt } = run(t, ['size'], { ...FIRST, ...FOR_ALL, ...ROOT_USER }, ['mksquashfs']);
  t.is(status, 0, stderr);
  t.deepEqual(apt, ['-qq update', '-qq install -y --no-upgrade --no-install-recommends squashfs-tools']);
});

test('tools: a package is asked for once, whatever it is needed for', (t) => {
  const { apt } = run(t, ['size', 'build'], { ...FIRST, ...FOR_ALL, ...ROOT_USER, git: 'exit 0' }, ['mksquashfs']);
  t.is(apt.at(-1), '-qq install -y --no-upgrade --no-install-recommends squashfs-tools');
});

test('tools: who is not root is told what to install', (t) => {
  const { status, stderr, apt } = run(t, ['size'], { ...FIRST, ...FOR_ALL, ...SOMEBODY }, ['mksquashfs']);
  t.is(status, 1);
  t.is(stderr, "install-tools: please install first (Debian's names): squashfs-tools\n");
  t.deepEqual(apt, []);
});

test('tools: root without apt is told what to install', (t) => {
  const { git: _, ...rest } = FOR_ALL;
  const { status, stderr } = run(t, ['test-keycloak'], { ...FIRST, ...rest, ...ROOT_USER, gcc: '', java: '', mvn: '' });
  t.is(status, 1);
  t.true(stderr.includes('please install first') && stderr.includes(' git ') && stderr.includes(' unzip'), stderr);
});

test('tools: what apt installs and still is not found is an error', (t) => {
  const { status, stderr } = run(t, ['size'], { ...FIRST, ...FOR_ALL, ...ROOT_USER }, []);
  t.is(status, 1);
  t.true(stderr.endsWith('installed, but still not to be found: squashfs-tools\n'), stderr);
});

test('tools: glewlwyd is unpacked by whoever it is, and not installed: only the libraries that it is linked to', (t) => {
  const others = readFileSync(`${SCRIPTS}build/install-tools`, 'utf8')
    .split('\n')
    .map((line) => /^([a-z][a-z0-9._-]*)  +[a-z][a-z0-9.-]*  +.*\btest( |$)/.exec(line)?.[1])
    .filter((name): name is string => name !== undefined && name !== 'glewlwyd');
  t.true(others.includes('gcc') && others.includes('sqlite3') && !others.includes('java'), others.join(' '));
  const commands = {
    ...FIRST,
    ...FOR_ALL,
    ...Object.fromEntries(others.map((name) => [name, ''])),
    'dpkg-deb':
      'case $1 in -x) mkdir -p "$3/usr/bin" ;; -f) echo "libc6 (>= 2.34), libyder2.0 (>= 1.4) | libyder, zlib1g, glewlwyd-common, debconf (>= 0.5) | debconf-2.0, ucf, adduser" ;; esac',
    ldd: 'command -v libyder >/dev/null || echo "libyder.so.2.0 => not found"',
  };
  const download = '-qq -o APT::Sandbox::User=root download glewlwyd';
  const asRoot = run(t, ['test'], { ...commands, ...ROOT_USER }, ['libyder']);
  t.is(asRoot.status, 0, asRoot.stderr);
  t.deepEqual(asRoot.apt, ['-qq update', download, '-qq install -y --no-upgrade --no-install-recommends libc6 libyder2.0 zlib1g']);
  const asSomebody = run(t, ['test'], { ...commands, ...SOMEBODY }, ['libyder']);
  t.is(asSomebody.stderr, "install-tools: please install first (Debian's names): libc6 libyder2.0 zlib1g\n");
  t.deepEqual(asSomebody.apt, [download]);
});

for (const [title, commands, expected] of [
  ['no node', { npm: FIRST.npm, cargo: FIRST.cargo }, '  Node.js 20.19 or newer with npm\n'],
  ["Debian's node", { ...FIRST, node: 'echo v18.20.4' }, '  Node.js 20.19 or newer with npm; this node is v18.20.4\n'],
  [
    "Debian's cargo",
    { ...FIRST, cargo: 'echo cargo 1.65.0' },
    '  Rust 1.85 or newer with cargo (it downloads and builds pinned sources); this cargo is cargo 1.65.0\n',
  ],
] as const) {
  test(`tools: ${title} ends it before anything is installed`, (t) => {
    const { status, stderr, apt } = run(t, ['size'], { ...commands, ...FOR_ALL, ...ROOT_USER }, ['mksquashfs']);
    t.is(status, 1);
    t.is(stderr, `install-tools: please install first:\n${expected}`);
    t.deepEqual(apt, []);
  });
}

test('tools: newer versions than the least are taken, also those with more digits', (t) => {
  t.is(run(t, ['demo'], { node: 'echo v100.2.0', npm: 'echo 9', cargo: 'echo cargo 1.100.0', ...FOR_ALL, ...SOMEBODY }).status, 0);
});

test('tools: a target that nobody described is an error', (t) => {
  const { status, stderr } = run(t, ['siz'], { ...FIRST, ...FOR_ALL, ...ROOT_USER }, []);
  t.is(status, 1);
  t.is(stderr, 'install-tools: unknown target "siz"\n');
});

test('tools: each script asks for a target that is described, and installs nothing past it', (t) => {
  const asking = spawnSync('grep', ['-rl', 'install-tools', SCRIPTS, `${SCRIPTS}../Makefile`], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .filter((file) => !file.endsWith('/install-tools'));
  const targets = asking.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/install-tools(?: |'\), ')([a-z-]+)/g)].map((match) => match[1] as string),
  );
  t.true(targets.length >= 8, targets.join(' '));
  for (const target of targets) t.false(run(t, [target], { ...FIRST, ...FOR_ALL, ...SOMEBODY }).stderr.includes('unknown target'), target);
  const others = spawnSync('grep', ['-rlE', 'apt-get.* install', SCRIPTS], { encoding: 'utf8' }).stdout.trim().split('\n');
  t.deepEqual(
    others.map((file) => path.basename(file)),
    ['install-tools'],
  );
});
