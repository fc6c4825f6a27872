// SPDX-License-Identifier: MIT
// Which address is connected to, and what is said when none is: refused, stalled and missing ones.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { makeAuthority, type Authority, type Pair } from '../_helpers/certificates.ts';
import { refusedPort } from '../_helpers/refused-port.ts';
import { file, greet, GREETING, HAS_IPV6, serveTls, TARGETS, visit } from './_tls-probe.ts';

let authority: Authority;
let pair: Pair;
test.before(async () => {
  authority = await makeAuthority();
  pair = await authority.issue({ names: ['idp.example', 'localhost'] });
});

/*
 * Loopback addresses, each for one purpose, so that no test listens where another one must find nobody: a port that the
 * kernel gave us on LIVE is nobody's on the others but by our own doing.
 */
const LIVE = '127.0.0.1';
const STALLED_BESIDE = '127.0.0.2';
const STALLED_ALONE = '127.0.0.3';
const REFUSED = ['127.0.0.4', '127.0.0.5'] as const;

/**
 * An address that swallows connections: a listener that never accepts, its queue filled. Linux then
 * drops every further SYN, as a dead host or a firewall does.
 */
async function stalledAddress(t: ExecutionContext, host: string, wanted = 0): Promise<number> {
  const code = `
    const server = require('node:net').createServer();
    server.listen({ port: ${wanted}, host: '${host}', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const listener = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => listener.kill('SIGKILL'));
  const [said] = (await once(listener.stdout, 'data')) as [Buffer];
  const port = Number(said.toString());
  for (let i = 0; i < 2; i += 1) {
    const filler = net.connect(port, host).on('error', () => undefined);
    t.teardown(() => filler.destroy());
    await once(filler, 'connect');
  }
  return port;
}

const hosts = (...addresses: readonly string[]): string => `idp.example=${addresses.join(',')}`;

for (const target of TARGETS) {
  test(`a stalled address does not hold up the live one behind it (${target})`, async (t) => {
    const port = await serveTls(t, pair, greet, LIVE);
    await stalledAddress(t, STALLED_BESIDE, port);
    const caFile = await file(t, authority.cert);
    const found = await visit({ port, caFile, ...GREETING, target, hosts: hosts(STALLED_BESIDE, LIVE) });
    t.is(found.facts['open'], 'ok');
    t.is(found.facts['left'], 'nothing');
  });

  test(`a refused address is followed by the next (${target})`, async (t) => {
    const port = await serveTls(t, pair, greet);
    const caFile = await file(t, authority.cert);
    const found = await visit({ port, caFile, ...GREETING, target, hosts: hosts(...REFUSED, LIVE) });
    t.is(found.facts['open'], 'ok');
  });

  test(`a refused port (${target})`, async (t) => {
    const found = await visit({ port: await refusedPort(t), caFile: await file(t, authority.cert), target });
    t.is(found.facts['open'], 'refused: 127.0.0.1');
    t.is(found.facts['left'], 'nothing');
  });
}

test('more addresses than are tried', async (t) => {
  const many = Array.from({ length: 20 }, (_, i) => `127.0.1.${i + 1}`);
  const found = await visit({ port: await refusedPort(t), caFile: await file(t, authority.cert), hosts: hosts(...many) });
  t.is(found.facts['open'], 'refused: 127.0.1.1');
});

test('only stalled addresses: the deadline for connecting ends it', async (t) => {
  const port = await stalledAddress(t, STALLED_ALONE);
  const env = { PROBE_CONNECT_MS: '700' };
  const found = await visit({ port, caFile: await file(t, authority.cert), env, hosts: hosts(STALLED_ALONE) });
  t.regex(found.facts['open'] ?? '', /^timeout/);
  t.is(found.facts['left'], 'nothing');
});

test('a name without addresses', async (t) => {
  const found = await visit({ port: 443, caFile: await file(t, authority.cert), hosts: hosts('none') });
  t.is(found.facts['open'], 'dns: no such name');
  t.is(found.facts['left'], 'nothing');
});

test('a dead DNS server: the look-up cannot be interrupted, but its process can', async (t) => {
  const env = { PROBE_CONNECT_MS: '500' };
  const found = await visit({ port: 443, caFile: await file(t, authority.cert), env, hosts: hosts('hang') });
  t.is(found.facts['open'], 'timeout');
  t.is(found.facts['left'], 'nothing');
});

test('an address given by the owner replaces the look-up, not the name', async (t) => {
  const port = await serveTls(t, pair, greet);
  const caFile = await file(t, authority.cert);
  const found = await visit({ port, caFile, address: '127.0.0.1', hosts: hosts('none'), ...GREETING });
  t.is(found.facts['open'], 'ok');
  t.is(found.output.toString(), 'hello idp.example');
  const other = await visit({ port, caFile, name: 'other.example', address: '127.0.0.1' });
  t.is(other.facts['open'], 'cert-name: other name');
});

test('an address that is none', async (t) => {
  const found = await visit({ port: 443, caFile: await file(t, authority.cert), address: 'not-an-address' });
  t.is(found.facts['open'], 'unreachable: not an IP address');
});

(HAS_IPV6 ? test : test.skip)('IPv6 refuses, IPv4 answers, and the other way round', async (t) => {
  const caFile = await file(t, authority.cert);
  const four = await serveTls(t, pair, greet, '127.0.0.1');
  t.is((await visit({ port: four, caFile, ...GREETING, hosts: hosts('::1', '127.0.0.1') })).facts['open'], 'ok');
  // A port that refuses on the other address, not only one that nobody had yet: other tests listen there.
  const six = await serveTls(t, pair, greet, '::1', await refusedPort(t));
  t.is((await visit({ port: six, caFile, ...GREETING, hosts: hosts('127.0.0.1', '::1') })).facts['open'], 'ok');
});

test('names and ports that cannot be', async (t) => {
  const caFile = await file(t, authority.cert);
  t.is((await visit({ port: 0, caFile })).facts['open'], 'dns: no usable name or port');
  t.is((await visit({ name: 'a'.repeat(256), port: 443, caFile })).facts['open'], 'dns: no usable name or port');
});
