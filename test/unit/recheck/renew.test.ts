// SPDX-License-Identifier: MIT
// The guard asks for discovery and keys again before they expire, as long as somebody may need them.
import test from 'ava';
import { noteCalm } from '../../../src/guard/note.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { run } from '../cli/_run.ts';

const AGE_S = 600;

/** Minutes go by, each with its tick; `each` after each. */
async function minutes(world: World, count: number, each: () => void = () => undefined): Promise<void> {
  for (let i = 0; i < count; i++) {
    world.host.bootMs += 60_000;
    world.host.wallS += 60;
    world.provider.now += 60;
    await run(world, 'tick');
    each();
  }
}

async function loggedIn(): Promise<World> {
  const world = newWorld();
  await finish(world, await start(world));
  for (let i = 0; i < 2; i++) await run(world, 'tick');
  world.provider.requests.length = 0;
  return world;
}

const askedFor = ({ provider }: World): string[] => provider.requests.map(({ path }) => path);
const logOut = ({ host }: World): void => {
  for (const [id, { values }] of host.router.sessions) if ('oidc_role' in values) host.router.sessions.delete(id);
};
const PAIR = ['/.well-known/openid-configuration', '/jwks'];
const note = ({ host }: World): string[] =>
  Buffer.from(host.state.get('guard.note') ?? [])
    .toString()
    .split(' ');
/** Whether the guard would start the engine now. */
const isAwake = (world: World): boolean => {
  const [calm, wake] = note(world);
  return calm !== 'quiet' || (Number(wake) > 0 && world.host.bootMs / 1000 >= Number(wake));
};

test('while a session lives discovery and keys are renewed before they expire, and not earlier', async (t) => {
  const world = await loggedIn();
  await minutes(world, 7);
  t.deepEqual(askedFor(world), [], 'fresh for ten minutes');
  await minutes(world, 2);
  t.deepEqual(askedFor(world), PAIR);
  await minutes(world, 60);
  t.true(askedFor(world).length >= 2 * 7 && askedFor(world).length <= 2 * 9, askedFor(world).join());
  // A login asks for nothing but its tokens.
  world.provider.requests.length = 0;
  await finish(world, await start(world));
  t.deepEqual(askedFor(world), ['/token']);
});

test('after the last login they are renewed for a day, in which the guard wakes for that alone', async (t) => {
  const world = await loggedIn();
  logOut(world);
  await minutes(world, 1);
  let woken = 0;
  const { host } = world;
  for (let i = 0; i < 24 * 60; i++) {
    host.bootMs += 60_000;
    if (!isAwake(world)) continue;
    woken++;
    await run(world, 'tick');
  }
  const requests = askedFor(world).length;
  t.true(requests > 200, `${requests} requests`);
  t.true(woken <= requests / 2 + 2, `${woken} ticks for ${requests} requests`);
  t.deepEqual(note(world).slice(0, 2), ['quiet', '0']);
  world.provider.requests.length = 0;
  await minutes(world, 60);
  t.deepEqual(askedFor(world), []);
});

test('nobody ever logged in, or SSO is off: the provider is not asked', async (t) => {
  const world = newWorld();
  await minutes(world, 60);
  const off = await loggedIn();
  Object.assign(off.host.router.uci['luci-sso']?.default ?? {}, { enabled: '0' });
  await minutes(off, 60);
  t.deepEqual([askedFor(world), askedFor(off)], [[], []]);
});

test('a provider that does not answer is asked every ten minutes, and each time is in the log', async (t) => {
  const world = await loggedIn();
  world.host.server = () => ({ reason: 'refused' });
  world.host.sent.length = 0;
  await minutes(world, 48);
  t.is(world.host.lines.filter((line) => / DISCOVERY_NETWORK_ERROR \[\S+\] renewal: /.test(line)).length, 5);
  t.is([...world.host.router.sessions.values()].filter(({ values }) => 'oidc_role' in values).length, 1);
  world.host.server = world.provider.answer;
  await minutes(world, 11);
  t.deepEqual(askedFor(world).slice(0, 2), PAIR);
});

test('another rate of ageing: a provider that lets its documents be kept for a minute is asked each minute and not more often', async (t) => {
  const world = await loggedIn();
  for (const path of PAIR) world.provider.changes.set(path, ({ headers }) => void (headers['Cache-Control'] = 'max-age=60'));
  await minutes(world, 8);
  world.provider.requests.length = 0;
  await minutes(world, 10);
  t.is(askedFor(world).length, 20);
});

test('a note that nobody wrote is no reason to sleep', async (t) => {
  const world = await loggedIn();
  const { host } = world;
  noteCalm(host, 'settled', NaN, 0x1001, host.guardStamp());
  host.bootMs += (AGE_S - 60) * 1000;
  await run(world, 'tick');
  t.deepEqual(askedFor(world), PAIR);
});
