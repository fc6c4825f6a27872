// SPDX-License-Identifier: MIT
// Each member of each answer of the provider, absent or of each wrong kind: a code of the closed table
// and no session, except where the list below says why the change does no harm.
import test from 'ava';
import { REFUSALS } from '../../../src/refusals.ts';
import { codeOf } from '../../_helpers/_fake-host.ts';
import { EC_KEY, RSA_KEY } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

const KINDS: ReadonlyArray<readonly [string, unknown]> = [
  ['absent', undefined],
  ['null', null],
  ['a number', 7],
  ['a huge number', 1e300],
  ['a negative number', -1],
  ['an empty text', ''],
  ['a text', 'nonsense'],
  ['a text with NUL and line breaks', 'a\0b\r\nc'],
  ['true', true],
  ['false', false],
  ['an empty list', []],
  ['a list of a number', [7]],
  ['a list of a text', ['nonsense']],
  ['a list of an object', [{}]],
  ['an object', { a: 'b' }],
  ['an object named like a prototype', { toString: 1, valueOf: null }],
  ['20 levels deep', nested(20)],
  ['20,000 characters', 'x'.repeat(20_000)],
  ['300,000 characters', 'x'.repeat(300_000)],
  ['a list of 30,000', new Array<string>(30_000).fill('x')],
];

const DOCUMENTS: Readonly<
  Record<string, { readonly members: readonly string[]; readonly change: (world: World, member: string, value: unknown) => void }>
> = {
  discovery: {
    members: [
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'userinfo_endpoint',
      'end_session_endpoint',
      'response_types_supported',
      'subject_types_supported',
      'authorization_response_iss_parameter_supported',
      'token_endpoint_auth_methods_supported',
      'code_challenge_methods_supported',
      'id_token_signing_alg_values_supported',
      'pushed_authorization_request_endpoint',
      'require_pushed_authorization_requests',
      'unknown',
    ],
    change: (world, member, value) => void Object.assign(world.provider.discovery, { [member]: value }),
  },
  'key set': {
    members: ['keys', 'unknown'],
    change: (world, member, value) =>
      void world.provider.changes.set('/jwks', (reply) => Object.assign(reply.body as object, { [member]: value })),
  },
  'RSA key': {
    members: ['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x5c', 'unknown'],
    change: (world, member, value) => {
      world.provider.published = [{ ...RSA_KEY, jwk: { ...RSA_KEY.jwk, [member]: value } }];
    },
  },
  'EC key': {
    members: ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'd', 'unknown'],
    change: (world, member, value) => {
      world.provider.key = EC_KEY;
      world.provider.published = [{ ...EC_KEY, jwk: { ...EC_KEY.jwk, [member]: value } }];
    },
  },
  'token answer': {
    members: ['access_token', 'token_type', 'expires_in', 'id_token', 'refresh_token', 'scope', 'error', 'unknown'],
    change: (world, member, value) =>
      void world.provider.changes.set('/token', (reply) => Object.assign(reply.body as object, { [member]: value })),
  },
  'token error': {
    members: ['error', 'error_description', 'unknown'],
    change: (world, member, value) =>
      void world.provider.changes.set('/token', (reply) =>
        Object.assign(reply, { status: 400, body: { error: 'invalid_grant', [member]: value } }),
      ),
  },
  header: {
    members: ['alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'zip', 'cty', 'unknown'],
    change: (world, member, value) => void (world.provider.changeToken = (parts) => Object.assign(parts.header, { [member]: value })),
  },
  claims: {
    members: [
      'iss',
      'aud',
      'azp',
      'iat',
      'exp',
      'nbf',
      'nonce',
      'sub',
      'email',
      'email_verified',
      'preferred_username',
      'name',
      'groups',
      'at_hash',
      'auth_time',
      'acr',
      'amr',
      'sid',
      'jti',
      'unknown',
    ],
    change: (world, member, value) => void (world.provider.changeToken = (parts) => Object.assign(parts.claims, { [member]: value })),
  },
  userinfo: {
    members: ['sub', 'email', 'email_verified', 'preferred_username', 'name', 'groups', 'unknown'],
    change: (world, member, value) => {
      world.provider.claims = { sub: 'alice-id' };
      world.provider.userinfo = { sub: 'alice-id', email: 'alice@example.com', email_verified: true, [member]: value };
    },
  },
};

