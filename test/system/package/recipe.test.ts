// SPDX-License-Identifier: MIT
// The recipe for SDKs as far as it goes without one: read through stand-ins for OpenWrt's includes and
// compiled with gcc against mbedTLS 2.28, from a tarball that is laid out like upstream's. What only
// an SDK proves stands in docs/building.md.
import test from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EXPECTED, checkOutcome, type Person } from '../../_helpers/outcome.ts';
import { CLIENTS, login, startScene } from '../../_helpers/scene.ts';
import { PROGRAM_VERSION, ROOT, buildPackages, folder, listTar, packageOf, runScript, unpack } from './_packages.ts';

const at = (...names: string[]): string => path.join(ROOT, ...names);
const text = (...names: string[]): string => readFileSync(at(...names), 'utf8');
const chunks = (...names: string[]): string[] =>
  readdirSync(at(...names))
    .filter((name) => name.endsWith('.js'))
    .sort();
const BUILT = at('build', 'sdk', 'target', `luci-sso-${PROGRAM_VERSION}`, 'quickjs-0.16.1');

test.before(async (t) => {
  t.timeout(1_800_000);
  const { status, stdout, stderr } = await runScript('scripts/test/sdk-trial', []);
  if (status !== 0) throw new Error(stdout + stderr);
  await buildPackages(['x86_64']);
});

test('the bundle that an SDK compiles is the one of src/: else run "make dist"', (t) => {
  t.deepEqual(chunks('package', 'luci-sso', 'dist'), chunks('build', 'bundle'));
  for (const name of chunks('build', 'bundle')) t.true(text('package', 'luci-sso', 'dist', name) === text('build', 'bundle', name), name);
});

test('the patch of the host\'s compiler is what scripts/build/be-writer.py writes: else run "make dist"', (t) => {
  const where = folder(t);
  execFileSync('python3', [
    at('scripts', 'build', 'be-writer.py'),
    '--patch',
    at('build', 'deps', 'quickjs'),
    path.join(where, 'made.patch'),
  ]);
  t.true(readFileSync(path.join(where, 'made.patch')).equals(readFileSync(at('package', 'luci-sso', 'host', 'big-endian-bytecode.patch'))));
  cpSync(at('build', 'deps', 'quickjs', 'quickjs.c'), path.join(where, 'quickjs.c'));
  execFileSync('patch', ['-s', '-d', where, '-p1', '-i', at('package', 'luci-sso', 'host', 'big-endian-bytecode.patch')]);
  execFileSync('python3', [at('scripts', 'build', 'be-writer.py'), at('build', 'deps', 'quickjs'), path.join(where, 'expected.c')]);
  t.true(readFileSync(path.join(where, 'quickjs.c')).equals(readFileSync(path.join(where, 'expected.c'))));
});

test("the package's files are not dated by the engine's release", (t) => {
  t.true(
    execFileSync('tar', ['-tzf', at('build', 'sdk', 'dl', 'quickjs-0.16.1.tar.gz')], { encoding: 'utf8' })
      .split('\n')
      .includes('quickjs-0.16.1/version.date'),
  );
  t.false(existsSync(path.join(BUILT, 'version.date')));
});

test('the patch is not applied to the engine that the router gets', (t) => {
  t.true(readFileSync(path.join(BUILT, 'quickjs.c')).equals(readFileSync(at('build', 'deps', 'quickjs', 'quickjs.c'))));
});

for (const [order, switches] of [
  ['le', []],
  ['be', ['-B']],
] as const) {
  test(`the recipe's compiler writes the same ${order} bytecode as ours`, (t) => {
    const where = folder(t);
    const sources = chunks('build', 'bundle').map((name) => at('build', 'bundle', name));
    execFileSync(at('build', 'sdk', 'hostpkg', 'bin', 'luci-sso-mkbc'), [...switches, '-k', 'load.js', '-o', where, ...sources]);
    for (const name of readdirSync(where)) {
      t.true(readFileSync(path.join(where, name)).equals(readFileSync(at('build', 'bytecode', order, name))), name);
    }
  });
}

