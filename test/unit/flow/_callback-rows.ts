// SPDX-License-Identifier: MIT
// One login that succeeds; each row changes one thing and names one code. Row names follow the
// OpenID conformance modules where there is one.
import { createHash } from 'node:crypto';
import { also, claims, discovery, fails, forget, header, option, reply, rule, tokenBody } from '../../_helpers/_changes.ts';
import { EC_KEY, ISSUER, OTHER_RSA_KEY, RSA_KEY, signingKey } from '../../_helpers/_fake-provider.ts';
import { type Alg, ALGS } from '../../_helpers/signing.ts';
import { callbackQuery, finish, SECRET, start, type Started, type World } from '../../_helpers/_login.ts';
import { NOW } from '../../_helpers/clock.ts';

/** A key set of exactly these entries. */
const published =
  (...keys: readonly unknown[]) =>
  (world: World) => {
    reply('/jwks', { body: { keys: keys.map((key) => (typeof key === 'object' && key !== null && 'jwk' in key ? key.jwk : key)) } })(world);
  };
const without = ({ jwk }: { readonly jwk: Record<string, unknown> }, member: string) => {
  const { [member]: _, ...rest } = jwk;
  return rest;
};
/** As Keycloak has one, beside the key that signs. */
const ENCRYPTION_KEY = { ...OTHER_RSA_KEY.jwk, alg: 'RSA-OAEP', use: 'enc' };

export interface Row {
  readonly name: string;
  /** '' = the login succeeds. */
  readonly code: string;
  readonly status?: number;
  /** Before the login starts. */
  readonly before?: (world: World) => void;
  /** Between start and callback. */
  readonly between?: (world: World, started: Started) => void | Promise<unknown>;
  /** Parameters of the callback that differ. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The whole query instead. */
  readonly rawQuery?: (started: Started) => string;
  readonly cookie?: (started: Started) => string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Whether the handshake is spent afterwards. */
  readonly isConsumed: boolean;
}

const OTHER_ALGS = ALGS.filter((alg) => alg !== 'RS256' && alg !== 'ES256');
/** The provider has one key, for this algorithm, and says so; the token has an at_hash. */
const signedBy = (alg: Alg) => (world: World) => {
  const key = signingKey(`${alg}-1`, alg);
  Object.assign(world.provider, { key, published: [key] });
  discovery({ id_token_signing_alg_values_supported: [alg] })(world);
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : `sha${alg.slice(2)}`)
    .update('the-access-token')
    .digest();
  claims({ at_hash: hash.subarray(0, hash.length / 2).toString('base64url') })(world);
};

