import { bytesToLatin1, isWithin, latin1ToBytes, encodeBase64url, encodeFormPart } from '#native';
import { parseJsonObject, isObject } from './json.js';
import { trimBlanks, isDigits, concatBytes, Refusal, parseHttpsUrl, printable, printableWords, logExchange, encodeForm, isVisibleAscii } from './core.js';
import { readCache, MAX_DOCUMENT_AGE_S, writeCache, FAILURE_MEMORY_S } from './login.js';
import './load.js';

// SPDX-License-Identifier: MIT
// The head of an HTTP/1.1 answer (RFC 9112), strictly: what two parsers could read differently is refused.
const MAX_HEAD_BYTES = 16384;
const MAX_HEADERS = 100;
const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Thrown on an answer that is no HTTP; the message goes to the log only. */
class HttpError extends Error {
}
/**
 * Index behind the empty line that ends a head, or -1 when it has not come yet. The first `seen` bytes
 * held no end at the last look: a server that trickles must not make each byte cost all before it.
 */
function headEnd(bytes, seen = 0) {
    for (let i = Math.max(3, seen); i < bytes.length; i++) {
        if (bytes[i] === 10 && bytes[i - 1] === 13 && bytes[i - 2] === 10 && bytes[i - 3] === 13)
            return i + 1;
    }
    return -1;
}
/** Parses a whole head, the empty line included; throws HttpError. */
function parseHead(bytes) {
    const lines = bytesToLatin1(bytes.subarray(0, bytes.length - 4)).split('\r\n');
    const statusLine = lines[0] ?? '';
    const minor = statusLine.slice(0, 9) === 'HTTP/1.1 ' ? 1 : statusLine.slice(0, 9) === 'HTTP/1.0 ' ? 0 : -1;
    const status = parseDigits(statusLine.slice(9, 12), 3);
    const afterStatus = statusLine.slice(12, 13);
    if (minor < 0 ||
        status === undefined ||
        status < 100 ||
        (afterStatus !== '' && afterStatus !== ' ') ||
        hasControl(statusLine)) {
        throw new HttpError('no HTTP/1.1 status line');
    }
    const headers = parseHeaders(lines.slice(1));
    const framing = framingOf(status, minor, headers);
    const options = (headers.get('connection') ?? '').toLowerCase().split(',').map(trimBlanks);
    const mayReuse = minor === 1 && framing.kind !== 'close' && !options.includes('close');
    return { status, headers, framing, mayReuse };
}
function parseHeaders(lines) {
    if (lines.length > MAX_HEADERS)
        throw new HttpError(`more than ${MAX_HEADERS} header lines`);
    const headers = new Map();
    for (const line of lines) {
        const colon = line.indexOf(':');
        const name = line.slice(0, Math.max(colon, 0));
        // A blank before the colon or at the line's start (obs-fold) is refused with the rest (RFC 9112 5).
        if (name === '' || !isToken(name))
            throw new HttpError('header line without a valid name');
        const value = trimBlanks(line.slice(colon + 1));
        if (hasControl(value))
            throw new HttpError(`control character in header ${name}`);
        const key = name.toLowerCase();
        const before = headers.get(key);
        headers.set(key, before === undefined ? value : `${before}, ${value}`);
    }
    return headers;
}
function framingOf(status, minor, headers) {
    const coding = headers.get('transfer-encoding');
    const length = headers.get('content-length');
    // RFC 9112 6.1: an HTTP/1.0 message with a transfer coding is framed wrongly.
    if (coding !== undefined && minor === 0)
        throw new HttpError('Transfer-Encoding under HTTP/1.0');
    if (coding !== undefined && length !== undefined) {
        throw new HttpError('both Transfer-Encoding and Content-Length');
    }
    if (status < 200 || status === 204 || status === 304)
        return { kind: 'none' };
    if (coding !== undefined) {
        if (coding.toLowerCase() !== 'chunked')
            throw new HttpError('unknown Transfer-Encoding');
        return { kind: 'chunked' };
    }
    if (length === undefined)
        return { kind: 'close' };
    const [first = '', ...others] = length.split(',').map(trimBlanks);
    // The same one again is allowed (RFC 9112 6.3).
    const bytes = others.every((other) => other === first) ? parseDigits(first, 10) : undefined;
    if (bytes === undefined)
        throw new HttpError('Content-Length is not a number, or there are different ones');
    return { kind: 'length', bytes };
}
function parseDigits(text, maxDigits) {
    return isDigits(text) && text.length <= maxDigits ? Number(text) : undefined;
}
function isToken(text) {
    for (let i = 0; i < text.length; i++) {
        if (!TOKEN_CHARS.includes(text.charAt(i)))
            return false;
    }
    return true;
}
function hasControl(text) {
    if (isWithin(text, 32, 126))
        return false;
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if ((code < 32 && code !== 9) || code === 127)
            return true;
    }
    return false;
}

