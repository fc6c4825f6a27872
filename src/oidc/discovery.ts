// SPDX-License-Identifier: MIT
// The discovery document: fetched, checked, and only its checked members kept (OIDC Discovery 3, 4.3).

import type { JsonObject } from '../codec/json.ts';
import { parseHttpsUrl, type HttpsUrl } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { printable } from '../log.ts';
import { Refusal, type Cause } from '../refusal.ts';
import type { HttpResponse, HttpsClient } from '../tls-http/client.ts';
import {
  requestProvider,
  backChannelUrl,
  cacheAge,
  faultOf,
  requireJson,
  WELL_KNOWN,
} from './back-channel.ts';
import { writeCache } from './cache.ts';
import { FAILURE_MEMORY_S, type ProviderMetadata } from './metadata.ts';
import type { OpenIdProvider } from './provider.ts';

const MAX_DISCOVERY_BYTES = 262144;

/** Asks the provider and fills the cache; a failure is remembered for 15 s. Refuses with a discovery code. */
export async function fetchMetadata(provider: OpenIdProvider): Promise<ProviderMetadata> {
  const { exchange, config, key } = provider;
  const client = await provider.client();
  return rememberingFailure(provider, () => {
    const { document, response } = requestDocument(client, config);
    const metadata = checkMetadata(exchange, config, document);
    if (provider.cache === 'use')
      writeCache(exchange.host, `discovery.${key}`, metadata, cacheAge(response));
    return metadata;
  });
}

/** Runs `ask`; when it refuses, the next 15 s of requests get the same code without a wait. */
export function rememberingFailure<T>(provider: OpenIdProvider, ask: () => T): T {
  const { exchange, cache, key } = provider;
  try {
    return ask();
  } catch (error) {
    if (error instanceof Refusal && cache === 'use')
      writeCache(exchange.host, `down.${key}`, { code: error.code }, FAILURE_MEMORY_S);
    throw error;
  }
}

/** Where this router finds the document (OIDC Discovery 4.1). */
export function documentUrl(oidc: OidcConfig): HttpsUrl {
  const base = oidc.issuer.endsWith('/') ? oidc.issuer.slice(0, -1) : oidc.issuer;
  return backChannelUrl(oidc, base + WELL_KNOWN);
}

export interface Discovered {
  readonly document: JsonObject;
  readonly response: HttpResponse;
}

/** The document as the provider sends it, unchecked; refuses with a discovery code. */
export async function fetchDocument(provider: OpenIdProvider): Promise<Discovered> {
  return requestDocument(await provider.client(), provider.config);
}

function requestDocument(client: HttpsClient, oidc: OidcConfig): Discovered {
  const url = documentUrl(oidc);
  const request = { method: 'GET', url, headers: [], maxBodyBytes: MAX_DISCOVERY_BYTES } as const;
  const response = requestProvider(client, request, 'DISCOVERY_NETWORK_ERROR');
  if (response.status === 200)
    return { document: requireJson(response, 'INVALID_DISCOVERY_DOC'), response };
  const { cause, fact } = faultOf(response);
  const isDocument = oidc.issuer.includes(WELL_KNOWN);
  throw new Refusal(
    'DISCOVERY_FAILED',
    `${fact} for ${url.text}`,
    isDocument ? 'DISCOVERY_URL' : cause,
  );
}

/** The members we use, each of its type; nothing of an unchecked document survives this function. */
export function checkMetadata(
  exchange: Exchange,
  oidc: OidcConfig,
  document: JsonObject,
): ProviderMetadata {
  const { issuer } = document;
  if (typeof issuer !== 'string') throw new Refusal('DISCOVERY_MISSING_ISSUER');
  if (issuer !== oidc.issuer) {
    const hint = nearMiss(oidc.issuer, issuer);
    throw new Refusal(
      'DISCOVERY_ISSUER_MISMATCH',
      `configured '${oidc.issuer}', provider says '${printable(issuer)}'${hint}`,
      behindProxy(issuer),
    );
  }
  return {
    issuer,
    authorizationEndpoint: requiredEndpoint(document, 'authorization_endpoint'),
    tokenEndpoint: requiredEndpoint(document, 'token_endpoint'),
    jwksUri: requiredEndpoint(document, 'jwks_uri'),
    userinfoEndpoint: optionalEndpoint(exchange, document, 'userinfo_endpoint'),
    endSessionEndpoint: optionalEndpoint(exchange, document, 'end_session_endpoint'),
    revocationEndpoint: optionalEndpoint(exchange, document, 'revocation_endpoint'),
    parEndpoint: optionalEndpoint(exchange, document, 'pushed_authorization_request_endpoint'),
    requiresPar: document['require_pushed_authorization_requests'] === true,
    issParameterSupported: document['authorization_response_iss_parameter_supported'] === true,
    tokenAuthMethods: textList(document, 'token_endpoint_auth_methods_supported') ?? [
      'client_secret_basic',
    ],
    codeChallengeMethods: textList(document, 'code_challenge_methods_supported') ?? [],
    idTokenAlgs: textList(document, 'id_token_signing_alg_values_supported') ?? [],
    promptValues: textList(document, 'prompt_values_supported') ?? [],
  };
}

function behindProxy(url: string): Cause | undefined {
  return url.startsWith('http://') ? 'BEHIND_PROXY' : undefined;
}

function nearMiss(configured: string, actual: string): string {
  if (configured === `${actual}/`) return '; remove the slash at the end of issuer_url';
  if (actual === `${configured}/`) return '; add a slash at the end of issuer_url';
  if (configured.toLowerCase() === actual.toLowerCase())
    return '; they differ in upper and lower case';
  if (configured.split(':443').join('') === actual.split(':443').join(''))
    return '; they differ in the port';
  return '';
}

function requiredEndpoint(document: JsonObject, name: string): string {
  const value = document[name];
  if (typeof value !== 'string' || value === '')
    throw new Refusal('DISCOVERY_MISSING_ENDPOINT', name);
  const parsed = parseHttpsUrl(value);
  if (!parsed.ok)
    throw new Refusal(
      'INSECURE_ENDPOINT',
      `${name} '${printable(value)}' ${parsed.reason}`,
      behindProxy(value),
    );
  return value;
}

function optionalEndpoint(exchange: Exchange, document: JsonObject, name: string): string {
  const value = document[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' && parseHttpsUrl(value).ok) return value;
  logExchange(exchange, 'warning', 'INSECURE_ENDPOINT', `${name} is ignored: it is no https URL`);
  return '';
}

function textList(document: JsonObject, name: string): readonly string[] | undefined {
  const value = document[name];
  if (value === undefined || value === null) return undefined;
  const texts: string[] = [];
  if (!Array.isArray(value)) throw new Refusal('INVALID_DISCOVERY_DOC', `${name} is no list`);
  for (const item of value) {
    if (typeof item !== 'string')
      throw new Refusal('INVALID_DISCOVERY_DOC', `${name} has an entry that is no text`);
    texts.push(item);
  }
  return texts;
}
