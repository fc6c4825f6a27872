// SPDX-License-Identifier: MIT
// install.sh of a release, with busybox and stand-ins of opkg, apk and uclient-fetch: what it adds, what it says first, and that
// whatever fails leaves the feeds and keys of the router as they were.
import test, { type ExecutionContext } from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findWayIn } from './_device.ts';
import { folder, ROOT } from './_packages.ts';

const way = findWayIn();
const lives = 'enter' in way ? test : test.skip;
const FEED = 'https://feed.example/luci-sso';
const OPKG_FEEDS = 'etc/opkg/customfeeds.conf';
const APK_FEED = 'etc/apk/repositories.d/luci-sso.list';
const OTHERS = '# a feed of the owner\nsrc/gz mine https://mine.example/x\n';
const OPKG_KEY = 'untrusted comment: public key\nRWQBAgMEBQYHCAkK';
const APK_KEY = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----';

/** Each call is noted; what is named in /broken fails. */
const STAND_IN = `#!/bin/sh
name=\${0##*/}
echo "$name $*" >>/calls
broken() {
	grep -qxF "$1" /broken
}
`;
const STAND_INS: Readonly<Record<string, string>> = {
  'uclient-fetch': `broken offline && { echo 'Failed to send request: Operation not permitted' >&2; exit 4; }
broken no-architecture && { echo 'HTTP error 404' >&2; exit 8; }
broken empty-index && { : >"$3"; exit 0; }
echo index >"$3"
`,
  opkg: `case $1 in
update) broken update && exit 255; exit 0 ;;
install) broken install && { echo 'Collected errors: incompatible'; exit 255; }; : >/installed; exit 0 ;;
status) [ ! -e /installed ] || echo 'Package: luci-sso' ;;
remove) broken remove && { echo 'cannot remove'; exit 255; }; rm /installed ;;
esac
`,
  'opkg-key': `broken key && exit 1
name=$(tail -n 1 "$2" | cut -c 1-8)
case $1 in
add) cp "$2" "/etc/opkg/keys/$name" ;;
remove) rm "/etc/opkg/keys/$name" ;;
esac
`,
  apk: `case $1 in
update) broken update && exit 1; exit 0 ;;
add) broken install && { echo 'ERROR: unable to select packages'; exit 1; }; : >/installed; exit 0 ;;
info) [ -e /installed ] ;;
del) broken remove && { echo 'cannot remove'; exit 1; }; rm /installed ;;
esac
`,
  'luci-sso': `broken program && exit 126
[ ! -e /installed ] || echo 'luci-sso 1.0.0'
`,
  df: `broken flash && { echo 'Filesystem 1024-blocks Used Available Capacity Mounted'; echo 'overlayfs:/overlay 8000 7300 700 91% /'; exit 0; }
echo 'Filesystem 1024-blocks Used Available Capacity Mounted'; echo 'overlayfs:/overlay 8000 1000 7000 12% /'
`,
};