// SPDX-License-Identifier: MIT
// The chunked transfer coding (RFC 9112 7.1), decoded as it arrives.
const MAX_LINE_BYTES = 256;
const MAX_TRAILER_BYTES = 4096;
const MAX_SIZE_DIGITS = 8;
const FIRST_BYTES = 4096;
class ChunkDecoder {
    constructor(maxBytes) {
        this.isDone = false;
        this.isTooLarge = false;
        /** One buffer for all: chunks of one byte each would make more objects than the heap holds. */
        this.data = new Uint8Array(0);
        this.length = 0;
        this.received = 0;
        this.left = 0;
        this.trailerBytes = 0;
        this.step = 'size';
        this.maxBytes = maxBytes;
    }
    /** Takes what it can use of `bytes` and gives back the rest; throws HttpError on wrong framing. */
    push(bytes) {
        let rest = bytes;
        while (!this.isDone && !this.isTooLarge) {
            const used = this.step === 'data' ? this.takeData(rest) : this.takeLine(rest);
            if (used === 0)
                break;
            rest = rest.subarray(used);
        }
        return rest;
    }
    /** All data so far. */
    body() {
        return this.data.subarray(0, this.length);
    }
    takeData(bytes) {
        const count = Math.min(this.left, bytes.length);
        this.append(bytes.subarray(0, count));
        this.left -= count;
        if (this.left === 0)
            this.step = 'data-end';
        return count;
    }
    append(part) {
        const end = this.length + part.length;
        if (end > this.data.length) {
            const grown = new Uint8Array(Math.min(Math.max(end, 2 * this.data.length, FIRST_BYTES), this.maxBytes));
            grown.set(this.data.subarray(0, this.length));
            this.data = grown;
        }
        this.data.set(part, this.length);
        this.length = end;
    }
    takeLine(bytes) {
        const end = bytes.indexOf(10);
        if (end < 0) {
            if (bytes.length > MAX_LINE_BYTES)
                throw new HttpError('chunk line is too long');
            return 0;
        }
        if (end > MAX_LINE_BYTES || end === 0 || bytes[end - 1] !== 13)
            throw new HttpError('chunk line is too long or ends without CR');
        this.useLine(bytesToLatin1(bytes.subarray(0, end - 1)));
        return end + 1;
    }
    useLine(line) {
        if (this.step === 'data-end') {
            if (line !== '')
                throw new HttpError('chunk is longer than its size');
            this.step = 'size';
        }
        else if (this.step === 'size') {
            this.left = parseSize(line);
            this.received += this.left;
            this.isTooLarge = this.received > this.maxBytes;
            this.step = this.left === 0 ? 'trailer' : 'data';
        }
        else {
            this.trailerBytes += line.length;
            if (this.trailerBytes > MAX_TRAILER_BYTES)
                throw new HttpError('trailer is too long');
            this.isDone = line === '';
            if (this.isDone)
                this.step = 'done';
        }
    }
}
function parseSize(line) {
    const semicolon = line.indexOf(';');
    const digits = (semicolon < 0 ? line : line.slice(0, semicolon)).toLowerCase();
    let size = 0;
    for (let i = 0; i < digits.length; i++) {
        const digit = '0123456789abcdef'.indexOf(digits.charAt(i));
        if (digit < 0)
            throw new HttpError('chunk size is no hexadecimal number');
        size = size * 16 + digit;
    }
    if (digits === '' || digits.length > MAX_SIZE_DIGITS)
        throw new HttpError('chunk size is missing or too long');
    return size;
}

