// SPDX-License-Identifier: MIT
// The login in flight, kept by the browser: `state` is a random id, nonce and PKCE verifier are
// derived from it, and one sealed cookie carries the rest. The router stores nothing.

import {
  bytesToLatin1,
  decodeBase64url,
  encodeBase64url,
  encodeUtf8,
  latin1ToBytes,
  sha256,
} from '#native';
import nacl from 'tweetnacl';
import { concatBytes } from '../codec/bytes.ts';
import type { OidcConfig } from '../config.ts';
import { equalBytes } from '../crypto/equal.ts';
import { hmacSha256 } from '../crypto/hmac.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { Exchange, ReturnTarget } from '../exchange.ts';
import type { Host } from '../host.ts';
import { formatCookie, type Cookie } from '../http/cookie.ts';
import { LUCI_PATH } from '../paths.ts';
import { Refusal } from '../refusal.ts';

export const HANDSHAKE_TTL_S = 600;
/** All handshake cookies of a browser, as they are sent: nginx takes 1 kB of cookies on OpenWrt. */
const MAX_COOKIES_BYTES = 640;
const COOKIE_PREFIX = '__Host-luci_sso_';
const ID_BYTES = 16;
const ID_CHARS = 22;
const KEY_FILE = 'boot-key';
const KEY_BYTES = 64;
const BINDING_BYTES = 16;
/** Tells this record from any other that the boot key may seal one day. */
const PURPOSE_LOGIN = 1;
/** What every return path begins with is left out: `/cgi-bin/luci`. */
const LUCI_CHARS = LUCI_PATH.length - 1;
/** Added to it: `ReturnTarget.isOwn`. */
const OWN_TARGET = 128;

export interface Handshake {
  /** The `state` parameter and the end of the cookie's name. */
  readonly id: string;
  readonly section: string;
  /** Boot time in whole seconds at which it ends. */
  readonly expiresS: number;
  readonly returnTo: ReturnTarget;
  readonly nonce: string;
  readonly codeVerifier: string;
}

declare const consumed: unique symbol;

/** A handshake that this process, and no other, may redeem; flow/consume.ts makes it. */
export type ConsumedHandshake = Handshake & { readonly [consumed]: true };

export interface BootKeys {
  readonly seal: Uint8Array;
  readonly derive: Uint8Array;
}

/** What the handshake is bound to: another provider, client or redirect_uri cannot finish it. */
function bindingOf(oidc: OidcConfig, redirectUri: string): Uint8Array {
  return sha256(encodeUtf8([oidc.issuer, oidc.clientId, redirectUri].join('\n'))).subarray(
    0,
    BINDING_BYTES,
  );
}

/** Makes a handshake and the Set-Cookie lines that hand it to the browser and expire its oldest beyond 4. */
export function createHandshake(
  exchange: Exchange,
  oidc: OidcConfig,
  returnTo: ReturnTarget,
): { readonly handshake: Handshake; readonly cookies: readonly string[] } {
  const { host } = exchange;
  const keys = bootKeys(host);
  const idBytes = host.random(ID_BYTES);
  const expiresS = Math.floor(host.bootMilliseconds() / 1000) + HANDSHAKE_TTL_S;
  const record = concatBytes([
    Uint8Array.of(returnTo.isOwn ? PURPOSE_LOGIN + OWN_TARGET : PURPOSE_LOGIN),
    Uint8Array.of(
      (expiresS >>> 24) & 255,
      (expiresS >>> 16) & 255,
      (expiresS >>> 8) & 255,
      expiresS & 255,
    ),
    bindingOf(oidc, returnTo.redirectUri),
    Uint8Array.of(oidc.section.length),
    latin1ToBytes(oidc.section + returnTo.path.slice(LUCI_CHARS)),
  ]);
  const sealed = encodeBase64url(nacl.secretbox(record, sealNonceOf(idBytes), keys.seal));
  const id = encodeBase64url(idBytes);
  const name = COOKIE_PREFIX + id;
  const value = `${expiresS}.${sealed}`;
  const cookie = formatCookie(name, value, {
    path: '/',
    sameSite: 'Lax',
    maxAgeS: HANDSHAKE_TTL_S,
  });
  const handshake = {
    id,
    section: oidc.section,
    expiresS,
    returnTo,
    ...derived(keys, idBytes),
  };
  return { handshake, cookies: [cookie, ...surplusCookies(exchange, { name, value })] };
}

