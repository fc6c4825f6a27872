// SPDX-License-Identifier: MIT
// The refresh token of a login: kept where nobody reads it, for one session, and never at the cost of
// the login.
import test from 'ava';
import { openGrant } from '../../../src/recheck/grant.ts';
import { keptName, lastOwnUse, noteOwnUse, readKept } from '../../../src/luci/kept.ts';
import { endOf, finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const TOKEN = 'the-refresh-token';

function newWorldWithToken(token = TOKEN): World {
  const world = newWorld();
  world.provider.refreshToken = token;
  return world;
}

/** Logs alice in; gives the id of her session. */
async function logIn(world: World): Promise<string> {
  const before = new Set(world.host.router.sessions.keys());
  await finish(world, await start(world));
  return [...world.host.router.sessions].find(([id, { values }]) => !before.has(id) && 'oidc_role' in values)?.[0] ?? '';
}

const keptFiles = ({ host }: World): string[] => [...host.state.keys()].filter((name) => name.startsWith('kept.'));

test('security 49: a login keeps its refresh token sealed, for its session alone', async (t) => {
  const world = newWorldWithToken();
  const { host } = world;
  const session = await logIn(world);
  t.not(session, '');
  const name = keptName(session);
  t.deepEqual(keptFiles(world), [`kept.${name}`]);
  const kept = readKept(host, name);
  t.deepEqual(kept?.schedule, { dueS: 400, checkedS: 100, outageS: 0, pending: 0 });
  const sealed = kept?.sealed ?? new Uint8Array(0);
  const grant = openGrant(host, name, sealed);
  t.like(grant, { refreshToken: TOKEN, section: 'default', issuer: 'https://id.test', clientId: 'luci', sub: 'alice-id' });
  t.is(grant?.nonce, world.provider.authorized.nonce);
  t.is(openGrant(host, keptName(`${session}x`), sealed), undefined, 'not for another session');
  for (const at of [0, 24, sealed.length - 1]) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.is(openGrant(host, name, changed), undefined, `byte ${at}`);
  }
  host.state.delete('boot-key');
  t.is(openGrant(host, name, sealed), undefined, 'not in another boot');
});

test('security 49: the refresh token is in no file, log, call or answer', async (t) => {
  const world = newWorldWithToken();
  const answer = await finish(world, await start(world));
  t.is(endOf(answer), '/cgi-bin/luci/');
  const { host } = world;
  const files = [...host.state.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
  const seen = [
    ...files,
    ...host.lines,
    JSON.stringify(answer),
    JSON.stringify(host.router.calls),
    JSON.stringify([...host.router.sessions]),
  ];
  t.false(seen.some((text) => text.includes(TOKEN)));
  t.true(world.provider.requests.every(({ head }) => !head.includes(TOKEN)));
});

test('claims are remembered by where they were received', async (t) => {
  const rows = [
    [{}, { sub: 'alice-id' }, ['staff'], 'id_token', 'id_token'],
    [
      { email: undefined, email_verified: undefined, groups: undefined },
      { sub: 'alice-id', email: 'alice@example.com', email_verified: true },
      [],
      'userinfo',
      '',
    ],
    [
      { email_verified: undefined, groups: undefined },
      { sub: 'alice-id', email: 'alice@example.com', email_verified: true, groups: ['x'] },
      [],
      'userinfo',
      'userinfo',
    ],
  ] as const;
  for (const [changes, userinfo, , emailFrom, groupsFrom] of rows) {
    const world = newWorldWithToken();
    Object.assign(world.provider.claims, changes);
    world.provider.userinfo = { ...userinfo };
    const name = keptName(await logIn(world));
    t.like(openGrant(world.host, name, readKept(world.host, name)?.sealed ?? new Uint8Array(0)), { emailFrom, groupsFrom });
  }
});

test('without a refresh token, or with recheck 0, nothing is kept and nothing said', async (t) => {
  const none = newWorld();
  const off = newWorldWithToken();
  Object.assign(off.host.router.uci['luci-sso']?.default ?? {}, { recheck: '0' });
  for (const world of [none, off]) {
    t.not(await logIn(world), '');
    t.deepEqual(keptFiles(world), []);
    t.false(world.host.lines.some((line) => line.includes('RECHECK')));
  }
});

test('recheck is 0, or 60 to 86400', async (t) => {
  for (const [value, isRight] of [
    ['0', true],
    ['59', false],
    ['60', true],
    ['86400', true],
    ['86401', false],
  ] as const) {
    const world = newWorld();
    Object.assign(world.host.router.uci['luci-sso']?.default ?? {}, { recheck: value });
    t.is((await start(world)).answer.status === 302, isRight, value);
  }
});

test('where a token cannot be kept the login works, and RECHECK_OFF says why', async (t) => {
  const reasonOf = (world: World): string | undefined =>
    world.host.lines.map((line) => / RECHECK_OFF \[.*\] client=\S+ reason=(\w+)$/.exec(line)?.[1]).find((reason) => reason !== undefined);

  const large = newWorldWithToken('x'.repeat(8100));
  t.not(await logIn(large), '');
  t.is(reasonOf(large), 'too_large');

  const many = newWorldWithToken();
  for (let i = 0; i < 200; i++) many.host.state.set(`kept.${i}`, Buffer.from('0 0 0 0\n'));
  t.not(await logIn(many), '');
  t.is(reasonOf(many), 'too_many');
  t.is(keptFiles(many).length, 200);

  const full = newWorldWithToken();
  const started = await start(full);
  full.host.failures.set('stateReplace', 'io');
  t.is(endOf(await finish(full, started)), '/cgi-bin/luci/');
  t.is(reasonOf(full), 'no_space');
});

test('what the guard itself does with a session is noted beside its token, and only there', async (t) => {
  const world = newWorldWithToken();
  const name = keptName(await logIn(world));
  const [session = ''] = world.host.router.sessions.keys();
  t.is(lastOwnUse(world.host, name), 0);
  world.host.bootMs += 60_000;
  noteOwnUse(world.host, session);
  noteOwnUse(world.host, 'another');
  t.is(lastOwnUse(world.host, name), 160);
  t.is(lastOwnUse(world.host, keptName('another')), 0);
});
