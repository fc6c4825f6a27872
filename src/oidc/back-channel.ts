// SPDX-License-Identifier: MIT
// Where and how back-channel calls go, and what all their answers must look like.

import { bytesToLatin1 } from '#native';
import { parseJsonObject, type JsonObject } from '../codec/json.ts';
import { parseHttpsUrl, type HttpsUrl } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import { printable, printableWords } from '../log.ts';
import { Refusal, type Cause } from '../refusal.ts';
import {
  requestHttps,
  type HttpResponse,
  type HttpsClient,
  type HttpsRequest,
  type RootHints,
} from '../tls-http/client.ts';
import { MAX_DOCUMENT_AGE_S } from './cache.ts';
import type { OpenIdProvider } from './provider.ts';
import { rememberedRoots } from './root-hints.ts';

/** The whole callback, connections and all. */
const TOTAL_TIMEOUT_MS = 25000;
/** Behind an issuer (OIDC Discovery 4). */
export const WELL_KNOWN = '/.well-known/openid-configuration';
const NO_HINTS: RootHints = { get: () => '', set: () => undefined };

/** What talks to the provider, over connections that live as long as this request. */
export function openClient({ exchange, config, cache, key }: OpenIdProvider): HttpsClient {
  const { host } = exchange;
  const { internalAddress } = config;
  return {
    host,
    deadline: host.bootMilliseconds() + TOTAL_TIMEOUT_MS,
    caFile: config.caFile,
    pinnedName:
      internalAddress === '' ? '' : requireUrl(backChannelText(config, config.issuer)).host,
    pinnedAddress: internalAddress,
    connections: new Map(),
    roots: cache === 'off' ? NO_HINTS : rememberedRoots(host, key),
  };
}

/** URL of an endpoint as this router reaches it: split horizon swaps the issuer's origin. */
export function backChannelUrl(oidc: OidcConfig, endpoint: string): HttpsUrl {
  return requireUrl(backChannelText(oidc, endpoint));
}

function backChannelText(oidc: OidcConfig, endpoint: string): string {
  if (oidc.internalIssuerUrl === '') return endpoint;
  const issuer = requireUrl(oidc.issuer);
  const url = requireUrl(endpoint);
  if (url.host !== issuer.host || url.port !== issuer.port) return endpoint;
  const query = url.query === undefined ? '' : `?${url.query}`;
  return `https://${requireUrl(oidc.internalIssuerUrl).authority}${url.path}${query}`;
}

function requireUrl(text: string): HttpsUrl {
  const parsed = parseHttpsUrl(text);
  if (!parsed.ok) throw new Refusal('INSECURE_ENDPOINT', `URL ${parsed.reason}`);
  return parsed.url;
}

/** The provider's response, whatever its status; refuses with `code` when none is received. */
export function requestProvider(
  client: HttpsClient,
  request: HttpsRequest,
  code: Refusal['code'],
): HttpResponse {
  const result = requestHttps(client, request);
  if (result.ok) return result.response;
  throw new Refusal(code, `(${printable(result.detail)}) for ${request.url.text}`, result.cause);
}

/** What is wrong with a response that is not the one asked for: for the log, and no more of its body than a title. */
export interface Fault {
  readonly cause: Cause | undefined;
  readonly fact: string;
}

const MAX_PAGE_BYTES = 8192;
const MAX_TITLE_CHARS = 80;

/** By its status and, of a web page, by its title. */
export function faultOf(response: HttpResponse): Fault {
  const { status } = response;
  const location = response.headers.get('location');
  if (status >= 300 && status < 400 && location !== undefined) {
    // What is configured is the part in front.
    const target = printable(location.split(WELL_KNOWN)[0] ?? '');
    return { cause: 'REDIRECTED', fact: `HTTP ${status} to '${target}'` };
  }
  const title = pageTitle(response);
  const fact = title === undefined || title === '' ? `HTTP ${status}` : `HTTP ${status} '${title}'`;
  return { cause: causeOf(status, title !== undefined), fact };
}

