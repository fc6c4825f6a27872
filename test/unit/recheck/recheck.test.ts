// SPDX-License-Identifier: MIT
// A session follows its user at the provider: every answer to a refresh, and what it does. Names with
// refresh-token are those of the OpenID conformance modules.
import test from 'ava';
import { keptName, noteOwnUse, readKept, type Schedule } from '../../../src/luci/kept.ts';
import { ask } from '../../_helpers/_fake-host.ts';
import { ISSUER, type Reply } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';
import { NOW } from '../../_helpers/clock.ts';
import { run } from '../cli/_run.ts';

const TOKEN = 'the-refresh-token';
const RECHECK_S = 300;

interface Place extends World {
  /** Id of alice's session. */
  readonly session: string;
}

/** Rules for alice: admin by group, else reader by address. */
function newRouter(): World {
  const world = newWorld();
  const { host, provider } = world;
  provider.refreshToken = TOKEN;
  provider.claims['groups'] = ['admins'];
  Object.assign(provider.discovery, { revocation_endpoint: `${ISSUER}/revoke` });
  host.router.clock = () => host.bootMs;
  const { default: oidc } = host.router.uci['luci-sso'] ?? {};
  host.router.uci['luci-sso'] = {
    default: { ...oidc },
    admin: { '.type': 'role', group: ['admins'], read: ['*'], write: ['*'] },
    reader: { '.type': 'role', group: ['readers'], read: ['luci-mod-status'] },
  };
  return world;
}

async function logIn(world: World): Promise<string> {
  const before = new Set(world.host.router.sessions.keys());
  await finish(world, await start(world));
  return [...world.host.router.sessions].find(([id, { values }]) => !before.has(id) && 'oidc_role' in values)?.[0] ?? '';
}

/** Alice is logged in, and the guard has seen it. */
async function loggedIn(change: (world: World) => void = () => undefined): Promise<Place> {
  const world = newRouter();
  change(world);
  const session = await logIn(world);
  await run(world, 'tick');
  await run(world, 'tick');
  return { ...world, session };
}

/** Time goes by, she does something, and the guard has its tick. */
async function later(place: Place, seconds = RECHECK_S + 1, isUsed = true) {
  place.host.bootMs += seconds * 1000;
  place.provider.now += seconds;
  place.host.wallS += seconds;
  if (isUsed) place.host.router.used.set(place.session, place.host.bootMs);
  return run(place, 'tick');
}

const refreshes = ({ provider }: World): string[] =>
  provider.requests
    .filter(({ path, body }) => path === '/token' && body.includes('grant_type=refresh_token'))
    .map(({ body }) => new URLSearchParams(body).get('refresh_token') ?? '');
const values = ({ host, session }: Place) => host.router.sessions.get(session)?.values;
const lines = ({ host }: World, code: string): string[] => host.lines.filter((line) => line.includes(` ${code} [`));
const reasons = (world: World): string[] => lines(world, 'SESSION_ENDED').map((line) => /reason=(\w+)/.exec(line)?.[1] ?? '');
const schedule = ({ host, session }: Place): Schedule | undefined => readKept(host, keptName(session))?.schedule;
const rightsOf = ({ host, session }: Place): string[] =>
  (host.router.sessions.get(session)?.grants['access-group'] ?? []).map(([group = '', right = '']) => `${group} ${right}`).sort();

/** No log line, call, session or file in clear has it. */
function isSecret({ host }: World, token: string): boolean {
  const seen = [
    ...host.lines,
    JSON.stringify(host.router.calls),
    JSON.stringify([...host.router.sessions]),
    ...[...host.state.values()].map((bytes) => Buffer.from(bytes).toString('latin1')),
    ...host.state.keys(),
  ];
  return !seen.some((text) => text.includes(token));
}

