// SPDX-License-Identifier: MIT
// The settings page's way in, whole: uhttpd's /ubus, rpcd, the built program as its plugin, the provider.
import test, { type ExecutionContext } from 'ava';
import https from 'node:https';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { CLIENTS, login, NATIVE_TARGET, startScene, type Scene } from '../_helpers/scene.ts';

type Json = Record<string, any>;
const SECONDS = 1000;

/** What the page's `rpc.declare` does; a status other than 0 is a number. */
async function call(scene: Scene, session: string, method: string, args: object = {}): Promise<Json | number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call', params: [session, 'luci-sso', method, args] });
  const answer = await new Promise<Json>((resolve, reject) => {
    const request = https.request(`${scene.router.url}/ubus`, { method: 'POST', ca: scene.ca }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve(JSON.parse(text) as Json));
    });
    request.on('error', reject).end(body);
  });
  return answer.error === undefined
    ? ((answer.result as [number, Json?])[1] ?? (answer.result[0] as number))
    : (answer.error.code as number);
}

async function sessionOf(scene: Scene, person: string): Promise<string> {
  const before = new Set(scene.router.sessions().map((session) => session.id));
  await login(scene, scene.newBrowser(), person);
  return scene.router.sessions().find((session) => !before.has(session.id))?.id ?? '';
}

async function checkAll(t: ExecutionContext, scene: Scene, session: string, values?: object): Promise<Record<string, string>> {
  const status = (await call(scene, session, 'status')) as Json;
  const found: Record<string, string> = {};
  for (const { id } of status.checks as Json[]) {
    const result = (await call(scene, session, 'check', { id, ...(values === undefined ? {} : { values }) })) as Json;
    t.is(result.error, undefined, id);
    found[id] = result.status as string;
  }
  return found;
}

for (const target of [NATIVE_TARGET, 'mips_24kc']) {
  test(`the page's calls against a provider, with the ${target} binary`, async (t) => {
    t.timeout(240 * SECONDS);
    const scene = await startScene({ target });
    t.teardown(() => scene.stop());
    await scene.configure(CLIENTS.confidential);
    const alice = await sessionOf(scene, 'alice');
    const files = () => readdirSync(path.join(scene.router.tree, 'var/run/luci-sso')).sort();
    const before = files();
    const found = await checkAll(t, scene, alice);
    const expected = Object.keys(found).map((id) => [
      id,
      ['placeholders', 'redirect_uri', 'logout', 'login_hook', 'guard', 'recheck'].includes(id) ? 'WARN' : 'PASS',
    ]);
    t.deepEqual(found, Object.fromEntries(expected));

    const wrong = {
      provider: {
        issuer_url: scene.provider.issuer,
        client_id: CLIENTS.confidential.id,
        client_secret: 'wrong',
        ca_file: '/etc/provider-ca.pem',
      },
    };
    const draft = (await call(scene, alice, 'check', { id: 'client_auth', values: wrong })) as Json;
    t.deepEqual([draft.status, draft.code], ['FAIL', 'CLIENT_REJECTED']);
    t.regex(draft.text as string, /^HTTP 401 invalid_client/);
    t.deepEqual(files(), before, 'nothing was saved');
    t.is(await scene.router.uci('get', 'luci-sso.default.client_secret'), `${CLIENTS.confidential.secret}\n`);

    const { sessions } = (await call(scene, alice, 'sessions')) as { sessions: Json[] };
    t.deepEqual(
      sessions.map(({ user, role, own }) => [user, role, own]),
      [['alice', 'admin', true]],
    );
    t.false(JSON.stringify(sessions).includes(alice));
    t.deepEqual(await call(scene, alice, 'end_session', { id: 'all' }), { ended: 1 });
    t.is(await call(scene, alice, 'sessions'), -32002);
  });
}

test('a session of few rights gets nothing out of the plugin (security 39, 108)', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  const bob = await sessionOf(scene, 'bob');
  for (const session of [bob, '0'.repeat(32)]) {
    for (const method of ['status', 'check', 'sessions', 'end_session', 'acl_groups'])
      t.is(await call(scene, session, method, { id: 'all' }), -32002, method);
  }
  t.is(scene.router.sessions().length, 1);
});
