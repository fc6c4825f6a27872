// SPDX-License-Identifier: MIT
// Runs the probe (tls-probe.c) as a router of either byte order would, and servers for it to meet.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { emulator } from '../_helpers/emulator.ts';
import { inTurn } from '../_helpers/turns.ts';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export type Target = 'x86_64' | 'mips_24kc' | 'x86_64-asan' | 'x86_64-mbedtls3' | 'x86_64-mbedtls365' | 'x86_64-mbedtls2';
const OTHERS: readonly Target[] = ['x86_64-asan', 'x86_64-mbedtls3', 'x86_64-mbedtls365', 'x86_64-mbedtls2'];
const wanted = OTHERS.find((target) => target === process.env.SSO_PROBE_TARGET);
/** The first one is what a test uses that names none; sanitized-tls.test.ts and others run the same tests with another. */
export const TARGETS: readonly [Target, ...Target[]] = wanted === undefined ? ['x86_64', 'mips_24kc'] : [wanted];
const SANITIZER_EXIT = 99;
const PROGRAM = 'www/cgi-bin/luci-sso';

export const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === '::1'));

/** What the probe found out: "key: value" lines, the last one of each key, and all of them in order. */
export interface Findings {
  readonly facts: Readonly<Record<string, string | undefined>>;
  readonly lines: readonly string[];
  readonly output: Buffer;
}

export interface ProbeOptions {
  readonly target?: Target;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer;
  /** "name=address,address name=hang", in the place of DNS. */
  readonly hosts?: string;
  /** Called with the tree that the probe is installed in, before it starts. */
  readonly prepare?: (tree: string) => void;
  /** Called with the running process, for tests that disturb it. */
  readonly watch?: (probe: ChildProcess) => void;
}

const installed = mkdtempSync(path.join(tmpdir(), 'luci-sso-probe-'));
process.on('exit', () => rmSync(installed, { recursive: true, force: true }));
let trees = 0;

/** A router's tree with the probe in the place of the program, so that its child finds its files there. */
function install(target: Target, hosts: string): string {
  const original = path.join(ROOT, 'build', target, 'tls-probe');
  if (!existsSync(original)) throw new Error(`${original} is missing: run scripts/build/all first`);
  const copy = path.join(installed, target);
  if (!existsSync(copy)) copyFileSync(original, copy);
  const tree = path.join(installed, `tree-${(trees += 1)}`);
  for (const place of ['www/cgi-bin', 'etc', 'var/run']) mkdirSync(path.join(tree, place), { recursive: true });
  linkSync(copy, path.join(tree, PROGRAM));
  writeFileSync(path.join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeFileSync(path.join(tree, 'etc/probe-hosts'), hosts);
  return tree;
}

export function runProbe(args: readonly string[], options: ProbeOptions = {}): Promise<Findings> {
  return inTurn(() => runProbeNow(args, options));
}

async function runProbeNow(args: readonly string[], options: ProbeOptions): Promise<Findings> {
  const target = options.target ?? TARGETS[0];
  const tree = install(target, options.hosts ?? '');
  options.prepare?.(tree);
  const [command = '', ...rest] = [...emulator(target), path.join(tree, PROGRAM), ...args];
  const probe = spawn(command, rest, { env: { ...options.env }, cwd: ROOT });
  const output: Buffer[] = [];
  let text = '';
  probe.stdout.on('data', (part: Buffer) => output.push(part));
  probe.stderr.on('data', (part: Buffer) => (text += part.toString('latin1')));
  // A probe that gave up reading is one of the things to be found out.
  probe.stdin.on('error', () => undefined);
  probe.stdin.end(options.input ?? Buffer.alloc(0));
  options.watch?.(probe);
  await new Promise((resolve, reject) => probe.on('close', resolve).on('error', reject));
  if (probe.exitCode === SANITIZER_EXIT) throw new Error(text);
  rmSync(tree, { recursive: true, force: true });
  const lines = text.split('\n').filter((line) => line !== '');
  const facts = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
  return { facts, lines, output: Buffer.concat(output) };
}

export interface Visit extends ProbeOptions {
  readonly name?: string;
  readonly port: number;
  readonly address?: string;
  readonly caDir?: string;
  readonly caFile?: string;
}

/** Connects to `name` (a name that the probe's resolver knows as 127.0.0.1), sends the input, reads to the end. */
export function visit(to: Visit): Promise<Findings> {
  const name = to.name ?? 'idp.example';
  const hosts = to.hosts ?? (net.isIP(name) ? '' : `${name}=127.0.0.1`);
  return runProbe(['talk', name, String(to.port), to.address ?? '', to.caDir ?? '', to.caFile ?? ''], { ...to, hosts });
}

/** A folder that goes away with the test. */
export async function folder(t: ExecutionContext, files: Readonly<Record<string, string | Buffer>> = {}): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'luci-sso-tls-'));
  t.teardown(() => rm(made, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(made, name), content);
  return made;
}

export async function file(t: ExecutionContext, content: string | Buffer): Promise<string> {
  return path.join(await folder(t, { 'ca.pem': content }), 'ca.pem');
}

/** Listens until the test is over, on a port of the kernel's choice if none is given. */
export async function listen(t: ExecutionContext, server: net.Server, host = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, host, resolve));
  t.teardown(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

/** A TLS server; `serve` gets each connection after its handshake. */
export function serveTls(
  t: ExecutionContext,
  options: tls.TlsOptions,
  serve: (socket: tls.TLSSocket) => void,
  host = '127.0.0.1',
  port = 0,
): Promise<number> {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  return listen(t, server, host, port);
}

/** Answers the first bytes with the SNI name and ends properly. */
export const greet = (socket: tls.TLSSocket): void => {
  socket.once('data', () => socket.end(`hello ${String(socket.servername)}`));
};

/** The same with a request to send. */
export const GREETING = { input: Buffer.from('hello') };