// SPDX-License-Identifier: MIT
// The wire to the provider: HTTP/1.1 over the host's TLS stream. Bounded, no redirects, no
// compression; connections are kept for the next call of the same request, which is repeated once when
// the server had ended a kept one.
const CONNECT_TIMEOUT_MS = 5000;
const CALL_TIMEOUT_MS = 10000;
const READ_BYTES = 16384;
const MAX_INTERIM_RESPONSES = 4;
/** Thrown inside this file; callers see its fields as a failed result. */
class TransportError extends Error {
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}
/** Sends one request and reads the whole answer within its deadline; any status is an answer. */
function requestHttps(client, request) {
    const deadline = Math.min(client.host.bootMilliseconds() + CALL_TIMEOUT_MS, client.deadline);
    const key = keyOf(request.url);
    try {
        const kept = takeConnection(client, key);
        const connection = kept ?? connect(client, request.url, deadline);
        let done;
        try {
            done = sendAndReceive(client.host, connection, request, deadline);
        }
        catch (error) {
            // A server may end an idle connection at the very moment of the next request.
            if (kept === undefined || kept.hasAnswered || !isClosed(error))
                throw error;
            return requestHttps(client, request);
        }
        if (done.mayReuse)
            client.connections.set(key, connection);
        else
            client.host.streamClose(connection.stream);
        return { ok: true, response: done };
    }
    catch (error) {
        if (error instanceof HttpError)
            return { ok: false, cause: 'INVALID_HTTP', detail: error.message };
        if (error instanceof TransportError)
            return { ok: false, cause: causeOf$1(error.reason), detail: error.reason };
        throw error;
    }
}
/** Connects ahead of the first request, which then uses this connection; `agreed` is for people. */
function connectHttps(client, url) {
    const deadline = Math.min(client.host.bootMilliseconds() + CALL_TIMEOUT_MS, client.deadline);
    const stream = openStream(client, url, deadline);
    if (!stream.ok)
        return { ok: false, cause: causeOf$1(stream.reason), detail: stream.reason };
    client.connections.set(keyOf(url), newConnection(stream.id));
    return { ok: true, agreed: stream.agreed };
}
/** Ends every connection that is still open. */
function closeConnections(client) {
    for (const connection of client.connections.values())
        client.host.streamClose(connection.stream);
    client.connections.clear();
}
/** By how a reason of the host begins; the first that fits. */
const CAUSES = [
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
function causeOf$1(reason) {
    return CAUSES.find(([start]) => reason.startsWith(start))?.[1] ?? 'CONNECTION_FAILED';
}
/** A kept connection that the server has not ended meanwhile. */
function takeConnection(client, key) {
    const connection = client.connections.get(key);
    if (connection === undefined)
        return undefined;
    client.connections.delete(key);
    // A deadline of now only looks: 'timeout' means nothing came, which is what an idle server sends.
    const look = client.host.streamRead(connection.stream, 1, client.host.bootMilliseconds());
    if (!look.ok && look.reason.startsWith('timeout') && connection.buffered.length === 0)
        return connection;
    client.host.streamClose(connection.stream);
    return undefined;
}
function keyOf(url) {
    return `${url.host} ${url.port}`;
}
function connect(client, url, deadline) {
    const stream = openStream(client, url, deadline);
    if (!stream.ok)
        throw new TransportError(stream.reason);
    return newConnection(stream.id);
}
function newConnection(stream) {
    return { stream, buffered: new Uint8Array(0), hasAnswered: false };
}
function isClosed(error) {
    return error instanceof TransportError && error.reason.startsWith('closed');
}
function openStream(client, url, deadline) {
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
    if (stream.ok && stream.root !== root)
        client.roots.set(key, stream.root);
    return stream;
}
function sendAndReceive(host, connection, request, deadline) {
    connection.hasAnswered = false;
    try {
        const sent = host.streamWrite(connection.stream, requestBytes(request), deadline);
        if (!sent.ok)
            throw new TransportError(sent.reason);
        const head = readHead(host, connection, deadline);
        const coding = (head.headers.get('content-encoding') ?? 'identity').toLowerCase();
        if (coding !== 'identity')
            throw new HttpError('compressed although not asked for');
        const body = readBody(host, connection, head, request.maxBodyBytes, deadline);
        // Bytes behind the body belong to no request of ours.
        return {
            status: head.status,
            headers: head.headers,
            body,
            mayReuse: head.mayReuse && connection.buffered.length === 0,
        };
    }
    catch (error) {
        host.streamClose(connection.stream);
        throw error;
    }
}
function requestBytes(request) {
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
    for (const [name, value] of request.headers)
        lines.push(`${name}: ${value}`);
    if (request.form !== undefined) {
        lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${request.form.length}`);
    }
    return latin1ToBytes(`${lines.join('\r\n')}\r\n\r\n${request.form ?? ''}`);
}
function readHead(host, connection, deadline) {
    for (let i = 0; i <= MAX_INTERIM_RESPONSES; i++) {
        let end = headEnd(connection.buffered);
        while (end < 0) {
            if (connection.buffered.length > MAX_HEAD_BYTES)
                throw new TransportError('too-large: head');
            const seen = connection.buffered.length;
            if (readMore(host, connection, deadline) === 0)
                throw new TransportError('closed: before the answer');
            end = headEnd(connection.buffered, seen);
        }
        if (end > MAX_HEAD_BYTES)
            throw new TransportError('too-large: head');
        const head = parseHead(connection.buffered.subarray(0, end));
        connection.buffered = connection.buffered.subarray(end);
        if (head.status >= 200)
            return head;
    }
    throw new HttpError('too many interim answers');
}
/** Adds what came to the buffer; 0 when the server ended the stream properly. */
function readMore(host, connection, deadline) {
    // The host hands out what is there even after the deadline: a server that never pauses ends here.
    if (host.bootMilliseconds() >= deadline)
        throw new TransportError('timeout');
    const more = host.streamRead(connection.stream, READ_BYTES, deadline);
    if (!more.ok)
        throw new TransportError(more.reason);
    if (more.bytes.length > 0) {
        connection.hasAnswered = true;
        connection.buffered = concatBytes([connection.buffered, more.bytes]);
    }
    return more.bytes.length;
}
function readBody(host, connection, head, maxBytes, deadline) {
    const { framing } = head;
    if (framing.kind === 'none')
        return new Uint8Array(0);
    if (framing.kind === 'chunked')
        return readChunks(host, connection, maxBytes, deadline);
    if (framing.kind === 'length' && framing.bytes > maxBytes)
        throw new TransportError(`too-large: ${framing.bytes} bytes`);
    const wanted = framing.kind === 'length' ? framing.bytes : maxBytes + 1;
    while (connection.buffered.length < wanted) {
        if (readMore(host, connection, deadline) > 0)
            continue;
        if (framing.kind === 'length')
            throw new TransportError('closed: inside the body');
        break;
    }
    if (framing.kind === 'close' && connection.buffered.length > maxBytes)
        throw new TransportError('too-large: body');
    const body = connection.buffered.subarray(0, Math.min(wanted, connection.buffered.length));
    connection.buffered = connection.buffered.subarray(body.length);
    return body;
}
function readChunks(host, connection, maxBytes, deadline) {
    const decoder = new ChunkDecoder(maxBytes);
    for (;;) {
        connection.buffered = decoder.push(connection.buffered);
        if (decoder.isTooLarge)
            throw new TransportError('too-large: body');
        if (decoder.isDone)
            return decoder.body();
        if (readMore(host, connection, deadline) === 0)
            throw new TransportError('closed: inside the body');
    }
}

// SPDX-License-Identifier: MIT
// Where the roots stand that vouched for the provider's servers last: without it each connection
// reads all CA files. Hints, no trust (host.ts), so nothing is lost with the file.
const MAX_BYTES = 4096;
/** A provider has endpoints on two or three servers; metadata that names more forgets some. */
const MAX_SERVERS = 6;
/** The hints of this provider's state file, which is read now and written when one changes. */
function rememberedRoots(host, key) {
    const name = `root.${key}`;
    const cached = readCache(host, name, MAX_BYTES, MAX_DOCUMENT_AGE_S) ?? {};
    const known = new Map(Object.entries(cached));
    return {
        get: (server) => {
            const root = known.get(server);
            return typeof root === 'string' ? root : '';
        },
        set: (server, root) => {
            if (known.size >= MAX_SERVERS)
                known.clear();
            known.set(server, root);
            writeCache(host, name, Object.fromEntries(known), MAX_DOCUMENT_AGE_S);
        },
    };
}

// SPDX-License-Identifier: MIT
// Where and how back-channel calls go, and what all their answers must look like.
/** The whole callback, connections and all. */
const TOTAL_TIMEOUT_MS = 25000;
/** Behind an issuer (OIDC Discovery 4). */
const WELL_KNOWN = '/.well-known/openid-configuration';
const NO_HINTS = { get: () => '', set: () => undefined };
/** What talks to the provider, over connections that live as long as this request. */
function openClient({ exchange, config, cache, key }) {
    const { host } = exchange;
    const { internalAddress } = config;
    return {
        host,
        deadline: host.bootMilliseconds() + TOTAL_TIMEOUT_MS,
        caFile: config.caFile,
        pinnedName: internalAddress === '' ? '' : requireUrl(backChannelText(config, config.issuer)).host,
        pinnedAddress: internalAddress,
        connections: new Map(),
        roots: cache === 'off' ? NO_HINTS : rememberedRoots(host, key),
    };
}
/** URL of an endpoint as this router reaches it: split horizon swaps the issuer's origin. */
function backChannelUrl(oidc, endpoint) {
    return requireUrl(backChannelText(oidc, endpoint));
}
function backChannelText(oidc, endpoint) {
    if (oidc.internalIssuerUrl === '')
        return endpoint;
    const issuer = requireUrl(oidc.issuer);
    const url = requireUrl(endpoint);
    if (url.host !== issuer.host || url.port !== issuer.port)
        return endpoint;
    const query = url.query === undefined ? '' : `?${url.query}`;
    return `https://${requireUrl(oidc.internalIssuerUrl).authority}${url.path}${query}`;
}
function requireUrl(text) {
    const parsed = parseHttpsUrl(text);
    if (!parsed.ok)
        throw new Refusal('INSECURE_ENDPOINT', `URL ${parsed.reason}`);
    return parsed.url;
}
/** The provider's response, whatever its status; refuses with `code` when none is received. */
function requestProvider(client, request, code) {
    const result = requestHttps(client, request);
    if (result.ok)
        return result.response;
    throw new Refusal(code, `(${printable(result.detail)}) for ${request.url.text}`, result.cause);
}
const MAX_PAGE_BYTES = 8192;
const MAX_TITLE_CHARS = 80;
/** By its status and, of a web page, by its title. */
function faultOf(response) {
    const { status } = response;
    const location = response.headers.get('location');
    if (status >= 300 && status < 400 && location !== undefined) {
        // What is configured is the part in front.
        const target = printable(location.split(WELL_KNOWN)[0] ?? '');
        return { cause: 'REDIRECTED', fact: `HTTP ${status} to '${target}'` };
    }
    const title = pageTitle(response);
    const fact = title === undefined || title === '' ? `HTTP ${status}` : `HTTP ${status} '${title}'`;
    return { cause: causeOf(status, title !== undefined), fact };
}
function causeOf(status, isPage) {
    if (status === 404 || status === 410)
        return 'NOTHING_THERE';
    if (status === 429)
        return 'TOO_MANY_CALLS';
    if (status >= 500)
        return 'PROVIDER_FAULT';
    if (isPage)
        return 'WEB_PAGE';
    return status === 401 || status === 403 ? 'FORBIDDEN' : undefined;
}
/** `<title>` of a web page, '' without one; `undefined` for anything else. */
function pageTitle({ headers, body }) {
    const text = bytesToLatin1(body.subarray(0, MAX_PAGE_BYTES));
    const lower = text.toLowerCase();
    const start = lower.trim();
    const isPage = (headers.get('content-type') ?? '').toLowerCase().startsWith('text/html') ||
        start.startsWith('<!doctype html') ||
        start.startsWith('<html');
    if (!isPage)
        return undefined;
    const from = lower.indexOf('>', lower.indexOf('<title')) + 1;
    const to = lower.indexOf('</title', from);
    return to < 0 ? '' : printable(text.slice(from, to).trim(), MAX_TITLE_CHARS);
}
/** Passes a 200; else refuses with `code` and what is wrong. */
function requireOk(response, code, url) {
    if (response.status === 200)
        return;
    const { cause, fact } = faultOf(response);
    throw new Refusal(code, `${fact} for ${url.text}`, cause);
}
/** The JSON object of a response; its media type must say so (security 42). Refuses with `code`. */
function requireJson(response, code) {
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    const isJson = type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
    const parsed = isJson ? parseJsonObject(response.body) : undefined;
    if (parsed?.ok === true)
        return parsed.value;
    const { cause, fact } = faultOf(response);
    if (cause === 'WEB_PAGE')
        throw new Refusal(code, fact, cause);
    throw new Refusal(code, parsed === undefined ? `content type is '${printable(type)}', not JSON` : parsed.reason);
}
/**
 * Providers answer 400, 401, 403 or 404, as OAuth JSON, free text or nothing. They may repeat the `secrets` that we
 * sent; the log must not.
 */
function oauthErrorOf(response, secrets) {
    const parsed = parseJsonObject(response.body);
    const error = parsed.ok ? stringOf(parsed.value['error']) : '';
    const description = parsed.ok ? stringOf(parsed.value['error_description']) : '';
    const retryAfter = response.headers.get('retry-after');
    const message = [error, description, retryAfter === undefined ? '' : `retry after ${retryAfter}`];
    return {
        error,
        isClientRefused: error === 'invalid_client' || error === 'unauthorized_client' || response.status === 401,
        message: printableWords(withoutTexts(message.filter((text) => text !== '').join(': '), secrets)),
    };
}
function stringOf(value) {
    return typeof value === 'string' ? value : '';
}
function withoutTexts(text, secrets) {
    let out = text;
    for (const secret of secrets) {
        if (secret !== '')
            out = out.split(secret).join('(removed)');
    }
    return out;
}
const DEFAULT_AGE_S = 600;
const MIN_AGE_S = 60;
/** Seconds that a response may be kept: its max-age within bounds, else 600. */
function cacheAge(response) {
    let age = DEFAULT_AGE_S;
    for (const part of (response.headers.get('cache-control') ?? '').toLowerCase().split(',')) {
        const directive = part.trim();
        if (directive === 'no-store' || directive === 'no-cache' || directive === 'private')
            return DEFAULT_AGE_S;
        if (!directive.startsWith('max-age='))
            continue;
        const seconds = Number(directive.slice(8));
        if (Number.isInteger(seconds))
            age = Math.min(Math.max(seconds, MIN_AGE_S), MAX_DOCUMENT_AGE_S);
    }
    return age;
}

// SPDX-License-Identifier: MIT
// Plain base64 with padding (RFC 4648 4), for the Basic scheme only, so in the provider chunk and apart.
/** Base64 of a byte string. */
function encodeBase64(text) {
    const url = encodeBase64url(latin1ToBytes(text));
    const plain = url.split('-').join('+').split('_').join('/');
    return plain + '='.repeat((4 - (plain.length % 4)) % 4);
}

// SPDX-License-Identifier: MIT
// How this client proves who it is (RFC 6749 2.3.1): in exactly one way per request.
/** The method that configuration and provider agree on (security 33, 46); refuses with CLIENT_AUTH_UNSUPPORTED. */
function chooseAuthMethod(oidc, offered) {
    if (oidc.clientAuth !== 'auto')
        return oidc.clientAuth;
    if (oidc.clientSecret === '')
        return 'none';
    if (offered.includes('client_secret_basic'))
        return 'client_secret_basic';
    if (offered.includes('client_secret_post'))
        return 'client_secret_post';
    throw new Refusal('CLIENT_AUTH_UNSUPPORTED', `provider offers ${printable(offered.join(' '))}`);
}
/** Proof for one request of ours to the provider. `offered` are its methods, as its metadata says. */
function authenticateClient(oidc, offered) {
    const { clientId, clientSecret } = oidc;
    const method = chooseAuthMethod(oidc, offered);
    if (method === 'client_secret_basic') {
        const credentials = `${encodeFormPart(clientId)}:${encodeFormPart(clientSecret)}`;
        const header = ['Authorization', `Basic ${encodeBase64(credentials)}`];
        return { headers: [header], parameters: [] };
    }
    const id = ['client_id', clientId];
    const isSecretSent = method === 'client_secret_post';
    return { headers: [], parameters: isSecretSent ? [id, ['client_secret', clientSecret]] : [id] };
}

// SPDX-License-Identifier: MIT
// The discovery document: fetched, checked, and only its checked members kept (OIDC Discovery 3, 4.3).
const MAX_DISCOVERY_BYTES = 262144;
/** Asks the provider and fills the cache; a failure is remembered for 15 s. Refuses with a discovery code. */
async function fetchMetadata(provider) {
    const { exchange, config, key } = provider;
    const client = await provider.client();
    return rememberingFailure(provider, () => {
        const { document, response } = requestDocument(client, config);
        const metadata = checkMetadata(exchange, config, document);
        if (provider.cache === 'use')
            writeCache(exchange.host, `discovery.${key}`, metadata, cacheAge(response));
        return metadata;
    });
}
/** Runs `ask`; when it refuses, the next 15 s of requests get the same code without a wait. */
function rememberingFailure(provider, ask) {
    const { exchange, cache, key } = provider;
    try {
        return ask();
    }
    catch (error) {
        if (error instanceof Refusal && cache === 'use')
            writeCache(exchange.host, `down.${key}`, { code: error.code }, FAILURE_MEMORY_S);
        throw error;
    }
}
/** Where this router finds the document (OIDC Discovery 4.1). */
function documentUrl(oidc) {
    const base = oidc.issuer.endsWith('/') ? oidc.issuer.slice(0, -1) : oidc.issuer;
    return backChannelUrl(oidc, base + WELL_KNOWN);
}
/** The document as the provider sends it, unchecked; refuses with a discovery code. */
async function fetchDocument(provider) {
    return requestDocument(await provider.client(), provider.config);
}
function requestDocument(client, oidc) {
    const url = documentUrl(oidc);
    const request = { method: 'GET', url, headers: [], maxBodyBytes: MAX_DISCOVERY_BYTES };
    const response = requestProvider(client, request, 'DISCOVERY_NETWORK_ERROR');
    if (response.status === 200)
        return { document: requireJson(response, 'INVALID_DISCOVERY_DOC'), response };
    const { cause, fact } = faultOf(response);
    const isDocument = oidc.issuer.includes(WELL_KNOWN);
    throw new Refusal('DISCOVERY_FAILED', `${fact} for ${url.text}`, isDocument ? 'DISCOVERY_URL' : cause);
}
/** The members we use, each of its type; nothing of an unchecked document survives this function. */
function checkMetadata(exchange, oidc, document) {
    const { issuer } = document;
    if (typeof issuer !== 'string')
        throw new Refusal('DISCOVERY_MISSING_ISSUER');
    if (issuer !== oidc.issuer) {
        const hint = nearMiss(oidc.issuer, issuer);
        throw new Refusal('DISCOVERY_ISSUER_MISMATCH', `configured '${oidc.issuer}', provider says '${printable(issuer)}'${hint}`, behindProxy(issuer));
    }
    return {
        issuer,
        authorizationEndpoint: requiredEndpoint(document, 'authorization_endpoint'),
        tokenEndpoint: requiredEndpoint(document, 'token_endpoint'),
        jwksUri: requiredEndpoint(document, 'jwks_uri'),
        userinfoEndpoint: optionalEndpoint(exchange, document, 'userinfo_endpoint'),
        endSessionEndpoint: optionalEndpoint(exchange, document, 'end_session_endpoint'),
        revocationEndpoint: optionalEndpoint(exchange, document, 'revocation_endpoint'),
        parEndpoint: optionalEndpoint(exchange, document, 'pushed_authorization_request_endpoint'),
        requiresPar: document['require_pushed_authorization_requests'] === true,
        issParameterSupported: document['authorization_response_iss_parameter_supported'] === true,
        tokenAuthMethods: textList(document, 'token_endpoint_auth_methods_supported') ?? [
            'client_secret_basic',
        ],
        codeChallengeMethods: textList(document, 'code_challenge_methods_supported') ?? [],
        idTokenAlgs: textList(document, 'id_token_signing_alg_values_supported') ?? [],
        promptValues: textList(document, 'prompt_values_supported') ?? [],
    };
}
function behindProxy(url) {
    return url.startsWith('http://') ? 'BEHIND_PROXY' : undefined;
}
function nearMiss(configured, actual) {
    if (configured === `${actual}/`)
        return '; remove the slash at the end of issuer_url';
    if (actual === `${configured}/`)
        return '; add a slash at the end of issuer_url';
    if (configured.toLowerCase() === actual.toLowerCase())
        return '; they differ in upper and lower case';
    if (configured.split(':443').join('') === actual.split(':443').join(''))
        return '; they differ in the port';
    return '';
}
function requiredEndpoint(document, name) {
    const value = document[name];
    if (typeof value !== 'string' || value === '')
        throw new Refusal('DISCOVERY_MISSING_ENDPOINT', name);
    const parsed = parseHttpsUrl(value);
    if (!parsed.ok)
        throw new Refusal('INSECURE_ENDPOINT', `${name} '${printable(value)}' ${parsed.reason}`, behindProxy(value));
    return value;
}
function optionalEndpoint(exchange, document, name) {
    const value = document[name];
    if (value === undefined || value === null)
        return '';
    if (typeof value === 'string' && parseHttpsUrl(value).ok)
        return value;
    logExchange(exchange, 'warning', 'INSECURE_ENDPOINT', `${name} is ignored: it is no https URL`);
    return '';
}
function textList(document, name) {
    const value = document[name];
    if (value === undefined || value === null)
        return undefined;
    const texts = [];
    if (!Array.isArray(value))
        throw new Refusal('INVALID_DISCOVERY_DOC', `${name} is no list`);
    for (const item of value) {
        if (typeof item !== 'string')
            throw new Refusal('INVALID_DISCOVERY_DOC', `${name} has an entry that is no text`);
        texts.push(item);
    }
    return texts;
}

// SPDX-License-Identifier: MIT
// The provider's keys: from the cache or its jwks_uri, cut down to what a verifier may use (RFC 7517).
const MAX_JWKS_BYTES = 65536;
const MAX_KEYS = 50;
const REFETCH_PAUSE_S = 60;
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'];
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];
/** Keys from the cache; `undefined` when there are none for this jwks_uri. */
function readCachedKeys({ exchange, key }, metadata) {
    const cached = readCache(exchange.host, `jwks.${key}`, MAX_JWKS_BYTES, MAX_DOCUMENT_AGE_S);
    if (cached === undefined || cached.jwksUri !== metadata.jwksUri || !Array.isArray(cached.keys))
        return undefined;
    const keys = [];
    for (const item of cached.keys) {
        if (typeof item === 'object' && item !== null)
            keys.push(item);
    }
    return { keys };
}
/**
 * Asks the provider and fills the cache, unless another process asked later and was faster: its keys are
 * the newer ones. Refuses with a JWKS code, remembered for 15 s.
 */
async function fetchKeys(provider, metadata) {
    const client = await provider.client();
    return rememberingFailure(provider, () => {
        const { host } = provider.exchange;
        const { jwksUri } = metadata;
        const requestedMs = host.bootMilliseconds();
        const { keys, response } = requestKeys(provider, client, jwksUri);
        if (provider.cache === 'off')
            return { keys };
        const name = `jwks.${provider.key}`;
        const other = readCache(host, name, MAX_JWKS_BYTES, MAX_DOCUMENT_AGE_S) ?? {};
        const isOlder = other.jwksUri === jwksUri &&
            typeof other.requestedMs === 'number' &&
            other.requestedMs > requestedMs &&
            other.requestedMs <= host.bootMilliseconds();
        if (!isOlder)
            writeCache(host, name, { jwksUri, keys, requestedMs }, cacheAge(response));
        return { keys };
    });
}
/** The keys as the provider has them now; refuses with a JWKS code. */
function requestKeys({ exchange, config }, client, jwksUri) {
    const url = backChannelUrl(config, jwksUri);
    const request = { method: 'GET', url, headers: [], maxBodyBytes: MAX_JWKS_BYTES };
    const response = requestProvider(client, request, 'JWKS_NETWORK_ERROR');
    requireOk(response, 'JWKS_FETCH_FAILED', url);
    return { keys: publicKeys(exchange, requireJson(response, 'INVALID_JWKS_FORMAT')), response };
}
/**
 * Whether keys may be fetched again although some are cached: once in 60 s for each purpose, and not
 * at all when that cannot be written down (security 84).
 */
function mayRefetch({ exchange, key }, purpose) {
    const name = `refetch-${purpose}.${key}`;
    if (readCache(exchange.host, name, 256, REFETCH_PAUSE_S) !== undefined)
        return false;
    return writeCache(exchange.host, name, {}, REFETCH_PAUSE_S);
}
function publicKeys(exchange, jwks) {
    const { keys } = jwks;
    if (!Array.isArray(keys))
        throw new Refusal('INVALID_JWKS_FORMAT', 'keys is no list');
    if (keys.length > MAX_KEYS)
        throw new Refusal('INVALID_JWKS_FORMAT', `${keys.length} keys, at most ${MAX_KEYS}`);
    const usable = [];
    for (const jwk of keys) {
        if (!isObject(jwk))
            continue;
        if (PRIVATE_MEMBERS.some((name) => jwk[name] !== undefined)) {
            logExchange(exchange, 'warning', 'JWKS_PRIVATE_KEY', 'the provider publishes private or symmetric key material');
        }
        if (jwk['kty'] === 'RSA' || jwk['kty'] === 'EC' || jwk['kty'] === 'OKP')
            usable.push(publicPart(jwk));
    }
    return usable;
}
function publicPart(jwk) {
    const part = {};
    for (const name of PUBLIC_MEMBERS) {
        const value = jwk[name];
        if (value !== undefined)
            part[name] = value;
    }
    return part;
}

// SPDX-License-Identifier: MIT
// The token request: code and PKCE verifier for an ID token (OIDC Core 3.1.3, RFC 7636 4.5).
const MAX_TOKEN_BODY_BYTES = 262144;
const MAX_ISSUED_TOKEN_CHARS = 65536;
/** By which a provider names the way that it wants (Authelia, Ory). */
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'auth_method'];
/** RFC 6749 5.2, and what glewlwyd says instead. */
const CODE_REFUSED = ['invalid_grant', 'invalid_code'];
/** Redeems the code; refuses with the code that fits the provider's response. */
async function redeemCode(provider, grant) {
    const { config } = provider;
    const response = await requestTokenEndpoint(provider, grant);
    if (response.status !== 200)
        throw tokenRefusal(response, config, grant);
    return tokensOf(requireJson(response, 'TOKEN_RESPONSE_INVALID_JSON'), config, grant);
}
/** Sends the token request of a login; any status is a response. Refuses when there is none. */
function requestTokenEndpoint(provider, grant) {
    return requestTokens(provider, [
        ['grant_type', 'authorization_code'],
        ['code', grant.code],
        ['redirect_uri', grant.redirectUri],
        ['code_verifier', grant.codeVerifier],
    ]);
}
/** Sends these parameters to the token endpoint, as this client; refuses when no response is received. */
async function requestTokens(provider, parameters) {
    const { tokenEndpoint } = await provider.metadata();
    return postAsClient(provider, tokenEndpoint, parameters);
}
/** The same to any endpoint that authenticates clients as the token endpoint does. */
async function postAsClient(provider, endpoint, parameters) {
    const { config } = provider;
    const { tokenAuthMethods } = await provider.metadata();
    const client = await provider.client();
    const proof = authenticateClient(config, tokenAuthMethods);
    const request = {
        method: 'POST',
        url: backChannelUrl(config, endpoint),
        headers: proof.headers,
        form: encodeForm([...parameters, ...proof.parameters]),
        maxBodyBytes: MAX_TOKEN_BODY_BYTES,
    };
    return requestProvider(client, request, 'TOKEN_ENDPOINT_NETWORK_ERROR');
}
function tokensOf(response, oidc, grant) {
    const accessToken = requireAccessToken(response);
    const idToken = response['id_token'];
    const type = response['token_type'];
    if (typeof idToken !== 'string' || idToken === '')
        throw new Refusal('MISSING_ID_TOKEN');
    // RFC 6749 5.1: case-insensitive; dex and glewlwyd send 'bearer'.
    if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
        const secrets = [grant.code, grant.codeVerifier, oidc.clientSecret];
        const message = typeof type === 'string'
            ? `'${printable(withoutTexts(type, secrets))}'`
            : type === undefined
                ? 'missing'
                : `not a text but of type ${typeof type}`;
        throw new Refusal('TOKEN_TYPE_UNSUPPORTED', `token_type is ${message}`);
    }
    return { idToken, accessToken, refreshToken: refreshTokenOf(response) };
}
/** Refuses with MISSING_ACCESS_TOKEN or TOKEN_TOO_LARGE. */
function requireAccessToken({ access_token: accessToken }) {
    if (typeof accessToken !== 'string' || accessToken === '')
        throw new Refusal('MISSING_ACCESS_TOKEN');
    const { length } = accessToken;
    if (length > MAX_ISSUED_TOKEN_CHARS)
        throw new Refusal('TOKEN_TOO_LARGE', `access token of ${length} characters, at most ${MAX_ISSUED_TOKEN_CHARS}`);
    return accessToken;
}
/** '' when there is none that could be sent again. */
function refreshTokenOf({ refresh_token: refreshToken }) {
    return typeof refreshToken === 'string' && isVisibleText(refreshToken) ? refreshToken : '';
}
/** RFC 6749 A.17: visible ASCII and blanks. */
function isVisibleText(text) {
    return text.length <= MAX_ISSUED_TOKEN_CHARS && isWithin(text, 32, 126);
}
/** The token endpoint's "no" to a code, as a refusal. Checks learn from it what the provider thinks of the client. */
function tokenRefusal(response, oidc, grant) {
    const sent = [grant.code, grant.codeVerifier, oidc.clientSecret];
    const { error, message } = oauthErrorOf(response, sent);
    if (CODE_REFUSED.includes(error))
        return new Refusal('OIDC_INVALID_GRANT', `HTTP ${response.status} ${message}`);
    return clientRefusal(response, oidc, sent, 'TOKEN_EXCHANGE_FAILED');
}
/** CLIENT_REJECTED with its cause when a "no" is about this client; else `code`. `sent` is not repeated. */
function clientRefusal(response, { clientSecret }, sent, code) {
    const { status } = response;
    const { isClientRefused, error, message } = oauthErrorOf(response, sent);
    const fault = faultOf(response);
    const fact = message === '' ? withoutTexts(fault.fact, sent) : `HTTP ${status} ${message}`;
    const words = message.toLowerCase();
    if (isClientRefused || (clientSecret === '' && words.includes('secret'))) {
        const isMethod = AUTH_METHODS.some((method) => words.includes(method));
        const ofSecret = isMethod ? 'AUTH_METHOD_WRONG' : undefined;
        return new Refusal('CLIENT_REJECTED', fact, clientSecret === '' ? 'SECRET_MISSING' : ofSecret);
    }
    if (message === '')
        return new Refusal(code, fact, fault.cause);
    // Pocket ID up to 2.9.
    return new Refusal(code, fact, status === 404 && error !== '' ? 'CLIENT_UNKNOWN' : undefined);
}

