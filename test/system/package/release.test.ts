// SPDX-License-Identifier: MIT
// A release: two feeds that are signed as routers verify them, checksums, what is inside, and the same bytes each time.
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { languages } from '../../../scripts/build/translations.ts';
import { PROGRAM_VERSION, ROOT, VERSION, apk, folder, runScript } from './_packages.ts';

const run = (env: NodeJS.ProcessEnv, ...args: readonly string[]): ReturnType<typeof runScript> =>
  runScript('scripts/release/release.py', args, { DRAFT: '1', ...env });

async function makeKeys(t: ExecutionContext): Promise<string> {
  const keys = path.join(folder(t), 'keys');
  const { status, stdout, stderr } = await run({ RELEASE_KEYS: keys }, '--make-keys');
  t.is(status, 0, stderr);
  t.regex(stdout, /in no repository, no CI and no message/);
  return keys;
}

const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(root, name)).isFile())
    .sort();

test('a signed release has all that routers ask for, twice in the same bytes', async (t) => {
  t.timeout(1_800_000);
  const RELEASE_KEYS = await makeKeys(t);
  const [first, second] = [folder(t), folder(t)];
  for (const out of [first, second]) {
    const { status, stdout, stderr } = await run({ RELEASE_KEYS, RELEASE_FOLDER: out }, 'x86_64');
    t.is(status, 0, stderr);
    t.regex(stdout, /^release: the feeds are signed$/m);
    for (const secret of ['luci-sso-apk.key', 'luci-sso-opkg.key']) {
      const [, line = ''] = readFileSync(path.join(RELEASE_KEYS, secret), 'utf8').split('\n');
      t.false((stdout + stderr).includes(line));
    }
  }
  const read = (...names: string[]): Buffer => readFileSync(path.join(first, ...names));
  const others = languages().map((language) => `luci-i18n-luci-sso-${language}`);
  t.deepEqual(filesOf(first), [
    'NOTES.md',
    'SHA256SUMS',
    ...others.map((name) => `apk/x86_64/${name}-${VERSION}.apk`),
    `apk/x86_64/luci-sso-${VERSION}.apk`,
    'apk/x86_64/packages.adb',
    'install.sh',
    'keys/apk.pem',
    'keys/opkg.pub',
    `luci-sso-${PROGRAM_VERSION}.cdx.json`,
    'opkg/x86_64/Packages',
    'opkg/x86_64/Packages.gz',
    'opkg/x86_64/Packages.sig',
    ...others.map((name) => `opkg/x86_64/${name}_${VERSION}_all.ipk`),
    `opkg/x86_64/luci-sso_${VERSION}_x86_64.ipk`,
  ]);
  for (const name of filesOf(first)) t.true(read(name).equals(readFileSync(path.join(second, name))), name);
  t.is(
    read('SHA256SUMS').toString(),
    filesOf(first)
      .filter((name) => name !== 'SHA256SUMS')
      .map((name) => `${createHash('sha256').update(read(name)).digest('hex')}  ${name}\n`)
      .join(''),
  );

  // apk
  t.is(apk('verify', path.join(first, 'apk/x86_64/packages.adb'), '--key', path.join(first, 'keys/apk.pem')), '');
  t.is(apk('verify', path.join(first, `apk/x86_64/luci-sso-${VERSION}.apk`)), '');
  const index = apk('dump', path.join(first, 'apk/x86_64/packages.adb'));
  t.regex(index, new RegExp(`^ {2}- name: luci-sso\n {4}version: ${VERSION}$`, 'm'));
  t.regex(index, new RegExp(`^ {4}file-size: ${read(`apk/x86_64/luci-sso-${VERSION}.apk`).length}$`, 'm'));

  // opkg: the index, and the signature in usign's form
  const packages = read('opkg/x86_64/Packages'),
    file = read(`opkg/x86_64/luci-sso_${VERSION}_x86_64.ipk`);
  t.true(gunzipSync(read('opkg/x86_64/Packages.gz')).equals(packages));
  for (const other of others) {
    t.regex(
      packages.toString(),
      new RegExp(`^Package: ${other}\n[^]*?^Depends: luci-sso\n[^]*?^Filename: ${other}_${VERSION}_all\\.ipk\n`, 'm'),
    );
    t.regex(index, new RegExp(`^ {2}- name: ${other}\n {4}version: ${VERSION}$`, 'm'));
  }
  t.is(packages.toString().trimEnd().split('\n\n').length, 1 + others.length);
  const fields = (packages.toString().split('\n\n')[others.length] ?? '').split('\n').filter((line) => /^[A-Z]/.test(line));
  t.deepEqual(
    fields.filter((line) => !/^(Installed-Size|Description): /.test(line)),
    [
      'Package: luci-sso',
      `Version: ${VERSION}`,
      'Depends: rpcd, luci-base, ca-bundle',
      'License: MIT',
      'Section: luci',
      'Architecture: x86_64',
      `Filename: luci-sso_${VERSION}_x86_64.ipk`,
      `Size: ${file.length}`,
      `SHA256sum: ${createHash('sha256').update(file).digest('hex')}`,
    ],
  );
  t.regex(fields.at(-1) ?? '', /^Description: /);
  t.true(packages.toString().endsWith('\n\n'));
  const raw = (name: string): Buffer => Buffer.from(read(name).toString().split('\n')[1] ?? '', 'base64');
  const [key, signature] = [raw('keys/opkg.pub'), raw('opkg/x86_64/Packages.sig')];
  t.deepEqual([key.subarray(0, 2).toString(), signature.subarray(0, 2).toString(), key.length, signature.length], ['Ed', 'Ed', 42, 74]);
  t.true(key.subarray(2, 10).equals(signature.subarray(2, 10)));
  const ed25519 = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(10)]),
    format: 'der',
    type: 'spki',
  });
  t.true(verify(null, packages, ed25519, signature.subarray(10)));
  t.false(verify(null, Buffer.concat([packages, Buffer.from(' ')]), ed25519, signature.subarray(10)));
  const signify = (message: string) =>
    spawnSync(
      'signify-openbsd',
      ['-V', '-q', '-p', path.join(first, 'keys/opkg.pub'), '-x', path.join(first, 'opkg/x86_64/Packages.sig'), '-m', message],
      { encoding: 'utf8' },
    );
  t.is(signify(path.join(first, 'opkg/x86_64/Packages')).status, 0);
  t.not(signify(path.join(first, 'opkg/x86_64/Packages.gz')).status, 0);

  // what is inside
  const bill = JSON.parse(read(`luci-sso-${PROGRAM_VERSION}.cdx.json`).toString()) as {
    bomFormat: string;
    metadata: { timestamp: string };
    components: { name: string; version: string; hashes: { content: string }[] }[];
  };
  t.is(bill.bomFormat, 'CycloneDX');
  const [, epoch = ''] = /^ +mtime: (\d+)$/m.exec(apk('dump', path.join(first, `apk/x86_64/luci-sso-${VERSION}.apk`))) ?? [];
  t.is(bill.metadata.timestamp, new Date(Number(epoch) * 1000).toISOString().replace('.000Z', 'Z'));
  t.deepEqual(
    bill.components.map(({ name }) => name),
    ['QuickJS-ng', 'mbedTLS', 'tweetnacl', 'musl'],
  );
  const pins = readFileSync(path.join(ROOT, 'scripts', 'build', 'fetch-sources'), 'utf8');
  for (const { name, version, hashes } of bill.components) {
    if (name === 'tweetnacl') continue;
    t.true(pins.includes(hashes[0]?.content ?? '-'), name);
    t.true(pins.includes(version.replace('of zig ', '')), name);
  }
  t.true(readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8').includes(read('NOTES.md').toString().trim()));
});

