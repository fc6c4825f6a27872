// SPDX-License-Identifier: MIT
// The place of the root that vouched last is a hint and no trust: with a right one the other roots are
// not read, with a wrong one a connection ends as it would have without.
import test, { type ExecutionContext } from 'ava';
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeAuthority, makeSelfSigned, type Authority, type Pair } from '../_helpers/certificates.ts';
import { file, folder, greet, GREETING, runProbe, serveTls, TARGETS, visit, type Findings, type Target } from './_tls-probe.ts';

const BUNDLE = 'ca-certificates.crt';
const UNTRUSTED = 'cert-untrusted: no trusted CA vouches for it';

let first: Authority;
let second: Authority;
let leaf: Pair;
test.before(async () => {
  first = await makeAuthority('first');
  second = await makeAuthority('second');
  leaf = await first.issue({ names: ['idp.example'] });
});

/** The place of a certificate in the text of a file. */
const spot = (text: string, cert: string, name: string): string => `${text.indexOf(cert)} ${cert.length} ${name}`;

interface World {
  readonly caDir: string;
  readonly caFile: string;
  /** One connection with this hint. */
  readonly meet: (root: string) => Promise<Findings>;
}

async function newWorld(
  t: ExecutionContext,
  target: Target,
  files: Readonly<Record<string, string | Buffer>>,
  own = '',
  server: Pair = leaf,
): Promise<World> {
  const caDir = await folder(t, files);
  const caFile = own === '' ? '' : path.join(await folder(t, { 'own.pem': own }), 'own.pem');
  const port = await serveTls(t, server, greet);
  const meet = (root: string): Promise<Findings> => visit({ port, caDir, caFile, ...GREETING, target, env: { PROBE_ROOT: root } });
  return { caDir, caFile, meet };
}

const put = (world: World, name: string, text: string): void => writeFileSync(path.join(world.caDir, name), text);

/** One connection learns a place, something changes, and the second one gets that place or another. */
interface Row {
  readonly files: () => Readonly<Record<string, string | Buffer>>;
  readonly own?: () => string;
  /** Given in the place of what the first connection learned. */
  readonly hint?: (learned: string) => string;
  /** Between learning and the second connection. */
  readonly change?: (world: World) => void;
  readonly open?: string;
  /** What the second connection learns; the same as the first by default. */
  readonly learns?: (learned: string) => string;
}

const BOTH = (): Readonly<Record<string, string>> => ({ [BUNDLE]: `${second.cert}${first.cert}` });
const inBundle = (text: string): string => spot(text, first.cert, BUNDLE);

