// SPDX-License-Identifier: MIT
// What is in each .ipk and .apk: exactly these files, and a program that this architecture can run.
import test from 'ava';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { languages, lmoFileOf } from '../../../scripts/build/translations.ts';
import {
  HARDENING,
  ROOT,
  UNDER_TEST,
  VERSION,
  apk,
  apkOf,
  buildPackages,
  emulatorOf,
  listTar,
  packageOf,
  timesOf,
  treeOf,
  unpack,
  unpackApk,
} from './_packages.ts';

const TREE = [
  'drwxr-xr-x 0/0 ./',
  'drwxr-xr-x 0/0 ./etc/',
  'drwxr-xr-x 0/0 ./etc/config/',
  '-rw------- 0/0 ./etc/config/luci-sso',
  'drwxr-xr-x 0/0 ./etc/init.d/',
  '-rwxr-xr-x 0/0 ./etc/init.d/luci-sso',
  'drwxr-xr-x 0/0 ./etc/uci-defaults/',
  '-rwxr-xr-x 0/0 ./etc/uci-defaults/90-luci-sso',
  'drwxr-xr-x 0/0 ./lib/',
  'drwxr-xr-x 0/0 ./lib/upgrade/',
  'drwxr-xr-x 0/0 ./lib/upgrade/keep.d/',
  '-rw-r--r-- 0/0 ./lib/upgrade/keep.d/luci-sso',
  'drwxr-xr-x 0/0 ./usr/',
  'drwxr-xr-x 0/0 ./usr/lib/',
  'drwxr-xr-x 0/0 ./usr/lib/lua/',
  'drwxr-xr-x 0/0 ./usr/lib/lua/luci/',
  'drwxr-xr-x 0/0 ./usr/lib/lua/luci/sso/',
  '-rw-r--r-- 0/0 ./usr/lib/lua/luci/sso/page.lua',
  'drwxr-xr-x 0/0 ./usr/libexec/',
  'drwxr-xr-x 0/0 ./usr/libexec/rpcd/',
  'lrwxrwxrwx 0/0 ./usr/libexec/rpcd/luci-sso -> ../../../www/cgi-bin/luci-sso',
  'drwxr-xr-x 0/0 ./usr/sbin/',
  'lrwxrwxrwx 0/0 ./usr/sbin/luci-sso -> ../../www/cgi-bin/luci-sso',
  'drwxr-xr-x 0/0 ./usr/share/',
  'drwxr-xr-x 0/0 ./usr/share/licenses/',
  'drwxr-xr-x 0/0 ./usr/share/licenses/luci-sso/',
  '-rw-r--r-- 0/0 ./usr/share/licenses/luci-sso/luci-sso',
  '-rw-r--r-- 0/0 ./usr/share/licenses/luci-sso/mbedtls',
  '-rw-r--r-- 0/0 ./usr/share/licenses/luci-sso/quickjs-ng',
  '-rw-r--r-- 0/0 ./usr/share/licenses/luci-sso/tweetnacl',
  'drwxr-xr-x 0/0 ./usr/share/luci/',
  'drwxr-xr-x 0/0 ./usr/share/luci/menu.d/',
  '-rw-r--r-- 0/0 ./usr/share/luci/menu.d/luci-app-sso.json',
  'drwxr-xr-x 0/0 ./usr/share/luci-sso/',
  '-rw-r--r-- 0/0 ./usr/share/luci-sso/acl-lua.json',
  '-rw-r--r-- 0/0 ./usr/share/luci-sso/menu-lua.json',
  '-rw-r--r-- 0/0 ./usr/share/luci-sso/menu-ucode.json',
  '-rw-r--r-- 0/0 ./usr/share/luci-sso/preload-lua.js',
  'drwxr-xr-x 0/0 ./usr/share/rpcd/',
  'drwxr-xr-x 0/0 ./usr/share/rpcd/acl.d/',
  '-rw-r--r-- 0/0 ./usr/share/rpcd/acl.d/luci-app-sso.json',
  'drwxr-xr-x 0/0 ./usr/share/ucode/',
  'drwxr-xr-x 0/0 ./usr/share/ucode/luci/',
  'drwxr-xr-x 0/0 ./usr/share/ucode/luci/controller/',
  '-rw-r--r-- 0/0 ./usr/share/ucode/luci/controller/luci_sso.uc',
  'drwxr-xr-x 0/0 ./www/',
  'drwxr-xr-x 0/0 ./www/cgi-bin/',
  '-rwxr-xr-x 0/0 ./www/cgi-bin/luci-sso',
  'drwxr-xr-x 0/0 ./www/luci-static/',
  'drwxr-xr-x 0/0 ./www/luci-static/resources/',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/luci-sso-login.js',
  'drwxr-xr-x 0/0 ./www/luci-static/resources/view/',
  'drwxr-xr-x 0/0 ./www/luci-static/resources/view/luci-sso/',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/diagnostics.js',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/sessions.js',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/settings.js',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/shared.js',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/users.js',
  '-rw-r--r-- 0/0 ./www/luci-static/resources/view/luci-sso/wizard.js',
];

