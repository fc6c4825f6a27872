// SPDX-License-Identifier: MIT
// Lets the rolled program answer one kind of request, and prints the chunks that it reads for it. What comes before
// the request is done by the sources. usage: node --import=tsx test/quality/design/_read-chunks.ts <kind>
import { register } from 'node:module';
import { setRequest, type Asked } from '../../_helpers/_fake-host.ts';
import { EC_KEY, ISSUER, signingKey, type SigningKey } from '../../_helpers/_fake-provider.ts';
import { authorize, callbackQuery, finish, newWorld, start, type World } from '../../_helpers/_login.ts';

type Kind = (world: World) => Promise<void>;

const asks =
  (asked: Asked): Kind =>
  async ({ host }) =>
    setRequest(host, asked);

/** A request when somebody has logged in since the router started, so that documents and keys are at hand. */
const later =
  (kind: Kind): Kind =>
  async (world) => {
    await finish(world, await start(world));
    await kind(world);
  };

const commands =
  (...words: string[]): Kind =>
  async ({ host }) => {
    host.environment = {};
    host.commandLine = ['luci-sso', ...words];
  };

const plugin =
  (method: string): Kind =>
  async ({ host }) => {
    host.environment = {};
    host.commandLine = ['/usr/libexec/rpcd/luci-sso', 'call', method];
    host.input = new Uint8Array(Buffer.from('{}'));
  };

const callback =
  (key?: SigningKey): Kind =>
  async (world) => {
    if (key !== undefined) Object.assign(world.provider, { key, published: [key] });
    const started = await start(world);
    authorize(world, started);
    setRequest(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie });
  };

const posts =
  (path: string, parameters: Record<string, string>): Kind =>
  async ({ host }) => {
    host.input = new Uint8Array(Buffer.from(new URLSearchParams(parameters).toString()));
    setRequest(host, { method: 'POST', path, environment: { CONTENT_TYPE: 'application/x-www-form-urlencoded' } });
  };

const logout: Kind = async (world) => {
  const { key, now } = world.provider;
  const claims = {
    iss: ISSUER,
    aud: 'luci',
    iat: now,
    exp: now + 120,
    jti: 'j1',
    sub: 'alice-id',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
  await posts('/backchannel-logout', { logout_token: world.provider.sign({ alg: key.alg, kid: key.kid, typ: 'logout+jwt' }, claims) })(
    world,
  );
};

const KINDS: Readonly<Record<string, Kind>> = {
  'GET ?action=enabled': asks({ query: 'action=enabled' }),
  'GET /, the first since the router started': asks({}),
  'GET /': later(asks({})),
  'GET /callback, RS256': later(callback()),
  'GET /callback, ES256': later(callback(EC_KEY)),
  'GET /callback, another algorithm': later(callback(signingKey('ps-1', 'PS256'))),
  'GET /callback without a handshake': asks({ path: '/callback', query: callbackQuery('x'.repeat(22)) }),
  'GET /initiate': later(asks({ path: '/initiate', query: new URLSearchParams({ iss: ISSUER }).toString() })),
  'POST /backchannel-logout': later(logout),
  'GET /logged-out': asks({ path: '/logged-out' }),
  'an address that does not exist': asks({ path: '/nothing' }),
  'an error page in German': asks({ path: '/nothing', environment: { HTTP_ACCEPT_LANGUAGE: 'de' } }),
  'luci-sso version': commands('version'),
  'luci-sso status': commands('status'),
  'luci-sso check': commands('check'),
  'luci-sso sync': commands('sync'),
  'luci-sso sessions': commands('sessions'),
  'luci-sso explain': commands('explain', 'ACCESS_DENIED'),
  'luci-sso selftest': commands('selftest'),
  'luci-sso tick, nothing to do': later(async (world) => {
    const { main } = await import('../../../src/main.ts');
    for (let i = 0; i < 2; i++) {
      await commands('tick')(world);
      await main(world.host);
    }
  }),
  'ubus call luci-sso status': plugin('status'),
  'ubus call luci-sso sessions': plugin('sessions'),
  'ubus call luci-sso acl_groups': plugin('acl_groups'),
};

const name = process.argv[2];
if (name === undefined) {
  console.log(Object.keys(KINDS).join('\n'));
} else {
  const world = newWorld();
  await KINDS[name]?.(world);
  register('./_chunk-hooks.mjs', import.meta.url);
  const rolled = '../../../build/bundle/core.js';
  const { main } = (await import(rolled)) as typeof import('../../../src/main.ts');
  await main(world.host);
}
