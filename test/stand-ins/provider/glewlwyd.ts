// SPDX-License-Identifier: MIT
// Debian's glewlwyd, a real provider with habits of its own: errors are 403 with other codes or empty
// bodies, token_type is lower case, `iss` comes unannounced, its logout token has no exp.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from '../../_helpers/browser.ts';
import type { Pair } from '../../_helpers/certificates.ts';
import { CookieJar } from '../../_helpers/cookie-jar.ts';
import { startForeignServer } from '../../_helpers/foreign-server.ts';
import { callJsonOk } from '../../_helpers/json-client.ts';
import { ALGS, keysOf, type Alg } from '../../_helpers/signing.ts';
import type { SignInProvider } from '../../_helpers/visit.ts';
import { USERS } from './users.ts';

/** Unpacked and not installed: scripts/build/install-tools says why. */
const UNPACKED = fileURLToPath(new URL('../../../build/tools/glewlwyd/', import.meta.url));
const PROGRAM = `${UNPACKED}usr/bin/glewlwyd`;
const SCHEMA = `${UNPACKED}usr/share/dbconfig-common/data/glewlwyd/install/sqlite3`;
const MODULES = `${UNPACKED}usr/lib/glewlwyd`;
const PASSWORD = 'correct horse battery staple';
const ADMIN = { username: 'admin', password: 'password' }; // as the schema makes it
const START_DEADLINE_MS = 60_000;

export interface GlewlwydClient {
  readonly id: string;
  readonly secret: string;
  readonly algorithm?: Alg;
  readonly backchannelLogoutUri?: string;
}

export interface GlewlwydOptions {
  readonly tls: Pair;
  readonly ca: string;
  readonly clients: readonly GlewlwydClient[];
  readonly redirectUri: string;
}

export interface Glewlwyd extends SignInProvider {
  /** Ends the provider's session of an ID token, as its page does after the question. */
  endSession(browser: Browser, idToken: string): Promise<void>;
  /** An administrator deletes a user. Of one that is disabled it still takes the refresh token. */
  remove(user: string): Promise<void>;
}

const signingKeys = (): object[] => ALGS.map((alg) => ({ ...keysOf(alg).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }));

const field = (multiple: boolean): object => ({ multiple, read: true, write: true });
const fields = (names: readonly string[], lists: readonly string[]): object =>
  Object.fromEntries([...names.map((name) => [name, field(false)]), ...lists.map((name) => [name, field(true)])]);

const userModule = (): object => ({ 'use-glewlwyd-connection': true, 'data-format': fields(['verified'], ['groups']) });
const clientModule = (): object => ({
  'use-glewlwyd-connection': true,
  'data-format': fields(
    ['client_secret', 'sign_kid', 'backchannel_logout_uri', 'backchannel_logout_session_required'],
    ['redirect_uri', 'authorization_type', 'token_endpoint_auth_method', 'post_logout_redirect_uris'],
  ),
});

const claim = (name: string, property: string, scope: string, rest: object = { type: 'string' }): object => ({
  name,
  'user-property': property,
  mandatory: true,
  'on-demand': false,
  scope: [scope],
  ...rest,
});

const oidcPlugin = (issuer: string): object => ({
  iss: issuer,
  'jwks-private': JSON.stringify({ keys: signingKeys() }),
  'default-kid': 'RS256',
  'client-sign_kid-parameter': 'sign_kid',
  'jwks-show': true,
  'access-token-duration': 3600,
  'refresh-token-duration': 1209600,
  'code-duration': 600,
  'refresh-token-rolling': true,
  'auth-type-code-enabled': true,
  'auth-type-code-revoke-replayed': true,
  'auth-type-token-enabled': false,
  'auth-type-id-token-enabled': true,
  'auth-type-none-enabled': false,
  'auth-type-password-enabled': false,
  'auth-type-client-enabled': false,
  'auth-type-device-enabled': false,
  'auth-type-refresh-enabled': true,
  'oauth-as-iss-id': true,
  scope: [],
  'allowed-scope': ['openid', 'profile', 'email', 'groups'],
  'name-claim': 'mandatory',
  'email-claim': 'mandatory',
  'scope-claim': 'no',
  claims: [
    claim('preferred_username', 'username', 'profile'),
    claim('groups', 'groups', 'groups'),
    claim('email_verified', 'verified', 'email', { type: 'boolean', 'boolean-value-true': 'yes', 'boolean-value-false': 'no' }),
  ],
  'pkce-allowed': true,
  'pkce-required': false,
  'subject-type': 'public',
  'session-management-allowed': true,
  'session-cookie-name': 'GLEWLWYD2_OIDC_SESSION',
  'session-cookie-expiration': 3600,
  'front-channel-logout-allowed': false,
  'back-channel-logout-allowed': true,
});

