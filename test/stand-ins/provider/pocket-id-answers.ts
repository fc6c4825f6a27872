// SPDX-License-Identifier: MIT
// What Pocket ID says: the answers captured from 2.9, and those of the OAuth library of 2.10 and later.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { USERS } from './users.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
}

/** How the two manners refuse. */
export interface Refusals {
  readonly noClient: Answer;
  readonly unknownClient: Answer;
  readonly wrongSecret: Answer;
  readonly code: Answer;
  readonly verifier: Answer;
  readonly userinfo: Answer;
  readonly refresh: Answer;
}

export const captured = <Shape>(name: string): Shape =>
  JSON.parse(readFileSync(new URL(`../../data/idp/pocket-id/${name}.json`, import.meta.url), 'utf8')) as Shape;

const OWN_HEADERS = ['content-length', 'transfer-encoding', 'date', 'set-cookie', 'location'];
export const asCaptured = ({ status, headers, body }: Answer): Answer => ({
  status,
  body,
  headers: Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !OWN_HEADERS.includes(name))),
});

export function refusalsOf29(): Refusals {
  const token = captured<Record<string, Answer>>('errors');
  const pick = (name: string): Answer => asCaptured(token[name]!);
  return {
    noClient: pick('token_no_client_auth'),
    unknownClient: pick('token_unknown_client'),
    wrongSecret: pick('token_wrong_secret_basic'),
    code: asCaptured(captured<Answer>('expired-code')),
    verifier: { ...pick('token_bogus_code'), body: { error: 'Invalid code verifier' } },
    userinfo: asCaptured(captured<Record<string, Answer>>('userinfo-errors').userinfo_bad_token!),
    refresh: { ...asCaptured(captured<Answer>('expired-code')), body: { error: 'Refresh token is invalid or expired' } },
  };
}

export function refusalsOf210(): Refusals {
  const fosite = (status: number, error: string, description: string): Answer => ({
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store', pragma: 'no-cache' },
    body: { error, error_description: description },
  });
  const client = fosite(
    401,
    'invalid_client',
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
  );
  const grant = fosite(
    400,
    'invalid_grant',
    'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  );
  const userinfo = fosite(
    401,
    'request_unauthorized',
    'The request could not be authorized. Check that you provided valid credentials in the right format.',
  );
  return {
    noClient: client,
    unknownClient: client,
    wrongSecret: client,
    code: grant,
    verifier: grant,
    userinfo: { ...userinfo, headers: { ...userinfo.headers, 'www-authenticate': 'Bearer error="request_unauthorized"' } },
    refresh: grant,
  };
}

/** Users have random names there, not those that they type. */
export const subjectOf = (user: string): string => {
  const hex = createHash('sha256').update(user).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
};

/** Claims of a user by scope, as ID token and userinfo have them. */
export function userClaims(issuer: string, user: string, scope: readonly string[]): Record<string, unknown> {
  const { claims } = USERS[user]!;
  const [given, family] = String(claims.name).split(' ');
  const sub = subjectOf(user);
  return {
    sub,
    ...(scope.includes('email') ? { email: claims.email, email_verified: claims.email_verified } : {}),
    ...(scope.includes('profile')
      ? {
          display_name: claims.name,
          family_name: family,
          given_name: given,
          name: claims.name,
          picture: `${issuer}/api/users/${sub}/profile-picture.png`,
          preferred_username: user,
        }
      : {}),
    ...(scope.includes('groups') ? { groups: claims.groups } : {}),
  };
}