/** The id is random and sealed once, so it makes the nonce, and a cookie under another name does not open. */
function sealNonceOf(idBytes: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(nacl.secretbox.nonceLength);
  nonce.set(idBytes);
  return nonce;
}

function derived(keys: BootKeys, idBytes: Uint8Array): { nonce: string; codeVerifier: string } {
  if (idBytes.length !== ID_BYTES) throw new TypeError('handshake id has another length');
  return {
    nonce: encodeBase64url(
      hmacSha256(keys.derive, concatBytes([latin1ToBytes('nonce:'), idBytes])),
    ),
    codeVerifier: encodeBase64url(
      hmacSha256(keys.derive, concatBytes([latin1ToBytes('code_verifier:'), idBytes])),
    ),
  };
}

/**
 * Expires the browser's oldest handshakes, so that the others and the new one stay within their bytes: a
 * request header above the web server's limit would lock the browser out of every page of the router.
 */
function surplusCookies(exchange: Exchange, made: Cookie): readonly string[] {
  const own = exchange.request.cookies.filter((cookie) => cookie.name.startsWith(COOKIE_PREFIX));
  const nowS = exchange.host.bootMilliseconds() / 1000;
  // Browsers send the older ones first: of the same second, the later is the younger.
  const byAge = own.reverse().map((cookie) => ({ cookie, expiresS: statedExpiry(cookie, nowS) }));
  byAge.sort((a, b) => b.expiresS - a.expiresS);
  let bytes = sentBytes(made);
  const surplus = byAge.filter(({ cookie }) => (bytes += sentBytes(cookie)) >= MAX_COOKIES_BYTES);
  return surplus.map(({ cookie }) => expiredCookie(cookie.name));
}

/** With what stands around it in the Cookie header. */
function sentBytes({ name, value }: Cookie): number {
  return name.length + value.length + '=; '.length;
}

/** The expiry in front of the sealed part, for order only; 0 for one that cannot be of this boot. */
function statedExpiry(cookie: Cookie, nowS: number): number {
  const stated = Number(cookie.value.split('.')[0]);
  return stated > nowS && stated <= nowS + HANDSHAKE_TTL_S ? stated : 0;
}

function expiredCookie(name: string): string {
  return formatCookie(name, '', { path: '/', sameSite: 'Lax', maxAgeS: 0 });
}

/** Set-Cookie line that ends the handshake of this `state`; '' when `state` is no id of ours. */
export function endHandshakeCookie(state: string): string {
  return isHandshakeId(state) ? expiredCookie(COOKIE_PREFIX + state) : '';
}

const REFERENCE_CHARS = 8;

/** What a login's lines have in common, start and outcome; tells nothing of the `state`. */
export function loginReference(state: string): string {
  return sha256Base64url(state).slice(0, REFERENCE_CHARS);
}

function isHandshakeId(state: string): boolean {
  return state.length === ID_CHARS && decodeBase64url(state)?.length === ID_BYTES;
}

/**
 * Opens the cookie of this `state`: proves that this browser started this login, here, in this boot,
 * with this provider. Does not consume it. Refuses with the codes of a missing, foreign, damaged or
 * expired handshake.
 */