export const ROWS: readonly Row[] = [
  // --- accepted -------------------------------------------------------------------------------
  { name: 'oidcc-client-test', code: '', isConsumed: true },
  { name: 'idtoken-sig-es256', code: '', before: (w) => void (w.provider.key = EC_KEY), isConsumed: true },
  ...OTHER_ALGS.map((alg) => ({
    name: `idtoken-sig-${alg.toLowerCase()}`,
    code: '',
    before: also(signedBy(alg), option('allowed_alg', [alg])),
    isConsumed: true,
  })),
  { name: 'aud-as-array', code: '', before: claims({ aud: ['luci'] }), isConsumed: true },
  {
    name: 'audiences of a whole Zitadel project',
    code: '',
    before: also(claims({ aud: ['luci', '3298', '3299'], azp: 'luci' }), option('trusted_audience', ['3298', '3299'])),
    isConsumed: true,
  },
  { name: "a code of 2,100 characters, like Entra's (security 21)", code: '', query: { code: 'c'.repeat(2100) }, isConsumed: true },
  { name: 'token-type-case-insensitivity (security 47)', code: '', before: tokenBody({ token_type: 'bearer' }), isConsumed: true },
  { name: 'without-expires_in (security 47)', code: '', before: tokenBody({ expires_in: undefined }), isConsumed: true },
  {
    name: 'kid-absent-single-jwks (security 83)',
    code: '',
    before: also(header({ kid: undefined }), (w) => void (w.provider.published = [RSA_KEY])),
    isConsumed: true,
  },
  {
    name: 'signing-key-rotation-just-before-signing',
    code: '',
    isConsumed: true,
    between: async (w) => {
      await finish(w, await start(w));
      w.host.router.sessions.clear();
      Object.assign(w.provider, { key: OTHER_RSA_KEY, published: [OTHER_RSA_KEY] });
    },
  },
  {
    name: 'iss absent and not announced',
    code: '',
    before: discovery({ authorization_response_iss_parameter_supported: false }),
    query: { iss: undefined },
    isConsumed: true,
  },
  { name: 'unknown parameters are ignored (security 20)', code: '', query: { session_state: 'x/y=' }, isConsumed: true },
  {
    name: 'valid at_hash',
    code: '',
    isConsumed: true,
    before: claims({ at_hash: createHash('sha256').update('the-access-token').digest().subarray(0, 16).toString('base64url') }),
  },
  { name: 'client without secret', code: '', before: option('client_secret', ''), isConsumed: true },
  { name: 'group rule', code: '', before: rule({ group: ['staff'] }), isConsumed: true },
  { name: 'group rule in Pocket ID spelling', code: '', before: rule({ group: ['staff@PocketID'] }), isConsumed: true },
  { name: 'sub rule', code: '', before: rule({ sub: ['alice-id'] }), isConsumed: true },
  { name: 'domain rule', code: '', before: rule({ domain: ['EXAMPLE.com'] }), isConsumed: true },
  {
    name: 'email only at userinfo',
    code: '',
    isConsumed: true,
    before: (w) => {
      w.provider.claims = { sub: 'alice-id' };
      w.provider.userinfo = { sub: 'alice-id', email: 'Alice@Example.com', email_verified: true };
    },
  },
  {
    name: 'a JWT whose parts have blanks and line breaks, as Keycloak writes them',
    code: '',
    before: (w) => void (w.provider.indent = 2),
    isConsumed: true,
  },
  {
    name: 'HTTP header fields with blanks and tabs around',
    code: '',
    isConsumed: true,
    before: reply('/token', { headers: { 'Content-Type': ' \t application/json ; charset=UTF-8 \t', 'X-Empty': '  ' } }),
  },
  { name: 'keys without alg', code: '', before: published(without(RSA_KEY, 'alg'), without(EC_KEY, 'alg')), isConsumed: true },
  { name: 'keys without use', code: '', before: published(without(RSA_KEY, 'use'), EC_KEY), isConsumed: true },
  {
    name: 'keys for encryption and of unknown kinds beside',
    code: '',
    isConsumed: true,
    before: published(
      ENCRYPTION_KEY,
      { kty: 'AKP', kid: 'ml', alg: 'ML-DSA-44', pub: 'AA' },
      { kty: 'oct', kid: 's', k: 'AA' },
      { kid: 'none' },
      RSA_KEY,
      null,
      'x',
      [],
    ),
  },
  {
    name: 'kid absent, one of several keys fits',
    code: '',
    isConsumed: true,
    before: also(header({ kid: undefined }), published(ENCRYPTION_KEY, without(RSA_KEY, 'kid'), EC_KEY)),
  },
  { name: 'aud as a text', code: '', before: claims({ aud: 'luci' }), isConsumed: true },
  { name: 'azp of this client', code: '', before: claims({ azp: 'luci' }), isConsumed: true },
  {
    name: 'iss sent though not announced',
    code: '',
    before: discovery({ authorization_response_iss_parameter_supported: undefined }),
    isConsumed: true,
  },
  ...['https://id.test/realms/home', 'https://id.test/realms/home/', 'https://id.test/', 'https://id.test:8443'].map((issuer) => ({
    name: `issuer ${issuer}`,
    code: '',
    before: also(option('issuer_url', issuer), discovery({ issuer }), claims({ iss: issuer })),
    query: { iss: issuer },
    isConsumed: true,
  })),
  {
    name: 'endpoints on other hosts',
    code: '',
    isConsumed: true,
    before: also(
      (w) => void (w.provider.claims = { sub: 'alice-id' }),
      (w) => {
        w.provider.userinfo = { sub: 'alice-id', email: 'alice@example.com', email_verified: true };
      },
      discovery({
        token_endpoint: 'https://api.test:444/token',
        jwks_uri: 'https://keys.test//jwks?v=3',
        userinfo_endpoint: 'https://people.test/me',
      }),
    ),
  },
  // --- the request ------------------------------------------------------------------------------
  { name: 'POST (security 22)', code: 'METHOD_NOT_ALLOWED', status: 405, method: 'POST', isConsumed: false },
  { name: 'plain http (security 30)', code: 'HTTPS_REQUIRED', status: 400, environment: { HTTPS: '' }, isConsumed: false },
  {
    name: 'duplicate code (security 17)',
    code: 'DUPLICATE_PARAMETER',
    rawQuery: (s) => `${callbackQuery(s.state)}&code=other`,
    isConsumed: false,
  },
  {
    name: 'duplicate state (security 17)',
    code: 'DUPLICATE_PARAMETER',
    rawQuery: (s) => `${callbackQuery(s.state)}&state=${s.state}`,
    isConsumed: false,
  },
  {
    name: 'duplicate iss (security 17)',
    code: 'DUPLICATE_PARAMETER',
    rawQuery: (s) => `${callbackQuery(s.state)}&iss=x`,
    isConsumed: false,
  },
  {
    name: 'duplicate error (security 17)',
    code: 'DUPLICATE_PARAMETER',
    rawQuery: (s) => `${callbackQuery(s.state)}&error=a&error=b`,
    isConsumed: false,
  },
  { name: 'broken escape', code: 'MALFORMED_REQUEST', rawQuery: (s) => `${callbackQuery(s.state)}&x=%zz`, isConsumed: false },
  {
    name: 'query too long (security 21)',
    code: 'INPUT_TOO_LARGE',
    status: 431,
    rawQuery: (s) => `${callbackQuery(s.state)}&x=${'a'.repeat(3072)}`,
    isConsumed: false,
  },
  {
    name: 'too many parameters',
    code: 'MALFORMED_REQUEST',
    rawQuery: (s) => `${callbackQuery(s.state)}${'&a'.repeat(100)}`,
    isConsumed: false,
  },
  {
    name: 'cookies too long',
    code: 'INPUT_TOO_LARGE',
    status: 431,
    cookie: (s) => `${s.cookie}; x=${'a'.repeat(4096)}`,
    isConsumed: false,
  },
  {
    name: 'clock never set (security 110)',
    code: 'CLOCK_UNSET',
    status: 503,
    between: (w) => void (w.host.wallS = 1000),
    isConsumed: false,
  },
  // --- the handshake ----------------------------------------------------------------------------
  { name: 'state missing', code: 'MISSING_STATE_PARAMETER', query: { state: undefined }, isConsumed: false },
  { name: 'state of no shape of ours', code: 'STATE_PARAMETER_MISMATCH', query: { state: 'short' }, isConsumed: false },
  { name: 'state with other trailing bits', code: 'STATE_PARAMETER_MISMATCH', query: { state: `${'A'.repeat(21)}B` }, isConsumed: false },
  { name: 'state of another login (security 5)', code: 'STATE_PARAMETER_MISMATCH', query: { state: 'A'.repeat(22) }, isConsumed: false },
  { name: "another browser's callback", code: 'MISSING_HANDSHAKE_COOKIE', status: 401, cookie: () => '', isConsumed: false },
  { name: 'the cookie twice (security 12)', code: 'MALFORMED_STATE_COOKIE', cookie: (s) => `${s.cookie}; ${s.cookie}`, isConsumed: false },
  {
    name: 'a cookie of the bare name (security 12)',
    code: 'MISSING_HANDSHAKE_COOKIE',
    cookie: (s) => s.cookie.replace('__Host-', ''),
    isConsumed: false,
  },
  { name: 'a damaged cookie', code: 'MALFORMED_STATE_COOKIE', cookie: (s) => `${s.cookie}=`, isConsumed: false },
  {
    name: 'a cookie with one changed bit',
    code: 'STATE_NOT_FOUND',
    isConsumed: false,
    cookie: (s) => s.cookie.slice(0, -10) + (s.cookie.at(-10) === 'A' ? 'B' : 'A') + s.cookie.slice(-9),
  },
  {
    name: 'the sealed part of another state',
    code: 'STATE_NOT_FOUND',
    query: { state: 'A'.repeat(22) },
    cookie: (s) => `__Host-luci_sso_${'A'.repeat(22)}=${s.cookie.split('=')[1]}`,
    isConsumed: false,
  },
  { name: 'key of another boot', code: 'STATE_NOT_FOUND', between: (w) => void w.host.state.delete('boot-key'), isConsumed: false },
  {
    name: 'handshake expired (security 8)',
    code: 'HANDSHAKE_EXPIRED',
    status: 401,
    between: (w) => void (w.host.bootMs += 600000),
    isConsumed: false,
  },
  { name: 'client changed meanwhile (security 105)', code: 'HANDSHAKE_CHANGED', between: option('client_id', 'other'), isConsumed: false },
  { name: 'other host name than at the start', code: 'HANDSHAKE_CHANGED', environment: { HTTP_HOST: 'other.test' }, isConsumed: false },
  { name: 'Host that is none', code: 'INVALID_HOST', environment: { HTTP_HOST: 'a b' }, isConsumed: false },
  // --- what the provider tells the browser --------------------------------------------------------
  { name: 'authorization-response-iss wrong (security 18)', code: 'ISS_MISMATCH', query: { iss: `${ISSUER}/` }, isConsumed: false },
  { name: 'remove-authorization-response-iss (security 18)', code: 'ISS_MISSING', query: { iss: undefined }, isConsumed: false },
  {
    name: 'iss missing, announced only by fresh discovery',
    code: 'ISS_MISSING',
    query: { iss: undefined },
    between: forget,
    isConsumed: true,
  },
  {
    name: 'wrong iss on an error (security 18)',
    code: 'ISS_MISMATCH',
    query: { error: 'server_error', iss: 'https://evil.test' },
    isConsumed: false,
  },
  { name: 'access denied', code: 'ACCESS_DENIED', status: 403, query: { code: undefined, error: 'access_denied' }, isConsumed: false },
  {
    name: 'error without iss (security 18)',
    code: 'IDP_ERROR',
    status: 400,
    query: { code: undefined, iss: undefined, error: 'invalid_scope', error_description: 'x' },
    isConsumed: false,
  },
  { name: 'neither code nor error (security 20)', code: 'MISSING_CODE', query: { code: undefined }, isConsumed: false },
  { name: 'code with NUL (security 21)', code: 'INVALID_CODE', query: { code: 'a\0b' }, isConsumed: false },
  // --- limits ---------------------------------------------------------------------------------------
  {
    name: 'two others talk to the provider',
    code: 'PROVIDER_BUSY',
    status: 503,
    isConsumed: false,
    between: (w) => {
      w.host.foreignLocks.add('slot.0').add('slot.1');
    },
  },
  {
    name: 'eleventh request of a client in a minute',
    code: 'TOO_MANY_REQUESTS',
    status: 429,
    isConsumed: false,
    between: async (w) => {
      for (let i = 0; i < 10; i++) await finish(w, await start(w));
      w.host.router.sessions.clear();
    },
  },
  {
    name: 'provider failed just now',
    code: 'DISCOVERY_NETWORK_ERROR',
    isConsumed: false,
    between: async (w) => {
      forget(w);
      fails('/.well-known/openid-configuration', 'timeout')(w);
      await start(w);
    },
  },
  {
    name: 'markers cannot be written',
    code: 'STATE_SAVE_FAILED',
    between: (w) => void w.host.failures.set('stateCreate', 'io'),
    isConsumed: false,
  },
  {
    name: 'markers cannot be listed',
    code: 'STATE_SAVE_FAILED',
    between: (w) => void w.host.failures.set('stateList', 'io'),
    isConsumed: false,
  },
  // --- discovery and keys at the callback -------------------------------------------------------------
  {
    name: 'discovery-issuer-mismatch',
    code: 'DISCOVERY_ISSUER_MISMATCH',
    between: also(forget, discovery({ issuer: `${ISSUER}/` })),
    isConsumed: true,
  },
  { name: 'jwks out of reach', code: 'JWKS_NETWORK_ERROR', before: fails('/jwks', 'closed'), isConsumed: true },
  { name: 'jwks 404', code: 'JWKS_FETCH_FAILED', before: reply('/jwks', { status: 404 }), isConsumed: true },
  {
    name: 'jwks is HTML',
    code: 'INVALID_JWKS_FORMAT',
    before: reply('/jwks', { headers: { 'Content-Type': 'text/html' } }),
    isConsumed: true,
  },
  { name: 'jwks without keys', code: 'INVALID_JWKS_FORMAT', before: reply('/jwks', { body: { keys: 'x' } }), isConsumed: true },
  {
    name: 'jwks with 51 keys (security 85)',
    code: 'INVALID_JWKS_FORMAT',
    before: reply('/jwks', { body: { keys: new Array(51).fill(RSA_KEY.jwk) } }),
    isConsumed: true,
  },
  { name: 'no usable key', code: 'NO_KEYS_AVAILABLE', before: (w) => void (w.provider.published = []), isConsumed: true },
  {
    name: 'only a key for encryption',
    code: 'KEY_NOT_FOUND',
    before: also(header({ kid: undefined }), published(ENCRYPTION_KEY)),
    isConsumed: true,
  },
  {
    name: 'the key that is named is for encryption',
    code: 'KEY_UNUSABLE',
    before: published({ ...RSA_KEY.jwk, use: 'enc' }),
    isConsumed: true,
  },
  {
    name: 'kid absent and two keys fit',
    code: 'KEY_AMBIGUOUS',
    before: also(header({ kid: undefined }), published(RSA_KEY, OTHER_RSA_KEY)),
    isConsumed: true,
  },
  { name: 'unknown kid', code: 'KEY_NOT_FOUND', before: (w) => void (w.provider.published = [OTHER_RSA_KEY]), isConsumed: true },
  // --- the token endpoint -------------------------------------------------------------------------------
  { name: 'token endpoint out of reach', code: 'TOKEN_ENDPOINT_NETWORK_ERROR', before: fails('/token', 'timeout'), isConsumed: true },
  {
    name: 'no fitting client authentication (security 33)',
    code: 'CLIENT_AUTH_UNSUPPORTED',
    before: discovery({ token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    isConsumed: true,
  },
  {
    name: 'code reused',
    code: 'OIDC_INVALID_GRANT',
    before: reply('/token', { status: 400, body: { error: 'invalid_grant', error_description: `the-code ${SECRET}` } }),
    isConsumed: true,
  },
  {
    name: 'wrong secret (security 48)',
    code: 'CLIENT_REJECTED',
    before: reply('/token', { status: 401, body: { error: 'invalid_client' } }),
    isConsumed: true,
  },
  {
    name: 'wrong secret at glewlwyd',
    code: 'CLIENT_REJECTED',
    before: reply('/token', { status: 403, body: { error: 'unauthorized_client' } }),
    isConsumed: true,
  },
  {
    name: 'free text error of Pocket ID (security 48)',
    code: 'TOKEN_EXCHANGE_FAILED',
    before: reply('/token', { status: 400, body: { error: 'Invalid authorization code' } }),
    isConsumed: true,
  },
  { name: 'empty 403 (security 48)', code: 'TOKEN_EXCHANGE_FAILED', before: reply('/token', { status: 403, body: '' }), isConsumed: true },
  {
    name: 'redirect instead of tokens (security 38)',
    code: 'TOKEN_EXCHANGE_FAILED',
    before: reply('/token', { status: 301, headers: { Location: 'https://127.0.0.1/' }, body: '' }),
    isConsumed: true,
  },
  {
    name: 'tokens as HTML (security 42)',
    code: 'TOKEN_RESPONSE_INVALID_JSON',
    before: reply('/token', { headers: { 'Content-Type': 'text/html' } }),
    isConsumed: true,
  },
  { name: 'tokens as a list', code: 'TOKEN_RESPONSE_INVALID_JSON', before: reply('/token', { body: '[]' }), isConsumed: true },
  { name: 'no access token (security 47)', code: 'MISSING_ACCESS_TOKEN', before: tokenBody({ access_token: undefined }), isConsumed: true },
  { name: 'no ID token (security 47)', code: 'MISSING_ID_TOKEN', before: tokenBody({ id_token: undefined }), isConsumed: true },
  { name: 'token_type DPoP (security 47)', code: 'TOKEN_TYPE_UNSUPPORTED', before: tokenBody({ token_type: 'DPoP' }), isConsumed: true },
  // --- the ID token ---------------------------------------------------------------------------------------
  { name: 'invalid-iss (security 51)', code: 'ISSUER_MISMATCH', before: claims({ iss: 'https://evil.test' }), isConsumed: true },
  { name: 'missing-sub', code: 'MISSING_SUB_CLAIM', before: claims({ sub: undefined }), isConsumed: true },
  { name: 'invalid-aud', code: 'AUDIENCE_MISMATCH', before: claims({ aud: 'other' }), isConsumed: true },
  { name: 'invalid-secondary-aud', code: 'AUDIENCE_MISMATCH', before: claims({ aud: ['luci', 'other'], azp: 'luci' }), isConsumed: true },
  { name: 'missing-aud', code: 'MALFORMED_AUDIENCE', before: claims({ aud: undefined }), isConsumed: true },
  { name: 'empty aud', code: 'INVALID_AUDIENCE', before: claims({ aud: [] }), isConsumed: true },
  { name: 'azp of another client', code: 'AZP_MISMATCH', before: claims({ azp: 'other' }), isConsumed: true },
  { name: 'missing-iat', code: 'MISSING_IAT_CLAIM', before: claims({ iat: undefined }), isConsumed: true },
  { name: 'iat in the future', code: 'TOKEN_ISSUED_IN_FUTURE', before: claims({ iat: NOW + 61 }), isConsumed: true },
  { name: 'missing-exp', code: 'MISSING_EXP_CLAIM', before: claims({ exp: undefined }), isConsumed: true },
  { name: 'expired-exp', code: 'TOKEN_EXPIRED', before: claims({ exp: NOW - 60 }), isConsumed: true },
  { name: 'not yet valid', code: 'TOKEN_NOT_YET_VALID', before: claims({ nbf: NOW + 61 }), isConsumed: true },
  { name: 'nonce-invalid', code: 'NONCE_MISMATCH', before: claims({ nonce: 'x'.repeat(43) }), isConsumed: true },
  { name: 'missing-nonce', code: 'MISSING_NONCE', before: claims({ nonce: undefined }), isConsumed: true },
  { name: 'invalid-athash', code: 'AT_HASH_MISMATCH', before: claims({ at_hash: 'A'.repeat(22) }), isConsumed: true },
  {
    name: 'idtoken-sig-none (security 54)',
    code: 'UNSUPPORTED_ALGORITHM',
    isConsumed: true,
    before: also(header({ alg: 'none' }), (w) => {
      w.provider.changeJwt = (jwt) => jwt.slice(0, jwt.lastIndexOf('.') + 1);
    }),
  },
  { name: 'invalid-sig-hs256', code: 'UNSUPPORTED_ALGORITHM', before: header({ alg: 'HS256' }), isConsumed: true },
  {
    name: 'invalid-sig-rs256 (security 54)',
    code: 'INVALID_SIGNATURE',
    before: (w) => void (w.provider.changeJwt = (jwt) => jwt.slice(0, -4) + (jwt.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA')),
    isConsumed: true,
  },
  {
    name: 'alg not announced',
    code: 'UNSUPPORTED_ALGORITHM',
    before: discovery({ id_token_signing_alg_values_supported: ['ES256'] }),
    isConsumed: true,
  },
  {
    name: 'alg of the other verifier not announced',
    code: 'UNSUPPORTED_ALGORITHM',
    before: also(signedBy('ES384'), discovery({ id_token_signing_alg_values_supported: ['ES512'] })),
    isConsumed: true,
  },
  {
    name: 'alg of the other verifier not allowed by the owner',
    code: 'UNSUPPORTED_ALGORITHM',
    before: also(signedBy('EdDSA'), option('allowed_alg', ['ES512'])),
    isConsumed: true,
  },
  { name: 'alg not allowed by the owner', code: 'UNSUPPORTED_ALGORITHM', before: option('allowed_alg', ['ES256']), isConsumed: true },
  { name: 'access token as ID token', code: 'TOKEN_TYPE_MISMATCH', before: header({ typ: 'at+jwt' }), isConsumed: true },
  // --- userinfo and role ------------------------------------------------------------------------------------
  {
    name: 'userinfo-invalid-sub (security 66)',
    code: 'IDENTITY_MISMATCH',
    isConsumed: true,
    before: (w) => {
      w.provider.claims = { sub: 'alice-id' };
      w.provider.userinfo = { sub: 'bob-id', email: 'alice@example.com', email_verified: true };
    },
  },
  {
    name: 'userinfo-signed (security 67)',
    code: 'USERINFO_SIGNED',
    before: also((w) => void (w.provider.claims = { sub: 'alice-id' }), reply('/me', { headers: { 'Content-Type': 'application/jwt' } })),
    isConsumed: true,
  },
  {
    name: 'userinfo 500',
    code: 'USERINFO_FETCH_FAILED',
    before: also((w) => void (w.provider.claims = { sub: 'alice-id' }), reply('/me', { status: 500 })),
    isConsumed: true,
  },
  {
    name: 'userinfo out of reach',
    code: 'USERINFO_NETWORK_ERROR',
    before: also((w) => void (w.provider.claims = { sub: 'alice-id' }), fails('/me', 'timeout')),
    isConsumed: true,
  },
  {
    name: 'userinfo no JSON',
    code: 'USERINFO_INVALID_JSON',
    before: also((w) => void (w.provider.claims = { sub: 'alice-id' }), reply('/me', { body: '{' })),
    isConsumed: true,
  },
  {
    name: 'nobody knows the user (security 92)',
    code: 'USER_NOT_AUTHORIZED',
    status: 403,
    before: rule({ email: ['bob@example.com'] }),
    isConsumed: true,
  },
  {
    name: 'authz-email-unverified (security 89)',
    code: 'EMAIL_NOT_VERIFIED',
    status: 403,
    before: (w) => void (w.provider.claims.email_verified = false),
    isConsumed: true,
  },
  {
    name: 'email_verified as a text',
    code: 'EMAIL_NOT_VERIFIED',
    before: (w) => void (w.provider.claims.email_verified = 'true'),
    isConsumed: true,
  },
  ...(['ID token', 'userinfo'] as const).map((where): Row => ({
    name: `a verified address beside the one that the rule names, at ${where} (security 89)`,
    code: 'EMAIL_NOT_VERIFIED',
    isConsumed: true,
    before: also(option('email_claim', 'preferred_username'), (w) => {
      const mallory = { sub: 'mallory', email: 'mallory@home.test', email_verified: true, preferred_username: 'alice@example.com' };
      w.provider.claims = where === 'userinfo' ? { sub: 'mallory' } : mallory;
      w.provider.userinfo = mallory;
    }),
  })),
  {
    name: 'the claim that vouches for the address is named',
    code: '',
    isConsumed: true,
    before: also(option('email_claim', 'upn'), option('email_verified_claim', 'xms_edov'), (w) => {
      w.provider.claims = { sub: 'alice-id', upn: 'alice@example.com', xms_edov: true };
    }),
  },
  { name: 'group in other case', code: 'USER_NOT_AUTHORIZED', before: rule({ group: ['Staff'] }), isConsumed: true },
  { name: 'no role has a rule', code: 'USER_NOT_AUTHORIZED', before: rule({}), isConsumed: true },
  // --- the router ---------------------------------------------------------------------------------------------
  { name: 'switched off meanwhile (security 94)', code: 'SSO_DISABLED', status: 503, between: option('enabled', '0'), isConsumed: false },
  { name: 'configuration broken meanwhile', code: 'CONFIG_ERROR', status: 500, between: option('clock_tolerance', 'x'), isConsumed: false },
  {
    name: 'no broker',
    code: 'UBUS_CONNECT_FAILED',
    status: 500,
    between: (w) => void w.host.failures.set('connectUnix', 'refused'),
    isConsumed: false,
  },
  { name: 'uci refuses', code: 'UCI_ERROR', between: (w) => void w.host.router.statuses.set('uci.get', 6), isConsumed: false },
  {
    name: 'session create fails',
    code: 'UBUS_LOGIN_FAILED',
    before: (w) => void w.host.router.statuses.set('session.create', 9),
    isConsumed: true,
  },
  {
    name: 'session grant fails',
    code: 'UBUS_LOGIN_FAILED',
    before: (w) => void w.host.router.statuses.set('session.grant', 9),
    isConsumed: true,
  },
  {
    name: 'session set fails',
    code: 'UBUS_LOGIN_FAILED',
    before: (w) => void w.host.router.statuses.set('session.set', 9),
    isConsumed: true,
  },
  {
    name: 'no ACL files',
    code: 'UBUS_LOGIN_FAILED',
    isConsumed: true,
    before: (w) => {
      for (const file of w.host.files.keys()) if (file.includes('acl.d')) w.host.files.delete(file);
    },
  },
  {
    name: 'role names a login that is not there',
    code: 'MISSING_RPCD_LOGIN',
    before: rule({ email: ['alice@example.com'], login: 'admin2' }),
    isConsumed: true,
  },
];
