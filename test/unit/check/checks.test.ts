// SPDX-License-Identifier: MIT
// Every check in each of its outcomes. A row changes one thing and names what the check then says.
import test from 'ava';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CHECKS } from '../../../src/check/engine.ts';
import { parseHttpDate } from '../../../src/check/http-date.ts';
import { judgeSelfTest } from '../../../src/check/router.ts';
import { runSelfTest } from '../../../src/check/self-test.ts';
import { noteReceived, type Received } from '../../../src/oidc/received.ts';
import { httpBytes, type Reply } from '../../_helpers/_fake-provider.ts';
import type { World } from '../../_helpers/_login.ts';
import { NOW } from '../../_helpers/clock.ts';
import { check, worldWith, type Values } from './_check.ts';

const CALLBACK = 'https://router.test/cgi-bin/luci-sso/callback';
const DOCUMENT = '/.well-known/openid-configuration';

interface Row {
  readonly name: string;
  readonly id: string;
  readonly provider?: Values;
  readonly admin?: Values;
  readonly change?: (world: World) => void;
  readonly isDraft?: boolean;
  readonly status: string;
  readonly text: RegExp;
  readonly code?: string;
  readonly fix?: RegExp;
}

const discovery = (values: Record<string, unknown>) => (world: World) => void Object.assign(world.provider.discovery, values);
const without = (name: string) => (world: World) => void delete world.provider.discovery[name];
const answers = (path: string, change: (reply: Reply) => void) => (world: World) => void world.provider.changes.set(path, change);
const roles = (more: Record<string, Values>) => (world: World) => void Object.assign(world.host.router.uci['luci-sso'] as object, more);
const file =
  (path: string, text = 'x') =>
  (world: World) =>
    void world.host.files.set(path, Buffer.from(text));
const takenOver = (text = '0.9 or 0.10\n') => file('/etc/luci-sso/taken-over', text);
const ownGroup = file(
  '/usr/share/rpcd/acl.d/luci-app-sso.json',
  readFileSync(new URL('../../../package/luci-sso/files/usr/share/rpcd/acl.d/luci-app-sso.json', import.meta.url), 'utf8'),
);
const dated = (offsetS: number) => answers(DOCUMENT, (reply) => void (reply.headers.Date = new Date((NOW + offsetS) * 1000).toUTCString()));
const all =
  (...changes: ((world: World) => void)[]) =>
  (world: World) =>
    changes.forEach((change) => change(world));
/** luci-compat's group gives all of uci to whoever may read it. */
const compat = all(
  ownGroup,
  file('/usr/share/rpcd/acl.d/luci-compat.json', '{"allow-full-uci-access":{"read":{"uci":["*"]},"write":{"uci":["*"]}}}'),
);
/** The test router's group, as LuCI has it: the backup on read. */
/** LuCI's luci-base shows no configuration; the one of `newWorld` does. */
const base = file('/usr/share/rpcd/acl.d/luci-base.json', '{}');
const flash = all(
  ownGroup,
  base,
  file(
    '/usr/share/rpcd/acl.d/system.json',
    readFileSync(new URL('../../stand-ins/router/tree/usr/share/rpcd/acl.d/luci-mod-system.json', import.meta.url), 'utf8'),
  ),
);
const viewer = (world: World) =>
  void Object.assign(world.host.router.uci.rpcd as object, { viewer: { '.type': 'login', username: 'viewer', read: ['*'] } });

/** What logins and checks noted. */
const received = (what: Received) => (world: World) => {
  const oidc = {
    issuer: 'https://id.test',
    internalIssuerUrl: '',
    internalAddress: '',
    caFile: '',
    clientId: 'luci',
    scope: 'openid profile email',
  };
  noteReceived({ exchange: { host: world.host }, config: oidc } as never, what);
};

