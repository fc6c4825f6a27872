// SPDX-License-Identifier: MIT
import test, { type ExecutionContext } from 'ava';
import nacl from 'tweetnacl';
import { codeOf, cookiesOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start, type Started } from '../../_helpers/_login.ts';

test('security 2 and 6: 1,000 starts differ in state, nonce and verifier, and none follows from another', async (t) => {
  const world = newWorld();
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const { location, state } = await start(world);
    const nonce = location.searchParams.get('nonce') ?? '';
    const challenge = location.searchParams.get('code_challenge') ?? '';
    t.regex(state, /^[\w-]{22}$/);
    t.regex(nonce, /^[\w-]{43}$/);
    t.regex(challenge, /^[\w-]{43}$/);
    for (const value of [state, nonce, challenge]) seen.add(value);
  }
  t.is(seen.size, 3000);
  t.is(
    world.host.state.size,
    5,
    'a flood of starts leaves the key, the discovery document, the place of its root, the roles synced and the start of the guard',
  );
});

/** A cookie jar for one host: enough for names, values and Max-Age=0. */
class Jar {
  readonly cookies = new Map<string, string>();

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      if (line.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, equals));
      else this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
  }

  header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

for (const [chars, count] of [
  [128, 2],
  [99, 2],
  [45, 4],
  [0, 6],
] as const) {
  test(`security 9 and 10: 30 starts in one browser with return paths of ${chars} characters leave the ${count} newest, and these can finish`, (t) =>
    leaveNewest(t, chars, count));
}

async function leaveNewest(t: ExecutionContext, chars: number, count: number): Promise<void> {
  const world = newWorld();
  const jar = new Jar();
  const starts: Started[] = [];
  const returnTo = chars === 0 ? '' : '/cgi-bin/luci/'.padEnd(chars, 'a');
  for (let i = 0; i < 30; i++) {
    const started = await start(world, { query: `return_to=${returnTo}`, cookie: jar.header() });
    jar.take(cookiesOf(started.answer));
    starts.push(started);
    world.host.bootMs += 1000;
    t.is(jar.cookies.size, Math.min(i + 1, count));
    t.true(jar.header().length < 640, `${jar.header().length} bytes of cookies`);
  }
  for (const started of starts.slice(-count)) {
    const answer = await finish(world, { ...started, cookie: jar.header() });
    t.is(answer.status, 200);
  }
  t.is((await finish(world, { ...(starts[29 - count] as Started), cookie: jar.header() })).status, 403);
}

test('handshake cookies of another boot are the first to go', async (t) => {
  const world = newWorld();
  const old = ['a', 'b', 'c', 'd'].map((letter) => `__Host-luci_sso_${letter.repeat(22)}=99999999.${'x'.repeat(87)}`).join('; ');
  const started = await start(world, { cookie: old });
  const cookies = cookiesOf(started.answer);
  t.is(cookies.filter((line) => line.includes('Max-Age=0')).length, 1);
  t.is(cookies.filter((line) => line.includes('Max-Age=600')).length, 1);
});

test('security 11: the handshake cookie is __Host-, Lax, HttpOnly and Secure', async (t) => {
  const [cookie = ''] = cookiesOf((await start(newWorld())).answer);
  t.regex(cookie, /^__Host-luci_sso_[\w-]{22}=\d+\.[\w-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/);
});

test('a damaged boot key is made anew', async (t) => {
  const world = newWorld();
  world.host.state.set('boot-key', new Uint8Array(3));
  const started = await start(world);
  t.is(world.host.state.get('boot-key')?.length, 64);
  t.is((await finish(world, started)).status, 200);
});

for (const reason of ['io: Input/output error', 'io: Permission denied', 'untrusted', 'too-large']) {
  test(`a boot key that cannot be read (${reason}) refuses, is left alone, and a login in flight outlives it`, async (t) => {
    const world = newWorld();
    const started = await start(world);
    const key = world.host.state.get('boot-key');
    const stateRead = world.host.stateRead.bind(world.host);
    world.host.stateRead = (name, maxBytes) => (name === 'boot-key' ? { ok: false as const, reason } : stateRead(name, maxBytes));
    t.is(codeOf((await start(world)).answer), 'STATE_SAVE_FAILED');
    t.is(codeOf(await finish(world, started)), 'STATE_SAVE_FAILED');
    t.true(world.host.lines.some((line) => line.includes(`boot key cannot be read: ${reason}`)));
    t.deepEqual(world.host.state.get('boot-key'), key);
    world.host.stateRead = stateRead;
    t.is((await finish(world, started)).status, 200);
  });
}

test('two starts that race for the first key agree on one', async (t) => {
  const world = newWorld();
  const rival = new Uint8Array(64).fill(7);
  const stateCreate = world.host.stateCreate.bind(world.host);
  world.host.stateCreate = (name, bytes) => {
    if (name === 'boot-key') world.host.state.set(name, rival);
    return stateCreate(name, bytes);
  };
  const started = await start(world);
  t.deepEqual(world.host.state.get('boot-key'), rival);
  t.is((await finish(world, started)).status, 200);
});

test('a record sealed by this router for another purpose is no handshake', async (t) => {
  const world = newWorld();
  const started = await start(world);
  const key = world.host.state.get('boot-key')?.subarray(0, 32) ?? new Uint8Array();
  for (const record of [new Uint8Array(100).fill(2), Uint8Array.of(1), new Uint8Array(0)]) {
    const nonce = new Uint8Array(24);
    nonce.set(Buffer.from(started.state, 'base64url'));
    const sealed = Buffer.from(nacl.secretbox(record, nonce, key)).toString('base64url');
    const cookie = `__Host-luci_sso_${started.state}=1.${sealed}`;
    t.is(codeOf(await finish(world, { ...started, cookie })), 'STATE_CORRUPTED');
  }
});
