// SPDX-License-Identifier: MIT
// The clocks of router and provider differ: exactly by the tolerance, and by one second more.
import test from 'ava';
import { claims } from '../../_helpers/_changes.ts';
import { codeOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start } from '../../_helpers/_login.ts';
import { NOW } from '../../_helpers/clock.ts';

const MAX_AGE_S = 300;
for (const toleranceS of [0, 60, 3600]) {
  for (const [claim, value, code] of [
    ['exp', NOW - toleranceS + 1, ''],
    ['exp', NOW - toleranceS, 'TOKEN_EXPIRED'],
    ['iat', NOW + toleranceS, ''],
    ['iat', NOW + toleranceS + 1, 'TOKEN_ISSUED_IN_FUTURE'],
    ['nbf', NOW + toleranceS, ''],
    ['nbf', NOW + toleranceS + 1, 'TOKEN_NOT_YET_VALID'],
    ['auth_time', NOW - MAX_AGE_S - toleranceS, ''],
    ['auth_time', NOW - MAX_AGE_S - toleranceS - 1, 'AUTH_TIME_TOO_OLD'],
    ['auth_time', NOW + toleranceS, ''],
    ['auth_time', NOW + toleranceS + 1, 'INVALID_AUTH_TIME'],
  ] as const) {
    test(`clocks with ${toleranceS} s of tolerance: ${claim} ${value - NOW} s from now -> ${code === '' ? 'a session' : code}`, async (t) => {
      const world = newWorld();
      const section = world.host.router.uci['luci-sso']?.default as Record<string, unknown>;
      Object.assign(section, { clock_tolerance: String(toleranceS), ...(claim === 'auth_time' ? { max_age: String(MAX_AGE_S) } : {}) });
      claims({ [claim]: value })(world);
      t.is(codeOf(await finish(world, await start(world))), code);
    });
  }
}
