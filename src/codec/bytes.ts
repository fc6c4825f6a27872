// SPDX-License-Identifier: MIT
// Bytes, and the blanks around texts. Nothing here judges content.

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
