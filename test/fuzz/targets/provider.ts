// SPDX-License-Identifier: MIT
// The provider's documents through the functions that keep only what is checked.
import { parseJsonObject } from '../../../src/codec/json.ts';
import type { OidcConfig } from '../../../src/config.ts';
import type { Exchange } from '../../../src/exchange.ts';
import { checkMetadata } from '../../../src/oidc/discovery.ts';
import { fetchKeys, readCachedKeys } from '../../../src/oidc/jwks.ts';
import type { ProviderMetadata } from '../../../src/oidc/metadata.ts';
import { openProvider } from '../../../src/oidc/open-provider.ts';
import { cacheKey, readCachedMetadata, refuseWhileDown, type OpenIdProvider } from '../../../src/oidc/provider.ts';
import { redeemCode } from '../../../src/oidc/token.ts';
import { fetchUserinfo } from '../../../src/oidc/userinfo.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { FakeProvider, httpBytes, ISSUER } from '../../_helpers/_fake-provider.ts';
import { must, type Helpers, type Target } from '../engine.ts';
import { codeOf, codeOfAsync, same, utf8 } from './_bytes.ts';

export const PROVIDER: OidcConfig = {
  section: 'default',
  enabled: true,
  issuer: ISSUER,
  clientId: 'luci',
  trustedAudiences: [],
  par: 'auto',
  clientSecret: 'secret',
  clientAuth: 'auto',
  redirectUri: '',
  scope: 'openid',
  providerName: '',
  internalIssuerUrl: '',
  internalAddress: '',
  caFile: '',
  clockToleranceS: 60,
  requireEmailVerified: true,
  emailClaim: 'email',
  emailVerifiedClaim: 'email_verified',
  groupsClaim: 'groups',
  usernameClaim: 'preferred_username',
  nameClaim: 'name',
  allowedAlgs: [],
  prompt: '',
  maxAgeS: undefined,
  acrValues: [],
  sessionTimeS: undefined,
  sessionMaxS: 43200,
  recheckS: 300,
  ssoOnly: false,
  logoutAtProvider: true,
  trustedProxies: [],
};

export function newExchange(host = new FakeHost()): Exchange {
  const request = {
    method: 'GET',
    path: '',
    query: [],
    cookies: [],
    hostHeader: 'router.test',
    isTls: true,
    clientAddress: '192.0.2.1',
    acceptLanguage: '',
    referer: '',
  };
  return { host, request, correlationId: 'id', headers: [] };
}

/** A provider whose metadata need not be asked for, with state files that are called after `key`. */
export function providerWith(host: FakeHost, metadata: ProviderMetadata, config = PROVIDER, key = 'k'): OpenIdProvider {
  return { ...openProvider(newExchange(host), config), key, metadata: () => Promise.resolve(metadata) };
}

const DOCUMENT = new FakeProvider().discovery;
const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  1e300,
  '',
  'x',
  'http://id.test/',
  'https://id.test/\u212a',
  'https://u@id.test/',
  `${ISSUER}/`,
  [],
  ['S256'],
  [1],
  [[]],
  {},
  { a: 1 },
];

function oddDocument(base: Record<string, unknown>, { below, pick }: Helpers): Uint8Array {
  const document: Record<string, unknown> = { ...base };
  for (let i = below(3); i > 0; i--) document[pick([...Object.keys(base), 'require_pushed_authorization_requests', 'x'])] = pick(ODD);
  return utf8(JSON.stringify(document));
}

const WORDS = [
  '"issuer":',
  `"${ISSUER}"`,
  '_endpoint":',
  '"https://',
  'http:',
  'null',
  '[]',
  '{}',
  '["S256"]',
  ',',
  '"',
  '\\u0000',
  '\xe2\x84\xaa',
  'true',
  '1',
];

