import { loadLogin, loadTexts, loadCallback, loadLogout, loadInitiate, loadPlugin, loadTick, loadAdmin } from './load.js';
import { isWithin, encodeBase64url, encodeFormPart, encodeUtf8, latin1ToBytes, decodeUtf8, bytesToLatin1, skipMessages } from '#native';

// SPDX-License-Identifier: MIT
// Which characters a text is made of.
/** ASCII digits only, at least one. */
function isDigits(text) {
    return text !== '' && isWithin(text, 48, 57);
}
/** ASCII without blanks and control characters; also true for ''. */
function isVisibleAscii(text) {
    return isWithin(text, 33, 126);
}
/**
 * Foreign text without the marks that reorder what stands around them (Unicode UAX 9): with them, what
 * is shown is not what is there.
 */
function withoutBidi(text) {
    if (isWithin(text, 0, 127))
        return text;
    let out = '';
    for (const char of text)
        if (!isBidiControl(char.charCodeAt(0)))
            out += char;
    return out;
}
function isBidiControl(code) {
    return (code === 0x61c ||
        code === 0x200e ||
        code === 0x200f ||
        (code >= 0x202a && code <= 0x202e) ||
        (code >= 0x2066 && code <= 0x2069));
}

// SPDX-License-Identifier: MIT
// The shape of a log line: a stable code first, then who and why. Foreign text is
// reduced to printable ASCII and cut, so a line can neither be forged nor flood the log.
const SYSLOG_LEVEL = { error: 3, warning: 4, info: 6, debug: 7 };
const MAX_FOREIGN_CHARS = 200;
const MAX_WORDS_CHARS = 300;
const CUT = ' ... ';
/** Writes `CODE [id] detail`; `detail` must not hold a token, code, secret, verifier or cookie. */
function logLine(host, level, code, correlationId, detail) {
    host.log(SYSLOG_LEVEL[level], detail === ''
        ? `${code} [${correlationId}]`
        : `${code} [${correlationId}] ${withoutBidi(detail)}`);
}
/** Foreign text for a log line: printable ASCII only, and cut. */
function printable(text, maxChars = MAX_FOREIGN_CHARS) {
    let out = '';
    for (let i = 0; i < text.length && out.length < maxChars; i++) {
        const code = text.charCodeAt(i);
        out += code >= 32 && code < 127 ? text.charAt(i) : '?';
    }
    return out;
}
/** The same for what a provider says in its own words: cut in the middle, as the end often has the reason. */
function printableWords(text) {
    const half = (MAX_WORDS_CHARS - CUT.length) / 2;
    const isLong = text.length > MAX_WORDS_CHARS;
    const cut = isLong ? text.slice(0, half) + CUT + text.slice(-half) : text;
    return printable(cut, MAX_WORDS_CHARS);
}

// SPDX-License-Identifier: MIT
// What one request carries through its flow: the world, the question, and a name for the log.
const CORRELATION_BYTES = 6;
function newCorrelationId(host) {
    return encodeBase64url(host.random(CORRELATION_BYTES));
}
function logExchange(exchange, level, code, detail) {
    const client = `client=${exchange.request.clientAddress}`;
    logLine(exchange.host, level, code, exchange.correlationId, detail === '' ? client : `${client} ${detail}`);
}

// SPDX-License-Identifier: MIT
// application/x-www-form-urlencoded (RFC 6749 B): what is read becomes byte strings (one character
// per byte), what is written is the text's UTF-8.
/**
 * Splits a query or form body. `+` is a blank; names without `=` have the value ''. A broken
 * percent escape, or more than `maxParameters`, fails the whole text: half-read input is not input.
 */
