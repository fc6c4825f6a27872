// SPDX-License-Identifier: MIT
// Cookies as a browser keeps and sends them: RFC 6265 with SameSite and the __Host- prefix. Hosts are
// compared whole (no public suffixes), ports do not matter.

export interface Cookie {
  readonly name: string;
  value: string;
  readonly domain: string;
  readonly isHostOnly: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  readonly sameSite: 'strict' | 'lax' | 'none';
  readonly expiresAt: number;
  readonly created: number;
}

export interface Navigation {
  readonly method: string;
  /** Whether the page that started it is of another site. */
  readonly isCrossSite: boolean;
}

const pathMatches = (path: string, cookiePath: string): boolean =>
  path === cookiePath || (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'));

export class CookieJar {
  private cookies: Cookie[] = [];
  private counter = 0;
  private readonly now: () => number;

  constructor(now: () => number = () => Date.now()) {
    this.now = now;
  }

  all(): readonly Cookie[] {
    this.cookies = this.cookies.filter((c) => c.expiresAt > this.now());
    return this.cookies;
  }

  set(header: string, url: URL): void {
    const [pair = '', ...rest] = header.split(';');
    const equals = pair.indexOf('=');
    if (equals < 1) return;
    const name = pair.slice(0, equals).trim();
    const attributes = new Map(
      rest.map((a) => {
        const [key = '', value = ''] = a.split(/=(.*)/s);
        return [key.trim().toLowerCase(), value.trim()] as const;
      }),
    );
    const isSecure = attributes.has('secure');
    const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
    if (domain !== '' && url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) return;
    if (isSecure && url.protocol !== 'https:') return;
    const given = attributes.get('path') ?? '';
    const byDefault = url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/')));
    const path = given.startsWith('/') ? given : byDefault;
    if (name.startsWith('__Host-') && (!isSecure || given !== '/' || domain !== '')) return;
    const maxAge = attributes.get('max-age');
    const expires = Date.parse(attributes.get('expires') ?? '');
    const lives =
      maxAge !== undefined && /^-?\d+$/.test(maxAge) ? this.now() + Number(maxAge) * 1000 : Number.isNaN(expires) ? Infinity : expires;
    const sameSite = (attributes.get('samesite') ?? 'lax').toLowerCase();
    const host = domain === '' ? url.hostname : domain;
    const old = this.cookies.find((c) => c.name === name && c.domain === host && c.path === path);
    this.cookies = this.cookies.filter((c) => c !== old);
    this.cookies.push({
      name,
      value: pair.slice(equals + 1).trim(),
      domain: host,
      isHostOnly: domain === '',
      path,
      isSecure,
      sameSite: sameSite === 'strict' || sameSite === 'none' ? sameSite : 'lax',
      expiresAt: lives,
      created: old?.created ?? this.counter++,
    });
  }

  /** The Cookie header of a request, '' for none: longer paths first, then older ones. */
  header(url: URL, navigation: Navigation): string {
    return this.all()
      .filter((c) => (c.isHostOnly ? url.hostname === c.domain : url.hostname === c.domain || url.hostname.endsWith(`.${c.domain}`)))
      .filter((c) => pathMatches(url.pathname, c.path) && (!c.isSecure || url.protocol === 'https:'))
      .filter((c) => !navigation.isCrossSite || c.sameSite === 'none' || (c.sameSite === 'lax' && navigation.method === 'GET'))
      .sort((a, b) => b.path.length - a.path.length || a.created - b.created)
      .map((c) => `${c.name}=${c.value}`)
      .join('; ');
  }
}
