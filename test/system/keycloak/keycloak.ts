// SPDX-License-Identifier: MIT
// A real Keycloak with its database in memory, and one realm that is set up by its admin interface.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from '../../_helpers/browser.ts';
import type { Pair } from '../../_helpers/certificates.ts';
import { startForeignServer } from '../../_helpers/foreign-server.ts';
import { callJson, callJsonOk, type JsonCall } from '../../_helpers/json-client.ts';
import { isCallback } from '../../_helpers/scene.ts';
import type { SignInProvider } from '../../_helpers/visit.ts';
import { USERS } from '../../stand-ins/provider/users.ts';

const HOME = fileURLToPath(new URL('../../../build/keycloak/server', import.meta.url));
const START_DEADLINE_MS = 600_000;
const PASSWORD = 'correct horse battery staple';
const ADMIN_PASSWORD = 'keycloak-admin-0123456789';
const REALM = 'luci';

const component = (name: string, providerId: string, config: Record<string, string>): object => ({
  name,
  providerId,
  providerType: 'org.keycloak.keys.KeyProvider',
  config: Object.fromEntries(
    Object.entries({ enabled: 'true', active: 'true', priority: '100', ...config }).map(([key, value]) => [key, [value]]),
  ),
});

const rsaKey = (algorithm: string, priority: string): object =>
  component(`${algorithm}-${priority}`, 'rsa-generated', { algorithm, priority, keySize: '2048' });

