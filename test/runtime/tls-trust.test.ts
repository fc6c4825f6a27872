// SPDX-License-Identifier: MIT
// Which files of a router are believed: the bundle, single certificates, the owner's own file, and what
// lies between them. Every root of a real system must parse.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { makeAuthority, makeSelfSigned, type Authority } from '../_helpers/certificates.ts';
import { file, folder, greet, GREETING, runProbe, serveTls, TARGETS, visit, type Findings, type Target } from './_tls-probe.ts';

const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const HAS_BUNDLE = existsSync(SYSTEM_BUNDLE);

const look = (caDir: string, caFile = '', target: Target = TARGETS[0]): Promise<Findings> => runProbe(['trust', caDir, caFile], { target });

let first: Authority;
let second: Authority;
test.before(async () => {
  first = await makeAuthority('first');
  second = await makeAuthority('second');
});

for (const target of TARGETS) {
  (HAS_BUNDLE ? test : test.skip)(`every root of the system's bundle parses and is found by its name (${target})`, async (t) => {
    const bundle = readFileSync(SYSTEM_BUNDLE);
    const count = String(bundle.toString('latin1').match(/^-----BEGIN CERTIFICATE-----/gm)?.length);
    const found = await look(await folder(t, { 'ca-certificates.crt': bundle }), '', target);
    t.is(found.facts['certificates'], count);
    t.is(found.facts['parsed'], count);
    t.is(found.facts['broken'], '0');
    t.is(found.facts['lost'], undefined);
  });

  test(`the authority is found among a bundle, single files and rubbish (${target})`, async (t) => {
    const junk = Buffer.from([0, 255, 45, 45, 45, 45, 45, 10, 45]);
    const caDir = await folder(t, {
      'ca-certificates.crt': HAS_BUNDLE ? readFileSync(SYSTEM_BUNDLE) : first.cert,
      'junk.crt': junk,
      'empty.pem': '',
      'notes.txt': second.cert,
      'first.pem': `a text before\n${'-----BEGIN CERTIFICATE-----\nbroken!\n-----END CERTIFICATE-----\n'}${first.cert}`,
    });
    await mkdir(path.join(caDir, 'folder.crt'));
    await symlink('nowhere', path.join(caDir, 'dangling.crt'));
    execFileSync('mkfifo', [path.join(caDir, 'fifo.pem')]);
    const port = await serveTls(t, await first.issue({ names: ['idp.example'] }), greet);
    t.is((await visit({ port, caDir, ...GREETING, target })).facts['open'], 'ok');
    const other = await serveTls(t, await second.issue({ names: ['idp.example'] }), greet);
    t.is((await visit({ port: other, caDir, target })).facts['open'], 'cert-untrusted: no trusted CA vouches for it');
  });
}

test('files are taken once, by *.crt and *.pem only, and links are followed', async (t) => {
  const elsewhere = await file(t, second.cert);
  const caDir = await folder(t, { 'ca-certificates.crt': first.cert, '.hidden.crt': first.cert, pem: first.cert });
  await symlink('ca-certificates.crt', path.join(caDir, '3513523f.0'));
  await symlink('ca-certificates.crt', path.join(caDir, 'again.pem'));
  await symlink(elsewhere, path.join(caDir, 'second.crt'));
  const found = await look(caDir);
  t.is(found.facts['certificates'], '2');
  const both = await look(caDir, elsewhere);
  t.is(both.facts['certificates'], '2');
  t.is(both.facts['own'], '1', 'what ca_file names counts as ca_file');
});

test('at most 4 MB are read', async (t) => {
  const filler = (megabytes: number): string => `${'#'.repeat(1023)}\n`.repeat(megabytes * 1024);
  const caDir = await folder(t, {
    'ca-certificates.crt': filler(3) + first.cert,
    'a.crt': filler(1) + second.cert,
    'b.crt': second.cert,
  });
  t.is((await look(caDir)).facts['certificates'], '2');
  t.is((await look('', await file(t, filler(5) + first.cert))).facts['trust'], 'ca-file: cannot be read');
});