test('refresh-token: the same role changes nothing, and the next check is due', async (t) => {
  const place = await loggedIn();
  const before = place.host.router.calls.length;
  t.is((await later(place)).status, 0);
  t.deepEqual(refreshes(place), [TOKEN]);
  t.is(values(place)?.['oidc_role'], 'admin');
  const calls = place.host.router.calls.slice(before).map(({ object, method }) => `${object}.${method}`);
  t.deepEqual(calls, ['session.list', 'uci.get'], 'nothing that renews the idle time');
  const nowS = place.host.bootMs / 1000;
  t.deepEqual(schedule(place), { dueS: nowS + RECHECK_S, checkedS: nowS, outageS: 0, pending: 0 });
  t.deepEqual([lines(place, 'SESSION_CHANGED'), reasons(place), lines(place, 'RECHECK_FAILED')], [[], [], []]);
  t.deepEqual(
    place.provider.requests.filter(({ path }) => path === '/me'),
    [],
    'the ID token has everything',
  );
});

test('refresh tokens that change at each use are followed', async (t) => {
  const place = await loggedIn(({ provider }) => (provider.rotates = true));
  for (let i = 0; i < 3; i++) await later(place);
  t.deepEqual(refreshes(place), [TOKEN, 'refresh-token-1', 'refresh-token-2']);
  t.is(values(place)?.['oidc_role'], 'admin');
  t.true(isSecret(place, TOKEN) && isSecret(place, 'refresh-token'));
});

test('only a session in use is checked, and first when it is used again', async (t) => {
  const place = await loggedIn();
  for (let i = 0; i < 5; i++) await later(place, 100, false);
  t.deepEqual(refreshes(place), [], 'nobody has used it');
  await later(place, 60);
  t.deepEqual(refreshes(place), [TOKEN]);
  await later(place, RECHECK_S - 2);
  t.is(refreshes(place).length, 1, 'not due yet');
  await later(place, 2, false);
  t.is(refreshes(place).length, 2, 'used since the last check');
  await later(place, RECHECK_S + 1, false);
  t.is(refreshes(place).length, 2);
});

test('with an interval of its own, and off', async (t) => {
  const set = (value: string) => (world: World) => void Object.assign(world.host.router.uci['luci-sso']?.default ?? {}, { recheck: value });
  const quick = await loggedIn(set('60'));
  await later(quick, 61);
  t.is(refreshes(quick).length, 1);
  const off = await loggedIn();
  set('0')(off);
  await later(off);
  t.deepEqual(refreshes(off), []);
  t.deepEqual(off.provider.revoked, [TOKEN], 'what is not used is given back');
  t.is(schedule(off), undefined);
  t.is(values(off)?.['oidc_role'], 'admin');
});

test('another role changes name, rights and the entry of rpcd', async (t) => {
  const place = await loggedIn();
  t.true(rightsOf(place).includes('luci-mod-system write'));
  place.provider.claims['groups'] = ['readers'];
  t.is((await later(place)).status, 0);
  t.like(values(place), { username: 'sso:reader', oidc_role: 'reader', oidc_rule: 'group:readers' });
  t.deepEqual(rightsOf(place), ['luci-base read', 'luci-mod-status read', 'unauthenticated read']);
  t.regex(lines(place, 'SESSION_CHANGED')[0] ?? '', / session=[0-9a-f]{16} from=admin to=reader$/);
  t.like(place.host.router.uci['rpcd']?.['luci_sso_reader'], { username: 'sso:reader' });
  // What the guard did is not use.
  await later(place, RECHECK_S + 1, false);
  t.is(refreshes(place).length, 1);
  // And back.
  place.provider.claims['groups'] = ['admins'];
  await later(place);
  t.like(values(place), { username: 'sso:admin', oidc_role: 'admin' });
  t.true(rightsOf(place).includes('luci-mod-system write'));
});

test('a role that borrows from a login that is gone gives nothing', async (t) => {
  const place = await loggedIn((world) => {
    Object.assign(world.host.router.uci['luci-sso']?.['reader'] ?? {}, { login: 'nobody', read: undefined });
    delete world.host.router.uci['luci-sso']?.['reader']?.['read'];
  });
  place.provider.claims['groups'] = ['readers'];
  await later(place);
  t.deepEqual(reasons(place), ['no_role']);
});

