// SPDX-License-Identifier: MIT
// The command that builds packages: names, versions, and the same bytes from the same sources.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { languages } from '../../../scripts/build/translations.ts';
import { RELEASE_TIME_S } from '../../../src/version.ts';
import { ALL, PROGRAM_VERSION, ROOT, VERSION, apk, buildPackages, folder, packageOf, runScript, timesOf, unpack } from './_packages.ts';

const EPOCH = '1700000000';

test('an unknown architecture is refused with the list of those that there are', async (t) => {
  const { status, stderr } = await runScript('scripts/build/package', ['mips_24kc', 'sparc']);
  t.is(status, 1);
  t.is(stderr, `package: unknown architecture "sparc"; there are: all ${ALL.map(({ name }) => name).join(' ')}\n`);
});

test('an unknown format is refused', async (t) => {
  const { status, stderr } = await runScript('scripts/build/package', ['x86_64'], { FORMAT: 'rpm' });
  t.is(status, 1);
  t.is(stderr, 'package: unknown format "rpm"; there are: ipk apk\n');
});

test('FORMAT makes only the packages of that kind', async (t) => {
  t.timeout(1_800_000);
  const { status, stdout, stderr } = await runScript('scripts/build/package', ['x86_64'], { FORMAT: 'apk' });
  t.is(status, 0, stderr);
  t.deepEqual(
    [...stdout.matchAll(/^package: (\S+) \d+ bytes$/gm)].map((match) => match[1]),
    [`bin/luci-sso-${VERSION}_x86_64.apk`, ...languages().map((language) => `bin/luci-i18n-luci-sso-${language}-${VERSION}_noarch.apk`)],
  );
});

test('the version is the same everywhere, and one that opkg and apk both sort', (t) => {
  const recipe = readFileSync(path.join(ROOT, 'package/luci-sso/Makefile'), 'utf8');
  const version = /^PKG_VERSION:=(.*)$/m.exec(recipe)?.[1];
  t.is(`${String(version)}-r${/^PKG_RELEASE:=(.*)$/m.exec(recipe)?.[1]}`, VERSION);
  t.regex(VERSION, /^\d+\.\d+\.\d+-r\d+$/);
  t.is((JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }).version, String(version));
  t.true(readFileSync(path.join(ROOT, 'src/version.ts'), 'utf8').includes(`'${String(version)}'`));
});

