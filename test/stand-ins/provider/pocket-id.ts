// SPDX-License-Identifier: MIT
// Pocket ID by replay: a scripted server that gives the answers captured from Pocket ID 2.9, with ID
// tokens signed afresh, and follows its laxities; or, from 2.10 on, the answers of the OAuth library
// that it uses since (fosite): RFC 6749's codes, at_hash, states of 8 characters at least.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from '../../_helpers/browser.ts';
import type { Pair } from '../../_helpers/certificates.ts';
import { callJson } from '../../_helpers/json-client.ts';
import { jwkOf, keysOf, signAs, type Alg } from '../../_helpers/signing.ts';
import type { SignInProvider } from '../../_helpers/visit.ts';
import {
  asCaptured,
  captured,
  refusalsOf210,
  refusalsOf29,
  subjectOf,
  userClaims,
  type Answer,
  type Refusals,
} from './pocket-id-answers.ts';

export type Manner = '2.9' | '2.10';

export interface PocketIdOptions {
  readonly manner: Manner;
  readonly tls: Pair;
  readonly ca: string;
  /** '' as secret: a public client. */
  readonly clients: readonly { readonly id: string; readonly secret: string }[];
  readonly redirectUri: string;
  readonly postLogoutUri: string;
  /** RS256 unless its key was changed; it has one only. */
  readonly algorithm?: Alg;
}

export interface PocketId extends SignInProvider {
  /** Every request in order: 'GET /path'. */
  readonly requests: string[];
  /** From now on codes are too old when they arrive. */
  areCodesExpired: boolean;
  /** From now on the userinfo endpoint knows no token. */
  isUserinfoBroken: boolean;
  /** From now on the token answer's ID token is its access token. */
  mixesTokensUp: boolean;
  /** A person whom an administrator disables, or takes out of the client's allowed groups: every refresh looks. */
  disable(user: string): void;
  /** Deletes a client. */
  forget(clientId: string): void;
}

interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly user: string;
  readonly scope: readonly string[];
  readonly nonce: string;
  readonly challenge: string;
  isSpent: boolean;
}

const CAPTURED_ISSUER = 'https://localhost:1443';
const COOKIE = '__Host-access_token';
const LIFE_S = 3600;
const MIN_ENTROPY_CHARS = 8;