test('without a role any more the session ends, and its token is given back', async (t) => {
  const place = await loggedIn();
  place.provider.claims['groups'] = ['staff'];
  await later(place);
  t.deepEqual(reasons(place), ['no_role']);
  t.is(values(place), undefined);
  await later(place, 60);
  t.deepEqual(place.provider.revoked, [TOKEN]);
  t.is(schedule(place), undefined);
  await later(place, 60);
  t.is(place.provider.revoked.length, 1);
});

test('an address that is no longer verified is no role', async (t) => {
  const byMail = (world: World): void => {
    world.host.router.uci['luci-sso']!['admin'] = { '.type': 'role', email: ['alice@example.com'], read: ['*'], write: ['*'] };
  };
  const place = await loggedIn(byMail);
  await later(place);
  t.not(values(place), undefined);
  place.provider.claims['email_verified'] = false;
  await later(place);
  t.deepEqual(reasons(place), ['no_role']);
});

/** What the refreshed ID token says. */
const TOKEN_ROWS: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
  ['refresh-token-invalid-issuer', { iss: 'https://other.test' }, 'other_subject'],
  ['refresh-token-invalid-sub', { sub: 'bob-id' }, 'other_subject'],
  ['of another client', { aud: 'other' }, 'other_subject'],
  ['with another azp', { azp: 'other' }, 'other_subject'],
  ['with the nonce of another login', { nonce: 'other' }, 'other_subject'],
  ['that has expired', { exp: 1 }, ''],
];
for (const [name, claims, reason] of TOKEN_ROWS) {
  test(`${name}: a refreshed ID token ${reason === '' ? 'is an outage' : `ends the session: ${reason}`}`, async (t) => {
    const place = await loggedIn();
    place.provider.changeToken = (parts) => Object.assign(parts.claims, claims);
    await later(place);
    t.deepEqual(reasons(place), reason === '' ? [] : [reason]);
    t.is(lines(place, 'RECHECK_FAILED').length, reason === '' ? 1 : 0);
  });
}

test('the nonce of the login in a refreshed ID token is right', async (t) => {
  const place = await loggedIn();
  place.provider.refreshedNonce = place.provider.authorized.nonce;
  await later(place);
  t.deepEqual(reasons(place), []);
  t.is(schedule(place)?.outageS, 0);
});

test('a refreshed ID token that somebody else signed counts for nothing', async (t) => {
  const place = await loggedIn();
  place.provider.claims['groups'] = ['readers'];
  place.provider.changeJwt = (jwt) => `${jwt.slice(0, -8)}AAAAAAAA`;
  await later(place);
  t.like(values(place), { oidc_role: 'admin' });
  t.regex(lines(place, 'RECHECK_FAILED')[0] ?? '', /reason=outage .*INVALID_SIGNATURE/);
});

