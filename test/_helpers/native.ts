// SPDX-License-Identifier: MIT
// The module '#native' for tests under Node: what src/native.d.ts asks for, by what Node has.
import { createHash } from 'node:crypto';
import { P256 } from '../../src/crypto/curves.ts';
import { importEcKey, verifyEcdsa } from '../../src/crypto/ecdsa.ts';

const bytesOf = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer);

function part(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array {
  if (from < 0 || from > to || to > bytes.length) throw new RangeError('no such part');
  return bytes.subarray(from, to);
}

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function decodeUtf8(bytes: Uint8Array, from?: number, to?: number): string | undefined {
  const wanted = part(bytes, from, to);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(wanted);
  } catch {
    return undefined; // what `fatal` is for
  }
}

export function latin1ToBytes(text: string): Uint8Array {
  if (/[^\0-\xff]/.test(text)) throw new TypeError('character above U+00FF');
  return bytesOf(Buffer.from(text, 'latin1'));
}

export const bytesToLatin1 = (bytes: Uint8Array, from?: number, to?: number): string =>
  Buffer.from(part(bytes, from, to)).toString('latin1');

export const isWithin = (text: string, min: number, max: number): boolean =>
  [...text].every((c) => c >= String.fromCharCode(min) && c <= String.fromCharCode(max));

export const encodeBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytesOf(bytes) : undefined;
}

export const encodeFormPart = (text: string): string =>
  Array.from(encodeUtf8(text), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9._~-]/.test(char)) return char;
    return byte === 32 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

const digest =
  (name: string) =>
  (bytes: Uint8Array): Uint8Array =>
    bytesOf(createHash(name).update(bytes).digest());
export const sha256 = digest('sha256');
export const sha384 = digest('sha384');
export const sha512 = digest('sha512');

/** By our numbers: Node's functions take no digest, and this way every test of ES256 tests them too. */
export function verifyP256(x: Uint8Array, y: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean | undefined {
  if ([x, y, digest].some(({ length }) => length !== 32)) throw new RangeError('not 32 bytes');
  const key = importEcKey(P256, x, y);
  return key && verifyEcdsa(key, digest, signature);
}
