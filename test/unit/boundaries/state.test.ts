// SPDX-License-Identifier: MIT
// /var/run/luci-sso damaged, full, read-only or failing at any moment: one login may be refused with a
// code, no session comes without a spent handshake, and once the folder works the next login does.
import test from 'ava';
import { REFUSALS } from '../../../src/refusals.ts';
import { codeOf, type FakeHost } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { makeHelpers } from '../../fuzz/engine.ts';

const OPERATIONS = ['stateRead', 'stateCreate', 'stateReplace', 'stateRemove', 'stateList', 'stateLock'] as const;
type Operation = (typeof OPERATIONS)[number];

/** Counts state operations; those that `isBroken` names fail with `reason`. */
function breakState(
  host: FakeHost,
  isBroken: (operation: Operation, index: number) => boolean,
  reason = 'io',
): { count: number; restore(): void } {
  const broken = { count: 0, restore: () => OPERATIONS.forEach((operation) => Reflect.deleteProperty(host, operation)) };
  for (const operation of OPERATIONS) {
    const honest = (host[operation] as (...args: unknown[]) => unknown).bind(host);
    (host as unknown as Record<string, unknown>)[operation] = (...args: unknown[]) =>
      isBroken(operation, broken.count++) ? { ok: false, reason } : honest(...args);
  }
  return broken;
}

/** Start and callback; the code of the first that is refused. */
async function login(world: World): Promise<string> {
  const started = await start(world);
  return codeOf(started.answer) || codeOf(await finish(world, started));
}

async function assertSane(t: import('ava').ExecutionContext, world: World, code: string, what: string): Promise<void> {
  t.true(code === '' || Object.hasOwn(REFUSALS, code), `${what}: ${code}`);
  t.not(code, 'INTERNAL_ERROR', `${what}: ${world.host.lines.join(' | ')}`);
  t.is(world.host.router.sessions.size, code === '' ? 1 : 0, what);
  const spent = [...world.host.state.keys()].filter((name) => name.startsWith('used.')).length;
  if (code === '') t.is(spent, 1, `${what}: a session without a spent handshake`);
}

async function assertNextWorks(t: import('ava').ExecutionContext, world: World, what: string): Promise<void> {
  world.host.router.sessions.clear();
  t.is(await login(world), '', `the login behind ${what}: ${world.host.lines.at(-1)}`);
  t.is(world.host.router.sessions.size, 1);
}

for (const operation of OPERATIONS) {
  for (const reason of ['io', 'untrusted', 'missing', 'too-large', 'exists', 'busy']) {
    test(`a state folder whose every ${operation} ends in '${reason}' gives a code or a whole login`, async (t) => {
      const world = newWorld();
      const broken = breakState(world.host, (each) => each === operation, reason);
      await assertSane(t, world, await login(world), `${operation} ${reason}`);
      broken.restore();
      world.host.bootMs += 16_000;
      await assertNextWorks(t, world, `${operation} ${reason}`);
    });
  }
}

test('one state operation that fails, whichever it is, costs one login at most', async (t) => {
  const counted = newWorld();
  const total = breakState(counted.host, () => false);
  t.is(await login(counted), '');
  t.true(total.count > 10, `${total.count} operations`);
  for (let index = 0; index < total.count; index++) {
    const world = newWorld();
    const broken = breakState(world.host, (_operation, each) => each === index);
    await assertSane(t, world, await login(world), `operation ${index}`);
    broken.restore();
    await assertNextWorks(t, world, `operation ${index}`);
  }
});

test('a state folder that fails from some operation on gives a code, and the next login works', async (t) => {
  const counted = newWorld();
  const total = breakState(counted.host, () => false);
  await login(counted);
  for (let first = 0; first <= total.count; first++) {
    for (const isReadOnly of [false, true]) {
      const world = newWorld();
      const fails = (operation: Operation, index: number): boolean =>
        index >= first && (!isReadOnly || !['stateRead', 'stateList'].includes(operation));
      const broken = breakState(world.host, fails);
      const what = `${isReadOnly ? 'read-only' : 'broken'} from operation ${first}`;
      await assertSane(t, world, await login(world), what);
      broken.restore();
      await assertNextWorks(t, world, what);
    }
  }
});

/** A folder as one login leaves it, but for its markers: the randomness of the next world is the same. */
async function usedState(): Promise<ReadonlyMap<string, Uint8Array>> {
  const world = newWorld();
  await login(world);
  return new Map([...world.host.state].filter(([name]) => !/^(used|asked)\./.test(name)));
}

