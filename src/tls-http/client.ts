// SPDX-License-Identifier: MIT
// The wire to the provider: HTTP/1.1 over the host's TLS stream. Bounded, no redirects, no
// compression; connections are kept for the next call of the same request, which is repeated once when
// the server had ended a kept one.

import { latin1ToBytes } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import type { HttpsUrl } from '../codec/url.ts';
import type { Host, HostFailure, HostStream } from '../host.ts';
import type { Cause } from '../refusal.ts';
import { HttpError, MAX_HEAD_BYTES, headEnd, parseHead, type ResponseHead } from './response.ts';
import { ChunkDecoder } from './chunks.ts';

const CONNECT_TIMEOUT_MS = 5000;
const CALL_TIMEOUT_MS = 10000;
const READ_BYTES = 16384;
const MAX_INTERIM_RESPONSES = 4;

/** How this provider is reached. */
export interface HttpsClient {
  readonly host: Host;
  /** Absolute boot time in ms at which all calls of this request end. */
  readonly deadline: number;
  readonly caFile: string;
  /** Connect here for this host name; both '' when names are looked up. */
  readonly pinnedName: string;
  readonly pinnedAddress: string;
  readonly connections: Map<string, Connection>;
  readonly roots: RootHints;
}

/** Which root vouched for a server last: `HostStream.root` by the key of its connection. */
export interface RootHints {
  get(key: string): string;
  /** Called when it is another one than before. */
  set(key: string, root: string): void;
}

export interface Connection {
  readonly stream: number;
  buffered: Uint8Array;
  /** Whether any byte of the present answer was received. */
  hasAnswered: boolean;
}