test('the program of the recipe works and needs only libc and mbedTLS', (t) => {
  const program = path.join(BUILT, 'luci-sso');
  const needed = [...execFileSync('readelf', ['--dynamic', program], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(\w+)\.so/g)].map(
    (match) => match[1],
  );
  t.deepEqual(needed.sort(), ['libc', 'libm', 'libmbedcrypto', 'libmbedtls', 'libmbedx509']);
  const { status, stdout } = spawnSync(program, {
    env: { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', QUERY_STRING: 'action=enabled' },
    encoding: 'utf8',
  });
  t.is(status, 0);
  t.true(stdout.endsWith('{"enabled":false}'));
});

test('four people log in with the program of the recipe, over TLS 1.2', async (t) => {
  t.timeout(120_000);
  const scene = await startScene({ target: path.relative(at('build'), BUILT), runner: [] }); // of this machine
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  for (const person of Object.keys(EXPECTED) as Person[]) {
    const page = await login(scene, scene.newBrowser(), person);
    t.deepEqual(checkOutcome(scene, page, person).problems, [], scene.router.log().join('\n'));
  }
});

test('the recipe compiles without a warning', (t) => {
  t.notRegex(text('build', 'sdk', 'log'), /warning|error:/);
});

test('the recipe installs the tree of the .ipk without the licence of mbedTLS', (t) => {
  const where = folder(t);
  mkdirSync(path.join(where, 'tree'));
  execFileSync(
    'make',
    [
      '-s',
      '-C',
      at('package', 'luci-sso'),
      `TOPDIR=${at('scripts', 'build', 'no-sdk')}`,
      `OUT=${at('build', 'sdk')}`,
      `TREE=${path.join(where, 'tree')}`,
      'tree',
    ],
    {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const archive = path.join(where, 'tree.tar');
  execFileSync('tar', ['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '-C', path.join(where, 'tree'), '-cf', archive, '.']);
  const shipped = listTar(path.join(unpack(t, packageOf('x86_64')).outer, 'data.tar.gz'));
  t.deepEqual(
    listTar(archive).slice(1),
    shipped.slice(1).filter((line) => !line.endsWith('/mbedtls')),
  );
});

test('the recipe depends on no web server and on mbedTLS, and takes the tag by hash', (t) => {
  const recipe = text('package', 'luci-sso', 'Makefile');
  for (const line of [
    '  DEPENDS:=+rpcd +luci-base +ca-bundle +libmbedtls',
    '  USERID:=luci-sso:luci-sso', // numbers of the router's choice: one that another package asks for would stop the SDK
    'PKG_HASH:=4b3c11f37dab2c58bdeccbaeb23b923fa4a9798a45e50be6af55f3e75b616ea0',
    'PKG_BUILD_FLAGS:=no-mips16 gc-sections',
    'PKG_USE_MIPS16:=0',
    'PKG_ASLR_PIE_REGULAR:=$(if $(filter mips%,$(ARCH)),0,1)',
    '$(eval $(call BuildPackage,luci-sso))',
  ])
    t.true(recipe.split('\n').includes(line), line);
  t.true(
    text('scripts', 'build', 'fetch-sources').includes(
      "QUICKJS_TAG_SHA256 = '4b3c11f37dab2c58bdeccbaeb23b923fa4a9798a45e50be6af55f3e75b616ea0'",
    ),
  );
  // The feed's scanner takes every Makefile with this text for a recipe.
  t.notRegex(text('Makefile'), /call BuildPackage|Build\/DefaultTargets|KernelPackage/);
});

test('the packages say who publishes them when that is set, and else nothing', (t) => {
  const of = (env: NodeJS.ProcessEnv): string => {
    const control = folder(t),
      tree = folder(t);
    mkdirSync(path.join(tree, 'etc/config'), { recursive: true });
    cpSync(at('package/luci-sso/files/etc/config/luci-sso'), path.join(tree, 'etc/config/luci-sso'));
    for (const goal of ['control', 'apk']) {
      execFileSync(
        'make',
        [
          '-s',
          '-C',
          at('package', 'luci-sso'),
          `TOPDIR=${at('scripts', 'build', 'no-sdk')}`,
          `CONTROL=${control}`,
          `TREE=${tree}`,
          'SOURCE_DATE_EPOCH=1',
          goal,
        ],
        { env: { PATH: process.env.PATH, ...env } },
      );
    }
    return readFileSync(path.join(control, 'control'), 'utf8') + readFileSync(path.join(control, 'info'), 'utf8');
  };
  const set = of({ LUCI_SSO_MAINTAINER: 'A Club <sso@club.test>', LUCI_SSO_URL: 'https://club.test/sso' });
  for (const line of [
    'URL: https://club.test/sso\nMaintainer: A Club <sso@club.test>\nArchitecture: ',
    '\nurl=https://club.test/sso\nmaintainer=A Club <sso@club.test>\nprovides=',
  ])
    t.true(set.includes(line), line);
  const unset = of({});
  t.notRegex(unset, /URL|url=|[Mm]aintainer/);
  t.is(
    unset,
    set
      .split('\n')
      .filter((line) => !/^(URL|url|[Mm]aintainer)[:=]/.test(line))
      .join('\n'),
  );
});

test('the licences are those of the sources that are linked in', (t) => {
  t.is(text('package', 'luci-sso', 'licenses', 'quickjs-ng'), text('build', 'deps', 'quickjs', 'LICENSE'));
  t.is(text('package', 'luci-sso', 'licenses', 'tweetnacl'), text('node_modules', 'tweetnacl', 'LICENSE'));
  const [choice = '', ...apache] = text('package', 'luci-sso', 'licenses', 'mbedtls').split('\n');
  t.regex(choice, /Apache License, Version 2\.0/);
  // The crate has mbedTLS without its LICENSE: there each source says it, and the text is that of 3.6.5's.
  t.is(
    createHash('sha256').update(apache.join('\n').trim()).digest('hex'),
    '88e679ec57622bf1507882fc9a7b6ecfa69a5b744943405c5fdf792883742b21',
  );
  const library = readdirSync(path.join(ROOT, 'build/deps/mbedtls/library')).filter((name) => name.endsWith('.c'));
  t.true(library.length > 50);
  for (const name of library)
    t.true(text('build', 'deps', 'mbedtls', 'library', name).includes('SPDX-License-Identifier: Apache-2.0'), name);
});

test('feeds.conf keeps the default feeds and names ours as a feed may be named', (t) => {
  const lines = text('feeds.conf')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  t.is(lines[0], 'src-include defaults feeds.conf.default');
  t.regex(lines[1] ?? '', /^src-git luci_sso \S+$/);
  t.is(lines.length, 2);
});

test('with OPENWRT_SDK the SDK builds, in an environment without our make variables', async (t) => {
  const sdk = folder(t);
  const write = (name: string, content: string): void => {
    mkdirSync(path.dirname(path.join(sdk, name)), { recursive: true });
    writeFileSync(path.join(sdk, name), content);
    chmodSync(path.join(sdk, name), 0o755);
  };
  write('rules.mk', '');
  write('feeds.conf.default', 'src-git base https://example.com/base.git\n');
  write('feeds/base.index', '');
  write('scripts/feeds', '#!/bin/sh\necho "feeds $*" >>calls\n');
  write(
    'Makefile',
    [
      'export SDK := 1',
      'package/luci-sso/compile:',
      '\techo "make $@ ARCH=$(ARCH) SDK=$(SDK) MAKEOVERRIDES=$(MAKEOVERRIDES) OPENWRT_SDK=$(OPENWRT_SDK)" >>calls',
      '\tmkdir -p bin/packages/x/luci_sso; echo ipk >bin/packages/x/luci_sso/luci-sso_9.9.9-r1_test.ipk',
      'defconfig:',
      '\techo "make $@" >>calls',
      '',
    ].join('\n'),
  );
  const root = path.join(folder(t), 'repository');
  mkdirSync(root);
  for (const name of ['scripts', 'package', 'Makefile']) symlinkSync(at(name), path.join(root, name));
  const made = spawnSync('make', ['-j2', 'ARCH=foo', 'package/luci-sso/compile', `OPENWRT_SDK=${sdk}`], { cwd: root, encoding: 'utf8' });
  t.is(made.status, 0, made.stderr);
  t.deepEqual(readFileSync(path.join(sdk, 'calls'), 'utf8').trim().split('\n'), [
    'feeds update luci_sso',
    'feeds install -p luci_sso luci-sso',
    'make defconfig',
    'make package/luci-sso/compile ARCH= SDK=1 MAKEOVERRIDES= OPENWRT_SDK=',
  ]);
  t.regex(readFileSync(path.join(sdk, 'feeds.conf'), 'utf8'), /^src-git base .*\nsrc-link luci_sso \/.*\/package\n$/);
  t.is(readFileSync(path.join(root, 'bin', 'luci-sso_9.9.9-r1_test.ipk'), 'utf8'), 'ipk\n');
  const no = await runScript('scripts/build/package', [], { OPENWRT_SDK: folder(t) });
  t.is(no.status, 1);
  t.regex(no.stderr, /is not the folder of an unpacked SDK/);
});
