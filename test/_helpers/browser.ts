// SPDX-License-Identifier: MIT
// A person's browser, without scripts: walks redirects and refreshes with a cookie jar, fills forms,
// and notes each hop with its time.
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { CookieJar } from './cookie-jar.ts';

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly ms: number;
}

const MAX_HOPS = 20;

/** Names below .test lie on this computer, as in the hosts file of somebody who tries things out. */
const lookup: net.LookupFunction = (name, options, done) => {
  if (name.endsWith('.test')) return options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  dns.lookup(name, options, done);
};

const unescape = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos));/gi, (_, dec?: string, hex?: string, name?: string) =>
    dec !== undefined
      ? String.fromCharCode(Number(dec))
      : hex !== undefined
        ? String.fromCharCode(parseInt(hex, 16))
        : ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[(name ?? '').toLowerCase()] ?? ''),
  );

/** Where the page's immediate refresh goes, if it has one. */
export function refreshOf(page: Page): URL | undefined {
  const meta = /<meta[^>]*http-equiv="?refresh"?[^>]*content="\s*\d+\s*;\s*url=([^"]*)"/i.exec(page.body)?.[1];
  const target = meta === undefined ? /^\s*\d+\s*;\s*url=(.*)$/i.exec(String(page.headers.refresh ?? ''))?.[1] : unescape(meta);
  return target === undefined ? undefined : new URL(target, page.url);
}

export class Browser {
  readonly jar: CookieJar;
  readonly hops: Hop[] = [];
  /** Pages whose links send no Referer. */
  private readonly silent = new Set<string>();
  private readonly agent: https.Agent;
  private readonly language: string;

  constructor(ca: string, options: { jar?: CookieJar; language?: string; localAddress?: string } = {}) {
    this.agent = new https.Agent({ ca, keepAlive: true, localAddress: options.localAddress, lookup });
    this.jar = options.jar ?? new CookieJar();
    this.language = options.language ?? 'en';
  }

  close(): void {
    this.agent.destroy();
  }

  /** One request, no redirect followed. `from` is the page that started it; typed by hand without. */
  fetch(url: URL, from?: URL, form?: Readonly<Record<string, string>>): Promise<Page> {
    const method = form === undefined ? 'GET' : 'POST';
    const referer = this.refererOf(url, from);
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    const cookie = this.jar.header(url, { method, isCrossSite: from !== undefined && from.hostname !== url.hostname });
    const headers: http.OutgoingHttpHeaders = {
      'User-Agent': 'test-browser',
      Accept: 'text/html',
      'Accept-Language': this.language,
      ...(cookie === '' ? {} : { Cookie: cookie }),
      ...(referer === '' ? {} : { Referer: referer }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }),
    };
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const request =
        url.protocol === 'https:' ? https.request(url, { method, headers, agent: this.agent }) : http.request(url, { method, headers });
      request.on('error', reject).on('response', (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('error', reject)
          .on('end', () => {
            for (const line of response.headers['set-cookie'] ?? []) this.jar.set(line, url);
            if (response.headers['referrer-policy'] === 'no-referrer') this.silent.add(url.href);
            this.hops.push({ method, url, status: response.statusCode ?? 0, ms: performance.now() - started });
            resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: text });
          });
      });
      request.end(body);
    });
  }

  /** What browsers say without being told otherwise (strict-origin-when-cross-origin). */
  private refererOf(url: URL, from: URL | undefined): string {
    if (from === undefined || this.silent.has(from.href) || (from.protocol === 'https:' && url.protocol === 'http:')) return '';
    return from.origin === url.origin ? `${from.origin}${from.pathname}${from.search}` : `${from.origin}/`;
  }

  /** Follows redirects and, like a browser, an immediate refresh; stops where `until` says. */
  async open(
    start: URL | string,
    options: { from?: URL; form?: Readonly<Record<string, string>>; until?: (page: Page) => boolean } = {},
  ): Promise<Page> {
    let page = await this.fetch(new URL(start), options.from, options.form);
    let from = options.from;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      if (options.until?.(page) === true) return page;
      const location = page.status >= 300 && page.status < 400 ? page.headers.location : undefined;
      const refresh = location === undefined ? refreshOf(page) : undefined;
      if (refresh !== undefined) from = page.url; // a navigation of its own, from this page
      const next = location === undefined ? refresh : new URL(location, page.url);
      if (next === undefined) return page;
      page = await this.fetch(next, from);
    }
    throw new Error('too many redirects');
  }

  /** Fills and sends the page's only form. */
  submit(page: Page, values: Readonly<Record<string, string>>, until?: (page: Page) => boolean): Promise<Page> {
    const form = /<form\b[^>]*>/i.exec(page.body)?.[0];
    if (form === undefined) throw new Error(`${page.url.href} (${page.status}) has no form:\n${page.body.slice(0, 500)}`);
    const action = unescape(/\baction="([^"]*)"/i.exec(form)?.[1] ?? '');
    const hidden: Record<string, string> = {};
    for (const [input] of page.body.matchAll(/<input\b[^>]*>/gi)) {
      const name = /\bname="([^"]*)"/i.exec(input)?.[1];
      if (name !== undefined && /type="?hidden/i.test(input)) hidden[name] = unescape(/\bvalue="([^"]*)"/i.exec(input)?.[1] ?? '');
    }
    return this.open(new URL(action === '' ? page.url.href : action, page.url), {
      from: page.url,
      form: { ...hidden, ...values },
      ...(until === undefined ? {} : { until }),
    });
  }
}
