// SPDX-License-Identifier: MIT
// Names for texts: of one length, fit for a file name, and telling nothing. Apart because the login chunk needs no more of crypto.

import { encodeBase64url, encodeUtf8, sha256 } from '#native';

/** base64url of the SHA-256 of the text's UTF-8: 43 characters. */
export function sha256Base64url(text: string): string {
  return encodeBase64url(sha256(encodeUtf8(text)));
}
