// SPDX-License-Identifier: MIT
// A Response becomes bytes on stdout, in the form uhttpd expects of a CGI.

import { encodeUtf8, isWithin, latin1ToBytes } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import type { Host } from '../host.ts';

export type Header = readonly [name: string, value: string];

export interface Response {
  readonly status: number;
  readonly headers: readonly Header[];
  /** Text, sent as UTF-8; '' for none. */
  readonly body: string;
}

/**
 * The hash of `PAGE_STYLE` in texts/page.ts, the only style any page of ours has. Kept here as a
 * literal because every answer carries it and hashing costs time; a test compares the two.
 */
export const PAGE_STYLE_HASH = 'sha256-JphjXH6XPGDQAEF9tYYoNiDlu6rLdD2hXtWrTPPrMkY=';

const SECURITY_HEADERS: readonly string[] = [
  'Cache-Control: no-store',
  `Content-Security-Policy: default-src 'none'; style-src '${PAGE_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
  'Referrer-Policy: no-referrer',
];

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  303: 'See Other',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Writes the whole answer. Header values lose CR, LF and NUL, so no value can add a header. */
export function writeResponse(host: Host, response: Response): void {
  const lines = [`Status: ${response.status} ${REASONS[response.status] ?? 'Status'}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${withoutLineBreaks(value)}`);
  const body = encodeUtf8(response.body);
  lines.push(...SECURITY_HEADERS, `Content-Length: ${body.length}`, '', '');
  host.writeOutput(concatBytes([latin1ToBytes(lines.join('\r\n')), body]));
}

function withoutLineBreaks(value: string): string {
  if (isWithin(value, 32, 126)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code >= 32 && code < 127) out += value.charAt(i);
  }
  return out;
}

export function htmlResponse(
  status: number,
  body: string,
  headers: readonly Header[] = [],
): Response {
  return { status, headers: [...headers, ['Content-Type', 'text/html; charset=utf-8']], body };
}

export function jsonResponse(body: string): Response {
  return { status: 200, headers: [['Content-Type', 'application/json']], body };
}

/** 302 without a body: nothing of the URL that led here may leak by Referer (RFC 9700 4.2.4). */
export function redirectResponse(location: string, headers: readonly Header[] = []): Response {
  return { status: 302, headers: [['Location', location], ...headers], body: '' };
}
