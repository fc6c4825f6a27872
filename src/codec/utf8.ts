// SPDX-License-Identifier: MIT
// UTF-8 (RFC 3629) in both directions, strict when reading. The engine has no TextEncoder.
import { unitsToText } from './bytes.ts';

/** UTF-8 of a text; a lone surrogate becomes U+FFFD, so the result always is valid UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  const length = text.length;
  const ascii = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encodeWide(text, ascii.subarray(0, i));
    ascii[i] = unit;
  }
  return ascii;
}

/** Goes on where the ASCII part ends. */
function encodeWide(text: string, head: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + 3 * (text.length - head.length));
  bytes.set(head);
  let end = head.length;
  for (let i = head.length; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = code < 0xdc00 && i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
      } else {
        code = 0xfffd;
      }
    }
    if (code < 0x80) {
      bytes[end++] = code;
    } else if (code < 0x800) {
      bytes[end++] = 0xc0 | (code >> 6);
      bytes[end++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      bytes[end++] = 0xe0 | (code >> 12);
      bytes[end++] = 0x80 | ((code >> 6) & 63);
      bytes[end++] = 0x80 | (code & 63);
    } else {
      bytes[end++] = 0xf0 | (code >> 18);
      bytes[end++] = 0x80 | ((code >> 12) & 63);
      bytes[end++] = 0x80 | ((code >> 6) & 63);
      bytes[end++] = 0x80 | (code & 63);
    }
  }
  return bytes.slice(0, end);
}

/**
 * Text of valid UTF-8, else `undefined`: overlong forms, surrogates, values above U+10FFFF and
 * cut sequences are refused. A byte order mark is an ordinary character here.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const length = bytes.length;
  let i = 0;
  while (i < length && (bytes[i] as number) < 0x80) i++;
  if (i === length) return unitsToText(bytes);

  const units = new Uint16Array(length);
  units.set(bytes.subarray(0, i));
  let end = i;
  while (i < length) {
    const first = bytes[i++] as number;
    if (first < 0x80) {
      units[end++] = first;
      continue;
    }
    // RFC 3629 4: the first byte fixes the count; the smallest value rules out overlong forms.
    let more: number;
    let code: number;
    let smallest: number;
    if (first >= 0xc2 && first <= 0xdf) {
      more = 1;
      code = first & 0x1f;
      smallest = 0x80;
    } else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      code = first & 0x0f;
      smallest = 0x800;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      code = first & 0x07;
      smallest = 0x10000;
    } else {
      return undefined;
    }
    if (more > length - i) return undefined;
    for (; more > 0; more--) {
      const byte = bytes[i++] as number;
      if ((byte & 0xc0) !== 0x80) return undefined;
      code = (code << 6) | (byte & 0x3f);
    }
    if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    if (code >= 0x10000) {
      units[end++] = 0xd800 + ((code - 0x10000) >> 10);
      units[end++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    } else {
      units[end++] = code;
    }
  }
  return unitsToText(units.subarray(0, end));
}
