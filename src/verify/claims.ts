// SPDX-License-Identifier: MIT
// What every signed token of a provider must say, whatever it is for: issuer, audience, times,
// subject (OpenID Connect Core 3.1.3.7, RFC 7519 4.1; security 51-53, 57, 58, 62).
import { parseJsonObject, type JsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';

declare const VERIFIED: unique symbol;

/** Claims of an ID token that passed every check of verify/id-token.ts; nothing else makes one. */
export interface VerifiedClaims extends JsonObject {
  readonly iss: string;
  readonly sub: string;
  readonly [VERIFIED]: true;
}

/** The moment of the check, in whole seconds since 1970, and the clocks' tolerated difference. */
export interface Clock {
  readonly now: number;
  readonly toleranceS: number;
}

/** What the claims of every token must say. */
export interface ClaimExpectations {
  readonly issuer: string;
  readonly clientId: string;
  /** What may stand in `aud` beside the client. */
  readonly trustedAudiences?: readonly string[];
  /** Whole seconds since 1970. */
  readonly now: number;
  /** How far the provider's clock may be off, in seconds. */
  readonly toleranceS: number;
}

const MAX_SUBJECT_CHARS = 255;

/** The issuer, character for character: a slash more or less is another provider. */
export function checkIssuer(claims: JsonObject, issuer: string): void {
  const { iss } = claims;
  if (iss === issuer) return;
  throw new Refusal('ISSUER_MISMATCH', `iss ${show(iss)}, expected "${issuer}"`);
}

/**
 * The client is an audience, as a string or in an array, others only where the owner trusts them
 * (Core 3.1.3.7 rule 3). It is the authorised party when one is named, which must be where there are
 * several audiences (rule 4).
 */
function checkAudience(
  claims: JsonObject,
  clientId: string,
  trusted: readonly string[] = [],
): void {
  const { aud, azp } = claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length === 0) throw new Refusal('INVALID_AUDIENCE', 'aud is an empty array');
  if (!audiences.every((audience) => typeof audience === 'string')) {
    throw new Refusal('MALFORMED_AUDIENCE', 'aud is missing, or not a string or array of strings');
  }
  const others = audiences.filter((audience) => audience !== clientId);
  if (!audiences.includes(clientId))
    throw new Refusal('AUDIENCE_MISMATCH', `aud has ${show(others[0])} instead of "${clientId}"`);
  const other = others.find((audience) => !trusted.includes(audience));
  if (other !== undefined) {
    const detail = `aud has ${show(other)} besides "${clientId}", and trusted_audience does not name it`;
    throw new Refusal('AUDIENCE_MISMATCH', detail);
  }
  if ((azp !== undefined || others.length > 0) && azp !== clientId) {
    throw new Refusal('AZP_MISMATCH', `azp ${show(azp)}, expected "${clientId}"`);
  }
}

/** exp and iat are there and fit the clock, and so does nbf if present. No age limit by iat. */
function checkTimes(claims: JsonObject, { now, toleranceS }: Clock): void {
  const { exp, iat, nbf } = claims;
  if (exp === undefined) throw new Refusal('MISSING_EXP_CLAIM');
  if (typeof exp !== 'number') throw new Refusal('INVALID_EXP_CLAIM', `exp is ${show(exp)}`);
  if (now >= exp + toleranceS) {
    throw new Refusal('TOKEN_EXPIRED', `exp ${exp}, now ${now}, tolerance ${toleranceS} s`);
  }
  if (nbf !== undefined) {
    if (typeof nbf !== 'number') throw new Refusal('INVALID_NBF_CLAIM', `nbf is ${show(nbf)}`);
    if (nbf > now + toleranceS) {
      throw new Refusal('TOKEN_NOT_YET_VALID', `nbf ${nbf}, now ${now}, tolerance ${toleranceS} s`);
    }
  }
  if (iat === undefined) throw new Refusal('MISSING_IAT_CLAIM');
  if (typeof iat !== 'number') throw new Refusal('INVALID_IAT_CLAIM', `iat is ${show(iat)}`);
  if (iat > now + toleranceS) {
    const detail = `iat ${iat}, now ${now}, tolerance ${toleranceS} s`;
    throw new Refusal('TOKEN_ISSUED_IN_FUTURE', detail);
  }
}

/** The subject: 1 to 255 printable ASCII characters (Core 2), because it names session and user. */
export function checkSubject(claims: JsonObject): void {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') {
    const cause = typeof sub === 'number' ? 'SUB_NOT_TEXT' : undefined;
    throw new Refusal('MISSING_SUB_CLAIM', 'sub is missing or not a non-empty string', cause);
  }
  if (sub.length > MAX_SUBJECT_CHARS) {
    throw new Refusal('INVALID_SUB_CLAIM', `sub has ${sub.length} characters, at most 255`);
  }
  for (let i = 0; i < sub.length; i++) {
    const unit = sub.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) {
      throw new Refusal('INVALID_SUB_CLAIM', 'sub is not printable ASCII');
    }
  }
}

/** A value for the log: short texts and numbers as they are, of the rest only the kind. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 200)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  return value === undefined ? 'missing' : Array.isArray(value) ? 'an array' : 'an object or null';
}

/** Passes arguments that can be compared with. */
export function requireExpectations(token: string, expected: ClaimExpectations): void {
  requireText('token', token);
  requireText('issuer', expected.issuer);
  requireText('clientId', expected.clientId);
  requireSeconds('now', expected.now);
  requireSeconds('toleranceS', expected.toleranceS);
}

/** The claims of a payload whose issuer, audience and times are right, whoever signed it. */
export function checkPayload(payload: Uint8Array, expected: ClaimExpectations): JsonObject {
  const result = parseJsonObject(payload);
  if (!result.ok) throw new Refusal('INVALID_PAYLOAD_JSON', result.reason);
  const claims = result.value;
  checkIssuer(claims, expected.issuer);
  checkAudience(claims, expected.clientId, expected.trustedAudiences);
  checkTimes(claims, expected);
  return claims;
}

/** Arguments come from configuration and storage: an empty one must not match an empty claim. */
export function requireText(name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new Refusal('INVALID_ARGUMENT', `${name} is not a non-empty string`);
}

/** Whole, not negative, and exact as a double. */
export function requireSeconds(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return;
  throw new Refusal('INVALID_ARGUMENT', `${name} is not a whole number of seconds`);
}