function causeOf(status: number, isPage: boolean): Cause | undefined {
  if (status === 404 || status === 410) return 'NOTHING_THERE';
  if (status === 429) return 'TOO_MANY_CALLS';
  if (status >= 500) return 'PROVIDER_FAULT';
  if (isPage) return 'WEB_PAGE';
  return status === 401 || status === 403 ? 'FORBIDDEN' : undefined;
}

/** `<title>` of a web page, '' without one; `undefined` for anything else. */
function pageTitle({ headers, body }: HttpResponse): string | undefined {
  const text = bytesToLatin1(body.subarray(0, MAX_PAGE_BYTES));
  const lower = text.toLowerCase();
  const start = lower.trim();
  const isPage =
    (headers.get('content-type') ?? '').toLowerCase().startsWith('text/html') ||
    start.startsWith('<!doctype html') ||
    start.startsWith('<html');
  if (!isPage) return undefined;
  const from = lower.indexOf('>', lower.indexOf('<title')) + 1;
  const to = lower.indexOf('</title', from);
  return to < 0 ? '' : printable(text.slice(from, to).trim(), MAX_TITLE_CHARS);
}

/** Passes a 200; else refuses with `code` and what is wrong. */
export function requireOk(response: HttpResponse, code: Refusal['code'], url: HttpsUrl): void {
  if (response.status === 200) return;
  const { cause, fact } = faultOf(response);
  throw new Refusal(code, `${fact} for ${url.text}`, cause);
}

/** The JSON object of a response; its media type must say so (security 42). Refuses with `code`. */
export function requireJson(response: HttpResponse, code: Refusal['code']): JsonObject {
  const type =
    (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isJson =
    type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
  const parsed = isJson ? parseJsonObject(response.body) : undefined;
  if (parsed?.ok === true) return parsed.value;
  const { cause, fact } = faultOf(response);
  if (cause === 'WEB_PAGE') throw new Refusal(code, fact, cause);
  throw new Refusal(
    code,
    parsed === undefined ? `content type is '${printable(type)}', not JSON` : parsed.reason,
  );
}

/** What a provider says instead of doing what was asked. */
export interface OAuthError {
  /** RFC 6749 5.2; '' when the response is not of that form. */
  readonly error: string;
  readonly isClientRefused: boolean;
  /** For the log, without `secrets`; '' for a response that is not of that form. */
  readonly message: string;
}

/**
 * Providers answer 400, 401, 403 or 404, as OAuth JSON, free text or nothing. They may repeat the `secrets` that we
 * sent; the log must not.
 */
export function oauthErrorOf(response: HttpResponse, secrets: readonly string[]): OAuthError {
  const parsed = parseJsonObject(response.body);
  const error = parsed.ok ? stringOf(parsed.value['error']) : '';
  const description = parsed.ok ? stringOf(parsed.value['error_description']) : '';
  const retryAfter = response.headers.get('retry-after');
  const message = [error, description, retryAfter === undefined ? '' : `retry after ${retryAfter}`];
  return {
    error,
    isClientRefused:
      error === 'invalid_client' || error === 'unauthorized_client' || response.status === 401,
    message: printableWords(
      withoutTexts(message.filter((text) => text !== '').join(': '), secrets),
    ),
  };
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function withoutTexts(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret !== '') out = out.split(secret).join('(removed)');
  }
  return out;
}

const DEFAULT_AGE_S = 600;
const MIN_AGE_S = 60;

/** Seconds that a response may be kept: its max-age within bounds, else 600. */
export function cacheAge(response: HttpResponse): number {
  let age = DEFAULT_AGE_S;
  for (const part of (response.headers.get('cache-control') ?? '').toLowerCase().split(',')) {
    const directive = part.trim();
    if (directive === 'no-store' || directive === 'no-cache' || directive === 'private')
      return DEFAULT_AGE_S;
    if (!directive.startsWith('max-age=')) continue;
    const seconds = Number(directive.slice(8));
    if (Number.isInteger(seconds)) age = Math.min(Math.max(seconds, MIN_AGE_S), MAX_DOCUMENT_AGE_S);
  }
  return age;
}
