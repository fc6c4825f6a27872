// SPDX-License-Identifier: MIT
// At which address of the router a request is: which redirect_uri a login uses (the configured one, or the
// address the browser itself used), whether it is https, and where https is.

import { parseAuthority, parseHttpsUrl } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { isInNetworks } from '../http/address.ts';
import { printable } from '../log.ts';
import { CALLBACK_PATH } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

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

/** Whether the browser's side of this request is https: uhttpd's own TLS, or a trusted proxy's. */
export function isHttps(exchange: Exchange, oidc: OidcConfig): boolean {
  const { request } = exchange;
  return request.isTls || (oidc.redirectUri !== '' && isTrustedProxy(exchange, oidc));
}

/**
 * Whether the browser is at the address of `redirect_uri`, where alone a login can end. A trusted proxy may
 * have rewritten the Host; there the page that led here says it too.
 */
export function isAtRedirectUri(exchange: Exchange, oidc: OidcConfig): boolean {
  const parsed = parseHttpsUrl(oidc.redirectUri);
  if (!parsed.ok) return true;
  const { hostHeader, referer } = exchange.request;
  if (isTrustedProxy(exchange, oidc) && referer.startsWith(`https://${parsed.url.authority}/`))
    return true;
  const authority = parseAuthority(hostHeader);
  if (!authority.ok || authority.host !== parsed.url.host) return false;
  // The port of plain http says nothing.
  return !isHttps(exchange, oidc) || authority.port === parsed.url.port;
}

export function isTrustedProxy(exchange: Exchange, oidc: OidcConfig): boolean {
  return isInNetworks(exchange.request.clientAddress, oidc.trustedProxies);
}

/** Port of uhttpd's first TLS listener (`list listen_https '0.0.0.0:443'`), if it has one. */
export function httpsPort(bus: Ubus): string | undefined {
  for (const section of readPackage(bus, 'uhttpd')) {
    const value = section.values['listen_https'];
    const first = Array.isArray(value) ? value[0] : value;
    if (section.type !== 'uhttpd' || typeof first !== 'string') continue;
    const port = first.slice(first.lastIndexOf(':') + 1);
    const parsed = parseAuthority(`router:${port}`);
    if (parsed.ok) return String(parsed.port);
  }
  return undefined;
}