function parseForm(text, maxParameters) {
    const parameters = [];
    if (text === '')
        return { ok: true, parameters };
    const pairs = text.split('&');
    if (pairs.length > maxParameters)
        return { ok: false, reason: 'too many parameters' };
    for (const pair of pairs) {
        if (pair === '')
            continue;
        const equals = pair.indexOf('=');
        const name = decodeFormPart(equals < 0 ? pair : pair.slice(0, equals));
        const value = equals < 0 ? '' : decodeFormPart(pair.slice(equals + 1));
        if (name === undefined || value === undefined) {
            return { ok: false, reason: 'broken percent escape' };
        }
        parameters.push([name, value]);
    }
    return { ok: true, parameters };
}
function decodeFormPart(text) {
    return decodePercent(text.split('+').join(' '));
}
/** Decodes `%XX` to bytes; `undefined` when an escape is broken. */
function decodePercent(text) {
    let from = text.indexOf('%');
    if (from < 0)
        return text;
    let out = text.slice(0, from);
    while (from >= 0) {
        const high = hexDigit(text.charCodeAt(from + 1));
        const low = hexDigit(text.charCodeAt(from + 2));
        if (high < 0 || low < 0)
            return undefined;
        const next = text.indexOf('%', from + 3);
        out += String.fromCharCode(high * 16 + low);
        out += next < 0 ? text.slice(from + 3) : text.slice(from + 3, next);
        from = next;
    }
    return out;
}
function hexDigit(code) {
    if (code >= 48 && code <= 57)
        return code - 48;
    const lower = code | 32;
    return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
/** An endpoint with these parameters behind the query that it may have already. */
function withParameters(endpoint, parameters) {
    if (parameters.length === 0)
        return endpoint;
    return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${encodeForm(parameters)}`;
}
/** A query or form body of these parameters, in their order. */
function encodeForm(parameters) {
    return parameters
        .map(([name, value]) => `${encodeFormPart(name)}=${encodeFormPart(value)}`)
        .join('&');
}

// SPDX-License-Identifier: MIT
// The one class for "no". What codes and causes mean to the browser and the log is in refusals.ts and
// causes.ts, which only a refused request reads.
/** Thrown to end a request. `fact` is expected and actual of non-secret values, for the log only. */
class Refusal extends Error {
    constructor(code, fact = '', cause, account = '') {
        const detail = cause === undefined ? fact : `${cause} ${fact}`.trim();
        super(detail === '' ? code : `${code}: ${detail}`);
        this.code = code;
        this.why = cause;
        this.fact = fact;
        this.detail = detail;
        this.account = account;
    }
}

// SPDX-License-Identifier: MIT
// Bytes, and the blanks around texts. Nothing here judges content.
/** A new array that holds all parts one after the other. */
function concatBytes(parts) {
    let length = 0;
    for (const part of parts)
        length += part.length;
    const bytes = new Uint8Array(length);
    let end = 0;
    for (const part of parts) {
        bytes.set(part, end);
        end += part.length;
    }
    return bytes;
}
/** Without spaces and tabs around it; `trim` would also take what other parsers of HTTP leave. */
function trimBlanks(text) {
    let from = 0;
    let to = text.length;
    while (from < to && isBlank(text.charCodeAt(from)))
        from++;
    while (to > from && isBlank(text.charCodeAt(to - 1)))
        to--;
    return text.slice(from, to);
}
function isBlank(code) {
    return code === 32 || code === 9;
}
/** Two lower-case hex digits per byte. */
function bytesToHex(bytes) {
    const length = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    let hex = '';
    let i = 0;
    // Eight bytes per step: the engine's own conversion is much faster than one byte at a time.
    for (; i + 8 <= length; i += 8)
        hex += view.getBigUint64(i).toString(16).padStart(16, '0');
    for (; i < length; i++)
        hex += (view.getUint8(i) | 0x100).toString(16).slice(1);
    return hex;
}

// SPDX-License-Identifier: MIT
// Cookies both ways (RFC 6265): reading a browser's header, writing Set-Cookie lines.
/** Splits a Cookie header in the browser's order. Pairs without a name or with control characters are left out. */
function parseCookies(header) {
    const cookies = [];
    for (const pair of header.split(';')) {
        const equals = pair.indexOf('=');
        if (equals <= 0)
            continue;
        // Blanks of HTTP only: a browser keeps others, and with them a name is no __Host- name.
        const name = trimBlanks(pair.slice(0, equals));
        const value = trimBlanks(pair.slice(equals + 1));
        if (name !== '' && isVisibleAscii(name) && isVisibleAscii(value))
            cookies.push({ name, value });
    }
    return cookies;
}
/** One Set-Cookie value; always HttpOnly and Secure. */
function formatCookie(name, value, attributes) {
    const age = attributes.maxAgeS === undefined ? '' : `; Max-Age=${attributes.maxAgeS}`;
    return `${name}=${value}; Path=${attributes.path}${age}; HttpOnly; Secure; SameSite=${attributes.sameSite}`;
}

// SPDX-License-Identifier: MIT
// The CGI environment becomes a Request: bounded, split, decoded once. All texts are byte
// strings (one character per byte), so nothing foreign is taken for valid UTF-8.
const MAX_QUERY_BYTES = 3072;
const MAX_COOKIE_BYTES = 4096;
const MAX_PARAMETERS = 100;
const MAX_PATH_BYTES = 1024;
const MAX_HOST_BYTES = 300;
/** Enough for any origin; what follows one is not looked at. */
const MAX_REFERER_BYTES = 300;
/** Stands in where there is none: its refusal can be shown, and its work logged, like any other. */
const NO_REQUEST = {
    method: 'GET',
    path: '',
    query: [],
    cookies: [],
    hostHeader: '',
    isTls: true,
    clientAddress: '',
    acceptLanguage: '',
    referer: '',
};
/** Reads the request; a part above its limit or a broken query refuses the whole. */
function readRequest(host) {
    const query = boundedEnv(host, 'QUERY_STRING', MAX_QUERY_BYTES);
    const parsed = parseForm(query, MAX_PARAMETERS);
    if (!parsed.ok)
        throw new Refusal('MALFORMED_REQUEST', `query: ${parsed.reason}`);
    return {
        method: boundedEnv(host, 'REQUEST_METHOD', 16),
        path: boundedEnv(host, 'PATH_INFO', MAX_PATH_BYTES),
        query: parsed.parameters,
        cookies: parseCookies(boundedEnv(host, 'HTTP_COOKIE', MAX_COOKIE_BYTES)),
        hostHeader: boundedEnv(host, 'HTTP_HOST', MAX_HOST_BYTES),
        isTls: host.env('HTTPS') === 'on',
        clientAddress: boundedEnv(host, 'REMOTE_ADDR', 64),
        acceptLanguage: (host.env('HTTP_ACCEPT_LANGUAGE') ?? '').slice(0, 256),
        referer: (host.env('HTTP_REFERER') ?? '').slice(0, MAX_REFERER_BYTES),
    };
}
function boundedEnv(host, name, maxBytes) {
    const value = host.env(name) ?? '';
    if (value.length > maxBytes) {
        throw new Refusal('INPUT_TOO_LARGE', `${name} has ${value.length} bytes, at most ${maxBytes}`);
    }
    return value;
}
/**
 * The value of a parameter that must not come twice, '' without one (RFC 6749 3.1: of two, an attacker
 * may have written one); refuses with DUPLICATE_PARAMETER.
 */
function onlyValue(parameters, name) {
    const values = parameters.filter((parameter) => parameter[0] === name);
    if (values.length > 1)
        throw new Refusal('DUPLICATE_PARAMETER', name);
    return values[0]?.[1] ?? '';
}
/** All values of one parameter, in order. */
function queryValues(request, name) {
    return request.query
        .filter((parameter) => parameter[0] === name)
        .map((parameter) => parameter[1]);
}

// SPDX-License-Identifier: MIT
// A Response becomes bytes on stdout, in the form uhttpd expects of a CGI.
/**
 * The hash of `PAGE_STYLE` in texts/page.ts, the only style any page of ours has. Kept here as a
 * literal because every answer carries it and hashing costs time; a test compares the two.
 */
const PAGE_STYLE_HASH = 'sha256-JphjXH6XPGDQAEF9tYYoNiDlu6rLdD2hXtWrTPPrMkY=';
const SECURITY_HEADERS = [
    'Cache-Control: no-store',
    `Content-Security-Policy: default-src 'none'; style-src '${PAGE_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options: nosniff',
    'X-Frame-Options: DENY',
    'Referrer-Policy: no-referrer',
];
const REASONS = {
    200: 'OK',
    302: 'Found',
    303: 'See Other',
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
    408: 'Request Timeout',
    429: 'Too Many Requests',
    431: 'Request Header Fields Too Large',
    500: 'Internal Server Error',
    502: 'Bad Gateway',
    503: 'Service Unavailable',
};
/** Writes the whole answer. Header values lose CR, LF and NUL, so no value can add a header. */
function writeResponse(host, response) {
    const lines = [`Status: ${response.status} ${REASONS[response.status] ?? 'Status'}`];
    for (const [name, value] of response.headers)
        lines.push(`${name}: ${withoutLineBreaks(value)}`);
    const body = encodeUtf8(response.body);
    lines.push(...SECURITY_HEADERS, `Content-Length: ${body.length}`, '', '');
    host.writeOutput(concatBytes([latin1ToBytes(lines.join('\r\n')), body]));
}
function withoutLineBreaks(value) {
    if (isWithin(value, 32, 126))
        return value;
    let out = '';
    for (let i = 0; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code >= 32 && code < 127)
            out += value.charAt(i);
    }
    return out;
}
function htmlResponse(status, body, headers = []) {
    return { status, headers: [...headers, ['Content-Type', 'text/html; charset=utf-8']], body };
}
function jsonResponse(body) {
    return { status: 200, headers: [['Content-Type', 'application/json']], body };
}
/** 302 without a body: nothing of the URL that led here may leak by Referer (RFC 9700 4.2.4). */
function redirectResponse(location, headers = []) {
    return { status: 302, headers: [['Location', location], ...headers], body: '' };
}

