// SPDX-License-Identifier: MIT
// The only kind of URL this program follows or sends a browser to: https, without user, without
// fragment (OIDC Discovery 3 and 7.1). Not a general parser: what it does not know it refuses.

import { isDigits } from './chars.ts';

export interface HttpsUrl {
  /** The text as it was given. */
  readonly text: string;
  /** Lower-cased name, IPv4 literal, or IPv6 literal without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host` or `host:port` as a Host header has it: brackets kept, 443 left out. */
  readonly authority: string;
  /** From the first slash, without the query; '' when the URL ends behind the authority. */
  readonly path: string;
  /** Without the question mark; `undefined` when there is none. */
  readonly query: string | undefined;
}

export type ParsedUrl =
  { readonly ok: true; readonly url: HttpsUrl } | { readonly ok: false; readonly reason: string };

const PATH_CHARS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?@!$&'()*+,;=%";
const NAME_CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789-._';
const MAX_NAME_CHARS = 253;
const DEFAULT_PORT = 443;

/** Parses an absolute https URL of at most 2,048 characters; the reason of a refusal is for people. */
export function parseHttpsUrl(text: string): ParsedUrl {
  if (text.length > 2048) return refuse('is longer than 2048 characters');
  if (text.slice(0, 8).toLowerCase() !== 'https://') return refuse('must start with https://');
  let end = 8;
  while (end < text.length && !'/?#\\'.includes(text.charAt(end))) end++;
  const rest = text.slice(end);
  if (text.includes('#')) return refuse('must not have a fragment (#)');
  for (let i = 0; i < rest.length; i++) {
    if (!PATH_CHARS.includes(rest.charAt(i))) return refuse('has a character that no URL has');
  }
  const authority = parseAuthority(text.slice(8, end));
  if (!authority.ok) return authority;
  const question = rest.indexOf('?');
  return {
    ok: true,
    url: {
      text,
      host: authority.host,
      port: authority.port,
      authority: authority.text,
      path: question < 0 ? rest : rest.slice(0, question),
      query: question < 0 ? undefined : rest.slice(question + 1),
    },
  };
}

export type ParsedAuthority =
  | { readonly ok: true; readonly host: string; readonly port: number; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Parses `host[:port]` as in a URL or a Host header: a name, an IPv4 literal or `[IPv6]`. `defaultPort`
 * is the scheme's, which `text` of the answer leaves out.
 */
export function parseAuthority(text: string, defaultPort = DEFAULT_PORT): ParsedAuthority {
  if (text.includes('@')) return refuse('must not have a user name');
  // Lower case of Unicode makes ASCII of other letters (the Kelvin sign becomes k).
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 126) return refuse('has no valid host name');
  const lower = text.toLowerCase();
  const bracket = lower.indexOf(']');
  const colon = lower.indexOf(':', bracket < 0 ? 0 : bracket);
  const name = colon < 0 ? lower : lower.slice(0, colon);
  const port = colon < 0 ? defaultPort : parsePort(lower.slice(colon + 1));
  if (port === undefined) return refuse('has no valid port');
  const suffix = port === defaultPort ? '' : `:${port}`;
  if (name.startsWith('[')) {
    const literal = name.slice(1, -1);
    if (bracket !== name.length - 1 || parseIpv6(literal) === undefined) {
      return refuse('has no valid IPv6 address');
    }
    return { ok: true, host: literal, port, text: `[${literal}]${suffix}` };
  }
  if (!isHostName(name)) return refuse('has no valid host name');
  return { ok: true, host: name, port, text: name + suffix };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function parsePort(text: string): number | undefined {
  if (!isDigits(text) || text.length > 5) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** A lower-case DNS name or an IPv4 literal. A name whose last label is a number must be a whole IPv4 address. */
function isHostName(name: string): boolean {
  if (name === '' || name.length > MAX_NAME_CHARS) return false;
  for (let i = 0; i < name.length; i++) {
    if (!NAME_CHARS.includes(name.charAt(i))) return false;
  }
  const labels = name.split('.');
  for (const label of labels) {
    if (label === '' || label.length > 63 || label.startsWith('-') || label.endsWith('-'))
      return false;
  }
  const last = labels[labels.length - 1] ?? '';
  // Resolvers and browsers read a last label in hex as a number too.
  return (!isDigits(last) && !isHexNumber(last)) || parseIpv4(name) !== undefined;
}

function isHexNumber(text: string): boolean {
  return (
    text.startsWith('0x') &&
    (text.length === 2 || [...text.slice(2)].every((char) => '0123456789abcdef'.includes(char)))
  );
}

/** Four bytes of a dotted IPv4 literal without leading zeros, or `undefined`. */
export function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!isDigits(part) || part.length > 3 || (part.length > 1 && part.startsWith('0')))
      return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    bytes.push(value);
  }
  return bytes;
}

/** Sixteen bytes of an IPv6 literal (no zone, no brackets), or `undefined`. */
export function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  // A dotted end is the end of the whole address only (RFC 4291 2.2).
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] ?? '';
    if (mayEndDotted && i === groups.length - 1 && group.includes('.')) {
      const v4 = parseIpv4(group);
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else {
      const value = parseHexGroup(group);
      if (value < 0) return undefined;
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

function parseHexGroup(group: string): number {
  if (group === '' || group.length > 4) return -1;
  let value = 0;
  for (let i = 0; i < group.length; i++) {
    const digit = '0123456789abcdef'.indexOf(group.charAt(i).toLowerCase());
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
