// SPDX-License-Identifier: MIT
// A provider with real keys whose every answer a test may change; the other end of FakeHost.server.

import { createHash, type KeyObject } from 'node:crypto';
import type { TlsTarget } from '../../src/host.ts';
import { type Alg, makeKeys, signAs } from './signing.ts';
import { NOW } from './clock.ts';

export const ISSUER = 'https://id.test';

export interface SigningKey {
  readonly kid: string;
  readonly alg: Alg;
  readonly privateKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

/** Keys are made once: what they are does not matter, and RSA takes time. */
export const RSA_KEY = signingKey('rsa-1', 'RS256');
export const OTHER_RSA_KEY = signingKey('rsa-2', 'RS256');
export const EC_KEY = signingKey('ec-1', 'ES256');

export function signingKey(kid: string, alg: Alg): SigningKey {
  const pair = makeKeys(alg);
  return { kid, alg, privateKey: pair.privateKey, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** An object is sent as JSON. */
  body: unknown;
}

/** What the browser was sent with; the provider remembers it like a real one. */
export interface Authorized {
  nonce: string;
  challenge: string;
}

export class FakeProvider {
  key = RSA_KEY;
  published: SigningKey[] = [RSA_KEY, EC_KEY];
  now = NOW;
  clientId = 'luci';
  authorized: Authorized = { nonce: '', challenge: '' };
  claims: Record<string, unknown> = {
    sub: 'alice-id',
    email: 'alice@example.com',
    email_verified: true,
    preferred_username: 'alice',
    name: 'Alice',
    groups: ['staff'],
  };
  userinfo: Record<string, unknown> = { sub: 'alice-id' };
  discovery: Record<string, unknown> = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    userinfo_endpoint: `${ISSUER}/me`,
    end_session_endpoint: `${ISSUER}/end`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
  };
  /** Changes one answer before it is sent, by path. */
  readonly changes = new Map<string, (reply: Reply) => void>();
  /** Takes an answer's place altogether, by path. */
  readonly raw = new Map<string, Uint8Array | { readonly reason: string }>();
  /** Changes the token answer's ID token. */
  changeToken: (parts: { header: Record<string, unknown>; claims: Record<string, unknown> }) => void = () => {};
  /** The one refresh token that it takes; '' = it gives none. */
  refreshToken = '';
  /** Whether each use of it brings another one. */
  rotates = false;
  /** Whether a refresh brings an ID token, and with which nonce; '' = without. */
  refreshesIdToken = true;
  refreshedNonce = '';
  /** Tokens that were given back. */
  readonly revoked: string[] = [];
  private refreshes = 0;
  /** Blanks that a JWT's parts are indented with. */
  indent = 0;
  changeJwt: (jwt: string) => string = (jwt) => jwt;
  readonly requests: Array<{ readonly path: string; readonly head: string; readonly body: string; readonly target: TlsTarget }> = [];

  /** FakeHost.server. */
  answer = (request: string, target: TlsTarget): Uint8Array | { readonly reason: string } => {
    const [head = '', body = ''] = request.split('\r\n\r\n');
    const path = head.split(' ')[1]?.split('?')[0] ?? '';
    this.requests.push({ path, head, body, target });
    const raw = this.raw.get(path);
    if (raw !== undefined) return raw;
    const reply = this.reply(path, new URLSearchParams(body));
    this.changes.get(path)?.(reply);
    return httpBytes(reply);
  };

  private reply(path: string, form: URLSearchParams): Reply {
    if (path.endsWith('/.well-known/openid-configuration')) return json(this.discovery);
    if (path.endsWith('/jwks')) return json({ keys: this.published.map((key) => key.jwk) });
    if (path === '/me') return json(this.userinfo);
    if (path === '/par') return { ...json({ request_uri: 'urn:ietf:params:oauth:request_uri:1', expires_in: 60 }), status: 201 };
    if (path === '/revoke') {
      this.revoked.push(form.get('token') ?? '');
      return { status: 200, headers: {}, body: '' };
    }
    if (path === '/token' && form.get('grant_type') === 'refresh_token') return this.refresh(form.get('refresh_token') ?? '');
    if (path !== '/token') return { status: 404, headers: {}, body: '' };
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== this.authorized.challenge) return { ...json({ error: 'invalid_grant' }), status: 400 };
    return json({
      access_token: 'the-access-token',
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: this.idToken(),
      ...this.refreshPart(),
    });
  }

  private refresh(token: string): Reply {
    if (token === '' || token !== this.refreshToken) return { ...json({ error: 'invalid_grant' }), status: 400 };
    if (this.rotates) this.refreshToken = `refresh-token-${++this.refreshes}`;
    const first = this.authorized;
    this.authorized = { ...first, nonce: this.refreshedNonce };
    const idToken = this.refreshesIdToken ? { id_token: this.idToken() } : {};
    this.authorized = first;
    return json({ access_token: 'another-access-token', token_type: 'Bearer', ...idToken, ...(this.rotates ? this.refreshPart() : {}) });
  }

  private refreshPart(): object {
    return this.refreshToken === '' ? {} : { refresh_token: this.refreshToken };
  }

  /** The ID token that the token endpoint gives. */
  idToken(): string {
    const parts = {
      header: { alg: this.key.alg, kid: this.key.kid, typ: 'JWT' } as Record<string, unknown>,
      claims: {
        iss: ISSUER,
        aud: this.clientId,
        iat: this.now,
        exp: this.now + 3600,
        ...(this.authorized.nonce === '' ? {} : { nonce: this.authorized.nonce }),
        ...this.claims,
      } as Record<string, unknown>,
    };
    this.changeToken(parts);
    return this.changeJwt(this.sign(parts.header, parts.claims));
  }

  /** A token of these parts under the current key. */
  sign(header: object, claims: object): string {
    const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part, null, this.indent)).toString('base64url')).join('.');
    const signature = signAs(this.key.alg, this.key.privateKey, Buffer.from(signed));
    return `${signed}.${Buffer.from(signature).toString('base64url')}`;
  }
}

function json(body: unknown): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}

export function httpBytes(reply: Reply): Uint8Array {
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const lines = [`HTTP/1.1 ${reply.status} X`, ...Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