const sqlText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function makeDatabase(file: string, issuer: string): void {
  const own = [
    `UPDATE g_user_module_instance SET gumi_parameters = ${sqlText(JSON.stringify(userModule()))};`,
    `UPDATE g_client_module_instance SET gcmi_parameters = ${sqlText(JSON.stringify(clientModule()))};`,
    ...['profile', 'email', 'groups'].map((scope) => `INSERT INTO g_scope (gs_name, gs_password_required) VALUES (${sqlText(scope)}, 0);`),
    'INSERT INTO g_plugin_module_instance (gpmi_module, gpmi_name, gpmi_display_name, gpmi_parameters, gpmi_enabled)' +
      ` VALUES ('oidc', 'oidc', 'oidc', ${sqlText(JSON.stringify(oidcPlugin(issuer)))}, 1);`,
  ];
  // One transaction: each alone would wait for the disk.
  const input = `BEGIN;\n${readFileSync(SCHEMA, 'utf8')}\n${own.join('\n')}\nCOMMIT;\n`;
  const made = spawnSync('sqlite3', ['-bail', file], { input, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`sqlite3: ${made.stderr}`);
}

function configuration(folder: string, port: number): string {
  const settings: Record<string, string | number | boolean> = {
    port,
    bind_address: '127.0.0.1',
    external_url: `https://localhost:${port}`,
    login_url: 'login.html',
    api_prefix: 'api',
    log_mode: 'console',
    log_level: 'WARNING',
    cookie_secure: 1,
    session_expiration: 3600,
    session_key: 'GLEWLWYD2_SESSION_ID',
    admin_scope: 'g_admin',
    profile_scope: 'g_profile',
    user_module_path: `${MODULES}/user`,
    client_module_path: `${MODULES}/client`,
    user_auth_scheme_module_path: `${MODULES}/scheme`,
    plugin_module_path: `${MODULES}/plugin`,
    use_secure_connection: true,
    secure_connection_key_file: `${folder}/tls.key`,
    secure_connection_pem_file: `${folder}/tls.pem`,
    hash_algorithm: 'SHA512',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return `${lines.join('\n')}\ndatabase = { type = "sqlite3"; path = "${folder}/db" };\n`;
}

const recordOf = (name: string, claims: (typeof USERS)[string]['claims']): object => ({
  username: name,
  name: claims.name,
  email: claims.email,
  enabled: true,
  scope: ['openid', 'profile', 'email', 'groups'],
  groups: claims.groups,
  verified: claims.email_verified === true ? 'yes' : 'no',
});

/** Users and clients, by its own interface. */
async function fill(ca: string, base: string, options: GlewlwydOptions): Promise<void> {
  const jar = new CookieJar();
  const call = (url: string, body: object) => callJsonOk(ca, `${base}/api${url}`, { body, jar });
  await call('/auth/', ADMIN);
  for (const [name, { claims }] of Object.entries(USERS)) {
    await call('/user/', { ...recordOf(name, claims), password: PASSWORD });
  }
  for (const client of options.clients) {
    await call('/client/', {
      client_id: client.id,
      name: client.id,
      enabled: true,
      confidential: client.secret !== '',
      client_secret: client.secret,
      redirect_uri: [options.redirectUri],
      authorization_type: ['code', 'id_token', 'refresh_token'],
      token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'],
      sign_kid: client.algorithm ?? 'RS256',
      ...(client.backchannelLogoutUri === undefined
        ? {}
        : {
            backchannel_logout_uri: client.backchannelLogoutUri,
            backchannel_logout_session_required: 'true',
          }),
    });
  }
}

export async function startGlewlwyd(options: GlewlwydOptions): Promise<Glewlwyd> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'glewlwyd-'));
  writeFileSync(`${folder}/tls.key`, options.tls.key, { mode: 0o600 });
  writeFileSync(`${folder}/tls.pem`, options.tls.cert);
  const issuerAt = (port: number): string => `https://localhost:${port}/api/oidc`;
  const server = await startForeignServer({
    ca: options.ca,
    deadlineMs: START_DEADLINE_MS,
    describe: (port) => {
      rmSync(`${folder}/db`, { force: true });
      makeDatabase(`${folder}/db`, issuerAt(port));
      writeFileSync(`${folder}/glewlwyd.conf`, configuration(folder, port));
      return { command: PROGRAM, args: ['-c', `${folder}/glewlwyd.conf`], probeUrl: `${issuerAt(port)}/.well-known/openid-configuration` };
    },
  });
  const issuer = issuerAt(server.port);
  const base = new URL(issuer).origin;
  await fill(options.ca, base, options);
  return {
    issuer,
    signIn: async (browser, authorizeUrl, user) => {
      const { jar } = browser;
      await callJsonOk(options.ca, `${base}/api/auth/`, { body: { username: user, password: PASSWORD }, jar });
      const clientId = authorizeUrl.searchParams.get('client_id') ?? '';
      const scope = authorizeUrl.searchParams.get('scope') ?? '';
      await callJsonOk(options.ca, `${base}/api/auth/grant/${clientId}`, { method: 'PUT', body: { scope }, jar });
      const page = await browser.fetch(new URL(`${authorizeUrl.href}&g_continue`));
      return new URL(String(page.headers.location));
    },
    endSession: async (browser, idToken) => {
      const { sid } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
      await callJsonOk(options.ca, `${issuer}/session/${sid}/`, { method: 'DELETE', jar: browser.jar });
    },
    remove: async (user) => {
      const jar = new CookieJar();
      await callJsonOk(options.ca, `${base}/api/auth/`, { body: ADMIN, jar });
      await callJsonOk(options.ca, `${base}/api/user/${user}`, { method: 'DELETE', jar });
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