const ROWS: readonly Row[] = [
  { name: 'recheck 0', id: 'recheck', provider: { recheck: '0' }, status: 'SKIP', text: /recheck is 0/ },
  { name: 'a provider that says nothing of refresh tokens', id: 'recheck', status: 'PASS', text: /first login/ },
  {
    name: 'a provider that wants offline_access',
    id: 'recheck',
    change: discovery({ scopes_supported: ['openid', 'offline_access'] }),
    status: 'WARN',
    text: /'offline_access' is missing/,
    fix: /add offline_access/,
  },
  {
    name: 'offline_access in scope',
    id: 'recheck',
    provider: { scope: 'openid offline_access' },
    change: discovery({ scopes_supported: ['openid', 'offline_access'] }),
    status: 'PASS',
    text: /first login/,
  },
  {
    name: 'a provider without the grant type',
    id: 'recheck',
    change: discovery({ grant_types_supported: ['authorization_code'] }),
    status: 'WARN',
    text: /no grant type refresh_token/,
    fix: /allow the grant type/,
  },
  {
    name: 'a login that brought no refresh token',
    id: 'recheck',
    change: received('none'),
    status: 'WARN',
    text: /no refresh token/,
    fix: /allow refresh tokens/,
  },
  { name: 'a login that brought a refresh token', id: 'recheck', change: received('kept'), status: 'PASS', text: /every 300 s/ },
  {
    name: 'answers without a claim of a rule',
    id: 'recheck',
    change: received('claims_not_received'),
    status: 'WARN',
    text: /leaves out a claim/,
    fix: /userinfo as well/,
  },
  { name: 'a right configuration', id: 'config', status: 'PASS', text: /all options are valid/ },
  {
    name: 'a wrong option',
    id: 'config',
    provider: { issuer_url: 'http://id.test' },
    status: 'FAIL',
    text: /section 'default', option issuer_url/,
    code: 'CONFIG_ERROR',
    fix: /correct that option/,
  },
  {
    name: 'a wrong option of a role',
    id: 'config',
    admin: { default: 'maybe' },
    status: 'FAIL',
    text: /section 'admin', option default/,
    code: 'CONFIG_ERROR',
  },
  {
    name: 'a wrong `enabled`',
    id: 'config',
    provider: { enabled: 'perhaps' },
    status: 'FAIL',
    text: /option enabled: must be 1 or 0/,
    code: 'CONFIG_ERROR',
  },
  {
    name: 'an algorithm that is none',
    id: 'config',
    provider: { allowed_alg: ['ES256', 'RS 256'] },
    status: 'FAIL',
    text: /option allowed_alg: entry 2 is none of RS256/,
    code: 'CONFIG_ERROR',
  },
  {
    name: 'switched off and empty',
    id: 'config',
    provider: { enabled: '0', issuer_url: undefined },
    status: 'FAIL',
    text: /issuer_url: is required/,
    code: 'CONFIG_ERROR',
  },
  { name: 'switched off and whole', id: 'config', provider: { enabled: '0' }, status: 'PASS', text: /valid/ },

  { name: 'own values', id: 'placeholders', admin: { email: 'alice@club.test' }, status: 'PASS', text: /no example values/ },
  {
    name: 'an example issuer',
    id: 'placeholders',
    provider: { issuer_url: 'https://id.example.com' },
    status: 'WARN',
    text: /issuer_url, admin\.email look/,
    fix: /your own/,
  },
  {
    name: 'a secret of the earlier implementation',
    id: 'placeholders',
    provider: { client_secret: 'REPLACE_ME' },
    status: 'WARN',
    text: /client_secret/,
  },
  { name: 'an ellipsis for a secret', id: 'placeholders', provider: { client_secret: '…' }, status: 'WARN', text: /client_secret/ },

  { name: 'a role with a rule', id: 'roles', status: 'PASS', text: /^admin can be/ },
  {
    name: 'no role with a rule',
    id: 'roles',
    admin: { email: undefined },
    status: 'FAIL',
    text: /nobody can log in/,
    code: 'USER_NOT_AUTHORIZED',
    fix: /add e-mail/,
  },
  { name: 'everybody of a private provider', id: 'roles', admin: { default: '1' }, status: 'PASS', text: /admin/ },
  ...[
    'https://accounts.google.com',
    'https://login.microsoftonline.com/common/v2.0',
    'https://login.microsoftonline.com/Consumers/v2.0',
    'https://gitlab.com',
  ].map((issuer): Row => ({
    name: `everybody of ${issuer}`,
    id: 'roles',
    provider: { issuer_url: issuer },
    admin: { default: '1' },
    status: 'FAIL',
    text: /everybody can have an account/,
    code: 'USER_NOT_AUTHORIZED',
    fix: /remove option default of role admin/,
  })),
  {
    name: 'a tenant of Entra',
    id: 'roles',
    provider: { issuer_url: 'https://login.microsoftonline.com/8f1c/v2.0' },
    admin: { default: '1' },
    status: 'PASS',
    text: /admin/,
  },
  { name: 'Google, by address', id: 'roles', provider: { issuer_url: 'https://accounts.google.com' }, status: 'PASS', text: /admin/ },
  ...(
    [
      ['domain', '@home.test', /write 'home\.test'$/],
      ['domain', 'alice@home.test', /write 'home\.test'$/],
      ['domain', '*.home.test', /write 'home\.test', and a rule/],
      ['domain', '.home.test', /write 'home\.test', and a rule/],
      ['domain', 'home.test ', /write 'home\.test'$/],
      ['domain', 'home test', /follows the @/],
      ['domain', '*', /follows the @/],
      ['domain', 'hömé.test', /follows the @/],
      ['email', '*@home.test', /use domain 'home\.test'/],
      ['email', '@home.test', /use domain 'home\.test'/],
      ['email', 'alice', /whole address/],
      ['email', 'alice@', /whole address/],
      ['email', 'alice@a@b', /whole address/],
      ['email', ' alice@home.test', /write 'alice@home\.test'/],
      ['email', 'Alice <alice@home.test>', /write 'alice@home\.test'/],
      ['email', 'mailto:alice@home.test', /write 'alice@home\.test'/],
      ['email', 'älice@home.test', /whole address/],
      ['sub', 'ä', /1 to 255 ASCII/],
      ['sub', 's'.repeat(256), /1 to 255 ASCII/],
    ] as const
  ).map(([kind, value, fix]) => ({
    name: `the rule ${kind} '${value.slice(0, 40)}', which can never match`,
    id: 'roles',
    admin: { [kind]: [value] },
    status: 'FAIL',
    text: /of role admin can never match anybody/,
    code: 'USER_NOT_AUTHORIZED',
    fix,
  })),
  {
    name: 'rules that can match',
    id: 'roles',
    admin: {
      email: ["o'neil+router@HOME.test", 'a@[192.168.1.1]', 'x@localhost'],
      domain: ['Home.test', 'localhost', '[192.168.1.1]'],
      group: [' g', '*', '/router-admins'],
      sub: ['auth0|x y'],
    },
    status: 'PASS',
    text: /admin/,
  },
  {
    name: 'a role without rights',
    id: 'roles',
    admin: { read: undefined, write: undefined },
    status: 'FAIL',
    code: 'ROLE_WITHOUT_RIGHTS',
    text: /role admin does not allow anything/,
    fix: /set read, write or login/,
  },
  {
    name: 'roles behind one that takes everybody',
    id: 'roles',
    admin: { default: '1' },
    change: roles({ late: { '.type': 'role', sub: '1', read: ['*'] } }),
    status: 'WARN',
    text: /never reached/,
    fix: /move role admin to the end/,
  },

  { name: 'a redirect URI', id: 'redirect_uri', provider: { redirect_uri: CALLBACK }, status: 'PASS', text: /router\.test/ },
  {
    name: 'a redirect URI below a path',
    id: 'redirect_uri',
    provider: { redirect_uri: 'https://proxy.test/router1/cgi-bin/luci-sso/callback' },
    status: 'WARN',
    text: /outside of it/,
    fix: /under a name of its own/,
  },
  { name: 'no redirect URI', id: 'redirect_uri', status: 'WARN', text: /not set/, fix: /set redirect_uri to https:/ },

  { name: 'e-mail rules', id: 'email', status: 'PASS', text: /verified/ },
  { name: 'no e-mail rules', id: 'email', admin: { email: undefined, sub: '1' }, status: 'SKIP', text: /no role has/ },
  {
    name: 'no scope for them',
    id: 'email',
    provider: { scope: 'openid' },
    status: 'WARN',
    text: /no 'email'/,
    fix: /add 'email' to scope/,
  },
  {
    name: 'an address that no claim vouches for',
    id: 'email',
    provider: { email_claim: 'preferred_username' },
    status: 'FAIL',
    text: /no claim says that an address in preferred_username is verified/,
    code: 'EMAIL_NOT_VERIFIED',
    fix: /email_verified_claim/,
  },
  {
    name: 'email_verified for another claim',
    id: 'email',
    provider: { email_claim: 'preferred_username', email_verified_claim: 'email_verified' },
    status: 'WARN',
    text: /not of preferred_username/,
    fix: /email_verified_claim/,
  },
  {
    name: 'a claim that vouches for another one',
    id: 'email',
    provider: { email_claim: 'upn', email_verified_claim: 'xms_edov' },
    status: 'PASS',
    text: /when xms_edov is true/,
  },
  {
    name: 'another claim, unverified',
    id: 'email',
    provider: { email_claim: 'upn', require_email_verified: '0' },
    status: 'WARN',
    text: /nobody has verified/,
    fix: /require_email_verified/,
  },
  {
    name: 'unverified addresses',
    id: 'email',
    provider: { require_email_verified: '0' },
    status: 'WARN',
    text: /nobody has verified/,
    fix: /require_email_verified/,
  },

  { name: 'nothing of the earlier implementation', id: 'earlier', status: 'PASS', text: /nothing means/ },
  { name: 'subjects of the same issuer', id: 'earlier', admin: { sub_issuer: 'https://id.test' }, status: 'PASS', text: /nothing means/ },
  {
    name: 'subjects of another issuer',
    id: 'earlier',
    admin: { sub_issuer: 'https://other.test' },
    status: 'WARN',
    text: /^sub_issuer of admin is not read/,
    fix: /^change what is not meant so \(docs\/upgrading\.md\)$/,
  },
  {
    name: 'subjects of another issuer, of a provider',
    id: 'earlier',
    provider: { sub_issuer: 'https://other.test' },
    status: 'WARN',
    text: /^sub_issuer of default is not read/,
  },
  {
    name: 'users with passwords',
    id: 'earlier',
    change: roles({ alice: { '.type': 'user', rpcd_user: 'root', rpcd_password: 'x' } }),
    status: 'WARN',
    text: /^section alice of type user is not read/,
  },
  {
    name: 'an internal issuer with a path',
    id: 'earlier',
    provider: { internal_issuer_url: 'https://10.0.0.5/realms/a' },
    status: 'WARN',
    text: /path of internal_issuer_url is not read/,
  },
  {
    name: 'an internal issuer without a path',
    id: 'earlier',
    provider: { internal_issuer_url: 'https://10.0.0.5/' },
    status: 'PASS',
    text: /nothing means/,
  },
  {
    name: 'after an upgrade, nothing that means something else',
    id: 'earlier',
    provider: { require_email_verified: '1' },
    change: takenOver(),
    status: 'PASS',
    text: /nothing means/,
  },
  {
    name: 'after an upgrade, switched on by a word',
    id: 'earlier',
    provider: { enabled: 'true', require_email_verified: '0' },
    change: takenOver(),
    status: 'WARN',
    text: /^enabled 'true' switches on, and only 1 did$/,
    fix: /then empty \/etc\/luci-sso\/taken-over$/,
  },
  {
    name: 'after an upgrade, everything in one list',
    id: 'earlier',
    provider: { require_email_verified: '1' },
    admin: { read: ['*'], write: undefined },
    change: takenOver(),
    status: 'WARN',
    text: /^read and write of role admin are counted separately/,
  },
  {
    name: 'after an upgrade, several roles',
    id: 'earlier',
    provider: { require_email_verified: '1' },
    change: all(takenOver(), roles({ guest: { '.type': 'role', sub: '1', read: ['*'], write: '*' } })),
    status: 'WARN',
    text: /^of several roles the first/,
  },
  { name: 'after an upgrade, addresses', id: 'earlier', change: takenOver(), status: 'WARN', text: /^require_email_verified is 1/ },
  { name: 'after an upgrade that the owner has looked at', id: 'earlier', change: takenOver(''), status: 'PASS', text: /nothing means/ },

  { name: 'a CA bundle', id: 'ca_bundle', change: file('/etc/ssl/certs/ca-certificates.crt'), status: 'PASS', text: /1 file/ },
  {
    name: 'a CA of its own only',
    id: 'ca_bundle',
    provider: { ca_file: '/etc/ca.pem' },
    change: file('/etc/ca.pem'),
    status: 'PASS',
    text: /^\/etc\/ca\.pem only/,
  },
  {
    name: 'no CA bundle',
    id: 'ca_bundle',
    status: 'FAIL',
    text: /has no certificate/,
    code: 'DISCOVERY_NETWORK_ERROR',
    fix: /install the package ca-bundle/,
  },
  {
    name: 'no ca_file',
    id: 'ca_bundle',
    provider: { ca_file: '/etc/ca.pem' },
    change: file('/etc/ssl/certs/a.crt'),
    status: 'FAIL',
    text: /ca_file \/etc\/ca\.pem: missing/,
    code: 'DISCOVERY_NETWORK_ERROR',
  },

  { name: 'a clock in step', id: 'clock', change: dated(0), status: 'PASS', text: /same as at the provider/ },
  { name: 'a clock 8 s off', id: 'clock', change: dated(8), status: 'PASS', text: /^8 s behind/ },
  { name: 'a clock 40 s off', id: 'clock', change: dated(-40), status: 'WARN', text: /^40 s ahead/, fix: /NTP/ },
  { name: 'a clock 70 s behind', id: 'clock', change: dated(70), status: 'FAIL', text: /^70 s behind/, code: 'TOKEN_ISSUED_IN_FUTURE' },
  { name: 'a clock 2 h ahead', id: 'clock', change: dated(-7200), status: 'FAIL', text: /^7200 s ahead/, code: 'TOKEN_EXPIRED' },
  { name: 'no Date header', id: 'clock', status: 'PASS', text: /sends no date/ },
  {
    name: 'nobody to compare with',
    id: 'clock',
    change: (world) => void world.host.failures.set('connectTls', 'refused'),
    status: 'SKIP',
    text: /could not be asked/,
  },
  {
    name: 'a clock before the release',
    id: 'clock',
    change: (world) => void (world.host.wallS = 0),
    status: 'FAIL',
    text: /before this program/,
    code: 'CLOCK_UNSET',
    fix: /NTP/,
  },

  { name: 'a discovery document', id: 'discovery', status: 'PASS', text: /members/ },
  {
    name: 'another status',
    id: 'discovery',
    change: answers(DOCUMENT, (reply) => void (reply.status = 404)),
    status: 'FAIL',
    text: /HTTP 404/,
    code: 'DISCOVERY_FAILED',
    fix: /path, realm and slug/,
  },
  {
    name: 'no JSON',
    id: 'discovery',
    change: answers(DOCUMENT, (reply) => void (reply.body = '{')),
    status: 'FAIL',
    text: /not JSON/,
    code: 'INVALID_DISCOVERY_DOC',
  },
  {
    name: 'no answer',
    id: 'discovery',
    change: (world) => void world.provider.raw.set(DOCUMENT, { reason: 'timeout' }),
    status: 'FAIL',
    text: /no answer in time/,
    code: 'DISCOVERY_NETWORK_ERROR',
  },
  { name: 'a wrong configuration before it', id: 'discovery', provider: { client_id: '' }, status: 'SKIP', text: /CONFIG_ERROR/ },

  { name: 'the same issuer', id: 'issuer', status: 'PASS', text: /^https:\/\/id\.test$/ },
  ...(
    [
      ['https://id.test/', /remove the slash|add a slash/],
      ['https://ID.test', /upper and lower case/],
      ['https://id.test:443', /the port/],
      ['https://other.test', /provider says 'https:\/\/other\.test'$/],
    ] as const
  ).map(([issuer, text]): Row => ({
    name: `issuer ${issuer}`,
    id: 'issuer',
    change: discovery({ issuer }),
    status: 'FAIL',
    text,
    code: 'DISCOVERY_ISSUER_MISMATCH',
    fix: /copy the value/,
  })),
  { name: 'no issuer', id: 'issuer', change: without('issuer'), status: 'FAIL', text: /has no/, code: 'DISCOVERY_MISSING_ISSUER' },
  { name: 'a right issuer beside a missing endpoint', id: 'issuer', change: without('jwks_uri'), status: 'PASS', text: /id\.test/ },
  {
    name: 'no document',
    id: 'issuer',
    change: answers(DOCUMENT, (reply) => void (reply.status = 500)),
    status: 'SKIP',
    text: /DISCOVERY_FAILED/,
  },

  { name: 'https endpoints', id: 'endpoints', status: 'PASS', text: /https/ },
  {
    name: 'a missing endpoint',
    id: 'endpoints',
    change: without('token_endpoint'),
    status: 'FAIL',
    text: /token_endpoint/,
    code: 'DISCOVERY_MISSING_ENDPOINT',
  },
  {
    name: 'a plain endpoint',
    id: 'endpoints',
    change: discovery({ jwks_uri: 'http://id.test/jwks' }),
    status: 'FAIL',
    text: /jwks_uri/,
    code: 'INSECURE_ENDPOINT',
  },
  {
    name: 'an endpoint for pushed requests',
    id: 'endpoints',
    change: discovery({ pushed_authorization_request_endpoint: 'https://id.test/par' }),
    status: 'PASS',
    text: /set par to always/,
  },
  {
    name: 'pushed requests as configured',
    id: 'endpoints',
    provider: { par: 'always' },
    change: discovery({ pushed_authorization_request_endpoint: 'https://id.test/par' }),
    status: 'PASS',
    text: /https URLs$/,
  },
  {
    name: 'pushed requests demanded and switched off',
    id: 'endpoints',
    provider: { par: 'never' },
    change: discovery({
      pushed_authorization_request_endpoint: 'https://id.test/par',
      require_pushed_authorization_requests: true,
    }),
    status: 'WARN',
    text: /par is never/,
    fix: /auto/,
  },
  {
    name: 'pushed requests without an endpoint',
    id: 'endpoints',
    change: discovery({ require_pushed_authorization_requests: true }),
    status: 'FAIL',
    text: /pushed/,
    code: 'PAR_REQUIRED',
  },
  {
    name: 'another issuer',
    id: 'endpoints',
    change: discovery({ issuer: 'https://other.test' }),
    status: 'SKIP',
    text: /DISCOVERY_ISSUER_MISMATCH/,
  },

  { name: 'the code flow', id: 'flow', status: 'PASS', text: /authorization code/ },
  {
    name: 'a provider that lists more',
    id: 'flow',
    change: discovery({ response_types_supported: ['id_token', 'code'], response_modes_supported: ['form_post', 'query'] }),
    status: 'PASS',
    text: /in the query/,
  },
  {
    name: 'lists without entries',
    id: 'flow',
    change: discovery({ response_types_supported: [], response_modes_supported: 'query' }),
    status: 'PASS',
    text: /in the query/,
  },
  { name: 'common algorithms', id: 'algorithms', status: 'PASS', text: /^RS256, ES256$/ },
  { name: 'algorithms narrowed', id: 'algorithms', provider: { allowed_alg: 'ES256' }, status: 'PASS', text: /^ES256$/ },
  {
    name: 'nothing announced',
    id: 'algorithms',
    change: without('id_token_signing_alg_values_supported'),
    status: 'PASS',
    text: /^RS256$/,
  },
  {
    name: 'symmetric ones only',
    id: 'algorithms',
    change: discovery({ id_token_signing_alg_values_supported: ['HS256', 'none'] }),
    status: 'FAIL',
    text: /HS256, none/,
    code: 'UNSUPPORTED_ALGORITHM',
  },
  {
    name: 'nothing in common',
    id: 'algorithms',
    provider: { allowed_alg: 'ES256' },
    change: discovery({ id_token_signing_alg_values_supported: ['RS256'] }),
    status: 'FAIL',
    text: /RS256/,
    code: 'UNSUPPORTED_ALGORITHM',
  },

  { name: 'usable keys', id: 'keys', status: 'PASS', text: /^2 of 2 usable, for RS256, ES256$/ },
  { name: 'some usable keys', id: 'keys', provider: { allowed_alg: 'ES256' }, status: 'PASS', text: /^1 of 2 usable, for ES256$/ },
  {
    name: 'the same key twice',
    id: 'keys',
    change: answers('/jwks', (reply) => {
      const { keys } = reply.body as { keys: object[] };
      reply.body = { keys: [...keys, ...keys] };
    }),
    status: 'PASS',
    text: /usable, for RS256, ES256$/,
  },
  {
    name: 'two keys under one kid',
    id: 'keys',
    change: answers('/jwks', (reply) => {
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
      const { keys } = reply.body as { keys: { kty: string; kid: string }[] };
      reply.body = { keys: [...keys, { ...other, kid: keys.find(({ kty }) => kty === 'RSA')?.kid }] };
    }),
    status: 'FAIL',
    text: /different keys have kid "/,
    code: 'KEY_AMBIGUOUS',
  },
  {
    name: 'no keys',
    id: 'keys',
    change: (world) => void (world.provider.published = []),
    status: 'FAIL',
    text: /0 of 0/,
    code: 'NO_KEYS_AVAILABLE',
    fix: /signing key/,
  },
  {
    name: 'a short RSA key',
    id: 'keys',
    status: 'FAIL',
    text: /fewer than 2,048 bits.*0 of 1 usable: RSA modulus of 1024 bits/,
    code: 'KEY_UNUSABLE',
    fix: /new signing key/,
    change: answers(
      '/jwks',
      (reply) =>
        void (reply.body = {
          keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }), use: 'sig' }],
        }),
    ),
  },
  {
    name: 'keys for encryption',
    id: 'keys',
    change: answers(
      '/jwks',
      (reply) => void (reply.body = { keys: (reply.body as { keys: object[] }).keys.map((key) => ({ ...key, use: 'enc' })) }),
    ),
    status: 'FAIL',
    text: /0 of 2 usable: the key has use "enc"/,
    code: 'KEY_UNUSABLE',
  },
  {
    name: 'no key set',
    id: 'keys',
    change: answers('/jwks', (reply) => void (reply.status = 404)),
    status: 'FAIL',
    text: /HTTP 404/,
    code: 'JWKS_FETCH_FAILED',
  },
  {
    name: 'no answer for keys',
    id: 'keys',
    change: (world) => void world.provider.raw.set('/jwks', { reason: 'closed' }),
    status: 'FAIL',
    text: /closed the connection/,
    code: 'JWKS_NETWORK_ERROR',
  },
  {
    name: 'no list of keys',
    id: 'keys',
    change: answers('/jwks', (reply) => void (reply.body = {})),
    status: 'FAIL',
    text: /no list/,
    code: 'INVALID_JWKS_FORMAT',
  },
  {
    name: 'keys behind another issuer',
    id: 'keys',
    change: discovery({ issuer: 'https://other.test' }),
    status: 'SKIP',
    text: /DISCOVERY_ISSUER_MISMATCH/,
  },

  { name: 'S256', id: 'pkce', status: 'PASS', text: /S256/ },
  {
    name: 'PKCE not announced',
    id: 'pkce',
    change: without('code_challenge_methods_supported'),
    status: 'WARN',
    text: /does not say/,
    fix: /enforces PKCE/,
  },
  {
    name: 'plain only',
    id: 'pkce',
    change: discovery({ code_challenge_methods_supported: ['plain'] }),
    status: 'FAIL',
    text: /plain/,
    code: 'PKCE_S256_UNSUPPORTED',
  },
  {
    name: 'PKCE behind a dead provider',
    id: 'pkce',
    change: (world) => void world.host.failures.set('connectTls', 'dns'),
    status: 'SKIP',
    text: /DISCOVERY_NETWORK_ERROR/,
  },

  {
    name: 'listed scopes',
    id: 'scopes',
    change: discovery({ scopes_supported: ['openid', 'email', 'profile'] }),
    status: 'PASS',
    text: /^openid profile email$/,
  },
  { name: 'no list of scopes', id: 'scopes', status: 'PASS', text: /openid/ },
  { name: 'openid is added', id: 'scopes', provider: { scope: 'email' }, status: 'PASS', text: /^openid email$/ },
  {
    name: 'an unknown scope',
    id: 'scopes',
    provider: { scope: 'openid groups' },
    change: discovery({ scopes_supported: ['openid'] }),
    status: 'WARN',
    text: /does not list groups/,
    fix: /invalid_scope/,
  },
  { name: 'scopes of nobody', id: 'scopes', change: discovery({ issuer: 5 }), status: 'SKIP', text: /DISCOVERY_MISSING_ISSUER/ },

  { name: 'no group rules', id: 'groups', status: 'SKIP', text: /no role has/ },
  {
    name: 'group rules and their scope',
    id: 'groups',
    provider: { scope: 'openid groups' },
    admin: { group: 'x' },
    status: 'PASS',
    text: /scope has 'groups'/,
  },
  {
    name: 'group rules without their scope, which the provider lists',
    id: 'groups',
    admin: { group: 'x' },
    change: discovery({ scopes_supported: ['openid', 'groups'] }),
    status: 'FAIL',
    text: /scope lacks 'groups'/,
    code: 'USER_NOT_AUTHORIZED',
    fix: /add 'groups' to scope/,
  },
  {
    name: 'group rules without their scope',
    id: 'groups',
    admin: { group: 'x' },
    status: 'WARN',
    text: /no 'groups'/,
    fix: /add 'groups' to scope/,
  },
  {
    name: 'a provider without such a scope',
    id: 'groups',
    admin: { group: 'x' },
    change: discovery({ scopes_supported: ['openid'] }),
    status: 'PASS',
    text: /claim groups into/,
  },
  {
    name: 'another claim',
    id: 'groups',
    provider: { groups_claim: 'realm_access.roles' },
    admin: { group: 'x' },
    status: 'PASS',
    text: /realm_access\.roles/,
  },

  {
    name: 'Log out at the provider',
    id: 'logout',
    provider: { redirect_uri: CALLBACK },
    status: 'WARN',
    text: /the way back/,
    fix: /register https:\/\/router\.test\/cgi-bin\/luci-sso\/logged-out as/,
  },
  { name: 'Log out here only', id: 'logout', provider: { logout_at_provider: '0' }, status: 'SKIP', text: /is off/ },
  { name: 'a provider without logout', id: 'logout', change: without('end_session_endpoint'), status: 'SKIP', text: /no such endpoint/ },

  { name: 'a plain secret', id: 'secret', status: 'PASS', text: /client_secret_basic/ },
  { name: 'no secret', id: 'secret', provider: { client_secret: undefined }, status: 'PASS', text: /public client/ },
  {
    name: 'an odd secret in Basic',
    id: 'secret',
    provider: { client_secret: 'a+b/c=' },
    status: 'WARN',
    text: /do not decode/,
    fix: /client_secret_post/,
  },
  {
    name: 'an odd secret in a form',
    id: 'secret',
    provider: { client_secret: 'a+b/c=', client_auth: 'client_secret_post' },
    status: 'PASS',
    text: /client_secret_post/,
  },
  {
    name: 'a method that is not offered',
    id: 'secret',
    provider: { client_auth: 'client_secret_post' },
    change: discovery({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
    status: 'WARN',
    text: /does not offer/,
    fix: /client_auth to auto/,
  },
  {
    name: 'no method in common',
    id: 'secret',
    change: discovery({ token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    status: 'FAIL',
    text: /private_key_jwt/,
    code: 'CLIENT_AUTH_UNSUPPORTED',
  },
  { name: 'a secret for nobody', id: 'secret', change: discovery({ issuer: 5 }), status: 'SKIP', text: /DISCOVERY_MISSING_ISSUER/ },

  { name: 'a known client', id: 'client_auth', status: 'PASS', text: /HTTP 400 invalid_grant/ },
  {
    name: 'a wrong secret',
    id: 'client_auth',
    change: answers('/token', (reply) => Object.assign(reply, { status: 401, body: { error: 'invalid_client' } })),
    status: 'FAIL',
    text: /HTTP 401 invalid_client/,
    code: 'CLIENT_REJECTED',
    fix: /copy both/,
  },
  {
    name: 'a busy provider',
    id: 'client_auth',
    change: answers('/token', (reply) => Object.assign(reply, { status: 429, body: 'slow down' })),
    status: 'WARN',
    text: /HTTP 429$/,
    fix: /try a login/,
  },
  {
    name: 'a token endpoint that is gone',
    id: 'client_auth',
    change: (world) => void world.provider.raw.set('/token', { reason: 'closed' }),
    status: 'FAIL',
    text: /closed the connection/,
    code: 'TOKEN_ENDPOINT_NETWORK_ERROR',
  },
  {
    name: 'no way to show a secret',
    id: 'client_auth',
    change: discovery({ token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    status: 'FAIL',
    text: /private_key_jwt/,
    code: 'CLIENT_AUTH_UNSUPPORTED',
  },
  {
    name: 'credentials for nobody',
    id: 'client_auth',
    change: discovery({ issuer: 'https://other.test' }),
    status: 'SKIP',
    text: /DISCOVERY_ISSUER_MISMATCH/,
  },

  { name: 'missing entries in rpcd', id: 'rpcd_logins', status: 'WARN', text: /luci_sso_admin of/, fix: /luci-sso sync/ },
  {
    name: 'entries in step',
    id: 'rpcd_logins',
    status: 'PASS',
    text: /in step/,
    change: (world) =>
      void Object.assign(world.host.router.uci.rpcd as object, {
        luci_sso_admin: { '.type': 'login', username: 'sso:admin', read: ['*', 'unauthenticated', 'luci-base'], write: ['*'] },
      }),
  },
  { name: 'a draft', id: 'rpcd_logins', isDraft: true, status: 'SKIP', text: /not saved/ },

  {
    name: 'a group that no ACL file has',
    id: 'rights',
    admin: { read: ['luci-app-none', 'luci-mod-*', '!luci-app-other'], write: ['luci-mod-system'] },
    change: ownGroup,
    status: 'WARN',
    text: /access group luci-app-none of role admin$/,
    fix: /correct the name/,
  },
  {
    name: 'lists that match no group here',
    id: 'rights',
    admin: { read: ['luci-app-none'], write: undefined },
    change: ownGroup,
    status: 'FAIL',
    text: /role admin: its lists match no access group/,
    code: 'ROLE_WITHOUT_RIGHTS',
    fix: /access groups that this router has/,
  },
  {
    name: 'a role that nobody gets',
    id: 'rights',
    admin: { read: undefined, write: undefined, email: undefined },
    change: ownGroup,
    status: 'PASS',
    text: /only who/,
  },
  { name: 'full rights', id: 'rights', change: compat, status: 'PASS', text: /only who may change the settings page/ },
  { name: 'read-only, without luci-compat', id: 'rights', admin: { write: undefined }, change: ownGroup, status: 'PASS', text: /only who/ },
  {
    name: 'read-only beside luci-compat',
    id: 'rights',
    admin: { write: undefined },
    change: compat,
    status: 'WARN',
    text: /^client_secret can be read without the settings page: role admin by allow-full-uci-access$/,
    fix: /!allow-full-uci-access/,
  },
  {
    name: 'read-only, and luci-compat denied',
    id: 'rights',
    admin: { read: ['*', '!allow-full-uci-access'], write: undefined },
    change: compat,
    status: 'PASS',
    text: /only who/,
  },
  {
    name: 'write without the settings page beside luci-compat',
    id: 'rights',
    admin: { write: ['*', '!luci-app-sso'] },
    change: compat,
    status: 'WARN',
    text: /: role admin by /,
  },
  {
    name: 'a pattern that takes it in',
    id: 'rights',
    admin: { write: undefined },
    change: all(ownGroup, file('/usr/share/rpcd/acl.d/other.json', '{"other":{"read":{"uci":["luci-*"]}}}')),
    status: 'WARN',
    text: /: role admin by /,
  },
  {
    name: "LuCI's backup, which read access gives",
    id: 'rights',
    admin: { write: undefined },
    change: flash,
    status: 'WARN',
    text: /role admin by luci-mod-system-flash$/,
    fix: /add !luci-mod-system-flash to both lists/,
  },
  {
    name: "LuCI's backup, denied",
    id: 'rights',
    admin: { read: ['*', '!luci-mod-system-flash'], write: undefined },
    change: flash,
    status: 'PASS',
    text: /only who/,
  },
  {
    name: "LuCI's backup, by the right to write",
    id: 'rights',
    admin: { read: undefined, write: ['*', '!luci-app-sso'] },
    change: flash,
    status: 'WARN',
    text: /by luci-mod-system-flash$/,
  },
  ...(
    [
      ['the file', { file: { '/etc/config/*': ['read'] }, ubus: { file: ['read'] } }],
      ['the file, by download', { file: { '/etc/config/luci-sso': ['read'] }, 'cgi-io': ['download'] }],
      ['the flash', { file: { '/dev/mtdblock[0-9]*': ['read'] }, ubus: { file: ['*'] } }],
      ['a program that prints any file', { file: { '/bin/c?t': ['exec'] }, ubus: { '*': ['exec'] } }],
      ['the backup', { 'cgi-io': ['b*'] }],
      ['one command that prints it', { file: { '/bin/cat /etc/config/*': ['exec'] }, ubus: { file: ['exec'] } }],
      ['a program that prints any file, by cgi-exec', { file: { '/sbin/uci show *': ['exec'] }, 'cgi-io': ['exec'] }],
    ] as const
  ).map(([what, read]): Row => ({
    name: `a group that shows ${what}`,
    id: 'rights',
    admin: { read: ['other'], write: undefined },
    change: all(ownGroup, base, file('/usr/share/rpcd/acl.d/other.json', JSON.stringify({ other: { read } }))),
    status: 'WARN',
    text: /role admin by other$/,
    fix: /!other/,
  })),
  ...(
    [
      ['a file that nothing reads', { file: { '/etc/config/luci-sso': ['read'] } }],
      [
        'other files',
        {
          file: { '/etc/config/network': ['read'], '/etc/config/luci-sso': ['list'], '/bin/cat /proc/mtd': ['exec'] },
          ubus: { file: ['*'] },
          'cgi-io': ['download', 'upload'],
        },
      ],
      ['writing alone', { uci: { 'luci-sso': ['write'] } }],
    ] as const
  ).map(([what, read]): Row => ({
    name: `a group that gives ${what}`,
    id: 'rights',
    admin: { read: ['other'], write: undefined },
    change: all(ownGroup, base, file('/usr/share/rpcd/acl.d/other.json', JSON.stringify({ other: { read } }))),
    status: 'PASS',
    text: /only who/,
  })),
  {
    name: 'the rights of root',
    id: 'rights',
    admin: { read: undefined, write: undefined, login: 'root' },
    change: compat,
    status: 'PASS',
    text: /only who/,
  },
  {
    name: 'the rights of a login that only reads',
    id: 'rights',
    admin: { login: 'viewer' },
    change: all(compat, viewer),
    status: 'WARN',
    text: /: role admin by /,
  },
  {
    name: 'the rights of a login that is gone',
    id: 'rights',
    admin: { login: 'gone' },
    change: compat,
    status: 'FAIL',
    text: /^role admin: rpcd has no login 'gone'/,
    code: 'MISSING_RPCD_LOGIN',
    fix: /correct `login`/,
  },
  {
    name: 'no access groups at all',
    id: 'rights',
    change: (world) =>
      [...world.host.files.keys()].filter((name) => name.includes('/acl.d/')).forEach((name) => world.host.files.delete(name)),
    status: 'FAIL',
    text: /acl\.d: missing/,
    code: 'UBUS_LOGIN_FAILED',
  },

  {
    name: 'the hook',
    id: 'login_hook',
    change: all(file('/usr/share/luci/menu.d/luci-sso-login.json'), file('/www/luci-static/resources/luci-sso-login.js')),
    status: 'PASS',
    text: /installed/,
  },
  ...(
    [
      // As bootstrap: a login page of its own, with LuCI's header around it, which is the theme's.
      [
        'bootstrap',
        '.ut',
        {
          sysauth: "{% include('header', { blank_page: true }) %}",
          header: '<script src="{{ dispatcher.build_url(\'admin/translations\') }}">',
        },
      ],
      [
        'argon',
        '.ut',
        { sysauth: '{% include("themes/" + theme + "/out_header_login") %}', out_header_login: '<html>', header: 'admin/translations' },
      ],
      ['other', '.htm', { sysauth: '<%+themes/other/header_login%>\n"/header_login"', header_login: '<script src="x/luci.js">' }],
      ['plain', '.ut', {}],
      ['../../etc', '.ut', {}],
    ] as const
  ).map(([theme, suffix, parts]): Row => ({
    name: `the login page of the theme ${theme}`,
    id: 'login_hook',
    change: all(
      file('/usr/share/luci/menu.d/luci-sso-login.json'),
      file('/www/luci-static/resources/luci-sso-login.js'),
      (world) => void (world.host.router.uci['luci'] = { main: { '.type': 'core', mediaurlbase: `/luci-static/${theme}` } }),
      ...Object.entries(parts).map(([name, text]) =>
        file(`${suffix === '.ut' ? '/usr/share/ucode/luci/template' : '/usr/lib/lua/luci/view'}/themes/${theme}/${name}${suffix}`, text),
      ),
    ),
    ...(theme === 'argon'
      ? { status: 'WARN', text: /theme argon does not load LuCI's scripts/, fix: /\/cgi-bin\/luci-sso, or choose another theme/ }
      : { status: 'PASS', text: /installed/ }),
  })),
  { name: 'no hook', id: 'login_hook', status: 'WARN', text: /luci-sso-login\.js is missing/, fix: /install the package again/ },

  { name: 'nobody logged in yet', id: 'guard', status: 'PASS', text: /the next login starts it/ },
  { name: 'a guard', id: 'guard', change: (world) => void world.host.foreignLocks.add('guard.lock'), status: 'PASS', text: /^runs$/ },
  {
    name: 'ticks of cron',
    id: 'guard',
    change: (world) => void world.host.state.set('guard.ticked', Buffer.from('90 cron')),
    status: 'PASS',
    text: /cron/,
  },
  {
    name: 'a guard that does not start',
    id: 'guard',
    change: (world) => void world.host.state.set('guard.started', Buffer.from('90')),
    status: 'WARN',
    text: /does not run: sessions end by idleness alone/,
    fix: /init\.d\/luci-sso start/,
  },

  { name: "LuCI's cookie", id: 'luci_cookie', status: 'PASS', text: /^sysauth_https$/ },
  {
    name: 'an old LuCI',
    id: 'luci_cookie',
    change: file('/usr/share/luci/menu.d/luci-base.json', '{"admin":{"auth":{"methods":["cookie:sysauth"]}}}'),
    status: 'PASS',
    text: /^sysauth$/,
  },
  {
    name: 'a LuCI of the future',
    id: 'luci_cookie',
    change: file('/usr/share/luci/menu.d/luci-base.json', '{"admin":{"auth":{"methods":["cookie:other"]}}}'),
    status: 'WARN',
    text: /no cookie/,
  },
  {
    name: 'no LuCI',
    id: 'luci_cookie',
    change: (world) => void world.host.files.delete('/usr/share/luci/menu.d/luci-base.json'),
    status: 'WARN',
    text: /no cookie/,
  },

  { name: 'known answers', id: 'selftest', status: 'PASS', text: /known answers/ },

  {
    name: 'on a router',
    id: 'sandbox',
    status: 'PASS',
    text: /^network process: root folder of its own, user of its own, limits, system calls filtered$/,
  },
  {
    name: 'no root and no filter',
    id: 'sandbox',
    change: (world) => void (world.host.protection = 'limits'),
    status: 'PASS',
    text: /^network process: limits, no change of user, .*, system calls not filtered, as the kernel cannot$/,
  },
  {
    name: 'no child',
    id: 'sandbox',
    change: (world) => void world.host.failures.set('networkProtection', 'exec: the network process cannot be started'),
    status: 'FAIL',
    text: /^exec: the network process cannot be started/,
    fix: /free some memory/,
  },
];

for (const row of ROWS) {
  test(`${row.id}: ${row.name} is ${row.status}`, async (t) => {
    const world = worldWith(row.provider, row.admin);
    row.change?.(world);
    const before = JSON.stringify(world.host.router.uci);
    const result = await check(world, row.id, row.isDraft !== true);
    t.is(result.status as string, row.status, result.text);
    t.regex(result.text, row.text);
    if (row.code !== undefined) t.is(result.code, row.code);
    if (row.status === 'FAIL' || row.status === 'WARN') t.regex(result.fix, row.fix ?? /./);
    else t.is(result.fix, row.status === 'SKIP' ? result.fix : '');
    t.is(JSON.stringify(world.host.router.uci), before);
    t.deepEqual(
      [...world.host.state.keys()].filter((name) => !/^(guard|received)\./.test(name)),
      [],
      'nothing is saved',
    );
    t.is(world.host.openStreams(), 0, 'nothing stays open');
  });
}

/** Reason of the host -> what the five checks of the way say. */
const WAYS: ReadonlyArray<readonly [string, Record<string, string>]> = [
  ['dns: no such name', { dns: 'FAIL', tcp: 'SKIP', tls_chain: 'SKIP', tls_names: 'SKIP' }],
  ['timeout', { dns: 'WARN', tcp: 'FAIL', tls_chain: 'SKIP', tls_names: 'SKIP' }],
  ['refused: 192.0.2.1', { dns: 'PASS', tcp: 'FAIL', tls_chain: 'SKIP', tls_names: 'SKIP' }],
  ['unreachable: 192.0.2.1 (No route to host)', { dns: 'PASS', tcp: 'FAIL', tls_chain: 'SKIP', tls_names: 'SKIP' }],
  ['tls: -0x7780', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'SKIP' }],
  ['closed: during the TLS handshake', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'SKIP' }],
  ['cert-untrusted: no trusted CA vouches for it', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'PASS' }],
  ['cert-untrusted: no trusted CA vouches for it, other name', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'FAIL' }],
  ['cert-expired: expired', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'PASS' }],
  ['cert-not-yet-valid: not yet valid', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'PASS' }],
  ['cert-revoked: revoked', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'PASS' }],
  ['cert-name: other name', { dns: 'PASS', tcp: 'PASS', tls_chain: 'PASS', tls_names: 'FAIL' }],
  ['cert-name: other name, expired', { dns: 'PASS', tcp: 'PASS', tls_chain: 'FAIL', tls_names: 'FAIL' }],
  ['ca-file: missing', { dns: 'SKIP', tcp: 'SKIP', tls_chain: 'FAIL', tls_names: 'SKIP' }],
  ['no-ca', { dns: 'SKIP', tcp: 'SKIP', tls_chain: 'FAIL', tls_names: 'SKIP' }],
];

