// SPDX-License-Identifier: MIT
// Bytes and the strings that carry one byte per character. Nothing here judges content.

/** Arguments per native call: far below the engine's limit of 65,534 and small on the heap. */
const CHARS_PER_CALL = 8192;

/** Makes a string of 16-bit units; also takes bytes, which then are Latin-1. */
export function unitsToText(units: Uint8Array | Uint16Array): string {
  let text = '';
  for (let start = 0; start < units.length; start += CHARS_PER_CALL) {
    const part = units.subarray(start, start + CHARS_PER_CALL);
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}

/** One character (U+0000 to U+00FF) per byte. */
export function bytesToLatin1(bytes: Uint8Array): string {
  return unitsToText(bytes);
}

/** One byte per character; a character above U+00FF is a programmer's mistake (`TypeError`). */
export function latin1ToBytes(text: string): Uint8Array {
  const length = text.length;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) throw new TypeError('latin1ToBytes: character above U+00FF');
    bytes[i] = unit;
  }
  return bytes;
}

/** A new array that holds all parts one after the other. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** Without spaces and tabs around it; `trim` would also take what other parsers of HTTP leave. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Two lower-case hex digits per byte. */
export function bytesToHex(bytes: Uint8Array): string {
  const length = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hex = '';
  let i = 0;
  // Eight bytes per step: the engine's own conversion is much faster than one byte at a time.
  for (; i + 8 <= length; i += 8) hex += view.getBigUint64(i).toString(16).padStart(16, '0');
  for (; i < length; i++) hex += (view.getUint8(i) | 0x100).toString(16).slice(1);
  return hex;
}
