// SPDX-License-Identifier: MIT
// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strict when reading.
import { unitsToText } from './bytes.ts';

/** Value -> character code. */
const CHARACTERS: readonly number[] = [
  65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88,
  89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114,
  115, 116, 117, 118, 119, 120, 121, 122, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 45, 95,
];

/** Character code up to "z" -> value, -1 for what is not in the alphabet. */
const VALUES: readonly number[] = [
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,
  52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63, -1, 26, 27,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
];

/** base64url text of the bytes, without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  const length = bytes.length;
  const whole = length - (length % 3);
  const text = new Uint8Array(Math.ceil((length * 4) / 3));
  let end = 0;
  for (let i = 0; i < whole; i += 3) {
    const bits =
      ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text[end++] = CHARACTERS[bits >> 18] as number;
    text[end++] = CHARACTERS[(bits >> 12) & 63] as number;
    text[end++] = CHARACTERS[(bits >> 6) & 63] as number;
    text[end++] = CHARACTERS[bits & 63] as number;
  }
  if (whole < length) {
    const bits = ((bytes[whole] as number) << 10) | ((bytes[whole + 1] ?? 0) << 2);
    text[end++] = CHARACTERS[bits >> 12] as number;
    text[end++] = CHARACTERS[(bits >> 6) & 63] as number;
    if (length - whole === 2) text[end++] = CHARACTERS[bits & 63] as number;
  }
  return unitsToText(text);
}

/**
 * Bytes of a base64url text, or `undefined` when it is not exactly what an encoder writes: other
 * characters, padding, white space, a length that cannot be, or set bits after the last byte (they
 * would let one signature have several spellings).
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const length = text.length;
  const rest = length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array((length * 3) >> 2);
  const whole = length - rest;
  let end = 0;
  for (let i = 0; i < whole; i += 4) {
    // An unknown character gives -1, and that makes the whole sum negative.
    const a = VALUES[text.charCodeAt(i)] ?? -1;
    const b = VALUES[text.charCodeAt(i + 1)] ?? -1;
    const c = VALUES[text.charCodeAt(i + 2)] ?? -1;
    const d = VALUES[text.charCodeAt(i + 3)] ?? -1;
    const bits = (a << 18) | (b << 12) | (c << 6) | d;
    if (bits < 0) return undefined;
    bytes[end++] = bits >> 16;
    bytes[end++] = bits >> 8;
    bytes[end++] = bits;
  }
  if (rest > 0) {
    const a = VALUES[text.charCodeAt(whole)] ?? -1;
    const b = VALUES[text.charCodeAt(whole + 1)] ?? -1;
    const c = rest === 3 ? (VALUES[text.charCodeAt(whole + 2)] ?? -1) : 0;
    const bits = (a << 12) | (b << 6) | c;
    if (bits < 0 || (bits & (rest === 3 ? 0x3 : 0x3ff)) !== 0) return undefined;
    bytes[end++] = bits >> 10;
    if (rest === 3) bytes[end] = bits >> 2;
  }
  return bytes;
}