for (const [reason, expected] of WAYS) {
  test(`a connection that ends with "${reason}" blames the right step`, async (t) => {
    const found: Record<string, string> = {};
    for (const id of Object.keys(expected)) {
      const world = worldWith();
      world.host.failures.set('connectTls', reason);
      const result = await check(world, id);
      found[id] = result.status;
      if (result.status === 'FAIL') t.is(result.code, 'DISCOVERY_NETWORK_ERROR');
      if (result.status === 'FAIL' || result.status === 'WARN') t.not(result.fix, '');
    }
    t.deepEqual(found, expected);
  });
}

test('a connection that stands passes all steps; an address needs no name', async (t) => {
  for (const id of ['dns', 'tcp', 'tls_chain', 'tls_names']) t.is((await check(worldWith(), id)).status, 'PASS', id);
  t.is((await check(worldWith({ internal_address: '192.0.2.7' }), 'dns')).status, 'SKIP');
  t.is((await check(worldWith({ issuer_url: 'https://[2001:db8::1]' }), 'dns')).status, 'SKIP');
});

test('split horizon is checked where the router goes', async (t) => {
  const world = worldWith({ internal_issuer_url: 'https://inside.test:8443' });
  t.regex((await check(world, 'tls_names')).text, /inside\.test/);
});

