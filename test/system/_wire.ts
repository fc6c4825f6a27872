// SPDX-License-Identifier: MIT
// A provider that answers byte for byte what a test wants, and the router that logs in with it. The
// name of the provider is pinned to 127.0.0.1, so no name is looked up unless a test says so.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import type { ExecutionContext } from 'ava';
import { Browser, type Page } from '../_helpers/browser.ts';
import { makeAuthority, type Authority, type Pair } from '../_helpers/certificates.ts';
import { fileURLToPath } from 'node:url';
import { NATIVE_TARGET } from '../_helpers/scene.ts';
import { startRouter, type Router } from '../stand-ins/router/router.ts';

export const NAME = 'idp.example';
const CLIENT_ID = 'luci';
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

export type Endpoint = 'discovery' | 'jwks' | 'token';

/** One request as the provider got it; `raw` is the TCP connection below `socket`. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly socket: tls.TLSSocket;
  readonly raw: net.Socket;
  /** The answer that a healthy provider would give: head and body. */
  readonly head: string;
  readonly body: string;
}

export interface RawProvider {
  readonly port: number;
  readonly issuer: string;
  /** Answers in the provider's place. */
  fault: ((call: Call) => void) | undefined;
  readonly calls: Endpoint[];
  connections: number;
}

export const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
export const withLength = (body: string): string => `${HEAD}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;

/** A token about alice that is good for ten minutes. */
function signToken(issuer: string, header: object, more: object): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: CLIENT_ID, sub: 'alice', iat: now, exp: now + 600, ...more };
  const text = [{ alg: 'RS256', kid: 'k', ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(KEY.privateKey).toString('base64url')}`;
}

const idToken = (issuer: string, nonce: string): string =>
  signToken(issuer, {}, { nonce, email: 'alice@example.com', email_verified: true });

/** What the provider posts when alice has logged out there. */
export const logoutToken = (issuer: string, jti: string): string =>
  signToken(issuer, { typ: 'logout+jwt' }, { jti, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });

/** What the provider says at each endpoint; the code is the nonce that the ID token must have. */
function documentOf(endpoint: Endpoint, issuer: string, form: string): object {
  if (endpoint === 'discovery') {
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }
  if (endpoint === 'jwks') return { keys: [{ ...KEY.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'k' }] };
  return { access_token: 'access', token_type: 'Bearer', id_token: idToken(issuer, new URLSearchParams(form).get('code') ?? '') };
}

/** The token answer for a code, with the ID token for `nonce`. */
export const tokenBody = (issuer: string, nonce: string): string => JSON.stringify(documentOf('token', issuer, `code=${nonce}`));

const endpointOf = (target: string): Endpoint => (target.endsWith('/jwks') ? 'jwks' : target.endsWith('/token') ? 'token' : 'discovery');

export async function listenTcp(t: ExecutionContext, serve: (socket: net.Socket) => void): Promise<number> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    open.forEach((socket) => socket.destroy());
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export async function startRawProvider(t: ExecutionContext, options: tls.SecureContextOptions, name = NAME): Promise<RawProvider> {
  const context = tls.createSecureContext(options);
  const port = await listenTcp(t, (raw) => {
    provider.connections++;
    const socket = new tls.TLSSocket(raw, { isServer: true, secureContext: context });
    socket.on('error', () => undefined);
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      for (;;) {
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, Math.max(end, 0)))?.[1] ?? 0);
        if (end < 0 || text.length < end + 4 + length) return;
        const endpoint = endpointOf(text.split(' ')[1] ?? '');
        const body = JSON.stringify(documentOf(endpoint, provider.issuer, text.slice(end + 4, end + 4 + length)));
        text = text.slice(end + 4 + length);
        provider.calls.push(endpoint);
        const call = { endpoint, socket, raw, head: withLength(body), body };
        if (provider.fault === undefined) socket.write(call.head + body);
        else provider.fault(call);
      }
    });
  });
  const provider: RawProvider = { port, issuer: `https://${name}:${port}`, fault: undefined, calls: [], connections: 0 };
  return provider;
}

export interface Wire {
  readonly router: Router;
  readonly authority: Authority;
  /** Certificate of the provider's name. */
  readonly pair: Pair;
  uci(options: Readonly<Record<string, string>>): Promise<void>;
  use(provider: RawProvider): Promise<void>;
  /** Sends the browser off to the provider; or the page that refuses. */
  start(browser: Browser): Promise<Page>;
  /** Comes back with a code; `begun` is what start() gave. */
  finish(browser: Browser, begun: Page, provider: RawProvider): Promise<Page>;
  newBrowser(): Browser;
  /** Forgets what was learned and counted; the boot key stays. */
  forget(): void;
  stateNames(): string[];
}