export function openHandshake(
  exchange: Exchange,
  oidc: OidcConfig,
  redirectUri: string,
  state: string,
): Handshake {
  if (!isHandshakeId(state))
    throw new Refusal('STATE_PARAMETER_MISMATCH', 'state is no id of ours');
  const { host } = exchange;
  const cookies = exchange.request.cookies.filter(
    (cookie) => cookie.name === COOKIE_PREFIX + state,
  );
  const value = cookies[0]?.value;
  if (value === undefined) {
    const others = exchange.request.cookies.some((cookie) => cookie.name.startsWith(COOKIE_PREFIX));
    throw others
      ? new Refusal('STATE_PARAMETER_MISMATCH', 'no cookie for this state, but for others')
      : new Refusal('MISSING_HANDSHAKE_COOKIE');
  }
  // A sibling cannot set a __Host- cookie; two of one name come from no browser (security 12).
  if (cookies.length > 1) throw new Refusal('MALFORMED_STATE_COOKIE', 'the cookie came twice');
  const keys = bootKeys(host);
  const idBytes = decodeBase64url(state);
  const sealed = decodeBase64url(value.slice(value.indexOf('.') + 1));
  if (
    idBytes === undefined ||
    sealed === undefined ||
    sealed.length < nacl.secretbox.overheadLength
  )
    throw new Refusal('MALFORMED_STATE_COOKIE');
  const record = nacl.secretbox.open(sealed, sealNonceOf(idBytes), keys.seal);
  if (record === null)
    throw new Refusal('STATE_NOT_FOUND', 'not sealed by this router since its start');
  return readRecord(exchange, keys, record, oidc, redirectUri, idBytes);
}

function readRecord(
  exchange: Exchange,
  keys: BootKeys,
  record: Uint8Array,
  oidc: OidcConfig,
  redirectUri: string,
  idBytes: Uint8Array,
): Handshake {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const expiryAt = 1;
  const bindingAt = expiryAt + 4;
  const sectionAt = bindingAt + BINDING_BYTES + 1;
  const purpose = record[0] ?? 0;
  if (record.length < sectionAt || (purpose & ~OWN_TARGET) !== PURPOSE_LOGIN)
    throw new Refusal('STATE_CORRUPTED', 'another kind of record');
  const returnAt = sectionAt + (record[sectionAt - 1] ?? 0);
  const storedSection = bytesToLatin1(record.subarray(sectionAt, returnAt));
  const binding = bindingOf(oidc, redirectUri);
  if (
    storedSection !== oidc.section ||
    !equalBytes(record.subarray(bindingAt, bindingAt + BINDING_BYTES), binding)
  ) {
    throw new Refusal(
      'HANDSHAKE_CHANGED',
      'provider, client or redirect_uri changed since the login started',
    );
  }
  const rest = bytesToLatin1(record.subarray(returnAt));
  const path = rest === '' ? '' : LUCI_PATH.slice(0, LUCI_CHARS) + rest;
  const returnTo = { path, isOwn: (purpose & OWN_TARGET) !== 0, redirectUri };
  // Of use to the page that says that it is over, too.
  exchange.returnTo = returnTo;
  const expiresS = view.getUint32(expiryAt);
  const nowS = exchange.host.bootMilliseconds() / 1000;
  // Ahead by more than its life: sealed in another boot, whose key survived.
  if (nowS >= expiresS || expiresS > nowS + HANDSHAKE_TTL_S)
    throw new Refusal('HANDSHAKE_EXPIRED', `${Math.floor(nowS - expiresS)} s ago`);
  return {
    id: encodeBase64url(idBytes),
    section: storedSection,
    expiresS,
    returnTo,
    ...derived(keys, idBytes),
  };
}

/** The key of this boot, made by whoever needs it first: all or nothing, so two starts agree on one. */
export function bootKeys(host: Host): BootKeys {
  for (let attempt = 0; attempt < 3; attempt++) {
    const file = host.stateRead(KEY_FILE, KEY_BYTES);
    if (file.ok && file.bytes.length === KEY_BYTES) {
      return { seal: file.bytes.subarray(0, 32), derive: file.bytes.subarray(32) };
    }
    // Only a key that is provably none goes. One that cannot be read now seals the logins in flight.
    if (file.ok) host.stateRemove(KEY_FILE);
    else if (file.reason !== 'missing')
      throw new Refusal('STATE_SAVE_FAILED', `boot key cannot be read: ${file.reason}`);
    const made = host.stateCreate(KEY_FILE, host.random(KEY_BYTES));
    if (!made.ok && made.reason !== 'exists')
      throw new Refusal('STATE_SAVE_FAILED', `boot key: ${made.reason}`);
  }
  throw new Refusal('STATE_SAVE_FAILED', 'boot key cannot be read back');
}
