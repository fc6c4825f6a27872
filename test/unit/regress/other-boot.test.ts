// SPDX-License-Identifier: MIT
// Found by fuzzing the state files. All times in them are of CLOCK_BOOTTIME. Where /var/run survives a
// boot, a file of a longer one lay in the future: "the provider is down" lasted for days instead of
// 15 s, cached documents never aged, and a handshake's marker was never swept.
import test from 'ava';
import { ask, codeOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start } from '../../_helpers/_login.ts';

const LATER_MS = 90 * 86_400_000;

test('a failure that another boot remembers stops no login', async (t) => {
  const world = newWorld();
  world.host.bootMs += LATER_MS;
  world.provider.raw.set('/.well-known/openid-configuration', { reason: 'refused' });
  t.is(codeOf(await ask(world.host, {})), 'DISCOVERY_NETWORK_ERROR');
  world.provider.raw.clear();
  world.host.bootMs -= LATER_MS;
  t.is(codeOf(await finish(world, await start(world))), '');
});

test('documents that another boot cached are asked for again', async (t) => {
  const world = newWorld();
  world.host.bootMs += LATER_MS;
  t.is(codeOf(await finish(world, await start(world))), '');
  const asked = world.provider.requests.length;
  world.host.bootMs -= LATER_MS;
  t.is(codeOf(await finish(world, await start(world))), '');
  t.deepEqual(
    world.provider.requests.slice(asked).map((request) => request.path),
    ['/.well-known/openid-configuration', '/token', '/jwks'],
  );
});

test('a handshake of another boot is expired', async (t) => {
  const world = newWorld();
  world.host.bootMs += LATER_MS;
  const started = await start(world);
  world.host.bootMs -= LATER_MS;
  t.is(codeOf(await finish(world, started)), 'HANDSHAKE_EXPIRED');
  t.is(world.host.router.sessions.size, 0);
});

test('markers of another boot are swept by the next login', async (t) => {
  const world = newWorld();
  world.host.bootMs += LATER_MS;
  await finish(world, await start(world));
  world.host.bootMs -= LATER_MS;
  t.is(codeOf(await finish(world, await start(world))), '');
  t.is([...world.host.state.keys()].filter((name) => name.startsWith('used.')).length, 1);
  t.is([...world.host.state.keys()].filter((name) => name.startsWith('token.')).length, 1);
});
