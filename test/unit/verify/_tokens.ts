// SPDX-License-Identifier: MIT
// Makes tokens that are right but for one thing. The provider's keys are made once per run.
import type { LogoutExpectations, LogoutKeys, VerifiedLogout } from '../../../src/verify/logout-token.ts';
import { readLogoutToken } from '../../../src/verify/algorithms/all.ts';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Refusal } from '../../../src/refusal.ts';
import type { IdTokenExpectations } from '../../../src/verify/id-token.ts';
import { ALGS, keysOf, signAs } from '../../_helpers/signing.ts';

export const ISSUER = 'https://id.example.test';
export const CLIENT_ID = 'luci';
export const NONCE = 'n-0S6_WzA2Mj-fresh-and-long';
export const ACCESS_TOKEN = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
export const NOW = 1_800_000_000;
export const TOLERANCE_S = 60;

type Json = { readonly [name: string]: unknown };

export const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ecKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const rsaJwk: Json = { ...rsaKeys.publicKey.export({ format: 'jwk' }), kid: 'rsa-1' };
export const ecJwk: Json = { ...ecKeys.publicKey.export({ format: 'jwk' }), kid: 'ec-1' };

export function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Signs two parts as they are; an algorithm that nobody supports signs as RS256. */
export function signParts(alg: string, header: string, payload: string, key?: KeyObject): string {
  const input = `${header}.${payload}`;
  const known = ALGS.find((name) => name === alg) ?? 'RS256';
  const own = known === 'RS256' ? rsaKeys : known === 'ES256' ? ecKeys : keysOf(known);
  const signature = signAs(known, key ?? own.privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

export const RSA_HEADER: Json = { alg: 'RS256', kid: 'rsa-1', typ: 'JWT' };
export const EC_HEADER: Json = { alg: 'ES256', kid: 'ec-1', typ: 'JWT' };

export const CLAIMS: Json = {
  iss: ISSUER,
  sub: 'alice',
  aud: CLIENT_ID,
  exp: NOW + 300,
  iat: NOW - 5,
  nonce: NONCE,
};

/** A token of these claims (JSON text or value) under this header; `undefined` members vanish. */
export function makeToken(claims: Json | string = CLAIMS, header: Json | string = RSA_HEADER): string {
  const alg = typeof header === 'string' ? 'RS256' : String(header['alg']);
  return signParts(alg, encode(header), encode(claims));
}

/** What a caller asks for, all right. */
export function expectationsFor(idToken: string, changes: Json = {}): IdTokenExpectations {
  return {
    idToken,
    jwks: { keys: [rsaJwk, ecJwk] },
    issuer: ISSUER,
    clientId: CLIENT_ID,
    nonce: NONCE,
    now: NOW,
    toleranceS: TOLERANCE_S,
    ...changes,
  };
}

/** The code of the refusal, 'accepted' when there is none; anything else that is thrown passes. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'accepted';
}

/** All checks of a logout token, one after the other. */
export const verifyLogoutToken = (expected: LogoutExpectations & LogoutKeys): VerifiedLogout =>
  readLogoutToken(expected).verify(expected, (check) => check());