const CONTROL = [
  'drwxr-xr-x 0/0 ./',
  '-rw-r--r-- 0/0 ./conffiles',
  '-rw-r--r-- 0/0 ./control',
  '-rwxr-xr-x 0/0 ./postinst',
  '-rwxr-xr-x 0/0 ./postinst-pkg',
  '-rwxr-xr-x 0/0 ./prerm',
  '-rwxr-xr-x 0/0 ./prerm-pkg',
];

const BIG = "2's complement, big endian",
  LITTLE = "2's complement, little endian";
const X86 = 'Intel 80386',
  MIPS = 'MIPS R3000',
  ARM = 'ARM';
/** What readelf must say of a program: class, byte order, machine, flags, and attributes of its own. Legacy NaNs on MIPS are the lack of "nan2008". */
type Elf = readonly [klass: 'ELF32' | 'ELF64', data: string, machine: string, flags: RegExp, attributes?: RegExp];
const SOFT_MIPS = /FP ABI: Soft float/,
  ARMV7_HARD = /CPU_arch: v7[\s\S]*VFP_args: VFP registers/;
const mips = (isa: string): RegExp => new RegExp(`^(?!.*nan2008).*o32, ${isa}$`);
/** By the folder of the program: those that share it are the same. */
const ELF: Readonly<Record<string, Elf>> = {
  x86_64: ['ELF64', LITTLE, 'Advanced Micro Devices X86-64', /^0x0$/],
  i386_pentium4: ['ELF32', LITTLE, X86, /^0x0$/],
  'i386_pentium-mmx': ['ELF32', LITTLE, X86, /^0x0$/],
  mips_24kc: ['ELF32', BIG, MIPS, mips('mips32r2'), SOFT_MIPS],
  mips_mips32: ['ELF32', BIG, MIPS, mips('mips32'), SOFT_MIPS],
  mipsel_24kc: ['ELF32', LITTLE, MIPS, mips('mips32r2'), SOFT_MIPS],
  mipsel_24kc_24kf: ['ELF32', LITTLE, MIPS, mips('mips32r2'), /FP ABI: Hard float \(double precision\)/],
  mipsel_mips32: ['ELF32', LITTLE, MIPS, mips('mips32'), SOFT_MIPS],
  'arm_cortex-a7': ['ELF32', LITTLE, ARM, /hard-float ABI/, ARMV7_HARD],
  'arm_cortex-a9': ['ELF32', LITTLE, ARM, /soft-float ABI/, /CPU_arch: v7/],
  'arm_cortex-a9_vfpv3': ['ELF32', LITTLE, ARM, /hard-float ABI/, ARMV7_HARD],
  'arm_arm1176jzf-s': ['ELF32', LITTLE, ARM, /hard-float ABI/, /CPU_arch: v6\n[\s\S]*VFP_args: VFP registers/],
  arm_xscale: ['ELF32', LITTLE, ARM, /soft-float ABI/, /CPU_arch: v5T/],
  // Not BE8, which ARMv5 cannot run
  armeb_xscale: ['ELF32', BIG, ARM, /^(?!.*BE8).*soft-float ABI/, /CPU_arch: v5T/],
  aarch64: ['ELF64', LITTLE, 'AArch64', /^0x0$/],
  aarch64_generic: ['ELF64', LITTLE, 'AArch64', /^0x0$/],
  riscv64_riscv64: ['ELF64', LITTLE, 'RISC-V', /double-float ABI/],
  powerpc: ['ELF32', BIG, 'PowerPC', /^0x0$/],
  powerpc64_e5500: ['ELF64', BIG, 'PowerPC64', /abiv2$/],
};