// SPDX-License-Identifier: MIT
// The only kind of URL this program follows or sends a browser to: https, without user, without
// fragment (OIDC Discovery 3 and 7.1). Not a general parser: what it does not know it refuses.
const PATH_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?@!$&'()*+,;=%";
const NAME_CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789-._';
const MAX_NAME_CHARS = 253;
const DEFAULT_PORT = 443;
/** Parses an absolute https URL of at most 2,048 characters; the reason of a refusal is for people. */
function parseHttpsUrl(text) {
    if (text.length > 2048)
        return refuse('is longer than 2048 characters');
    if (text.slice(0, 8).toLowerCase() !== 'https://')
        return refuse('must start with https://');
    let end = 8;
    while (end < text.length && !'/?#\\'.includes(text.charAt(end)))
        end++;
    const rest = text.slice(end);
    if (text.includes('#'))
        return refuse('must not have a fragment (#)');
    for (let i = 0; i < rest.length; i++) {
        if (!PATH_CHARS.includes(rest.charAt(i)))
            return refuse('has a character that no URL has');
    }
    const authority = parseAuthority(text.slice(8, end));
    if (!authority.ok)
        return authority;
    const question = rest.indexOf('?');
    return {
        ok: true,
        url: {
            text,
            host: authority.host,
            port: authority.port,
            authority: authority.text,
            path: question < 0 ? rest : rest.slice(0, question),
            query: question < 0 ? undefined : rest.slice(question + 1),
        },
    };
}
/**
 * Parses `host[:port]` as in a URL or a Host header: a name, an IPv4 literal or `[IPv6]`. `defaultPort`
 * is the scheme's, which `text` of the answer leaves out.
 */