// SPDX-License-Identifier: MIT
// A pushed authorization request (RFC 9126): for providers that take no other.
const MAX_PUSH_BODY_BYTES = 65536;
const MAX_REQUEST_URI_CHARS = 1024;
/**
 * Hands the request to the provider and gives the `request_uri` that stands for it. Refuses with
 * PAR_NETWORK_ERROR, CLIENT_REJECTED or PAR_FAILED.
 */
async function pushRequest(provider, parameters) {
    const { config } = provider;
    const metadata = await provider.metadata();
    const client = await provider.client();
    const proof = authenticateClient(config, metadata.tokenAuthMethods);
    const url = backChannelUrl(config, metadata.parEndpoint);
    const known = parameters.filter(([name]) => name !== 'client_id');
    // RFC 9126 2.1: client_id is a parameter of the request itself, however the client proves itself.
    const own = [['client_id', config.clientId], ...proof.parameters.slice(1)];
    const request = {
        method: 'POST',
        url,
        headers: proof.headers,
        form: encodeForm([...own, ...known]),
        maxBodyBytes: MAX_PUSH_BODY_BYTES,
    };
    const response = rememberingFailure(provider, () => requestProvider(client, request, 'PAR_NETWORK_ERROR'));
    // RFC 9126 2.2: 201; some say 200.
    if (response.status !== 201 && response.status !== 200)
        throw clientRefusal(response, config, [config.clientSecret], 'PAR_FAILED');
    const { request_uri: requestUri } = requireJson(response, 'PAR_FAILED');
    if (typeof requestUri !== 'string' ||
        requestUri === '' ||
        requestUri.length > MAX_REQUEST_URI_CHARS ||
        !isVisibleAscii(requestUri))
        throw new Refusal('PAR_FAILED', 'no usable request_uri in the response');
    return requestUri;
}

