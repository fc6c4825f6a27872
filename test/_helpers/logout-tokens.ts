// SPDX-License-Identifier: MIT
// Logout tokens of the test provider for the router's client, and what strangers send in their place.
import { CLIENTS, type Scene } from './scene.ts';
import { sendRaw, type RawAnswer } from './raw-request.ts';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
let count = 0;

/** As the provider signs it, with some members changed; undefined ones are left out. */
export function logoutToken(scene: Scene, change: Record<string, unknown>, header: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: scene.provider.issuer,
    aud: CLIENTS.confidential.id,
    iat: now,
    exp: now + 120,
    jti: `jti-${++count}`,
    events: EVENTS,
    ...change,
  };
  return scene.provider.sign('RS256', { typ: 'logout+jwt', ...header }, claims);
}

/** What anybody can make who knows the issuer, the client and the published keys; with the code of its refusal. */
export const JUNK: ReadonlyArray<readonly [code: string, make: (scene: Scene) => string]> = [
  ['MALFORMED_JWT', () => 'junk'],
  ['UNSUPPORTED_ALGORITHM', (scene) => logoutToken(scene, { sub: 'alice' }, { alg: 'none' })],
  ['UNSUPPORTED_ALGORITHM', (scene) => logoutToken(scene, { sub: 'alice' }, { alg: 'HS256' })],
  ['ISSUER_MISMATCH', (scene) => logoutToken(scene, { sub: 'alice', iss: 'https://evil.example' })],
  ['AUDIENCE_MISMATCH', (scene) => logoutToken(scene, { sub: 'alice', aud: 'another-client' })],
  ['KEY_NOT_FOUND', (scene) => logoutToken(scene, { sub: 'alice' }, { kid: 'unknown' })],
  ['INVALID_SIGNATURE', forged],
];

/** Right in everything but the signature. */
export function forged(scene: Scene): string {
  const [header = '', payload = ''] = logoutToken(scene, { sub: 'alice' }).split('.');
  return `${header}.${payload}.${Buffer.alloc(256, 1).toString('base64url')}`;
}

export function postLogout(
  scene: Scene,
  token: string,
  localAddress = '127.0.0.1',
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const body = new URLSearchParams({ logout_token: token }).toString();
  return sendRaw(`${scene.router.url}/cgi-bin/luci-sso/backchannel-logout`, {
    ca: scene.ca,
    method: 'POST',
    body,
    localAddress,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length), ...headers },
  });
}

/** The code of a refusal; '' for none. */
export const codeIn = (answer: RawAnswer): string =>
  answer.body === '' ? '' : (JSON.parse(answer.body) as { error_description: string }).error_description;
