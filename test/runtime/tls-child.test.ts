// SPDX-License-Identifier: MIT
// The process that talks to strangers: what it may do, when it ends, and how little its parent believes it.
import test from 'ava';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { makeAuthority } from '../_helpers/certificates.ts';
import { file, folder, greet, GREETING, runProbe, serveTls, TARGETS, visit } from './_tls-probe.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = '65534';

for (const target of TARGETS) {
  test(`the child has no rights and no files (${target})`, async (t) => {
    const authority = await makeAuthority();
    const port = await serveTls(t, await authority.issue({ names: ['idp.example'] }), greet);
    const caFile = await file(t, authority.cert);
    const { facts, lines } = await visit({ port, caFile, ...GREETING, target, env: { PROBE_SHOW_CHILD: '1' } });
    t.is(facts['open'], 'ok');
    const ids = (key: string): readonly string[] => (facts[key] ?? lines.find((line) => line.startsWith(key)) ?? '').match(/\d+/g) ?? [];
    const user = IS_ROOT ? NOBODY : String(process.getuid?.());
    t.deepEqual(ids('child Uid'), [user, user, user, user]);
    t.deepEqual(ids('child NoNewPrivs'), ['1']);
    if (!IS_ROOT) return;
    t.deepEqual(ids('child Gid'), [NOBODY, NOBODY, NOBODY, NOBODY]);
    t.deepEqual(ids('child Groups'), []);
    t.deepEqual(ids('child CapEff'), ['0000000000000000']);
    const open = lines.filter((line) => line.startsWith('child fd '));
    t.deepEqual(
      open.map((line) => line.replace(/\[\d+\]$/, '')),
      ['child fd 0: /dev/null', 'child fd 1: /dev/null', 'child fd 2: /dev/null', 'child fd 3: socket:', 'child fd 4: socket:'],
    );
  });
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('the child ends with its parent', async (t) => {
  const authority = await makeAuthority();
  const port = await serveTls(t, await authority.issue({ names: ['idp.example'] }), () => undefined);
  const caFile = await file(t, authority.cert);
  let child = 0;
  await visit({
    port,
    caFile,
    watch: (probe: ChildProcess) => {
      probe.stderr?.on('data', (text: Buffer) => {
        child = Number(/child: (\d+)/.exec(text.toString())?.[1] ?? child);
        if (child > 0) probe.kill('SIGKILL');
      });
    },
  });
  t.true(child > 0);
  while (isRunning(child)) await new Promise((resolve) => setTimeout(resolve, 20));
  t.pass();
});

/** What the parent makes of bytes that a child sends. */
const TCP = 't\0\0';
const CONNECTED = 'c\0\x0e\0\0\x01\x02\0\0\x03\x04TLSv1 ';
const FRAMES: Readonly<Record<string, readonly [bytes: string, open: string, received?: string, output?: string]>> = {
  nothing: ['', 'io: the network process ended'],
  'a part of a head': ['t\0', 'io: the network process ended'],
  'a connection and no more': [TCP, 'io: the network process ended'],
  'a handshake before a connection': [CONNECTED, 'io: malformed frame'],
  'a connection with a payload': ['t\0\x01x', 'io: malformed frame'],
  'two connections': [TCP + TCP, 'io: malformed frame'],
  'data before the handshake': [`${TCP}d\0\x01x`, 'io: malformed frame'],
  'the end before the handshake': [`${TCP}e\0\0`, 'io: malformed frame'],
  'an unknown type': [`${TCP}x\0\0`, 'io: malformed frame'],
  'a handshake without a payload': [`${TCP}c\0\0`, 'io: malformed frame'],
  'a handshake without a whole root': [`${TCP}c\0\x07abcdefg`, 'io: malformed frame'],
  'a handshake without a text': [`${TCP}c\0\x08abcdefgh`, 'io: malformed frame'],
  'a handshake with too long a text': [`${TCP}c\0\x58abcdefgh${'a'.repeat(80)}`, 'io: malformed frame'],
  'a handshake with a line break': [`${TCP}c\0\x0aabcdefgha\n`, 'io: malformed frame'],
  'a handshake that is cut short': [`${TCP}c\0\x09abc`, 'io: the network process ended'],
  'a handshake whose text is cut short': [`${TCP}c\0\x0cabcdefgha`, 'io: the network process ended'],
  'the wish for all roots that were given already': [`${TCP}a\0\0`, 'io: malformed frame'],
  'the wish for all roots after the handshake': [`${TCP}${CONNECTED}a\0\0`, 'ok', 'io: malformed frame', ''],
  'a failure instead of a connection': ['f\0\x07refused', 'refused'],
  'a failure instead of a handshake': [`${TCP}f\0\x0ccert-expired`, 'cert-expired'],
  'a failure without a text': [`${TCP}f\0\0`, 'io: malformed frame'],
  'a failure with too long a text': [`${TCP}f\x01\0${'a'.repeat(256)}`, 'io: malformed frame'],
  'a failure with control characters': [`${TCP}f\0\x03a\x1bb`, 'io: malformed frame'],
  'a proper end': [`${TCP}${CONNECTED}e\0\0`, 'ok', 'end', ''],
  'data and a proper end': [`${TCP}${CONNECTED}d\0\x03abcd\0\x02ade\0\0`, 'ok', 'end', 'abcad'],
  'data and a failure': [`${TCP}${CONNECTED}d\0\x03abcf\0\x03tls`, 'ok', 'tls', 'abc'],
  'data that is cut short': [`${TCP}${CONNECTED}d\0\x05abc`, 'ok', 'io: the network process ended', 'abc'],
  'data without an end': [`${TCP}${CONNECTED}d\0\x03abc`, 'ok', 'io: the network process ended', 'abc'],
  'empty data': [`${TCP}${CONNECTED}d\0\0`, 'ok', 'io: malformed frame', ''],
  'too much data': [`${TCP}${CONNECTED}d\x40\x01${'a'.repeat(16385)}`, 'ok', 'io: malformed frame', ''],
  'as much data as allowed': [`${TCP}${CONNECTED}d\x40\0${'a'.repeat(16384)}e\0\0`, 'ok', 'end', 'a'.repeat(16384)],
  'an end with a payload': [`${TCP}${CONNECTED}e\0\x01x`, 'ok', 'io: malformed frame', ''],
  'a second handshake': [`${TCP}${CONNECTED}${CONNECTED}`, 'ok', 'io: malformed frame', ''],
  'an unknown type after the handshake': [`${TCP}${CONNECTED}\0\0\0`, 'ok', 'io: malformed frame', ''],
  'data after the end': [`${TCP}${CONNECTED}e\0\0d\0\x01x`, 'ok', 'end', ''],
};

for (const target of TARGETS) {
  for (const [title, [bytes, open, received, output]] of Object.entries(FRAMES)) {
    test(`frames of the child: ${title} (${target})`, async (t) => {
      const found = await runProbe(['frames'], { target, input: Buffer.from(bytes, 'latin1') });
      t.is(found.facts['open'], open);
      if (open === 'ok') t.deepEqual([found.facts['root at'], found.facts['root length']], ['258', '772']);
      t.is(found.facts['received'], received);
      t.is(found.output.toString('latin1'), output ?? '');
      t.is(found.facts['again'], undefined);
      t.is(found.facts['left'], 'nothing');
    });
  }
}

test('Unix sockets: an exchange, a missing one, one that nobody listens on, one that does not answer', async (t) => {
  const at = await folder(t);
  const live = path.join(at, 'live');
  const server = createServer((socket) => socket.once('data', (part) => socket.end(`got ${String(part)}`)));
  await new Promise<void>((resolve) => server.listen(live, resolve));
  t.teardown(() => server.close());
  const found = await runProbe(['unix', live], { input: Buffer.from('this') });
  t.is(found.output.toString(), 'got this');
  t.is(found.facts['received'], 'end');
  t.regex((await runProbe(['unix', path.join(at, 'missing')])).facts['open'] ?? '', /^refused: /);
  t.is((await runProbe(['unix', path.join(at, 'a'.repeat(108))])).facts['open'], 'io: socket path too long');
  const silent = path.join(at, 'silent');
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(silent, resolve));
  t.teardown(() => mute.close());
  t.is((await runProbe(['unix', silent], { env: { PROBE_READ_MS: '300' } })).facts['received'], 'timeout');
});