// SPDX-License-Identifier: MIT
// UserInfo (OIDC Core 5.3): asked only when a rule needs a claim that the ID token lacks.
const MAX_USERINFO_BYTES = 262144;
/**
 * Claims about the same subject; `undefined` when the provider has no such endpoint. A failure
 * refuses: without these claims a later role could match, with other rights.
 */
async function fetchUserinfo(provider, accessToken, subject) {
    const received = await requestUserinfo(provider, accessToken);
    if (received === undefined)
        return undefined;
    requireOk(received.response, 'USERINFO_FETCH_FAILED', received.url);
    return readUserinfo(received.response, subject);
}
/** The endpoint's response, whatever its status; `undefined` when there is no such endpoint. */
async function requestUserinfo(provider, accessToken) {
    const metadata = await provider.metadata();
    if (metadata.userinfoEndpoint === '')
        return undefined;
    if (!isVisibleAscii(accessToken))
        throw new Refusal('USERINFO_FETCH_FAILED', 'access token does not fit a header');
    const url = backChannelUrl(provider.config, metadata.userinfoEndpoint);
    const headers = [['Authorization', `Bearer ${accessToken}`]];
    const request = { method: 'GET', url, headers, maxBodyBytes: MAX_USERINFO_BYTES };
    const response = requestProvider(await provider.client(), request, 'USERINFO_NETWORK_ERROR');
    return { response, url };
}
/** The claims of a 200 response, when they are about this subject; else refuses. */
function readUserinfo(response, subject) {
    if ((response.headers.get('content-type') ?? '').toLowerCase().startsWith('application/jwt')) {
        throw new Refusal('USERINFO_SIGNED', 'userinfo is a signed token; set userinfo_signed_response_alg to none');
    }
    const claims = requireJson(response, 'USERINFO_INVALID_JSON');
    const { sub } = claims;
    // OIDC Core 5.3.2: without this check another user's claims could be swapped in.
    if (sub === subject)
        return claims;
    if (typeof sub === 'string')
        throw new Refusal('IDENTITY_MISMATCH', 'userinfo is about another subject');
    const fact = `sub in userinfo: ${sub === undefined ? 'absent' : typeof sub}`;
    throw new Refusal('IDENTITY_MISMATCH', fact, sub === undefined ? 'SUB_MISSING' : 'SUB_NOT_TEXT');
}

