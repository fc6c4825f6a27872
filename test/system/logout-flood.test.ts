// SPDX-License-Identifier: MIT
// A hundred people log out at the provider while strangers send whatever they like to the same address.
import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeIn, forged, JUNK, logoutToken, postLogout } from '../_helpers/logout-tokens.ts';
import { CLIENTS, login, startScene, type Scene } from '../_helpers/scene.ts';

const PEOPLE = 100;
/** At once, as the providers send them and the strangers. */
const SENDERS = 4;
const STRANGERS = 3;
/** oidc-provider gives up after so long; others wait longer. For a busy machine there is more room. */
const PATIENCE_MS = 2500;
const MOST_MS = 20_000;

async function readyScene(t: { teardown(fn: () => Promise<void>): void; timeout(ms: number): void }): Promise<Scene> {
  t.timeout(240_000);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  await login(scene, scene.newBrowser(), 'alice');
  for (let i = 0; i < PEOPLE; i++) {
    const session = scene.router.rpcd.sessions.create(3600);
    Object.assign(session.data, {
      username: 'root',
      token: 'x',
      oidc_issuer: scene.provider.issuer,
      oidc_sub: `user-${i}`,
      oidc_sid: '',
      oidc_role: 'admin',
    });
  }
  return scene;
}

const livingUsers = (scene: Scene): string[] =>
  scene.router
    .sessions()
    .map(({ data }) => String(data.oidc_sub))
    .sort();

const AS_STRANGERS: ReadonlyArray<
  readonly [name: string, next: (i: number) => readonly [code: string, make: (scene: Scene) => string], address: (i: number) => string]
> = [
  ['junk of every kind from 30 addresses', (i) => JUNK[i % JUNK.length] as (typeof JUNK)[number], (i) => `127.0.1.${1 + (i % 30)}`],
  [
    'forged tokens, right but for their signature, from 30 addresses',
    () => ['INVALID_SIGNATURE', forged],
    (i) => `127.0.1.${1 + (i % 30)}`,
  ],
  ["forged tokens from the provider's own address", () => ['INVALID_SIGNATURE', forged], () => '127.0.0.1'],
];

for (const [name, next, address] of AS_STRANGERS) {
  test.serial(`security 99: ${PEOPLE} logouts at once all end their sessions while there is ${name}`, async (t) => {
    const scene = await readyScene(t);
    const fetches = () => scene.provider.requests.filter((request) => request.path === '/jwks').length;
    const before = fetches();
    const started = performance.now();
    let isOver = false;
    let sent = 0;
    const wrong: string[] = [];
    const stranger = async (): Promise<void> => {
      while (!isOver) {
        const i = sent++;
        const [code, make] = next(i);
        const answer = await postLogout(scene, make(scene), address(i));
        if (answer.status !== 400 || codeIn(answer) !== code) wrong.push(`${answer.status} ${codeIn(answer)} for ${code}`);
      }
    };
    const strangers = Array.from({ length: STRANGERS }, stranger);

    const times: number[] = [];
    let person = 0;
    const sender = async (): Promise<void> => {
      while (person < PEOPLE) {
        const token = logoutToken(scene, { sub: `user-${person++}` });
        const begun = performance.now();
        const answer = await postLogout(scene, token);
        times.push(performance.now() - begun);
        if (answer.status !== 200) wrong.push(`${answer.status} ${codeIn(answer)} for a logout`);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    isOver = true;
    await Promise.all(strangers);

    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    t.log(
      `${PEOPLE} logouts and ${sent} of junk in ${seconds.toFixed(1)} s; a logout took ${times[50]?.toFixed(0)} ms as a rule, at most ${times.at(-1)?.toFixed(0)} ms`,
    );
    t.deepEqual(wrong, []);
    t.deepEqual(livingUsers(scene), ['alice']);
    t.true(sent > PEOPLE / 4, `${sent} of junk`);
    t.true((times[50] as number) < PATIENCE_MS && (times.at(-1) as number) < MOST_MS, times.map((ms) => ms.toFixed(0)).join(' '));
    t.true(fetches() - before <= 1 + Math.floor(seconds / 58), `${fetches() - before} fetches of the keys`);
    const markers = readdirSync(path.join(scene.router.tree, 'var/run/luci-sso')).filter((file) => /^(token|par|used|jti)\./.test(file));
    t.is(markers.filter((file) => file.startsWith('jti.')).length, PEOPLE);
    t.is(markers.length, PEOPLE + 2, 'and the two of the login');

    // What the provider told once it cannot tell again; and the login's own fetch is still there.
    t.is((await login(scene, scene.newBrowser(), 'alice')).status, 200);
    t.is((await postLogout(scene, logoutToken(scene, { sub: 'alice' }))).status, 200);
    t.deepEqual(livingUsers(scene), []);
  });
}

test.serial('security 99: one signature is checked at a time, and who waits too long is told so', async (t) => {
  const scene = await readyScene(t);
  // A process that has the turn and keeps it.
  const file = path.join(scene.router.tree, 'var/run/luci-sso/logout-turn');
  writeFileSync(file, '', { mode: 0o600 });
  const holder = spawn('flock', ['-x', file, '-c', 'echo held; read end'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => void holder.stdin.end());
  await once(holder.stdout, 'data');
  const token = logoutToken(scene, { sub: 'user-7' });
  t.is(codeIn(await postLogout(scene, 'junk')), 'MALFORMED_JWT', 'junk needs no turn');
  const busy = await postLogout(scene, token);
  t.is(busy.status, 503);
  t.is(codeIn(busy), 'LOGOUT_BUSY');
  t.is(busy.headers['retry-after'], '5');
  t.true(livingUsers(scene).includes('user-7'));
  const waiting = postLogout(scene, token);
  holder.stdin.end('\n');
  t.is((await waiting).status, 200);
  t.false(livingUsers(scene).includes('user-7'));
});