export const discovery: Target = {
  name: 'discovery',
  dictionary: WORDS,
  generate: (helpers) => oddDocument(DOCUMENT, helpers),
  fuzz(bytes) {
    const parsed = parseJsonObject(bytes);
    if (!parsed.ok) return 'no JSON';
    let metadata: ReturnType<typeof checkMetadata> | undefined;
    const code = codeOf(() => void (metadata = checkMetadata(newExchange(), PROVIDER, parsed.value)));
    if (metadata === undefined) return code;
    must(metadata.issuer === ISSUER, 'issuer');
    for (const name of [
      'authorizationEndpoint',
      'tokenEndpoint',
      'jwksUri',
      'userinfoEndpoint',
      'endSessionEndpoint',
      'parEndpoint',
    ] as const) {
      const value = metadata[name];
      if (value === '' && !['authorizationEndpoint', 'tokenEndpoint', 'jwksUri'].includes(name)) continue;
      must(/^[\x21-\x7e]+$/.test(value) && new URL(value).protocol === 'https:', `${name} '${value}'`);
    }
    // Through the cache it comes back the same.
    const host = new FakeHost();
    const file = JSON.stringify({ until: host.bootMs / 1000 + 60, value: metadata });
    host.state.set(`discovery.${cacheKey(PROVIDER)}`, utf8(file));
    if (file.length < 30000) same(readCachedMetadata(openProvider(newExchange(host), PROVIDER)), metadata, 'cached');
    return code;
  },
};

const METADATA = checkMetadata(newExchange(), PROVIDER, DOCUMENT as never);

