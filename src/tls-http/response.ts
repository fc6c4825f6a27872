// SPDX-License-Identifier: MIT
// The head of an HTTP/1.1 answer (RFC 9112), strictly: what two parsers could read differently is refused.

import { bytesToLatin1, isWithin } from '#native';
import { trimBlanks } from '../codec/bytes.ts';
import { isDigits } from '../codec/chars.ts';

export const MAX_HEAD_BYTES = 16384;
const MAX_HEADERS = 100;
const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** How the body ends. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

export interface ResponseHead {
  readonly status: number;
  /** Lower-case names; values of a repeated name joined with ', '. */
  readonly headers: ReadonlyMap<string, string>;
  readonly framing: Framing;
  /** Whether another request may follow on this connection. */
  readonly mayReuse: boolean;
}

/** Thrown on an answer that is no HTTP; the message goes to the log only. */
export class HttpError extends Error {}

/**
 * Index behind the empty line that ends a head, or -1 when it has not come yet. The first `seen` bytes
 * held no end at the last look: a server that trickles must not make each byte cost all before it.
 */
export function headEnd(bytes: Uint8Array, seen = 0): number {
  for (let i = Math.max(3, seen); i < bytes.length; i++) {
    if (bytes[i] === 10 && bytes[i - 1] === 13 && bytes[i - 2] === 10 && bytes[i - 3] === 13)
      return i + 1;
  }
  return -1;
}

/** Parses a whole head, the empty line included; throws HttpError. */
export function parseHead(bytes: Uint8Array): ResponseHead {
  const lines = bytesToLatin1(bytes.subarray(0, bytes.length - 4)).split('\r\n');
  const statusLine = lines[0] ?? '';
  const minor =
    statusLine.slice(0, 9) === 'HTTP/1.1 ' ? 1 : statusLine.slice(0, 9) === 'HTTP/1.0 ' ? 0 : -1;
  const status = parseDigits(statusLine.slice(9, 12), 3);
  const afterStatus = statusLine.slice(12, 13);
  if (
    minor < 0 ||
    status === undefined ||
    status < 100 ||
    (afterStatus !== '' && afterStatus !== ' ') ||
    hasControl(statusLine)
  ) {
    throw new HttpError('no HTTP/1.1 status line');
  }
  const headers = parseHeaders(lines.slice(1));
  const framing = framingOf(status, minor, headers);
  const options = (headers.get('connection') ?? '').toLowerCase().split(',').map(trimBlanks);
  const mayReuse = minor === 1 && framing.kind !== 'close' && !options.includes('close');
  return { status, headers, framing, mayReuse };
}

function parseHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  if (lines.length > MAX_HEADERS) throw new HttpError(`more than ${MAX_HEADERS} header lines`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    // A blank before the colon or at the line's start (obs-fold) is refused with the rest (RFC 9112 5).
    if (name === '' || !isToken(name)) throw new HttpError('header line without a valid name');
    const value = trimBlanks(line.slice(colon + 1));
    if (hasControl(value)) throw new HttpError(`control character in header ${name}`);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function framingOf(status: number, minor: number, headers: ReadonlyMap<string, string>): Framing {
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  // RFC 9112 6.1: an HTTP/1.0 message with a transfer coding is framed wrongly.
  if (coding !== undefined && minor === 0) throw new HttpError('Transfer-Encoding under HTTP/1.0');
  if (coding !== undefined && length !== undefined) {
    throw new HttpError('both Transfer-Encoding and Content-Length');
  }
  if (status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new HttpError('unknown Transfer-Encoding');
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'close' };
  const [first = '', ...others] = length.split(',').map(trimBlanks);
  // The same one again is allowed (RFC 9112 6.3).
  const bytes = others.every((other) => other === first) ? parseDigits(first, 10) : undefined;
  if (bytes === undefined)
    throw new HttpError('Content-Length is not a number, or there are different ones');
  return { kind: 'length', bytes };
}

function parseDigits(text: string, maxDigits: number): number | undefined {
  return isDigits(text) && text.length <= maxDigits ? Number(text) : undefined;
}

function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!TOKEN_CHARS.includes(text.charAt(i))) return false;
  }
  return true;
}

function hasControl(text: string): boolean {
  if (isWithin(text, 32, 126)) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}
