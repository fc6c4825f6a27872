// SPDX-License-Identifier: MIT
// Packages and indexes for apk: ours are byte for byte what apk-tools 3.0.5 makes of the same tree (test/data/apk), its own
// are read as it reads them, and nothing that was changed is taken.
import test, { type ExecutionContext } from 'ava';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, sign, verify, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { APK, ROOT, apk, folder } from './_packages.ts';

const at = (name: string): string => path.join(ROOT, 'test', 'data', 'apk', name);
const text = (name: string): string => readFileSync(at(name), 'latin1').trimEnd();
const SAMPLE = at('sample-1.2.3-r4.apk'),
  INDEX = at('packages.adb'),
  KEY = at('test-key.pub.pem');
const EPOCH = '1790000000';
const INFO = `name=sample
version=1.2.3-r4
description=A sample
arch=mips_24kc
license=MIT
origin=feeds/sample
maintainer=Nobody <nobody@example.org>
url=https://example.org
depends=libc rpcd>=1 !conflicting
provides=sample-any
`;

/** Runs lines of Python that see both modules; what they print. */
async function python(lines: string, ...args: readonly string[]): Promise<string> {
  const head = 'import sys\nsys.path.insert(0, sys.argv[1])\nimport apk, signatures\n';
  return (await promisify(execFile)('python3', ['-c', head + lines, path.dirname(APK), ...args])).stdout;
}

function refusal(...args: readonly string[]): string {
  const { status, stderr } = spawnSync('python3', [APK, ...args], { encoding: 'utf8' });
  return status === 1 ? stderr.replace(/^apk\.py: [^:]*: /, '').trimEnd() : `status ${status}: ${stderr}`;
}

/** The sample's tree and what mkpkg was told, packed by us. */
function packSample(t: ExecutionContext): string {
  const where = folder(t);
  const [tree, control, out] = ['tree', 'control', 'out.apk'].map((name) => path.join(where, name)) as [string, string, string];
  for (const made of [tree, control]) mkdirSync(made);
  execFileSync('tar', ['-xpzf', at('tree.tar.gz'), '-C', tree]);
  writeFileSync(path.join(control, 'info'), INFO);
  for (const name of ['post-install', 'post-upgrade']) copyFileSync(at('post.sh'), path.join(control, name));
  apk('package', tree, control, out, '--epoch', EPOCH);
  return out;
}

function makeKey(t: ExecutionContext, format: 'pkcs8' | 'sec1' = 'pkcs8'): { secret: string; open: string } {
  const where = folder(t);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [secret, open] = [path.join(where, 'secret.pem'), path.join(where, 'public.pem')];
  writeFileSync(secret, privateKey.export({ type: format, format: 'pem' }));
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  return { secret, open };
}