test('blocks are cut as RFC 7468 has them', async (t) => {
  const blocks = (text: string | Buffer): Promise<string> =>
    file(t, text)
      .then((name) => look('', name))
      .then(({ facts }) => `${facts['parsed']}/${facts['certificates']} broken ${facts['broken']}`);
  const begin = '-----BEGIN CERTIFICATE-----\n';
  const end = '-----END CERTIFICATE-----\n';
  const body = first.cert.split('\n').slice(1).join('').replace('-----END CERTIFICATE-----', '');
  t.is(await blocks(first.cert), '1/1 broken 0');
  t.is(await blocks(first.cert.replaceAll('\n', '\r\n')), '1/1 broken 0');
  t.is(await blocks(first.cert.replaceAll('\n', '\r')), '1/1 broken 0');
  t.is(await blocks(first.cert.trimEnd()), '1/1 broken 0', 'no newline at the end');
  t.is(await blocks(`${begin}${body}\n${end}`), '1/1 broken 0', 'one long line');
  t.is(await blocks(`${begin}\n \t${body.replace(/(.)/g, '$1 ')}\n\n${end}`), '1/1 broken 0', 'white space everywhere');
  t.is(await blocks(`subject=x\n${first.cert}text between\n${second.cert}and after`), '2/2 broken 0');
  t.is(await blocks(` ${first.cert}`), '0/0 broken 0', 'a mark begins a line');
  t.is(await blocks(begin + first.cert), '1/1 broken 1', 'a block without its end');
  t.is(await blocks(first.cert + begin + body), '1/1 broken 1', 'a bundle that was cut short');
  t.is(await blocks(`${begin}${end}${first.cert}`), '1/1 broken 1', 'an empty block');
  t.is(await blocks(`${begin}Proc-Type: 4,ENCRYPTED\n\n${body}\n${end}${first.cert}`), '1/1 broken 1');
  t.is(await blocks(`${begin}${body}=\n${end}${first.cert}`), '1/1 broken 1', 'too much padding');
  t.is(await blocks(`${begin}${body}AAAA====\n${end}${first.cert}`), '1/1 broken 1');
  t.is(await blocks(`${begin}AA=A\n${end}${first.cert}`), '1/1 broken 1', 'padding inside');
  t.is(await blocks(`${begin}A\n${end}${first.cert}`), '1/1 broken 1');
  t.is(await blocks(`${begin}${'A'.repeat(65540)}\n${end}${first.cert}`), '1/1 broken 1', 'a block of 64 kB');
  t.is(await blocks(`${begin}AAAA\n${end}${first.cert}`), '1/2 broken 0', 'base64, but no certificate');
  t.is(await blocks(first.cert.replace('CERTIFICATE', 'PRIVATE KEY')), '0/0 broken 0');
  t.is(await blocks(Buffer.concat([Buffer.from([0, 10]), Buffer.from(first.cert)])), '1/1 broken 0', 'bytes of zero');
  t.is(await blocks('-----BEGIN CERTIFICATE-----'), '0/0 broken 1');
  t.is(await blocks('-----BEGIN CERTIFICATE----'), '0/0 broken 0');
});

test('no CA at all', async (t) => {
  const port = await serveTls(t, await first.issue({ names: ['idp.example'] }), greet);
  t.is((await visit({ port })).facts['open'], 'no-ca');
  t.is((await visit({ port, caDir: await folder(t) })).facts['open'], 'no-ca');
  t.is((await visit({ port, caDir: await folder(t, { 'a.crt': 'nothing' }) })).facts['open'], 'no-ca');
  t.is((await visit({ port, caDir: '/nonexistent' })).facts['open'], 'no-ca');
});

test('ca_file must be readable and hold a certificate, even where others would do', async (t) => {
  const caDir = await folder(t, { 'first.crt': first.cert });
  const port = await serveTls(t, await first.issue({ names: ['idp.example'] }), greet);
  const open = async (caFile: string): Promise<string | undefined> => (await visit({ port, caDir, caFile, ...GREETING })).facts['open'];
  t.is(await open('/nonexistent/ca.pem'), 'ca-file: cannot be read');
  t.is(await open(caDir), 'ca-file: cannot be read');
  t.is(await open(await file(t, '')), 'ca-file: cannot be read');
  t.is(await open(await file(t, 'no certificate')), 'ca-file: holds no certificate');
  t.is(await open(await file(t, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')), 'ca-file: holds no certificate');
  const { key } = await makeSelfSigned({ names: ['x'] });
  t.is(await open(await file(t, key)), 'ca-file: holds no certificate');
  t.is(await open(await file(t, second.cert)), 'ok', "ca_file adds to the system's, it does not replace them");
});