interface Mapping {
  readonly address: number;
  readonly rights: string;
  readonly offset: number;
}

/** The parts of the program's file in memory, by address, while it waits for the rest of a request. */
async function mappings(program: string, name: string): Promise<readonly Mapping[]> {
  const [command = '', ...rest] = [...emulatorOf(name), program];
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'POST',
    PATH_INFO: '/backchannel-logout',
    CONTENT_TYPE: 'application/x-www-form-urlencoded',
    CONTENT_LENGTH: '100',
  };
  const child = spawn(command, rest, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    for (let asleep = 0; asleep < 5;) {
      await setTimeout(10);
      asleep = /^\d+ \((luci-sso|qemu-\w+)\) S/.test(readFileSync(`/proc/${child.pid}/stat`, 'latin1')) ? asleep + 1 : 0;
    }
    return readFileSync(`/proc/${child.pid}/maps`, 'latin1')
      .split('\n')
      .filter((line) => line.endsWith(` ${program}`))
      .map((line) => {
        const [range = '', rights = '', offset = ''] = line.split(/ +/);
        return { address: parseInt(range, 16), rights, offset: parseInt(offset, 16) };
      });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

const readelf = (...args: string[]): string => execFileSync('readelf', ['--wide', ...args], { encoding: 'utf8' });

test.before(async (t) => {
  t.timeout(1_800_000);
  await buildPackages(UNDER_TEST.map(({ name }) => name));
});

for (const { name, formats } of UNDER_TEST.filter((one) => one.formats.includes('ipk'))) {
  test(`the package of ${name} holds exactly the listed files`, (t) => {
    const file = packageOf(name);
    t.deepEqual([...readFileSync(file).subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    t.deepEqual(
      listTar(file),
      ['./debian-binary', './data.tar.gz', './control.tar.gz'].map((member) => `-rw-r--r-- 0/0 ${member}`),
    );
    const { outer, control } = unpack(t, file);
    t.is(readFileSync(path.join(outer, 'debian-binary'), 'latin1'), '2.0\n');
    t.deepEqual(listTar(path.join(outer, 'data.tar.gz')), TREE);
    t.deepEqual(listTar(path.join(outer, 'control.tar.gz')), CONTROL);
    t.is(readFileSync(path.join(control, 'conffiles'), 'latin1'), '/etc/config/luci-sso\n');
    for (const archive of [file, path.join(outer, 'data.tar.gz'), path.join(outer, 'control.tar.gz')]) {
      // GNU's magic, and no member of PAX's two kinds: opkg drops files after those.
      const bytes = gunzipSync(readFileSync(archive));
      t.is(bytes.toString('latin1', 257, 265), 'ustar  \0');
      for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
        t.false(['x', 'g'].includes(bytes.toString('latin1', at + 156, at + 157)));
        at += 512 + 512 * Math.ceil(parseInt(bytes.toString('latin1', at + 124, at + 135), 8) / 512);
      }
      t.is(timesOf(archive).size, 1);
    }
  });

  test(`the control file of ${name} names plain dependencies and the true size`, (t) => {
    const { outer, control } = unpack(t, packageOf(name));
    const epoch = Number(/^SourceDateEpoch: (\d+)$/m.exec(readFileSync(path.join(control, 'control'), 'utf8'))?.[1]);
    const size = gunzipSync(readFileSync(path.join(outer, 'data.tar.gz'))).length;
    t.is(size % 10240, 0);
    t.deepEqual(readFileSync(path.join(control, 'control'), 'utf8').split('\n'), [
      'Package: luci-sso',
      `Version: ${VERSION}`,
      'Depends: rpcd, luci-base, ca-bundle',
      'Source: package/luci-sso',
      'SourceName: luci-sso',
      'License: MIT',
      'LicenseFiles: LICENSE',
      'Section: luci',
      'Require-User: luci-sso:luci-sso',
      `SourceDateEpoch: ${epoch}`,
      `Architecture: ${name}`,
      `Installed-Size: ${size}`,
      "Description:  Adds a button to LuCI's login page: a login at your own OpenID provider (Pocket ID,",
      ' Authentik, Keycloak and others) ends in a LuCI session with the rights of a role.',
      ' Passwords keep working.',
      '',
    ]);
    t.is(Math.trunc(statSync(path.join(control, 'control')).mtimeMs / 1000), epoch);
  });

  if (formats.includes('apk')) {
    test(`for ${name} apk gets the files of the other package, and its lists`, (t) => {
      const { tree } = unpackApk(t, apkOf(name));
      const ours = unpack(t, packageOf(name)).tree;
      const listOf = (root: string): string[] =>
        execFileSync('find', ['.', '-mindepth', '1', '-printf', '%M %p %l\\n'], { cwd: root, encoding: 'utf8' })
          .split('\n')
          .filter((line) => line !== '')
          .sort();
      const lists = ['conffiles', 'conffiles_static', 'list', 'rusers'].map((kind) => `lib/apk/packages/luci-sso.${kind}`);
      const added = ['drwxr-xr-x ./lib/apk ', 'drwxr-xr-x ./lib/apk/packages ', ...lists.map((list) => `-rw-r--r-- ./${list} `)];
      if (!existsSync(path.join(ours, 'lib'))) added.push('drwxr-xr-x ./lib ');
      t.deepEqual(listOf(tree), [...listOf(ours), ...added].sort());
      for (const line of listOf(ours).filter((one) => one.startsWith('-'))) {
        const [, file = ''] = line.split(' ');
        t.true(readFileSync(path.join(tree, file)).equals(readFileSync(path.join(ours, file))), file);
      }
    });
  }
}

for (const { name } of UNDER_TEST.filter((one) => one.formats.includes('apk'))) {
  test(`the .apk of ${name} says what the control file says`, (t) => {
    const [, info = ''] = /^info:\n((?: .*\n)+)/m.exec(apk('dump', apkOf(name))) ?? [];
    t.deepEqual(
      info
        .trimEnd()
        .split('\n')
        .filter((line) => !/^ {2}(hashes|installed-size): /.test(line)),
      [
        '  name: luci-sso',
        `  version: ${VERSION}`,
        '  description: |',
        "    Adds a button to LuCI's login page: a login at your own OpenID provider (Pocket ID, Authentik, Keycloak and others) ends in a LuCI session with the rights of a role. Passwords keep working.",
        `  arch: ${name}`,
        '  license: MIT',
        '  origin: package/luci-sso',
        '  depends: # 3 items',
        '    - ca-bundle',
        '    - luci-base',
        '    - rpcd',
        '  provides: # 1 items',
        '    - luci-sso-any',
      ],
    );
  });

  test(`the lists of the .apk of ${name} name its files, and its scripts are composed as OpenWrt composes them`, (t) => {
    const { tree, control } = unpackApk(t, apkOf(name));
    const list = (kind: string): string => readFileSync(path.join(tree, 'lib/apk/packages', `luci-sso.${kind}`), 'latin1');
    const files = execFileSync('find', ['.', '-type', 'f,l', '-not', '-name', 'luci-sso.conffiles*', '-not', '-name', 'luci-sso.list'], {
      cwd: tree,
      encoding: 'utf8',
    });
    t.deepEqual(
      list('list').trimEnd().split('\n'),
      files
        .trimEnd()
        .split('\n')
        .map((file) => file.slice(1))
        .sort(),
    );
    t.is(list('conffiles'), '/etc/config/luci-sso\n');
    t.is(list('rusers'), 'luci-sso:luci-sso\n');
    const digest = createHash('sha256')
      .update(readFileSync(path.join(tree, 'etc/config/luci-sso')))
      .digest('hex');
    t.is(list('conffiles_static'), `/etc/config/luci-sso ${digest}\n`);

    const script = (kind: string): string => readFileSync(path.join(control, kind), 'utf8');
    t.deepEqual(readdirSync(control).sort(), ['post-install', 'post-upgrade', 'pre-deinstall']);
    const head =
      '[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n. ${IPKG_INSTROOT}/lib/functions.sh\nexport root="${IPKG_INSTROOT}"\nexport pkgname="luci-sso"\n';
    t.true(
      script('post-install').startsWith(
        `#!/bin/sh\n[ "\${IPKG_NO_SCRIPT}" = "1" ] && exit 0\n${head}add_group_and_user\ndefault_postinst\n`,
      ),
    );
    t.is(script('post-upgrade'), script('post-install').replace('#!/bin/sh\n', '#!/bin/sh\nexport PKG_UPGRADE=1\n'));
    t.true(script('pre-deinstall').startsWith(`#!/bin/sh\n${head}default_prerm\n`));
    for (const kind of readdirSync(control)) t.is(script(kind).match(/^\s*#!/gm)?.length, 1, kind);
  });
}

for (const language of languages()) {
  const name = `luci-i18n-luci-sso-${language}`;
  test(`the package ${name} has the settings page's texts for every architecture, and names the language to LuCI`, (t) => {
    const ipk = unpack(t, path.join(ROOT, 'bin', `${name}_${VERSION}_all.ipk`));
    const uciDefaults = `etc/uci-defaults/${name}`,
      lmo = `usr/lib/lua/luci/i18n/luci-sso.${language}.lmo`;
    t.deepEqual(
      listTar(path.join(ipk.outer, 'data.tar.gz')).filter((line) => !line.endsWith('/')),
      [`-rw-r--r-- 0/0 ./${uciDefaults}`, `-rw-r--r-- 0/0 ./${lmo}`],
    );
    t.deepEqual(
      listTar(path.join(ipk.outer, 'control.tar.gz')),
      CONTROL.filter((line) => !/conffiles|-pkg$/.test(line)),
    );
    const control = readFileSync(path.join(ipk.control, 'control'), 'utf8');
    for (const line of [`Package: ${name}`, `Version: ${VERSION}`, 'Depends: luci-sso', 'Section: luci', 'Architecture: all'])
      t.true(control.split('\n').includes(line), line);
    t.regex(
      readFileSync(path.join(ipk.tree, uciDefaults), 'utf8'),
      new RegExp(`^uci set luci\\.languages\\.${language.replace('-', '_')}='[^']+'; uci commit luci\n$`),
    );
    t.true(readFileSync(path.join(ipk.tree, lmo)).equals(readFileSync(lmoFileOf(language))));

    const apkFile = path.join(ROOT, 'bin', `${name}-${VERSION}_noarch.apk`);
    const { tree, control: scripts } = unpackApk(t, apkFile);
    for (const file of [uciDefaults, lmo])
      t.true(readFileSync(path.join(tree, file)).equals(readFileSync(path.join(ipk.tree, file))), file);
    t.deepEqual(readdirSync(path.join(tree, 'lib/apk/packages')), [`${name}.list`]);
    t.is(readFileSync(path.join(tree, 'lib/apk/packages', `${name}.list`), 'utf8'), `/${uciDefaults}\n/${lmo}\n`);
    t.deepEqual(readdirSync(scripts).sort(), ['post-install', 'post-upgrade', 'pre-deinstall']);
    t.regex(apk('dump', apkFile), /^ {2}arch: noarch$[\s\S]*^ {2}depends: # 1 items\n {4}- luci-sso$/m);
  });
}

for (const architecture of UNDER_TEST) {
  const { name, folder } = architecture;
  test(`the program of ${name} is of its kind, static, without an executable stack`, (t) => {
    const program = path.join(treeOf(t, architecture), 'www', 'cgi-bin', 'luci-sso');
    const header = Object.fromEntries(
      readelf('--file-header', program)
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const [klass, data, machine, flags = /never/, attributes = /(?:)/] = ELF[folder] ?? [];
    t.deepEqual([header['Class'], header['Data'], header['Machine']], [klass, data, machine]);
    t.regex(header['Flags'] ?? '', flags);
    t.regex(readelf('--arch-specific', program), attributes);
    const segments = readelf('--segments', program);
    t.notRegex(segments, /^\s+INTERP\s/m);
    t.regex(segments, /^\s+GNU_STACK(\s+0x[0-9a-f]+){5}\s+RW\s/m);
    t.notRegex(readelf('--dynamic', program), /RPATH|RUNPATH|NEEDED/);
  });

  // Not beside the others, which hold this process up for longer than the program waits.
  test.serial(`the program of ${name} has of PIE and RELRO what scripts/build/hardening says, no more and no less`, async (t) => {
    const program = path.join(treeOf(t, architecture), 'www', 'cgi-bin', 'luci-sso');
    const { pie, relro } = HARDENING.get(folder) ?? t.fail();
    const segments = readelf('--segments', program),
      dynamic = readelf('--dynamic', program),
      relocations = readelf('--relocs', program);
    t.is(/^\s+DYNAMIC\s/m.test(segments), pie);
    t.is(/^Elf file type is (\S+) /m.exec(segments)?.[1], pie ? 'DYN' : 'EXEC');
    t.is(/^\s+GNU_RELRO\s/m.test(segments), relro);
    t.notRegex(dynamic, /TEXTREL/);
    if (pie) t.regex(dynamic, /\(FLAGS(_1)?\).*\bNOW\b/);
    // The start of the program knows no other relocation, and overlooks them.
    t.deepEqual(
      (relocations.match(/ R_\w+/g) ?? []).filter((kind) => !kind.endsWith('_RELATIVE')),
      [],
    );

    const [first, second] = [await mappings(program, name), await mappings(program, name)];
    const [, offset = '0'] = /^\s+GNU_RELRO\s+0x([0-9a-f]+)\s/m.exec(segments) ?? [];
    const page = parseInt(offset, 16) & -4096;
    if (relro) t.is(first.find((mapping) => mapping.offset === page)?.rights, 'r--p');
    t.deepEqual(
      first.filter(({ rights }) => /w.*x/.test(rights)),
      [],
    );
    if (emulatorOf(name).length === 0) t.is(first[0]?.address !== second[0]?.address, pie);
  });

  test(`the program of ${name} answers action=enabled under qemu, and its selftest passes`, (t) => {
    const tree = treeOf(t, architecture);
    const program = path.join(tree, 'www', 'cgi-bin', 'luci-sso');
    mkdirSync(path.join(tree, 'var', 'run'), { recursive: true }); // as on a router: the network child's folder is made there
    const [command = '', ...rest] = [...emulatorOf(name), program];
    const { status, stdout, stderr } = spawnSync(command, rest, {
      env: { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', QUERY_STRING: 'action=enabled' },
      encoding: 'utf8',
    });
    t.is(status, 0, stderr);
    t.regex(stdout, /^Status: 200 OK\r?\n/);
    t.regex(stdout, /\r?\n\r?\n\{"enabled":false\}$/);
    const selftest = spawnSync(command, [...rest, 'selftest'], { encoding: 'utf8' });
    t.is(selftest.status, 0, selftest.stdout + selftest.stderr);
    t.regex(selftest.stdout, /^PASS {2}RS256\nPASS {2}ES256$/m);
  });
}