// SPDX-License-Identifier: MIT
// The refresh grant (RFC 6749 6, OIDC Core 12): new tokens for the one that a login brought.
/** Errors of RFC 6749 that are about this client, or about the server. */
const OF_OTHERS = [
    'invalid_client',
    'unauthorized_client',
    'temporarily_unavailable',
    'server_error',
];
/**
 * Uses the refresh token once. Refuses with OIDC_INVALID_GRANT when the grant is over; any other code is
 * an outage: no response, or one that says nothing about the user.
 */
async function refreshTokens(provider, refreshToken) {
    const response = await requestTokens(provider, [
        ['grant_type', 'refresh_token'],
        ['refresh_token', refreshToken],
    ]);
    requireSuccess(response, 'TOKEN_EXCHANGE_FAILED', [refreshToken, provider.config.clientSecret]);
    const tokens = requireJson(response, 'TOKEN_RESPONSE_INVALID_JSON');
    const idToken = tokens['id_token'];
    const next = refreshTokenOf(tokens);
    return {
        accessToken: requireAccessToken(tokens),
        idToken: typeof idToken === 'string' ? idToken : '',
        refreshToken: next === '' ? refreshToken : next,
    };
}
/** UserInfo for these tokens, likewise; `undefined` when the provider has none. */
async function refreshUserinfo(provider, accessToken, subject) {
    const received = await requestUserinfo(provider, accessToken);
    if (received === undefined)
        return undefined;
    requireSuccess(received.response, 'USERINFO_FETCH_FAILED', [accessToken]);
    return readUserinfo(received.response, subject);
}
/**
 * A "no" is about the user, and will not change, when it is JSON with an error of its own: Pocket ID up
 * to 2.9 sends a sentence as `error`, glewlwyd the status 403. A 400 without a body is glewlwyd's
 * word for a user who was deleted; what proxies answer has a body, or another status.
 */
