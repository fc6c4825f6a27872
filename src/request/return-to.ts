// SPDX-License-Identifier: MIT
// Where a login lands: only pages of LuCI on this router (security 27). Which of them a start may open without a click: A link can be anybody's, and the provider may ask
// nothing: a page of LuCI that a foreign page chose must not open logged in. So the page counts when
// the Referer says that a page of this router asked for it, which no foreign page can make a browser say.

import { encodeBase64url, latin1ToBytes } from '#native';
import type { Parameter } from '../codec/form.ts';
import { parseAuthority } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import { equalText } from '../crypto/equal.ts';
import { hmacSha256 } from '../crypto/hmac.ts';
import type { Exchange, ReturnTarget } from '../exchange.ts';
import { bootKeys } from '../handshake/sealed-cookie.ts';
import { parseAddress } from '../http/address.ts';
import { queryValues } from '../http/request.ts';
import { LUCI_PATH } from '../paths.ts';
import { isHttps, isTrustedProxy } from './origin.ts';

/** How long a redirect, or a link on a page of ours, speaks for the page that it names. */
export const REDIRECT_SEAL_S = 60;
export const PAGE_SEAL_S = 600;
export const HOP = ['hop', '1'] as const;
const MAC_BYTES = 16;
const MAX_RETURN_TO_BYTES = 128;
const MAX_DECODINGS = 3;
const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.~%?&=+,-';

/** The page of LuCI that this start asks for, and whether a page of this router asked. */
export function returnTargetOf(
  exchange: Exchange,
  oidc: OidcConfig,
  redirectUri: string,
): ReturnTarget {
  const path = safeReturnTo(queryValues(exchange.request, 'return_to')[0] ?? '');
  const target = { path, isOwn: true, redirectUri };
  // Behind a hop the Referer is still that of the page that led to the first request, which judged it.
  const isByReferer = !isHop(exchange) && isOwnReferer(exchange, oidc);
  const isOwn = path !== '' && (isByReferer || isSealed(exchange, oidc, target));
  return { ...target, isOwn };
}

/** Whether this start was sent here from another address of the router: it is not sent on once more. */
export function isHop(exchange: Exchange): boolean {
  return queryValues(exchange.request, HOP[0]).includes(HOP[1]);
}

/**
 * What the link or redirect carries that starts this login again. Redirects and our own pages send no
 * Referer, so what was judged goes with them: a MAC over the path, for this client alone, for a while.
 */
export function returnParameters(
  exchange: Exchange,
  target: ReturnTarget,
  lifeS: number,
): readonly Parameter[] {
  if (target.path === '') return [];
  const wanted = ['return_to', target.path] as const;
  if (!target.isOwn) return [wanted];
  try {
    const expiry = String(Math.floor(exchange.host.bootMilliseconds() / 1000) + lifeS);
    return [wanted, ['return_seal', `${expiry}.${macOf(exchange, target, expiry)}`]];
  } catch {
    return [wanted]; // no key: an error page must not fail for that
  }
}

function isSealed(exchange: Exchange, oidc: OidcConfig, target: ReturnTarget): boolean {
  const [expiry = '', mac] = (queryValues(exchange.request, 'return_seal')[0] ?? '').split('.');
  // Behind a proxy all have one address: what the router gave to one would count for everybody.
  if (mac === undefined || isTrustedProxy(exchange, oidc)) return false;
  const expected = macOf(exchange, target, expiry);
  const aheadS = Number(expiry) - exchange.host.bootMilliseconds() / 1000;
  // Ahead by more than its life: made in another boot, whose key survived.
  return equalText(mac, expected) && aheadS > 0 && aheadS <= PAGE_SEAL_S;
}

/** For one address of the router too: a name that its owner points elsewhere later takes nothing along. */
function macOf(exchange: Exchange, target: ReturnTarget, expiry: string): string {
  const { clientAddress } = exchange.request;
  const sealed = ['return', expiry, clientAddress, target.redirectUri, target.path].join('\n');
  const mac = hmacSha256(bootKeys(exchange.host).derive, latin1ToBytes(sealed));
  return encodeBase64url(mac.subarray(0, MAC_BYTES));
}

/** Whether the Referer is of the origin that was asked, or of that of `redirect_uri` (behind a proxy the same). */
function isOwnReferer(exchange: Exchange, oidc: OidcConfig): boolean {
  const { hostHeader, referer } = exchange.request;
  const origin = originOf(referer);
  if (origin === undefined) return false;
  const configured = originOf(oidc.redirectUri);
  if (origin === configured) return true;
  const scheme = isHttps(exchange, oidc) ? 'https' : 'http';
  if (origin !== originOf(`${scheme}://${hostHeader}`)) return false;
  if (scheme === 'https' || configured === undefined) return true;
  // Nothing proves a name on plain http: its owner can have served the page before and point it here now
  // (DNS rebinding). Such a login would go on at redirect_uri, so only that name, or an address, counts.
  const host = hostOf(origin);
  return host === hostOf(configured) || parseAddress(host) !== undefined;
}

/** Scheme, host and port of a URL as browsers write it, the port of the scheme left out. */
function originOf(url: string): string | undefined {
  const [scheme = '', empty, host = ''] = url.split('/');
  if ((scheme !== 'http:' && scheme !== 'https:') || empty !== '') return undefined;
  const authority = parseAuthority(host, scheme === 'http:' ? 80 : 443);
  return authority.ok ? `${scheme}//${authority.text}` : undefined;
}

function hostOf(origin: string): string {
  const authority = parseAuthority(origin.slice(origin.indexOf('//') + 2));
  return authority.ok ? authority.host : '';
}

/**
 * The path itself when it is below `/cgi-bin/luci/`, else '': LuCI's first page. Refused: anything that some
 * browser or server could read as another place, in this form or after up to three decodings, and
 * LuCI's logout, which would end the session it was opened for.
 */
export function safeReturnTo(path: string): string {
  if (path.length > MAX_RETURN_TO_BYTES || `${path}/` === LUCI_PATH || path === LUCI_PATH)
    return '';
  let form = path;
  for (let i = 0; i <= MAX_DECODINGS; i++) {
    if (!isLuciPath(form)) return '';
    const decoded = decodeOnce(form);
    if (decoded === form) return path;
    form = decoded;
  }
  return '';
}

function isLuciPath(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!CHARS.includes(text.charAt(i))) return false;
  }
  const path = text.split('?')[0] ?? '';
  if (!`${path}/`.startsWith(LUCI_PATH) || text.includes('//')) return false;
  // Behind a question mark too: an escaped one is part of the path, and browsers resolve `%2e%2e` behind it.
  const segments = text.split('?').join('/').split('/');
  return (
    !segments.includes('.') &&
    !segments.includes('..') &&
    !`${path}/`.startsWith(`${LUCI_PATH}admin/logout/`)
  );
}

/** Decodes each `%XX` once; an escape that is none stays, and so fails on the next look at nothing. */
function decodeOnce(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charAt(i) === '%' ? parseInt(text.slice(i + 1, i + 3), 16) : NaN;
    if (Number.isNaN(code)) {
      out += text.charAt(i);
    } else {
      out += String.fromCharCode(code);
      i += 2;
    }
  }
  return out;
}
