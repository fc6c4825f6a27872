// SPDX-License-Identifier: MIT
// The CGI environment becomes a Request: bounded, split, decoded once. All texts are byte
// strings (one character per byte), so nothing foreign is taken for valid UTF-8.

import { parseForm, type Parameter } from '../codec/form.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { parseCookies, type Cookie } from './cookie.ts';

const MAX_QUERY_BYTES = 3072;
const MAX_COOKIE_BYTES = 4096;
export const MAX_PARAMETERS = 100;
const MAX_PATH_BYTES = 1024;
const MAX_HOST_BYTES = 300;
/** Enough for any origin; what follows one is not looked at. */
const MAX_REFERER_BYTES = 300;

export interface Request {
  readonly method: string;
  /** What follows the program's name in the URL, decoded by uhttpd; '' or starting with a slash. */
  readonly path: string;
  readonly query: readonly Parameter[];
  readonly cookies: readonly Cookie[];
  /** The Host header; '' when absent. Untrusted: see `redirectUriOf`. */
  readonly hostHeader: string;
  /** Whether uhttpd itself spoke TLS with the browser. */
  readonly isTls: boolean;
  /** Address of the other end of the TCP connection. */
  readonly clientAddress: string;
  readonly acceptLanguage: string;
  /** The page that the browser says led here; '' when it says nothing. Only its beginning matters. */
  readonly referer: string;
}

/** Stands in where there is none: its refusal can be shown, and its work logged, like any other. */
export const NO_REQUEST: Request = {
  method: 'GET',
  path: '',
  query: [],
  cookies: [],
  hostHeader: '',
  isTls: true,
  clientAddress: '',
  acceptLanguage: '',
  referer: '',
};

/** Reads the request; a part above its limit or a broken query refuses the whole. */
export function readRequest(host: Host): Request {
  const query = boundedEnv(host, 'QUERY_STRING', MAX_QUERY_BYTES);
  const parsed = parseForm(query, MAX_PARAMETERS);
  if (!parsed.ok) throw new Refusal('MALFORMED_REQUEST', `query: ${parsed.reason}`);
  return {
    method: boundedEnv(host, 'REQUEST_METHOD', 16),
    path: boundedEnv(host, 'PATH_INFO', MAX_PATH_BYTES),
    query: parsed.parameters,
    cookies: parseCookies(boundedEnv(host, 'HTTP_COOKIE', MAX_COOKIE_BYTES)),
    hostHeader: boundedEnv(host, 'HTTP_HOST', MAX_HOST_BYTES),
    isTls: host.env('HTTPS') === 'on',
    clientAddress: boundedEnv(host, 'REMOTE_ADDR', 64),
    acceptLanguage: (host.env('HTTP_ACCEPT_LANGUAGE') ?? '').slice(0, 256),
    referer: (host.env('HTTP_REFERER') ?? '').slice(0, MAX_REFERER_BYTES),
  };
}

function boundedEnv(host: Host, name: string, maxBytes: number): string {
  const value = host.env(name) ?? '';
  if (value.length > maxBytes) {
    throw new Refusal('INPUT_TOO_LARGE', `${name} has ${value.length} bytes, at most ${maxBytes}`);
  }
  return value;
}

/**
 * The value of a parameter that must not come twice, '' without one (RFC 6749 3.1: of two, an attacker
 * may have written one); refuses with DUPLICATE_PARAMETER.
 */
export function onlyValue(parameters: readonly Parameter[], name: string): string {
  const values = parameters.filter((parameter) => parameter[0] === name);
  if (values.length > 1) throw new Refusal('DUPLICATE_PARAMETER', name);
  return values[0]?.[1] ?? '';
}

/** All values of one parameter, in order. */
export function queryValues(request: Request, name: string): readonly string[] {
  return request.query
    .filter((parameter) => parameter[0] === name)
    .map((parameter) => parameter[1]);
}
