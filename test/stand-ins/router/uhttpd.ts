// SPDX-License-Identifier: MIT
// Stands in for uhttpd: the program as CGI, LuCI's pages (luci.ts), /ubus (ubus-endpoint.ts), files below /luci-static, at most
// three scripts at once. Limits of what comes in are in http-server.ts, of what goes out in cgi.ts.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type tls from 'node:tls';
import { runCgi } from './cgi.ts';
import { listen, type Handler, type Request, type Response } from './http-server.ts';

export const MAX_SCRIPTS = 3;
export const SCRIPT_TIMEOUT_MS = 60_000;

export interface UhttpdOptions {
  readonly tree: string;
  readonly runner?: readonly string[];
  /** Certificate and key; without them there is no HTTPS listener. */
  readonly tls?: tls.TlsOptions;
  readonly port?: number;
  readonly withPlainHttp?: boolean;
  readonly scriptTimeoutMs?: number;
  /** LuCI's pages, asked for paths below /cgi-bin/luci. */
  readonly luci: Handler;
  /** uhttpd's own way to ubus, at /ubus; it runs in uhttpd itself and takes no script's place. */
  readonly ubus: Handler;
  readonly log: (line: string) => void;
}

export interface Uhttpd {
  /** Undefined without HTTPS. */
  readonly httpsPort: number | undefined;
  readonly httpPort: number | undefined;
  /** Scripts that run now, and the most that ever ran at once. */
  readonly running: () => { now: number; most: number };
  /** Process ids of the programs among them; LuCI's pages are made here and have none. */
  readonly programs: () => readonly number[];
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = { '.js': 'application/javascript', '.css': 'text/css', '.html': 'text/html' };

const notFound = (): Response => ({ status: 404, headers: [['Content-Type', 'text/plain']], body: Buffer.from('Not found\n') });

/** Script of a path: `/cgi-bin/x` matches itself and what follows behind a slash. */
function splitScript(target: string): { name: string; rest: string } | undefined {
  const [, name, rest = ''] = /^(\/cgi-bin\/[^/?]+)([^?]*)/.exec(target) ?? [];
  return name === undefined ? undefined : { name, rest };
}

export async function startUhttpd(options: UhttpdOptions): Promise<Uhttpd> {
  const documentRoot = path.join(options.tree, 'www');
  const waiting: (() => void)[] = [];
  const programs = new Set<number>();
  let running = 0;
  let most = 0;

  const asScript = async (run: () => Promise<Response>): Promise<Response> => {
    if (running >= MAX_SCRIPTS) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    most = Math.max(most, running);
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next(); // takes over the slot
    }
  };

  const staticFile = (request: Request): Response => {
    const name = path.posix.normalize(request.target.split('?')[0] as string);
    const file = path.join(documentRoot, name);
    if (!name.startsWith('/luci-static/') || !existsSync(file) || !statSync(file).isFile()) return notFound();
    return { status: 200, headers: [['Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream']], body: readFileSync(file) };
  };

  const handler: Handler = (request) => {
    const script = splitScript(request.target);
    if (script?.name === '/cgi-bin/luci') return asScript(() => options.luci(request));
    if (/^\/ubus\/?(\?|$)/.test(request.target)) return options.ubus(request);
    if (script === undefined) return Promise.resolve(staticFile(request));
    const file = path.join(documentRoot, script.name);
    if (!existsSync(file)) return Promise.resolve(notFound());
    return asScript(async () => {
      let pid = 0;
      const started = (id: number): void => {
        pid = id;
        programs.add(id);
      };
      try {
        return await runCgi(request, {
          file,
          documentRoot,
          scriptName: script.name,
          pathInfo: script.rest,
          runner: options.runner ?? [],
          timeoutMs: options.scriptTimeoutMs ?? SCRIPT_TIMEOUT_MS,
          log: options.log,
          started,
        });
      } finally {
        programs.delete(pid);
      }
    });
  };

  const https = options.tls === undefined ? undefined : await listen(handler, options.port ?? 0, '127.0.0.1', options.tls);
  const http = options.withPlainHttp === true || https === undefined ? await listen(handler, 0, '127.0.0.1') : undefined;
  return {
    httpsPort: https?.port,
    httpPort: http?.port,
    running: () => ({ now: running, most }),
    programs: () => [...programs],
    stop: async () => {
      await Promise.all([https?.stop(), http?.stop()]);
    },
  };
}
