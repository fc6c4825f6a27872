// SPDX-License-Identifier: MIT
// Which characters a text is made of.

/** ASCII digits only, at least one. */
export function isDigits(text: string): boolean {
  return text !== '' && isWithin(text, 48, 57);
}

/** ASCII without blanks and control characters; also true for ''. */
export function isVisibleAscii(text: string): boolean {
  return isWithin(text, 33, 126);
}

function isWithin(text: string, min: number, max: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < min || code > max) return false;
  }
  return true;
}
