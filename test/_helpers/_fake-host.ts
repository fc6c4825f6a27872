// SPDX-License-Identifier: MIT
// The world as the program sees it through src/host.ts, in memory: every effect is recorded, time
// stands still unless a test moves it, and randomness is a seeded stream.

import { createHash } from 'node:crypto';
import type { Host, HostDone, HostFailure, TlsTarget } from '../../src/host.ts';
import { main } from '../../src/main.ts';
import { FakeRouter } from './_fake-router.ts';
import { NOW } from './clock.ts';

/** Answers raw HTTP bytes to one request, or fails like the network does. */
export type Server = (request: string, target: TlsTarget) => Uint8Array | { readonly reason: string };

interface OpenStream {
  readonly write: (bytes: Uint8Array) => HostDone | HostFailure;
  pending: Uint8Array;
  /** What a read of an empty stream gives. */
  empty: { readonly ok: true; readonly bytes: Uint8Array } | HostFailure;
}

const TIMEOUT: HostFailure = { ok: false, reason: 'timeout' };

export class FakeHost implements Host {
  environment: Record<string, string> = {};
  commandLine: readonly string[] = ['luci-sso'];
  input = new Uint8Array(0);
  /** Nobody ends the input. */
  isInputOpen = false;
  output: Uint8Array[] = [];
  errors: Uint8Array[] = [];
  readonly terminals = new Set<number>();
  /** Lines that a person will type, and how each was asked for. */
  typed: string[] = [];
  readonly asked: string[] = [];
  wallS = NOW;
  bootMs = 100000;
  readonly lines: string[] = [];
  readonly state = new Map<string, Uint8Array>();
  /** Locks that other processes hold. */
  readonly foreignLocks = new Set<string>();
  /** Locks that were taken and not given back, by handle. */
  readonly ownLocks = new Map<number, string>();
  readonly files = new Map<string, Uint8Array>();
  readonly router = new FakeRouter();
  /** Requests that reached the provider, oldest first: 'GET /path'. */
  readonly sent: string[] = [];
  /** What the next TLS connections say of their root. */
  root = '0 1200 ca-certificates.crt';
  protection = 'chroot user limits seccomp';
  server: Server = () => ({ reason: 'refused' });
  /** Name of an operation -> reason it fails with: 'stateCreate', 'stateReplace', 'connectUnix' … */
  readonly failures = new Map<string, string>();
  isRandomBroken = false;
  /** How often the guard was to be started. */
  guardStarts = 0;
  private seed = 0;
  private readonly streams = new Map<number, OpenStream>();
  private nextStream = 1;

  env(name: string): string | undefined {
    return this.environment[name];
  }

  args(): readonly string[] {
    return this.commandLine;
  }

  readInput(maxBytes: number) {
    return this.input.length > maxBytes ? fail('too-large') : { ok: true as const, bytes: this.input };
  }

  readBody(maxBytes: number, deadline: number) {
    const bytes = this.input.slice(0, maxBytes);
    if (!this.isInputOpen || bytes.length === maxBytes) return { ok: true as const, bytes };
    this.bootMs = deadline;
    return TIMEOUT;
  }

  writeOutput(bytes: Uint8Array): void {
    this.output.push(bytes);
  }

  writeError(bytes: Uint8Array): void {
    this.errors.push(bytes);
  }

  isTerminal(stream: 0 | 1 | 2): boolean {
    return this.terminals.has(stream);
  }

  readLine(maxBytes: number, isSecret: boolean) {
    const line = this.typed.shift();
    if (line === undefined) return fail('missing');
    this.asked.push(isSecret ? 'secret' : 'line');
    return line.length > maxBytes ? fail('too-large') : { ok: true as const, bytes: new Uint8Array(Buffer.from(line)) };
  }

  random(count: number): Uint8Array {
    if (this.isRandomBroken) throw new Error('no entropy');
    const stream: Buffer[] = [];
    for (let have = 0; have < count; have += 32) {
      stream.push(createHash('sha256').update(`seed ${this.seed++}`).digest());
    }
    return new Uint8Array(Buffer.concat(stream).subarray(0, count));
  }

  wallSeconds(): number {
    return this.wallS;
  }

  bootMilliseconds(): number {
    return this.bootMs;
  }

  log(level: 3 | 4 | 6 | 7, line: string): void {
    this.lines.push(`${level} ${line}`);
  }

  stateRead(name: string, maxBytes: number) {
    const failure = this.failureOf('stateRead');
    const bytes = this.state.get(name);
    if (failure !== undefined) return failure;
    if (bytes === undefined) return fail('missing');
    return bytes.length > maxBytes ? fail('too-large') : { ok: true as const, bytes };
  }

  stateCreate(name: string, bytes: Uint8Array): HostDone | HostFailure {
    const failure = this.failureOf('stateCreate');
    if (failure !== undefined) return failure;
    if (this.state.has(name)) return fail('exists');
    this.state.set(name, bytes.slice());
    return { ok: true };
  }

  stateReplace(name: string, bytes: Uint8Array): HostDone | HostFailure {
    const failure = this.failureOf('stateReplace');
    if (failure !== undefined) return failure;
    this.state.set(name, bytes.slice());
    return { ok: true };
  }

  stateRemove(name: string): HostDone | HostFailure {
    return this.state.delete(name) ? { ok: true } : fail('missing');
  }

