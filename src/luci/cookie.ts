// SPDX-License-Identifier: MIT
// LuCI's own cookie, named and scoped as the router's LuCI has it (docs/design/router.md R5.1).

import { decodeUtf8 } from '#native';
import { ownMember } from '../codec/json.ts';
import type { Host } from '../host.ts';
import { formatCookie } from '../http/cookie.ts';
import { LUCI_PATH } from '../paths.ts';

const MENU_FILE = '/usr/share/luci/menu.d/luci-base.json';
const MAX_MENU_BYTES = 65536;
const NEW_NAME = 'sysauth_https';
const OLD_NAME = 'sysauth';
/** Older releases of this and other programs left copies there; a longer path would shadow ours. */
const STALE_PATHS = ['/cgi-bin/luci', '/'];

/** Set-Cookie lines: stale copies expired, then the session, Strict as LuCI's own. */
export function luciCookies(host: Host, session: string): readonly string[] {
  const name = cookieName(authMethods(host));
  const stale = STALE_PATHS.map((path) =>
    formatCookie(name, '', { path, sameSite: 'Strict', maxAgeS: 0 }),
  );
  return [...stale, formatCookie(name, session, { path: LUCI_PATH, sameSite: 'Strict' })];
}

/** LuCI's menu lists the cookies it accepts; before 22.03 that is `sysauth` alone. */
function cookieName(methods: readonly unknown[]): string {
  const isOld = methods.includes(`cookie:${OLD_NAME}`) && !methods.includes(`cookie:${NEW_NAME}`);
  return isOld ? OLD_NAME : NEW_NAME;
}

/** The cookie that this router's LuCI says it accepts; `undefined` when it does not say. */
export function knownCookieName(host: Host): string | undefined {
  const methods = authMethods(host);
  const name = cookieName(methods);
  return methods.includes(`cookie:${name}`) ? name : undefined;
}

function authMethods(host: Host): readonly unknown[] {
  const file = host.fileRead(MENU_FILE, MAX_MENU_BYTES);
  const text = file.ok ? decodeUtf8(file.bytes) : undefined;
  if (text === undefined) return [];
  try {
    const methods = member(member(member(JSON.parse(text), 'admin'), 'auth'), 'methods');
    return Array.isArray(methods) ? methods : [];
  } catch {
    // A menu that cannot be read is LuCI's trouble; every current LuCI has the new name.
    return [];
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? ownMember(value, name) : undefined;
}