/** As fosite makes at_hash: by the number in the algorithm's name, else with SHA-256. */
function atHash(alg: Alg, accessToken: string): string {
  const size = Number(alg.slice(2));
  const digest = createHash(size === 384 || size === 512 ? `sha${size}` : 'sha256')
    .update(accessToken)
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
class Server {
  issuer = '';
  readonly requests: string[] = [];
  areCodesExpired = false;
  isUserinfoBroken = false;
  mixesTokensUp = false;
  private readonly grants = new Map<string, Grant>();
  /** Refresh token -> whose it is; each works once. */
  private readonly refreshTokens = new Map<string, Grant>();
  private readonly disabled = new Set<string>();
  /** Access token -> whose it is. */
  private readonly accessTokens = new Map<string, Grant>();
  private readonly interactions = new Map<string, URLSearchParams>();
  private readonly kid = randomBytes(8).toString('base64url');
  private readonly refusals: Refusals;
  private readonly options: PocketIdOptions;
  private readonly algorithm: Alg;
  private clients: PocketIdOptions['clients'];

  constructor(options: PocketIdOptions) {
    this.options = options;
    this.clients = options.clients;
    this.refusals = options.manner === '2.9' ? refusalsOf29() : refusalsOf210();
    this.algorithm = options.algorithm ?? 'RS256';
  }

  disable(user: string): void {
    this.disabled.add(user);
  }

  forget(clientId: string): void {
    this.clients = this.clients.filter(({ id }) => id !== clientId);
  }

  answer(method: string, url: URL, headers: IncomingMessage['headers'], body: string): Answer {
    this.requests.push(`${method} ${url.pathname}`);
    const route = `${method} ${url.pathname}`;
    const user = /__Host-access_token=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    if (route === 'GET /.well-known/openid-configuration') return this.discovery();
    if (route === 'GET /.well-known/jwks.json') return this.jwks();
    if (route === 'POST /api/oidc/token') return this.token(new URLSearchParams(body), headers.authorization);
    if (route === 'GET /api/oidc/userinfo') return this.userinfo(headers.authorization);
    if (route === 'GET /api/oidc/end-session') return this.endSession(url.searchParams);
    if (route === 'GET /authorize' && this.options.manner === '2.10') return this.authorize(url.searchParams);
    if (route === 'POST /api/oidc/authorize' && this.options.manner === '2.9') return this.authorizeByPage(JSON.parse(body), user);
    const interaction = /^POST \/api\/oidc\/interactions\/([\w-]+)\/complete$/.exec(route)?.[1];
    if (interaction !== undefined) return this.completeInteraction(interaction, user);
    // Everything else is the single-page application.
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      body: '<!doctype html>\n<html lang="en"></html>\n',
    };
  }

  private discovery(): Answer {
    const document = asCaptured(captured<Answer>('discovery'));
    return {
      ...document,
      body: {
        ...JSON.parse(JSON.stringify(document.body).replaceAll(CAPTURED_ISSUER, this.issuer)),
        id_token_signing_alg_values_supported: [this.algorithm],
      },
    };
  }

  private jwks(): Answer {
    return { ...asCaptured(captured<Answer>('jwks')), body: { keys: [jwkOf(this.algorithm, this.kid)] } };
  }

  /** 2.9: what the page gets when it asks; it builds the redirect itself. */
  private authorizeByPage(asked: Record<string, string>, user: string): Answer {
    const answers = captured<Record<string, Answer>>('authorize');
    const client = this.clients.find(({ id }) => id === asked.clientID);
    if (asked.prompt === 'none' && user === '') {
      return asCaptured({
        ...answers.alice_prompt_none_new_client_bob!,
        body: { callbackURL: asked.callbackURL, error: 'login_required', requiresRedirect: true },
      });
    }
    if (user === '') return asCaptured(answers.no_session!);
    if (client === undefined) return asCaptured(answers.unknown_client!);
    if (asked.callbackURL !== this.options.redirectUri) return asCaptured(answers.wrong_redirect_uri!);
    if (client.secret === '' && asked.codeChallenge === undefined) return asCaptured(answers.public_without_pkce!);
    const code = this.grant({
      clientId: client.id,
      redirectUri: asked.callbackURL,
      user,
      scope: (asked.scope ?? '').split(' '),
      nonce: asked.nonce ?? '',
      challenge: asked.codeChallenge ?? '',
    });
    return { ...asCaptured(answers.success!), body: { code, callbackURL: asked.callbackURL, issuer: this.issuer } };
  }

  /** From 2.10 on: the server checks the request itself. */
  private authorize(asked: URLSearchParams): Answer {
    const redirect = (location: string): Answer => ({ status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' });
    const isKnown = this.clients.some(({ id }) => id === asked.get('client_id'));
    if (!isKnown || asked.get('redirect_uri') !== this.options.redirectUri) return redirect('/interaction/error?error=unknown');
    const weak = ['state', 'nonce'].find((name) => (asked.get(name) ?? '').length < MIN_ENTROPY_CHARS);
    const error =
      weak === undefined
        ? asked.get('prompt') === 'none'
          ? 'login_required'
          : ''
        : weak === 'state'
          ? 'invalid_state'
          : 'insufficient_entropy';
    if (error !== '')
      return redirect(
        `${this.options.redirectUri}?${new URLSearchParams({ error, error_description: 'As fosite puts it.', state: asked.get('state') ?? '' })}`,
      );
    const id = randomUUID();
    this.interactions.set(id, asked);
    return redirect(`/interaction?interaction=${id}`);
  }

  private completeInteraction(id: string, user: string): Answer {
    const asked = this.interactions.get(id);
    if (asked === undefined || user === '') return { status: 401, headers: {}, body: { error: 'You are not signed in' } };
    const redirectUri = asked.get('redirect_uri') ?? '';
    const code = this.grant({
      clientId: asked.get('client_id') ?? '',
      redirectUri,
      user,
      scope: (asked.get('scope') ?? '').split(' '),
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
    });
    const query = new URLSearchParams({ code, iss: this.issuer, scope: asked.get('scope') ?? '', state: asked.get('state') ?? '' });
    return { status: 200, headers: {}, body: { redirectUrl: `${redirectUri}?${query}` } };
  }

  private grant(grant: Omit<Grant, 'isSpent'>): string {
    const code =
      this.options.manner === '2.9'
        ? randomBytes(24).toString('base64url')
        : `${randomBytes(32).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
    this.grants.set(code, { ...grant, isSpent: false });
    return code;
  }

  private token(form: URLSearchParams, authorization: string | undefined): Answer {
    const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
    const [id, secret] =
      basic === undefined
        ? [form.get('client_id') ?? '', form.get('client_secret') ?? '']
        : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    const client = this.clients.find((candidate) => candidate.id === id);
    if (id === '') return this.refusals.noClient;
    if (client === undefined) return this.refusals.unknownClient;
    if (client.secret !== secret) return this.refusals.wrongSecret;
    if (form.get('grant_type') === 'refresh_token') return this.refresh(form.get('refresh_token') ?? '', client.id);
    const grant = this.grants.get(form.get('code') ?? '');
    if (grant === undefined || grant.isSpent || grant.clientId !== id || this.areCodesExpired) return this.refusals.code;
    const isLax = this.options.manner === '2.9';
    if (!isLax && form.get('redirect_uri') !== grant.redirectUri) return this.refusals.code;
    // 2.9 checks the verifier of public clients only, and the redirect_uri of none.
    if ((!isLax || client.secret === '') && challengeOf(form.get('code_verifier') ?? '') !== grant.challenge) return this.refusals.verifier;
    grant.isSpent = true;
    return this.tokens(grant);
  }

  private refresh(token: string, clientId: string): Answer {
    const grant = this.refreshTokens.get(token);
    if (grant === undefined || grant.clientId !== clientId || this.disabled.has(grant.user)) return this.refusals.refresh;
    this.refreshTokens.delete(token);
    return this.tokens(grant, true);
  }

  private tokens(grant: Grant, isRefreshed = false): Answer {
    const now = Math.floor(Date.now() / 1000);
    const isLax = this.options.manner === '2.9';
    const common = { aud: [grant.clientId], exp: now + LIFE_S, iat: now, iss: this.issuer, jti: randomUUID() };
    const accessToken = this.jwt({ amr: ['otp'], ...common, sub: subjectOf(grant.user), type: 'oauth-access-token' });
    this.accessTokens.set(accessToken, grant);
    const own = isLax ? { type: 'id-token' } : { at_hash: atHash(this.algorithm, accessToken), auth_time: now, rat: now };
    const idToken = this.jwt({
      amr: ['otp'],
      ...common,
      ...(isRefreshed ? {} : { nonce: grant.nonce }),
      ...userClaims(this.issuer, grant.user, grant.scope),
      ...own,
    });
    const refreshToken = this.jwt({ ...common, jti: randomUUID(), type: 'refresh-token' });
    this.refreshTokens.set(refreshToken, grant);
    const body = {
      access_token: accessToken,
      token_type: isLax ? 'Bearer' : 'bearer',
      id_token: this.mixesTokensUp ? accessToken : idToken,
      refresh_token: refreshToken,
      expires_in: LIFE_S,
      ...(isLax ? {} : { scope: grant.scope.join(' ') }),
    };
    return { ...asCaptured(captured<Answer>('token')), body };
  }

  private jwt(claims: object): string {
    const parts = [{ alg: this.algorithm, kid: this.kid, typ: 'JWT' }, claims];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${input}.${Buffer.from(signAs(this.algorithm, keysOf(this.algorithm).privateKey, Buffer.from(input))).toString('base64url')}`;
  }

  private userinfo(authorization: string | undefined): Answer {
    const grant = this.accessTokens.get((authorization ?? '').replace(/^Bearer /, ''));
    if (grant === undefined || this.isUserinfoBroken) return this.refusals.userinfo;
    return { ...asCaptured(captured<Answer>('userinfo')), body: userClaims(this.issuer, grant.user, grant.scope) };
  }

  /** Straight back with a hint and a registered address, else a page that asks. */
  private endSession(asked: URLSearchParams): Answer {
    const { full, plain_no_params: plain } = captured<Record<string, Answer>>('end-session');
    const target = asked.get('post_logout_redirect_uri');
    if (asked.get('id_token_hint') === null || target !== this.options.postLogoutUri) {
      return { ...asCaptured(plain!), headers: { location: `${this.issuer}/logout` } };
    }
    const state = asked.get('state');
    const location = state === null ? target : `${target}?${new URLSearchParams({ state })}`;
    return { ...asCaptured(full!), headers: { location, 'set-cookie': [`${COOKIE}=; Path=/; HttpOnly; Secure`] } };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers } as Record<string, string>).end(text);
}

export async function startPocketId(options: PocketIdOptions): Promise<PocketId> {
  const pocketId = new Server(options);
  const server = https.createServer({ cert: options.tls.cert, key: options.tls.key }, (request, response) => {
    readBody(request)
      .then((body) =>
        send(response, pocketId.answer(request.method ?? '', new URL(request.url ?? '/', pocketId.issuer), request.headers, body)),
      )
      .catch((error: unknown) => send(response, { status: 500, headers: {}, body: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pocketId.issuer = `https://localhost:${(server.address() as AddressInfo).port}`;

  /** What the page at /authorize does. */
  const signInByPage = async (browser: Browser, asked: URLSearchParams): Promise<URL> => {
    await browser.fetch(new URL(`${pocketId.issuer}/authorize?${asked}`));
    const body = {
      clientID: asked.get('client_id'),
      scope: asked.get('scope'),
      callbackURL: asked.get('redirect_uri'),
      nonce: asked.get('nonce') ?? undefined,
      codeChallenge: asked.get('code_challenge') ?? undefined,
      codeChallengeMethod: asked.get('code_challenge_method') ?? undefined,
      prompt: asked.get('prompt') ?? undefined,
    };
    const { status, body: said } = await callJson(options.ca, `${pocketId.issuer}/api/oidc/authorize`, { body, jar: browser.jar });
    if (status !== 200) throw new Error(`Pocket ID keeps the user: ${status} ${JSON.stringify(said)}`);
    const callback = new URL(said.callbackURL);
    const state = asked.get('state') ?? '';
    const parameters: Record<string, string> =
      said.error === undefined ? { code: said.code, state, iss: said.issuer } : { error: said.error, state };
    callback.search = new URLSearchParams(parameters).toString();
    return callback;
  };

  const signInByInteraction = async (browser: Browser, authorizeUrl: URL): Promise<URL> => {
    const page = await browser.fetch(authorizeUrl);
    const location = new URL(String(page.headers.location), authorizeUrl);
    const id = location.searchParams.get('interaction');
    if (id === null) return location;
    const { body } = await callJson(options.ca, `${pocketId.issuer}/api/oidc/interactions/${id}/complete`, {
      body: { step: 'authenticate' },
      jar: browser.jar,
    });
    return new URL(body.redirectUrl);
  };

  return Object.assign(pocketId, {
    signIn: (browser: Browser, authorizeUrl: URL, user: string) => {
      if (user !== '') browser.jar.set(`${COOKIE}=${user}; Path=/; HttpOnly; Secure`, authorizeUrl);
      return options.manner === '2.9' ? signInByPage(browser, authorizeUrl.searchParams) : signInByInteraction(browser, authorizeUrl);
    },
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}
