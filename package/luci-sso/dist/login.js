import { parseHttpsUrl, parseAuthority, isInNetworks, Refusal, printable, CALLBACK_PATH, readPackage, readProvider, readOptions, isDigits, logExchange, concatBytes, LUCI_PATH, formatCookie, withParameters, MAX_LOCATION_BYTES, clientKey, queryValues, parseAddress, openUbus, closeUbus, CONFIG_NAME, RELEASE_TIME_S, redirectResponse, START_PATH } from './core.js';
import { encodeBase64url, sha256, encodeUtf8, decodeUtf8, latin1ToBytes, decodeBase64url, bytesToLatin1 } from '#native';
import { loadProvider, loadSync } from './load.js';

// SPDX-License-Identifier: MIT
// Names for texts: of one length, fit for a file name, and telling nothing. Apart because the login chunk needs no more of crypto.
/** base64url of the SHA-256 of the text's UTF-8: 43 characters. */
function sha256Base64url(text) {
    return encodeBase64url(sha256(encodeUtf8(text)));
}

// SPDX-License-Identifier: MIT
// At which address of the router a request is: which redirect_uri a login uses (the configured one, or the
// address the browser itself used), whether it is https, and where https is.
/** The configured URI as it is, else `https://<Host>/cgi-bin/luci-sso/callback`; refuses with INVALID_HOST. */
function redirectUriOf(exchange, oidc) {
    if (oidc.redirectUri !== '')
        return oidc.redirectUri;
    const authority = parseAuthority(exchange.request.hostHeader);
    if (!authority.ok) {
        throw new Refusal('INVALID_HOST', `Host '${printable(exchange.request.hostHeader)}' ${authority.reason}`);
    }
    return `https://${authority.text}${CALLBACK_PATH}`;
}
/** Whether the browser's side of this request is https: uhttpd's own TLS, or a trusted proxy's. */
function isHttps(exchange, oidc) {
    const { request } = exchange;
    return request.isTls || (oidc.redirectUri !== '' && isTrustedProxy(exchange, oidc));
}
/**
 * Whether the browser is at the address of `redirect_uri`, where alone a login can end. A trusted proxy may
 * have rewritten the Host; there the page that led here says it too.
 */
function isAtRedirectUri(exchange, oidc) {
    const parsed = parseHttpsUrl(oidc.redirectUri);
    if (!parsed.ok)
        return true;
    const { hostHeader, referer } = exchange.request;
    if (isTrustedProxy(exchange, oidc) && referer.startsWith(`https://${parsed.url.authority}/`))
        return true;
    const authority = parseAuthority(hostHeader);
    if (!authority.ok || authority.host !== parsed.url.host)
        return false;
    // The port of plain http says nothing.
    return !isHttps(exchange, oidc) || authority.port === parsed.url.port;
}
function isTrustedProxy(exchange, oidc) {
    return isInNetworks(exchange.request.clientAddress, oidc.trustedProxies);
}
/** Port of uhttpd's first TLS listener (`list listen_https '0.0.0.0:443'`), if it has one. */
function httpsPort(bus) {
    for (const section of readPackage(bus, 'uhttpd')) {
        const value = section.values['listen_https'];
        const first = Array.isArray(value) ? value[0] : value;
        if (section.type !== 'uhttpd' || typeof first !== 'string')
            continue;
        const port = first.slice(first.lastIndexOf(':') + 1);
        const parsed = parseAuthority(`router:${port}`);
        if (parsed.ok)
            return String(parsed.port);
    }
    return undefined;
}

// SPDX-License-Identifier: MIT
// fnmatch(3) without flags, as rpcd uses it for access groups and grants: `*` crosses slashes, a
// backslash quotes. Iterative with one backtrack point, so a pattern cannot cost exponential time.
/** Whether `text` matches `pattern`. A bracket that never closes is an ordinary character. */
function matchesPattern(pattern, text) {
    let p = 0;
    let t = 0;
    let starAt = -1;
    let retryAt = 0;
    while (t < text.length) {
        if (pattern.charAt(p) === '*') {
            starAt = p++;
            retryAt = t;
            continue;
        }
        const next = p < pattern.length ? matchOne(pattern, p, text.charAt(t)) : -1;
        if (next >= 0) {
            p = next;
            t++;
        }
        else if (starAt >= 0) {
            p = starAt + 1;
            t = ++retryAt;
        }
        else {
            return false;
        }
    }
    while (pattern.charAt(p) === '*')
        p++;
    return p === pattern.length;
}
/** Index behind the pattern element at `at` when it matches `char`, else -1. */
function matchOne(pattern, at, char) {
    const element = pattern.charAt(at);
    if (element === '?')
        return at + 1;
    if (element === '[') {
        const end = bracketEnd(pattern, at);
        if (end >= 0)
            return matchesBracket(pattern.slice(at + 1, end), char) ? end + 1 : -1;
    }
    if (element === '\\' && at + 1 < pattern.length)
        return pattern.charAt(at + 1) === char ? at + 2 : -1;
    return element === char ? at + 1 : -1;
}
function bracketEnd(pattern, at) {
    let from = at + 1;
    if ('!^'.includes(pattern.charAt(from)) && from < pattern.length)
        from++;
    return pattern.indexOf(']', from + 1);
}
function matchesBracket(body, char) {
    const isNegated = body.startsWith('!') || body.startsWith('^');
    const set = isNegated ? body.slice(1) : body;
    let isFound = false;
    for (let i = 0; i < set.length; i++) {
        if (set.charAt(i + 1) === '-' && i + 2 < set.length) {
            isFound || (isFound = set.charAt(i) <= char && char <= set.charAt(i + 2));
            i += 2;
        }
        else {
            isFound || (isFound = set.charAt(i) === char);
        }
    }
    return isFound !== isNegated;
}