test('the self-test knows right from wrong', async (t) => {
  const vectors = await runSelfTest();
  t.true(vectors.every(({ isRight }) => isRight));
  const wrong = judgeSelfTest([...vectors, { name: 'RS256', isRight: false }]);
  t.deepEqual([wrong.status, wrong.text], ['FAIL', 'wrong: RS256']);
});

test('there are at least 18 checks, and each is reached by a row', (t) => {
  t.true(CHECKS.length >= 18);
  const reached = new Set([...ROWS.map(({ id }) => id), 'dns', 'tcp', 'tls_chain', 'tls_names']);
  t.deepEqual([...reached].sort(), CHECKS.map(({ id }) => id).sort());
});

test('dates are read in the one form that servers must send', (t) => {
  t.is(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT'), 784111777);
  for (const time of [0, 951782399, 951868800, 1709164800, NOW, 4102444800]) t.is(parseHttpDate(new Date(time * 1000).toUTCString()), time);
  for (const text of [
    '',
    'now',
    'Sun Nov  6 08:49:37 1994',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49 GMT',
    'Sun, xx Nov 1994 08:49:37 GMT',
    'Sun, 06 ovD 1994 08:49:37 GMT',
  ]) {
    t.is(parseHttpDate(text), undefined, text);
  }
});

test('an answer without end does not hold a check for more than its 10 s', async (t) => {
  const world = worldWith();
  world.host.server = () => {
    world.host.bootMs += 9500;
    return httpBytes({ status: 200, headers: {}, body: '' });
  };
  const before = world.host.bootMs;
  t.is((await check(world, 'client_auth')).status, 'SKIP');
  t.true(world.host.bootMs - before <= 10000);
});