interface Router {
  readonly run: (...args: readonly string[]) => { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  readonly write: (name: string, text: string, mode?: number) => void;
  /** Everything that is the owner's: feeds and keys, by name. */
  readonly state: () => Record<string, string>;
  readonly calls: () => string[];
}

interface Shape {
  readonly manager?: 'opkg' | 'apk';
  readonly release?: string;
  readonly script?: (text: string) => string;
}

const signed = (text: string): string =>
  text.replace("FEED='@FEED@'", `FEED='${FEED}'`).replace("'@OPKG_KEY@'", `'${OPKG_KEY}'`).replace("'@APK_KEY@'", `'${APK_KEY}'`);

function newRouter(t: ExecutionContext, { manager = 'opkg', release, script = signed }: Shape = {}): Router {
  const root = folder(t);
  const enter = [...('enter' in way ? way.enter : []), 'chroot', root];
  const command = (...args: readonly string[]): [string, string[]] => [enter[0] as string, [...enter.slice(1), ...args]];
  const write = (name: string, text: string, mode = 0o644): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    chmodSync(path.join(root, name), mode);
  };
  for (const name of ['bin', 'tmp', 'dev', 'etc/opkg/keys', 'etc/apk/keys']) mkdirSync(path.join(root, name), { recursive: true });
  copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
  execFileSync(...command('/bin/busybox', '--install', '-s', '/bin'));
  for (const [name, text] of Object.entries(STAND_INS)) {
    rmSync(path.join(root, 'bin', name), { force: true });
    if (name !== (manager === 'apk' ? 'opkg' : 'apk')) write(`bin/${name}`, STAND_IN + text, 0o755);
  }
  // busybox has an apk or opkg of nobody.
  if (manager === 'opkg') rmSync(path.join(root, 'etc/apk'), { recursive: true });
  else write('etc/apk/arch', 'mips_24kc\n');
  write('etc/openwrt_release', `DISTRIB_RELEASE='${release ?? (manager === 'apk' ? '25.12.5' : '24.10.8')}'\nDISTRIB_ARCH='mips_24kc'\n`);
  write('www/cgi-bin/luci', '');
  if (manager === 'opkg') write(OPKG_FEEDS, OTHERS);
  write('calls', '');
  write('broken', '');
  // By its path, because busybox's shell prefers its own.
  write('install.sh', script(readFileSync(path.join(ROOT, 'scripts/release/install.sh'), 'utf8')).replace('df -k', '/bin/df -k'));
  return {
    write,
    run: (...args) =>
      spawnSync(...command('/bin/sh', '/install.sh', ...args), { env: { PATH: `/bin:${process.env.PATH ?? ''}` }, encoding: 'utf8' }),
    state: () =>
      Object.fromEntries(
        ['etc/opkg', 'etc/apk', 'tmp']
          .filter((below) => existsSync(path.join(root, below)))
          .flatMap((below) =>
            readdirSync(path.join(root, below), { recursive: true, withFileTypes: true })
              .filter((entry) => entry.isFile())
              .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
          )
          .map((name) => [name, readFileSync(path.join(root, name), 'utf8')]),
      ),
    calls: () => readFileSync(path.join(root, 'calls'), 'utf8').split('\n').slice(0, -1),
  };
}

const ADDED: Readonly<Record<'opkg' | 'apk', (before: Record<string, string>) => Record<string, string>>> = {
  opkg: (before) => ({
    ...before,
    [OPKG_FEEDS]: `${OTHERS}src/gz luci_sso ${FEED}/opkg/mips_24kc\n`,
    'etc/opkg/keys/RWQBAgME': `${OPKG_KEY}\n`,
  }),
  apk: (before) => ({
    ...before,
    [APK_FEED]: `${FEED}/apk/mips_24kc/packages.adb\n`,
    'etc/apk/keys/luci-sso.pem': `${APK_KEY}\n`,
  }),
};

