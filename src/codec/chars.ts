// SPDX-License-Identifier: MIT
// Which characters a text is made of.
import { isWithin } from '#native';

/** ASCII digits only, at least one. */
export function isDigits(text: string): boolean {
  return text !== '' && isWithin(text, 48, 57);
}

/** ASCII without blanks and control characters; also true for ''. */
export function isVisibleAscii(text: string): boolean {
  return isWithin(text, 33, 126);
}

/**
 * Foreign text without the marks that reorder what stands around them (Unicode UAX 9): with them, what
 * is shown is not what is there.
 */
export function withoutBidi(text: string): string {
  if (isWithin(text, 0, 127)) return text;
  let out = '';
  for (const char of text) if (!isBidiControl(char.charCodeAt(0))) out += char;
  return out;
}

function isBidiControl(code: number): boolean {
  return (
    code === 0x61c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
