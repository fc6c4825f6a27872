// SPDX-License-Identifier: MIT
// An OpenID provider for tests and the demo: npm's oidc-provider (certified) over https, with a login
// page that asks for a name only, and without a consent page.
import { createPrivateKey, randomBytes, type JsonWebKey } from 'node:crypto';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pair } from '../../_helpers/certificates.ts';
import { makeKeys, signAs, type Alg } from '../../_helpers/signing.ts';
import { USERS } from './users.ts';

export type Algorithm = Alg;

/** Clients: public or confidential by secret; `secret` '' is public. */
export interface ClientOptions {
  readonly id: string;
  readonly secret: string;
  readonly auth?: 'client_secret_basic' | 'client_secret_post';
  readonly algorithm?: Algorithm;
}

/** Answers a request in the provider's place when it returns true. */
export type Hook = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface ProviderOptions {
  readonly tls: Pair;
  readonly clients: readonly ClientOptions[];
  readonly redirectUris: readonly string[];
  /** Where users may be sent after they logged out. */
  readonly logoutUris?: readonly string[];
  /** Whether the claims of profile, email and groups stand in the ID token or at userinfo only. */
  readonly claimsIn?: 'token' | 'userinfo';
  /** Where it says that somebody logged out, by the subject alone or with a session's sid; trusting this authority. */
  readonly backChannelLogout?: { readonly uri: string; readonly withSid: boolean; readonly ca: string };
  /** Whether logins bring a refresh token, and whether each use of it brings another one. */
  readonly refreshTokens?: 'rotated' | 'kept';
  /** RFC 9126: no other authorization requests. */
  readonly takesPushedOnly?: boolean;
  readonly port?: number;
  /** Host name of the issuer, on the certificate. */
  readonly host?: string;
}

export interface Provider {
  readonly issuer: string;
  /** Every request in order, without its query. */
  readonly requests: { method: string; path: string }[];
  /** Replaces what happens at a request; undefined: nothing special. */
  hook: Hook | undefined;
  /** A token of these claims under the provider's key of an algorithm, as the library would sign it. */
  sign(algorithm: Algorithm, header: object, claims: object): string;
  /** Gives a user other groups from now on. */
  setGroups(user: string, groups: readonly string[]): void;
  /** Knows this user no more. */
  disable(user: string): void;
  stop(): Promise<void>;
}

/** The library tells its operators what they ought to change; tests are not its operators. */
function silence(): void {
  for (const level of ['info', 'warn'] as const) {
    const before = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      if (!String(args[0]).includes('oidc-provider ')) before(...args);
    };
  }
}

const newKey = (type: Algorithm): Record<string, unknown> => {
  const { privateKey } = makeKeys(type);
  return { ...privateKey.export({ format: 'jwk' }), alg: type, use: 'sig', kid: `${type.toLowerCase()}-${randomBytes(4).toString('hex')}` };
};

const keys = new Map<Algorithm, Record<string, unknown>>();

