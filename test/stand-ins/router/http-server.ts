// SPDX-License-Identifier: MIT
// A small HTTP/1.1 server with uhttpd's limits on what comes in: request line and every header line
// at most 4,096 bytes, else 413 whatever the page. Node's own server would neither refuse those nor
// pass the raw bytes on.
import net from 'node:net';
import tls from 'node:tls';
import type { AddressInfo } from 'node:net';

export const MAX_LINE_BYTES = 4096;

export interface Request {
  method: string;
  target: string;
  version: string;
  /** Names in lower case, values one character per byte; of repeated headers the last. */
  headers: Map<string, string>;
  body: Buffer;
  isTls: boolean;
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
}

export interface Response {
  status: number;
  reason?: string;
  /** Written as they are. */
  headers: [string, string][];
  body: Buffer;
}

export type Handler = (request: Request) => Promise<Response>;

class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** Pulls lines and counted bytes out of a socket. */
class Input {
  private buffer: Buffer = Buffer.alloc(0);
  private ended = false;
  private wake: () => void = () => undefined;
  private readonly socket: net.Socket;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, bytes]);
      if (this.buffer.length > 65536) socket.pause();
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    this.socket.resume();
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    return true;
  }

  /** Undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const at = this.buffer.indexOf(10);
      if (at > MAX_LINE_BYTES || (at < 0 && this.buffer.length > MAX_LINE_BYTES)) throw new Refused(413);
      if (at >= 0) {
        const line = this.buffer.toString('latin1', 0, at).replace(/\r$/, '');
        this.buffer = this.buffer.subarray(at + 1);
        return line;
      }
      const had = this.buffer.length;
      if (!(await this.more()) && this.buffer.length === had) return undefined;
    }
  }

  async bytes(count: number): Promise<Buffer> {
    while (this.buffer.length < count) if (!(await this.more())) throw new Refused(400);
    const bytes = this.buffer.subarray(0, count);
    this.buffer = this.buffer.subarray(count);
    return bytes;
  }
}

async function readBody(input: Input, headers: Map<string, string>): Promise<Buffer> {
  const length = headers.get('content-length');
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
    if (length !== undefined) throw new Refused(400);
    const chunks: Buffer[] = [];
    for (;;) {
      const size = parseInt((await input.line()) ?? '', 16);
      if (!(size >= 0)) throw new Refused(400);
      chunks.push(Buffer.from(await input.bytes(size)));
      await input.line();
      if (size === 0) return Buffer.concat(chunks);
    }
  }
  if (length === undefined) return Buffer.alloc(0);
  if (!/^\d{1,8}$/.test(length)) throw new Refused(400);
  return Buffer.from(await input.bytes(Number(length)));
}

async function readRequest(input: Input, socket: net.Socket): Promise<Request | undefined> {
  let first = await input.line();
  if (first === '') first = await input.line();
  if (first === undefined) return undefined;
  const [method = '', target = '', version = ''] = first.split(' ');
  if (!/^HTTP\/1\.[01]$/.test(version)) throw new Refused(400);
  const headers = new Map<string, string>();
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    if (line === undefined) throw new Refused(400);
    const colon = line.indexOf(':');
    if (colon < 1) throw new Refused(400);
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'content-length' && headers.has(name)) throw new Refused(400);
    headers.set(name, line.slice(colon + 1).trim());
  }
  return {
    method,
    target,
    version,
    headers,
    body: await readBody(input, headers),
    isTls: socket instanceof tls.TLSSocket,
    localAddress: socket.localAddress ?? '',
    localPort: socket.localPort ?? 0,
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
  };
}

const REASONS: Record<number, string> = {
  200: 'OK',
  302: 'Found',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  502: 'Bad Gateway',
};

function writeResponse(socket: net.Socket, response: Response, withBody: boolean, isLast: boolean): void {
  const names = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const lines = [`HTTP/1.1 ${response.status} ${response.reason ?? REASONS[response.status] ?? 'Unknown'}`];
  lines.push(`Connection: ${isLast ? 'close' : 'Keep-Alive'}`);
  if (!names.has('content-length')) lines.push(`Content-Length: ${response.body.length}`);
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.write(withBody ? Buffer.concat([head, response.body]) : head);
  if (isLast) socket.end();
}

async function serve(socket: net.Socket, handler: Handler): Promise<void> {
  const input = new Input(socket);
  try {
    for (;;) {
      const request = await readRequest(input, socket);
      if (request === undefined) break;
      const isLast = request.version === 'HTTP/1.0' || request.headers.get('connection')?.toLowerCase() === 'close';
      writeResponse(socket, await handler(request), request.method !== 'HEAD', isLast);
      if (isLast) break;
    }
    socket.end();
  } catch (error) {
    const status = error instanceof Refused ? error.status : 500;
    writeResponse(
      socket,
      { status, headers: [['Content-Type', 'text/plain']], body: Buffer.from(`${REASONS[status] ?? 'Internal Error'}\n`) },
      true,
      true,
    );
  }
}

export interface Listener {
  port: number;
  stop(): Promise<void>;
}

/** `port` 0 lets the kernel choose. With `tlsOptions` it speaks HTTPS. */
export function listen(handler: Handler, port: number, host: string, tlsOptions?: tls.TlsOptions): Promise<Listener> {
  const open = new Set<net.Socket>();
  const accept = (socket: net.Socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    void serve(socket, handler);
  };
  const server = tlsOptions === undefined ? net.createServer(accept) : tls.createServer(tlsOptions, accept);
  server.on('tlsClientError', () => undefined);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of open) socket.destroy();
          }),
      });
    });
  });
}