test("a clock is plausible from the day on that CHANGELOG.md names as the release's", (t) => {
  const [, day = ''] =
    new RegExp(`^## ${PROGRAM_VERSION} \\((\\d{4}-\\d\\d-\\d\\d)\\)$`, 'm').exec(readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')) ??
    [];
  t.is(new Date(RELEASE_TIME_S * 1000).toISOString(), `${day}T00:00:00.000Z`);
});

test('the same sources give the same bytes in another folder, and other times with another epoch', async (t) => {
  t.timeout(1_800_000);
  await buildPackages(['x86_64']);
  const epoch =
    /^SourceDateEpoch: (\d+)$/m.exec(readFileSync(path.join(unpack(t, packageOf('x86_64')).control, 'control'), 'utf8'))?.[1] ?? '';
  const copy = path.join(folder(t), 'elsewhere');
  for (const name of [
    'src',
    'scripts',
    'ts-runtime',
    'luasrc-compat',
    'package',
    'package.json',
    'package-lock.json',
    'rollup.config.mjs',
    'tsconfig.json',
    'LICENSE',
  ]) {
    cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  }
  mkdirSync(path.join(copy, 'build'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  for (const name of ['deps', 'zig-cache']) symlinkSync(path.join(ROOT, 'build', name), path.join(copy, 'build', name));
  const made = await runScript('scripts/build/package', ['x86_64'], { SOURCE_DATE_EPOCH: epoch, LUCI_SSO_BUILD_LOCKED: '' }, copy);
  t.is(made.status, 0, made.stderr);
  const name = `bin/luci-sso_${VERSION}_x86_64.ipk`;
  for (const file of [name, `bin/luci-sso-${VERSION}_x86_64.apk`]) {
    t.true(readFileSync(path.join(copy, file)).equals(readFileSync(path.join(ROOT, file))), file);
  }

  const later = await runScript('scripts/build/package', ['x86_64'], { SOURCE_DATE_EPOCH: EPOCH }, copy);
  t.is(later.status, 0, later.stderr);
  t.deepEqual([...timesOf(path.join(copy, name))], ['2023-11-14 22:13:20']);
  const times = apk('dump', path.join(copy, `bin/luci-sso-${VERSION}_x86_64.apk`)).matchAll(/^ +mtime: (\d+)$/gm);
  t.deepEqual([...new Set([...times].map((match) => match[1]))], [EPOCH]);
});

test('programs and packages keep to their budgets', async (t) => {
  t.timeout(1_800_000);
  await buildPackages(['mips_24kc']);
  const built = await runScript('scripts/build/all', [
    'build/mips_24kc/dynamic/luci-sso',
    'build/mips_24kc/static/luci-sso',
    'TARGETS=mips_24kc',
  ]);
  t.is(built.status, 0, built.stderr);
  const { status, stdout, stderr } = await runScript('scripts/check/size', ['--packages', 'mips_24kc']);
  t.is(status, 0, stderr);
  t.regex(stdout, /^flash mips_24kc static \d+$/m);
  t.regex(stdout, /^flash mips_24kc dynamic \d+$/m);
  for (const linkage of ['static', 'dynamic']) {
    const flash = Number(new RegExp(`^flash mips_24kc ${linkage} (\\d+)$`, 'm').exec(stdout)?.[1]);
    const [, map = ''] = stdout.split(`map mips_24kc ${linkage}: bytes, bytes in flash (estimated)\n`);
    const rows = [...(/^(?: +\d+ +\d+ {2}\S.*\n)+/.exec(map)?.[0] ?? '').matchAll(/^ +(\d+) +(\d+) {2}(.*)$/gm)];
    const parts = new Map(rows.map((row) => [row[3], Number(row[1])]));
    const sum = rows.reduce((total, row) => total + Number(row[2]), 0);
    t.true(Math.abs(sum - flash) < rows.length, `${linkage}: parts ${sum}, all ${flash}`);
    t.is(parts.get('bytecode: core'), statSync(path.join(ROOT, 'build/bytecode/be/core.js.bc')).size);
    t.true((parts.get('engine: interpreter') ?? 0) > 50_000);
    t.is(parts.has('mbedTLS: TLS 1.3'), linkage === 'static');
    t.true(parts.has('/usr/share/licenses/luci-sso/luci-sso'));
    // The loaded sections are accounted for, but for what lies between them.
    const program = [...parts].reduce((total, [part = '', bytes]) => total + (part.startsWith('/') ? 0 : bytes), 0);
    const file = statSync(path.join(ROOT, 'build/mips_24kc', linkage, 'luci-sso')).size;
    t.true(program < file && program > file - 8192, `${linkage}: parts ${program}, file ${file}`);
  }
});

test('the shell scripts of package and build are clean under shellcheck and are POSIX sh', async (t) => {
  t.timeout(1_800_000);
  await buildPackages(['x86_64']);
  const { control } = unpack(t, packageOf('x86_64'));
  const files = ['postinst-pkg', 'prerm-pkg'].map((name) => path.join(control, name));
  const isShell = (name: string): boolean => existsSync(name) && readFileSync(name, 'latin1').startsWith('#!/bin/sh');
  for (const below of [
    'scripts/build',
    'scripts/check',
    'scripts/release',
    'scripts/test',
    'package/luci-sso',
    'package/luci-sso/files/etc/init.d',
    'package/luci-sso/files/etc/uci-defaults',
  ]) {
    for (const entry of readdirSync(path.join(ROOT, below), { withFileTypes: true })) {
      const name = path.join(ROOT, below, entry.name);
      if (entry.isFile() && isShell(name)) files.push(name);
    }
  }
  t.true(files.length >= 20, `${files.length} scripts`);
  // Word splitting is how the older scripts of the repository hold lists.
  const flags = ['--shell=sh', '--severity=warning'];
  t.is(execFileSync('sh', ['-c', 'shellcheck "$@" || true', 'sh', ...flags, ...files], { encoding: 'utf8' }), '');
});
