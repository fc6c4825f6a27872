// SPDX-License-Identifier: MIT
// kill -9 of a tick that asks the provider again, at each of its requests and calls, before the answer and after it; and a
// Log out at each of them. Whatever had happened by then: nobody has rights that the provider does not grant, the next ticks
// finish the work, and what is kept belongs to sessions that live.
import test, { type ExecutionContext } from 'ava';
import type { ChildProcess } from 'node:child_process';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';
import { check, keptFiles, log, makeDue, tick, users } from '../_helpers/ticks.ts';

const CALLS = ['list', 'set', 'grant', 'revoke', 'destroy'] as const;

interface Watched {
  readonly scene: Scene;
  /** At each request to the provider and each call of rpcd's sessions. */
  atEvent: (() => void) | undefined;
  /** Behind each answer of the provider. */
  atAnswer: (() => void) | undefined;
}

async function watchedScene(t: ExecutionContext): Promise<Watched> {
  t.timeout(600_000);
  const scene = await startScene({ refreshTokens: 'rotated' });
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  await scene.router.uci('set', 'luci-sso.staff=role');
  await scene.router.uci('add_list', 'luci-sso.staff.group=staff');
  await scene.router.uci('add_list', 'luci-sso.staff.read=*');
  await scene.router.uci('commit', 'luci-sso');
  const watched: Watched = { scene, atEvent: undefined, atAnswer: undefined };
  scene.provider.hook = (_request, response) => {
    watched.atEvent?.();
    response.once('finish', () => watched.atAnswer?.());
    return false;
  };
  const { sessions } = scene.router.rpcd;
  for (const name of CALLS) {
    const before = (sessions as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    if (typeof before !== 'function') continue;
    Object.assign(sessions, {
      [name]: (...args: unknown[]) => {
        watched.atEvent?.();
        return before.apply(sessions, args);
      },
    });
  }
  return watched;
}

const rightsOf = (scene: Scene): string[] =>
  scene.router
    .sessions()
    .filter(({ data }) => data.oidc_role !== undefined)
    .map(
      (session) =>
        `${String(session.data.oidc_role)}/${String(session.data.username)} ${JSON.stringify(scene.router.rpcd.sessions.rightsOf(session))}`,
    );

/** bob is logged in, the provider then says something else, and a check is due. */
async function prepare({ scene }: Watched, groups: readonly string[]): Promise<void> {
  scene.provider.setGroups('bob', ['guests']);
  await login(scene, scene.newBrowser(), 'bob');
  for (let i = 0; i < 2; i++) await tick(scene);
  scene.provider.setGroups('bob', groups);
  makeDue(scene);
}

/** Runs one tick, and `act` at its nth event or answer; how many of them there were. */
async function tickWith(watched: Watched, where: 'atEvent' | 'atAnswer', nth: number, act: (child: ChildProcess) => void): Promise<number> {
  let count = 0;
  let running: ChildProcess | undefined;
  watched[where] = () => {
    if (count++ === nth && running !== undefined) act(running);
  };
  await tick(watched.scene, (child) => (running = child));
  watched[where] = undefined;
  return count;
}

async function clear({ scene }: Watched): Promise<void> {
  for (const { id } of scene.router.sessions()) scene.router.rpcd.sessions.destroy(id);
  for (let i = 0; i < 2; i++) await tick(scene);
}

const CASES = [
  ['the same role', ['guests'], ['bob=guest']],
  ['another role', ['staff'], ['bob=staff']],
  ['no role', ['nobody'], []],
] as const;

for (const [what, groups, expected] of CASES) {
  test(`a tick that is killed at any request or call: ${what}`, async (t) => {
    const watched = await watchedScene(t);
    const { scene } = watched;
    await prepare(watched, groups);
    const events = await tickWith(watched, 'atEvent', -1, () => undefined);
    t.deepEqual(users(scene), expected, log(scene));
    const [whole] = rightsOf(scene);
    await clear(watched);
    let ended = 0;
    for (const where of ['atEvent', 'atAnswer'] as const) {
      for (let nth = 0; nth < events; nth++) {
        await prepare(watched, groups);
        const seen = await tickWith(watched, where, nth, (child) => child.kill('SIGKILL'));
        if (seen <= nth) break;
        for (let i = 0; i < 2; i++) await check(scene);
        const label = `${where} ${nth}: ${log(scene).split('\n').slice(-4).join('\n')}`;
        // A rotated token that was lost with its answer ends the session.
        if (users(scene).length === 0) ended++;
        else t.deepEqual([users(scene), rightsOf(scene)], [expected, [whole]], label);
        await tick(scene);
        t.is(keptFiles(scene).length, users(scene).length, label);
        await clear(watched);
        t.deepEqual(keptFiles(scene), [], label);
      }
    }
    t.log(`${events} events, ended ${ended}`);
    if (expected.length > 0) t.true(ended >= 1 && ended <= 4, `${ended} of ${events} sessions ended`);
  });

  test(`a Log out at any request or call of a tick: ${what}`, async (t) => {
    const watched = await watchedScene(t);
    const { scene } = watched;
    await prepare(watched, groups);
    const events = await tickWith(watched, 'atEvent', -1, () => undefined);
    await clear(watched);
    const tokens: string[] = [];
    const { hook } = scene.provider;
    scene.provider.hook = (request, response) => {
      const { end } = response;
      if (request.url === '/token')
        response.end = ((text: string | Buffer) => {
          tokens.push((JSON.parse(String(text)) as { refresh_token?: string }).refresh_token ?? '');
          return end.call(response, text, 'utf8');
        }) as typeof end;
      return hook?.(request, response) ?? false;
    };
    for (let nth = 0; nth < events; nth++) {
      await prepare(watched, groups);
      const revoked = (): number => scene.provider.requests.filter(({ path }) => path === '/token/revocation').length;
      const before = revoked();
      await tickWith(watched, 'atEvent', nth, () => {
        for (const { id, data } of scene.router.sessions()) if (data.oidc_role !== undefined) scene.router.rpcd.sessions.destroy(id);
      });
      for (let i = 0; i < 2; i++) await tick(scene);
      const label = `${nth}: ${log(scene).split('\n').slice(-4).join('\n')}`;
      t.deepEqual([users(scene), keptFiles(scene)], [[], []], label);
      t.is(revoked(), before + 1, label);
    }
    t.true(events >= 2);
  });
}
