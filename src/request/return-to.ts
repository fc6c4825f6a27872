// SPDX-License-Identifier: MIT
// Where a login lands: only pages of LuCI on this router (security.md 27).

export const LUCI_PATH = '/cgi-bin/luci/';
const MAX_RETURN_TO_BYTES = 128;
const MAX_DECODINGS = 3;
const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.~%?&=+,-';

/**
 * The path itself when it is below `/cgi-bin/luci/`, else '': LuCI's first page. Refused: anything that some
 * browser or server could read as another place, in this form or after up to three decodings, and
 * LuCI's logout, which would end the session it was opened for.
 */
export function safeReturnTo(path: string): string {
  if (path.length > MAX_RETURN_TO_BYTES || `${path}/` === LUCI_PATH || path === LUCI_PATH)
    return '';
  let form = path;
  for (let i = 0; i <= MAX_DECODINGS; i++) {
    if (!isLuciPath(form)) return '';
    const decoded = decodeOnce(form);
    if (decoded === form) return path;
    form = decoded;
  }
  return '';
}

function isLuciPath(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!CHARS.includes(text.charAt(i))) return false;
  }
  const path = text.split('?')[0] ?? '';
  if (!`${path}/`.startsWith(LUCI_PATH) || text.includes('//')) return false;
  // Behind a question mark too: an escaped one is part of the path, and browsers resolve `%2e%2e` behind it.
  const segments = text.split('?').join('/').split('/');
  return (
    !segments.includes('.') &&
    !segments.includes('..') &&
    !`${path}/`.startsWith(`${LUCI_PATH}admin/logout/`)
  );
}

/** Decodes each `%XX` once; an escape that is none stays, and so fails on the next look at nothing. */
function decodeOnce(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charAt(i) === '%' ? parseInt(text.slice(i + 1, i + 3), 16) : NaN;
    if (Number.isNaN(code)) {
      out += text.charAt(i);
    } else {
      out += String.fromCharCode(code);
      i += 2;
    }
  }
  return out;
}
