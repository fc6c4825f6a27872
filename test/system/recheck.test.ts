// SPDX-License-Identifier: MIT
// Sessions that follow their users at a real provider, with the built program's own ticks.
import test, { type ExecutionContext } from 'ava';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startGlewlwyd } from '../stand-ins/provider/glewlwyd.ts';
import { startPocketId } from '../stand-ins/provider/pocket-id.ts';
import { startSite } from '../_helpers/site.ts';
import { check, folderOf, keptFiles, log, makeDue, tick, users } from '../_helpers/ticks.ts';
import { assertLogin, joinSite } from '../_helpers/visit.ts';
import { CLIENTS, login, startScene, type Scene, type SceneOptions } from '../_helpers/scene.ts';

const SECONDS = 1000;

async function sceneOf(t: ExecutionContext, options: SceneOptions): Promise<Scene> {
  t.timeout(120 * SECONDS);
  const scene = await startScene(options);
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  return scene;
}

const asked = (scene: Scene, wanted: string): number => scene.provider.requests.filter(({ path }) => path === wanted).length;

for (const refreshTokens of ['kept', 'rotated'] as const) {
  test(`refresh-token: sessions follow their users, refresh tokens ${refreshTokens}`, async (t) => {
    const scene = await sceneOf(t, { refreshTokens });
    await login(scene, scene.newBrowser(), 'alice');
    await login(scene, scene.newBrowser(), 'bob');
    t.is(keptFiles(scene).length, 2, log(scene));
    t.true(keptFiles(scene).every((file) => (statSync(file).mode & 0o777) === 0o600));
    const before = asked(scene, '/token');
    for (let i = 0; i < 2; i++) await check(scene);
    t.deepEqual(users(scene), ['alice=admin', 'bob=guest'], log(scene));
    t.is(asked(scene, '/token'), before + 4, log(scene));
    scene.provider.setGroups('bob', ['staff']);
    scene.provider.disable('alice');
    await check(scene);
    t.deepEqual(users(scene), [], log(scene));
    t.regex(log(scene), / SESSION_ENDED \[\S+\] reason=no_role /);
    t.regex(log(scene), / SESSION_ENDED \[\S+\] reason=invalid_grant /);
    await tick(scene);
    t.deepEqual(keptFiles(scene), []);
    t.is(asked(scene, '/token/revocation'), 1, "bob's: alice's is of no more use");
  });
}

test('another role at the provider is another role here, with its rights', async (t) => {
  const scene = await sceneOf(t, { refreshTokens: 'rotated' });
  await login(scene, scene.newBrowser(), 'bob');
  await scene.router.uci('set', 'luci-sso.staff=role');
  await scene.router.uci('add_list', 'luci-sso.staff.group=staff');
  await scene.router.uci('add_list', 'luci-sso.staff.read=*');
  await scene.router.uci('commit', 'luci-sso');
  await tick(scene);
  scene.provider.setGroups('bob', ['staff']);
  await check(scene);
  t.deepEqual(users(scene), ['bob=staff'], log(scene));
  t.regex(log(scene), / SESSION_CHANGED \[\S+\] session=[0-9a-f]{16} from=guest to=staff/);
  t.regex(await scene.router.uci('show', 'rpcd'), /luci_sso_staff/);
});

test('an outage is said once, and a Log out gives the token back', async (t) => {
  const scene = await sceneOf(t, { refreshTokens: 'kept' });
  await login(scene, scene.newBrowser(), 'alice');
  scene.provider.hook = (request, response) => {
    if (request.url !== '/token') return false;
    response.writeHead(503, { 'Content-Type': 'text/html' }).end('<title>Maintenance</title>');
    return true;
  };
  for (let i = 0; i < 3; i++) await check(scene);
  t.deepEqual(users(scene), ['alice=admin']);
  t.is(log(scene).match(/ RECHECK_FAILED /g)?.length, 1, log(scene));
  scene.provider.hook = undefined;
  await check(scene);
  t.deepEqual(users(scene), ['alice=admin']);
  const [session] = scene.router.sessions();
  scene.router.rpcd.sessions.destroy(session?.id ?? '');
  await tick(scene);
  t.deepEqual(keptFiles(scene), []);
  t.is(asked(scene, '/token/revocation'), 1);
});

test('a login, a Log out and two ticks at once', async (t) => {
  const scene = await sceneOf(t, { refreshTokens: 'rotated' });
  for (let round = 0; round < 3; round++) {
    await login(scene, scene.newBrowser(), 'alice');
    makeDue(scene);
    const [old] = scene.router.sessions().filter(({ data }) => data.oidc_user === 'alice');
    await Promise.all([
      login(scene, scene.newBrowser(), 'bob'),
      Promise.resolve(scene.router.rpcd.sessions.destroy(old?.id ?? '')),
      tick(scene),
      tick(scene),
    ]);
    t.deepEqual(users(scene), ['bob=guest'], log(scene));
    await tick(scene);
    t.is(keptFiles(scene).length, 1, 'of the new session alone');
    await check(scene);
    t.deepEqual(users(scene), ['bob=guest'], log(scene));
    for (const { id } of scene.router.sessions()) scene.router.rpcd.sessions.destroy(id);
    await tick(scene);
    t.deepEqual(keptFiles(scene), []);
  }
});

