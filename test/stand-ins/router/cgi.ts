// SPDX-License-Identifier: MIT
// Runs one CGI program exactly as uhttpd does: these variables and no others, the document root as
// working directory, uhttpd's reading of what the program prints.
import { spawn } from 'node:child_process';
import type { Request, Response } from './http-server.ts';

export const MAX_OUTPUT_LINE_BYTES = 4096;

/** Variable -> request header; no other header reaches a program. */
const HEADERS: Readonly<Record<string, string>> = {
  HTTP_ACCEPT: 'accept',
  HTTP_ACCEPT_CHARSET: 'accept-charset',
  HTTP_ACCEPT_ENCODING: 'accept-encoding',
  HTTP_ACCEPT_LANGUAGE: 'accept-language',
  HTTP_AUTHORIZATION: 'authorization',
  HTTP_CONNECTION: 'connection',
  HTTP_COOKIE: 'cookie',
  HTTP_HOST: 'host',
  HTTP_ORIGIN: 'origin',
  HTTP_REFERER: 'referer',
  HTTP_USER_AGENT: 'user-agent',
  HTTP_X_HTTP_METHOD_OVERRIDE: 'x-http-method-override',
  HTTP_AUTH_USER: 'http-auth-user',
  HTTP_AUTH_PASS: 'http-auth-pass',
  CONTENT_TYPE: 'content-type',
  CONTENT_LENGTH: 'content-length',
};

export interface Program {
  /** The program's file, and what runs it: nothing, or for example the emulator of _helpers/emulator.ts. */
  readonly file: string;
  readonly runner: readonly string[];
  readonly documentRoot: string;
  readonly scriptName: string;
  /** The raw rest of the path behind the program's name, '' when there is none. */
  readonly pathInfo: string;
  readonly timeoutMs: number;
  readonly log: (line: string) => void;
  /** Told the process id once the program runs. */
  readonly started?: (pid: number) => void;
}

function decodePath(raw: string): string {
  return raw.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

export function environment(request: Request, program: Program): Record<string, string> {
  const question = request.target.indexOf('?');
  const env: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'uhttpd',
    SCRIPT_NAME: program.scriptName,
    SCRIPT_FILENAME: program.file,
    DOCUMENT_ROOT: program.documentRoot,
    QUERY_STRING: question < 0 ? '' : request.target.slice(question + 1),
    REQUEST_URI: request.target,
    SERVER_PROTOCOL: request.version,
    REQUEST_METHOD: request.method,
    REDIRECT_STATUS: '200',
    SERVER_NAME: request.localAddress,
    SERVER_ADDR: request.localAddress,
    SERVER_PORT: String(request.localPort),
    REMOTE_HOST: request.remoteAddress,
    REMOTE_ADDR: request.remoteAddress,
    REMOTE_PORT: String(request.remotePort),
    PATH: '/sbin:/usr/sbin:/bin:/usr/bin',
  };
  if (program.pathInfo !== '') env.PATH_INFO = decodePath(program.pathInfo);
  if (request.isTls) env.HTTPS = 'on';
  for (const [variable, header] of Object.entries(HEADERS)) {
    const value = request.headers.get(header);
    if (value !== undefined) env[variable] = value;
  }
  return env;
}

function badGateway(why: string, log: (line: string) => void): Response {
  log(`uhttpd: ${why}`);
  return { status: 502, headers: [['Content-Type', 'text/plain']], body: Buffer.from('The process did not produce any response\n') };
}

/** What uhttpd makes of a program's output. */
export function parseOutput(output: Buffer, log: (line: string) => void = () => undefined): Response {
  const response: Response = { status: 200, reason: 'OK', headers: [], body: Buffer.alloc(0) };
  for (let at = 0; ;) {
    const end = output.indexOf(10, at);
    if (end < 0) return badGateway('the output has no empty line', log);
    if (end - at > MAX_OUTPUT_LINE_BYTES) return badGateway('a header line of the output is too long', log);
    const line = output.toString('latin1', at, end).replace(/\r$/, '');
    at = end + 1;
    if (line === '') {
      response.body = output.subarray(at);
      return response;
    }
    const colon = line.indexOf(':');
    if (colon < 1) return badGateway('a header line of the output has no colon', log);
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name !== 'Status') {
      response.headers.push([name, value]);
    } else if (/^\d{3} /.test(value)) {
      response.status = Number(value.slice(0, 3));
      response.reason = value.slice(4);
    }
  }
}

export function runCgi(request: Request, program: Program): Promise<Response> {
  return new Promise((resolve) => {
    const [command = '', ...args] = [...program.runner, program.file];
    const child = spawn(command, args, { cwd: program.documentRoot, env: latin1(environment(request, program)), stdio: 'pipe' });
    if (child.pid !== undefined) program.started?.(child.pid);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy(); // grandchildren may keep them open
      resolve(parseOutput(Buffer.concat(output), program.log));
    }, program.timeoutMs);
    const output: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (errors + text).split('\n');
      errors = lines.pop() ?? '';
      lines.forEach(program.log);
    });
    child.stdin.on('error', () => undefined); // a program need not read its body
    child.stdin.end(request.body);
    child.on('error', (error) => program.log(`uhttpd: ${error.message}`));
    child.on('close', () => {
      clearTimeout(timer);
      if (errors !== '') program.log(errors);
      resolve(parseOutput(Buffer.concat(output), program.log));
    });
  });
}

/** Node passes variables as UTF-8; bytes that are no UTF-8 do not arrive as they were. */
function latin1(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8')]));
}