/** The key of an algorithm, once per process: they take a while. */
function keyOf(type: Algorithm): Record<string, unknown> {
  const key = keys.get(type) ?? newKey(type);
  keys.set(type, key);
  return key;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function loginForm(action: string): string {
  const users = Object.entries(USERS)
    .map(([name, user]) => `<li><b>${name}</b>: ${escapeHtml(user.about)}</li>`)
    .join('');
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Test provider</title></head><body>
<h1>Test provider</h1><form method="post" action="${escapeHtml(action)}">
<p>Sign in as <input name="login" autofocus required> (no password) <button>Sign in</button></p></form><ul>${users}</ul></body></html>\n`;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** Reaches the router as nothing else would: the library refuses private addresses, the system the test's certificate. */
function fetchAsProvider(ca: string, url: URL | string, init: RequestInit): Promise<Response> {
  const { method, headers, body } = init;
  return new Promise((resolve, reject) => {
    const given = Object.fromEntries(new Headers(headers));
    const request = https.request(url, { ca, method: method ?? 'GET', headers: given }, (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () => resolve(new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status: answer.statusCode ?? 500 })));
    });
    request.on('error', reject).end(body == null ? undefined : String(body as string | URLSearchParams));
  });
}

function configuration(options: ProviderOptions, findAccount: (ctx: unknown, id: string) => unknown): Record<string, unknown> {
  const algorithms = [...new Set<Algorithm>(['RS256', 'ES256', ...options.clients.map((client) => client.algorithm ?? 'RS256')])];
  return {
    clients: options.clients.map((client) => ({
      client_id: client.id,
      ...(client.secret === '' ? {} : { client_secret: client.secret }),
      token_endpoint_auth_method: client.secret === '' ? 'none' : (client.auth ?? 'client_secret_basic'),
      redirect_uris: [...options.redirectUris],
      post_logout_redirect_uris: [...(options.logoutUris ?? [])],
      ...(options.backChannelLogout === undefined
        ? {}
        : {
            backchannel_logout_uri: options.backChannelLogout.uri,
            backchannel_logout_session_required: options.backChannelLogout.withSid,
          }),
      response_types: ['code'],
      grant_types: ['authorization_code', ...(options.refreshTokens === undefined ? [] : ['refresh_token'])],
      id_token_signed_response_alg: client.algorithm ?? 'RS256',
    })),
    jwks: { keys: algorithms.map(keyOf) },
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: options.claimsIn === 'userinfo',
    responseTypes: ['code'],
    issueRefreshToken: () => Promise.resolve(options.refreshTokens !== undefined),
    rotateRefreshToken: options.refreshTokens === 'rotated',
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: options.refreshTokens !== undefined },
      backchannelLogout: { enabled: options.backChannelLogout !== undefined },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: options.takesPushedOnly ?? false },
    },
    ...(options.backChannelLogout === undefined ? {} : { fetch: fetchAsProvider.bind(undefined, options.backChannelLogout.ca) }),
    pkce: { required: () => true },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/login/${interaction.uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, RefreshToken: 600, Session: 600 },
    findAccount,
    async loadExistingGrant(ctx: any) {
      const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
      const old = known === undefined ? undefined : await ctx.oidc.provider.Grant.find(known);
      if (old !== undefined) return old; // a new one would end the codes of the one before
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(ctx.oidc.params.scope);
      await grant.save();
      return grant;
    },
    renderError(ctx: any, out: Record<string, string>) {
      ctx.type = 'text/plain';
      ctx.body = `provider: ${out.error}: ${out.error_description ?? ''}\n`;
    },
  };
}

export async function startProvider(options: ProviderOptions): Promise<Provider> {
  silence();
  const { default: Library } = (await import('oidc-provider' as string)) as { default: new (issuer: string, config: unknown) => any };
  const server = https.createServer({ cert: options.tls.cert, key: options.tls.key });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  const issuer = `https://${options.host ?? 'localhost'}:${(server.address() as AddressInfo).port}`;
  const otherGroups = new Map<string, readonly string[]>();
  const disabled = new Set<string>();
  const library = new Library(
    issuer,
    configuration(options, (_, id) => {
      const user = USERS[id];
      const groups = otherGroups.get(id);
      return user === undefined || disabled.has(id)
        ? undefined
        : { accountId: id, claims: () => ({ sub: id, ...user.claims, ...(groups === undefined ? {} : { groups }) }) };
    }),
  );
  const provider: Provider = {
    issuer,
    requests: [],
    hook: undefined,
    sign: (algorithm, header, claims) => {
      const key = keyOf(algorithm);
      const text = [{ alg: algorithm, kid: key.kid, ...header }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = signAs(algorithm, createPrivateKey({ key: key as JsonWebKey, format: 'jwk' }), Buffer.from(text));
      return `${text}.${Buffer.from(signature).toString('base64url')}`;
    },
    setGroups: (user, groups) => void otherGroups.set(user, groups),
    disable: (user) => void disabled.add(user),
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  const login = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = request.method === 'POST' ? ((await readForm(request)).get('login') ?? '') : '';
    if (Object.hasOwn(USERS, name)) {
      await library.interactionFinished(request, response, { login: { accountId: name } }, { mergeWithLastSubmission: false });
      return;
    }
    response.writeHead(name === '' ? 200 : 403, { 'Content-Type': 'text/html; charset=utf-8' }).end(loginForm(request.url ?? ''));
  };
  const callback = library.callback();
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    provider.requests.push({ method: request.method ?? '', path: pathname });
    const answer = async () => {
      if (provider.hook !== undefined && (await provider.hook(request, response))) return;
      if (pathname.startsWith('/login/')) await login(request, response);
      else await callback(request, response);
    };
    answer().catch((error: unknown) => response.writeHead(500).end(`provider: ${String(error)}\n`));
  });
  return provider;
}

/** Accepts connections and never says a word. */
export async function startBlackhole(): Promise<{ port: number; accepted: () => number; stop(): Promise<void> }> {
  const open = new Set<net.Socket>();
  let accepted = 0;
  const server = net.createServer((socket) => {
    accepted++;
    open.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => open.delete(socket))
      .resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of open) socket.destroy();
      }),
  };
}
