// SPDX-License-Identifier: MIT
// Which redirect_uri a login uses: the configured one, or the address the browser itself used.

import { parseAuthority } from '../codec/url.ts';
import { CALLBACK_PATH, type Provider } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { isInNetworks } from '../http/address.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';

/** The configured URI as it is, else `https://<Host>/cgi-bin/luci-sso/callback`; refuses with INVALID_HOST. */
export function redirectUriOf(exchange: Exchange, provider: Provider): string {
  if (provider.redirectUri !== '') return provider.redirectUri;
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
export function isHttps(exchange: Exchange, provider: Provider): boolean {
  const { request } = exchange;
  return request.isTls || (provider.redirectUri !== '' && isTrustedProxy(exchange, provider));
}

export function isTrustedProxy(exchange: Exchange, provider: Provider): boolean {
  return isInNetworks(exchange.request.clientAddress, provider.trustedProxies);
}