const ROWS: Readonly<Record<string, Row>> = {
  'a right place': { files: BOTH },
  'no place': { files: BOTH, hint: () => '' },
  'the authority is removed from the bundle': { files: BOTH, change: (w) => put(w, BUNDLE, second.cert), open: UNTRUSTED },
  'the authority is removed and the file is as long as before': {
    files: BOTH,
    change: (w) => put(w, BUNDLE, `${second.cert}${first.cert.replace(/[A-Za-z0-9]/g, 'A')}`),
    open: UNTRUSTED,
  },
  'the authority is overwritten by another': {
    files: () => ({ 'a.crt': first.cert }),
    change: (w) => put(w, 'a.crt', second.cert),
    open: UNTRUSTED,
  },
  'the file of the authority is gone': {
    files: () => ({ 'a.crt': first.cert, 'b.crt': second.cert }),
    change: (w) => rmSync(path.join(w.caDir, 'a.crt')),
    open: UNTRUSTED,
  },
  'all files are gone': { files: BOTH, change: (w) => rmSync(path.join(w.caDir, BUNDLE)), open: 'no-ca' },
  'the folder is gone': { files: BOTH, change: (w) => rmSync(w.caDir, { recursive: true }), open: 'no-ca' },
  'the authority moved to another place': {
    files: BOTH,
    change: (w) => put(w, BUNDLE, `# a line\n${first.cert}${second.cert}`),
    learns: () => `0 ${first.cert.length + 9} ${BUNDLE}`,
  },
  'the authority moved to another file': {
    files: BOTH,
    change: (w) => (put(w, BUNDLE, second.cert), put(w, 'my ca.pem', first.cert)),
    learns: () => `0 ${first.cert.length} my ca.pem`,
  },
  'the begin of its line is a comment now': {
    files: BOTH,
    hint: () => `${second.cert.length + 1} ${first.cert.length} ${BUNDLE}`,
    change: (w) => put(w, BUNDLE, `${second.cert}#${first.cert}`),
    open: UNTRUSTED,
  },
  'a place in the middle': { files: BOTH, hint: (l) => l.replace(/^\d+/, (at) => String(Number(at) + 40)) },
  'a place at another root': { files: BOTH, hint: () => spot(second.cert, second.cert, BUNDLE) },
  'a place that is too short': { files: BOTH, hint: (l) => l.replace(/ \d+ /, ' 100 ') },
  'a place that is longer than the root': { files: BOTH, hint: () => `0 ${second.cert.length + first.cert.length} ${BUNDLE}` },
  'a place behind the end': { files: BOTH, hint: () => `999999 1000 ${BUNDLE}` },
  'a place that ends behind the end': { files: BOTH, hint: (l) => l.replace(/ \d+ /, ' 9000 ') },
  'a place without length': { files: BOTH, hint: () => `0 0 ${BUNDLE}` },
  'a place of more than 16 kB': { files: BOTH, hint: () => `0 16385 ${BUNDLE}` },
  'numbers that overflow': { files: BOTH, hint: () => `18446744073709551615 18446744073709551615 ${BUNDLE}` },
  'numbers below zero': { files: BOTH, hint: () => `-1 -1 ${BUNDLE}` },
  'no numbers': { files: BOTH, hint: () => BUNDLE },
  'one number': { files: BOTH, hint: () => '17' },
  rubbish: { files: BOTH, hint: () => '\x01\xff %s%n' },
  'a place in ca_file where there is none': { files: BOTH, hint: () => '0 100 ' },
  'a name that nobody listed': { files: BOTH, hint: () => '0 100 none.crt' },
  'a hidden file': { files: () => ({ ...BOTH(), '.a.crt': first.cert }), hint: () => `0 ${first.cert.length} .a.crt` },
  'a folder': { files: BOTH, change: (w) => execFileSync('mkdir', [path.join(w.caDir, 'x.crt')]), hint: () => '0 100 x.crt' },
  'a FIFO': { files: BOTH, change: (w) => execFileSync('mkfifo', [path.join(w.caDir, 'x.pem')]), hint: () => '0 100 x.pem' },
  'a link to another file': {
    files: () => ({ 'a.crt': first.cert, 'b.crt': second.cert }),
    change: (w) => (rmSync(path.join(w.caDir, 'a.crt')), symlinkSync('b.crt', path.join(w.caDir, 'a.crt'))),
    open: UNTRUSTED,
  },
  'a link to nothing': {
    files: () => ({ 'a.crt': first.cert, 'b.crt': second.cert }),
    change: (w) => (rmSync(path.join(w.caDir, 'a.crt')), symlinkSync('nowhere', path.join(w.caDir, 'a.crt'))),
    open: UNTRUSTED,
  },
  'a hashed link beside the file': {
    files: () => ({ ...BOTH(), '3513523f.0': first.cert }),
    hint: () => `0 ${first.cert.length} 3513523f.0`,
  },
  'a bundle and the same as a single file': { files: () => ({ ...BOTH(), 'first.crt': first.cert }) },
  'texts before each certificate': { files: () => ({ [BUNDLE]: `Second\n=====\n${second.cert}\nFirst\n=====\n${first.cert}\n` }) },
  'carriage returns': { files: () => ({ [BUNDLE]: `${second.cert}${first.cert}`.replaceAll('\n', '\r\n') }) },
  'no newline at the end': { files: () => ({ [BUNDLE]: `${second.cert}${first.cert.trimEnd()}` }) },
  'ca_file alone': { files: () => ({}), own: () => first.cert },
  'ca_file with two, beside others': { files: () => ({ [BUNDLE]: second.cert }), own: () => `${second.cert}${first.cert}` },
  'ca_file has another, the bundle the right one': { files: BOTH, own: () => second.cert },
  'ca_file is replaced': {
    files: BOTH,
    own: () => first.cert,
    change: (w) => writeFileSync(w.caFile, second.cert),
    learns: () => inBundle(BOTH()[BUNDLE] ?? ''),
  },
  'ca_file is gone': { files: BOTH, own: () => first.cert, change: (w) => rmSync(w.caFile), open: 'ca-file: cannot be read' },
  'ca_file is gone, and the place is in the bundle': {
    files: BOTH,
    own: () => second.cert,
    change: (w) => rmSync(w.caFile),
    open: 'ca-file: cannot be read',
  },
  'ca_file is empty': { files: BOTH, own: () => first.cert, change: (w) => writeFileSync(w.caFile, ''), open: 'ca-file: cannot be read' },
  'ca_file holds no certificate any more': {
    files: BOTH,
    own: () => first.cert,
    change: (w) => writeFileSync(w.caFile, 'x'.repeat(5000)),
    open: 'ca-file: holds no certificate',
  },
  'ca_file holds none, and the place is in the bundle': {
    files: BOTH,
    own: () => second.cert,
    change: (w) => writeFileSync(w.caFile, 'nothing'),
    open: 'ca-file: holds no certificate',
  },
  'ca_file breaks at its place and keeps another': {
    files: BOTH,
    own: () => `${first.cert}${second.cert}`,
    change: (w) => writeFileSync(w.caFile, `x${first.cert}${second.cert}`),
    learns: () => inBundle(BOTH()[BUNDLE] ?? ''),
  },
};