/** Keys that it does not have by itself; a realm gets RS256 and an encryption key of RSA-OAEP. */
const FURTHER_KEYS = [
  ...['RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => rsaKey(alg, '100')),
  ...['P-256', 'P-384', 'P-521'].map((curve) => component(curve, 'ecdsa-generated', { ecdsaEllipticCurveKey: curve })),
  component('Ed25519', 'eddsa-generated', { eddsaEllipticCurveKey: 'Ed25519' }),
];

export interface KeycloakClient {
  readonly id: string;
  readonly secret: string;
  /** Keycloak's own attributes: algorithm, logout URL, and so on. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Where the groups claim stands, and whether groups have their whole path, as `/guests`. */
  readonly groups?: { readonly in: 'token' | 'userinfo'; readonly withPath: boolean };
}

export interface KeycloakOptions {
  readonly tls: Pair;
  readonly ca: string;
  readonly clients: readonly KeycloakClient[];
  readonly redirectUri: string;
  readonly postLogoutUri: string;
}

export interface Keycloak extends SignInProvider {
  /** A call of the admin interface, below the realm. */
  admin(url: string, call?: JsonCall): Promise<any>;
  /** The document as everybody gets it. */
  discovery(): Promise<Record<string, unknown>>;
  /** Adds an RS256 key that signs from now on, and takes the older one away. */
  rotateKeys(): Promise<void>;
}

const mapper = (name: string, protocolMapper: string, config: Record<string, string>, isInToken = true): object => ({
  name,
  protocol: 'openid-connect',
  protocolMapper,
  config: { 'id.token.claim': String(isInToken), 'access.token.claim': 'false', 'userinfo.token.claim': 'true', ...config },
});

function clientOf(client: KeycloakClient, options: KeycloakOptions): object {
  const groups = client.groups ?? { in: 'token', withPath: false };
  return {
    clientId: client.id,
    enabled: true,
    publicClient: client.secret === '',
    secret: client.secret,
    redirectUris: [options.redirectUri],
    standardFlowEnabled: true,
    attributes: { 'post.logout.redirect.uris': options.postLogoutUri, 'pkce.code.challenge.method': 'S256', ...client.attributes },
    protocolMappers: [
      mapper(
        'groups',
        'oidc-group-membership-mapper',
        { 'claim.name': 'groups', 'full.path': String(groups.withPath) },
        groups.in === 'token',
      ),
      mapper('roles', 'oidc-usermodel-realm-role-mapper', {
        'claim.name': 'realm_access.roles',
        multivalued: 'true',
        'jsonType.label': 'String',
      }),
    ],
  };
}

function realmOf(options: KeycloakOptions): object {
  const groups = [...new Set(Object.values(USERS).flatMap(({ claims }) => claims.groups as readonly string[]))];
  return {
    realm: REALM,
    enabled: true,
    groups: groups.map((name) => ({ name })),
    roles: { realm: [{ name: 'router-guest' }] },
    users: Object.entries(USERS).map(([username, { claims }]) => {
      const [firstName, lastName] = String(claims.name).split(' ');
      return {
        username,
        firstName,
        lastName,
        email: claims.email,
        emailVerified: claims.email_verified,
        enabled: true,
        groups: (claims.groups as readonly string[]).map((name) => `/${name}`),
        realmRoles: username === 'bob' ? ['router-guest'] : [],
        credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
      };
    }),
    clients: options.clients.map((client) => clientOf(client, options)),
  };
}

async function startServer(options: KeycloakOptions) {
  if (!existsSync(HOME)) throw new Error('build/keycloak/server is missing: run make test-keycloak');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'keycloak-'));
  writeFileSync(`${folder}/tls.key`, options.tls.key, { mode: 0o600 });
  writeFileSync(`${folder}/tls.pem`, options.tls.cert);
  writeFileSync(`${folder}/ca.pem`, options.ca);
  const server = await startForeignServer({
    ca: options.ca,
    deadlineMs: START_DEADLINE_MS,
    describe: (port) => ({
      command: `${HOME}/bin/kc.sh`,
      args: [
        'start',
        '--optimized',
        '--cache=local',
        '--http-host=127.0.0.1',
        `--https-port=${port}`,
        `--hostname=https://localhost:${port}`,
        `--https-certificate-file=${folder}/tls.pem`,
        `--https-certificate-key-file=${folder}/tls.key`,
        `--truststore-paths=${folder}/ca.pem`,
        '--log-level=warn',
      ],
      env: { JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m', KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD },
      probeUrl: `https://localhost:${port}/realms/master/.well-known/openid-configuration`,
    }),
  });
  return {
    base: `https://localhost:${server.port}`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startKeycloak(options: KeycloakOptions): Promise<Keycloak> {
  const { base, stop } = await startServer(options);
  const issuer = `${base}/realms/${REALM}`;
  const call = async (url: string, given: JsonCall): Promise<any> => {
    // Its tokens live for a minute only.
    const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: ADMIN_PASSWORD });
    const token = await callJsonOk(options.ca, `${base}/realms/master/protocol/openid-connect/token`, { body: form });
    const headers = { Authorization: `Bearer ${token.body.access_token}` };
    return (await callJsonOk(options.ca, url, { ...given, headers })).body;
  };
  const admin = (url: string, given: JsonCall = {}) => call(`${base}/admin/realms/${REALM}${url}`, given);
  await call(`${base}/admin/realms`, { body: realmOf(options) });
  for (const key of FURTHER_KEYS) await admin('/components', { body: key });
  return {
    issuer,
    admin,
    stop,
    discovery: async () => (await callJson(options.ca, `${issuer}/.well-known/openid-configuration`)).body,
    rotateKeys: async () => {
      const old = (await admin('/components?type=org.keycloak.keys.KeyProvider')) as { id: string; name: string }[];
      await admin('/components', { body: rsaKey('RS256', '200') });
      for (const key of old) if (key.name === 'rsa-generated') await admin(`/components/${key.id}`, { method: 'DELETE' });
    },
    signIn: async (browser: Browser, authorizeUrl: URL, user: string) => {
      const form = await browser.open(authorizeUrl, { until: isCallback });
      const page = isCallback(form) ? form : await browser.submit(form, { username: user, password: PASSWORD }, isCallback);
      if (!isCallback(page)) throw new Error(`Keycloak keeps ${user}: ${page.status} ${page.body.slice(0, 2000)}`);
      return new URL(String(page.headers.location));
    },
  };
}
