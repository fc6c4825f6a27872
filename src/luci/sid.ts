// SPDX-License-Identifier: MIT
// The provider's name of its session (`sid`), as ours remembers it. It only has to be found again by a
// logout token, so one that rpcd could not keep as it is (a NUL ends it) is remembered by its hash.

import { isWithin } from '#native';
import { hashOfText } from '../crypto/text-hash.ts';

const MAX_PLAIN_CHARS = 255;

/** The same for the same `sid`, at the login and at the logout; at most 255 printable characters. */
export function rememberedSid(sid: string): string {
  const isPlain = sid.length <= MAX_PLAIN_CHARS && isWithin(sid, 32, 126);
  return isPlain ? sid : `sha256:${hashOfText(sid)}`;
}