test('samples of the real tool are printed as the real tool prints them', (t) => {
  t.is(apk('dump', SAMPLE).trimEnd(), text('sample.adbdump.txt'));
  t.is(apk('dump', INDEX).trimEnd(), text('packages.adbdump.txt'));
  t.regex(apk('dump', INDEX, '--key', KEY), /^# sig v00 h04 [0-9a-f]+\.\.: OK$/m);
});

test('samples of the real tool are verified: every hash, and the signature', (t) => {
  t.is(apk('verify', SAMPLE), '');
  t.is(apk('verify', INDEX, '--key', KEY), '');
  t.is(refusal('verify', INDEX), 'an index is verified by its signature, and no key was given');
  t.is(refusal('verify', INDEX, '--key', makeKey(t).open), 'not signed by this key');
  t.is(refusal('verify', SAMPLE, '--key', KEY), 'not signed by this key');
});

test('the same tree gives the bytes of the real tool', (t) => {
  t.true(readFileSync(packSample(t)).equals(readFileSync(SAMPLE)));
});

test('an index of the same package has the database of the real one, and a signature that others verify', (t) => {
  const unpacked = (file: string): Buffer => inflateRawSync(readFileSync(file).subarray(4));
  for (const format of ['pkcs8', 'sec1'] as const) {
    const key = makeKey(t, format);
    const out = path.join(folder(t), 'packages.adb');
    apk('index', out, SAMPLE);
    t.is(refusal('verify', out, '--key', key.open), 'not signed by this key');
    const plain = unpacked(out);
    t.true(plain.equals(unpacked(INDEX).subarray(0, plain.length)));
    apk('index', out, SAMPLE, '--key', key.secret);
    t.is(apk('verify', out, '--key', key.open), '');
    const signed = unpacked(out);
    t.true(signed.subarray(0, plain.length).equals(plain));

    const size = signed.readUInt32LE(plain.length) & 0x3fffffff;
    const head = signed.subarray(plain.length + 4, plain.length + 22);
    const point = createPublicKey(readFileSync(key.open)).export({ type: 'spki', format: 'der' }).subarray(-65);
    t.is(head.toString('hex'), `0004${createHash('sha512').update(point).digest('hex').slice(0, 32)}`);
    const database = plain.subarray(12, 8 + (plain.readUInt32LE(8) & 0x3fffffff));
    const message = Buffer.concat([Buffer.from('indx'), head, createHash('sha512').update(database).digest()]);
    t.true(verify('sha512', message, readFileSync(key.open), signed.subarray(plain.length + 22, plain.length + size)));

    const again = `${out}.again`;
    apk('index', again, SAMPLE, '--key', key.secret);
    t.true(readFileSync(again).equals(readFileSync(out)), 'the nonce comes from the message');
  }
});

test('no byte of a package or an index can be changed', async (t) => {
  t.timeout(120_000);
  const accepted = await python(
    `
for path, key in ((sys.argv[2], None), (sys.argv[3], signatures.EcKey.public(apk.read_file(sys.argv[4])))):
    content = apk.read_file(path)
    apk.verify(content, key)
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1 << at % 8
        try:
            apk.verify(bytes(changed), key)
            print('changed', path, at)
        except apk.Malformed:
            pass
    for size in range(len(content)):
        try:
            apk.verify(content[:size], key)
            print('cut', path, size)
        except apk.Malformed:
            pass
`,
    SAMPLE,
    INDEX,
    KEY,
  );
  t.is(accepted, '');
});

test('a database that says anything is refused or read, never more than that', async (t) => {
  // Uncompressed, so that the reader of values is reached and not the decompressor alone. The seed is fixed.
  const outcomes = await python(
    `
import random
numbers, counts = random.Random(1), {True: 0, False: 0}
for path in sys.argv[2:]:
    content = apk.unpack(apk.read_file(path))
    for _ in range(4000):
        changed = bytearray(content)
        for _ in range(numbers.randrange(1, 4)):
            at = numbers.randrange(8, min(len(changed), 1500))
            changed[at] = numbers.choice((0, 1, 255, changed[at] ^ 1 << numbers.randrange(8), numbers.randrange(256)))
        try:
            apk.dump(bytes(changed[:len(changed) - numbers.choice((0, 0, 0, numbers.randrange(300)))]))
            counts[True] += 1
        except apk.Malformed:
            counts[False] += 1
print(*counts.values())
`,
    SAMPLE,
    INDEX,
  );
  const [read = 0, refused = 0] = outcomes.split(' ').map(Number);
  t.is(read + refused, 8000);
  t.true(read > 100 && refused > 100, outcomes);
});

/** The sample, unpacked, with something changed. */
function changed(t: ExecutionContext, change: (content: Buffer) => Buffer): string {
  const out = path.join(folder(t), 'changed.apk');
  writeFileSync(out, change(inflateRawSync(readFileSync(SAMPLE).subarray(4))));
  return out;
}

const replaced = (content: Buffer, before: Buffer, after: Buffer): Buffer => {
  const found = content.indexOf(before);
  return Buffer.concat([content.subarray(0, found), after, content.subarray(found + before.length)]);
};

test('each way in which a package can contradict itself has its sentence', (t) => {
  const content = inflateRawSync(readFileSync(SAMPLE).subarray(4));
  const end = content.length;
  const words: readonly (readonly [string, (content: Buffer) => Buffer])[] = [
    ["the package's own hash is another", (of) => replaced(of, Buffer.from('A sample'), Buffer.from('B sample'))],
    [
      'file "big" is another than the database says',
      (of) => Buffer.concat([of.subarray(0, end - 60), Buffer.from([1]), of.subarray(end - 59)]),
    ],
    ['4 files have content, 5 should', (of) => of.subarray(0, end - 40)],
    ['a block is cut off or filled up with something', (of) => of.subarray(0, end - 8)],
    ['a block is cut off or filled up with something', (of) => Buffer.concat([of.subarray(0, end - 1), Buffer.from([1])])],
    ['cut off', (of) => Buffer.concat([of, Buffer.from([0, 0])])],
    ['other blocks than these, or in another order: database, signatures, data', (of) => Buffer.concat([of, of.subarray(8)])],
    ['a data block without its file', (of) => Buffer.concat([of, Buffer.from('04000080' + '00000000', 'hex')])],
    ['neither a package nor an index', (of) => replaced(of, Buffer.from('pckg'), Buffer.from('idb '))],
    ['the database has another version', (of) => Buffer.concat([of.subarray(0, 12), Buffer.from([1]), of.subarray(13)])],
  ];
  for (const [sentence, change] of words) t.is(refusal('verify', changed(t, change)), sentence);
  const bomb = path.join(folder(t), 'bomb.apk');
  writeFileSync(bomb, Buffer.concat([Buffer.from('ADBd'), deflateRawSync(Buffer.alloc(70_000_000), { level: 9 })]));
  t.is(refusal('verify', bomb), 'compression: cut off, too much, or something after it');
  const other = path.join(folder(t), 'other.apk');
  writeFileSync(other, Buffer.concat([Buffer.from('ADBd'), deflateRawSync(content, { level: 1 })]));
  t.is(refusal('verify', other), 'compressed in another way than by zlib');
});

test('no file is written outside of the folder that a package is unpacked to', async (t) => {
  const names = await python(
    `
import hashlib, os, struct
content = apk.unpack(apk.read_file(sys.argv[2]))
for before, after in ((b'\\x0aetc/config', b'\\x0a../../conf'), (b'\\x03etc', b'\\x03/et'), (b'\\x03big', b'\\x03../'), (b'\\x05alias', b'\\x05a/../'), (b'\\x03lib', b'\\x03usr')):
    changed = bytearray(content.replace(before, after, 1))
    size = struct.unpack_from('<I', changed, 8)[0] & 0x3fffffff
    file = apk.read(bytes(changed))
    at = 12 + file.place_of_hash()
    changed[at:at + 20] = bytes(20)
    changed[at:at + 20] = hashlib.sha256(changed[12:8 + size]).digest()[:20]
    try:
        apk.unpack_package(bytes(changed), os.path.join(sys.argv[3], 'out'))
        print('unpacked', after)
    except apk.Malformed as error:
        print(error)
`,
    SAMPLE,
    folder(t),
  );
  t.deepEqual(names.trim().split('\n'), [
    'folder "../../conf"',
    'folder "/et"',
    'file "../" in "usr/bin"',
    'file "a/../" in "usr/bin"',
    'folder "lib/apk"',
  ]);
});

test('signatures are those of RFC 6979 and RFC 8032', async (t) => {
  const [p256, ...ed25519] = (
    await python(`
secret = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
x, y = signatures.affine(signatures.multiply(secret, signatures.G))
key = signatures.EcKey(b'\\4' + x.to_bytes(32, 'big') + y.to_bytes(32, 'big'), secret)
print(*['%064x' % number for message in (b'sample', b'test') for number in signatures.decode_integers(key.sign(message))])
for seed, message in (('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', ''), ('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', '72'), ('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7', 'af82')):
    key = signatures.EdKey(bytes.fromhex(seed), bytes(8))
    print(key.public.hex(), key.sign(bytes.fromhex(message)).hex())
`)
  )
    .trim()
    .split('\n');
  // RFC 6979, A.2.5, with SHA-512
  t.is(
    p256,
    '8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00 2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe ' +
      '461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04 39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55',
  );
  // RFC 8032, 7.1, tests 1 to 3
  t.deepEqual(ed25519, [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025 6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ]);
});

test('signatures of others are verified, and only whole ones', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const open = path.join(folder(t), 'public.pem');
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  const good = sign('sha512', Buffer.from('message'), privateKey);
  const zero = '3006020100020100',
    long = good.toString('hex').replace(/^30(..)/, (_, size: string) => `3081${size}`);
  const verdicts = await python(
    `
key = signatures.EcKey.public(apk.read_file(sys.argv[2]))
print(*[int(key.verify(b'message', bytes.fromhex(one))) for one in sys.argv[3:]], int(key.verify(b'other', bytes.fromhex(sys.argv[3]))))
`,
    open,
    good.toString('hex'),
    `${good.toString('hex')}00`,
    good.toString('hex').slice(0, -2),
    zero,
    long,
    '30',
    '-'.slice(1),
  );
  t.is(verdicts.trim(), '1 0 0 0 0 0 0 0');
});

test('a file that is no key of the right kind is named as such', (t) => {
  const where = folder(t);
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(path.join(where, name), content);
    return path.join(where, name);
  };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const out = path.join(where, 'packages.adb');
  for (const [name, content] of [
    ['rsa', rsa],
    ['p384', p384.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['empty', ''],
  ] as const) {
    t.is(refusal('index', out, SAMPLE, '--key', write(name, content)), 'no private key on P-256 as openssl writes it');
  }
  t.is(
    refusal('verify', INDEX, '--key', write('p384.pub', p384.publicKey.export({ type: 'spki', format: 'pem' }))),
    'no public key on P-256',
  );
  const [first, second] = [makeKey(t), makeKey(t)].map(({ secret }) =>
    Buffer.from(readFileSync(secret, 'utf8').split('\n').slice(1, -2).join(''), 'base64'),
  );
  const mixed = Buffer.concat([first?.subarray(0, -65) ?? Buffer.of(), second?.subarray(-65) ?? Buffer.of()]).toString('base64');
  t.is(
    refusal('index', out, SAMPLE, '--key', write('mixed', `-----BEGIN PRIVATE KEY-----\n${mixed}\n-----END PRIVATE KEY-----\n`)),
    'the two halves of the key do not belong together',
  );
});
