// SPDX-License-Identifier: MIT
// The common part of every token that a provider signs for us: arguments, signature, then the
// claims that do not depend on the kind of token (security E).
import { type JsonObject, parseJsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import { checkAudience, checkIssuer, checkTimes } from './claims.ts';
import { checkJws, type KeyExpectations } from './check-jws.ts';
import type { Algorithm, Algorithms } from './common-algorithms.ts';

/** What the claims of every token must say. */
export interface ClaimExpectations {
  readonly issuer: string;
  readonly clientId: string;
  /** Whole seconds since 1970. */
  readonly now: number;
  /** How far the provider's clock may be off, in seconds. */
  readonly toleranceS: number;
}

export interface TokenDemand extends ClaimExpectations, KeyExpectations {}

export interface VerifiedToken {
  readonly claims: JsonObject;
  readonly algorithm: Algorithm;
}

/**
 * The claims of a token whose signature, issuer, audience and times are right, and whose `typ` is
 * one of `types` or absent. Subject, nonce and the like are the business of the kind of token.
 */
export function checkToken(
  algorithms: Algorithms,
  token: string,
  demand: TokenDemand,
  types: readonly string[],
): VerifiedToken {
  requireExpectations(token, demand);
  const { jwks, allowedAlgs } = demand;
  const { algorithm, payload } = checkJws(algorithms, token, { jwks, allowedAlgs, types });
  return { claims: checkPayload(payload, demand), algorithm };
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
  checkAudience(claims, expected.clientId);
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
