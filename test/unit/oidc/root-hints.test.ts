// SPDX-License-Identifier: MIT
// What is kept of the roots that vouched for a provider's servers, and who gets to see it.
import test from 'ava';
import { parseHttpsUrl, type HttpsUrl } from '../../../src/codec/url.ts';
import { rememberedRoots } from '../../../src/oidc/root-hints.ts';
import { connectHttps, type HttpsClient } from '../../../src/tls-http/client.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { codeOf } from '../../_helpers/_fake-host.ts';

function url(text: string): HttpsUrl {
  const parsed = parseHttpsUrl(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.url;
}

/** A new request: one connection for each of the servers; the hints that they were made with. */
function connect(host: FakeHost, ...servers: readonly string[]): readonly string[] {
  const roots: string[] = [];
  const open = host.connectTls.bind(host);
  host.connectTls = (target) => (roots.push(target.root), open(target));
  const client: HttpsClient = {
    host,
    deadline: host.bootMs + 25000,
    caFile: '',
    pinnedName: '',
    pinnedAddress: '',
    connections: new Map(),
    roots: rememberedRoots(host, 'k'),
  };
  for (const server of servers) connectHttps(client, url(server));
  host.connectTls = open;
  return roots;
}

/** Writes of the file since the last call. */
function countWrites(host: FakeHost): () => number {
  let writes = 0;
  const replace = host.stateReplace.bind(host);
  host.stateReplace = (name, bytes) => (writes++, replace(name, bytes));
  return () => [writes, (writes = 0)][0] ?? 0;
}

const stored = (host: FakeHost): object => JSON.parse(Buffer.from(host.state.get('root.k') ?? []).toString() || '{}') as object;

test('the next connection to a server gets the place that the last one found, each server its own', (t) => {
  const host = new FakeHost();
  const writes = countWrites(host);
  t.deepEqual(connect(host, 'https://a.test/'), ['']);
  t.is(writes(), 1);
  host.root = '7 8 b.crt';
  t.deepEqual(connect(host, 'https://a.test/x', 'https://a.test:8443/', 'https://[2001:db8::1]/'), ['0 1200 ca-certificates.crt', '', '']);
  t.is(writes(), 3);
  t.deepEqual(connect(host, 'https://a.test/', 'https://a.test:8443/', 'https://[2001:db8::1]/'), ['7 8 b.crt', '7 8 b.crt', '7 8 b.crt']);
  t.is(writes(), 0, 'what did not change is not written');
});

test('a connection that fails changes nothing that is kept', (t) => {
  const host = new FakeHost();
  connect(host, 'https://a.test/');
  const before = stored(host);
  host.failures.set('connectTls', 'cert-untrusted');
  connect(host, 'https://a.test/', 'https://b.test/');
  t.deepEqual(stored(host), before);
});

test('a root whose place is unknown leaves no place behind', (t) => {
  const host = new FakeHost();
  connect(host, 'https://a.test/');
  host.root = '';
  connect(host, 'https://a.test/');
  t.deepEqual(connect(host, 'https://a.test/'), ['']);
});

test('servers without end leave a small file', (t) => {
  const host = new FakeHost();
  host.root = `4194304 16384 ${'x'.repeat(251)}.crt`;
  connect(host, ...Array.from({ length: 50 }, (_, i) => `https://${`${String(i)}.${'a'.repeat(60)}.`.padEnd(240, 'b.')}test/`));
  t.true((host.state.get('root.k')?.length ?? 0) < 4096);
  t.is([...host.state.keys()].length, 1);
});

test('a file that is not ours to read, of another boot, or of other types gives no places', (t) => {
  const place = (value: unknown, untilS = 200): string => {
    const host = new FakeHost();
    host.state.set('root.k', new Uint8Array(Buffer.from(typeof value === 'string' ? value : JSON.stringify({ until: untilS, value }))));
    return connect(host, 'https://a.test/')[0] ?? 'none';
  };
  t.is(place({ 'a.test 443': '1 2 x.crt' }), '1 2 x.crt');
  t.is(place({ 'a.test 443': '1 2 x.crt' }, 99), '', 'too old');
  t.is(place({ 'a.test 443': '1 2 x.crt' }, 1e9), '', 'of another boot');
  for (const value of [7, null, true, ['1 2 x.crt'], {}]) t.is(place({ 'a.test 443': value }), '', JSON.stringify(value));
  for (const value of [[], [1], { 'b.test 443': '1 2 x.crt' }, '', '{', 'x'.repeat(5000)])
    t.is(place(value), '', JSON.stringify(value).slice(0, 50));
});

test('a login learns the place, the next one uses it, and a full tmpfs costs only that', async (t) => {
  const hints = async (world: World): Promise<readonly string[]> => {
    const roots: string[] = [];
    const open = world.host.connectTls.bind(world.host);
    world.host.connectTls = (target) => (roots.push(target.root), open(target));
    const started = await start(world);
    t.is(codeOf(started.answer) || codeOf(await finish(world, started)), '');
    world.host.connectTls = open;
    return roots;
  };
  const world = newWorld();
  const first = await hints(world);
  t.is(first[0], '');
  t.true((await hints(world)).every((root) => root === world.host.root));
  t.is([...world.host.state.keys()].filter((name) => name.startsWith('root.')).length, 1);
  const full = newWorld();
  const replace = full.host.stateReplace.bind(full.host);
  full.host.stateReplace = (name, bytes) => (name.startsWith('root.') ? { ok: false, reason: 'io' } : replace(name, bytes));
  t.true((await hints(full)).length > 0);
  t.is((await hints(full))[0], '');
});
