// SPDX-License-Identifier: MIT
// A test router: a folder with the router's files, the ubus broker, the stand-ins of rpcd, uhttpd and
// LuCI, and the program itself as CGI and as rpcd's plugin. Ports are the kernel's choice; stop() leaves nothing behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { luciPages } from './luci.ts';
import type { StartTimer } from './exec-plugin.ts';
import { Procd } from './procd.ts';
import { Rpcd } from './rpcd.ts';
import type { Session } from './sessions.ts';
import { ubusEndpoint } from './ubus-endpoint.ts';
import { startUhttpd, type Uhttpd } from './uhttpd.ts';
import { TOOLS, runUci } from './uci.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = path.join(ROOT, 'package/luci-sso/files');

export interface RouterOptions {
  /** The CGI's file, copied to /www/cgi-bin/luci-sso. */
  readonly program: string;
  /** What runs it: nothing, or for example the emulator of _helpers/emulator.ts. */
  readonly runner?: readonly string[];
  /** Certificate and key of the router (PEM); without them it speaks plain http only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly port?: number;
  readonly withPlainHttp?: boolean;
  readonly scriptTimeoutMs?: number;
  /** Installs the program as rpcd's plugin and command line tool too. */
  readonly withPlugin?: boolean;
  /** procd and /etc/rc.common too, so that the package's init script works. */
  readonly withProcd?: boolean;
  /** A clock of the test's own for how long a plugin may take. */
  readonly pluginTimer?: StartTimer;
  /** PEM files of /etc/ssl/certs: name -> content. */
  readonly certificates?: Readonly<Record<string, string>>;
  /** rpcd's clock in milliseconds. */
  readonly now?: () => number;
}

export interface Router {
  /** https://127.0.0.1:PORT, or http:// when there is no certificate. */
  readonly url: string;
  readonly httpUrl: string | undefined;
  readonly tree: string;
  readonly rpcd: Rpcd;
  /** `undefined` without `withProcd`. */
  readonly procd: Procd | undefined;
  /** `uci` as in the router's shell. */
  uci(...args: string[]): Promise<string>;
  /** rpcd's sessions without the zero session; idle times are not touched. */
  sessions(): Session[];
  /** What the programs wrote to the system log, oldest first. */
  log(): readonly string[];
  /** What `/etc/init.d/rpcd reload` does. */
  reload(): Promise<void>;
  readonly running: Uhttpd['running'];
  readonly programs: Uhttpd['programs'];
  stop(): Promise<void>;
}

function buildTree(tree: string, options: RouterOptions): void {
  cpSync(path.join(ROOT, 'test/stand-ins/router/tree'), tree, { recursive: true });
  cpSync(FILES, tree, { recursive: true });
  chmodSync(path.join(tree, 'etc/config/luci-sso'), 0o600);
  for (const folder of ['etc/luci-sso', 'etc/ssl/certs', 'tmp', 'var/run/ubus', 'var/run/rpcd', 'www/cgi-bin']) {
    mkdirSync(path.join(tree, folder), { recursive: true });
  }
  for (const [name, pem] of Object.entries(options.certificates ?? {})) writeFileSync(path.join(tree, 'etc/ssl/certs', name), pem);
  copyFileSync(options.program, path.join(tree, 'www/cgi-bin/luci-sso'));
  chmodSync(path.join(tree, 'www/cgi-bin/luci-sso'), 0o755);
  if (options.withPlugin !== true) return;
  for (const [folder, target] of [
    ['usr/sbin', '../../www/cgi-bin/luci-sso'],
    ['usr/libexec/rpcd', '../../../www/cgi-bin/luci-sso'],
  ] as const) {
    mkdirSync(path.join(tree, folder), { recursive: true });
    symlinkSync(target, path.join(tree, folder, 'luci-sso'));
  }
}

function startBroker(socket: string): Promise<ChildProcess> {
  const file = path.join(TOOLS, 'ubusd');
  if (!existsSync(file)) throw new Error('build/tools/bin/ubusd is missing: run scripts/test/fetch-tools');
  return new Promise((resolve, reject) => {
    // It ends with its standard input, so it cannot outlive this process.
    const broker = spawn(file, [socket], { stdio: ['pipe', 'pipe', 'pipe'] });
    broker.stdout.once('data', () => resolve(broker));
    broker.once('error', reject);
    broker.once('exit', (code) => reject(new Error(`the ubus broker ended with ${code}`)));
  });
}

export async function startRouter(options: RouterOptions): Promise<Router> {
  // A short path: that of a Unix socket has 107 bytes at most.
  const tree = mkdtempSync(path.join(os.tmpdir(), 'sso-'));
  const steps: (() => void | Promise<void>)[] = [() => rmSync(tree, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of steps.splice(0).reverse()) await step();
  };
  try {
    buildTree(tree, options);
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const broker = await startBroker(path.join(tree, 'var/run/ubus/ubus.sock'));
    steps.push(
      () =>
        new Promise<void>((done) => {
          if (broker.exitCode !== null) return done();
          broker.once('exit', () => done());
          broker.kill('SIGKILL');
        }),
    );
    const rpcd = await Rpcd.start(tree, options.now, {
      tree,
      runner: options.runner ?? [],
      log,
      ...(options.pluginTimer === undefined ? {} : { startTimer: options.pluginTimer }),
    });
    steps.push(() => rpcd.stop());
    const procd = options.withProcd === true ? new Procd(tree, log) : undefined;
    procd?.start();
    if (procd !== undefined) rpcd.pendingApply.changed = (config) => void procd.changed(config);
    steps.push(() => procd?.stop());
    const endpoint = ubusEndpoint(tree);
    steps.push(() => endpoint.stop());
    const luci = luciPages(tree, log);
    steps.push(() => luci.stop());
    const uhttpd = await startUhttpd({ ...options, tree, luci: luci.handler, ubus: endpoint.handler, log });
    steps.push(() => uhttpd.stop());
    const listeners = [
      ['listen_http', uhttpd.httpPort],
      ['listen_https', uhttpd.httpsPort],
    ] as const;
    writeFileSync(
      path.join(tree, 'etc/config/uhttpd'),
      `config uhttpd 'main'\n${listeners
        .map(([name, port]) => (port === undefined ? '' : `\tlist ${name} '127.0.0.1:${port}'\n`))
        .join('')}\toption home '/www'\n`,
    );
    const httpUrl = uhttpd.httpPort === undefined ? undefined : `http://127.0.0.1:${uhttpd.httpPort}`;
    return {
      url: uhttpd.httpsPort === undefined ? (httpUrl ?? '') : `https://127.0.0.1:${uhttpd.httpsPort}`,
      httpUrl,
      tree,
      rpcd,
      procd,
      stop,
      uci: (...args) => runUci(tree, args),
      sessions: () => rpcd.sessions.list().filter((s) => !/^0+$/.test(s.id)),
      log: () => lines,
      reload: () => rpcd.reload(),
      running: uhttpd.running,
      programs: uhttpd.programs,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
