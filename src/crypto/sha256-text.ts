// SPDX-License-Identifier: MIT
// Texts under another name: of one length, fit for a file's name, and telling nothing.

import { encodeBase64url, encodeUtf8, sha256 } from '#native';

/** base64url of the SHA-256 of the text's UTF-8: 43 characters. */
export function sha256Base64url(text: string): string {
  return encodeBase64url(sha256(encodeUtf8(text)));
}