const json = (status: number, error: string): Partial<Reply> => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: { error },
});
const REFUSED: ReadonlyArray<readonly [string, Partial<Reply>, boolean]> = [
  ['invalid_grant', json(400, 'invalid_grant'), true],
  ['a sentence, as Pocket ID 2.9', json(400, 'Refresh token is invalid'), true],
  ['403, as glewlwyd', json(403, 'access_denied'), true],
  ['invalid_client', json(401, 'invalid_client'), false],
  ['unauthorized_client', json(400, 'unauthorized_client'), false],
  ['temporarily_unavailable', json(400, 'temporarily_unavailable'), false],
  ['server_error', json(400, 'server_error'), false],
  ['429', json(429, 'slow_down'), false],
  ['502', { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<title>Bad gateway</title>' }, false],
  ['a login wall', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<title>Sign in</title>' }, false],
];
for (const [name, reply, isEnd] of REFUSED) {
  test(`a refresh that is answered with ${name} ${isEnd ? 'ends the session' : 'is an outage'}`, async (t) => {
    const place = await loggedIn();
    place.provider.changes.set('/token', (answer) => Object.assign(answer, reply));
    await later(place);
    t.deepEqual(reasons(place), isEnd ? ['invalid_grant'] : []);
    t.is(lines(place, 'RECHECK_FAILED').length, isEnd ? 0 : 1);
    t.is(schedule(place) === undefined, isEnd, 'a dead token is not kept');
    t.true(isSecret(place, TOKEN) && isSecret(place, SECRET));
    await later(place, 60);
    t.deepEqual(place.provider.revoked, []);
  });
}

test('an outage is said once, leaves the session, and ends it after twelve hours', async (t) => {
  const place = await loggedIn(({ host }) => void Object.assign(host.router.uci['luci-sso']?.default ?? {}, { session_max: '0' }));
  place.provider.raw.set('/token', { reason: 'timeout' });
  await later(place);
  const sinceS = place.host.bootMs / 1000;
  t.is(schedule(place)?.outageS, sinceS);
  for (let minute = 0; minute < 12 * 60 - 6; minute++) await later(place, 60);
  t.deepEqual(reasons(place), []);
  t.is(lines(place, 'RECHECK_FAILED').length, 1);
  t.regex(lines(place, 'RECHECK_FAILED')[0] ?? '', /reason=outage provider=https:\/\/id\.test TOKEN_ENDPOINT_NETWORK_ERROR: TIMED_OUT/);
  t.true(refreshes(place).length < 150, 'not each minute');
  for (let minute = 0; minute < 12; minute++) await later(place, 60);
  t.deepEqual(reasons(place), ['outage']);
});

test('what is over when the provider answers again is forgotten', async (t) => {
  const place = await loggedIn();
  place.provider.raw.set('/token', { reason: 'refused' });
  await later(place);
  place.provider.raw.clear();
  await later(place);
  t.is(schedule(place)?.outageS, 0);
  place.provider.raw.set('/token', { reason: 'refused' });
  await later(place);
  t.is(lines(place, 'RECHECK_FAILED').length, 2);
});

test('the first failure of a provider ends its turn, and no session stands in the way of others', async (t) => {
  const world = newRouter();
  const sessions: string[] = [];
  for (let i = 0; i < 3; i++) {
    world.provider.refreshToken = `token-${i}`;
    sessions.push(await logIn(world));
    world.host.bootMs += 1000;
  }
  await run(world, 'tick');
  const asked = (): string[] => refreshes(world).splice(0);
  const use = (): void => sessions.forEach((session) => world.host.router.used.set(session, world.host.bootMs));
  // Of the first one alone the provider has trouble.
  world.provider.changes.set('/token', (answer) => {
    const token = refreshes(world).at(-1);
    if (token === 'token-0') Object.assign(answer, json(500, 'server_error'));
    else
      Object.assign(answer, {
        status: 200,
        headers: { 'Content-Type': 'application/json' },
        body: { access_token: 'x', token_type: 'Bearer', id_token: world.provider.idToken() },
      });
  });
  world.provider.authorized.nonce = '';
  world.host.bootMs += 400_000;
  use();
  await run(world, 'tick');
  t.deepEqual(asked(), ['token-0']);
  t.true(sessions.every((session) => (readKept(world.host, keptName(session))?.schedule.outageS ?? 0) > 0));
  world.host.bootMs += 60_000;
  await run(world, 'tick');
  t.deepEqual(asked(), ['token-0', 'token-1', 'token-2']);
  t.is(lines(world, 'RECHECK_FAILED').length, 1);
});

test('without an ID token in the answer userinfo is asked', async (t) => {
  const place = await loggedIn(({ provider }) => (provider.refreshesIdToken = false));
  place.provider.userinfo = { sub: 'alice-id', groups: ['readers'] };
  await later(place);
  t.is(place.provider.requests.filter(({ path }) => path === '/me').length, 1);
  t.like(values(place), { oidc_role: 'reader' });
});

test('a claim of a source that was not received is unknown: the role stays', async (t) => {
  const place = await loggedIn(({ provider }) => (provider.refreshesIdToken = false));
  for (let i = 0; i < 3; i++) await later(place);
  t.is(refreshes(place).length, 3);
  t.like(values(place), { oidc_role: 'admin' });
  t.regex(lines(place, 'RECHECK_FAILED').join('|'), /^[^|]* reason=claims_not_received session=[0-9a-f]{16}$/, 'once');
  t.is(schedule(place)?.pending, 0);
});

test('a claim that its source no longer has is absent: no role', async (t) => {
  const ofToken = await loggedIn();
  delete ofToken.provider.claims['groups'];
  await later(ofToken);
  t.deepEqual(reasons(ofToken), ['no_role']);
  const ofUserinfo = await loggedIn(({ provider }) => {
    delete provider.claims['groups'];
    provider.userinfo = { sub: 'alice-id', groups: ['admins'] };
    provider.refreshesIdToken = false;
  });
  await later(ofUserinfo);
  t.like(values(ofUserinfo), { oidc_role: 'admin' });
  ofUserinfo.provider.userinfo = { sub: 'alice-id' };
  await later(ofUserinfo);
  t.deepEqual(reasons(ofUserinfo), ['no_role']);
});

test('no later role is given because an earlier one is unknown', async (t) => {
  const place = await loggedIn(({ provider, host }) => {
    provider.refreshesIdToken = false;
    host.router.uci['luci-sso']!['reader'] = { '.type': 'role', default: '1', read: ['*'], write: ['*'] };
  });
  await later(place);
  t.like(values(place), { oidc_role: 'admin' });
});

for (const [name, reply, reason] of [
  ['about another user', { body: { sub: 'bob-id' } }, 'other_subject'],
  ['with 401 and an error', json(401, 'invalid_token'), 'invalid_grant'],
  ['with 500', json(500, 'x'), ''],
  ['that is a page', { headers: { 'Content-Type': 'text/html' }, body: '<p>' }, ''],
] as const) {
  test(`userinfo ${name}: ${reason === '' ? 'an outage' : reason}`, async (t) => {
    const place = await loggedIn(({ provider }) => (provider.refreshesIdToken = false));
    place.provider.changes.set('/me', (answer) => Object.assign(answer, reply));
    await later(place);
    t.deepEqual(reasons(place), reason === '' ? [] : [reason]);
    t.is(lines(place, 'RECHECK_FAILED').length, reason === '' ? 1 : 0);
  });
}

test('a token that the provider takes from nobody else ends only its own session', async (t) => {
  const place = await loggedIn();
  place.provider.refreshToken = 'another';
  const other = await logIn(place);
  await later(place);
  t.deepEqual(reasons(place), ['invalid_grant']);
  t.true(place.host.router.sessions.has(other));
});

test('a wrong configuration ends nothing and asks nobody', async (t) => {
  const place = await loggedIn();
  Object.assign(place.host.router.uci['luci-sso']?.default ?? {}, { clock_tolerance: 'much' });
  await later(place);
  t.deepEqual(refreshes(place), []);
  t.not(values(place), undefined);
  Object.assign(place.host.router.uci['luci-sso']?.default ?? {}, { clock_tolerance: '60' });
  await later(place, 60);
  t.is(refreshes(place).length, 1);
});

test('another client cannot use the token', async (t) => {
  const place = await loggedIn();
  Object.assign(place.host.router.uci['luci-sso']?.default ?? {}, { client_id: 'other' });
  await later(place);
  t.deepEqual(refreshes(place), []);
  t.regex(lines(place, 'RECHECK_OFF')[0] ?? '', /reason=other_client/);
  t.is(schedule(place), undefined);
});

test('a full tmpfs leaves the old token: the next check ends the session where it is of no more use', async (t) => {
  const place = await loggedIn(({ provider }) => (provider.rotates = true));
  place.host.failures.set('stateReplace', 'io');
  await later(place);
  t.regex(lines(place, 'RECHECK_FAILED')[0] ?? '', /reason=not_saved/);
  t.deepEqual(reasons(place), []);
  place.host.failures.clear();
  await later(place, 60);
  t.deepEqual(reasons(place), ['invalid_grant']);
});

test('two ticks at once use a token once', async (t) => {
  const place = await loggedIn();
  place.host.foreignLocks.add('recheck-turn');
  await later(place);
  t.deepEqual(refreshes(place), []);
  place.host.foreignLocks.clear();
  await later(place, 60);
  t.is(refreshes(place).length, 1);
});

test('while both slots are taken nobody is asked, and that is no outage', async (t) => {
  const place = await loggedIn();
  place.host.foreignLocks.add('slot.0').add('slot.1');
  await later(place);
  t.deepEqual([refreshes(place), lines(place, 'RECHECK_FAILED')], [[], []]);
  t.is(schedule(place)?.outageS, 0);
});

test('what could not be ended is tried again', async (t) => {
  const place = await loggedIn();
  place.provider.claims['groups'] = ['staff'];
  place.host.router.statuses.set('session.destroy', 7);
  t.is((await later(place)).status, 1);
  t.deepEqual(reasons(place), []);
  place.host.router.statuses.clear();
  t.is((await later(place, 60, false)).status, 0);
  t.deepEqual(reasons(place), ['no_role']);
});

/** Ends the program at its nth effect: nothing after it happens. True when it came so far. */
async function killedAt({ host }: Place, nth: number, work: () => Promise<unknown>): Promise<boolean> {
  let count = 0;
  const { stateReplace, stateRemove, streamWrite } = host;
  const step = (): void => {
    if (count++ >= nth) throw new Error('killed');
  };
  Object.assign(host, {
    stateReplace: (name: string, bytes: Uint8Array) => (step(), stateReplace.call(host, name, bytes)),
    stateRemove: (name: string) => (step(), stateRemove.call(host, name)),
    streamWrite: (id: number, bytes: Uint8Array, deadline: number) => (step(), streamWrite.call(host, id, bytes, deadline)),
  });
  const isKilled = await work().then(
    () => false,
    () => true,
  );
  Object.assign(host, { stateReplace, stateRemove, streamWrite });
  return isKilled;
}

for (const rotates of [false, true]) {
  test(`killed between any two steps, a check is made up for at the next ticks${rotates ? ', or the session ends' : ''}`, async (t) => {
    let steps = 0;
    for (let nth = 0; ; nth++) {
      const place = await loggedIn(({ provider }) => (provider.rotates = rotates));
      place.provider.claims['groups'] = ['readers'];
      if (!(await killedAt(place, nth, () => later(place)))) break;
      steps++;
      // She does nothing more: what was begun is finished all the same, or begun when she is back.
      const isBegun = refreshes(place).length > 0;
      for (let i = 0; i < 2; i++) await later(place, 60, !isBegun && i === 0);
      const lost = reasons(place).join();
      if (lost !== '') t.deepEqual([lost, rotates], ['invalid_grant', true], `step ${nth}`);
      else {
        t.like(values(place), { oidc_role: 'reader', username: 'sso:reader' }, `step ${nth}`);
        t.deepEqual(rightsOf(place), ['luci-base read', 'luci-mod-status read', 'unauthenticated read'], `step ${nth}`);
        t.is(schedule(place)?.pending, 0, `step ${nth}`);
      }
    }
    t.true(steps > 15, String(steps));
  });
}

test('a check that was begun is finished, although a sync has renewed the idle time since', async (t) => {
  for (let nth = 0; ; nth++) {
    const place = await loggedIn();
    await killedAt(place, nth, () => later(place));
    if (refreshes(place).length === 0 || schedule(place)?.pending !== 1) {
      if (schedule(place)?.checkedS === place.host.bootMs / 1000) return;
      continue;
    }
    place.host.bootMs += 60_000;
    place.host.router.used.set(place.session, place.host.bootMs);
    noteOwnUse(place.host, place.session);
    await later(place, 60, false);
    t.is(refreshes(place).length, 2);
  }
});

test('a Log out while a refresh is on its way: the new token is the one that is given back', async (t) => {
  const place = await loggedIn(({ provider }) => (provider.rotates = true));
  place.provider.changes.set('/token', () => void place.host.router.sessions.delete(place.session));
  await later(place);
  t.deepEqual(refreshes(place), [TOKEN]);
  await later(place, 60, false);
  t.deepEqual(place.provider.revoked, ['refresh-token-1']);
  t.is(schedule(place), undefined);
  t.is(refreshes(place).length, 1);
});

test('a token whose session has ended is given back within a minute, and then it is quiet', async (t) => {
  const place = await loggedIn();
  place.host.router.sessions.delete(place.session);
  await later(place, 60, false);
  t.deepEqual([place.provider.revoked, refreshes(place)], [[TOKEN], []]);
  t.true(
    Buffer.from(place.host.state.get('guard.note') ?? [])
      .toString()
      .startsWith('quiet '),
  );
});

test('what cannot be given back now is tried again, and in the end forgotten', async (t) => {
  const place = await loggedIn();
  place.host.router.sessions.delete(place.session);
  place.provider.raw.set('/revoke', { reason: 'timeout' });
  await later(place, 60, false);
  const [, wakeS] = Buffer.from(place.host.state.get('guard.note') ?? [])
    .toString()
    .split(' ');
  t.is(Number(wakeS), place.host.bootMs / 1000, 'a quiet guard looks again');
  await later(place, 43_200, false);
  t.is(schedule(place), undefined);
  const without = await loggedIn(({ provider }) => delete provider.discovery['revocation_endpoint']);
  without.host.router.sessions.delete(without.session);
  await later(without, 60, false);
  t.is(schedule(without), undefined);
});

test('the token of a login that is faster than the list is not given back', async (t) => {
  const place = await loggedIn();
  let other = '';
  const { stateList } = place.host;
  place.host.stateList = () => {
    // Its session is made behind the list that the tick has.
    if (other === '') {
      other = 'f'.repeat(32);
      place.host.router.sessions.set(other, { timeout: 300, values: { oidc_role: 'admin', oidc_ends: '0' }, grants: {} });
      place.host.state.set(`kept.${keptName(other)}`, Buffer.from('999 1 0 0\nx'));
    }
    return stateList.call(place.host);
  };
  await later(place, 60, false);
  t.true(place.host.state.has(`kept.${keptName(other)}`));
  t.deepEqual(place.provider.revoked, []);
});

test('a session that is ended by hand, or by the provider, gives its token back at the next tick', async (t) => {
  const ended = await loggedIn();
  await run(ended, 'sessions', 'end', 'all');
  t.is(values(ended), undefined);
  await later(ended, 60, false);
  t.deepEqual([ended.provider.revoked, refreshes(ended), schedule(ended)], [[TOKEN], [], undefined]);

  const told = await loggedIn();
  const { host, provider } = told;
  const event = 'http://schemas.openid.net/event/backchannel-logout';
  const claims = { iss: ISSUER, aud: 'luci', sub: 'alice-id', iat: NOW, exp: NOW + 60, jti: 'one', events: { [event]: {} } };
  const token = provider.sign({ alg: 'RS256', kid: 'rsa-1', typ: 'logout+jwt' }, claims);
  host.input = Buffer.from(`logout_token=${token}`);
  const environment = { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(host.input.length) };
  t.is((await ask(host, { method: 'POST', path: '/backchannel-logout', environment })).status, 200);
  t.is(values(told), undefined);
  await later(told, 60, false);
  t.deepEqual([provider.revoked, refreshes(told), schedule(told)], [[TOKEN], [], undefined]);
});

test('a session is listed with its last and its next check, and never with its token', async (t) => {
  const place = await loggedIn();
  await later(place);
  await later(place, 120, false);
  const { text } = await run(place, 'sessions');
  t.regex(
    text,
    /ID +USER +ROLE +FROM +SINCE +ENDS IN +AT LATEST +CHECKED +NEXT +REFERENCE\n\w+ +alice +admin +192\.168\.1\.20 .* 2 min ago +3 min +[\w-]{8}\n$/,
  );
  t.false(text.includes(TOKEN));
});