for (const target of TARGETS) {
  for (const [title, row] of Object.entries(ROWS)) {
    test(`the place of a root: ${title} (${target})`, async (t) => {
      const world = await newWorld(t, target, row.files(), row.own?.());
      const learned = (await world.meet('')).facts['root'] ?? '';
      t.regex(learned, /^\d+ \d+ /);
      row.change?.(world);
      const found = await world.meet(row.hint?.(learned) ?? learned);
      const open = row.open ?? 'ok';
      t.is(found.facts['open'], open);
      t.is(found.facts['left'], 'nothing');
      // Never another outcome than without a hint.
      t.is((await world.meet('')).facts['open'], open);
      if (open !== 'ok') return;
      t.is(found.facts['root'], row.learns?.(learned) ?? learned);
      t.is(found.output.toString(), 'hello idp.example');
      // What was learned is right at once, and stays.
      t.is((await world.meet(found.facts['root'] ?? '')).facts['root'], found.facts['root']);
    });
  }

  test(`of what is at a place nothing else is read, and ca_file is (${target})`, async (t) => {
    const { caDir } = await newWorld(t, target, { ...BOTH(), 'b.crt': second.cert });
    const own = await file(t, `${second.cert}${second.cert}`);
    const count = async (place: string, caFile = ''): Promise<string> => {
      const { facts } = await runProbe(['trust', caDir, caFile], { target, env: { PROBE_ROOT: place } });
      return `${facts['certificates']}, of ca_file ${facts['own']}`;
    };
    t.is(await count(''), '3, of ca_file 0');
    t.is(await count(inBundle(BOTH()[BUNDLE] ?? '')), '1, of ca_file 0');
    t.is(await count(inBundle(BOTH()[BUNDLE] ?? ''), own), '3, of ca_file 2');
    t.is(await count(`0 ${second.cert.length} `, own), '1, of ca_file 1');
    t.is(await count('0 100 none.crt', own), '5, of ca_file 2');
  });

  test(`a certificate that is trusted itself has a place (${target})`, async (t) => {
    const self = await makeSelfSigned({ names: ['idp.example'] });
    const world = await newWorld(t, target, { [BUNDLE]: `${second.cert}${self.cert}` }, '', self);
    const learned = (await world.meet('')).facts['root'] ?? '';
    t.is(learned, spot(`${second.cert}${self.cert}`, self.cert, BUNDLE));
    t.is((await world.meet(learned)).facts['root'], learned);
    const wrong = await world.meet(spot(second.cert, second.cert, BUNDLE));
    t.is(wrong.facts['open'], 'ok');
    t.is(wrong.facts['root'], learned);
  });
}

test('what is wrong with a certificate has the same reason with a hint', async (t) => {
  const target = TARGETS[0];
  const wrongs: readonly (readonly [Pair, string])[] = [
    [await first.issue({ names: ['other.example'] }), 'cert-name: other name'],
    [await first.issue({ names: ['idp.example'], notBefore: new Date(0), notAfter: new Date(1e12) }), 'cert-expired: expired'],
  ];
  for (const [pair, reason] of wrongs) {
    const world = await newWorld(t, target, BOTH(), '', pair);
    for (const root of ['', inBundle(BOTH()[BUNDLE] ?? ''), spot(second.cert, second.cert, BUNDLE)])
      t.is((await world.meet(root)).facts['open'], reason, root);
  }
});

test('a provider that changes its authority costs no second connection', async (t) => {
  const caDir = await folder(t, BOTH());
  let connections = 0;
  let pair = leaf;
  const answer = (served: Pair): Promise<number> => serveTls(t, served, (socket) => (connections++, greet(socket)));
  const port = await answer(pair);
  pair = await second.issue({ names: ['idp.example'] });
  const after = await answer(pair);
  const meet = (at: number, root: string): Promise<Findings> => visit({ port: at, caDir, ...GREETING, env: { PROBE_ROOT: root } });
  const learned = (await meet(port, '')).facts['root'] ?? '';
  const changed = await meet(after, learned);
  t.is(changed.facts['open'], 'ok');
  t.is(changed.facts['root'], spot(second.cert, second.cert, BUNDLE));
  t.is(connections, 2);
});

test('all roots come through the socket when one is not enough, whatever their size', async (t) => {
  for (const target of TARGETS) {
    const filler = `${'#'.repeat(1023)}\n`.repeat(3500);
    const world = await newWorld(t, target, { 'a.crt': second.cert, 'b.crt': filler + first.cert });
    const found = await world.meet(`0 ${second.cert.length} a.crt`);
    t.is(found.facts['open'], 'ok');
    t.is(found.facts['root'], '', 'so much text around a root is not read for it');
  }
});