function parseAuthority(text, defaultPort = DEFAULT_PORT) {
    if (text.includes('@'))
        return refuse('must not have a user name');
    // Lower case of Unicode makes ASCII of other letters (the Kelvin sign becomes k).
    for (let i = 0; i < text.length; i++)
        if (text.charCodeAt(i) > 126)
            return refuse('has no valid host name');
    const lower = text.toLowerCase();
    const bracket = lower.indexOf(']');
    const colon = lower.indexOf(':', bracket < 0 ? 0 : bracket);
    const name = colon < 0 ? lower : lower.slice(0, colon);
    const port = colon < 0 ? defaultPort : parsePort(lower.slice(colon + 1));
    if (port === undefined)
        return refuse('has no valid port');
    const suffix = port === defaultPort ? '' : `:${port}`;
    if (name.startsWith('[')) {
        const literal = name.slice(1, -1);
        if (bracket !== name.length - 1 || parseIpv6(literal) === undefined) {
            return refuse('has no valid IPv6 address');
        }
        return { ok: true, host: literal, port, text: `[${literal}]${suffix}` };
    }
    if (!isHostName(name))
        return refuse('has no valid host name');
    return { ok: true, host: name, port, text: name + suffix };
}
function refuse(reason) {
    return { ok: false, reason };
}
function parsePort(text) {
    if (!isDigits(text) || text.length > 5)
        return undefined;
    const port = Number(text);
    return port >= 1 && port <= 65535 ? port : undefined;
}
/** A lower-case DNS name or an IPv4 literal. A name whose last label is a number must be a whole IPv4 address. */
function isHostName(name) {
    if (name === '' || name.length > MAX_NAME_CHARS)
        return false;
    for (let i = 0; i < name.length; i++) {
        if (!NAME_CHARS.includes(name.charAt(i)))
            return false;
    }
    const labels = name.split('.');
    for (const label of labels) {
        if (label === '' || label.length > 63 || label.startsWith('-') || label.endsWith('-'))
            return false;
    }
    const last = labels[labels.length - 1] ?? '';
    // Resolvers and browsers read a last label in hex as a number too.
    return (!isDigits(last) && !isHexNumber(last)) || parseIpv4(name) !== undefined;
}
function isHexNumber(text) {
    return (text.startsWith('0x') &&
        (text.length === 2 || [...text.slice(2)].every((char) => '0123456789abcdef'.includes(char))));
}
/** Four bytes of a dotted IPv4 literal without leading zeros, or `undefined`. */
function parseIpv4(text) {
    const parts = text.split('.');
    if (parts.length !== 4)
        return undefined;
    const bytes = [];
    for (const part of parts) {
        if (!isDigits(part) || part.length > 3 || (part.length > 1 && part.startsWith('0')))
            return undefined;
        const value = Number(part);
        if (value > 255)
            return undefined;
        bytes.push(value);
    }
    return bytes;
}
/** Sixteen bytes of an IPv6 literal (no zone, no brackets), or `undefined`. */
function parseIpv6(text) {
    const halves = text.split('::');
    if (halves.length > 2)
        return undefined;
    // A dotted end is the end of the whole address only (RFC 4291 2.2).
    const head = parseGroups(halves[0] ?? '', halves.length === 1);
    const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
    if (head === undefined || tail === undefined)
        return undefined;
    const missing = 16 - head.length - tail.length;
    if (halves.length === 1 ? missing !== 0 : missing < 2)
        return undefined;
    return [...head, ...new Array(missing).fill(0), ...tail];
}
function parseGroups(text, mayEndDotted) {
    if (text === '')
        return [];
    const bytes = [];
    const groups = text.split(':');
    for (let i = 0; i < groups.length; i++) {
        const group = groups[i] ?? '';
        if (mayEndDotted && i === groups.length - 1 && group.includes('.')) {
            const v4 = parseIpv4(group);
            if (v4 === undefined)
                return undefined;
            bytes.push(...v4);
        }
        else {
            const value = parseHexGroup(group);
            if (value < 0)
                return undefined;
            bytes.push(value >> 8, value & 255);
        }
    }
    return bytes;
}
function parseHexGroup(group) {
    if (group === '' || group.length > 4)
        return -1;
    let value = 0;
    for (let i = 0; i < group.length; i++) {
        const digit = '0123456789abcdef'.indexOf(group.charAt(i).toLowerCase());
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

// SPDX-License-Identifier: MIT
// Client addresses: the key that limits count by, and the owner's list of trusted proxies.
/** 4 or 16 bytes; an IPv4-mapped IPv6 address is the IPv4 address. */
function parseAddress(text) {
    const v4 = parseIpv4(text);
    if (v4 !== undefined)
        return v4;
    const v6 = parseIpv6(text);
    if (v6 === undefined)
        return undefined;
    const isMapped = v6.slice(0, 10).every((byte) => byte === 0) && v6[10] === 255 && v6[11] === 255;
    return isMapped ? v6.slice(12) : v6;
}
/** What counts as one client: an IPv4 address, an IPv6 /64; everything unreadable is one client too. */
function clientKey(address) {
    const bytes = parseAddress(address);
    if (bytes === undefined)
        return 'unknown';
    return bytesToHex(Uint8Array.from(bytes.slice(0, 8)));
}
/** An address or CIDR of `trusted_proxy`; `undefined` when it is neither. */
function parseNetwork(text) {
    const slash = text.indexOf('/');
    const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
    if (bytes === undefined)
        return undefined;
    const maxBits = bytes.length * 8;
    if (slash < 0)
        return { bytes, prefixBits: maxBits };
    const suffix = text.slice(slash + 1);
    const bits = Number(suffix);
    if (suffix !== String(bits) || !Number.isInteger(bits) || bits < 0 || bits > maxBits)
        return undefined;
    return { bytes, prefixBits: bits };
}
/** Whether the address lies in one of the networks. */
function isInNetworks(address, networks) {
    const bytes = parseAddress(address);
    if (bytes === undefined)
        return false;
    return networks.some((network) => contains(network, bytes));
}
function contains(network, address) {
    if (network.bytes.length !== address.length)
        return false;
    for (let bit = 0; bit < network.prefixBits; bit++) {
        const mask = 128 >> (bit & 7);
        if (((network.bytes[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask))
            return false;
    }
    return true;
}

// SPDX-License-Identifier: MIT
// The paths of this program and of LuCI, as browsers and providers know them.
const START_PATH = '/cgi-bin/luci-sso';
const CALLBACK_PATH = '/cgi-bin/luci-sso/callback';
const INITIATE_PATH = '/cgi-bin/luci-sso/initiate';
const LOGGED_OUT_PATH = '/cgi-bin/luci-sso/logged-out';
const LUCI_PATH = '/cgi-bin/luci/';
/** Of a redirect: uhttpd answers 502 when a CGI's header line exceeds 4 KiB; some browsers and proxies are stricter. */
const MAX_LOCATION_BYTES = 3500;

// SPDX-License-Identifier: MIT
// Reading ubus messages: 8-byte header, blob attributes, and the blobmsg values inside them (libubox).
// All integers are big-endian on every machine, so bytes are put and taken one by one.
const MESSAGE = { hello: 0, status: 1, data: 2, lookup: 4, invoke: 5 };
const ATTRIBUTE = { status: 1, path: 2, id: 3, method: 4, data: 7 };
const TYPE = {
    null: 0,
    array: 1,
    table: 2,
    string: 3,
    int64: 4,
    int32: 5,
    int16: 6,
    int8: 7,
    double: 8,
};
const HEADER_BYTES = 8;
const MAX_DEPTH = 16;
/** Marks a value with a name in front of it. */
const EXTENDED = 0x80;
/** In front of a wanted member's name: not its value is decoded, only the strings in it are counted. */
const COUNT = '#';
/** Thrown on bytes that are no blob; the client turns it into a refusal. */
class BlobError extends Error {
}
function readU32(bytes, at) {
    return ((((bytes[at] ?? 0) << 24) |
        ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) |
        (bytes[at + 3] ?? 0)) >>>
        0);
}
function readU24(bytes, at) {
    return readU32(bytes, at) & 0xffffff;
}
/** Bytes of the whole message that starts with these 12 bytes, padding included. */
function messageLength(head) {
    return HEADER_BYTES + align4(readU24(head, HEADER_BYTES));
}
function align4(length) {
    return (length + 3) & -4;
}
/**
 * Decodes one message of exactly `messageLength` bytes; throws BlobError on anything else. With
 * `wanted`, only these members of its data are decoded; of one that has COUNT in front of its name,
 * the value is how many strings its tables and lists have in them.
 */
function decodeMessage(bytes, wanted) {
    const found = {};
    eachAttribute(bytes, HEADER_BYTES + 4, bytes.length, (tag, from, to) => {
        if (tag === ATTRIBUTE.status)
            found.status = readInt32(bytes, from, to) | 0;
        else if (tag === ATTRIBUTE.id)
            found.objectId = readInt32(bytes, from, to) >>> 0;
        else if (tag === ATTRIBUTE.path)
            found.path = readString(bytes, from, to);
        else if (tag === ATTRIBUTE.data)
            found.data = decodeTable(bytes, from, to, 0, wanted);
    });
    return {
        type: bytes[1] ?? 0,
        sequence: ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0),
        peer: readU32(bytes, 4),
        status: found.status,
        objectId: found.objectId,
        path: found.path,
        data: found.data,
    };
}
function eachAttribute(bytes, start, end, visit) {
    let at = start;
    while (at < end) {
        if (end - at < 4)
            throw new BlobError('attribute header is cut');
        const length = readU24(bytes, at);
        if (length < 4 || at + length > end)
            throw new BlobError('attribute length is out of bounds');
        visit(bytes[at] ?? 0, at + 4, at + length);
        at += align4(length);
    }
}
function readInt32(bytes, from, to) {
    if (to - from !== 4)
        throw new BlobError('int32 has another length');
    return readU32(bytes, from);
}
function readString(bytes, from, to) {
    if (to <= from || bytes[to - 1] !== 0)
        throw new BlobError('string does not end with NUL');
    return decodeText(bytes, from, to - 1);
}
/** Text that is not UTF-8 becomes U+FFFD, which no configuration value may contain (config.ts). */
function decodeText(bytes, from, to) {
    return decodeUtf8(bytes, from, to) ?? '\uFFFD';
}
function decodeTable(bytes, from, to, depth, wanted) {
    const table = Object.create(null);
    eachValue(bytes, from, to, depth, (name, read, valueAt, end) => {
        if (wanted === undefined || wanted.includes(name))
            table[name] = read();
        else if (wanted.includes(COUNT + name))
            table[name] = countStrings(bytes, valueAt, end);
    });
    return table;
}
/**
 * A session's rights are hundreds of strings: counted from header to header, into tables and lists and
 * past everything else, they cost a tenth of what decoding them does.
 */
function countStrings(bytes, from, to) {
    let count = 0;
    let at = from;
    while (at < to) {
        const length = readU24(bytes, at);
        const type = (bytes[at] ?? 0) & ~EXTENDED;
        const inside = valueStart(bytes, at + 4, Math.min(at + length, to));
        if (type === TYPE.string)
            count++;
        at = type === TYPE.table || type === TYPE.array ? inside : at + align4(length);
    }
    return count;
}
function eachValue(bytes, from, to, depth, visit) {
    if (depth > MAX_DEPTH)
        throw new BlobError('nested too deep');
    eachAttribute(bytes, from, to, (tag, start, end) => {
        if ((tag & EXTENDED) === 0)
            throw new BlobError('value without a name field');
        const valueAt = valueStart(bytes, start, end);
        const name = decodeText(bytes, start + 2, start + 2 + nameLength(bytes, start));
        visit(name, () => decodePayload(tag & 0x7f, bytes, valueAt, end, depth), valueAt, end);
    });
}
function nameLength(bytes, start) {
    return ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
}
/** Where the value starts, behind the name; the name field alone has three bytes. */
function valueStart(bytes, start, end) {
    const at = start + align4(nameLength(bytes, start) + 3);
    if (end - start < 3 || at > end)
        throw new BlobError('name is out of bounds');
    return at;
}
function decodePayload(type, bytes, from, to, depth) {
    switch (type) {
        case TYPE.null:
            return null;
        case TYPE.array: {
            const items = [];
            eachValue(bytes, from, to, depth + 1, (_name, read) => items.push(read()));
            return items;
        }
        case TYPE.table:
            return decodeTable(bytes, from, to, depth + 1);
        case TYPE.string:
            return readString(bytes, from, to);
        case TYPE.int64:
            if (to - from !== 8)
                throw new BlobError('int64 has another length');
            return (readU32(bytes, from) | 0) * 4294967296 + readU32(bytes, from + 4);
        case TYPE.int32:
            return readInt32(bytes, from, to) | 0;
        case TYPE.int16:
            if (to - from !== 2)
                throw new BlobError('int16 has another length');
            return ((((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)) << 16) >> 16;
        case TYPE.int8:
            if (to - from !== 1)
                throw new BlobError('int8 has another length');
            return bytes[from] !== 0;
        case TYPE.double:
            if (to - from !== 8)
                throw new BlobError('double has another length');
            return new DataView(bytes.buffer, bytes.byteOffset + from, 8).getFloat64(0, false);
        default:
            throw new BlobError(`unknown value type ${type}`);
    }
}

// SPDX-License-Identifier: MIT
// Writing ubus messages. They are put together as texts of one character per byte, because joining
// texts costs an interpreter far less than moving bytes one by one.
/** What follows a blob of a length with this remainder by 4. */
const PADDING = ['', '\0\0\0', '\0\0', '\0'];
/** Length of an attribute's own header. */
const HEAD_BYTES = 4;
function u16(value) {
    return String.fromCharCode((value >> 8) & 255, value & 255);
}
function u32(value) {
    return String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}
/** The length counts its own 4 bytes, but not the padding that follows. */
function attribute(tag, payload) {
    const length = payload.length + HEAD_BYTES;
    return u32((tag << 24) | length) + payload + padding(length);
}
function padding(length) {
    return PADDING[length & 3];
}
/** The text's UTF-8 and a NUL. */
function textBytes(text) {
    return (isWithin(text, 0, 127) ? text : bytesToLatin1(encodeUtf8(text))) + '\0';
}
function stringAttribute(id, text) {
    return attribute(id, textBytes(text));
}
function intAttribute(id, value) {
    return attribute(id, u32(value));
}
/** The DATA attribute: a table's members, without a table around them. */
function dataAttribute(table) {
    return attribute(ATTRIBUTE.data, members(table));
}
function members(table) {
    let out = '';
    for (const name of Object.keys(table)) {
        const value = table[name];
        if (value === undefined)
            continue;
        const nameBytes = textBytes(name);
        const field = u16(nameBytes.length - 1) + nameBytes;
        out += valueAttribute(field + padding(field.length), value);
    }
    return out;
}
/** The name field of an item: an empty name. */
const NO_NAME = '\0\0\0\0';
function valueAttribute(name, value) {
    if (typeof value === 'string')
        return attribute(EXTENDED | TYPE.string, name + textBytes(value));
    if (typeof value === 'boolean')
        return attribute(EXTENDED | TYPE.int8, name + (value ? '\x01' : '\0'));
    if (typeof value === 'number')
        return attribute(EXTENDED | TYPE.int32, name + u32(value));
    if (value === null)
        return attribute(EXTENDED | TYPE.null, name);
    if (!Array.isArray(value)) {
        const table = value;
        return attribute(EXTENDED | TYPE.table, name + members(table));
    }
    let items = name;
    for (const item of value)
        items += valueAttribute(NO_NAME, item);
    return attribute(EXTENDED | TYPE.array, items);
}
/** A whole message; `attributes` are already encoded. */
function encodeMessage(type, sequence, peer, attributes) {
    const body = attributes.join('');
    const head = String.fromCharCode(0, type) + u16(sequence) + u32(peer);
    return latin1ToBytes(head + u32(body.length + HEAD_BYTES) + body);
}

// SPDX-License-Identifier: MIT
// A ubus client: one connection a request, one call at a time, a deadline on each. All services of
// the router (configuration, sessions) are reached through it.
const SOCKET_PATH = '/var/run/ubus/ubus.sock';
const CALL_TIMEOUT_MS = 5000;
const MAX_MESSAGE_BYTES = 1048576;
const READ_BYTES = 65536;
const NOTHING = new Uint8Array(0);
/** Status words of libubus, for the caller to act on and for the log. */
const UBUS_STATUS = { ok: 0, notFound: 4, permissionDenied: 6 };
/** Connects to the router's broker; refuses with UBUS_CONNECT_FAILED. */
function openUbus(host) {
    const stream = host.connectUnix(SOCKET_PATH, host.bootMilliseconds() + CALL_TIMEOUT_MS);
    if (!stream.ok)
        throw new Refusal('UBUS_CONNECT_FAILED', `${SOCKET_PATH}: ${stream.reason}`);
    return {
        host,
        stream: stream.id,
        objects: new Map(),
        buffered: NOTHING,
        behind: NOTHING,
        sequence: 0,
    };
}
function closeUbus(bus) {
    bus.host.streamClose(bus.stream);
}
/**
 * Calls `object.method`. Gives all DATA answers (`session list` sends one per session), or the
 * status that the object answered with. `wanted` names the only members to decode: a session's list
 * of rights is large, and mostly not the question. With a `visitor` the answers are handed over one by
 * one and not kept, because thousands do not fit the heap; those without its member are not even decoded.
 * It must not call ubus itself. A broker
 * that is silent, gone or talks nonsense, or that does not know the object, refuses the request with
 * UBUS_ERROR: the object's own "not found" is something else.
 */
function callUbus(bus, object, method, parameters, wanted, visitor) {
    const deadline = bus.host.bootMilliseconds() + CALL_TIMEOUT_MS;
    try {
        const invoke = (id) => {
            bus.objects.set(object, id);
            const attributes = [
                intAttribute(ATTRIBUTE.id, id),
                stringAttribute(ATTRIBUTE.method, method),
                dataAttribute(parameters),
            ];
            return roundTrip(bus, MESSAGE.invoke, id, attributes, deadline, wanted, visitor);
        };
        const known = bus.objects.get(object);
        let { status, answers } = invoke(known ?? lookUp(bus, object, deadline));
        if (status === UBUS_STATUS.notFound && known !== undefined) {
            // The broker says the same of an id from before rpcd's restart: then nothing was called.
            const now = lookUp(bus, object, deadline);
            if (now !== known)
                ({ status, answers } = invoke(now));
        }
        if (status !== UBUS_STATUS.ok)
            return { ok: false, status };
        const data = [];
        for (const answer of answers)
            if (answer.data !== undefined)
                data.push(answer.data);
        return { ok: true, data };
    }
    catch (error) {
        if (error instanceof BlobError)
            throw new Refusal('UBUS_ERROR', `${object}.${method}: ${error.message}`);
        throw error;
    }
}
/** The object's id: another one when its owner was started anew. Refuses with UBUS_ERROR. */
function objectId(bus, object) {
    const id = bus.objects.get(object) ?? lookUp(bus, object, bus.host.bootMilliseconds() + CALL_TIMEOUT_MS);
    bus.objects.set(object, id);
    return id;
}
function lookUp(bus, object, deadline) {
    const { status, answers } = roundTrip(bus, MESSAGE.lookup, 0, [stringAttribute(ATTRIBUTE.path, object)], deadline);
    const id = answers.find((answer) => answer.path === object)?.objectId;
    if (status === UBUS_STATUS.ok && id !== undefined)
        return id;
    throw new Refusal('UBUS_ERROR', `no object ${object}: ubus status ${status}`);
}
function roundTrip(bus, type, peer, attributes, deadline, wanted, visitor) {
    bus.sequence = (bus.sequence + 1) & 0xffff;
    const sent = bus.host.streamWrite(bus.stream, encodeMessage(type, bus.sequence, peer, attributes), deadline);
    if (!sent.ok)
        throw new Refusal('UBUS_ERROR', `write: ${sent.reason}`);
    const answers = [];
    for (;;) {
        const message = decodeMessage(readMessage(bus, deadline, visitor), wanted);
        // HELLO may arrive after our first message; answers to a call that timed out carry its old number.
        if (message.sequence !== bus.sequence || message.type === MESSAGE.hello)
            continue;
        if (message.type === MESSAGE.status) {
            if (message.status === undefined)
                throw new BlobError('status message without a status');
            return { status: message.status, answers };
        }
        if (message.type !== MESSAGE.data)
            continue;
        if (visitor === undefined)
            answers.push(message);
        else if (message.data !== undefined)
            visitor.visit(message.data);
    }
}
/** The next message; with a visitor, the next that is not only data that it does not want to see. */
function readMessage(bus, deadline, visitor) {
    for (;;) {
        if (bus.buffered.length === 0) {
            bus.buffered = bus.behind;
            bus.behind = NOTHING;
        }
        if (visitor !== undefined) {
            const passed = skipMessages(bus.buffered, visitor.outer, visitor.inner);
            bus.buffered = bus.buffered.subarray(passed);
        }
        const have = bus.buffered.length;
        const length = have < 12 ? 12 : messageLength(bus.buffered);
        if (length > MAX_MESSAGE_BYTES || length < 12)
            throw new BlobError(`message of ${length} bytes`);
        if (have >= 12 && have >= length) {
            const bytes = bus.buffered.subarray(0, length);
            bus.buffered = bus.buffered.subarray(length);
            return bytes;
        }
        if (have > 0)
            complete(bus, length, deadline);
        else if (bus.behind.length === 0)
            bus.behind = readPiece(bus, deadline);
    }
}
/**
 * Makes `buffered` as long as that, and keeps what is behind it apart: a list may be of megabytes, and a
 * broker that is busy hands out its messages in small pieces. Each byte is copied once at most.
 */
function complete(bus, length, deadline) {
    const pieces = [bus.buffered];
    let missing = length - bus.buffered.length;
    let piece = bus.behind.length > 0 ? bus.behind : readPiece(bus, deadline);
    for (; piece.length < missing; piece = readPiece(bus, deadline)) {
        pieces.push(piece);
        missing -= piece.length;
    }
    pieces.push(piece.subarray(0, missing));
    bus.behind = piece.subarray(missing);
    bus.buffered = concatBytes(pieces);
}
function readPiece(bus, deadline) {
    // The host hands out what is there even after the deadline: a broker that never pauses ends here.
    if (bus.host.bootMilliseconds() >= deadline)
        throw new Refusal('UBUS_ERROR', 'read: timeout');
    const more = bus.host.streamRead(bus.stream, READ_BYTES, deadline);
    if (!more.ok)
        throw new Refusal('UBUS_ERROR', `read: ${more.reason}`);
    if (more.bytes.length === 0)
        throw new Refusal('UBUS_ERROR', 'broker closed the connection');
    return more.bytes;
}

// SPDX-License-Identifier: MIT
// Typed reading of UCI sections as `uci get` gives them over ubus: every scalar is a text, a list is
// an array, and one `option` stands for a list of one.
const MAX_VALUE_CHARS = 2048;
const MAX_LIST_ENTRIES = 128;
/** All sections of a package in file order; none when the package does not exist. Refuses with UCI_ERROR. */
function readPackage(bus, config) {
    const reply = callUbus(bus, 'uci', 'get', { config });
    if (!reply.ok) {
        if (reply.status === UBUS_STATUS.notFound)
            return [];
        throw new Refusal('UCI_ERROR', `uci get ${config}: ubus status ${reply.status}`);
    }
    const packages = reply.data[0]?.values;
    if (!isTable(packages))
        throw new Refusal('UCI_ERROR', `uci get ${config}: no sections in the answer`);
    const sections = [];
    for (const name of Object.keys(packages)) {
        const values = packages[name];
        if (!isTable(values))
            continue;
        sections.push({
            name,
            type: uciText(values['.type']),
            values,
            index: numberOf(values['.index']) ?? sections.length,
        });
    }
    return sections.sort((a, b) => a.index - b.index);
}
function isTable(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** A number, also one written as a text; nothing else, because a table converts to none. */
function numberOf(value) {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
function uciText(value) {
    return typeof value === 'string' ? value : '';
}
function readOptions(section) {
    const problems = [];
    function reject(option, rule) {
        problems.push(`section '${section.name}'${option === '' ? '' : `, option ${option}`}: ${rule}`);
    }
    function list(name) {
        const value = section.values[name];
        if (value === undefined)
            return [];
        const entries = Array.isArray(value) ? value : [value];
        if (entries.length > MAX_LIST_ENTRIES)
            reject(name, `has more than ${MAX_LIST_ENTRIES} entries`);
        return entries.map((entry) => checked(name, entry));
    }
    function checked(name, value) {
        if (typeof value !== 'string')
            reject(name, 'must be a text');
        const text = uciText(value);
        if (text.length > MAX_VALUE_CHARS)
            reject(name, `is longer than ${MAX_VALUE_CHARS} characters`);
        if (!isCleanText(text))
            reject(name, 'has control characters or is not UTF-8');
        return text;
    }
    function text(name, fallback) {
        const value = section.values[name];
        if (value === undefined)
            return fallback;
        if (Array.isArray(value)) {
            reject(name, 'must be one option, not a list');
            return fallback;
        }
        const found = checked(name, value);
        return found === '' ? fallback : found;
    }
    function optionalInteger(name, min, max) {
        const found = text(name, '');
        if (found === '')
            return undefined;
        const value = Number(found);
        if (!isDigits(found) || found.length > 10 || value < min || value > max) {
            reject(name, `must be a whole number from ${min} to ${max}`);
            return undefined;
        }
        return value;
    }
    return {
        problems,
        reject,
        list,
        text,
        optionalInteger,
        words: (name) => list(name).flatMap((entry) => entry.split(' ').filter((word) => word !== '')),
        integer: (name, fallback, min, max) => optionalInteger(name, min, max) ?? fallback,
        flag(name, fallback) {
            const found = text(name, '');
            if (found === '')
                return fallback;
            if (['1', 'on', 'true', 'yes', 'enabled'].includes(found))
                return true;
            if (!['0', 'off', 'false', 'no', 'disabled'].includes(found))
                reject(name, 'must be 1 or 0');
            return false;
        },
        choice(name, choices, fallback) {
            const found = text(name, fallback);
            const known = choices.find((choice) => choice === found);
            if (known === undefined)
                reject(name, `must be one of ${choices.join(', ')}`);
            return known ?? fallback;
        },
    };
}
function isCleanText(text) {
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code < 32 || code === 127 || code === 0xfffd)
            return false;
    }
    return true;
}

// SPDX-License-Identifier: MIT
// UCI -> Config. Read afresh on every request; one wrong value makes the whole
// configuration wrong, with a sentence that names section, option and rule, never a secret's value.
const CONFIG_NAME = 'luci-sso';
const EMAIL_CLAIM = 'email';
const VERIFIED_CLAIM = 'email_verified';
/** The kinds of rules that look at who somebody is, by the names of their options. */
const RULE_KINDS = ['email', 'domain', 'group', 'sub'];
/** The provider section alone: what the login page's button depends on. */
function readProvider(sections) {
    const section = sections.find((candidate) => candidate.name === 'default');
    if (section === undefined || section.type !== 'oidc') {
        return { ok: false, problems: ["there is no section 'default' of type oidc"] };
    }
    const options = readOptions(section);
    const isOff = !options.flag('enabled', false) && options.problems.length === 0;
    const oidc = providerOf(section.name, options);
    if (isOff)
        return { ok: true, value: oidc };
    requireUsable(oidc, options);
    return options.problems.length > 0
        ? { ok: false, problems: options.problems }
        : { ok: true, value: oidc };
}
function providerOf(section, options) {
    const emailClaim = options.text('email_claim', 'email');
    return {
        section,
        enabled: options.flag('enabled', false),
        issuer: options.text('issuer_url', ''),
        clientId: options.text('client_id', ''),
        trustedAudiences: options.list('trusted_audience').filter((audience) => audience !== ''),
        clientSecret: options.text('client_secret', ''),
        clientAuth: options.choice('client_auth', ['auto', 'client_secret_basic', 'client_secret_post', 'none'], 'auto'),
        par: options.choice('par', ['auto', 'always', 'never'], 'auto'),
        redirectUri: options.text('redirect_uri', ''),
        scope: scopeOf(options.text('scope', 'openid profile email')),
        providerName: options.text('provider_name', ''),
        internalIssuerUrl: options.text('internal_issuer_url', ''),
        internalAddress: options.text('internal_address', ''),
        caFile: options.text('ca_file', ''),
        clockToleranceS: options.integer('clock_tolerance', 60, 0, 3600),
        requireEmailVerified: options.flag('require_email_verified', true),
        emailClaim,
        emailVerifiedClaim: verifiedClaimOf(emailClaim, options.text('email_verified_claim', '')),
        groupsClaim: options.text('groups_claim', 'groups'),
        usernameClaim: options.text('username_claim', 'preferred_username'),
        nameClaim: options.text('name_claim', 'name'),
        allowedAlgs: options.words('allowed_alg'),
        prompt: options.text('prompt', ''),
        maxAgeS: options.optionalInteger('max_age', 0, 31536000),
        acrValues: options.words('acr_values'),
        sessionTimeS: options.optionalInteger('session_time', 60, 2147483),
        sessionMaxS: zeroOrFrom(options, 'session_max', 300, options.integer('session_max', 43200, 0, 2147483)),
        recheckS: zeroOrFrom(options, 'recheck', 60, options.integer('recheck', 300, 0, 86400)),
        ssoOnly: options.flag('sso_only', false),
        logoutAtProvider: options.flag('logout_at_provider', true),
        trustedProxies: networksOf(options),
    };
}
/**
 * OIDC Core 5.1: `email_verified` speaks of `email` alone. Taken for another claim, it would vouch for
 * an address that users may have chosen themselves.
 */
function verifiedClaimOf(emailClaim, named) {
    return named === '' && emailClaim === EMAIL_CLAIM ? VERIFIED_CLAIM : named;
}
/** 0 = never. */
function zeroOrFrom(options, name, min, value) {
    if (value > 0 && value < min)
        options.reject(name, `must be 0 or at least ${min}`);
    return value;
}
function scopeOf(text) {
    const scopes = text.split(' ').filter((scope) => scope !== '');
    return (scopes.includes('openid') ? scopes : ['openid', ...scopes]).join(' ');
}
function networksOf(options) {
    const networks = [];
    options.list('trusted_proxy').forEach((text, index) => {
        const network = parseNetwork(text);
        if (network === undefined)
            options.reject('trusted_proxy', `entry ${index + 1} is neither an IP address nor a CIDR`);
        else
            networks.push(network);
    });
    return networks;
}
/** The names in the table of verify/algorithms/all.ts, which the login page's question does not read. */
const ALGORITHM_NAMES = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA';
/** What only an enabled provider must have; a fresh installation is empty, and not wrong. */
function requireUsable(oidc, options) {
    requireUrl(options, 'issuer_url', oidc.issuer);
    if (oidc.clientId === '')
        options.reject('client_id', 'is required');
    if (oidc.redirectUri !== '') {
        requireUrl(options, 'redirect_uri', oidc.redirectUri);
        if (!oidc.redirectUri.endsWith(CALLBACK_PATH))
            options.reject('redirect_uri', `must end in ${CALLBACK_PATH}`);
    }
    if (oidc.internalIssuerUrl !== '')
        requireUrl(options, 'internal_issuer_url', oidc.internalIssuerUrl);
    if (oidc.internalAddress !== '') {
        const network = parseNetwork(oidc.internalAddress);
        if (network === undefined || oidc.internalAddress.includes('/')) {
            options.reject('internal_address', 'must be an IPv4 or IPv6 address');
        }
    }
    if (oidc.caFile !== '' && !oidc.caFile.startsWith('/'))
        options.reject('ca_file', 'must be an absolute path');
    const unknown = oidc.allowedAlgs.findIndex((alg) => !ALGORITHM_NAMES.split(' ').includes(alg));
    if (unknown >= 0)
        options.reject('allowed_alg', `entry ${unknown + 1} is none of ${ALGORITHM_NAMES}`);
    if (oidc.clientSecret === '' && oidc.clientAuth.startsWith('client_secret')) {
        options.reject('client_auth', `${oidc.clientAuth} needs a client_secret`);
    }
}
function requireUrl(options, name, value, withoutQuery) {
    if (value === '')
        return options.reject(name, 'is required');
    if (value.trim() !== value)
        return options.reject(name, 'has a blank at an end');
    const parsed = parseHttpsUrl(value);
    if (!parsed.ok)
        return options.reject(name, parsed.reason);
    if (parsed.url.query !== undefined)
        options.reject(name, 'must not have a query (?)');
}

// SPDX-License-Identifier: MIT
// `?action=enabled`: whether the login page shows its button. Never waits for the provider, never fails.
/** Answers `{"enabled":true}` or `{"enabled":false}`; with `v=2` followed by what the button needs. */
async function answerEnabled(exchange) {
    const oidc = usableProvider(exchange);
    const isEnabled = oidc !== undefined;
    if (!queryValues(exchange.request, 'v').includes('2'))
        return jsonResponse(`{"enabled":${isEnabled}}`);
    const label = oidc === undefined || oidc.providerName === '' ? 'SSO' : oidc.providerName;
    const rest = JSON.stringify({
        sso_only: oidc !== undefined && (await isSsoOnly(exchange, oidc)),
        label: `Login with ${label}`,
    });
    return jsonResponse(`{"enabled":${isEnabled},${rest.slice(1)}`);
}
/**
 * A provider that is known to be down keeps the password form, and so does another address of the router
 * than redirect_uri's: a name that does not resolve must lock nobody out.
 */
async function isSsoOnly(exchange, oidc) {
    if (!oidc.ssoOnly)
        return false;
    const { isAtRedirectUri, isKnownDown } = await loadLogin();
    return isAtRedirectUri(exchange, oidc) && !isKnownDown(exchange, oidc);
}
/** The provider when it is switched on and valid; what is wrong with it goes to the log only. */
function usableProvider(exchange) {
    try {
        const bus = openUbus(exchange.host);
        const read = readProvider(readPackage(bus, CONFIG_NAME));
        closeUbus(bus);
        if (read.ok)
            return read.value.enabled ? read.value : undefined;
        for (const problem of read.problems)
            logExchange(exchange, 'error', 'CONFIG_ERROR', printable(problem));
    }
    catch (error) {
        // A broken router must not break its login page: no button, and the reason in the log.
        if (!(error instanceof Refusal))
            throw error;
        logExchange(exchange, 'error', error.code, printable(error.detail));
    }
    return undefined;
}

// SPDX-License-Identifier: MIT
// `/logged-out`: where the provider sends the browser behind a logout. Reads no configuration and
// never goes on by itself: whoever logged out stays logged out, also where the login page would.
/** 200 and a page with the ways back in; with a `state` of a logout from here, it says that the provider did its part. */
async function showLoggedOut(exchange) {
    const [state, ...others] = queryValues(exchange.request, 'state');
    const isThere = state !== undefined &&
        others.length === 0 &&
        (await loadLogin()).isLogoutState(exchange.host, state);
    const { renderLoggedOut } = await loadTexts();
    return htmlResponse(200, await renderLoggedOut(exchange, isThere));
}

// SPDX-License-Identifier: MIT
// Method and path -> flow.
const startLogin = async (exchange) => (await loadLogin()).startLogin(exchange);
const finishLogin = async (exchange) => (await loadCallback()).finishLogin(exchange);
const initiateLogin = async (exchange) => (await loadInitiate()).initiateLogin(exchange);
const acceptLogoutToken = async (exchange) => (await loadLogout()).acceptLogoutToken(exchange);
const acceptInitiation = async (exchange) => (await loadInitiate()).acceptInitiation(exchange);
/** Path -> method -> flow. */
const ROUTES = new Map([
    ['', { GET: startLogin }],
    ['/', { GET: startLogin }],
    ['/login', { GET: startLogin }],
    ['/callback', { GET: finishLogin }],
    ['/logged-out', { GET: showLoggedOut }],
    ['/backchannel-logout', { POST: acceptLogoutToken }],
    ['/initiate', { GET: initiateLogin, POST: acceptInitiation }],
]);
/** Runs the flow that the request asks for; refuses with NOT_FOUND or METHOD_NOT_ALLOWED. */
async function route(exchange) {
    const { request } = exchange;
    const isProbe = queryValues(request, 'action').includes('enabled') &&
        (request.path === '' || request.path === '/');
    const methods = isProbe ? { GET: answerEnabled } : ROUTES.get(request.path);
    if (methods === undefined)
        throw new Refusal('NOT_FOUND', `path ${printable(request.path)}`);
    const flow = Object.keys(methods).includes(request.method) ? methods[request.method] : undefined;
    if (flow === undefined) {
        exchange.headers.push(['Allow', Object.keys(methods).join(', ')]);
        throw new Refusal('METHOD_NOT_ALLOWED', `method ${printable(request.method)}`);
    }
    return flow(exchange);
}

// SPDX-License-Identifier: MIT
// Composition root: read -> route -> flow -> respond. The only place that catches everything.
/** Answers one CGI request or one call of rpcd, or runs one command; resolves with the exit status. */
async function main(host) {
    if (host.env('GATEWAY_INTERFACE') !== undefined) {
        writeResponse(host, await respond(host));
        return 0;
    }
    if (isPlugin(host.args()))
        return (await loadPlugin()).runPlugin(host);
    const [, command, ...words] = host.args();
    if (command === 'tick' && words.length === 0)
        return (await loadTick()).runTick(host);
    return (await loadAdmin()).runCommand(host);
}
/** rpcd calls its plugins by their path. */
function isPlugin([program = '', verb]) {
    return program.includes('libexec/rpcd/') || verb === 'list' || verb === 'call';
}
async function respond(host) {
    const correlationId = newCorrelationId(host);
    let exchange;
    try {
        exchange = { host, request: readRequest(host), correlationId, headers: [] };
        const response = await route(exchange);
        return { ...response, headers: [...response.headers, ...exchange.headers] };
    }
    catch (error) {
        const { renderRefusal } = await loadTexts();
        return await renderRefusal(exchange ?? { host, request: NO_REQUEST, correlationId, headers: [] }, asRefusal(host, exchange?.correlationId ?? correlationId, error));
    }
}
function asRefusal(host, correlationId, error) {
    if (error instanceof Refusal)
        return error;
    const text = error instanceof Error
        ? `${error.name}: ${error.message} ${error.stack ?? ''}`
        : 'not an Error';
    logLine(host, 'error', 'INTERNAL_ERROR', correlationId, printable(text));
    return new Refusal('INTERNAL_ERROR');
}

// SPDX-License-Identifier: MIT
// What this build calls itself.
const VERSION = '1.0.0';
/** The day of the release in CHANGELOG.md, seconds since 1970: a wall clock before it has never been set (no RTC, no NTP yet). */
const RELEASE_TIME_S = 1795737600;

export { CALLBACK_PATH, CONFIG_NAME, COUNT, EMAIL_CLAIM, INITIATE_PATH, LOGGED_OUT_PATH, LUCI_PATH, MAX_LOCATION_BYTES, MAX_PARAMETERS, NO_REQUEST, RELEASE_TIME_S, RULE_KINDS, Refusal, START_PATH, UBUS_STATUS, VERIFIED_CLAIM, VERSION, bytesToHex, callUbus, clientKey, closeUbus, concatBytes, encodeForm, formatCookie, htmlResponse, isDigits, isInNetworks, isTable, isVisibleAscii, jsonResponse, logExchange, logLine, main, newCorrelationId, numberOf, objectId, onlyValue, openUbus, parseAddress, parseAuthority, parseForm, parseHttpsUrl, parseIpv4, parseIpv6, printable, printableWords, queryValues, readOptions, readPackage, readProvider, redirectResponse, trimBlanks, withParameters, withoutBidi };
