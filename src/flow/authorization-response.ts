// SPDX-License-Identifier: MIT
// The part of a callback that reads what the provider told the browser (RFC 6749 4.1.2, RFC 9207),
// before anything is asked or spent.

import type { OidcConfig } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { endHandshakeCookie, loginReference } from '../handshake/sealed-cookie.ts';
import { onlyValue, queryValues } from '../http/request.ts';
import { printable, printableWords } from '../log.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import { Refusal } from '../refusal.ts';

const SINGLE_PARAMETERS = ['state', 'code', 'iss', 'error', 'error_description'];

/** The one `state`; from here on its cookie is expired whatever the response. */
export function requireState(exchange: Exchange): string {
  const { query } = exchange.request;
  for (const name of SINGLE_PARAMETERS) onlyValue(query, name);
  const state = onlyValue(query, 'state');
  if (state === '') throw new Refusal('MISSING_STATE_PARAMETER');
  const expired = endHandshakeCookie(state);
  if (expired !== '') {
    exchange.headers.push(['Set-Cookie', expired]);
    exchange.correlationId = loginReference(state);
  }
  return state;
}

/**
 * RFC 9207: `iss` must be the issuer of this handshake when it is there, and be there when the
 * provider announces it. On an error response a missing one only reaches the log (Pocket ID omits it).
 */
export function requireIssuer(
  exchange: Exchange,
  oidc: OidcConfig,
  metadata: ProviderMetadata | undefined,
): void {
  const iss = queryValues(exchange.request, 'iss')[0];
  if (iss !== undefined && iss !== oidc.issuer) {
    throw new Refusal('ISS_MISMATCH', `expected '${oidc.issuer}', came '${printable(iss)}'`);
  }
  if (iss !== undefined || metadata === undefined || !metadata.issParameterSupported) return;
  if (queryValues(exchange.request, 'error').length === 0)
    throw new Refusal('ISS_MISSING', 'announced by the provider');
  logExchange(exchange, 'warning', 'ISS_MISSING', 'on an error response');
}

/** By their words: Keycloak and Authelia name it; Pocket ID finds its own error unrecognizable. */
function demandsPush(message: string): boolean {
  const words = message.toLowerCase();
  return words.includes('pushed authorization') || words.includes('error is unrecognizable');
}

/** The code; refuses with what the provider says instead. */
export function requireCode(exchange: Exchange, { par }: OidcConfig): string {
  const error = queryValues(exchange.request, 'error')[0];
  if (error !== undefined) {
    const description = queryValues(exchange.request, 'error_description')[0] ?? '';
    const message = printableWords(description === '' ? error : `${error}: ${description}`);
    throw new Refusal(
      error === 'access_denied' ? 'ACCESS_DENIED' : 'IDP_ERROR',
      message,
      par !== 'always' && demandsPush(message) ? 'PAR_DEMANDED' : undefined,
    );
  }
  const code = queryValues(exchange.request, 'code')[0] ?? '';
  if (code === '') throw new Refusal('MISSING_CODE');
  // As long as the query may be: Entra's codes have more than 2,000 characters.
  for (let i = 0; i < code.length; i++) {
    // RFC 6749 A.11: visible ASCII.
    if (code.charCodeAt(i) < 32 || code.charCodeAt(i) > 126)
      throw new Refusal('INVALID_CODE', 'character outside VSCHAR');
  }
  return code;
}
