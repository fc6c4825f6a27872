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
