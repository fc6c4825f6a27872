// SPDX-License-Identifier: MIT
// Decides whether a logout token is ours, fresh and genuine (OpenID Connect Back-Channel Logout 1.0
// 2.4 and 2.6; security 99). Pure: the caller brings keys and time, and remembers jti.
import { type JsonObject, ownMember } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import { ALGORITHMS } from './algorithms.ts';
import { checkSubject, show } from './claims.ts';
import { isObject } from './jwk.ts';
import { checkToken, type TokenDemand } from './token.ts';

declare const VERIFIED: unique symbol;

/** Claims of a logout token that passed every check; at least one of sub and sid is there. */
export interface VerifiedLogout extends JsonObject {
  readonly iss: string;
  /** 1 to 255 characters, to be taken once until exp and the tolerance are over. */
  readonly jti: string;
  readonly exp: number;
  readonly iat: number;
  readonly sub?: string;
  readonly sid?: string;
  readonly [VERIFIED]: true;
}

export interface LogoutTokenDemand extends TokenDemand {
  readonly logoutToken: string;
}

/** Explicit typing is only RECOMMENDED (2.4): some send JWT. What an ID token has is refused below. */
const TYPES: readonly string[] = ['logout+jwt', 'jwt'];
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_ID_CHARS = 255;

/**
 * The claims of a logout token after all checks but that of a repeated jti; else throws a `Refusal`.
 * KEY_NOT_FOUND means that a newer key set may help.
 */
export function verifyLogoutToken(demand: LogoutTokenDemand): VerifiedLogout {
  const { claims } = checkToken(ALGORITHMS, demand.logoutToken, demand, TYPES);
  const { jti, sub, sid, nonce, events } = claims;
  if (!isId(jti)) {
    throw new Refusal('MISSING_JTI_CLAIM', 'jti is missing or not a string of 1 to 255 characters');
  }
  if (sub !== undefined) checkSubject(claims);
  if (sid !== undefined && !isId(sid)) {
    throw new Refusal('INVALID_SID_CLAIM', 'sid is not a string of 1 to 255 characters');
  }
  if (sub === undefined && sid === undefined) {
    throw new Refusal('MISSING_SUB_CLAIM', 'neither sub nor sid');
  }
  if (!isObject(events) || !isObject(ownMember(events, EVENT))) {
    throw new Refusal(
      'MISSING_LOGOUT_EVENT',
      `events is ${show(events)}, without the logout event`,
    );
  }
  // Else an ID token could be made to pass as a logout token.
  if (nonce !== undefined) throw new Refusal('NONCE_IN_LOGOUT_TOKEN', 'nonce is there');
  return claims as unknown as VerifiedLogout;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS;
}