function requireSuccess(response, code, secrets) {
    const { status } = response;
    if (status === 200)
        return;
    const { error, message } = oauthErrorOf(response, secrets);
    const isError = [400, 401, 403].includes(status) && error !== '' && !OF_OTHERS.includes(error);
    const isFinal = isError || (status === 400 && response.body.length === 0);
    if (message !== '' || isFinal)
        throw new Refusal(isFinal ? 'OIDC_INVALID_GRANT' : code, `HTTP ${status} ${message}`.trimEnd());
    const { cause, fact } = faultOf(response);
    throw new Refusal(code, fact, cause);
}

// SPDX-License-Identifier: MIT
// Giving a refresh token back (RFC 7009), so that nobody can use it any more.
/**
 * Whether it is done with: also where the provider has no such endpoint, or will not revoke. Refuses
 * when no answer is received.
 */
async function revokeToken(provider, refreshToken) {
    const { revocationEndpoint } = await provider.metadata();
    if (revocationEndpoint === '')
        return true;
    const response = await postAsClient(provider, revocationEndpoint, [
        ['token', refreshToken],
        ['token_type_hint', 'refresh_token'],
    ]);
    return response.status < 500 && response.status !== 429;
}

export { checkMetadata, chooseAuthMethod, closeConnections, connectHttps, documentUrl, fetchDocument, fetchKeys, fetchMetadata, fetchUserinfo, mayRefetch, openClient, pushRequest, readCachedKeys, redeemCode, refreshTokens, refreshUserinfo, requestTokenEndpoint, revokeToken, tokenRefusal };