/** A host whose provider gives these bytes to everything. */
function hostAnswering(bytes: Uint8Array, status: number): FakeHost {
  const host = new FakeHost();
  host.server = () =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`),
      bytes,
    ]);
  return host;
}

export const jwksDocument: Target = {
  name: 'jwks',
  dictionary: ['"keys":', '[', ']', '{"kty":"RSA"', '{"kty":"EC"', '"d":', '"k":', 'null', '{},', '"kid":', ','],
  generate: ({ below, pick }) =>
    utf8(
      JSON.stringify({
        keys: Array.from({ length: pick([0, 1, 3, 51]) }, () =>
          pick<unknown>([
            { kty: 'RSA', n: 'x', e: 'AQAB', d: 'secret' },
            { kty: 'oct', k: 'secret' },
            { kty: 'EC', zz: 1, x: {} },
            null,
            1,
            [],
            { kty: 'OKP', kid: below(9) },
          ]),
        ),
      }),
    ),
  async fuzz(bytes) {
    const host = hostAnswering(bytes, 200);
    const provider = providerWith(host, METADATA);
    let keys: readonly object[] | undefined;
    const code = await codeOfAsync(async () => void (keys = (await fetchKeys(provider, METADATA)).keys));
    if (keys === undefined) {
      must(host.state.has('down.k'), 'a failure is not remembered');
      return code;
    }
    must(
      keys.length <= 50 &&
        keys.every((key) => Object.keys(key).every((name) => !['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'zz'].includes(name))),
      'private or unknown members kept',
    );
    const cached = readCachedKeys(provider, METADATA);
    if (cached !== undefined) same(cached.keys, keys, 'cached keys');
    return `${Math.min(keys.length, 2)} keys`;
  },
};

const TOKENS = { access_token: 'the-access-token', token_type: 'Bearer', expires_in: 3600, id_token: 'a.b.c' };

export const tokenAnswer: Target = {
  name: 'token-answer',
  dictionary: [
    '"access_token":',
    '"id_token":',
    '"token_type":',
    '"bearer"',
    '"error":',
    '"invalid_grant"',
    '"invalid_client"',
    '"error_description":',
    'the-code',
    'null',
    '{}',
    '[{}]',
    '[]',
    ',',
    '\\u0000',
    '1',
  ],
  generate: (helpers) =>
    oddDocument(helpers.pick<Record<string, unknown>>([TOKENS, { error: 'invalid_grant', error_description: 'no the-code' }]), helpers),
  async fuzz(bytes, helpers) {
    const host = hostAnswering(bytes, helpers.pick([200, 200, 400, 401, 403, 500]));
    const grant = { code: 'the-code', redirectUri: 'https://router.test/cgi-bin/luci-sso/callback', codeVerifier: 'the-verifier' };
    let detail = '';
    const code = await codeOfAsync(async () => {
      try {
        const tokens = await redeemCode(providerWith(host, METADATA), grant);
        must(tokens.idToken !== '' && tokens.accessToken !== '' && tokens.accessToken.length <= 65536, 'tokens');
      } catch (error) {
        detail = String((error as Error).message);
        throw error;
      }
    });
    must(!/the-code|the-verifier/.test(detail), 'a secret in the detail');
    return code;
  },
};

export const userinfo: Target = {
  name: 'userinfo',
  dictionary: ['"sub":"alice"', '"sub":', 'null', '"email":', '{}', '[]', ',', '1'],
  generate: (helpers) => oddDocument({ sub: 'alice', email: 'a@b.c' }, helpers),
  async fuzz(bytes, helpers) {
    const host = hostAnswering(bytes, helpers.pick([200, 200, 200, 401]));
    const code = await codeOfAsync(async () => {
      const found = await fetchUserinfo(providerWith(host, METADATA), 'token', { iss: ISSUER, sub: 'alice' } as never);
      must(found?.['sub'] === 'alice', 'another subject');
    });
    return code;
  },
};

/** State files of ours with foreign content: absent, or of the right types; the next login asks anew. */
export const cacheFiles: Target = {
  name: 'cache',
  dictionary: [
    '{"until":',
    '1e999',
    '999999',
    '"value":',
    '"keys":',
    '"code":"',
    'null',
    '[]',
    '{}',
    ',',
    '"issuer":',
    '\xff',
    'true',
    '__proto__',
  ],
  generate: ({ pick }) =>
    utf8(
      JSON.stringify({
        until: pick<unknown>([1e9, 160, 0, null, 'x', 1e300]),
        value: pick<unknown>([
          METADATA,
          { ...METADATA, tokenAuthMethods: [1] },
          { ...METADATA, issParameterSupported: 1 },
          { jwksUri: METADATA.jwksUri, keys: [null, [], {}] },
          { code: 'INTERNAL_ERROR' },
          { code: 'DISCOVERY_FAILED' },
          [],
          null,
        ]),
      }),
    ),
  async fuzz(bytes) {
    const provider = new FakeProvider();
    const host = new FakeHost();
    host.server = (request) =>
      request.includes('openid-configuration')
        ? httpBytes({ status: 200, headers: { 'Content-Type': 'application/json' }, body: provider.discovery })
        : { reason: 'refused' };
    const key = cacheKey(PROVIDER);
    for (const name of ['discovery', 'jwks', 'down', 'refetch']) host.state.set(`${name}.${key}`, bytes);
    const known = openProvider(newExchange(host), PROVIDER);
    const cached = readCachedMetadata(known);
    const keys = readCachedKeys(known, METADATA);
    must(keys === undefined || keys.keys.every((item) => typeof item === 'object' && item !== null), 'keys');
    const down = codeOf(() => refuseWhileDown(known));
    let metadata: typeof cached;
    try {
      metadata = await known.metadata();
    } catch (error) {
      codeOf(() => {
        throw error;
      });
      must(down !== 'accepted', 'a damaged cache stops a login');
    }
    if (metadata !== undefined) must(metadata.issuer === ISSUER, 'issuer');
    // Whatever it says, it is in the way for 15 s at most.
    const isDown = (): boolean => codeOf(() => refuseWhileDown(known)) !== 'accepted';
    const wasDown = isDown();
    host.bootMs += 16000;
    must(!wasDown || !isDown(), 'remembered for longer than its time');
    return `${cached === undefined ? 'absent' : 'metadata'}, ${keys === undefined ? 'absent' : 'keys'}, ${down}`;
  },
};
