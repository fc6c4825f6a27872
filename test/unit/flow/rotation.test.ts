// SPDX-License-Identifier: MIT
// The provider changes its keys between any two steps of logins: the login works as long as the
// token's key is published when the router asks for the keys.
import test from 'ava';
import { claims, header } from '../../_helpers/_changes.ts';
import { codeOf } from '../../_helpers/_fake-host.ts';
import { EC_KEY, OTHER_RSA_KEY, RSA_KEY, type FakeProvider } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

type Change = (provider: FakeProvider) => void;

/** What the provider has from now on. */
const CHANGES: Readonly<Record<string, Change>> = {
  'another kid': (p) => Object.assign(p, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] }),
  'another kid, the old key beside it': (p) => Object.assign(p, { key: OTHER_RSA_KEY, published: [RSA_KEY, OTHER_RSA_KEY] }),
  'the same kid': (p) => {
    const renamed = { ...OTHER_RSA_KEY, kid: RSA_KEY.kid, jwk: { ...OTHER_RSA_KEY.jwk, kid: RSA_KEY.kid } };
    Object.assign(p, { key: renamed, published: [renamed] });
  },
  'another algorithm': (p) => {
    Object.assign(p, { key: EC_KEY, published: [EC_KEY] });
    p.discovery.id_token_signing_alg_values_supported = ['ES256'];
  },
  'another address of the keys': (p) => {
    Object.assign(p, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
    p.discovery.jwks_uri = 'https://id.test/new/jwks';
  },
};

/** When it happens; gives the code of the login that follows, '' for a session. */
const MOMENTS: Readonly<Record<string, (world: World, change: Change) => Promise<string>>> = {
  'before the first login': async (world, change) => {
    change(world.provider);
    return codeOf(await finish(world, await start(world)));
  },
  'between start and callback of the first login': async (world, change) => {
    const started = await start(world);
    change(world.provider);
    return codeOf(await finish(world, started));
  },
  'between two logins': async (world, change) => {
    await finish(world, await start(world));
    change(world.provider);
    return codeOf(await finish(world, await start(world)));
  },
  'between start and callback of the second login': async (world, change) => {
    await finish(world, await start(world));
    const started = await start(world);
    change(world.provider);
    return codeOf(await finish(world, started));
  },
};

const newSessions = async (world: World, run: () => Promise<string>): Promise<{ code: string; sessions: number }> => {
  const code = await run();
  return { code, sessions: world.host.router.sessions.size };
};

for (const [moment, run] of Object.entries(MOMENTS)) {
  for (const [what, change] of Object.entries(CHANGES)) {
    test(`the key changes ${moment}: ${what}`, async (t) => {
      const world = newWorld();
      world.provider.discovery.id_token_signing_alg_values_supported = ['RS256'];
      const { code, sessions } = await newSessions(world, () => run(world, change));
      t.is(code, '', world.host.lines.join('\n'));
      t.is(sessions, moment.includes('first') ? 1 : 2);
      const isCached = !moment.includes('first');
      t.is(
        world.host.lines.some((line) => line.includes(' JWKS_REFETCHED ')),
        isCached || (moment.includes('callback') && what === 'another algorithm'),
      );
    });
  }
}

test('tokens without kid: the key changes between two logins', async (t) => {
  const world = newWorld();
  world.provider.published = [RSA_KEY];
  header({ kid: undefined })(world);
  await finish(world, await start(world));
  Object.assign(world.provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
  t.is((await finish(world, await start(world))).status, 200, world.host.lines.join('\n'));
});

test('the key changes between the token and the keys: refused, and the next login works', async (t) => {
  const world = newWorld();
  const started = await start(world);
  world.provider.changes.set('/token', () => Object.assign(world.provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] }));
  t.is(codeOf(await finish(world, started)), 'KEY_NOT_FOUND');
  world.provider.changes.clear();
  t.is((await finish(world, await start(world))).status, 200);
});

test('a fresh look at the keys is no second chance for a token that is wrong otherwise', async (t) => {
  const world = newWorld();
  await finish(world, await start(world));
  Object.assign(world.provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
  claims({ aud: 'other' })(world);
  t.is(codeOf(await finish(world, await start(world))), 'AUDIENCE_MISMATCH');
});