test('the refresh token is in no file and in no line', async (t) => {
  const scene = await sceneOf(t, { refreshTokens: 'kept' });
  let body = '';
  scene.provider.hook = (request, response) => {
    const { end } = response;
    if (request.url === '/token')
      response.end = ((text: string | Buffer) => {
        body = String(text);
        return end.call(response, text, 'utf8');
      }) as typeof end;
    return false;
  };
  await login(scene, scene.newBrowser(), 'alice');
  const token = (JSON.parse(body) as { refresh_token: string }).refresh_token;
  await check(scene);
  t.true(token.length > 20, body);
  for (const name of readdirSync(folderOf(scene))) t.false(readFileSync(path.join(folderOf(scene), name), 'latin1').includes(token), name);
  t.false(log(scene).includes(token));
  t.false(JSON.stringify(scene.router.sessions()).includes(token));
});

for (const manner of ['2.9', '2.10'] as const) {
  test(`Pocket ID ${manner}: its refresh tokens need no scope, work once, and no more for a user who is disabled`, async (t) => {
    t.timeout(120 * SECONDS);
    const site = await startSite();
    const client = { id: 'luci', secret: 'pocket-id-secret-0123456789' };
    const base = `${site.router.url}/cgi-bin/luci-sso`;
    const provider = await startPocketId({
      manner,
      tls: site.tls,
      ca: site.ca,
      clients: [client],
      redirectUri: `${base}/callback`,
      postLogoutUri: `${base}/logged-out`,
    });
    const place = joinSite(site, provider);
    t.teardown(() => place.stop());
    await place.configure(client);
    for (const person of ['alice', 'bob'] as const) await assertLogin(t, place, person);
    for (let i = 0; i < 2; i++) await check(place);
    t.deepEqual(users(place), ['alice=admin', 'bob=guest'], log(place));
    provider.disable('bob');
    await check(place);
    t.deepEqual(users(place), ['alice=admin'], log(place));
    t.regex(log(place), / SESSION_ENDED \[\S+\] reason=invalid_grant /);
    // The same token once more, as after a kill behind the answer.
    const [file = ''] = keptFiles(place);
    const before = readFileSync(file);
    await check(place);
    writeFileSync(file, before);
    await check(place);
    t.deepEqual(users(place), [], log(place));
  });
}

test('glewlwyd: a session follows its user until the user is deleted', async (t) => {
  t.timeout(120 * SECONDS);
  const site = await startSite();
  const client = { id: 'luci', secret: 'glewlwyd-secret-0123456789' };
  const redirectUri = `${site.router.url}/cgi-bin/luci-sso/callback`;
  const provider = await startGlewlwyd({ tls: site.tls, ca: site.ca, clients: [client], redirectUri });
  const place = joinSite(site, provider);
  t.teardown(() => place.stop());
  await place.configure(client);
  await assertLogin(t, place, 'alice');
  t.is(keptFiles(place).length, 1, log(place));
  for (let i = 0; i < 2; i++) await check(place);
  t.deepEqual(users(place), ['alice=admin'], log(place));
  await provider.remove('alice');
  await check(place);
  t.deepEqual(users(place), [], log(place));
  t.log(
    log(place)
      .split('\n')
      .filter((line) => /RECHECK|SESSION_ENDED/.test(line))
      .join('\n'),
  );
});

test('discovery and keys are renewed before they expire, for a session and for a day after the last login', async (t) => {
  const scene = await sceneOf(t, {});
  await login(scene, scene.newBrowser(), 'alice');
  for (let i = 0; i < 2; i++) await tick(scene);
  const bootS = (): number => Number(readFileSync('/proc/uptime', 'utf8').split('.')[0]);
  const documents = (): string[] =>
    readdirSync(folderOf(scene))
      .filter((name) => /^(?:discovery|jwks)\./.test(name))
      .map((name) => path.join(folderOf(scene), name));
  const leftS = (): number[] => documents().map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { until: number }).until - bootS());
  const note = path.join(folderOf(scene), 'guard.note');
  /** They will expire in so many seconds, and the last tick knew when to look. */
  const age = (seconds: number): void => {
    for (const file of documents()) {
      const entry = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...entry, until: bootS() + seconds }));
    }
    writeFileSync(note, readFileSync(note, 'utf8').replace(/ \d+ /, ` ${bootS() + seconds - 120} `));
  };
  const requests = (): number[] => ['/.well-known/openid-configuration', '/jwks'].map((name) => asked(scene, name));
  const [first = 0] = requests();
  t.deepEqual(requests(), [first, first]);
  t.is(documents().length, 2);
  age(300);
  await tick(scene);
  t.deepEqual(requests(), [first, first], 'not yet');
  age(100);
  await tick(scene);
  t.deepEqual(requests(), [first + 1, first + 1], log(scene));
  t.true(Math.min(...leftS()) > 400, leftS().join());

  for (const { id } of scene.router.sessions()) scene.router.rpcd.sessions.destroy(id);
  await tick(scene);
  t.regex(readFileSync(note, 'utf8'), /^quiet [1-9]\d* /);
  age(300);
  await tick(scene);
  t.deepEqual(requests(), [first + 1, first + 1], 'the engine was not even started');
  age(100);
  await tick(scene);
  t.deepEqual(requests(), [first + 2, first + 2], log(scene));
  const before = scene.provider.requests.length;
  await login(scene, scene.newBrowser(), 'alice');
  const router = scene.provider.requests.slice(before).map((request) => request.path);
  t.deepEqual(
    router.filter((name) => /openid-configuration|jwks/.test(name)),
    [],
  );
});