export interface HttpsRequest {
  readonly method: 'GET' | 'POST';
  readonly url: HttpsUrl;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** Sent as application/x-www-form-urlencoded; only with POST. */
  readonly form?: string;
  readonly maxBodyBytes: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type HttpsResult =
  | { readonly ok: true; readonly response: HttpResponse }
  /** `detail` is more for the log. */
  | { readonly ok: false; readonly cause: Cause; readonly detail: string };

/** Thrown inside this file; callers see its fields as a failed result. */
class TransportError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Sends one request and reads the whole answer within its deadline; any status is an answer. */
export function requestHttps(client: HttpsClient, request: HttpsRequest): HttpsResult {
  const deadline = Math.min(client.host.bootMilliseconds() + CALL_TIMEOUT_MS, client.deadline);
  const key = keyOf(request.url);
  try {
    const kept = takeConnection(client, key);
    const connection = kept ?? connect(client, request.url, deadline);
    let done: Exchanged;
    try {
      done = sendAndReceive(client.host, connection, request, deadline);
    } catch (error) {
      // A server may end an idle connection at the very moment of the next request.
      if (kept === undefined || kept.hasAnswered || !isClosed(error)) throw error;
      return requestHttps(client, request);
    }
    if (done.mayReuse) client.connections.set(key, connection);
    else client.host.streamClose(connection.stream);
    return { ok: true, response: done };
  } catch (error) {
    if (error instanceof HttpError)
      return { ok: false, cause: 'INVALID_HTTP', detail: error.message };
    if (error instanceof TransportError)
      return { ok: false, cause: causeOf(error.reason), detail: error.reason };
    throw error;
  }
}

export type Connected =
  | { readonly ok: true; readonly agreed: string }
  | { readonly ok: false; readonly cause: Cause; readonly detail: string };

/** Connects ahead of the first request, which then uses this connection; `agreed` is for people. */
export function connectHttps(client: HttpsClient, url: HttpsUrl): Connected {
  const deadline = Math.min(client.host.bootMilliseconds() + CALL_TIMEOUT_MS, client.deadline);
  const stream = openStream(client, url, deadline);
  if (!stream.ok) return { ok: false, cause: causeOf(stream.reason), detail: stream.reason };
  client.connections.set(keyOf(url), newConnection(stream.id));
  return { ok: true, agreed: stream.agreed };
}

/** Ends every connection that is still open. */
export function closeConnections(client: HttpsClient): void {
  for (const connection of client.connections.values()) client.host.streamClose(connection.stream);
  client.connections.clear();
}

/** By how a reason of the host begins; the first that fits. */
const CAUSES: ReadonlyArray<readonly [reason: string, cause: Cause]> = [
  ['timeout', 'TIMED_OUT'],
  ['closed', 'CONNECTION_CLOSED'],
  ['refused', 'CONNECTION_FAILED'],
  ['unreachable', 'CONNECTION_FAILED'],
  ['dns', 'NAME_NOT_RESOLVED'],
  // RFC 8446 6: bad_certificate, certificate_required; the client has shown none.
  ["tls: the server's alert 42", 'CLIENT_CERT_DEMANDED'],
  ["tls: the server's alert 116", 'CLIENT_CERT_DEMANDED'],
  // mbedTLS: invalid record, and all errors of X.509.
  ['tls: -0x7200', 'NOT_TLS'],
  ['tls: -0x2', 'CERT_UNREADABLE'],
  ['tls', 'TLS_FAILED'],
  ['exec', 'TLS_FAILED'],
  ['cert-untrusted', 'CERT_UNTRUSTED'],
  ['cert-name', 'CERT_NAME_MISMATCH'],
  ['cert-expired', 'CERT_EXPIRED'],
  ['cert-not-yet-valid', 'CERT_NOT_YET_VALID'],
  ['cert-revoked', 'CERT_REVOKED'],
  ['ca-file', 'CA_FILE_UNUSABLE'],
  ['no-ca', 'NO_CA_CERTIFICATES'],
  ['too-large', 'RESPONSE_TOO_LARGE'],
];

function causeOf(reason: string): Cause {
  return CAUSES.find(([start]) => reason.startsWith(start))?.[1] ?? 'CONNECTION_FAILED';
}

/** A kept connection that the server has not ended meanwhile. */
function takeConnection(client: HttpsClient, key: string): Connection | undefined {
  const connection = client.connections.get(key);
  if (connection === undefined) return undefined;
  client.connections.delete(key);
  // A deadline of now only looks: 'timeout' means nothing came, which is what an idle server sends.
  const look = client.host.streamRead(connection.stream, 1, client.host.bootMilliseconds());
  if (!look.ok && look.reason.startsWith('timeout') && connection.buffered.length === 0)
    return connection;
  client.host.streamClose(connection.stream);
  return undefined;
}

function keyOf(url: HttpsUrl): string {
  return `${url.host} ${url.port}`;
}

function connect(client: HttpsClient, url: HttpsUrl, deadline: number): Connection {
  const stream = openStream(client, url, deadline);
  if (!stream.ok) throw new TransportError(stream.reason);
  return newConnection(stream.id);
}

function newConnection(stream: number): Connection {
  return { stream, buffered: new Uint8Array(0), hasAnswered: false };
}

function isClosed(error: unknown): boolean {
  return error instanceof TransportError && error.reason.startsWith('closed');
}

function openStream(
  client: HttpsClient,
  url: HttpsUrl,
  deadline: number,
): HostStream | HostFailure {
  const key = keyOf(url);
  const root = client.roots.get(key);
  const stream = client.host.connectTls({
    name: url.host,
    port: url.port,
    address: url.host === client.pinnedName ? client.pinnedAddress : '',
    caFile: client.caFile,
    root,
    connectDeadline: Math.min(client.host.bootMilliseconds() + CONNECT_TIMEOUT_MS, deadline),
    deadline,
  });
  if (stream.ok && stream.root !== root) client.roots.set(key, stream.root);
  return stream;
}

interface Exchanged extends HttpResponse {
  readonly mayReuse: boolean;
}

function sendAndReceive(
  host: Host,
  connection: Connection,
  request: HttpsRequest,
  deadline: number,
): Exchanged {
  connection.hasAnswered = false;
  try {
    const sent = host.streamWrite(connection.stream, requestBytes(request), deadline);
    if (!sent.ok) throw new TransportError(sent.reason);
    const head = readHead(host, connection, deadline);
    const coding = (head.headers.get('content-encoding') ?? 'identity').toLowerCase();
    if (coding !== 'identity') throw new HttpError('compressed although not asked for');
    const body = readBody(host, connection, head, request.maxBodyBytes, deadline);
    // Bytes behind the body belong to no request of ours.
    return {
      status: head.status,
      headers: head.headers,
      body,
      mayReuse: head.mayReuse && connection.buffered.length === 0,
    };
  } catch (error) {
    host.streamClose(connection.stream);
    throw error;
  }
}

function requestBytes(request: HttpsRequest): Uint8Array {
  const { url } = request;
  const target = `${url.path === '' ? '/' : url.path}${url.query === undefined ? '' : `?${url.query}`}`;
  const lines = [
    `${request.method} ${target} HTTP/1.1`,
    `Host: ${url.authority}`,
    'Accept: application/json',
    // Without it, some servers compress.
    'Accept-Encoding: identity',
    'User-Agent: luci-sso',
  ];
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  if (request.form !== undefined) {
    lines.push(
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${request.form.length}`,
    );
  }
  return latin1ToBytes(`${lines.join('\r\n')}\r\n\r\n${request.form ?? ''}`);
}

function readHead(host: Host, connection: Connection, deadline: number): ResponseHead {
  for (let i = 0; i <= MAX_INTERIM_RESPONSES; i++) {
    let end = headEnd(connection.buffered);
    while (end < 0) {
      if (connection.buffered.length > MAX_HEAD_BYTES) throw new TransportError('too-large: head');
      const seen = connection.buffered.length;
      if (readMore(host, connection, deadline) === 0)
        throw new TransportError('closed: before the answer');
      end = headEnd(connection.buffered, seen);
    }
    if (end > MAX_HEAD_BYTES) throw new TransportError('too-large: head');
    const head = parseHead(connection.buffered.subarray(0, end));
    connection.buffered = connection.buffered.subarray(end);
    if (head.status >= 200) return head;
  }
  throw new HttpError('too many interim answers');
}

/** Adds what came to the buffer; 0 when the server ended the stream properly. */
function readMore(host: Host, connection: Connection, deadline: number): number {
  // The host hands out what is there even after the deadline: a server that never pauses ends here.
  if (host.bootMilliseconds() >= deadline) throw new TransportError('timeout');
  const more = host.streamRead(connection.stream, READ_BYTES, deadline);
  if (!more.ok) throw new TransportError(more.reason);
  if (more.bytes.length > 0) {
    connection.hasAnswered = true;
    connection.buffered = concatBytes([connection.buffered, more.bytes]);
  }
  return more.bytes.length;
}

function readBody(
  host: Host,
  connection: Connection,
  head: ResponseHead,
  maxBytes: number,
  deadline: number,
): Uint8Array {
  const { framing } = head;
  if (framing.kind === 'none') return new Uint8Array(0);
  if (framing.kind === 'chunked') return readChunks(host, connection, maxBytes, deadline);
  if (framing.kind === 'length' && framing.bytes > maxBytes)
    throw new TransportError(`too-large: ${framing.bytes} bytes`);
  const wanted = framing.kind === 'length' ? framing.bytes : maxBytes + 1;
  while (connection.buffered.length < wanted) {
    if (readMore(host, connection, deadline) > 0) continue;
    if (framing.kind === 'length') throw new TransportError('closed: inside the body');
    break;
  }
  if (framing.kind === 'close' && connection.buffered.length > maxBytes)
    throw new TransportError('too-large: body');
  const body = connection.buffered.subarray(0, Math.min(wanted, connection.buffered.length));
  connection.buffered = connection.buffered.subarray(body.length);
  return body;
}

function readChunks(
  host: Host,
  connection: Connection,
  maxBytes: number,
  deadline: number,
): Uint8Array {
  const decoder = new ChunkDecoder(maxBytes);
  for (;;) {
    connection.buffered = decoder.push(connection.buffered);
    if (decoder.isTooLarge) throw new TransportError('too-large: body');
    if (decoder.isDone) return decoder.body();
    if (readMore(host, connection, deadline) === 0)
      throw new TransportError('closed: inside the body');
  }
}
