// SPDX-License-Identifier: MIT
// A compact JWS (RFC 7515 7.1), from text to a payload whose signature is right. Keys come from the
// provider's set only: jwk, jku, x5u and x5c in a header are never looked at (security 69-76).
import { decodeBase64url, latin1ToBytes } from '#native';
import { parseJsonObject } from '../codec/json.ts';
import { Refusal } from '../refusal.ts';
import { requireFitting, selectKey, type Algorithm, type Algorithms } from './jwk.ts';

/** Security 64; a generous ID token has 2 KiB. */
const MAX_JWS_CHARS = 16384;
const MAX_KID_CHARS = 256;

/** What decides which key may have signed. */
export interface KeyExpectations {
  /** The parsed key set. */
  readonly jwks: unknown;
  /** Narrows the supported algorithms; unknown names have no effect. */
  readonly allowedAlgs?: readonly string[] | undefined;
}

export interface JwsExpectations extends KeyExpectations {
  /** Values of `typ` that are taken, lower case, without `application/`; its absence always is. */
  readonly types: readonly string[];
}

export interface VerifiedJws {
  readonly algorithm: Algorithm;
  readonly payload: Uint8Array;
}

/** In form, under a supported algorithm, and signed by nobody knows whom. */
export interface UnverifiedJws extends VerifiedJws {
  readonly kid: string | undefined;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether, by one of the algorithms, `signature` over `signingInput` is right under the key. Throws UNSUPPORTED_ALGORITHM, and
 * the codes of keys that are unfit for the algorithm or that nobody should use.
 */
export function checkSignature(
  algorithms: Algorithms,
  alg: string,
  jwk: object,
  signingInput: Uint8Array,
  signature: Uint8Array,
): boolean {
  const algorithm = requireAlgorithm(algorithms, alg);
  requireFitting(jwk, algorithm);
  return algorithm.verify(jwk, algorithm.hash, signingInput, signature);
}

/**
 * The payload of a compact JWS that one fitting key of the set has signed by one of the algorithms.
 * What the payload says is not looked at. KEY_NOT_FOUND means that a newer key set may help.
 */
export function checkJws(
  algorithms: Algorithms,
  token: string,
  expected: JwsExpectations,
): VerifiedJws {
  const jws = readJws(algorithms, token, expected.types);
  requireSignature(jws, findKey(jws, expected));
  return jws;
}

/** A compact JWS under one of the algorithms. Neither key nor signature is looked at. */
export function readJws(
  algorithms: Algorithms,
  token: string,
  types: readonly string[],
): UnverifiedJws {
  if (token.length > MAX_JWS_CHARS) {
    throw new Refusal('TOKEN_TOO_LARGE', `${token.length} characters, at most ${MAX_JWS_CHARS}`);
  }
  const [headerText, payloadText, signatureText] = splitToken(token);
  const { algorithm, kid } = readHeader(algorithms, headerText, types);

  const payload = decodeBase64url(payloadText);
  if (payload === undefined) throw new Refusal('INVALID_PAYLOAD_ENCODING', 'not base64url');
  const signature = decodeBase64url(signatureText);
  if (signature === undefined) throw new Refusal('INVALID_SIGNATURE_ENCODING', 'not base64url');
  const signingInput = latin1ToBytes(`${headerText}.${payloadText}`);
  return { algorithm, kid, payload, signingInput, signature };
}

/** The one key that can have signed it; UNSUPPORTED_ALGORITHM or a KEY code when there is none. */
export function findKey({ algorithm, kid }: UnverifiedJws, keys: KeyExpectations): object {
  const { jwks, allowedAlgs } = keys;
  if (allowedAlgs !== undefined && !allowedAlgs.includes(algorithm.alg)) {
    const detail = `alg "${algorithm.alg}", allowed "${allowedAlgs.join(' ')}"`;
    throw new Refusal('UNSUPPORTED_ALGORITHM', detail);
  }
  return selectKey(jwks, algorithm, kid);
}

/** Passes a token whose signature is right under the key: the one check that takes long. */
export function requireSignature(jws: UnverifiedJws, key: object): void {
  const { algorithm, signingInput, signature } = jws;
  if (!algorithm.verify(key, algorithm.hash, signingInput, signature)) {
    throw new Refusal('INVALID_SIGNATURE', `${algorithm.alg}, ${signature.length} bytes`);
  }
}

function splitToken(token: string): readonly [string, string, string] {
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length === 5) throw new Refusal('JWE_UNSUPPORTED', '5 parts, expected 3');
  if (
    parts.length !== 3 ||
    header === undefined ||
    payload === undefined ||
    signature === undefined
  ) {
    throw new Refusal('MALFORMED_JWT', `${parts.length} parts, expected 3`);
  }
  return [header, payload, signature];
}

interface Header {
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
}

function readHeader(algorithms: Algorithms, text: string, types: readonly string[]): Header {
  const bytes = decodeBase64url(text);
  if (bytes === undefined) throw new Refusal('INVALID_JWT_HEADER', 'not base64url');
  const result = parseJsonObject(bytes);
  if (!result.ok) throw new Refusal('INVALID_JWT_HEADER', result.reason);
  const { alg, kid, typ, crit, b64 } = result.value;
  if (typeof alg !== 'string') throw new Refusal('INVALID_JWT_HEADER', 'alg is not a string');
  const algorithm = requireAlgorithm(algorithms, alg);
  // RFC 7515 4.1.11: whatever crit lists, we do not understand it. RFC 7797 6: b64 only with crit.
  if (crit !== undefined) throw new Refusal('CRITICAL_HEADER_UNSUPPORTED', 'header has crit');
  if (b64 !== undefined) throw new Refusal('CRITICAL_HEADER_UNSUPPORTED', 'header has b64');
  checkType(typ, types);
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_CHARS)) {
    throw new Refusal('INVALID_JWT_HEADER', `kid is no string of at most ${MAX_KID_CHARS}`);
  }
  return { algorithm, kid };
}

function requireAlgorithm(algorithms: Algorithms, alg: string): Algorithm {
  const algorithm = algorithms[alg];
  if (!algorithm) throw new Refusal('UNSUPPORTED_ALGORITHM', `alg "${alg}"`);
  return algorithm;
}

/** RFC 8725 3.11, RFC 7515 4.1.9: media types ignore case, and application/ may be left out. */
function checkType(typ: unknown, types: readonly string[]): void {
  if (typ === undefined) return;
  if (typeof typ === 'string') {
    const lower = typ.toLowerCase();
    if (types.includes(lower.startsWith('application/') ? lower.slice(12) : lower)) return;
  }
  const actual = typeof typ === 'string' ? `"${typ}"` : `a ${typeof typ}`;
  throw new Refusal('TOKEN_TYPE_MISMATCH', `typ is ${actual}, expected "${types.join('" or "')}"`);
}
