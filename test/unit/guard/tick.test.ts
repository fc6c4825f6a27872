// SPDX-License-Identifier: MIT
// One tick of the guard, with the fake host: what it puts right, and what it leaves for the next one.
import test from 'ava';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import { run } from '../cli/_run.ts';

const NOTE = 'guard.note';

async function loggedIn(): Promise<World> {
  const world = newWorld();
  await finish(world, await start(world));
  return world;
}

const noteOf = (world: World): string =>
  Buffer.from(world.host.state.get(NOTE) ?? [])
    .toString()
    .split(' ')[0] ?? '';
const live = (world: World): number => [...world.host.router.sessions.values()].filter(({ values }) => 'oidc_role' in values).length;

/** The calls that one tick makes. */
async function callsOf(world: World): Promise<string[]> {
  const before = world.host.router.calls.length;
  await run(world, 'tick');
  return world.host.router.calls.slice(before).map((call) => `${call.object}.${call.method}`);
}

test('a tick without sessions is quiet until a login, which says so before its session can be used', async (t) => {
  const world = newWorld();
  // The first one writes entries of rpcd, and the second one sees that they are others.
  for (let i = 0; i < 2; i++) t.deepEqual(await run(world, 'tick'), { status: 0, text: '', error: '' });
  t.is(noteOf(world), 'quiet');
  const quiet = Buffer.from(world.host.state.get(NOTE) ?? []).toString();
  t.is(quiet.split('\n')[1], world.host.guardStamp(), 'what the guard compares');
  const before = world.host.guardStamp();
  await finish(world, await start(world));
  t.not(world.host.guardStamp(), before);
  await run(world, 'tick');
  t.is(noteOf(world), 'settled');
});

test('where nothing changed a tick only looks at who is there', async (t) => {
  const world = await loggedIn();
  await run(world, 'tick');
  t.deepEqual(await callsOf(world), ['session.list']);
  t.deepEqual(await callsOf(world), ['session.list']);
  world.host.router.sessions.clear();
  await run(world, 'tick');
  t.is(noteOf(world), 'quiet');
});

test('a role that is removed in a shell ends its sessions at the next tick', async (t) => {
  const world = await loggedIn();
  await run(world, 'tick');
  delete world.host.router.uci['luci-sso']?.admin;
  t.is((await run(world, 'tick')).status, 0);
  t.is(live(world), 0);
});

test('rights that are back after a reload of rpcd go again', async (t) => {
  const world = await loggedIn();
  await run(world, 'tick');
  const [session] = world.host.router.sessions.values();
  session?.grants['access-group']?.push(['luci-mod-new', 'write']);
  await run(world, 'tick');
  t.is(session?.grants['access-group']?.filter(([group]) => group === 'luci-mod-new').length, 1, 'nothing says that something changed');
  world.host.router.renumber();
  await run(world, 'tick');
  t.is(session?.grants['access-group']?.filter(([group]) => group === 'luci-mod-new').length, 0);
});

test('a wrong configuration ends nothing and is logged once', async (t) => {
  const world = await loggedIn();
  Object.assign(world.host.router.uci['luci-sso']?.default ?? {}, { clock_tolerance: 'much' });
  for (let i = 0; i < 3; i++) t.is((await run(world, 'tick')).status, 0);
  t.is(world.host.lines.filter((line) => line.includes('CONFIG_ERROR')).length, 1);
  t.is(live(world), 1);
});

test('what fails is logged and tried again', async (t) => {
  const world = await loggedIn();
  delete world.host.router.uci['luci-sso']?.admin;
  world.host.router.statuses.set('session.destroy', 7);
  t.is((await run(world, 'tick')).status, 1);
  t.true(world.host.lines.some((line) => line.includes('SYNC_FAILED')));
  world.host.router.statuses.clear();
  t.is((await run(world, 'tick')).status, 0);
  t.is(live(world), 0);
  world.host.failures.set('connectUnix', 'refused');
  t.is((await run(world, 'tick')).status, 1);
});