/** 'document.member' -> the kinds, and no others, that end in a session; 'any': the member decides nothing here. */
const HARMLESS: Readonly<Record<string, readonly string[] | 'any'>> = {
  // Not read.
  'discovery.response_types_supported': 'any',
  'discovery.subject_types_supported': 'any',
  'discovery.unknown': 'any',
  'key set.unknown': 'any',
  'RSA key.crv': 'any',
  'RSA key.x5c': 'any',
  'RSA key.unknown': 'any',
  'EC key.d': 'any',
  'EC key.unknown': 'any',
  'token answer.expires_in': 'any',
  'token answer.refresh_token': 'any',
  'token answer.scope': 'any',
  'token answer.error': 'any',
  'token answer.unknown': 'any',
  'header.jwk': 'any',
  'header.jku': 'any',
  'header.x5c': 'any',
  'header.zip': 'any',
  'header.cty': 'any',
  'header.unknown': 'any',
  'claims.amr': 'any',
  'claims.jti': 'any',
  'claims.unknown': 'any',
  'userinfo.unknown': 'any',
  // An endpoint that is no https URL counts as absent, and this login does not need it.
  'discovery.userinfo_endpoint': 'any',
  'discovery.end_session_endpoint': 'any',
  'discovery.pushed_authorization_request_endpoint': 'any',
  // Switches: only true switches on. What `iss` is worth is decided by its value when it is there.
  'discovery.authorization_response_iss_parameter_supported': 'any',
  'discovery.require_pushed_authorization_requests': 'any',
  // Optional lists; an empty one says nothing.
  'discovery.token_endpoint_auth_methods_supported': ['absent', 'null'],
  'discovery.code_challenge_methods_supported': ['absent', 'null', 'an empty list'],
  'discovery.id_token_signing_alg_values_supported': ['absent', 'null', 'an empty list'],
  // Optional, and wrong when present and not right.
  'RSA key.alg': ['absent'],
  'RSA key.use': ['absent'],
  'RSA key.key_ops': ['absent'],
  'EC key.alg': ['absent'],
  'EC key.use': ['absent'],
  'EC key.key_ops': ['absent'],
  'header.kid': ['absent'],
  'header.typ': ['absent'],
  'header.crit': ['absent'],
  'header.b64': ['absent'],
  'claims.azp': ['absent'],
  'claims.at_hash': ['absent'],
  // Times in the far past or future on the harmless side.
  'claims.nbf': ['absent', 'a number', 'a negative number'],
  'claims.iat': ['a number', 'a negative number'],
  'claims.exp': ['a huge number'],
  // Looked at only when max_age or acr_values are set.
  'claims.auth_time': 'any',
  'claims.acr': 'any',
  // For people to see; what is no text counts as absent. The role of this login looks at the address alone.
  'claims.preferred_username': 'any',
  'claims.name': 'any',
  'claims.groups': 'any',
  'claims.sid': 'any',
  'userinfo.preferred_username': 'any',
  'userinfo.name': 'any',
  'userinfo.groups': 'any',
  // Any text is a token, and any printable text a subject; the rule is about the address.
  'token answer.access_token': ['a text', 'a text with NUL and line breaks', '20,000 characters'],
  'claims.sub': ['a text'],
  // Only the boolean.
  'claims.email_verified': ['true'],
  'userinfo.email_verified': ['true'],
};

