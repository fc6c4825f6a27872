// SPDX-License-Identifier: MIT
// What goes wrong between a router and a provider, one thing a row: what a login makes of it in its code, log and
// page, and what the checks say.
import { generateKeyPairSync } from 'node:crypto';
import { also, claims, discovery, fails, option, reply, rule, tokenBody } from '../../_helpers/_changes.ts';
import { ISSUER } from '../../_helpers/_fake-provider.ts';
import type { World } from '../../_helpers/_login.ts';

export interface Fault {
  readonly name: string;
  readonly before: (world: World) => void;
  /** What a login ends with. */
  readonly code: string;
  readonly cause?: string;
  /** Of the log's line. */
  readonly log?: RegExp;
  /** The page's sentence. */
  readonly sentence?: string;
  /** The check that finds it; without it, docs/design/checks.md says why none does. */
  readonly check?: string;
  readonly fix?: RegExp;
  /** Of what the provider sends the browser back with. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
}

const DISCOVERY = '/.well-known/openid-configuration';
const HTML = { 'Content-Type': 'text/html' };
export const WALL = {
  status: 403,
  headers: HTML,
  body: `<!DOCTYPE html><html><head>\n<TITLE lang="en">\n Just a moment... </TITLE></head><body>token=hidden-in-the-body</body></html>`,
};
/** Longer than what is shown, with the word that matters at its end. */
const AUTHELIA = {
  error: 'invalid_client',
  error_description:
    "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method). The OAuth 2.0 Client supports client authentication method 'client_secret_post', but method 'client_secret_basic' was requested. You must configure the OAuth 2.0 client's 'token_endpoint_auth_method' value to accept 'client_secret_basic'.",
};
const atUserinfo = (userinfo: Record<string, unknown>) => (world: World) => {
  world.provider.claims = { sub: 'alice-id' };
  world.provider.userinfo = userinfo;
};
const shortKey = (world: World) => {
  const jwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  reply('/jwks', { body: { keys: [{ ...jwk, kid: world.provider.key.kid, use: 'sig' }] } })(world);
};
const groups = (value: unknown) =>
  also(rule({ group: ['router-admins'] }), option('scope', 'openid groups'), (world) => void (world.provider.claims.groups = value));

const SETUP = 'providerSetup';
/** For titles: blanks that differ look different. */
const escape = (text: string) => encodeURIComponent(text);

export const FAULTS: readonly Fault[] = [
  // a provider behind a proxy
  {
    name: 'an http:// issuer behind a proxy',
    before: discovery({ issuer: 'http://id.test' }),
    code: 'DISCOVERY_ISSUER_MISMATCH',
    cause: 'BEHIND_PROXY',
    sentence: SETUP,
    check: 'issuer',
    fix: /public https address/,
  },
  {
    name: 'http:// endpoints behind a proxy',
    before: discovery({ token_endpoint: 'http://id.test/token' }),
    code: 'INSECURE_ENDPOINT',
    cause: 'BEHIND_PROXY',
    sentence: SETUP,
    check: 'endpoints',
    fix: /public https address/,
  },
  {
    name: 'another issuer',
    before: discovery({ issuer: 'https://other.test' }),
    code: 'DISCOVERY_ISSUER_MISMATCH',
    log: /configured 'https:\/\/id\.test', provider says 'https:\/\/other\.test'$/,
    check: 'issuer',
    fix: /copy the value/,
  },
  // a web page in the place of an answer
  ...[['discovery', DISCOVERY, 'DISCOVERY_FAILED'] as const, ['keys', '/jwks', 'JWKS_FETCH_FAILED'] as const].map(
    ([check, path, code]): Fault => ({
      name: `a bot check in front of ${path}`,
      before: reply(path, WALL),
      code,
      cause: 'WEB_PAGE',
      log: /WEB_PAGE HTTP 403 'Just a moment\.\.\.' for/,
      sentence: 'inFront',
      check,
      fix: /exempt its address/,
    }),
  ),
  {
    name: 'a bot check in front of the token endpoint',
    before: reply('/token', WALL),
    code: 'TOKEN_EXCHANGE_FAILED',
    cause: 'WEB_PAGE',
    log: /WEB_PAGE HTTP 403 'Just a moment\.\.\.'$/,
    sentence: 'inFront',
    check: 'client_auth',
    fix: /exempt its address/,
  },
  {
    name: 'a bot check in front of userinfo',
    before: also(atUserinfo({}), reply('/me', WALL)),
    code: 'USERINFO_FETCH_FAILED',
    cause: 'WEB_PAGE',
    sentence: 'inFront',
  },
  {
    name: 'a bot check in front of pushed requests',
    before: also(option('par', 'always'), discovery({ pushed_authorization_request_endpoint: `${ISSUER}/par` }), reply('/par', WALL)),
    code: 'PAR_FAILED',
    cause: 'WEB_PAGE',
    sentence: 'inFront',
  },
  {
    name: 'a login wall with status 200',
    before: reply(DISCOVERY, { ...WALL, status: 200 }),
    code: 'INVALID_DISCOVERY_DOC',
    cause: 'WEB_PAGE',
    log: /HTTP 200 'Just a moment/,
    sentence: 'inFront',
    check: 'discovery',
  },
  {
    name: 'a page without a title, and without its media type',
    before: reply(DISCOVERY, { status: 403, headers: {}, body: ' <html>hidden-in-the-body</html>' }),
    code: 'DISCOVERY_FAILED',
    cause: 'WEB_PAGE',
    log: /WEB_PAGE HTTP 403 for/,
    check: 'discovery',
  },
  {
    name: 'a title of 5,000 characters and line breaks',
    before: reply(DISCOVERY, { status: 403, headers: HTML, body: `<html><title>${'A\n\x1b'.repeat(1000)}</title>` }),
    code: 'DISCOVERY_FAILED',
    cause: 'WEB_PAGE',
    log: /WEB_PAGE HTTP 403 '[A?]{80}' for/,
    check: 'discovery',
  },
  {
    name: 'credentials wanted for the discovery document',
    before: reply(DISCOVERY, { status: 401, headers: {}, body: 'hidden-in-the-body' }),
    code: 'DISCOVERY_FAILED',
    cause: 'FORBIDDEN',
    sentence: 'inFront',
    check: 'discovery',
  },
  // statuses
  {
    name: 'a moved discovery document',
    before: reply(DISCOVERY, { status: 301, headers: { Location: `https://new.test/realms/home${DISCOVERY}` }, body: '' }),
    code: 'DISCOVERY_FAILED',
    cause: 'REDIRECTED',
    log: /REDIRECTED HTTP 301 to 'https:\/\/new\.test\/realms\/home' for/,
    sentence: SETUP,
    check: 'discovery',
    fix: /if that address is yours, use it/,
  },
  {
    name: 'a moved token endpoint',
    before: reply('/token', { status: 308, headers: { Location: 'https://new.test/token' }, body: '' }),
    code: 'TOKEN_EXCHANGE_FAILED',
    cause: 'REDIRECTED',
    log: /HTTP 308 to 'https:\/\/new\.test\/token'/,
    check: 'client_auth',
  },
  {
    name: 'no discovery document',
    before: reply(DISCOVERY, { status: 404, headers: HTML, body: '<title>Not Found</title>' }),
    code: 'DISCOVERY_FAILED',
    cause: 'NOTHING_THERE',
    sentence: SETUP,
    check: 'discovery',
    fix: /path, realm and slug/,
  },
  {
    name: 'a provider that is restarting',
    before: reply(DISCOVERY, { status: 502, headers: HTML, body: '<title>Bad Gateway</title>' }),
    code: 'DISCOVERY_FAILED',
    cause: 'PROVIDER_FAULT',
    log: /HTTP 502 'Bad Gateway' for/,
    sentence: 'unreachable',
    check: 'discovery',
    fix: /running/,
  },
  {
    name: 'a provider that limits us',
    before: reply(DISCOVERY, { status: 429, headers: {}, body: '' }),
    code: 'DISCOVERY_FAILED',
    cause: 'TOO_MANY_CALLS',
    sentence: 'busy',
    check: 'discovery',
  },
  // values that were copied wrongly
  {
    name: 'the address of the discovery document as issuer',
    before: also(option('issuer_url', ISSUER + DISCOVERY), reply(DISCOVERY + DISCOVERY, { status: 404 }), (world) => {
      world.provider.changes.set(DISCOVERY + DISCOVERY, (answer) => Object.assign(answer, { status: 404, body: '' }));
    }),
    code: 'DISCOVERY_FAILED',
    cause: 'DISCOVERY_URL',
    sentence: SETUP,
    check: 'config',
    fix: /^cut off \/\.well-known\/\.\.\.: write 'https:\/\/id\.test'$/,
  },
  ...(['https://id.test:8443 ', 'https://id.test\u00a0', ' https://id.test'] as const).map((issuer): Fault => ({
    name: `an issuer with a blank, ${escape(issuer)}`,
    before: option('issuer_url', issuer),
    code: 'CONFIG_ERROR',
    log: /issuer_url: has a blank at an end/,
    check: 'config',
    fix: /^write 'https:\/\/id\.test(:8443)?'$/,
  })),
  ...(
    [
      ['client_id', 'luci ', /^write 'luci'$/],
      ['client_id', 'luci\u00a0', /^write 'luci'$/],
      ['client_secret', ' the-client-secret', /^enter it again without the blank$/],
    ] as const
  ).map(([name, value, fix]): Fault => ({
    name: `${name} ${escape(value)}`,
    before: also(option(name, value), reply('/token', { status: 401, body: { error: 'invalid_client' } })),
    code: 'CLIENT_REJECTED',
    check: 'config',
    fix,
  })),
  {
    name: 'a groups_claim with a blank',
    before: also(rule({ group: ['staff'] }), option('groups_claim', 'groups ')),
    code: 'USER_NOT_AUTHORIZED',
    cause: 'GROUPS_ABSENT',
    check: 'config',
    fix: /^write 'groups'$/,
  },
  {
    name: 'a scope with a blank that is not one',
    before: option('scope', 'openid email\u00a0'),
    query: { code: undefined, error: 'invalid_scope' },
    code: 'IDP_ERROR',
    check: 'config',
    fix: /^write 'openid email'$/,
  },
  // what the provider does not do
  {
    name: 'answers by form_post only',
    before: discovery({ response_modes_supported: ['form_post'] }),
    method: 'POST',
    code: 'METHOD_NOT_ALLOWED',
    check: 'flow',
    fix: /response mode query/,
  },
  {
    name: 'no authorization code flow',
    before: discovery({ response_types_supported: ['id_token', 'code id_token'] }),
    query: { code: undefined, error: 'unsupported_response_type' },
    code: 'IDP_ERROR',
    check: 'flow',
    fix: /response type code/,
  },
  {
    name: 'a server that demands a client certificate, by TLS 1.3',
    before: fails(DISCOVERY, "tls: the server's alert 116"),
    code: 'DISCOVERY_NETWORK_ERROR',
    cause: 'CLIENT_CERT_DEMANDED',
    sentence: 'insecure',
    check: 'discovery',
    fix: /luci-sso shows none/,
  },
  {
    name: 'client authentication by certificate only',
    before: discovery({ token_endpoint_auth_methods_supported: ['tls_client_auth'] }),
    code: 'CLIENT_AUTH_UNSUPPORTED',
    check: 'secret',
  },
  // claims
  {
    name: 'email_verified as a text',
    before: (world) => void (world.provider.claims.email_verified = 'true'),
    code: 'EMAIL_NOT_VERIFIED',
    cause: 'VERIFIED_AS_TEXT',
    log: /email=unverified\(text\)/,
    sentence: SETUP,
  },
  {
    name: 'no email_verified',
    before: (world) => {
      delete world.provider.claims.email_verified;
      world.provider.userinfo = { sub: 'alice-id', email: 'alice@example.com' };
    },
    code: 'EMAIL_NOT_VERIFIED',
    cause: 'VERIFIED_ABSENT',
    sentence: SETUP,
  },
  {
    name: 'email_verified false',
    before: (world) => void (world.provider.claims.email_verified = false),
    code: 'EMAIL_NOT_VERIFIED',
    sentence: 'emailNotVerified',
  },
  {
    name: 'an email_claim that nothing verifies',
    before: also(option('email_claim', 'upn'), (world) => void (world.provider.claims.upn = 'alice@example.com')),
    code: 'EMAIL_NOT_VERIFIED',
    cause: 'NOTHING_VERIFIES',
    check: 'email',
  },
  ...(
    [
      ['staff,router-admins', /groups=1\(joined\)$/],
      ['["router-admins"]', /groups=1\(json\)$/],
      [[{ name: 'router-admins' }], /groups=0\(objects\)$/],
      [{ 'router-admins': true }, /groups=absent\(map\)$/],
      [7, /groups=absent\(number\)$/],
    ] as const
  ).map(([value, log]): Fault => ({
    name: `groups as ${JSON.stringify(value)}`,
    before: groups(value),
    code: 'USER_NOT_AUTHORIZED',
    cause: 'GROUPS_UNREADABLE',
    log,
    sentence: SETUP,
  })),
  {
    name: 'no groups',
    before: also(groups(undefined), (world) => void (world.provider.userinfo = { sub: 'alice-id' })),
    code: 'USER_NOT_AUTHORIZED',
    cause: 'GROUPS_ABSENT',
    log: /groups=absent$/,
    sentence: 'notAuthorized',
  },
  { name: 'other groups', before: groups(['staff']), code: 'USER_NOT_AUTHORIZED', log: /groups=1$/, sentence: 'notAuthorized' },
  {
    name: 'no address',
    before: atUserinfo({ sub: 'alice-id' }),
    code: 'USER_NOT_AUTHORIZED',
    cause: 'EMAIL_ABSENT',
    log: /email=absent/,
  },
  {
    name: 'userinfo without sub',
    before: atUserinfo({ email: 'alice@example.com' }),
    code: 'IDENTITY_MISMATCH',
    cause: 'SUB_MISSING',
    sentence: SETUP,
  },
  {
    name: 'userinfo with a number as sub',
    before: atUserinfo({ sub: 7 }),
    code: 'IDENTITY_MISMATCH',
    cause: 'SUB_NOT_TEXT',
    log: /number/,
    sentence: SETUP,
  },
  { name: 'userinfo of another', before: atUserinfo({ sub: 'bob-id' }), code: 'IDENTITY_MISMATCH', sentence: 'notVerified' },
  { name: 'a number as sub', before: claims({ sub: 7 }), code: 'MISSING_SUB_CLAIM', cause: 'SUB_NOT_TEXT', sentence: SETUP },
  {
    name: 'another acr',
    before: also(option('acr_values', ['mfa']), claims({ acr: 'pwd' })),
    code: 'ACR_MISMATCH',
    sentence: 'signInAgain',
  },
  // the client
  {
    name: 'another way to send the secret',
    before: reply('/token', { status: 401, body: AUTHELIA }),
    code: 'CLIENT_REJECTED',
    cause: 'AUTH_METHOD_WRONG',
    log: /AUTH_METHOD_WRONG HTTP 401 invalid_client: Client authentication failed .* \.\.\. .*'token_endpoint_auth_method' value to accept 'client_secret_basic'\.$/,
    check: 'client_auth',
    fix: /set `client_auth`/,
  },
  {
    name: 'a wrong secret',
    before: reply('/token', { status: 401, body: { error: 'invalid_client' } }),
    code: 'CLIENT_REJECTED',
    check: 'client_auth',
    fix: /copy both again/,
  },
  ...(
    [
      [401, { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' }],
      [400, { error: 'Client id or secret not provided' }],
      [400, { error: 'invalid_request', error_description: 'client_secret is missing' }],
    ] as const
  ).map(([status, body]): Fault => ({
    name: `no secret, and the provider says ${JSON.stringify(body)}`,
    before: also(option('client_secret', ''), reply('/token', { status, body })),
    code: 'CLIENT_REJECTED',
    cause: 'SECRET_MISSING',
    check: 'client_auth',
    fix: /set `client_secret`/,
  })),
  {
    name: 'an unknown client',
    before: reply('/token', { status: 404, body: { error: 'Client not found' } }),
    code: 'TOKEN_EXCHANGE_FAILED',
    cause: 'CLIENT_UNKNOWN',
    check: 'client_auth',
    fix: /compare `client_id`/,
  },
  // keys and certificates
  {
    name: 'an RSA key of 1,024 bits',
    before: shortKey,
    code: 'KEY_UNUSABLE',
    cause: 'KEY_SIZE',
    log: /1024 bits/,
    sentence: SETUP,
    check: 'keys',
    fix: /new signing key/,
  },
  {
    name: 'no keys',
    before: (world) => void (world.provider.published = []),
    code: 'NO_KEYS_AVAILABLE',
    check: 'keys',
    fix: /signing key/,
  },
  ...(
    [
      ['tls: -0x2562', 'CERT_UNREADABLE', /ordinary key/],
      ['tls: -0x7200', 'NOT_TLS', /port of https/],
      ['tls: -0x7780', 'TLS_FAILED', /TLS 1\.2 or 1\.3/],
      ['cert-untrusted: no trusted CA vouches for it', 'CERT_UNTRUSTED', /set `ca_file`/],
      ['cert-expired: expired', 'CERT_EXPIRED', /renew it/],
      ['cert-name: other name', 'CERT_NAME_MISMATCH', /name that is in the certificate/],
    ] as const
  ).map(([reason, cause, fix]): Fault => ({
    name: `no connection: ${reason}`,
    before: (world) => void world.host.failures.set('connectTls', reason),
    code: 'DISCOVERY_NETWORK_ERROR',
    cause,
    sentence: 'insecure',
    check: cause === 'CERT_NAME_MISMATCH' ? 'tls_names' : 'tls_chain',
    fix,
  })),
  ...(
    [
      ['dns: no such name', 'NAME_NOT_RESOLVED', 'dns', /nslookup/],
      ['refused', 'CONNECTION_FAILED', 'tcp', /port right/],
    ] as const
  ).map(([reason, cause, check, fix]): Fault => ({
    name: `no connection: ${reason}`,
    before: (world) => void world.host.failures.set('connectTls', reason),
    code: 'DISCOVERY_NETWORK_ERROR',
    cause,
    sentence: 'unreachable',
    check,
    fix,
  })),
  // sizes and forms
  {
    name: 'an access token of 70,000 characters',
    before: tokenBody({ access_token: 'x'.repeat(70_000) }),
    code: 'TOKEN_TOO_LARGE',
    log: /access token of 70000 characters, at most 65536/,
    sentence: SETUP,
  },
  { name: 'no token_type', before: tokenBody({ token_type: undefined }), code: 'TOKEN_TYPE_UNSUPPORTED', log: /token_type is missing/ },
  {
    name: 'a router without access groups',
    before: (world) => {
      for (const file of world.host.files.keys()) if (file.includes('acl.d')) world.host.files.delete(file);
    },
    code: 'UBUS_LOGIN_FAILED',
    check: 'rights',
  },
  {
    name: 'a role whose lists match no group of this router',
    before: rule({ email: ['alice@example.com'], read: ['luci-app-none'], write: [] }),
    code: 'ROLE_WITHOUT_RIGHTS',
    check: 'rights',
  },
];
