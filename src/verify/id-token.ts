// SPDX-License-Identifier: MIT
// Decides whether an ID token is ours, fresh and genuine (OpenID Connect Core 3.1.3.7; security E).
// Pure: the caller brings keys and time.
import { encodeBase64url, encodeUtf8 } from '#native';
import type { JsonObject } from '../codec/json.ts';
import { equalText } from '../crypto/equal.ts';
import { Refusal } from '../refusal.ts';
import {
  checkPayload,
  checkSubject,
  requireExpectations,
  requireSeconds,
  requireText,
  show,
  type ClaimExpectations,
  type Clock,
  type VerifiedClaims,
} from './claims.ts';
import type { Algorithm, Algorithms, Hash } from './jwk.ts';
import { checkJws, type KeyExpectations } from './jws.ts';

const TYPES: readonly string[] = ['jwt'];

export interface TokenExpectations extends ClaimExpectations, KeyExpectations {}

interface VerifiedToken {
  readonly claims: JsonObject;
  readonly algorithm: Algorithm;
}

export interface IdTokenExpectations extends TokenExpectations {
  readonly idToken: string;
  /** The nonce of this login's authorisation request. */
  readonly nonce: string;
  /** The access token that came along; with it an at_hash must match. */
  readonly accessToken?: string | undefined;
  /** The max_age that was asked for, in seconds: the sign-in may be this old. */
  readonly maxAgeS?: number | undefined;
  /** The acr_values that were asked for; one of them must have been met. None: not looked at. */
  readonly acrValues?: readonly string[] | undefined;
  /** For a token of a refresh: the subject of the first one, whose nonce it need not repeat (Core 12.2). */
  readonly refreshedSub?: string | undefined;
}

/**
 * The claims of an ID token, after its signature and every claim that OpenID Connect Core 3.1.3.7
 * names were checked; else throws a `Refusal`. KEY_NOT_FOUND means that a newer key set may help.
 * What e-mail address and groups are worth is not decided here.
 */
export function checkIdToken(
  algorithms: Algorithms,
  expected: IdTokenExpectations,
): VerifiedClaims {
  const { idToken, nonce, accessToken, maxAgeS, acrValues, refreshedSub } = expected;
  requireText('nonce', nonce);
  if (accessToken !== undefined) requireText('accessToken', accessToken);
  if (maxAgeS !== undefined) requireSeconds('maxAgeS', maxAgeS);
  if (refreshedSub !== undefined) requireText('refreshedSub', refreshedSub);

  const { claims, algorithm } = checkToken(algorithms, idToken, expected);
  checkSubject(claims);
  if (refreshedSub !== undefined && claims['sub'] !== refreshedSub)
    throw new Refusal('IDENTITY_MISMATCH', 'the refreshed token is about another subject');
  if (refreshedSub === undefined || claims['nonce'] !== undefined) checkNonce(claims, nonce);
  if (accessToken !== undefined) checkAccessTokenHash(claims, algorithm, accessToken);
  if (acrValues !== undefined && acrValues.length > 0) checkAuthContext(claims, acrValues);
  if (maxAgeS !== undefined) checkAuthTime(claims, maxAgeS, expected);
  return claims as VerifiedClaims;
}

function checkNonce(claims: JsonObject, expected: string): void {
  const { nonce } = claims;
  if (nonce === undefined) throw new Refusal('MISSING_NONCE');
  if (typeof nonce !== 'string' || !equalText(nonce, expected)) {
    throw new Refusal('NONCE_MISMATCH', 'the token belongs to another login');
  }
}

/** Core 3.1.3.6: left half of the hash of the token's algorithm. Optional in the code flow. */
function checkAccessTokenHash(claims: JsonObject, algorithm: Algorithm, accessToken: string): void {
  const { at_hash: actual } = claims;
  if (actual === undefined) return;
  const { hash, otherHash = hash } = algorithm;
  const isMadeBy = ({ digest }: Hash): boolean => {
    const whole = digest(encodeUtf8(accessToken));
    const expected = encodeBase64url(whole.subarray(0, whole.length / 2));
    return typeof actual === 'string' && equalText(actual, expected);
  };
  if (!isMadeBy(hash) && !isMadeBy(otherHash)) {
    throw new Refusal('AT_HASH_MISMATCH', 'the access token is not the one of this ID token');
  }
}

/** Core 3.1.3.7 rule 12. */
function checkAuthContext(claims: JsonObject, acrValues: readonly string[]): void {
  const { acr } = claims;
  if (typeof acr === 'string' && acrValues.includes(acr)) return;
  throw new Refusal('ACR_MISMATCH', `acr ${show(acr)}, expected one of "${acrValues.join(' ')}"`);
}

/** Core 3.1.3.7 rule 13. */
function checkAuthTime(claims: JsonObject, maxAgeS: number, { now, toleranceS }: Clock): void {
  const { auth_time: authTime } = claims;
  if (authTime === undefined) throw new Refusal('MISSING_AUTH_TIME', 'max_age was asked for');
  if (typeof authTime !== 'number') {
    throw new Refusal('INVALID_AUTH_TIME', `auth_time is ${show(authTime)}`);
  }
  if (authTime > now + toleranceS) {
    throw new Refusal('INVALID_AUTH_TIME', `auth_time ${authTime} is after now ${now}`);
  }
  if (now - authTime > maxAgeS + toleranceS) {
    const detail = `auth_time ${authTime}, now ${now}, max_age ${maxAgeS} s`;
    throw new Refusal('AUTH_TIME_TOO_OLD', detail);
  }
}

/**
 * The claims of a token whose signature, issuer, audience and times are right, and whose `typ` is
 * JWT or absent. Subject, nonce and the like are the business of the kind of token.
 */
function checkToken(
  algorithms: Algorithms,
  token: string,
  expected: TokenExpectations,
): VerifiedToken {
  requireExpectations(token, expected);
  const { jwks, allowedAlgs } = expected;
  const { algorithm, payload } = checkJws(algorithms, token, { jwks, allowedAlgs, types: TYPES });
  return { claims: checkPayload(payload, expected), algorithm };
}
