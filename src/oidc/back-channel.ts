// SPDX-License-Identifier: MIT
// Where and how back-channel calls go, and what all their answers must look like.

import { parseJsonObject, type JsonObject } from '../codec/json.ts';
import { parseHttpsUrl, type HttpsUrl } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
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

/** The provider's answer, whatever its status; refuses with `code` when none came. */
export function requestProvider(
  client: HttpsClient,
  request: HttpsRequest,
  code: Refusal['code'],
): HttpResponse {
  const result = requestHttps(client, request);
  if (result.ok) return result.response;
  throw new Refusal(code, `${result.cause} (${printable(result.detail)}) for ${request.url.text}`);
}

export type JsonAnswer =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly reason: string };

/** The JSON object of a 200 answer; its media type must say so (security 42). */
export function jsonOf(response: HttpResponse): JsonAnswer {
  const type =
    (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !(type.startsWith('application/') && type.endsWith('+json'))) {
    return { ok: false, reason: `content type is '${type}', not JSON` };
  }
  return parseJsonObject(response.body);
}

/** What a provider says instead of doing what was asked. */
export interface OAuthError {
  /** RFC 6749 5.2; '' when the answer is not of that form. */
  readonly error: string;
  readonly isClientRefused: boolean;
  /** For the log, not yet made printable. */
  readonly message: string;
}

/** Providers answer 400, 401, 403 or 404, as OAuth JSON, free text or nothing. */
export function oauthErrorOf(response: HttpResponse): OAuthError {
  const parsed = parseJsonObject(response.body);
  const error = parsed.ok ? stringOf(parsed.value['error']) : '';
  const description = parsed.ok ? stringOf(parsed.value['error_description']) : '';
  const retryAfter = response.headers.get('retry-after');
  const parts = [error, description, retryAfter === undefined ? '' : `retry after ${retryAfter}`];
  return {
    error,
    isClientRefused:
      error === 'invalid_client' || error === 'unauthorized_client' || response.status === 401,
    message: parts.filter((text) => text !== '').join(': '),
  };
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A provider may repeat the secrets that we sent it; the log must not. */
export function withoutTexts(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret !== '') out = out.split(secret).join('(removed)');
  }
  return out;
}

const DEFAULT_AGE_S = 600;
const MIN_AGE_S = 60;

/** Seconds that an answer may be kept: its max-age within bounds, else 600. */
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
