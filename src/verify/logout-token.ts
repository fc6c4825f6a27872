// SPDX-License-Identifier: MIT
// Decides whether a logout token is ours, fresh and genuine (OpenID Connect Back-Channel Logout 1.0
// 2.4 and 2.6; security 99). Pure: the caller brings keys and time, and remembers jti. Anybody may send
// one, so what costs least comes first, and the signature last.
import { isObject, ownMember, type JsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import {
  checkPayload,
  checkSubject,
  requireExpectations,
  show,
  type ClaimExpectations,
} from './claims.ts';
import { isServed, type Algorithms } from './jwk.ts';
import { findKey, readJws, requireSignature, type KeyExpectations } from './jws.ts';

declare const VERIFIED: unique symbol;

/** What a logout token says; at least one of sub and sid is there. */
export interface LogoutClaims extends JsonObject {
  readonly iss: string;
  /** 1 to 255 characters, to be taken once until exp and the tolerance are over. */
  readonly jti: string;
  readonly exp: number;
  readonly iat: number;
  readonly sub?: string;
  readonly sid?: string;
}

/** Claims of a logout token that passed every check. */
export interface VerifiedLogout extends LogoutClaims {
  readonly [VERIFIED]: true;
}

export interface LogoutExpectations extends ClaimExpectations {
  readonly logoutToken: string;
}

export interface LogoutKeys extends KeyExpectations {
  /**
   * The algorithm of this client's last ID token: the one that its logout tokens have (2.6 refers to
   * ID tokens), as long as it is allowed and the set has a key for it.
   */
  readonly lastAlg?: string | undefined;
}

/** A logout token that is right, if only the provider signed it. */
export interface UnverifiedLogout {
  /** What somebody claims. */
  readonly claims: LogoutClaims;
  /**
   * The claims, when the provider signed them; else throws a `Refusal`. KEY_NOT_FOUND and
   * UNSUPPORTED_ALGORITHM mean that newer documents may help. When nothing but the signature is left
   * to check, which takes long, that check is handed to `inTurn`.
   */
  verify(keys: LogoutKeys, inTurn: (check: () => void) => void): VerifiedLogout;
}

/** Explicit typing is only RECOMMENDED (2.4): some send JWT. What an ID token has is refused below. */
const TYPES: readonly string[] = ['logout+jwt', 'jwt'];
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_ID_CHARS = 255;

/**
 * Reads a logout token under one of the algorithms and checks all that needs no keys, but whether its jti came before; throws a
 * `Refusal`. Under `none`, HS256 and the like it gets no further than this, whatever keys there are.
 */
export function readToken(algorithms: Algorithms, expected: LogoutExpectations): UnverifiedLogout {
  const { logoutToken } = expected;
  requireExpectations(logoutToken, expected);
  const jws = readJws(algorithms, logoutToken, TYPES);
  const claims = checkPayload(jws.payload, expected);
  checkLogoutClaims(claims);
  return {
    claims,
    verify: (keys, inTurn) => {
      const key = findKey(jws, { jwks: keys.jwks, allowedAlgs: allowedAlgs(algorithms, keys) });
      inTurn(() => requireSignature(jws, key));
      return claims as VerifiedLogout;
    },
  };
}

/** Of the allowed algorithms the last ID token's, while the provider still has a key for it. */
function allowedAlgs(
  algorithms: Algorithms,
  { jwks, allowedAlgs, lastAlg = '' }: LogoutKeys,
): LogoutKeys['allowedAlgs'] {
  const last = algorithms[lastAlg];
  const isCurrent = allowedAlgs?.includes(lastAlg) !== false && last && isServed(jwks, last);
  return isCurrent ? [lastAlg] : allowedAlgs;
}

/** What a logout token has, and an ID token has not (2.4). */
function checkLogoutClaims(claims: JsonObject): asserts claims is LogoutClaims {
  const { jti, sub, sid, nonce, events } = claims;
  if (!isId(jti)) {
    throw new Refusal('MISSING_JTI_CLAIM', 'jti is missing or not a string of 1 to 255 characters');
  }
  if (sub !== undefined) checkSubject(claims);
  // As long as the login's: what has no limit there must end here too.
  if (sid !== undefined && (typeof sid !== 'string' || sid === '')) {
    throw new Refusal('INVALID_SID_CLAIM', 'sid is not a string, or empty');
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
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS;
}
