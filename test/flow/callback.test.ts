// SPDX-License-Identifier: MIT
import test from 'ava';
import { codeOf, cookiesOf } from '../_helpers/_fake-host.ts';
import { finish, newWorld, start } from '../_helpers/_login.ts';

test('callback lands a verified user in LuCI with the rights of the role', async (t) => {
  const world = newWorld();
  const started = await start(world);
  t.is(started.answer.status, 302, world.host.lines.join('\n'));
  const answer = await finish(world, started);
  t.is(answer.status, 200, world.host.lines.join('\n'));
  t.is(codeOf(answer), '');
  t.true(cookiesOf(answer).some((line) => line.startsWith('sysauth_https=a')));
});