const CA_FILE = '/etc/provider-ca.pem';
/** Everything that the program may leave behind. */
export const STATE_NAMES =
  /^(?:boot-key|roles|logins|sync-turn|guard\.(?:lock|started|note)|(?:alg|slot|discovery|jwks|root|down|refetch|used|token|par|received)\.[\w.-]+)$/;

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

export interface WireOptions {
  readonly runner?: readonly string[];
  readonly certificates?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly authority?: Authority;
}

export async function startWire(t: ExecutionContext, options: WireOptions = {}): Promise<Wire> {
  const authority = options.authority ?? (await makeAuthority());
  const pair = await authority.issue({ names: [NAME, 'localhost'], addresses: ['127.0.0.1'] });
  const router = await startRouter({
    program: fileURLToPath(
      new URL(`../../build/${options.target ?? process.env.SSO_WIRE_TARGET ?? NATIVE_TARGET}/luci-sso`, import.meta.url),
    ),
    tls: pair,
    runner: options.runner ?? [],
    ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
  });
  t.teardown(() => router.stop());
  writeFileSync(path.join(router.tree, CA_FILE), authority.cert);
  const browsers: Browser[] = [];
  t.teardown(() => browsers.forEach((browser) => browser.close()));
  const folder = path.join(router.tree, 'var/run/luci-sso');
  const uci = async (values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, value] of Object.entries(values)) await router.uci('set', `luci-sso.default.${name}=${value}`);
    await router.uci('commit', 'luci-sso');
  };
  await uci({ client_id: CLIENT_ID, client_secret: 'secret-0123456789', enabled: '1', ca_file: CA_FILE, internal_address: '127.0.0.1' });
  await router.uci('add_list', 'luci-sso.admin.email=alice@example.com');
  await router.uci('commit', 'luci-sso');
  const program = new URL(`${router.url}/cgi-bin/luci-sso`);
  return {
    router,
    authority,
    pair,
    uci,
    use: (provider) => uci({ issuer_url: provider.issuer }),
    start: (browser) => browser.fetch(program, new URL(`${router.url}/cgi-bin/luci/`)),
    finish: (browser, begun, provider) => {
      const sent = new URL(String(begun.headers.location)).searchParams;
      const back = new URLSearchParams({ code: sent.get('nonce') ?? '', state: sent.get('state') ?? '' });
      return browser.fetch(new URL(`${program.href}/callback?${back.toString()}`), new URL(provider.issuer));
    },
    newBrowser: () => {
      const browser = new Browser(authority.cert, { localAddress: `127.0.0.${2 + (browsers.length % 250)}` });
      browsers.push(browser);
      return browser;
    },
    forget: () => {
      for (const name of namesIn(folder)) if (name !== 'boot-key') rmSync(path.join(folder, name));
    },
    stateNames: () => namesIn(folder),
  };
}

export const codeOf = (page: Page): string => `${page.status} ${/Code: ([A-Z_]+)/.exec(page.body)?.[1] ?? 'no code'}`;

/** A refusal left nothing behind: no session, no cookie of LuCI's, no file but caches, markers and locks. */
export function assertNothingMade(t: ExecutionContext, wire: Wire, page: Page): void {
  t.deepEqual(wire.router.sessions(), []);
  t.notRegex(String(page.headers['set-cookie'] ?? ''), /sysauth/);
  t.deepEqual(
    wire.stateNames().filter((name) => !STATE_NAMES.test(name)),
    [],
  );
}

/** A whole login of somebody else, right after; its session is removed again. */
export async function assertNextLogin(t: ExecutionContext, wire: Wire, provider: RawProvider): Promise<void> {
  provider.fault = undefined;
  t.notRegex(wire.router.log().join('\n'), /Sanitizer|runtime error/);
  const browser = wire.newBrowser();
  const begun = await wire.start(browser);
  t.is(begun.status, 302, wire.router.log().at(-1) ?? '');
  const page = await wire.finish(browser, begun, provider);
  t.is(page.status, 200, `${codeOf(page)} ${wire.router.log().at(-1) ?? ''}`);
  t.is(wire.router.sessions().length, 1);
  for (const session of wire.router.sessions()) wire.router.rpcd.sessions.destroy(session.id);
}
