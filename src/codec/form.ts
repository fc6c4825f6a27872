// SPDX-License-Identifier: MIT
// application/x-www-form-urlencoded (RFC 6749 B): what is read becomes byte strings (one character
// per byte), what is written is the text's UTF-8.

import { encodeFormPart } from '#native';

export type Parameter = readonly [name: string, value: string];

export type ParsedForm =
  | { readonly ok: true; readonly parameters: readonly Parameter[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Splits a query or form body. `+` is a blank; names without `=` have the value ''. A broken
 * percent escape, or more than `maxParameters`, fails the whole text: half-read input is not input.
 */
export function parseForm(text: string, maxParameters: number): ParsedForm {
  const parameters: Parameter[] = [];
  if (text === '') return { ok: true, parameters };
  const pairs = text.split('&');
  if (pairs.length > maxParameters) return { ok: false, reason: 'too many parameters' };
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeFormPart(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodeFormPart(pair.slice(equals + 1));
    if (name === undefined || value === undefined) {
      return { ok: false, reason: 'broken percent escape' };
    }
    parameters.push([name, value]);
  }
  return { ok: true, parameters };
}

function decodeFormPart(text: string): string | undefined {
  return decodePercent(text.split('+').join(' '));
}

/** Decodes `%XX` to bytes; `undefined` when an escape is broken. */
function decodePercent(text: string): string | undefined {
  let from = text.indexOf('%');
  if (from < 0) return text;
  let out = text.slice(0, from);
  while (from >= 0) {
    const high = hexDigit(text.charCodeAt(from + 1));
    const low = hexDigit(text.charCodeAt(from + 2));
    if (high < 0 || low < 0) return undefined;
    const next = text.indexOf('%', from + 3);
    out += String.fromCharCode(high * 16 + low);
    out += next < 0 ? text.slice(from + 3) : text.slice(from + 3, next);
    from = next;
  }
  return out;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** An endpoint with these parameters behind the query that it may have already. */
export function withParameters(endpoint: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return endpoint;
  return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${encodeForm(parameters)}`;
}

/** A query or form body of these parameters, in their order. */
export function encodeForm(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]) => `${encodeFormPart(name)}=${encodeFormPart(value)}`)
    .join('&');
}
