// SPDX-License-Identifier: MIT
// A login where no guard runs starts one, seldom, and never fails by it.
import test from 'ava';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const warnings = (world: World): number => world.host.lines.filter((line) => line.includes('GUARD_NOT_RUNNING')).length;

test('a start of a login starts the guard, once a minute at most, and says when that has no effect', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  t.is(world.host.guardStarts, 1, 'the callback is too soon');
  world.host.bootMs += 59_000;
  await start(world);
  t.is(world.host.guardStarts, 1);
  t.is(warnings(world), 0);
  world.host.bootMs += 1_000;
  await start(world);
  t.is(world.host.guardStarts, 2);
  t.is(warnings(world), 1);
});

test('a guard that was stopped after it had run is started again without a word', async (t) => {
  const world = newWorld();
  await start(world);
  world.host.bootMs += 600_000;
  world.host.state.set('guard.ticked', Buffer.from(`${world.host.bootMs / 1000 - 90} guard`));
  await start(world);
  t.is(world.host.guardStarts, 2);
  t.is(warnings(world), 0);
});

test('beside a guard, or ticks of cron, nothing is started; what cannot be started costs no login', async (t) => {
  const guarded = newWorld();
  guarded.host.foreignLocks.add('guard.lock');
  await start(guarded);
  const byCron = newWorld();
  byCron.host.state.set('guard.ticked', Buffer.from(`${byCron.host.bootMs / 1000 - 50} cron`));
  await start(byCron);
  t.is(guarded.host.guardStarts + byCron.host.guardStarts, 0);
  const without = newWorld();
  without.host.failures.set('guardStart', 'missing');
  t.is((await finish(without, await start(without))).status, 200);
  t.is(warnings(without), 1);
});
