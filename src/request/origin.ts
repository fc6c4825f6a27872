// SPDX-License-Identifier: MIT
// Which redirect_uri a login uses: the configured one, or the address the browser itself used.

import { parseAuthority } from '../codec/url.ts';
import { CALLBACK_PATH, type OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { isInNetworks } from '../http/address.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';

/** The configured URI as it is, else `https://<Host>/cgi-bin/luci-sso/callback`; refuses with INVALID_HOST. */
export function redirectUriOf(exchange: Exchange, oidc: OidcConfig): string {
  if (oidc.redirectUri !== '') return oidc.redirectUri;
  const authority = parseAuthority(exchange.request.hostHeader);
  if (!authority.ok) {
    throw new Refusal(
      'INVALID_HOST',
      `Host '${printable(exchange.request.hostHeader)}' ${authority.reason}`,
    );
  }
  return `https://${authority.text}${CALLBACK_PATH}`;
}

/** Whether the browser's side of this request is https: uhttpd's own TLS, or a trusted proxy's (product.md 2). */
export function isHttps(exchange: Exchange, oidc: OidcConfig): boolean {
  const { request } = exchange;
  return request.isTls || (oidc.redirectUri !== '' && isTrustedProxy(exchange, oidc));
}

export function isTrustedProxy(exchange: Exchange, oidc: OidcConfig): boolean {
  return isInNetworks(exchange.request.clientAddress, oidc.trustedProxies);
}
