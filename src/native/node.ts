// SPDX-License-Identifier: MIT
// The module '#native' for tests under Node: what native.d.ts asks for, by what Node has.
import { createHash } from 'node:crypto';
import { P256 } from '../crypto/curves.ts';
import { importEcKey, verifyEcdsa } from '../crypto/ecdsa.ts';

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

interface Attribute {
  readonly id: number;
  readonly value: Buffer;
}

/** The attributes of a blob's inside; `undefined` when one is malformed. */
function attributesIn(bytes: Buffer): Attribute[] | undefined {
  const found: Attribute[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 4) return undefined;
    const length = bytes.readUInt32BE(at) & 0xffffff;
    if (length < 4 || length > bytes.length - at) return undefined;
    found.push({ id: bytes.readUInt8(at), value: bytes.subarray(at + 4, at + length) });
    at += (length + 3) & ~3;
  }
  return found;
}

/** The member of a table with this name; 'malformed' when what is before it, or all of it, is. */
function memberOf(table: Buffer, name: string): Attribute | 'malformed' | undefined {
  for (let at = 0; at < table.length;) {
    if (table.length - at < 4) return 'malformed';
    const length = table.readUInt32BE(at) & 0xffffff;
    if (length < 7 || length > table.length - at || table.readUInt8(at) < 0x80) return 'malformed';
    const value = table.subarray(at + 4, at + length);
    const nameLength = value.readUInt16BE(0);
    const head = (nameLength + 6) & ~3;
    if (head > value.length) return 'malformed';
    if (value.toString('latin1', 2, 2 + nameLength) === name)
      return { id: table.readUInt8(at), value: value.subarray(head) };
    at += (length + 3) & ~3;
  }
  return undefined;
}

function hasMember(message: Buffer, outer: string, inner: string): boolean {
  const attributes = attributesIn(message);
  if (attributes === undefined) return true;
  return attributes.some(({ id, value }) => {
    const table = id === 7 ? memberOf(value, outer) : undefined;
    if (table === undefined) return false;
    return (
      table === 'malformed' || (table.id & 0x7f) !== 2 || memberOf(table.value, inner) !== undefined
    );
  });
}

export function skipMessages(bytes: Uint8Array, outer: string, inner: string): number {
  const all = Buffer.from(bytes);
  let at = 0;
  while (all.length - at >= 12 && all[at + 1] === 2) {
    const length = all.readUInt32BE(at + 8) & 0xffffff;
    const whole = 8 + ((length + 3) & ~3);
    if (
      length < 4 ||
      whole > all.length - at ||
      hasMember(all.subarray(at + 12, at + 8 + length), outer, inner)
    )
      break;
    at += whole;
  }
  return at;
}

export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64url');

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
export function verifyP256(
  x: Uint8Array,
  y: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  if ([x, y, digest].some(({ length }) => length !== 32)) throw new RangeError('not 32 bytes');
  const key = importEcKey(P256, x, y);
  return key && verifyEcdsa(key, digest, signature);
}