/** The files of `state`, one of them changed, in front of a new login. */
async function loginWith(
  t: import('ava').ExecutionContext,
  state: ReadonlyMap<string, Uint8Array>,
  name: string,
  bytes: Uint8Array,
  what: string,
): Promise<void> {
  const world = newWorld();
  for (const [file, content] of state) world.host.state.set(file, content);
  world.host.state.set(name, bytes);
  t.is(await login(world), '', `${what}: ${world.host.lines.join(' | ')}`);
  t.is(world.host.router.sessions.size, 1, what);
}

test('a state file cut at any length is an absent one: the login works', async (t) => {
  const state = await usedState();
  const files = [...state].filter(([, bytes]) => bytes.length > 0);
  t.deepEqual(files.map(([name]) => name.split('.')[0]).sort(), [
    'alg',
    'boot-key',
    'discovery',
    'guard',
    'jwks',
    'logins',
    'received',
    'roles',
    'root',
  ]);
  for (const [name, bytes] of files) {
    const step = bytes.length > 200 ? 7 : 1;
    for (let length = 0; length < bytes.length; length += step)
      await loginWith(t, state, name, bytes.slice(0, length), `${name} cut at ${length}`);
  }
});

test('a state file of random bytes is an absent one: the login works', async (t) => {
  const state = await usedState();
  const helpers = makeHelpers(20261122);
  for (const name of [
    ...state.keys(),
    ...[...state.keys()].filter((each) => each.startsWith('discovery.')).map((each) => each.replace('discovery', 'down')),
  ]) {
    for (let round = 0; round < 30; round++) {
      const count = helpers.pick([0, 1, 63, 64, 65, 300, 3000]);
      if (name === 'boot-key' && count >= 64) continue; // any 64 bytes are a key, and one that is too large is left alone
      await loginWith(t, state, name, helpers.bytes(count), `${name} of ${count} random bytes`);
    }
  }
});

test('a cached document with one flipped bit ends in a code or a login, never in a fault (security 35)', async (t) => {
  const state = await usedState();
  const helpers = makeHelpers(20261123);
  for (const [name, bytes] of state) {
    if (!/^(discovery|jwks|root)\./.test(name)) continue;
    for (let round = 0; round < 300; round++) {
      const changed = bytes.slice();
      changed[helpers.below(changed.length)]! ^= 1 << helpers.below(8);
      const world = newWorld();
      for (const [file, content] of state) world.host.state.set(file, file === name ? changed : content);
      // Types are checked, not again what they say: the endpoint may have become another text.
      const code = await login(world).catch((error: NodeJS.ErrnoException) =>
        error.code === 'ERR_INVALID_URL' ? 'ERR_INVALID_URL' : Promise.reject(error),
      );
      t.not(code, 'INTERNAL_ERROR', `${name}: ${Buffer.from(changed).toString('latin1')} ${world.host.lines.join(' | ')}`);
      t.is(world.host.router.sessions.size, code === '' ? 1 : 0);
    }
  }
});

test('foreign names in the state folder are left alone and stop nothing', async (t) => {
  const world = newWorld();
  const names = [
    'used',
    'used.',
    'used.x.y',
    'token.NaN.x.y',
    'token..',
    'core',
    'slot.0',
    'used.-1.x',
    'used.1e400.x',
    `token.${'9'.repeat(80)}.a.b`,
    'discovery.x',
    'tmp.1',
  ];
  for (const name of names) world.host.state.set(name, new Uint8Array(0));
  t.is(await login(world), '');
  t.deepEqual(
    ['core', 'discovery.x', 'tmp.1'].filter((name) => !world.host.state.has(name)),
    [],
  );
});

const STARTS = Number(process.env['STARTS'] || 2000);

test(`${STARTS} login starts leave at most five files and 16 KiB, and the next login works`, async (t) => {
  t.timeout(60_000 + STARTS * 20);
  const world = newWorld();
  for (let i = 0; i < STARTS; i++) {
    const started = await start(world);
    if (started.answer.status !== 302) t.fail(`start ${i}: ${codeOf(started.answer)}`);
    world.host.bootMs += 37;
    world.host.lines.length = 0;
  }
  const bytes = [...world.host.state.values()].reduce((sum, file) => sum + file.length, 0);
  t.log(`${world.host.state.size} files, ${bytes} bytes: ${[...world.host.state.keys()].map((name) => name.split('.')[0]).join(' ')}`);
  t.true(world.host.state.size <= 5 && bytes <= 16_384);
  await assertNextWorks(t, world, 'the starts');
});