for (const [name, { members, change }] of Object.entries(DOCUMENTS)) {
  for (const member of members) {
    test(`${name}: whatever ${member} is, there is a code, or the list says that it is harmless`, async (t) => {
      const accepted: string[] = [];
      for (const [kind, value] of KINDS) {
        const what = `${name}.${member} is ${kind}`;
        const world = newWorld();
        change(world, member, value);
        const started = await start(world);
        let code = codeOf(started.answer);
        if (code === '') code = codeOf(await finish(world, started));
        t.true(
          code === '' || (Object.hasOwn(REFUSALS, code) && code !== 'INTERNAL_ERROR'),
          `${what}: ${code} ${world.host.lines.join(' | ')}`,
        );
        t.is(world.host.router.sessions.size, code === '' ? 1 : 0, what);
        if (code === '') accepted.push(kind);
      }
      const allowed = HARMLESS[`${name}.${member}`] ?? [];
      if (allowed !== 'any') t.deepEqual(accepted, allowed);
    });
  }
}

for (const [name, member, kind, code] of [
  ['discovery', 'issuer', 7, 'DISCOVERY_MISSING_ISSUER'],
  ['discovery', 'token_endpoint', null, 'DISCOVERY_MISSING_ENDPOINT'],
  ['discovery', 'jwks_uri', 'http://id.test/jwks', 'INSECURE_ENDPOINT'],
  ['discovery', 'require_pushed_authorization_requests', true, 'PAR_REQUIRED'],
  ['discovery', 'code_challenge_methods_supported', ['plain'], 'PKCE_S256_UNSUPPORTED'],
  ['discovery', 'code_challenge_methods_supported', { a: 1 }, 'INVALID_DISCOVERY_DOC'],
  ['key set', 'keys', null, 'INVALID_JWKS_FORMAT'],
  ['key set', 'keys', [], 'NO_KEYS_AVAILABLE'],
  ['key set', 'keys', new Array(51).fill({}), 'INVALID_JWKS_FORMAT'],
  ['RSA key', 'n', 7, 'MISSING_RSA_PARAMS'],
  ['RSA key', 'e', 'AQA=', 'INVALID_RSA_PARAMS_ENCODING'],
  ['RSA key', 'kty', undefined, 'NO_KEYS_AVAILABLE'],
  ['EC key', 'x', {}, 'MISSING_EC_PARAMS'],
  ['EC key', 'y', 'AAAA', 'INVALID_EC_PARAMS_ENCODING'],
  ['EC key', 'crv', null, 'UNSUPPORTED_CURVE'],
  ['token answer', 'id_token', {}, 'MISSING_ID_TOKEN'],
  ['token answer', 'access_token', '', 'MISSING_ACCESS_TOKEN'],
  ['token answer', 'token_type', {}, 'TOKEN_TYPE_UNSUPPORTED'],
  ['token error', 'error', {}, 'TOKEN_EXCHANGE_FAILED'],
  ['token error', 'error_description', {}, 'OIDC_INVALID_GRANT'],
  ['header', 'alg', {}, 'INVALID_JWT_HEADER'],
  ['header', 'kid', null, 'INVALID_JWT_HEADER'],
  ['header', 'crit', null, 'CRITICAL_HEADER_UNSUPPORTED'],
  ['claims', 'iss', {}, 'ISSUER_MISMATCH'],
  ['claims', 'aud', [[]], 'MALFORMED_AUDIENCE'],
  ['claims', 'exp', '9999999999', 'INVALID_EXP_CLAIM'],
  ['claims', 'nonce', null, 'NONCE_MISMATCH'],
  ['claims', 'sub', null, 'MISSING_SUB_CLAIM'],
  ['claims', 'email_verified', 'true', 'EMAIL_NOT_VERIFIED'],
  ['claims', 'email', ['alice@example.com'], 'USER_NOT_AUTHORIZED'],
  ['userinfo', 'sub', null, 'IDENTITY_MISMATCH'],
  ['userinfo', 'email', { a: 'b' }, 'USER_NOT_AUTHORIZED'],
] as const) {
  test(`${name}: ${member} that is ${JSON.stringify(kind)?.slice(0, 40) ?? 'absent'} is ${code}`, async (t) => {
    const world = newWorld();
    DOCUMENTS[name]!.change(world, member, kind);
    const started = await start(world);
    t.is(codeOf(started.answer) || codeOf(await finish(world, started)), code);
    t.is(world.host.router.sessions.size, 0);
  });
}
