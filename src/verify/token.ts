// SPDX-License-Identifier: MIT
// The common part of every token that a provider signs for us: arguments, signature, then the
// claims that do not depend on the kind of token (security E).
import { type JsonObject, parseJsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import { checkAudience, checkIssuer, checkTimes } from './claims.ts';
import { checkJws } from './check-jws.ts';
import type { Algorithm, Algorithms } from './common-algorithms.ts';

export interface TokenDemand {
  /** The parsed key set, `{ keys: [...] }`. */
  readonly jwks: unknown;
  readonly issuer: string;
  readonly clientId: string;
  /** Whole seconds since 1970. */
  readonly now: number;
  /** How far the provider's clock may be off, in seconds. */
  readonly toleranceS: number;
  /** Narrows the supported signature algorithms; names that are not supported have no effect. */
  readonly allowedAlgs?: readonly string[] | undefined;
}

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
  requireText('token', token);
  requireText('issuer', demand.issuer);
  requireText('clientId', demand.clientId);
  requireSeconds('now', demand.now);
  requireSeconds('toleranceS', demand.toleranceS);

  const { jwks, allowedAlgs } = demand;
  const { algorithm, payload } = checkJws(algorithms, token, { jwks, allowedAlgs, types });
  const result = parseJsonObject(payload);
  if (!result.ok) throw new Refusal('INVALID_PAYLOAD_JSON', result.reason);
  const claims = result.value;
  checkIssuer(claims, demand.issuer);
  checkAudience(claims, demand.clientId);
  checkTimes(claims, demand);
  return { claims, algorithm };
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