test('a release without keys says that its feeds are not signed', async (t) => {
  t.timeout(1_800_000);
  const out = folder(t);
  const { status, stdout, stderr } = await run({ RELEASE_FOLDER: out }, 'mips_4kec', 'x86_64');
  t.is(status, 0, stderr);
  t.regex(stdout, /^release: the feeds are NOT signed, because RELEASE_KEYS names no keys/m);
  t.regex(stdout, /^release: the packages say nothing of whom to ask: LUCI_SSO_MAINTAINER and LUCI_SSO_URL are not set$/m);
  t.notRegex(readFileSync(path.join(out, 'opkg/x86_64/Packages'), 'utf8'), /^(URL|Maintainer):/m);
  t.deepEqual(
    filesOf(out).filter((name) => /keys|\.sig$/.test(name)),
    [],
  );
  t.true(existsSync(path.join(out, 'opkg/mips_4kec/Packages')));
  t.false(existsSync(path.join(out, 'apk/mips_4kec')), 'no release with apk has it');
});

test('keys are made once, for their owner alone, and outside of the repository', async (t) => {
  const keys = await makeKeys(t);
  t.is(statSync(keys).mode & 0o777, 0o700);
  for (const name of readdirSync(keys)) t.is(statSync(path.join(keys, name)).mode & 0o777, 0o600, name);
  const before = readdirSync(keys).map((name) => readFileSync(path.join(keys, name), 'utf8'));
  const again = await run({ RELEASE_KEYS: keys }, '--make-keys');
  t.is(again.status, 1);
  t.regex(again.stderr, /is there already, and routers trust it/);
  t.deepEqual(
    readdirSync(keys).map((name) => readFileSync(path.join(keys, name), 'utf8')),
    before,
  );

  t.regex((await run({ RELEASE_KEYS: '' }, '--make-keys')).stderr, /RELEASE_KEYS=<folder> must say where/);
  t.regex((await run({ RELEASE_KEYS: path.join(ROOT, 'build', 'keys') }, '--make-keys')).stderr, /is inside the repository/);
  t.false(existsSync(path.join(ROOT, 'build', 'keys')));

  chmodSync(path.join(keys, 'luci-sso-opkg.key'), 0o640);
  t.regex((await run({ RELEASE_KEYS: keys, RELEASE_FOLDER: folder(t) }, 'x86_64')).stderr, /luci-sso-opkg\.key can be read by others/);
  const empty = folder(t);
  t.regex(
    (await run({ RELEASE_KEYS: empty, RELEASE_FOLDER: folder(t) }, 'x86_64')).stderr,
    /No such file or directory; `make release-keys` makes it/,
  );
  mkdirSync(path.join(empty, 'broken'));
  writeFileSync(path.join(empty, 'luci-sso-opkg.key'), readFileSync(path.join(keys, 'luci-sso-opkg.key'), 'utf8').replace(/[a-z]/g, 'A'), {
    mode: 0o600,
  });
  t.regex(
    (await run({ RELEASE_KEYS: empty, RELEASE_FOLDER: folder(t) }, 'x86_64')).stderr,
    /no key file of usign|no private key of usign|do not belong together/,
  );
});
