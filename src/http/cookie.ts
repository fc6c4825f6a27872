// SPDX-License-Identifier: MIT
// Cookies both ways (RFC 6265): reading a browser's header, writing Set-Cookie lines.

import { trimBlanks } from '../codec/bytes.ts';
import { isVisibleAscii } from '../codec/chars.ts';

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** Splits a Cookie header in the browser's order. Pairs without a name or with control characters are left out. */
export function parseCookies(header: string): readonly Cookie[] {
  const cookies: Cookie[] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    // Blanks of HTTP only: a browser keeps others, and with them a name is no __Host- name.
    const name = trimBlanks(pair.slice(0, equals));
    const value = trimBlanks(pair.slice(equals + 1));
    if (name !== '' && isVisibleAscii(name) && isVisibleAscii(value)) cookies.push({ name, value });
  }
  return cookies;
}

export interface CookieAttributes {
  readonly path: string;
  readonly sameSite: 'Lax' | 'Strict';
  /** Seconds; 0 expires the cookie at once, `undefined` keeps it until the browser closes. */
  readonly maxAgeS?: number;
}

/** One Set-Cookie value; always HttpOnly and Secure. */
export function formatCookie(name: string, value: string, attributes: CookieAttributes): string {
  const age = attributes.maxAgeS === undefined ? '' : `; Max-Age=${attributes.maxAgeS}`;
  return `${name}=${value}; Path=${attributes.path}${age}; HttpOnly; Secure; SameSite=${attributes.sameSite}`;
}