// SPDX-License-Identifier: MIT
// The `config role` sections. A wrong role makes the whole configuration wrong: left
// out, it would let a later role match, with other rights.
const MAX_ROLE_NAME_CHARS = 32;
const MAX_PATTERN_CHARS = 128;
/** Access groups that every role may read: without them LuCI declares a session expired. */
const ALWAYS_READ = ['unauthenticated', 'luci-base'];
/** Provider and roles. */
function readConfig(sections) {
    const provider = readProvider(sections);
    const problems = provider.ok ? [] : [...provider.problems];
    const roles = [];
    for (const section of sections) {
        if (section.type !== 'role')
            continue;
        const options = readOptions(section);
        roles.push(roleOf(section, options));
        problems.push(...options.problems);
    }
    if (!provider.ok || problems.length > 0)
        return { ok: false, problems };
    return { ok: true, value: { oidc: provider.value, roles } };
}
function roleOf(section, options) {
    const { name } = section;
    if (!isRoleName(name)) {
        options.reject('', `a role's name must be 1 to ${MAX_ROLE_NAME_CHARS} letters, digits or _, and not 'default'`);
    }
    const role = {
        name,
        email: options.list('email'),
        domain: options.list('domain'),
        group: options.list('group'),
        sub: options.list('sub'),
        isDefault: options.flag('default', false),
        login: options.text('login', ''),
        read: options.list('read'),
        write: options.list('write'),
    };
    requirePatterns('read', role.read, options);
    requirePatterns('write', role.write, options);
    for (const pattern of role.read) {
        const denied = ALWAYS_READ.find((group) => isDenial(pattern, group));
        if (denied !== undefined)
            options.reject('read', `'${pattern}' denies '${denied}', without which LuCI ends the session`);
    }
    return role;
}
/** Whether `pattern` denies `group`; rpcd skips blanks behind the `!`, and a lone `!` denies nothing. */
function isDenial(pattern, group) {
    const denied = pattern.startsWith('!') ? pattern.slice(1).trimStart() : '';
    return denied !== '' && matchesPattern(denied, group);
}
function requirePatterns(name, patterns, options) {
    for (const pattern of patterns) {
        if (pattern === '' || pattern === '!' || pattern.length > MAX_PATTERN_CHARS) {
            options.reject(name, `an entry must have 1 to ${MAX_PATTERN_CHARS} characters`);
        }
    }
}
function isRoleName(name) {
    if (name === '' || name === 'default' || name.length > MAX_ROLE_NAME_CHARS)
        return false;
    for (let i = 0; i < name.length; i++) {
        const code = name.charCodeAt(i);
        const lower = code | 32;
        if (!((lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95))
            return false;
    }
    return true;
}

// SPDX-License-Identifier: MIT
// The note that rpcd and the live sessions are as the roles want them. `uci commit` in a shell fires no
// trigger, so each login compares it with the roles of now. Apart from sync.ts because a start reads no more of it.
const FILE = 'roles';
const MAX_BYTES$1 = 65536;
function isSynced(host, config) {
    const noted = host.stateRead(FILE, MAX_BYTES$1);
    return noted.ok && decodeUtf8(noted.bytes) === noteOf(config);
}
/** `undefined` while it is not certain. A note that is not written costs a needless sync. */
function noteSynced(host, config) {
    if (config === undefined)
        host.stateRemove(FILE);
    else
        host.stateReplace(FILE, encodeUtf8(noteOf(config)));
}
function noteOf({ oidc, roles }) {
    return JSON.stringify([oidc.issuer, oidc.enabled, roles]);
}

// SPDX-License-Identifier: MIT
// Whether a guard runs, and what a login does when none does: a configuration that was committed in a
// shell has started nothing.
/** The guard holds it for as long as it lives; see ts-runtime/sso_guard.c. */
const LOCK_FILE = 'guard.lock';
/** When the last tick was, and when a guard was to be started: seconds of the boot clock. */
const TICKED_FILE = 'guard.ticked';
const STARTED_FILE = 'guard.started';
const MAX_BYTES = 32;
/** A tick of cron, which comes each minute, may be late. */
const CRON_S = 150;
const RETRY_S = 60;
function guardingOf(host) {
    const lock = host.stateLock(LOCK_FILE, host.bootMilliseconds());
    if (!lock.ok)
        return 'guard';
    host.streamClose(lock.id);
    const { timeS, isOfCron } = readTime(host, TICKED_FILE);
    return isOfCron && ageOf(host, timeS) < CRON_S ? 'cron' : 'none';
}
/**
 * Starts the guard where none runs, at most once a minute, and does not wait for it. What fails costs a
 * line in the log, not the login: sessions then end by idleness alone.
 */
function ensureGuard(exchange) {
    const { host } = exchange;
    if (guardingOf(host) !== 'none')
        return;
    const last = readTime(host, STARTED_FILE).timeS;
    if (ageOf(host, last) < RETRY_S)
        return;
    host.stateReplace(STARTED_FILE, encodeUtf8(String(nowS(host))));
    const started = host.guardStart();
    if (!started.ok)
        warn(exchange, `not started: ${started.reason}`);
    else if (last > 0 && readTime(host, TICKED_FILE).timeS < last)
        warn(exchange, 'the last start has had no effect');
}
/** Whether a login has tried to. */
function wasGuardStarted(host) {
    return readTime(host, STARTED_FILE).timeS > 0;
}
function warn(exchange, detail) {
    logExchange(exchange, 'warning', 'GUARD_NOT_RUNNING', detail);
}
/** A time that lies ahead is of another boot, and long past. */
function ageOf(host, timeS) {
    const age = nowS(host) - timeS;
    return timeS === 0 || age < 0 ? Infinity : age;
}
function nowS(host) {
    return Math.floor(host.bootMilliseconds() / 1000);
}
/** `timeS` is 0 when it is not known. */
function readTime(host, name) {
    const file = host.stateRead(name, MAX_BYTES);
    const [time = '', who] = file.ok ? (decodeUtf8(file.bytes) ?? '').split(' ') : [];
    return { timeS: isDigits(time) ? Number(time) : 0, isOfCron: who === 'cron' };
}

function getDefaultExportFromCjs (x) {
	return x && x.__esModule && Object.prototype.hasOwnProperty.call(x, 'default') ? x['default'] : x;
}

var naclFast = {exports: {}};

var hasRequiredNaclFast;

function requireNaclFast () {
	if (hasRequiredNaclFast) return naclFast.exports;
	hasRequiredNaclFast = 1;
	(function (module) {
		(function(nacl) {

		// Ported in 2014 by Dmitry Chestnykh and Devi Mandiri.
		// Public domain.
		//
		// Implementation derived from TweetNaCl version 20140427.
		// See for details: http://tweetnacl.cr.yp.to/

		var gf = function(init) {
		  var i, r = new Float64Array(16);
		  if (init) for (i = 0; i < init.length; i++) r[i] = init[i];
		  return r;
		};
		var _9 = new Uint8Array(32); _9[0] = 9;

		gf();
		    gf([1]);
		    gf([0xdb41, 1]);
		    gf([0x78a3, 0x1359, 0x4dca, 0x75eb, 0xd8ab, 0x4141, 0x0a4d, 0x0070, 0xe898, 0x7779, 0x4079, 0x8cc7, 0xfe73, 0x2b6f, 0x6cee, 0x5203]);
		    gf([0xf159, 0x26b2, 0x9b94, 0xebd6, 0xb156, 0x8283, 0x149a, 0x00e0, 0xd130, 0xeef3, 0x80f2, 0x198e, 0xfce7, 0x56df, 0xd9dc, 0x2406]);
		    gf([0xd51a, 0x8f25, 0x2d60, 0xc956, 0xa7b2, 0x9525, 0xc760, 0x692c, 0xdc5c, 0xfdd6, 0xe231, 0xc0a4, 0x53fe, 0xcd6e, 0x36d3, 0x2169]);
		    gf([0x6658, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666]);
		    gf([0xa0b0, 0x4a0e, 0x1b27, 0xc4ee, 0xe478, 0xad2f, 0x1806, 0x2f43, 0xd7a7, 0x3dfb, 0x0099, 0x2b4d, 0xdf0b, 0x4fc1, 0x2480, 0x2b83]);

		function vn(x, xi, y, yi, n) {
		  var i,d = 0;
		  for (i = 0; i < n; i++) d |= x[xi+i]^y[yi+i];
		  return (1 & ((d - 1) >>> 8)) - 1;
		}

		function crypto_verify_16(x, xi, y, yi) {
		  return vn(x,xi,y,yi,16);
		}

		function core_salsa20(o, p, k, c) {
		  var j0  = c[ 0] & 0xff | (c[ 1] & 0xff)<<8 | (c[ 2] & 0xff)<<16 | (c[ 3] & 0xff)<<24,
		      j1  = k[ 0] & 0xff | (k[ 1] & 0xff)<<8 | (k[ 2] & 0xff)<<16 | (k[ 3] & 0xff)<<24,
		      j2  = k[ 4] & 0xff | (k[ 5] & 0xff)<<8 | (k[ 6] & 0xff)<<16 | (k[ 7] & 0xff)<<24,
		      j3  = k[ 8] & 0xff | (k[ 9] & 0xff)<<8 | (k[10] & 0xff)<<16 | (k[11] & 0xff)<<24,
		      j4  = k[12] & 0xff | (k[13] & 0xff)<<8 | (k[14] & 0xff)<<16 | (k[15] & 0xff)<<24,
		      j5  = c[ 4] & 0xff | (c[ 5] & 0xff)<<8 | (c[ 6] & 0xff)<<16 | (c[ 7] & 0xff)<<24,
		      j6  = p[ 0] & 0xff | (p[ 1] & 0xff)<<8 | (p[ 2] & 0xff)<<16 | (p[ 3] & 0xff)<<24,
		      j7  = p[ 4] & 0xff | (p[ 5] & 0xff)<<8 | (p[ 6] & 0xff)<<16 | (p[ 7] & 0xff)<<24,
		      j8  = p[ 8] & 0xff | (p[ 9] & 0xff)<<8 | (p[10] & 0xff)<<16 | (p[11] & 0xff)<<24,
		      j9  = p[12] & 0xff | (p[13] & 0xff)<<8 | (p[14] & 0xff)<<16 | (p[15] & 0xff)<<24,
		      j10 = c[ 8] & 0xff | (c[ 9] & 0xff)<<8 | (c[10] & 0xff)<<16 | (c[11] & 0xff)<<24,
		      j11 = k[16] & 0xff | (k[17] & 0xff)<<8 | (k[18] & 0xff)<<16 | (k[19] & 0xff)<<24,
		      j12 = k[20] & 0xff | (k[21] & 0xff)<<8 | (k[22] & 0xff)<<16 | (k[23] & 0xff)<<24,
		      j13 = k[24] & 0xff | (k[25] & 0xff)<<8 | (k[26] & 0xff)<<16 | (k[27] & 0xff)<<24,
		      j14 = k[28] & 0xff | (k[29] & 0xff)<<8 | (k[30] & 0xff)<<16 | (k[31] & 0xff)<<24,
		      j15 = c[12] & 0xff | (c[13] & 0xff)<<8 | (c[14] & 0xff)<<16 | (c[15] & 0xff)<<24;

		  var x0 = j0, x1 = j1, x2 = j2, x3 = j3, x4 = j4, x5 = j5, x6 = j6, x7 = j7,
		      x8 = j8, x9 = j9, x10 = j10, x11 = j11, x12 = j12, x13 = j13, x14 = j14,
		      x15 = j15, u;

		  for (var i = 0; i < 20; i += 2) {
		    u = x0 + x12 | 0;
		    x4 ^= u<<7 | u>>>(32-7);
		    u = x4 + x0 | 0;
		    x8 ^= u<<9 | u>>>(32-9);
		    u = x8 + x4 | 0;
		    x12 ^= u<<13 | u>>>(32-13);
		    u = x12 + x8 | 0;
		    x0 ^= u<<18 | u>>>(32-18);

		    u = x5 + x1 | 0;
		    x9 ^= u<<7 | u>>>(32-7);
		    u = x9 + x5 | 0;
		    x13 ^= u<<9 | u>>>(32-9);
		    u = x13 + x9 | 0;
		    x1 ^= u<<13 | u>>>(32-13);
		    u = x1 + x13 | 0;
		    x5 ^= u<<18 | u>>>(32-18);

		    u = x10 + x6 | 0;
		    x14 ^= u<<7 | u>>>(32-7);
		    u = x14 + x10 | 0;
		    x2 ^= u<<9 | u>>>(32-9);
		    u = x2 + x14 | 0;
		    x6 ^= u<<13 | u>>>(32-13);
		    u = x6 + x2 | 0;
		    x10 ^= u<<18 | u>>>(32-18);

		    u = x15 + x11 | 0;
		    x3 ^= u<<7 | u>>>(32-7);
		    u = x3 + x15 | 0;
		    x7 ^= u<<9 | u>>>(32-9);
		    u = x7 + x3 | 0;
		    x11 ^= u<<13 | u>>>(32-13);
		    u = x11 + x7 | 0;
		    x15 ^= u<<18 | u>>>(32-18);

		    u = x0 + x3 | 0;
		    x1 ^= u<<7 | u>>>(32-7);
		    u = x1 + x0 | 0;
		    x2 ^= u<<9 | u>>>(32-9);
		    u = x2 + x1 | 0;
		    x3 ^= u<<13 | u>>>(32-13);
		    u = x3 + x2 | 0;
		    x0 ^= u<<18 | u>>>(32-18);

		    u = x5 + x4 | 0;
		    x6 ^= u<<7 | u>>>(32-7);
		    u = x6 + x5 | 0;
		    x7 ^= u<<9 | u>>>(32-9);
		    u = x7 + x6 | 0;
		    x4 ^= u<<13 | u>>>(32-13);
		    u = x4 + x7 | 0;
		    x5 ^= u<<18 | u>>>(32-18);

		    u = x10 + x9 | 0;
		    x11 ^= u<<7 | u>>>(32-7);
		    u = x11 + x10 | 0;
		    x8 ^= u<<9 | u>>>(32-9);
		    u = x8 + x11 | 0;
		    x9 ^= u<<13 | u>>>(32-13);
		    u = x9 + x8 | 0;
		    x10 ^= u<<18 | u>>>(32-18);

		    u = x15 + x14 | 0;
		    x12 ^= u<<7 | u>>>(32-7);
		    u = x12 + x15 | 0;
		    x13 ^= u<<9 | u>>>(32-9);
		    u = x13 + x12 | 0;
		    x14 ^= u<<13 | u>>>(32-13);
		    u = x14 + x13 | 0;
		    x15 ^= u<<18 | u>>>(32-18);
		  }
		   x0 =  x0 +  j0 | 0;
		   x1 =  x1 +  j1 | 0;
		   x2 =  x2 +  j2 | 0;
		   x3 =  x3 +  j3 | 0;
		   x4 =  x4 +  j4 | 0;
		   x5 =  x5 +  j5 | 0;
		   x6 =  x6 +  j6 | 0;
		   x7 =  x7 +  j7 | 0;
		   x8 =  x8 +  j8 | 0;
		   x9 =  x9 +  j9 | 0;
		  x10 = x10 + j10 | 0;
		  x11 = x11 + j11 | 0;
		  x12 = x12 + j12 | 0;
		  x13 = x13 + j13 | 0;
		  x14 = x14 + j14 | 0;
		  x15 = x15 + j15 | 0;

		  o[ 0] = x0 >>>  0 & 0xff;
		  o[ 1] = x0 >>>  8 & 0xff;
		  o[ 2] = x0 >>> 16 & 0xff;
		  o[ 3] = x0 >>> 24 & 0xff;

		  o[ 4] = x1 >>>  0 & 0xff;
		  o[ 5] = x1 >>>  8 & 0xff;
		  o[ 6] = x1 >>> 16 & 0xff;
		  o[ 7] = x1 >>> 24 & 0xff;

		  o[ 8] = x2 >>>  0 & 0xff;
		  o[ 9] = x2 >>>  8 & 0xff;
		  o[10] = x2 >>> 16 & 0xff;
		  o[11] = x2 >>> 24 & 0xff;

		  o[12] = x3 >>>  0 & 0xff;
		  o[13] = x3 >>>  8 & 0xff;
		  o[14] = x3 >>> 16 & 0xff;
		  o[15] = x3 >>> 24 & 0xff;

		  o[16] = x4 >>>  0 & 0xff;
		  o[17] = x4 >>>  8 & 0xff;
		  o[18] = x4 >>> 16 & 0xff;
		  o[19] = x4 >>> 24 & 0xff;

		  o[20] = x5 >>>  0 & 0xff;
		  o[21] = x5 >>>  8 & 0xff;
		  o[22] = x5 >>> 16 & 0xff;
		  o[23] = x5 >>> 24 & 0xff;

		  o[24] = x6 >>>  0 & 0xff;
		  o[25] = x6 >>>  8 & 0xff;
		  o[26] = x6 >>> 16 & 0xff;
		  o[27] = x6 >>> 24 & 0xff;

		  o[28] = x7 >>>  0 & 0xff;
		  o[29] = x7 >>>  8 & 0xff;
		  o[30] = x7 >>> 16 & 0xff;
		  o[31] = x7 >>> 24 & 0xff;

		  o[32] = x8 >>>  0 & 0xff;
		  o[33] = x8 >>>  8 & 0xff;
		  o[34] = x8 >>> 16 & 0xff;
		  o[35] = x8 >>> 24 & 0xff;

		  o[36] = x9 >>>  0 & 0xff;
		  o[37] = x9 >>>  8 & 0xff;
		  o[38] = x9 >>> 16 & 0xff;
		  o[39] = x9 >>> 24 & 0xff;

		  o[40] = x10 >>>  0 & 0xff;
		  o[41] = x10 >>>  8 & 0xff;
		  o[42] = x10 >>> 16 & 0xff;
		  o[43] = x10 >>> 24 & 0xff;

		  o[44] = x11 >>>  0 & 0xff;
		  o[45] = x11 >>>  8 & 0xff;
		  o[46] = x11 >>> 16 & 0xff;
		  o[47] = x11 >>> 24 & 0xff;

		  o[48] = x12 >>>  0 & 0xff;
		  o[49] = x12 >>>  8 & 0xff;
		  o[50] = x12 >>> 16 & 0xff;
		  o[51] = x12 >>> 24 & 0xff;

		  o[52] = x13 >>>  0 & 0xff;
		  o[53] = x13 >>>  8 & 0xff;
		  o[54] = x13 >>> 16 & 0xff;
		  o[55] = x13 >>> 24 & 0xff;

		  o[56] = x14 >>>  0 & 0xff;
		  o[57] = x14 >>>  8 & 0xff;
		  o[58] = x14 >>> 16 & 0xff;
		  o[59] = x14 >>> 24 & 0xff;

		  o[60] = x15 >>>  0 & 0xff;
		  o[61] = x15 >>>  8 & 0xff;
		  o[62] = x15 >>> 16 & 0xff;
		  o[63] = x15 >>> 24 & 0xff;
		}

		function core_hsalsa20(o,p,k,c) {
		  var j0  = c[ 0] & 0xff | (c[ 1] & 0xff)<<8 | (c[ 2] & 0xff)<<16 | (c[ 3] & 0xff)<<24,
		      j1  = k[ 0] & 0xff | (k[ 1] & 0xff)<<8 | (k[ 2] & 0xff)<<16 | (k[ 3] & 0xff)<<24,
		      j2  = k[ 4] & 0xff | (k[ 5] & 0xff)<<8 | (k[ 6] & 0xff)<<16 | (k[ 7] & 0xff)<<24,
		      j3  = k[ 8] & 0xff | (k[ 9] & 0xff)<<8 | (k[10] & 0xff)<<16 | (k[11] & 0xff)<<24,
		      j4  = k[12] & 0xff | (k[13] & 0xff)<<8 | (k[14] & 0xff)<<16 | (k[15] & 0xff)<<24,
		      j5  = c[ 4] & 0xff | (c[ 5] & 0xff)<<8 | (c[ 6] & 0xff)<<16 | (c[ 7] & 0xff)<<24,
		      j6  = p[ 0] & 0xff | (p[ 1] & 0xff)<<8 | (p[ 2] & 0xff)<<16 | (p[ 3] & 0xff)<<24,
		      j7  = p[ 4] & 0xff | (p[ 5] & 0xff)<<8 | (p[ 6] & 0xff)<<16 | (p[ 7] & 0xff)<<24,
		      j8  = p[ 8] & 0xff | (p[ 9] & 0xff)<<8 | (p[10] & 0xff)<<16 | (p[11] & 0xff)<<24,
		      j9  = p[12] & 0xff | (p[13] & 0xff)<<8 | (p[14] & 0xff)<<16 | (p[15] & 0xff)<<24,
		      j10 = c[ 8] & 0xff | (c[ 9] & 0xff)<<8 | (c[10] & 0xff)<<16 | (c[11] & 0xff)<<24,
		      j11 = k[16] & 0xff | (k[17] & 0xff)<<8 | (k[18] & 0xff)<<16 | (k[19] & 0xff)<<24,
		      j12 = k[20] & 0xff | (k[21] & 0xff)<<8 | (k[22] & 0xff)<<16 | (k[23] & 0xff)<<24,
		      j13 = k[24] & 0xff | (k[25] & 0xff)<<8 | (k[26] & 0xff)<<16 | (k[27] & 0xff)<<24,
		      j14 = k[28] & 0xff | (k[29] & 0xff)<<8 | (k[30] & 0xff)<<16 | (k[31] & 0xff)<<24,
		      j15 = c[12] & 0xff | (c[13] & 0xff)<<8 | (c[14] & 0xff)<<16 | (c[15] & 0xff)<<24;

		  var x0 = j0, x1 = j1, x2 = j2, x3 = j3, x4 = j4, x5 = j5, x6 = j6, x7 = j7,
		      x8 = j8, x9 = j9, x10 = j10, x11 = j11, x12 = j12, x13 = j13, x14 = j14,
		      x15 = j15, u;

		  for (var i = 0; i < 20; i += 2) {
		    u = x0 + x12 | 0;
		    x4 ^= u<<7 | u>>>(32-7);
		    u = x4 + x0 | 0;
		    x8 ^= u<<9 | u>>>(32-9);
		    u = x8 + x4 | 0;
		    x12 ^= u<<13 | u>>>(32-13);
		    u = x12 + x8 | 0;
		    x0 ^= u<<18 | u>>>(32-18);

		    u = x5 + x1 | 0;
		    x9 ^= u<<7 | u>>>(32-7);
		    u = x9 + x5 | 0;
		    x13 ^= u<<9 | u>>>(32-9);
		    u = x13 + x9 | 0;
		    x1 ^= u<<13 | u>>>(32-13);
		    u = x1 + x13 | 0;
		    x5 ^= u<<18 | u>>>(32-18);

		    u = x10 + x6 | 0;
		    x14 ^= u<<7 | u>>>(32-7);
		    u = x14 + x10 | 0;
		    x2 ^= u<<9 | u>>>(32-9);
		    u = x2 + x14 | 0;
		    x6 ^= u<<13 | u>>>(32-13);
		    u = x6 + x2 | 0;
		    x10 ^= u<<18 | u>>>(32-18);

		    u = x15 + x11 | 0;
		    x3 ^= u<<7 | u>>>(32-7);
		    u = x3 + x15 | 0;
		    x7 ^= u<<9 | u>>>(32-9);
		    u = x7 + x3 | 0;
		    x11 ^= u<<13 | u>>>(32-13);
		    u = x11 + x7 | 0;
		    x15 ^= u<<18 | u>>>(32-18);

		    u = x0 + x3 | 0;
		    x1 ^= u<<7 | u>>>(32-7);
		    u = x1 + x0 | 0;
		    x2 ^= u<<9 | u>>>(32-9);
		    u = x2 + x1 | 0;
		    x3 ^= u<<13 | u>>>(32-13);
		    u = x3 + x2 | 0;
		    x0 ^= u<<18 | u>>>(32-18);

		    u = x5 + x4 | 0;
		    x6 ^= u<<7 | u>>>(32-7);
		    u = x6 + x5 | 0;
		    x7 ^= u<<9 | u>>>(32-9);
		    u = x7 + x6 | 0;
		    x4 ^= u<<13 | u>>>(32-13);
		    u = x4 + x7 | 0;
		    x5 ^= u<<18 | u>>>(32-18);

		    u = x10 + x9 | 0;
		    x11 ^= u<<7 | u>>>(32-7);
		    u = x11 + x10 | 0;
		    x8 ^= u<<9 | u>>>(32-9);
		    u = x8 + x11 | 0;
		    x9 ^= u<<13 | u>>>(32-13);
		    u = x9 + x8 | 0;
		    x10 ^= u<<18 | u>>>(32-18);

		    u = x15 + x14 | 0;
		    x12 ^= u<<7 | u>>>(32-7);
		    u = x12 + x15 | 0;
		    x13 ^= u<<9 | u>>>(32-9);
		    u = x13 + x12 | 0;
		    x14 ^= u<<13 | u>>>(32-13);
		    u = x14 + x13 | 0;
		    x15 ^= u<<18 | u>>>(32-18);
		  }

		  o[ 0] = x0 >>>  0 & 0xff;
		  o[ 1] = x0 >>>  8 & 0xff;
		  o[ 2] = x0 >>> 16 & 0xff;
		  o[ 3] = x0 >>> 24 & 0xff;

		  o[ 4] = x5 >>>  0 & 0xff;
		  o[ 5] = x5 >>>  8 & 0xff;
		  o[ 6] = x5 >>> 16 & 0xff;
		  o[ 7] = x5 >>> 24 & 0xff;

		  o[ 8] = x10 >>>  0 & 0xff;
		  o[ 9] = x10 >>>  8 & 0xff;
		  o[10] = x10 >>> 16 & 0xff;
		  o[11] = x10 >>> 24 & 0xff;

		  o[12] = x15 >>>  0 & 0xff;
		  o[13] = x15 >>>  8 & 0xff;
		  o[14] = x15 >>> 16 & 0xff;
		  o[15] = x15 >>> 24 & 0xff;

		  o[16] = x6 >>>  0 & 0xff;
		  o[17] = x6 >>>  8 & 0xff;
		  o[18] = x6 >>> 16 & 0xff;
		  o[19] = x6 >>> 24 & 0xff;

		  o[20] = x7 >>>  0 & 0xff;
		  o[21] = x7 >>>  8 & 0xff;
		  o[22] = x7 >>> 16 & 0xff;
		  o[23] = x7 >>> 24 & 0xff;

		  o[24] = x8 >>>  0 & 0xff;
		  o[25] = x8 >>>  8 & 0xff;
		  o[26] = x8 >>> 16 & 0xff;
		  o[27] = x8 >>> 24 & 0xff;

		  o[28] = x9 >>>  0 & 0xff;
		  o[29] = x9 >>>  8 & 0xff;
		  o[30] = x9 >>> 16 & 0xff;
		  o[31] = x9 >>> 24 & 0xff;
		}

		function crypto_core_salsa20(out,inp,k,c) {
		  core_salsa20(out,inp,k,c);
		}

		function crypto_core_hsalsa20(out,inp,k,c) {
		  core_hsalsa20(out,inp,k,c);
		}

		var sigma = new Uint8Array([101, 120, 112, 97, 110, 100, 32, 51, 50, 45, 98, 121, 116, 101, 32, 107]);
		            // "expand 32-byte k"

		function crypto_stream_salsa20_xor(c,cpos,m,mpos,b,n,k) {
		  var z = new Uint8Array(16), x = new Uint8Array(64);
		  var u, i;
		  for (i = 0; i < 16; i++) z[i] = 0;
		  for (i = 0; i < 8; i++) z[i] = n[i];
		  while (b >= 64) {
		    crypto_core_salsa20(x,z,k,sigma);
		    for (i = 0; i < 64; i++) c[cpos+i] = m[mpos+i] ^ x[i];
		    u = 1;
		    for (i = 8; i < 16; i++) {
		      u = u + (z[i] & 0xff) | 0;
		      z[i] = u & 0xff;
		      u >>>= 8;
		    }
		    b -= 64;
		    cpos += 64;
		    mpos += 64;
		  }
		  if (b > 0) {
		    crypto_core_salsa20(x,z,k,sigma);
		    for (i = 0; i < b; i++) c[cpos+i] = m[mpos+i] ^ x[i];
		  }
		  return 0;
		}

		function crypto_stream_salsa20(c,cpos,b,n,k) {
		  var z = new Uint8Array(16), x = new Uint8Array(64);
		  var u, i;
		  for (i = 0; i < 16; i++) z[i] = 0;
		  for (i = 0; i < 8; i++) z[i] = n[i];
		  while (b >= 64) {
		    crypto_core_salsa20(x,z,k,sigma);
		    for (i = 0; i < 64; i++) c[cpos+i] = x[i];
		    u = 1;
		    for (i = 8; i < 16; i++) {
		      u = u + (z[i] & 0xff) | 0;
		      z[i] = u & 0xff;
		      u >>>= 8;
		    }
		    b -= 64;
		    cpos += 64;
		  }
		  if (b > 0) {
		    crypto_core_salsa20(x,z,k,sigma);
		    for (i = 0; i < b; i++) c[cpos+i] = x[i];
		  }
		  return 0;
		}

		function crypto_stream(c,cpos,d,n,k) {
		  var s = new Uint8Array(32);
		  crypto_core_hsalsa20(s,n,k,sigma);
		  var sn = new Uint8Array(8);
		  for (var i = 0; i < 8; i++) sn[i] = n[i+16];
		  return crypto_stream_salsa20(c,cpos,d,sn,s);
		}

		function crypto_stream_xor(c,cpos,m,mpos,d,n,k) {
		  var s = new Uint8Array(32);
		  crypto_core_hsalsa20(s,n,k,sigma);
		  var sn = new Uint8Array(8);
		  for (var i = 0; i < 8; i++) sn[i] = n[i+16];
		  return crypto_stream_salsa20_xor(c,cpos,m,mpos,d,sn,s);
		}

		/*
		* Port of Andrew Moon's Poly1305-donna-16. Public domain.
		* https://github.com/floodyberry/poly1305-donna
		*/

		var poly1305 = function(key) {
		  this.buffer = new Uint8Array(16);
		  this.r = new Uint16Array(10);
		  this.h = new Uint16Array(10);
		  this.pad = new Uint16Array(8);
		  this.leftover = 0;
		  this.fin = 0;

		  var t0, t1, t2, t3, t4, t5, t6, t7;

		  t0 = key[ 0] & 0xff | (key[ 1] & 0xff) << 8; this.r[0] = ( t0                     ) & 0x1fff;
		  t1 = key[ 2] & 0xff | (key[ 3] & 0xff) << 8; this.r[1] = ((t0 >>> 13) | (t1 <<  3)) & 0x1fff;
		  t2 = key[ 4] & 0xff | (key[ 5] & 0xff) << 8; this.r[2] = ((t1 >>> 10) | (t2 <<  6)) & 0x1f03;
		  t3 = key[ 6] & 0xff | (key[ 7] & 0xff) << 8; this.r[3] = ((t2 >>>  7) | (t3 <<  9)) & 0x1fff;
		  t4 = key[ 8] & 0xff | (key[ 9] & 0xff) << 8; this.r[4] = ((t3 >>>  4) | (t4 << 12)) & 0x00ff;
		  this.r[5] = ((t4 >>>  1)) & 0x1ffe;
		  t5 = key[10] & 0xff | (key[11] & 0xff) << 8; this.r[6] = ((t4 >>> 14) | (t5 <<  2)) & 0x1fff;
		  t6 = key[12] & 0xff | (key[13] & 0xff) << 8; this.r[7] = ((t5 >>> 11) | (t6 <<  5)) & 0x1f81;
		  t7 = key[14] & 0xff | (key[15] & 0xff) << 8; this.r[8] = ((t6 >>>  8) | (t7 <<  8)) & 0x1fff;
		  this.r[9] = ((t7 >>>  5)) & 0x007f;

		  this.pad[0] = key[16] & 0xff | (key[17] & 0xff) << 8;
		  this.pad[1] = key[18] & 0xff | (key[19] & 0xff) << 8;
		  this.pad[2] = key[20] & 0xff | (key[21] & 0xff) << 8;
		  this.pad[3] = key[22] & 0xff | (key[23] & 0xff) << 8;
		  this.pad[4] = key[24] & 0xff | (key[25] & 0xff) << 8;
		  this.pad[5] = key[26] & 0xff | (key[27] & 0xff) << 8;
		  this.pad[6] = key[28] & 0xff | (key[29] & 0xff) << 8;
		  this.pad[7] = key[30] & 0xff | (key[31] & 0xff) << 8;
		};

		poly1305.prototype.blocks = function(m, mpos, bytes) {
		  var hibit = this.fin ? 0 : (1 << 11);
		  var t0, t1, t2, t3, t4, t5, t6, t7, c;
		  var d0, d1, d2, d3, d4, d5, d6, d7, d8, d9;

		  var h0 = this.h[0],
		      h1 = this.h[1],
		      h2 = this.h[2],
		      h3 = this.h[3],
		      h4 = this.h[4],
		      h5 = this.h[5],
		      h6 = this.h[6],
		      h7 = this.h[7],
		      h8 = this.h[8],
		      h9 = this.h[9];

		  var r0 = this.r[0],
		      r1 = this.r[1],
		      r2 = this.r[2],
		      r3 = this.r[3],
		      r4 = this.r[4],
		      r5 = this.r[5],
		      r6 = this.r[6],
		      r7 = this.r[7],
		      r8 = this.r[8],
		      r9 = this.r[9];

		  while (bytes >= 16) {
		    t0 = m[mpos+ 0] & 0xff | (m[mpos+ 1] & 0xff) << 8; h0 += ( t0                     ) & 0x1fff;
		    t1 = m[mpos+ 2] & 0xff | (m[mpos+ 3] & 0xff) << 8; h1 += ((t0 >>> 13) | (t1 <<  3)) & 0x1fff;
		    t2 = m[mpos+ 4] & 0xff | (m[mpos+ 5] & 0xff) << 8; h2 += ((t1 >>> 10) | (t2 <<  6)) & 0x1fff;
		    t3 = m[mpos+ 6] & 0xff | (m[mpos+ 7] & 0xff) << 8; h3 += ((t2 >>>  7) | (t3 <<  9)) & 0x1fff;
		    t4 = m[mpos+ 8] & 0xff | (m[mpos+ 9] & 0xff) << 8; h4 += ((t3 >>>  4) | (t4 << 12)) & 0x1fff;
		    h5 += ((t4 >>>  1)) & 0x1fff;
		    t5 = m[mpos+10] & 0xff | (m[mpos+11] & 0xff) << 8; h6 += ((t4 >>> 14) | (t5 <<  2)) & 0x1fff;
		    t6 = m[mpos+12] & 0xff | (m[mpos+13] & 0xff) << 8; h7 += ((t5 >>> 11) | (t6 <<  5)) & 0x1fff;
		    t7 = m[mpos+14] & 0xff | (m[mpos+15] & 0xff) << 8; h8 += ((t6 >>>  8) | (t7 <<  8)) & 0x1fff;
		    h9 += ((t7 >>> 5)) | hibit;

		    c = 0;

		    d0 = c;
		    d0 += h0 * r0;
		    d0 += h1 * (5 * r9);
		    d0 += h2 * (5 * r8);
		    d0 += h3 * (5 * r7);
		    d0 += h4 * (5 * r6);
		    c = (d0 >>> 13); d0 &= 0x1fff;
		    d0 += h5 * (5 * r5);
		    d0 += h6 * (5 * r4);
		    d0 += h7 * (5 * r3);
		    d0 += h8 * (5 * r2);
		    d0 += h9 * (5 * r1);
		    c += (d0 >>> 13); d0 &= 0x1fff;

		    d1 = c;
		    d1 += h0 * r1;
		    d1 += h1 * r0;
		    d1 += h2 * (5 * r9);
		    d1 += h3 * (5 * r8);
		    d1 += h4 * (5 * r7);
		    c = (d1 >>> 13); d1 &= 0x1fff;
		    d1 += h5 * (5 * r6);
		    d1 += h6 * (5 * r5);
		    d1 += h7 * (5 * r4);
		    d1 += h8 * (5 * r3);
		    d1 += h9 * (5 * r2);
		    c += (d1 >>> 13); d1 &= 0x1fff;

		    d2 = c;
		    d2 += h0 * r2;
		    d2 += h1 * r1;
		    d2 += h2 * r0;
		    d2 += h3 * (5 * r9);
		    d2 += h4 * (5 * r8);
		    c = (d2 >>> 13); d2 &= 0x1fff;
		    d2 += h5 * (5 * r7);
		    d2 += h6 * (5 * r6);
		    d2 += h7 * (5 * r5);
		    d2 += h8 * (5 * r4);
		    d2 += h9 * (5 * r3);
		    c += (d2 >>> 13); d2 &= 0x1fff;

		    d3 = c;
		    d3 += h0 * r3;
		    d3 += h1 * r2;
		    d3 += h2 * r1;
		    d3 += h3 * r0;
		    d3 += h4 * (5 * r9);
		    c = (d3 >>> 13); d3 &= 0x1fff;
		    d3 += h5 * (5 * r8);
		    d3 += h6 * (5 * r7);
		    d3 += h7 * (5 * r6);
		    d3 += h8 * (5 * r5);
		    d3 += h9 * (5 * r4);
		    c += (d3 >>> 13); d3 &= 0x1fff;

		    d4 = c;
		    d4 += h0 * r4;
		    d4 += h1 * r3;
		    d4 += h2 * r2;
		    d4 += h3 * r1;
		    d4 += h4 * r0;
		    c = (d4 >>> 13); d4 &= 0x1fff;
		    d4 += h5 * (5 * r9);
		    d4 += h6 * (5 * r8);
		    d4 += h7 * (5 * r7);
		    d4 += h8 * (5 * r6);
		    d4 += h9 * (5 * r5);
		    c += (d4 >>> 13); d4 &= 0x1fff;

		    d5 = c;
		    d5 += h0 * r5;
		    d5 += h1 * r4;
		    d5 += h2 * r3;
		    d5 += h3 * r2;
		    d5 += h4 * r1;
		    c = (d5 >>> 13); d5 &= 0x1fff;
		    d5 += h5 * r0;
		    d5 += h6 * (5 * r9);
		    d5 += h7 * (5 * r8);
		    d5 += h8 * (5 * r7);
		    d5 += h9 * (5 * r6);
		    c += (d5 >>> 13); d5 &= 0x1fff;

		    d6 = c;
		    d6 += h0 * r6;
		    d6 += h1 * r5;
		    d6 += h2 * r4;
		    d6 += h3 * r3;
		    d6 += h4 * r2;
		    c = (d6 >>> 13); d6 &= 0x1fff;
		    d6 += h5 * r1;
		    d6 += h6 * r0;
		    d6 += h7 * (5 * r9);
		    d6 += h8 * (5 * r8);
		    d6 += h9 * (5 * r7);
		    c += (d6 >>> 13); d6 &= 0x1fff;

		    d7 = c;
		    d7 += h0 * r7;
		    d7 += h1 * r6;
		    d7 += h2 * r5;
		    d7 += h3 * r4;
		    d7 += h4 * r3;
		    c = (d7 >>> 13); d7 &= 0x1fff;
		    d7 += h5 * r2;
		    d7 += h6 * r1;
		    d7 += h7 * r0;
		    d7 += h8 * (5 * r9);
		    d7 += h9 * (5 * r8);
		    c += (d7 >>> 13); d7 &= 0x1fff;

		    d8 = c;
		    d8 += h0 * r8;
		    d8 += h1 * r7;
		    d8 += h2 * r6;
		    d8 += h3 * r5;
		    d8 += h4 * r4;
		    c = (d8 >>> 13); d8 &= 0x1fff;
		    d8 += h5 * r3;
		    d8 += h6 * r2;
		    d8 += h7 * r1;
		    d8 += h8 * r0;
		    d8 += h9 * (5 * r9);
		    c += (d8 >>> 13); d8 &= 0x1fff;

		    d9 = c;
		    d9 += h0 * r9;
		    d9 += h1 * r8;
		    d9 += h2 * r7;
		    d9 += h3 * r6;
		    d9 += h4 * r5;
		    c = (d9 >>> 13); d9 &= 0x1fff;
		    d9 += h5 * r4;
		    d9 += h6 * r3;
		    d9 += h7 * r2;
		    d9 += h8 * r1;
		    d9 += h9 * r0;
		    c += (d9 >>> 13); d9 &= 0x1fff;

		    c = (((c << 2) + c)) | 0;
		    c = (c + d0) | 0;
		    d0 = c & 0x1fff;
		    c = (c >>> 13);
		    d1 += c;

		    h0 = d0;
		    h1 = d1;
		    h2 = d2;
		    h3 = d3;
		    h4 = d4;
		    h5 = d5;
		    h6 = d6;
		    h7 = d7;
		    h8 = d8;
		    h9 = d9;

		    mpos += 16;
		    bytes -= 16;
		  }
		  this.h[0] = h0;
		  this.h[1] = h1;
		  this.h[2] = h2;
		  this.h[3] = h3;
		  this.h[4] = h4;
		  this.h[5] = h5;
		  this.h[6] = h6;
		  this.h[7] = h7;
		  this.h[8] = h8;
		  this.h[9] = h9;
		};

		poly1305.prototype.finish = function(mac, macpos) {
		  var g = new Uint16Array(10);
		  var c, mask, f, i;

		  if (this.leftover) {
		    i = this.leftover;
		    this.buffer[i++] = 1;
		    for (; i < 16; i++) this.buffer[i] = 0;
		    this.fin = 1;
		    this.blocks(this.buffer, 0, 16);
		  }

		  c = this.h[1] >>> 13;
		  this.h[1] &= 0x1fff;
		  for (i = 2; i < 10; i++) {
		    this.h[i] += c;
		    c = this.h[i] >>> 13;
		    this.h[i] &= 0x1fff;
		  }
		  this.h[0] += (c * 5);
		  c = this.h[0] >>> 13;
		  this.h[0] &= 0x1fff;
		  this.h[1] += c;
		  c = this.h[1] >>> 13;
		  this.h[1] &= 0x1fff;
		  this.h[2] += c;

		  g[0] = this.h[0] + 5;
		  c = g[0] >>> 13;
		  g[0] &= 0x1fff;
		  for (i = 1; i < 10; i++) {
		    g[i] = this.h[i] + c;
		    c = g[i] >>> 13;
		    g[i] &= 0x1fff;
		  }
		  g[9] -= (1 << 13);

		  mask = (c ^ 1) - 1;
		  for (i = 0; i < 10; i++) g[i] &= mask;
		  mask = ~mask;
		  for (i = 0; i < 10; i++) this.h[i] = (this.h[i] & mask) | g[i];

		  this.h[0] = ((this.h[0]       ) | (this.h[1] << 13)                    ) & 0xffff;
		  this.h[1] = ((this.h[1] >>>  3) | (this.h[2] << 10)                    ) & 0xffff;
		  this.h[2] = ((this.h[2] >>>  6) | (this.h[3] <<  7)                    ) & 0xffff;
		  this.h[3] = ((this.h[3] >>>  9) | (this.h[4] <<  4)                    ) & 0xffff;
		  this.h[4] = ((this.h[4] >>> 12) | (this.h[5] <<  1) | (this.h[6] << 14)) & 0xffff;
		  this.h[5] = ((this.h[6] >>>  2) | (this.h[7] << 11)                    ) & 0xffff;
		  this.h[6] = ((this.h[7] >>>  5) | (this.h[8] <<  8)                    ) & 0xffff;
		  this.h[7] = ((this.h[8] >>>  8) | (this.h[9] <<  5)                    ) & 0xffff;

		  f = this.h[0] + this.pad[0];
		  this.h[0] = f & 0xffff;
		  for (i = 1; i < 8; i++) {
		    f = (((this.h[i] + this.pad[i]) | 0) + (f >>> 16)) | 0;
		    this.h[i] = f & 0xffff;
		  }

		  mac[macpos+ 0] = (this.h[0] >>> 0) & 0xff;
		  mac[macpos+ 1] = (this.h[0] >>> 8) & 0xff;
		  mac[macpos+ 2] = (this.h[1] >>> 0) & 0xff;
		  mac[macpos+ 3] = (this.h[1] >>> 8) & 0xff;
		  mac[macpos+ 4] = (this.h[2] >>> 0) & 0xff;
		  mac[macpos+ 5] = (this.h[2] >>> 8) & 0xff;
		  mac[macpos+ 6] = (this.h[3] >>> 0) & 0xff;
		  mac[macpos+ 7] = (this.h[3] >>> 8) & 0xff;
		  mac[macpos+ 8] = (this.h[4] >>> 0) & 0xff;
		  mac[macpos+ 9] = (this.h[4] >>> 8) & 0xff;
		  mac[macpos+10] = (this.h[5] >>> 0) & 0xff;
		  mac[macpos+11] = (this.h[5] >>> 8) & 0xff;
		  mac[macpos+12] = (this.h[6] >>> 0) & 0xff;
		  mac[macpos+13] = (this.h[6] >>> 8) & 0xff;
		  mac[macpos+14] = (this.h[7] >>> 0) & 0xff;
		  mac[macpos+15] = (this.h[7] >>> 8) & 0xff;
		};

		poly1305.prototype.update = function(m, mpos, bytes) {
		  var i, want;

		  if (this.leftover) {
		    want = (16 - this.leftover);
		    if (want > bytes)
		      want = bytes;
		    for (i = 0; i < want; i++)
		      this.buffer[this.leftover + i] = m[mpos+i];
		    bytes -= want;
		    mpos += want;
		    this.leftover += want;
		    if (this.leftover < 16)
		      return;
		    this.blocks(this.buffer, 0, 16);
		    this.leftover = 0;
		  }

		  if (bytes >= 16) {
		    want = bytes - (bytes % 16);
		    this.blocks(m, mpos, want);
		    mpos += want;
		    bytes -= want;
		  }

		  if (bytes) {
		    for (i = 0; i < bytes; i++)
		      this.buffer[this.leftover + i] = m[mpos+i];
		    this.leftover += bytes;
		  }
		};

		function crypto_onetimeauth(out, outpos, m, mpos, n, k) {
		  var s = new poly1305(k);
		  s.update(m, mpos, n);
		  s.finish(out, outpos);
		  return 0;
		}

		function crypto_onetimeauth_verify(h, hpos, m, mpos, n, k) {
		  var x = new Uint8Array(16);
		  crypto_onetimeauth(x,0,m,mpos,n,k);
		  return crypto_verify_16(h,hpos,x,0);
		}

		function crypto_secretbox(c,m,d,n,k) {
		  var i;
		  if (d < 32) return -1;
		  crypto_stream_xor(c,0,m,0,d,n,k);
		  crypto_onetimeauth(c, 16, c, 32, d - 32, c);
		  for (i = 0; i < 16; i++) c[i] = 0;
		  return 0;
		}

		function crypto_secretbox_open(m,c,d,n,k) {
		  var i;
		  var x = new Uint8Array(32);
		  if (d < 32) return -1;
		  crypto_stream(x,0,32,n,k);
		  if (crypto_onetimeauth_verify(c, 16,c, 32,d - 32,x) !== 0) return -1;
		  crypto_stream_xor(m,0,c,0,d,n,k);
		  for (i = 0; i < 32; i++) m[i] = 0;
		  return 0;
		}

		var crypto_secretbox_KEYBYTES = 32,
		    crypto_secretbox_NONCEBYTES = 24,
		    crypto_secretbox_ZEROBYTES = 32,
		    crypto_secretbox_BOXZEROBYTES = 16;

		                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              

		/* High-level API */

		function checkLengths(k, n) {
		  if (k.length !== crypto_secretbox_KEYBYTES) throw new Error('bad key size');
		  if (n.length !== crypto_secretbox_NONCEBYTES) throw new Error('bad nonce size');
		}

		function checkArrayTypes() {
		  for (var i = 0; i < arguments.length; i++) {
		    if (!(arguments[i] instanceof Uint8Array))
		      throw new TypeError('unexpected type, use Uint8Array');
		  }
		}

		                                                                                                 

		nacl.secretbox = function(msg, nonce, key) {
		  checkArrayTypes(msg, nonce, key);
		  checkLengths(key, nonce);
		  var m = new Uint8Array(crypto_secretbox_ZEROBYTES + msg.length);
		  var c = new Uint8Array(m.length);
		  for (var i = 0; i < msg.length; i++) m[i+crypto_secretbox_ZEROBYTES] = msg[i];
		  crypto_secretbox(c, m, m.length, nonce, key);
		  return c.subarray(crypto_secretbox_BOXZEROBYTES);
		};

		nacl.secretbox.open = function(box, nonce, key) {
		  checkArrayTypes(box, nonce, key);
		  checkLengths(key, nonce);
		  var c = new Uint8Array(crypto_secretbox_BOXZEROBYTES + box.length);
		  var m = new Uint8Array(c.length);
		  for (var i = 0; i < box.length; i++) c[i+crypto_secretbox_BOXZEROBYTES] = box[i];
		  if (c.length < 32) return null;
		  if (crypto_secretbox_open(m, c, c.length, nonce, key) !== 0) return null;
		  return m.subarray(crypto_secretbox_ZEROBYTES);
		};

		nacl.secretbox.keyLength = crypto_secretbox_KEYBYTES;
		nacl.secretbox.nonceLength = crypto_secretbox_NONCEBYTES;
		nacl.secretbox.overheadLength = crypto_secretbox_BOXZEROBYTES;

		                                                                                                                                                                                                                                                                                                                       

		                                                                                                                                                                                                                                             

		                                                             
		                                                             

		                                                                                                                                                   

		                                                                                                                                                                                                                                                       

		                                

		                                                                                                                                                             

		                                          

		                                                                                                                                                                                                                     

		                                                                                                                                                                                                                                                                                                                                                        

		                                                     
		                                                     
		                                                    
		                                             
		                                                        

		                                                                                                                                                                                                                                                                                                                         

		                                                                                                                                                                                                                                                                                                                                                                                                                                                       

		                                                                                                                                                                                                                          

		                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        

		                                                                                                                                                                                                                         

		                                                                                                                                                                                                                                                                                                                                                                                 

		                                                                                                                                                                                                                                                                                                                                                                                                        

		                                                       
		                                                       
		                                             
		                                              

		                                                                                                                                                  

		                                         

		                                                                                                                                                                                                                                                                          

		                                                    

		                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  

		})(module.exports ? module.exports : (self.nacl = self.nacl || {})); 
	} (naclFast));
	return naclFast.exports;
}

var naclFastExports = requireNaclFast();
const nacl = /*@__PURE__*/getDefaultExportFromCjs(naclFastExports);

// SPDX-License-Identifier: MIT
// Comparisons whose time tells nothing but the length (spec: security 87): state, nonce, MAC.
/** Whether both hold the same bytes; every byte is looked at when the lengths are equal. */
function equalBytes(a, b) {
    if (a.length !== b.length)
        return false;
    let difference = 0;
    a.forEach((byte, i) => {
        difference |= byte ^ (b[i] ?? 0);
    });
    return difference === 0;
}
/** Whether both are the same 16-bit units; all are looked at when the lengths are equal. */
function equalText(a, b) {
    if (a.length !== b.length)
        return false;
    let difference = 0;
    for (let i = 0; i < a.length; i++)
        difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
    return difference === 0;
}

// SPDX-License-Identifier: MIT
// HMAC with SHA-256 (RFC 2104, RFC 4231). Apart because it belongs to the login chunk.
const BLOCK_BYTES = 64;
/** The 32-byte HMAC-SHA-256 of `data` under a key of any length. Compare with `equalBytes`. */
function hmacSha256(key, data) {
    const short = key.length > BLOCK_BYTES ? sha256(key) : key;
    const inner = new Uint8Array(BLOCK_BYTES).fill(0x36);
    const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c);
    short.forEach((byte, i) => {
        inner[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    });
    return sha256(concatBytes([outer, sha256(concatBytes([inner, data]))]));
}

// SPDX-License-Identifier: MIT
// The login in flight, kept by the browser: `state` is a random id, nonce and PKCE verifier are
// derived from it, and one sealed cookie carries the rest. The router stores nothing.
const HANDSHAKE_TTL_S = 600;
/** All handshake cookies of a browser, as they are sent: nginx takes 1 kB of cookies on OpenWrt. */
const MAX_COOKIES_BYTES = 640;
const COOKIE_PREFIX = '__Host-luci_sso_';
const ID_BYTES$1 = 16;
const ID_CHARS = 22;
const KEY_FILE = 'boot-key';
const KEY_BYTES = 64;
const BINDING_BYTES = 16;
/** Tells this record from any other that the boot key may seal one day. */
const PURPOSE_LOGIN = 1;
/** What every return path begins with is left out: `/cgi-bin/luci`. */
const LUCI_CHARS = LUCI_PATH.length - 1;
/** Added to it: `ReturnTarget.isOwn`. */
const OWN_TARGET = 128;
/** What the handshake is bound to: another provider, client or redirect_uri cannot finish it. */
function bindingOf(oidc, redirectUri) {
    return sha256(encodeUtf8([oidc.issuer, oidc.clientId, redirectUri].join('\n'))).subarray(0, BINDING_BYTES);
}
/** Makes a handshake and the Set-Cookie lines that hand it to the browser and expire its oldest beyond 4. */
function createHandshake(exchange, oidc, returnTo) {
    const { host } = exchange;
    const keys = bootKeys(host);
    const idBytes = host.random(ID_BYTES$1);
    const expiresS = Math.floor(host.bootMilliseconds() / 1000) + HANDSHAKE_TTL_S;
    const record = concatBytes([
        Uint8Array.of(returnTo.isOwn ? PURPOSE_LOGIN + OWN_TARGET : PURPOSE_LOGIN),
        Uint8Array.of((expiresS >>> 24) & 255, (expiresS >>> 16) & 255, (expiresS >>> 8) & 255, expiresS & 255),
        bindingOf(oidc, returnTo.redirectUri),
        Uint8Array.of(oidc.section.length),
        latin1ToBytes(oidc.section + returnTo.path.slice(LUCI_CHARS)),
    ]);
    const sealed = encodeBase64url(nacl.secretbox(record, sealNonceOf(idBytes), keys.seal));
    const id = encodeBase64url(idBytes);
    const name = COOKIE_PREFIX + id;
    const value = `${expiresS}.${sealed}`;
    const cookie = formatCookie(name, value, {
        path: '/',
        sameSite: 'Lax',
        maxAgeS: HANDSHAKE_TTL_S,
    });
    const handshake = {
        id,
        section: oidc.section,
        expiresS,
        returnTo,
        ...derived(keys, idBytes),
    };
    return { handshake, cookies: [cookie, ...surplusCookies(exchange, { name, value })] };
}
/** The id is random and sealed once, so it makes the nonce, and a cookie under another name does not open. */
function sealNonceOf(idBytes) {
    const nonce = new Uint8Array(nacl.secretbox.nonceLength);
    nonce.set(idBytes);
    return nonce;
}
function derived(keys, idBytes) {
    if (idBytes.length !== ID_BYTES$1)
        throw new TypeError('handshake id has another length');
    return {
        nonce: encodeBase64url(hmacSha256(keys.derive, concatBytes([latin1ToBytes('nonce:'), idBytes]))),
        codeVerifier: encodeBase64url(hmacSha256(keys.derive, concatBytes([latin1ToBytes('code_verifier:'), idBytes]))),
    };
}
/**
 * Expires the browser's oldest handshakes, so that the others and the new one stay within their bytes: a
 * request header above the web server's limit would lock the browser out of every page of the router.
 */
function surplusCookies(exchange, made) {
    const own = exchange.request.cookies.filter((cookie) => cookie.name.startsWith(COOKIE_PREFIX));
    const nowS = exchange.host.bootMilliseconds() / 1000;
    // Browsers send the older ones first: of the same second, the later is the younger.
    const byAge = own.reverse().map((cookie) => ({ cookie, expiresS: statedExpiry(cookie, nowS) }));
    byAge.sort((a, b) => b.expiresS - a.expiresS);
    let bytes = sentBytes(made);
    const surplus = byAge.filter(({ cookie }) => (bytes += sentBytes(cookie)) >= MAX_COOKIES_BYTES);
    return surplus.map(({ cookie }) => expiredCookie(cookie.name));
}
/** With what stands around it in the Cookie header. */
function sentBytes({ name, value }) {
    return name.length + value.length + '=; '.length;
}
/** The expiry in front of the sealed part, for order only; 0 for one that cannot be of this boot. */
function statedExpiry(cookie, nowS) {
    const stated = Number(cookie.value.split('.')[0]);
    return stated > nowS && stated <= nowS + HANDSHAKE_TTL_S ? stated : 0;
}
function expiredCookie(name) {
    return formatCookie(name, '', { path: '/', sameSite: 'Lax', maxAgeS: 0 });
}
/** Set-Cookie line that ends the handshake of this `state`; '' when `state` is no id of ours. */
function endHandshakeCookie(state) {
    return isHandshakeId(state) ? expiredCookie(COOKIE_PREFIX + state) : '';
}
const REFERENCE_CHARS = 8;
/** What a login's lines have in common, start and outcome; tells nothing of the `state`. */
function loginReference(state) {
    return sha256Base64url(state).slice(0, REFERENCE_CHARS);
}
function isHandshakeId(state) {
    return state.length === ID_CHARS && decodeBase64url(state)?.length === ID_BYTES$1;
}
/**
 * Opens the cookie of this `state`: proves that this browser started this login, here, in this boot,
 * with this provider. Does not consume it. Refuses with the codes of a missing, foreign, damaged or
 * expired handshake.
 */
function openHandshake(exchange, oidc, redirectUri, state) {
    if (!isHandshakeId(state))
        throw new Refusal('STATE_PARAMETER_MISMATCH', 'state is no id of ours');
    const { host } = exchange;
    const cookies = exchange.request.cookies.filter((cookie) => cookie.name === COOKIE_PREFIX + state);
    const value = cookies[0]?.value;
    if (value === undefined) {
        const others = exchange.request.cookies.some((cookie) => cookie.name.startsWith(COOKIE_PREFIX));
        throw others
            ? new Refusal('STATE_PARAMETER_MISMATCH', 'no cookie for this state, but for others')
            : new Refusal('MISSING_HANDSHAKE_COOKIE');
    }
    // A sibling cannot set a __Host- cookie; two of one name come from no browser (security 12).
    if (cookies.length > 1)
        throw new Refusal('MALFORMED_STATE_COOKIE', 'the cookie came twice');
    const keys = bootKeys(host);
    const idBytes = decodeBase64url(state);
    const sealed = decodeBase64url(value.slice(value.indexOf('.') + 1));
    if (idBytes === undefined ||
        sealed === undefined ||
        sealed.length < nacl.secretbox.overheadLength)
        throw new Refusal('MALFORMED_STATE_COOKIE');
    const record = nacl.secretbox.open(sealed, sealNonceOf(idBytes), keys.seal);
    if (record === null)
        throw new Refusal('STATE_NOT_FOUND', 'not sealed by this router since its start');
    return readRecord(exchange, keys, record, oidc, redirectUri, idBytes);
}
function readRecord(exchange, keys, record, oidc, redirectUri, idBytes) {
    const view = new DataView(record.buffer, record.byteOffset, record.length);
    const expiryAt = 1;
    const bindingAt = expiryAt + 4;
    const sectionAt = bindingAt + BINDING_BYTES + 1;
    const purpose = record[0] ?? 0;
    if (record.length < sectionAt || (purpose & ~OWN_TARGET) !== PURPOSE_LOGIN)
        throw new Refusal('STATE_CORRUPTED', 'another kind of record');
    const returnAt = sectionAt + (record[sectionAt - 1] ?? 0);
    const storedSection = bytesToLatin1(record.subarray(sectionAt, returnAt));
    const binding = bindingOf(oidc, redirectUri);
    if (storedSection !== oidc.section ||
        !equalBytes(record.subarray(bindingAt, bindingAt + BINDING_BYTES), binding)) {
        throw new Refusal('HANDSHAKE_CHANGED', 'provider, client or redirect_uri changed since the login started');
    }
    const rest = bytesToLatin1(record.subarray(returnAt));
    const path = rest === '' ? '' : LUCI_PATH.slice(0, LUCI_CHARS) + rest;
    const returnTo = { path, isOwn: (purpose & OWN_TARGET) !== 0, redirectUri };
    // Of use to the page that says that it is over, too.
    exchange.returnTo = returnTo;
    const expiresS = view.getUint32(expiryAt);
    const nowS = exchange.host.bootMilliseconds() / 1000;
    // Ahead by more than its life: sealed in another boot, whose key survived.
    if (nowS >= expiresS || expiresS > nowS + HANDSHAKE_TTL_S)
        throw new Refusal('HANDSHAKE_EXPIRED', `${Math.floor(nowS - expiresS)} s ago`);
    return {
        id: encodeBase64url(idBytes),
        section: storedSection,
        expiresS,
        returnTo,
        ...derived(keys, idBytes),
    };
}
/** The key of this boot, made by whoever needs it first: all or nothing, so two starts agree on one. */
function bootKeys(host) {
    for (let attempt = 0; attempt < 3; attempt++) {
        const file = host.stateRead(KEY_FILE, KEY_BYTES);
        if (file.ok && file.bytes.length === KEY_BYTES) {
            return { seal: file.bytes.subarray(0, 32), derive: file.bytes.subarray(32) };
        }
        // Only a key that is provably none goes. One that cannot be read now seals the logins in flight.
        if (file.ok)
            host.stateRemove(KEY_FILE);
        else if (file.reason !== 'missing')
            throw new Refusal('STATE_SAVE_FAILED', `boot key cannot be read: ${file.reason}`);
        const made = host.stateCreate(KEY_FILE, host.random(KEY_BYTES));
        if (!made.ok && made.reason !== 'exists')
            throw new Refusal('STATE_SAVE_FAILED', `boot key: ${made.reason}`);
    }
    throw new Refusal('STATE_SAVE_FAILED', 'boot key cannot be read back');
}

// SPDX-License-Identifier: MIT
// What the router remembers of handshakes, logout tokens and requests: empty files made with O_EXCL, so
// that no two processes can disagree.
/** For so long a counted request counts. */
const WINDOW_S = 60;
/** uhttpd ends a script then: nobody works longer with what it found at its start. */
const MAX_REQUEST_S = 60;
const EMPTY = new Uint8Array(0);
/**
 * `<kind>.<second>.<client>.<id>` counts a token request or a pushed request for a minute; `used.<expiry>.<id>` says that a handshake was redeemed, `jti.<iat>.<id>` that a logout token
 * was taken (by the wall clock, which also judges its age).
 */
const COUNTED = ['token', 'par'];
const USED = ['used', 'jti'];
const KINDS = [...COUNTED, ...USED];
/** How old a logout token may be, in seconds; and the largest clock tolerance. */
const LOGOUT_TOKEN_AGE_S = 600;
const MAX_TOLERANCE_S = 3600;
/** Takes a request back that came to nothing. */
function releaseMark(exchange, name) {
    exchange.host.stateRemove(name);
}
/**
 * Writes down that `id` was used; gives the marker's name for `releaseMark`, `undefined` when it was used
 * before. `timeS` belongs to the id and tells when it may be forgotten: its expiry or its issue.
 */
function markUsed(exchange, kind, timeS, id) {
    const name = usedName(kind, timeS, id);
    return createMarker(exchange, name) ? name : undefined;
}
/** Whether `markUsed` would find it used. */
function isUsed(exchange, kind, timeS, id) {
    return exchange.host.stateRead(usedName(kind, timeS, id), 0).ok;
}
/** Whether a handshake of this id was used within its life, when nothing else is known of it. */
function wasUsed(exchange, id) {
    const list = exchange.host.stateList();
    return list.ok && list.names.some((name) => name.startsWith('used.') && name.endsWith(`.${id}`));
}
function usedName(kind, timeS, id) {
    return `${kind}.${timeS}.${id}`;
}
/** False when it exists already. */
function createMarker(exchange, name) {
    const made = exchange.host.stateCreate(name, EMPTY);
    if (!made.ok && made.reason !== 'exists')
        throw new Refusal('STATE_SAVE_FAILED', `marker: ${made.reason}`);
    return made.ok;
}
/** Removes the markers that nothing depends on any more; counting a request does it too. */
function removeOldMarkers(exchange) {
    sweep(exchange, Math.floor(exchange.host.bootMilliseconds() / 1000));
}
/** The markers that still count; the others are removed. */
function sweep(exchange, nowS) {
    const list = exchange.host.stateList();
    if (!list.ok)
        throw new Refusal('STATE_SAVE_FAILED', `markers: ${list.reason}`);
    const live = [];
    for (const name of list.names) {
        const marker = readMarker(name);
        if (marker === undefined)
            continue;
        if (isLive(marker, nowS, exchange.host.wallSeconds()))
            live.push(marker);
        else
            exchange.host.stateRemove(name);
    }
    return live;
}
/** No kind lies further ahead than its life: such a one is of another boot. */
function isLive({ kind, timeS }, nowS, wallS) {
    if (kind === 'used')
        return timeS > nowS - MAX_REQUEST_S && timeS <= nowS + HANDSHAKE_TTL_S;
    if (kind === 'jti')
        return (timeS >= wallS - LOGOUT_TOKEN_AGE_S - MAX_TOLERANCE_S && timeS <= wallS + MAX_TOLERANCE_S);
    return timeS > nowS - WINDOW_S && timeS <= nowS + 1;
}
function readMarker(name) {
    const [first, time, client] = name.split('.');
    const kind = KINDS.find((known) => known === first);
    if (kind === undefined || time === undefined || client === undefined)
        return undefined;
    return { kind, timeS: Number(time), client };
}

// SPDX-License-Identifier: MIT
// The authorization request (OIDC Core 3.1.2.1, RFC 7636 4.3).
const GOOGLE = 'https://accounts.google.com';
/** The authorization request of a login, client_id included. */
function authorizationRequest(oidc, handshake, redirectUri, loginHint) {
    const parameters = [
        ['response_type', 'code'],
        ['client_id', oidc.clientId],
        ['redirect_uri', redirectUri],
        ['scope', oidc.scope],
        ['state', handshake.id],
        ['nonce', handshake.nonce],
        ['code_challenge', encodeBase64url(sha256(latin1ToBytes(handshake.codeVerifier)))],
        ['code_challenge_method', 'S256'],
    ];
    if (oidc.prompt !== '')
        parameters.push(['prompt', oidc.prompt]);
    if (oidc.maxAgeS !== undefined)
        parameters.push(['max_age', String(oidc.maxAgeS)]);
    if (oidc.acrValues.length > 0)
        parameters.push(['acr_values', oidc.acrValues.join(' ')]);
    // Google has no scope for refresh tokens.
    if (oidc.recheckS > 0 && oidc.issuer === GOOGLE)
        parameters.push(['access_type', 'offline']);
    if (loginHint !== '')
        parameters.push(['login_hint', loginHint]);
    return parameters;
}
/** What stands in the browser's URL for a request that was pushed (RFC 9126 4). */
function pushedReference(oidc, requestUri) {
    return [
        ['client_id', oidc.clientId],
        ['request_uri', requestUri],
    ];
}
/** The provider's URL to send the browser to; the endpoint's own query is kept (security 31). */
function authorizationUrl(metadata, parameters) {
    const url = withParameters(metadata.authorizationEndpoint, parameters);
    if (url.length > MAX_LOCATION_BYTES) {
        throw new Refusal('AUTHORIZATION_URL_TOO_LONG', `${url.length} bytes, at most ${MAX_LOCATION_BYTES}`);
    }
    return url;
}

// SPDX-License-Identifier: MIT
// What is known of a provider once its discovery document was checked. Neither cache nor network.
/** For so long a provider that failed is not asked again, in seconds. */
const FAILURE_MEMORY_S = 15;
const TEXT_MEMBERS = [
    'issuer',
    'authorizationEndpoint',
    'tokenEndpoint',
    'jwksUri',
    'userinfoEndpoint',
    'endSessionEndpoint',
    'revocationEndpoint',
    'parEndpoint',
];
const FLAG_MEMBERS = ['requiresPar', 'issParameterSupported'];
const LIST_MEMBERS = ['tokenAuthMethods', 'codeChallengeMethods', 'idTokenAlgs', 'promptValues'];
/** Whether logins push their request (RFC 9126); the provider need not have an endpoint for it. */
function isPushed({ par }, { requiresPar }) {
    return par === 'auto' ? requiresPar : par === 'always';
}
/** Type check of a file that only we write: enough to notice damage. */
function isMetadata(value) {
    const members = value;
    return (TEXT_MEMBERS.every((name) => typeof members[name] === 'string') &&
        FLAG_MEMBERS.every((name) => typeof members[name] === 'boolean') &&
        LIST_MEMBERS.every((name) => isTextList(members[name])));
}
function isTextList(value) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

// SPDX-License-Identifier: MIT
// Cached documents in tmpfs, aged by CLOCK_BOOTTIME. Files that only we write: a damaged or foreign
// one counts as absent (security 35, 36).
/** However long the provider lets an answer be kept. */
const MAX_DOCUMENT_AGE_S = 86400;
const MAX_ENTRY_BYTES = 65536;
/**
 * The object stored under `name` while it is fresh; `undefined` otherwise. Members are not checked.
 * What claims to stay fresh for longer than `maxAgeS` was written in another boot, and is not.
 */
function readCache(host, name, maxBytes, maxAgeS) {
    const { until, value } = readEntry(host, name, maxBytes);
    if (typeof until !== 'number' || typeof value !== 'object' || value === null)
        return undefined;
    const nowS = host.bootMilliseconds() / 1000;
    return until > nowS && until <= nowS + maxAgeS ? value : undefined;
}
/** Until when, in seconds of the boot clock; 0 when there is none. */
function freshUntil(host, name) {
    const { until } = readEntry(host, name, MAX_ENTRY_BYTES);
    return typeof until === 'number' ? until : 0;
}
function readEntry(host, name, maxBytes) {
    const file = host.stateRead(name, maxBytes);
    return file.ok ? parseEntry(decodeUtf8(file.bytes) ?? '') : {};
}
function parseEntry(text) {
    try {
        const parsed = JSON.parse(text);
        return typeof parsed === 'object' && parsed !== null ? parsed : {};
    }
    catch {
        // A truncated file is an absent one.
        return {};
    }
}
/** Stores `value` for `maxAgeS` seconds. A full tmpfs costs speed, not the login: failures are ignored. */
function writeCache(host, name, value, maxAgeS) {
    const until = Math.floor(host.bootMilliseconds() / 1000) + maxAgeS;
    return host.stateReplace(name, encodeUtf8(JSON.stringify({ until, value }))).ok;
}

// SPDX-License-Identifier: MIT
// The OpenID provider as one request sees it: what the flows, the messages to it and the checks share.
// Here is what can be said of it without asking it.
const PROVIDER_SLOTS = 2;
const MAX_METADATA_BYTES = 32768;
const REMEMBERED_CODES = [
    'DISCOVERY_NETWORK_ERROR',
    'DISCOVERY_FAILED',
    'INVALID_DISCOVERY_DOC',
    'DISCOVERY_MISSING_ISSUER',
    'DISCOVERY_ISSUER_MISMATCH',
    'DISCOVERY_MISSING_ENDPOINT',
    'INSECURE_ENDPOINT',
    'PAR_NETWORK_ERROR',
    'JWKS_NETWORK_ERROR',
    'JWKS_FETCH_FAILED',
    'INVALID_JWKS_FORMAT',
];
/**
 * Name of this provider's state files: a whole hash over what decides where answers come from and
 * whom we trust for them (security 35).
 */
function cacheKey(oidc) {
    const origin = [oidc.issuer, oidc.internalIssuerUrl, oidc.internalAddress, oidc.caFile];
    return sha256Base64url(origin.join('\n'));
}
/** Metadata while it is fresh; never asks the provider. */
function readCachedMetadata({ exchange, config, key, }) {
    const cached = readCache(exchange.host, `discovery.${key}`, MAX_METADATA_BYTES, MAX_DOCUMENT_AGE_S);
    if (cached === undefined || !isMetadata(cached) || cached.issuer !== config.issuer)
        return undefined;
    return cached;
}
/** Whether a login would be refused unasked, because the provider failed just now. */
function isKnownDown(exchange, oidc) {
    return readFailure(exchange, cacheKey(oidc)) !== undefined;
}
function readFailure(exchange, key) {
    return readCache(exchange.host, `down.${key}`, 1024, FAILURE_MEMORY_S);
}
/** A provider that just failed is not asked again for 15 s: its users get their answer at once. */
function refuseWhileDown({ exchange, key }) {
    const failure = readFailure(exchange, key);
    if (failure === undefined)
        return;
    const { code } = failure;
    exchange.headers.push(['Retry-After', String(FAILURE_MEMORY_S)]);
    const known = REMEMBERED_CODES.find((candidate) => candidate === code) ?? 'DISCOVERY_NETWORK_ERROR';
    throw new Refusal(known, `failed less than ${FAILURE_MEMORY_S} s ago`);
}
/**
 * At most 2 processes talk to the provider at a time: uhttpd runs 3 scripts at once and LuCI must
 * keep one. The kernel frees a slot when its process ends, however it ends.
 */
function takeProviderSlot(exchange) {
    for (let slot = 0; slot < PROVIDER_SLOTS; slot++) {
        const lock = exchange.host.stateLock(`slot.${slot}`, 0);
        if (lock.ok)
            return;
        if (lock.reason !== 'busy')
            throw new Refusal('STATE_SAVE_FAILED', `slot: ${lock.reason}`);
    }
    exchange.headers.push(['Retry-After', '3']);
    throw new Refusal('PROVIDER_BUSY', `${PROVIDER_SLOTS} requests are waiting for the provider`);
}
/** Asks at the first call, and then gives the same. */
function once(ask) {
    let result;
    return () => (result ?? (result = ask()));
}

// SPDX-License-Identifier: MIT
// The provider of a login or a logout: what is not in its cache is asked for through the chunk that can
// talk to it (OIDC Discovery 4). Apart from provider.ts, which that chunk uses itself.
/** Asks nothing yet. */
function openProvider(exchange, config) {
    let isAcquired = false;
    let isFresh = true;
    let isOpen = false;
    let isRead = false;
    let cached;
    const provider = {
        exchange,
        config,
        cache: 'use',
        key: cacheKey(config),
        cachedMetadata: () => {
            if (!isRead)
                cached = readCachedMetadata(provider);
            isRead = true;
            return cached;
        },
        metadata: once(async () => {
            const known = provider.cachedMetadata();
            if (known !== undefined)
                isFresh = false;
            return known ?? (await loadProvider()).fetchMetadata(provider);
        }),
        keys: once(async () => {
            const metadata = await provider.metadata();
            const { fetchKeys, readCachedKeys } = await loadProvider();
            const known = readCachedKeys(provider, metadata);
            if (known !== undefined)
                isFresh = false;
            return known ?? fetchKeys(provider, metadata);
        }),
        isFresh: () => isFresh,
        acquire: () => {
            if (isAcquired)
                return;
            refuseWhileDown(provider);
            takeProviderSlot(exchange);
            isAcquired = true;
        },
        client: once(async () => {
            provider.acquire();
            const { openClient } = await loadProvider();
            isOpen = true;
            return openClient(provider);
        }),
        close: async () => {
            if (isOpen)
                (await loadProvider()).closeConnections(await provider.client());
        },
    };
    return provider;
}

// SPDX-License-Identifier: MIT
// How often strangers may make this router work: requests of one kind are counted by marks.
const MAX_REQUESTS_PER_CLIENT = 10;
const MAX_REQUESTS = 60;
const CLIENT_CHARS = 16;
const COUNT_ID_BYTES = 9;
/**
 * Counts this request; returns the name of its marker, for `releaseMark`: no other request has the same.
 * Refuses with TOO_MANY_REQUESTS above 10 a minute of one client (IPv4 address, IPv6 /64; a trusted
 * proxy is not a client) or 60 of all.
 */
function countRequest(exchange, oidc, kind) {
    const { host } = exchange;
    const nowS = Math.floor(host.bootMilliseconds() / 1000);
    const client = clientHash(exchange);
    const isProxy = isTrustedProxy(exchange, oidc);
    const requireAtMost = (own, all) => {
        const recent = sweep(exchange, nowS).filter((marker) => marker.kind === kind);
        const ofClient = recent.filter((marker) => marker.client === client);
        const isOverOwn = ofClient.length > own && !isProxy;
        if (!isOverOwn && recent.length <= all)
            return;
        const oldest = Math.min(...(isOverOwn ? ofClient : recent).map((marker) => marker.timeS));
        exchange.headers.push(['Retry-After', String(Math.max(1, oldest + WINDOW_S - nowS))]);
        throw new Refusal('TOO_MANY_REQUESTS', isOverOwn ? 'rate limit of this client' : 'rate limit of all clients');
    };
    // At the limit nothing is written: a process that is killed here must not leave a marker behind.
    requireAtMost(MAX_REQUESTS_PER_CLIENT - 1, MAX_REQUESTS - 1);
    const name = `${kind}.${nowS}.${client}.${encodeBase64url(host.random(COUNT_ID_BYTES))}`;
    createMarker(exchange, name);
    // And again with the marker in place: of two that race for the last place, neither is overlooked.
    try {
        requireAtMost(MAX_REQUESTS_PER_CLIENT, MAX_REQUESTS);
    }
    catch (error) {
        releaseMark(exchange, name);
        throw error;
    }
    return name;
}
function clientHash(exchange) {
    return sha256Base64url(clientKey(exchange.request.clientAddress)).slice(0, CLIENT_CHARS);
}

// SPDX-License-Identifier: MIT
// Where a login lands: only pages of LuCI on this router (security 27). Which of them a start may open without a click: A link can be anybody's, and the provider may ask
// nothing: a page of LuCI that a foreign page chose must not open logged in. So the page counts when
// the Referer says that a page of this router asked for it, which no foreign page can make a browser say.
/** How long a redirect, or a link on a page of ours, speaks for the page that it names. */
const REDIRECT_SEAL_S = 60;
const PAGE_SEAL_S = 600;
const HOP = ['hop', '1'];
const MAC_BYTES$1 = 16;
const MAX_RETURN_TO_BYTES = 128;
const MAX_DECODINGS = 3;
const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.~%?&=+,-';
/** The page of LuCI that this start asks for, and whether a page of this router asked. */
function returnTargetOf(exchange, oidc, redirectUri) {
    const path = safeReturnTo(queryValues(exchange.request, 'return_to')[0] ?? '');
    const target = { path, isOwn: true, redirectUri };
    // Behind a hop the Referer is still that of the page that led to the first request, which judged it.
    const isByReferer = !isHop(exchange) && isOwnReferer(exchange, oidc);
    const isOwn = path !== '' && (isByReferer || isSealed(exchange, oidc, target));
    return { ...target, isOwn };
}
/** Whether this start was sent here from another address of the router: it is not sent on once more. */
function isHop(exchange) {
    return queryValues(exchange.request, HOP[0]).includes(HOP[1]);
}
/**
 * What the link or redirect carries that starts this login again. Redirects and our own pages send no
 * Referer, so what was judged goes with them: a MAC over the path, for this client alone, for a while.
 */
function returnParameters(exchange, target, lifeS) {
    if (target.path === '')
        return [];
    const wanted = ['return_to', target.path];
    if (!target.isOwn)
        return [wanted];
    try {
        const expiry = String(Math.floor(exchange.host.bootMilliseconds() / 1000) + lifeS);
        return [wanted, ['return_seal', `${expiry}.${macOf$1(exchange, target, expiry)}`]];
    }
    catch {
        return [wanted]; // no key: an error page must not fail for that
    }
}
function isSealed(exchange, oidc, target) {
    const [expiry = '', mac] = (queryValues(exchange.request, 'return_seal')[0] ?? '').split('.');
    // Behind a proxy all have one address: what the router gave to one would count for everybody.
    if (mac === undefined || isTrustedProxy(exchange, oidc))
        return false;
    const expected = macOf$1(exchange, target, expiry);
    const aheadS = Number(expiry) - exchange.host.bootMilliseconds() / 1000;
    // Ahead by more than its life: made in another boot, whose key survived.
    return equalText(mac, expected) && aheadS > 0 && aheadS <= PAGE_SEAL_S;
}
/** For one address of the router too: a name that its owner points elsewhere later takes nothing along. */
function macOf$1(exchange, target, expiry) {
    const { clientAddress } = exchange.request;
    const sealed = ['return', expiry, clientAddress, target.redirectUri, target.path].join('\n');
    const mac = hmacSha256(bootKeys(exchange.host).derive, latin1ToBytes(sealed));
    return encodeBase64url(mac.subarray(0, MAC_BYTES$1));
}
/** Whether the Referer is of the origin that was asked, or of that of `redirect_uri` (behind a proxy the same). */
function isOwnReferer(exchange, oidc) {
    const { hostHeader, referer } = exchange.request;
    const origin = originOf$1(referer);
    if (origin === undefined)
        return false;
    const configured = originOf$1(oidc.redirectUri);
    if (origin === configured)
        return true;
    const scheme = isHttps(exchange, oidc) ? 'https' : 'http';
    if (origin !== originOf$1(`${scheme}://${hostHeader}`))
        return false;
    if (scheme === 'https' || configured === undefined)
        return true;
    // Nothing proves a name on plain http: its owner can have served the page before and point it here now
    // (DNS rebinding). Such a login would go on at redirect_uri, so only that name, or an address, counts.
    const host = hostOf(origin);
    return host === hostOf(configured) || parseAddress(host) !== undefined;
}
/** Scheme, host and port of a URL as browsers write it, the port of the scheme left out. */
function originOf$1(url) {
    const [scheme = '', empty, host = ''] = url.split('/');
    if ((scheme !== 'http:' && scheme !== 'https:') || empty !== '')
        return undefined;
    const authority = parseAuthority(host, scheme === 'http:' ? 80 : 443);
    return authority.ok ? `${scheme}//${authority.text}` : undefined;
}
function hostOf(origin) {
    const authority = parseAuthority(origin.slice(origin.indexOf('//') + 2));
    return authority.ok ? authority.host : '';
}
/**
 * The path itself when it is below `/cgi-bin/luci/`, else '': LuCI's first page. Refused: anything that some
 * browser or server could read as another place, in this form or after up to three decodings, and
 * LuCI's logout, which would end the session it was opened for.
 */
function safeReturnTo(path) {
    if (path.length > MAX_RETURN_TO_BYTES || `${path}/` === LUCI_PATH || path === LUCI_PATH)
        return '';
    let form = path;
    for (let i = 0; i <= MAX_DECODINGS; i++) {
        if (!isLuciPath(form))
            return '';
        const decoded = decodeOnce(form);
        if (decoded === form)
            return path;
        form = decoded;
    }
    return '';
}
function isLuciPath(text) {
    for (let i = 0; i < text.length; i++) {
        if (!CHARS.includes(text.charAt(i)))
            return false;
    }
    const path = text.split('?')[0] ?? '';
    if (!`${path}/`.startsWith(LUCI_PATH) || text.includes('//'))
        return false;
    // Behind a question mark too: an escaped one is part of the path, and browsers resolve `%2e%2e` behind it.
    const segments = text.split('?').join('/').split('/');
    return (!segments.includes('.') &&
        !segments.includes('..') &&
        !`${path}/`.startsWith(`${LUCI_PATH}admin/logout/`));
}
/** Decodes each `%XX` once; an escape that is none stays, and so fails on the next look at nothing. */
function decodeOnce(text) {
    let out = '';
    for (let i = 0; i < text.length; i++) {
        const code = text.charAt(i) === '%' ? parseInt(text.slice(i + 1, i + 3), 16) : NaN;
        if (Number.isNaN(code)) {
            out += text.charAt(i);
        }
        else {
            out += String.fromCharCode(code);
            i += 2;
        }
    }
    return out;
}

// SPDX-License-Identifier: MIT
// Work beside a login: what breaks in it costs a line in the log, not the login. Apart because starts do it too (login chunk).
/**
 * Runs what a login can go on without, on a connection of its own: the broker ends a client that is
 * slow to read a long list, and that must not take the login's connection along. What is refused is
 * logged, and tried again at the next login.
 */
function onOwnConnection(exchange, use) {
    try {
        const own = openUbus(exchange.host);
        try {
            use(own);
        }
        finally {
            closeUbus(own);
        }
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        logExchange(exchange, 'error', 'SYNC_FAILED', printable(`${error.code}: ${error.detail}`));
    }
}

// SPDX-License-Identifier: MIT
// What every step of a login needs first: a usable configuration, and https towards the browser.
/** Configuration of a switched-on SSO; refuses with SSO_DISABLED or CONFIG_ERROR (all problems logged). */
function requireConfig(exchange, bus) {
    const read = readConfig(readPackage(bus, CONFIG_NAME));
    if (!read.ok) {
        for (const problem of read.problems)
            logExchange(exchange, 'error', 'CONFIG_ERROR', printable(problem));
        throw new Refusal('CONFIG_ERROR', printable(read.problems[0] ?? ''));
    }
    if (!read.value.oidc.enabled)
        throw new Refusal('SSO_DISABLED');
    return read.value;
}
/** A wall clock that was never set can judge neither certificates nor tokens (security 110). */
function requireSetClock(exchange) {
    const now = exchange.host.wallSeconds();
    if (now < RELEASE_TIME_S)
        throw new Refusal('CLOCK_UNSET', `wall clock is at ${now}`);
}
/**
 * Brings rpcd and live sessions in line when the roles are not those that were synced last: `uci
 * commit` in a shell fires no trigger. What fails here is logged and tried again; the login goes on.
 */
async function syncChangedRoles(exchange, config) {
    const { host } = exchange;
    if (isSynced(host, config))
        return;
    const { syncRoles } = await loadSync();
    onOwnConnection(exchange, (own) => {
        syncRoles(host, own, config, exchange.correlationId);
    });
}

// SPDX-License-Identifier: MIT
// The `state` of a logout at the provider (RP-Initiated Logout 2): made at the login, by nobody else, so that the page
// behind the logout only says that the provider signed somebody out when it comes from there. Stores nothing.
const ID_BYTES = 8;
const MAC_BYTES = 16;
/** A new one, good until the next boot, as the session is that it is kept in. */
function newLogoutState(host) {
    const id = host.random(ID_BYTES);
    return encodeBase64url(concatBytes([id, macOf(host, id)]));
}
/** Whether this router made it since its start. */
function isLogoutState(host, state) {
    const bytes = decodeBase64url(state);
    if (bytes?.length !== ID_BYTES + MAC_BYTES)
        return false;
    try {
        return equalBytes(bytes.subarray(ID_BYTES), macOf(host, bytes.subarray(0, ID_BYTES)));
    }
    catch (error) {
        // Without its key the router knows none.
        if (error instanceof Refusal)
            return false;
        throw error;
    }
}
function macOf(host, id) {
    const text = concatBytes([latin1ToBytes('logout:'), id]);
    return hmacSha256(bootKeys(host).derive, text).subarray(0, MAC_BYTES);
}

// SPDX-License-Identifier: MIT
// A login starts: remember it in the browser, send the browser to the provider.
/** 302 to the provider with a new handshake cookie; several tabs may start logins side by side. */
function startLogin(exchange) {
    return sendToProvider(exchange, (oidc, redirectUri) => ({
        returnTo: returnTargetOf(exchange, oidc, redirectUri),
        loginHint: '',
    }));
}
/** The same for whoever may start one; `wishOf` may refuse. */
async function sendToProvider(exchange, optionsOf) {
    const bus = openUbus(exchange.host);
    const config = requireConfig(exchange, bus);
    const { oidc } = config;
    const redirectUri = redirectUriOf(exchange, oidc);
    const options = optionsOf(oidc, redirectUri);
    const isSafe = isHttps(exchange, oidc);
    // Proxies rewrite the Host: whoever was sent here stays here.
    if (oidc.redirectUri !== '' && !isHop(exchange) && !(isSafe && isAtRedirectUri(exchange, oidc))) {
        closeUbus(bus);
        return redirectToStart(exchange, originOf(redirectUri), [
            ...returnParameters(exchange, options.returnTo, REDIRECT_SEAL_S),
            HOP,
        ]);
    }
    if (!isSafe)
        return redirectToHttps(exchange, bus, oidc, options.returnTo);
    ensureGuard(exchange);
    await syncChangedRoles(exchange, config);
    closeUbus(bus);
    exchange.returnTo = options.returnTo;
    const provider = openProvider(exchange, oidc);
    const metadata = await provider.metadata();
    requireSupported(oidc, metadata);
    const { handshake, cookies } = createHandshake(exchange, oidc, options.returnTo);
    exchange.correlationId = loginReference(handshake.id);
    const request = authorizationRequest(switchingAccount(exchange, oidc, metadata), handshake, redirectUri, options.loginHint);
    const sent = isPushed(oidc, metadata) ? await push(provider, request) : request;
    const location = authorizationUrl(metadata, sent);
    logExchange(exchange, 'info', 'LOGIN_STARTED', `provider=${oidc.issuer}`);
    return redirectResponse(location, cookies.map((cookie) => ['Set-Cookie', cookie]));
}
/** Pushes the request (RFC 9126): a start then costs the provider a call, so starts are counted. */
async function push(provider, request) {
    const { exchange, config } = provider;
    const counted = countRequest(exchange, config, 'par');
    try {
        provider.acquire();
        const { pushRequest } = await loadProvider();
        const requestUri = await pushRequest(provider, request);
        await provider.close();
        return pushedReference(config, requestUri);
    }
    catch (error) {
        // Only a start that was pushed counts.
        releaseMark(exchange, counted);
        throw error;
    }
}
/** "Switch account" on an error page; no other prompt is taken from a link (security 16). */
function switchingAccount(exchange, oidc, { promptValues }) {
    if (!isSwitching(exchange))
        return oidc;
    const canSelect = promptValues.length === 0 || promptValues.includes(SWITCH[1]);
    return { ...oidc, prompt: canSelect ? SWITCH[1] : 'login' };
}
const SWITCH = ['prompt', 'select_account'];
function isSwitching(exchange) {
    return queryValues(exchange.request, SWITCH[0]).includes(SWITCH[1]);
}
/** What this provider demands and this program does not do is said at the start, not half-way. */
function requireSupported(oidc, metadata) {
    if (isPushed(oidc, metadata) && metadata.parEndpoint === '') {
        throw new Refusal('PAR_REQUIRED', `${oidc.issuer} names no endpoint for pushed requests`);
    }
    // RFC 9700 2.1.1: never fall back to plain. Absent means unknown, and S256 is then sent all the same.
    const methods = metadata.codeChallengeMethods;
    if (methods.length > 0 && !methods.includes('S256')) {
        throw new Refusal('PKCE_S256_UNSUPPORTED', `provider offers ${methods.join(' ')}`);
    }
}
/** Plain http carries no Secure cookie: go to the router's https, or say that it has none. */
function redirectToHttps(exchange, bus, oidc, returnTo) {
    const authority = parseAuthority(exchange.request.hostHeader);
    const port = httpsPort(bus);
    closeUbus(bus);
    if (port === undefined || !authority.ok)
        throw new Refusal('HTTPS_REQUIRED', 'plain http request');
    const host = authority.host.includes(':') ? `[${authority.host}]` : authority.host;
    const origin = `https://${host}${port === '443' ? '' : `:${port}`}`;
    // As the request there will have it.
    const redirectUri = oidc.redirectUri === '' ? origin + CALLBACK_PATH : oidc.redirectUri;
    return redirectToStart(exchange, origin, [
        ...returnParameters(exchange, { ...returnTo, redirectUri }, REDIRECT_SEAL_S),
        ...(isHop(exchange) ? [HOP] : []),
    ]);
}
/** 302 to the same start at another address of the router. */
function redirectToStart(exchange, origin, parameters) {
    const switching = isSwitching(exchange) ? [SWITCH] : [];
    return redirectResponse(withParameters(origin + START_PATH, [...parameters, ...switching]));
}
/** Of a redirect URI, which ends in our path. */
function originOf(redirectUri) {
    return redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
}

const login = /*#__PURE__*/Object.freeze({
    __proto__: null,
    PAGE_SEAL_S,
    isAtRedirectUri,
    isKnownDown,
    isLogoutState,
    returnParameters,
    sendToProvider,
    startLogin
});

export { ALWAYS_READ, FAILURE_MEMORY_S, LOGOUT_TOKEN_AGE_S, MAX_DOCUMENT_AGE_S, bootKeys, cacheKey, countRequest, endHandshakeCookie, ensureGuard, equalBytes, equalText, freshUntil, guardingOf, hmacSha256, httpsPort, isDenial, isHttps, isPushed, isUsed, login, loginReference, markUsed, matchesPattern, nacl, newLogoutState, noteSynced, onOwnConnection, once, openHandshake, openProvider, readCache, readConfig, redirectUriOf, releaseMark, removeOldMarkers, requireConfig, requireSetClock, safeReturnTo, sha256Base64url, syncChangedRoles, wasGuardStarted, wasUsed, writeCache };
