// SPDX-License-Identifier: MIT
// What the provider's answer to a refresh means, and giving a token back.
import test from 'ava';
import { readConfig } from '../../../src/config-roles.ts';
import { openProvider } from '../../../src/oidc/open-provider.ts';
import type { OpenIdProvider } from '../../../src/oidc/provider.ts';
import { refreshTokens } from '../../../src/oidc/refresh.ts';
import { revokeToken } from '../../../src/oidc/revocation.ts';
import { Refusal } from '../../../src/refusal.ts';
import { ISSUER, type Reply } from '../../_helpers/_fake-provider.ts';
import { newWorld, SECRET, type World } from '../../_helpers/_login.ts';

function providerOf({ host }: World): OpenIdProvider {
  const sections = Object.entries(host.router.uci['luci-sso'] ?? {}).map(([name, values]) => ({
    name,
    type: String(values['.type']),
    values,
  }));
  const config = readConfig(sections as Parameters<typeof readConfig>[0]);
  if (!config.ok) throw new Error(config.problems.join());
  return openProvider({ host, request: {} as never, correlationId: 'test', headers: [] }, config.value.oidc);
}

const error = (status: number, code?: string): Partial<Reply> => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: code === undefined ? '' : { error: code },
});

/** What came, and what it means. */
const ROWS: ReadonlyArray<readonly [string, Partial<Reply>, 'refused' | 'outage']> = [
  ['invalid_grant', error(400, 'invalid_grant'), 'refused'],
  ['a sentence, as Pocket ID 2.9 sends', error(400, 'Invalid refresh token'), 'refused'],
  ['access_denied with 403, as glewlwyd', error(403, 'access_denied'), 'refused'],
  ['401 with another code', error(401, 'invalid_token'), 'refused'],
  ['invalid_client', error(401, 'invalid_client'), 'outage'],
  ['unauthorized_client', error(400, 'unauthorized_client'), 'outage'],
  ['temporarily_unavailable', error(400, 'temporarily_unavailable'), 'outage'],
  ['server_error', error(400, 'server_error'), 'outage'],
  ['400 without a body, as glewlwyd of a deleted user', error(400), 'refused'],
  ['403 without a body', error(403), 'outage'],
  ['400 with JSON that names no error', { ...error(400), body: { message: 'no' } }, 'outage'],
  ['403 of a page in front', { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<title>no</title>' }, 'outage'],
  ['404', error(404, 'invalid_grant'), 'outage'],
  ['408', error(408, 'invalid_grant'), 'outage'],
  ['429', error(429, 'invalid_grant'), 'outage'],
  ['500', error(500, 'invalid_grant'), 'outage'],
  ['503', error(503), 'outage'],
];

for (const [name, reply, kind] of ROWS) {
  test(`a refresh that is answered with ${name}: ${kind}`, async (t) => {
    const world = newWorld();
    world.provider.changes.set('/token', (answer) => Object.assign(answer, reply));
    const failure = await t.throwsAsync(() => refreshTokens(providerOf(world), 'the-refresh-token'), { instanceOf: Refusal });
    t.is(failure?.code, kind === 'refused' ? 'OIDC_INVALID_GRANT' : 'TOKEN_EXCHANGE_FAILED');
  });
}

test('a refresh gives the tokens, and the refresh token for the next time', async (t) => {
  const world = newWorld();
  const { provider } = world;
  provider.refreshToken = 'first';
  const opened = providerOf(world);
  t.like(await refreshTokens(opened, 'first'), { accessToken: 'another-access-token', refreshToken: 'first' });
  provider.rotates = true;
  provider.refreshesIdToken = false;
  t.deepEqual(await refreshTokens(opened, 'first'), { accessToken: 'another-access-token', idToken: '', refreshToken: 'refresh-token-1' });
  await t.throwsAsync(() => refreshTokens(opened, 'first'), { message: /^OIDC_INVALID_GRANT: / }, 'a second time');
  const body = new URLSearchParams(provider.requests.find(({ path }) => path === '/token')?.body ?? '');
  t.deepEqual(
    [...body],
    [
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'first'],
    ],
  );
});

test('an answer that is not received or not understood refuses', async (t) => {
  const world = newWorld();
  const opened = providerOf(world);
  const codeOf = async (): Promise<string> => {
    const failure = await t.throwsAsync(() => refreshTokens(opened, 'x'), { instanceOf: Refusal });
    return failure?.code ?? '';
  };
  world.provider.changes.set('/token', (answer) =>
    Object.assign(answer, { status: 200, headers: { 'Content-Type': 'application/json' }, body: {} }),
  );
  t.is(await codeOf(), 'MISSING_ACCESS_TOKEN');
  world.provider.changes.set('/token', (answer) =>
    Object.assign(answer, { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>' }),
  );
  t.is(await codeOf(), 'TOKEN_RESPONSE_INVALID_JSON');
  world.provider.raw.set('/token', { reason: 'timeout' });
  t.is(await codeOf(), 'TOKEN_ENDPOINT_NETWORK_ERROR');
});

test('what a provider repeats of our secrets is not shown', async (t) => {
  const world = newWorld();
  world.provider.changes.set('/token', (answer) => Object.assign(answer, error(400, `no the-refresh-token ${SECRET}`)));
  await t.throwsAsync(() => refreshTokens(providerOf(world), 'the-refresh-token'), {
    message: 'OIDC_INVALID_GRANT: HTTP 400 no (removed) (removed)',
  });
});

test('a token is given back where the provider takes it, and otherwise not asked about', async (t) => {
  const without = newWorld();
  t.true(await revokeToken(providerOf(without), 'the-token'));
  t.deepEqual(without.provider.revoked, []);
  for (const [status, isDone] of [
    [200, true],
    [400, true],
    [429, false],
    [503, false],
  ] as const) {
    const world = newWorld();
    Object.assign(world.provider.discovery, { revocation_endpoint: `${ISSUER}/revoke` });
    world.provider.changes.set('/revoke', (answer) => (answer.status = status));
    t.is(await revokeToken(providerOf(world), 'the-token'), isDone, String(status));
    const request = world.provider.requests.find(({ path }) => path === '/revoke');
    t.is(request?.body, 'token=the-token&token_type_hint=refresh_token');
    t.regex(request?.head ?? '', /Authorization: Basic /);
  }
});