  stateList() {
    return this.failureOf('stateList') ?? { ok: true as const, names: [...this.state.keys()] };
  }

  stateLock(name: string, deadline: number) {
    const failure = this.failureOf('stateLock');
    if (failure !== undefined) return failure;
    if (!this.foreignLocks.has(name)) {
      const id = this.nextStream++;
      this.ownLocks.set(id, name);
      return { ok: true as const, id, agreed: '', root: '' };
    }
    this.bootMs = Math.max(this.bootMs, deadline);
    return fail('busy');
  }

  guardStamp(): string {
    const logins = Buffer.from(this.state.get('logins') ?? []).toString('hex');
    const all = JSON.stringify([this.router.uci['luci-sso'], this.router.uci.rpcd, logins]);
    return createHash('sha256').update(all).digest('hex');
  }

  guardStart(): HostDone | HostFailure {
    this.guardStarts++;
    return this.failureOf('guardStart') ?? { ok: true };
  }

  fileRead(path: string, maxBytes: number) {
    const bytes = this.files.get(path);
    if (bytes === undefined) return fail('missing');
    return bytes.length > maxBytes ? fail('too-large') : { ok: true as const, bytes };
  }

  directoryList(path: string) {
    const names = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1));
    return names.length === 0 ? fail('missing') : { ok: true as const, names: names.sort() };
  }

  connectUnix(_path: string, _deadline: number) {
    const failure = this.failureOf('connectUnix');
    if (failure !== undefined) return failure;
    const stream: OpenStream = {
      pending: new Uint8Array(this.router.hello()),
      empty: TIMEOUT,
      write: (bytes) => {
        if (stream.empty !== TIMEOUT) return stream.empty;
        stream.pending = join(stream.pending, this.router.answer(bytes));
        if (this.router.isEnded) stream.empty = fail('closed');
        return { ok: true };
      },
    };
    return this.open(stream, '');
  }

  connectTls(target: TlsTarget) {
    const failure = this.failureOf('connectTls');
    if (failure !== undefined) return failure;
    const stream: OpenStream = {
      pending: new Uint8Array(0),
      empty: TIMEOUT,
      write: (bytes) => {
        const request = Buffer.from(bytes).toString('latin1');
        this.sent.push(request.split(' ').slice(0, 2).join(' '));
        const answer = this.server(request, target);
        if ('reason' in answer) stream.empty = fail(answer.reason);
        else stream.pending = join(stream.pending, answer);
        return { ok: true };
      },
    };
    return this.open(stream, 'TLSv1.3 fake', this.root);
  }

  networkProtection(_deadline: number) {
    return this.failureOf('networkProtection') ?? { ok: true as const, holds: this.protection };
  }

  streamWrite(id: number, bytes: Uint8Array, _deadline: number): HostDone | HostFailure {
    return this.streams.get(id)?.write(bytes) ?? fail('closed');
  }

  streamRead(id: number, maxBytes: number, _deadline: number) {
    const stream = this.streams.get(id);
    if (stream === undefined) return fail('closed');
    if (stream.pending.length === 0) return stream.empty;
    const bytes = stream.pending.slice(0, maxBytes);
    stream.pending = stream.pending.slice(bytes.length);
    return { ok: true as const, bytes };
  }

  streamClose(id: number): void {
    this.ownLocks.delete(id);
    this.streams.delete(id);
  }

  /** Streams that nobody closed. */
  openStreams(): number {
    return this.streams.size;
  }

  private open(stream: OpenStream, agreed: string, root = '') {
    const id = this.nextStream++;
    this.streams.set(id, stream);
    return { ok: true as const, id, agreed, root };
  }

  private failureOf(operation: string): HostFailure | undefined {
    const reason = this.failures.get(operation);
    return reason === undefined ? undefined : fail(reason);
  }
}

function fail(reason: string): HostFailure {
  return { ok: false, reason };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([a, b]));
}

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly cookie?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Sets what uhttpd would set for this request. */
export function setRequest(host: FakeHost, asked: Asked): void {
  host.environment = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: asked.method ?? 'GET',
    QUERY_STRING: asked.query ?? '',
    HTTPS: 'on',
    HTTP_HOST: 'router.test',
    REMOTE_ADDR: '192.168.1.20',
    ...(asked.path === undefined ? {} : { PATH_INFO: asked.path }),
    ...(asked.cookie === undefined ? {} : { HTTP_COOKIE: asked.cookie }),
    ...asked.environment,
  };
  host.output = [];
}

/** One request through the whole program. */
export async function ask(host: FakeHost, asked: Asked): Promise<Answer> {
  setRequest(host, asked);
  await main(host);
  return readAnswer(Buffer.concat(host.output).toString('utf8'));
}

function readAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const headers = text
    .slice(0, end)
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    });
  const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3));
  return { status, headers, body: text.slice(end + 4) };
}

export function headerOf(answer: Answer, name: string): string | undefined {
  return answer.headers.find(([candidate]) => candidate === name)?.[1];
}

export function cookiesOf(answer: Answer): readonly string[] {
  return answer.headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);
}

/** The refusal's code as the page shows it; '' when the page shows none. */
export function codeOf(answer: Answer): string {
  return answer.body.match(/<small>\w+: ([A-Z0-9_]+)</)?.[1] ?? '';
}