for (const manager of ['opkg', 'apk'] as const) {
  lives(`install.sh: ${manager}: adds feed and key, installs, and takes all of it away again`, (t) => {
    const router = newRouter(t, { manager });
    const before = router.state();
    const { status, stdout, stderr } = router.run();
    t.is(status, 0, stderr);
    t.true(stdout.startsWith(`install: OpenWrt ${manager === 'apk' ? '25.12.5' : '24.10.8'}, mips_24kc, ${manager}\n`), stdout);
    t.regex(stdout, /luci-sso 1\.0\.0 is installed/);
    t.deepEqual(router.state(), ADDED[manager](before));
    t.is(router.run().status, 0, 'a second time');
    t.deepEqual(router.state(), ADDED[manager](before));

    const removed = router.run('--remove');
    t.is(removed.status, 0, removed.stderr);
    t.deepEqual(router.state(), before);
    t.is(router.run('--remove').status, 0, 'nothing left to remove');
    t.deepEqual(router.state(), before);
  });

  lives(`install.sh: ${manager}: --dry-run says what would be done, and does nothing`, (t) => {
    const router = newRouter(t, { manager });
    const before = router.state();
    for (const args of [['--dry-run'], ['--remove', '--dry-run']]) {
      const { status, stdout } = router.run(...args);
      t.is(status, 0);
      t.regex(stdout, args[0] === '--remove' ? /takes its feed out of / : /adds the feed /);
    }
    t.deepEqual(router.state(), before);
    t.deepEqual(router.calls(), []);
  });

  for (const [broken, message] of [
    ['offline', /could not fetch .*is the router online/],
    ['no-architecture', /the feed has nothing for mips_24kc/],
    ['empty-index', /the feed has nothing for mips_24kc/],
    ['flash', /not enough space: 700 kB are free, \d+ kB are needed/],
    ['install', /could not install luci-sso; its own words are above/],
    ['program', /is installed, but does not run on this router/],
    ...(manager === 'opkg' ? ([['key', /could not save the key/]] as const) : []),
  ] as const) {
    lives(`install.sh: ${manager}: ${broken} fails, says why, and leaves the router's feeds and keys as they were`, (t) => {
      const router = newRouter(t, { manager });
      const before = router.state();
      router.write('broken', `${broken}\n`);
      const { status, stderr } = router.run();
      t.is(status, 1);
      t.regex(stderr, message);
      t.deepEqual(router.state(), before);
      router.write('broken', '');
      t.is(router.run().status, 0, 'and the next time it works');
      // A feed that worked survives an upgrade that does not.
      const after = router.state();
      router.write('broken', `${broken}\n`);
      t.is(router.run().status, 1);
      t.deepEqual(router.state(), after);
    });
  }

  lives(`install.sh: ${manager}: another feed that is down does not matter`, (t) => {
    const router = newRouter(t, { manager });
    router.write('broken', 'update\n');
    const { status, stdout } = router.run();
    t.is(status, 0);
    t.regex(stdout, /update reports a problem; going on/);
  });

  lives(`install.sh: ${manager}: what cannot be removed keeps its feed`, (t) => {
    const router = newRouter(t, { manager });
    router.run();
    const before = router.state();
    router.write('broken', 'remove\n');
    t.is(router.run('--remove').status, 1);
    t.deepEqual(router.state(), before);
  });
}

const REFUSED: ReadonlyArray<readonly [string, Shape, readonly string[], RegExp]> = [
  ['a release that nobody knows', { release: '19.07.10' }, [], /OpenWrt '19\.07\.10' is not one of/],
  ['opkg on 25.12', { release: '25.12.5' }, [], /25\.12\.5 is expected to have apk/],
  ['apk on 24.10', { manager: 'apk', release: '24.10.8' }, [], /24\.10\.8 is expected to have opkg/],
  ['no address', { script: (text) => text }, [], /no feed: pass its address/],
  ['http', {}, ['--feed', 'http://feed.example'], /must begin with https/],
  ['a blank in the address', {}, ['--feed', 'https://feed.example/a b'], /characters that no address has/],
  ['a release without keys', { script: (text) => text }, ['--feed', FEED], /not signed, and unsigned feeds are not added/],
];
for (const [name, shape, args, message] of REFUSED) {
  lives(`install.sh refuses ${name}`, (t) => {
    const router = newRouter(t, shape);
    const before = router.state();
    const { status, stderr } = router.run(...args);
    t.is(status, 1);
    t.regex(stderr, message);
    t.deepEqual(router.state(), before);
    t.deepEqual(router.calls(), []);
  });
}

lives('install.sh says how it is called', (t) => {
  const { status, stderr } = newRouter(t).run('--help');
  t.is(status, 2);
  t.regex(stderr, /^usage: sh install\.sh \[--feed ADDRESS\] \[--dry-run\]\n +sh install\.sh --remove/);
});
