import { decodeBase64url, latin1ToBytes, encodeUtf8, encodeBase64url, sha256 } from '#native';
import { equalText } from './login.js';
import { Refusal, bytesToHex } from './core.js';
import { ownMember, parseJsonObject } from './json.js';

const MAX_SUBJECT_CHARS = 255;
/** The issuer, character for character: a slash more or less is another provider. */
function checkIssuer(claims, issuer) {
    const { iss } = claims;
    if (iss === issuer)
        return;
    throw new Refusal('ISSUER_MISMATCH', `iss ${show(iss)}, expected "${issuer}"`);
}
/**
 * The client is the only audience, as a string or in an array, and the authorised party when one is
 * named. Other audiences are not trusted (Core 3.1.3.7 rule 3), so rule 4 has no case left.
 */
function checkAudience(claims, clientId) {
    const { aud, azp } = claims;
    const audiences = Array.isArray(aud) ? aud : [aud];
    if (audiences.length === 0)
        throw new Refusal('INVALID_AUDIENCE', 'aud is an empty array');
    if (!audiences.every((audience) => typeof audience === 'string')) {
        throw new Refusal('MALFORMED_AUDIENCE', 'aud is missing, or not a string or array of strings');
    }
    const other = audiences.find((audience) => audience !== clientId);
    if (other !== undefined) {
        const own = audiences.includes(clientId) ? 'besides' : 'instead of';
        throw new Refusal('AUDIENCE_MISMATCH', `aud has ${show(other)} ${own} "${clientId}"`);
    }
    if (azp !== undefined && azp !== clientId) {
        throw new Refusal('AZP_MISMATCH', `azp ${show(azp)}, expected "${clientId}"`);
    }
}
/** exp and iat are there and fit the clock, and so does nbf if present. No age limit by iat. */
function checkTimes(claims, { now, toleranceS }) {
    const { exp, iat, nbf } = claims;
    if (exp === undefined)
        throw new Refusal('MISSING_EXP_CLAIM');
    if (typeof exp !== 'number')
        throw new Refusal('INVALID_EXP_CLAIM', `exp is ${show(exp)}`);
    if (now >= exp + toleranceS) {
        throw new Refusal('TOKEN_EXPIRED', `exp ${exp}, now ${now}, tolerance ${toleranceS} s`);
    }
    if (nbf !== undefined) {
        if (typeof nbf !== 'number')
            throw new Refusal('INVALID_NBF_CLAIM', `nbf is ${show(nbf)}`);
        if (nbf > now + toleranceS) {
            throw new Refusal('TOKEN_NOT_YET_VALID', `nbf ${nbf}, now ${now}, tolerance ${toleranceS} s`);
        }
    }
    if (iat === undefined)
        throw new Refusal('MISSING_IAT_CLAIM');
    if (typeof iat !== 'number')
        throw new Refusal('INVALID_IAT_CLAIM', `iat is ${show(iat)}`);
    if (iat > now + toleranceS) {
        const detail = `iat ${iat}, now ${now}, tolerance ${toleranceS} s`;
        throw new Refusal('TOKEN_ISSUED_IN_FUTURE', detail);
    }
}
/** The subject: 1 to 255 printable ASCII characters (Core 2), because it names session and user. */
function checkSubject(claims) {
    const { sub } = claims;
    if (typeof sub !== 'string' || sub === '') {
        throw new Refusal('MISSING_SUB_CLAIM', 'sub is missing or not a non-empty string');
    }
    if (sub.length > MAX_SUBJECT_CHARS) {
        throw new Refusal('INVALID_SUB_CLAIM', `sub has ${sub.length} characters, at most 255`);
    }
    for (let i = 0; i < sub.length; i++) {
        const unit = sub.charCodeAt(i);
        if (unit < 0x20 || unit > 0x7e) {
            throw new Refusal('INVALID_SUB_CLAIM', 'sub is not printable ASCII');
        }
    }
}
/** A value for the log: short texts and numbers as they are, of the rest only the kind. */
function show(value) {
    if (typeof value === 'string')
        return `"${value.slice(0, 200)}"`;
    if (typeof value === 'number' || typeof value === 'boolean')
        return `${value}`;
    return value === undefined ? 'missing' : Array.isArray(value) ? 'an array' : 'an object or null';
}

// SPDX-License-Identifier: MIT
// u G + v Q in any group, both factors walked at the same time: signed digits of five bits without
// neighbours (wNAF) need one addition in six doublings. Public values only: no constant time.
const WINDOW_BITS = 5;
/** The largest digit; digits are odd, or 0. */
const MAX_DIGIT = 15;
/** Digits whose sum of `digit << place` is the factor, from place 0 on. */
function recode(factor) {
    const bits = factor.toString(2);
    const digits = [];
    let carry = 0;
    for (let end = bits.length; end > 0;) {
        if (bits.charCodeAt(end - 1) - 0x30 === carry) {
            digits.push(0);
            end -= 1;
            continue;
        }
        const window = Number(`0b${bits.slice(Math.max(end - WINDOW_BITS, 0), end)}`) + carry;
        carry = window > MAX_DIGIT ? 1 : 0;
        digits.push(window - 32 * carry, 0, 0, 0, 0);
        end -= WINDOW_BITS;
    }
    if (carry > 0)
        digits.push(1);
    return digits;
}
/** Place (digit + 15) / 2 holds the point times that digit. */
function oddMultiples(group, point) {
    const table = [];
    const step = group.prepare(group.double(point));
    let multiple = point;
    for (let digit = 1;; digit += 2) {
        const entry = group.prepare(multiple);
        table.unshift(group.negate(entry));
        table.push(entry);
        if (digit === MAX_DIGIT)
            return table;
        multiple = group.add(multiple, step);
    }
}
/** u G + v Q for factors that are not negative, and points whose order is above 15. */
function multiplyTwo(group, u, g, v, q) {
    const uDigits = recode(u);
    const vDigits = recode(v);
    const gTable = oddMultiples(group, g);
    const qTable = oddMultiples(group, q);
    const addDigit = (sum, table, digit) => digit === 0 ? sum : group.add(sum, table[(digit + MAX_DIGIT) >> 1]);
    let sum = group.zero;
    for (let place = Math.max(uDigits.length, vDigits.length) - 1; place >= 0; place--) {
        sum = group.double(sum);
        sum = addDigit(sum, gTable, uDigits[place] ?? 0);
        sum = addDigit(sum, qTable, vDigits[place] ?? 0);
    }
    return sum;
}

// SPDX-License-Identifier: MIT
// Big-endian bytes and BigInt (RFC 8017 4). Only public values pass through here: BigInt takes time
// that depends on them.
/** OS2IP; no bytes are 0. */
function bytesToInteger(bytes) {
    return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`);
}
/** I2OSP for a value that fits into `length` bytes. */
function integerToBytes(value, length) {
    const bytes = new Uint8Array(length);
    let rest = value;
    for (let i = length - 1; i >= 0; i--) {
        bytes[i] = Number(rest & 0xffn);
        rest >>= 8n;
    }
    return bytes;
}
/** Position of the highest set bit of big-endian bytes, counted from 1; 0 when none is set. */
function bitLength(bytes) {
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first < 0)
        return 0;
    return 8 * (bytes.length - first) - (Math.clz32(bytes[first] ?? 0) - 24);
}
/** Inverse of 0 < value < n for a prime n (extended Euclid). */
function invert(value, n) {
    let a = n;
    let b = value;
    let u = 0n;
    let v = 1n;
    while (b > 1n) {
        const quotient = a / b;
        const rest = a - quotient * b;
        a = b;
        b = rest;
        const next = u - quotient * v;
        u = v;
        v = next;
    }
    return v < 0n ? v + n : v;
}

const INFINITY = { x: 1n, y: 1n, z: 0n };
/**
 * The public key of two big-endian coordinates, or `undefined` unless both have the full length and
 * name a point of the curve (security 77; cofactor 1 makes any such point a key).
 */
function importEcKey(curve, xBytes, yBytes) {
    if (xBytes.length !== curve.byteLength || yBytes.length !== curve.byteLength)
        return undefined;
    const { p, b } = curve;
    const x = bytesToInteger(xBytes);
    const y = bytesToInteger(yBytes);
    if (x >= p || y >= p)
        return undefined;
    if ((y * y - (x * x - 3n) * x - b) % p !== 0n)
        return undefined;
    return { curve, x, y };
}
/** 2P for a = -3. Infinity stays infinity; these groups have no point of order 2. */
function double(p, { x, y, z }) {
    const delta = (z * z) % p;
    const gamma = (y * y) % p;
    const beta = (x * gamma) % p;
    const alpha = (3n * (x - delta) * (x + delta)) % p;
    const newX = (alpha * alpha - 8n * beta) % p;
    return {
        x: newX,
        y: (alpha * (4n * beta - newX) - 8n * gamma * gamma) % p,
        z: (2n * y * z) % p,
    };
}
/** P + Q for any two points: equal, opposite and an infinite P included. */
function add(p, left, right) {
    if (left.z === 0n)
        return right;
    const leftZ2 = (left.z * left.z) % p;
    const x = (left.x * right.z2) % p;
    const y = (left.y * right.z3) % p;
    const dx = (right.x * leftZ2 - x) % p;
    const dy = (((right.y * left.z) % p) * leftZ2 - y) % p;
    if (dx === 0n)
        return dy === 0n ? double(p, left) : INFINITY;
    const dx2 = (dx * dx) % p;
    const dx3 = (dx * dx2) % p;
    const v = (x * dx2) % p;
    const newX = (dy * dy - dx3 - 2n * v) % p;
    return {
        x: newX,
        y: (dy * (v - newX) - y * dx3) % p,
        z: (((left.z * right.z) % p) * dx) % p,
    };
}
function groupOf({ p }) {
    return {
        zero: INFINITY,
        double: (point) => double(p, point),
        add: (point, entry) => add(p, point, entry),
        prepare: ({ x, y, z }) => {
            const z2 = (z * z) % p;
            return { x, y, z, z2, z3: (z * z2) % p };
        },
        negate: ({ x, y, z, z2, z3 }) => ({ x, y: -y, z, z2, z3 }),
    };
}
/**
 * Whether `signature`, r and s side by side (RFC 7518 3.4), is right for `digest`, which is not
 * longer than the curve's order. r and s lie in 1 to n-1 (security 77, CVE-2022-21449).
 */
function verifyEcdsa(key, digest, signature) {
    const { curve } = key;
    const { p, n, byteLength } = curve;
    if (signature.length !== 2 * byteLength)
        return false;
    const r = bytesToInteger(signature.subarray(0, byteLength));
    const s = bytesToInteger(signature.subarray(byteLength));
    if (r < 1n || r >= n || s < 1n || s >= n)
        return false;
    const w = invert(s, n);
    const u = (bytesToInteger(digest) * w) % n;
    const v = (r * w) % n;
    const base = { x: curve.x, y: curve.y, z: 1n };
    const sum = multiplyTwo(groupOf(curve), u, base, v, { x: key.x, y: key.y, z: 1n });
    if (sum.z === 0n)
        return false;
    // x mod n = r without an inversion: x is r or r + n, and x z^2 = X.
    const z2 = (sum.z * sum.z) % p;
    return (r * z2 - sum.x) % p === 0n || (r + n < p && ((r + n) * z2 - sum.x) % p === 0n);
}

// SPDX-License-Identifier: MIT
// RSA keys and RSASSA-PKCS1-v1_5 verification (RFC 8017 8.2.2). The expected block is built and
// compared as a whole, so no ASN.1 is parsed and nothing can hide in the padding (security 80).
const MIN_MODULUS_BITS = 2048;
/** A verification by a larger key takes a router seconds. */
const MAX_MODULUS_BITS = 8192;
/** 65537 is what everyone uses; a longer exponent only costs time. */
const MAX_EXPONENT_BITS = 32;
/** Moduli of Infineon's broken key generator are powers of 65537 for each of these (ROCA). */
const ROCA_PRIMES = [
    11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
];
/**
 * A key from big-endian modulus and exponent. Refused: a modulus outside 2048 to 8192 bits or even,
 * an exponent that is even, below 3 or above 32 bits (security 76), and keys with the mark of ROCA
 * (CVE-2017-15361), whose private half can be computed.
 */
function importRsaKey(modulusBytes, exponentBytes) {
    const bits = bitLength(modulusBytes);
    if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS) {
        return { ok: false, reason: `RSA modulus of ${bits} bits, allowed are 2048 to 8192` };
    }
    if (bitLength(exponentBytes) > MAX_EXPONENT_BITS) {
        return { ok: false, reason: 'RSA exponent of more than 32 bits' };
    }
    const modulus = bytesToInteger(modulusBytes);
    const exponent = bytesToInteger(exponentBytes);
    if ((modulus & 1n) === 0n)
        return { ok: false, reason: 'RSA modulus is even' };
    if (exponent < 3n || (exponent & 1n) === 0n) {
        return { ok: false, reason: `RSA exponent ${exponent}, allowed are odd ones from 3` };
    }
    if (ROCA_PRIMES.every((prime) => isPowerOf65537(modulus, prime))) {
        return { ok: false, reason: 'RSA key of a broken generator (CVE-2017-15361)' };
    }
    return { ok: true, key: { modulus, exponent, bitLength: bits, byteLength: (bits + 7) >> 3 } };
}
function isPowerOf65537(modulus, prime) {
    const residue = Number(modulus % BigInt(prime));
    let power = 1;
    do {
        if (power === residue)
            return true;
        power = (power * 65537) % prime;
    } while (power !== 1);
    return false;
}
/** RSAVP1 (RFC 8017 5.2.2) for a value below the modulus. */
function applyKey(key, value) {
    let result = value;
    for (const bit of key.exponent.toString(2).slice(1)) {
        result = (result * result) % key.modulus;
        if (bit === '1')
            result = (result * value) % key.modulus;
    }
    return result;
}
/**
 * Whether `signature` is the RSASSA-PKCS1-v1_5 signature over `digest`. `prefix` is the DER of
 * DigestInfo up to the digest, in hex (RFC 8017 9.2 note 1).
 */
function verifyRsaPkcs1(key, prefix, digest, signature) {
    if (signature.length !== key.byteLength)
        return false;
    const value = bytesToInteger(signature);
    if (value >= key.modulus)
        return false;
    const info = prefix + bytesToHex(digest);
    const filler = 'ff'.repeat(key.byteLength - 3 - info.length / 2);
    return applyKey(key, value) === BigInt(`0x0001${filler}00${info}`);
}

// SPDX-License-Identifier: MIT
// Which key of a provider's set a token names, and what that key is (RFC 7517, RFC 7518 6; security
// 73, 75-77, 81-83, 85). Members are read as own members only; private ones are never read.
const MAX_KEYS = 50;
const KNOWN_KTYS = ['RSA', 'EC', 'OKP'];
const KNOWN_CURVES = ['P-256', 'P-384', 'P-521', 'Ed25519'];
/**
 * The one key of the set that fits the algorithm and, when the token names one, has that `kid`.
 * Entries that do not fit are passed over, whatever they are. The order of entries never matters.
 * KEY_NOT_FOUND means that a newer set may help; several fitting keys are refused, not tried.
 */
function selectKey(jwks, demand, kid) {
    const keys = readKeys(jwks);
    const named = kid === undefined ? keys : keys.filter((key) => ownMember(key, 'kid') === kid);
    const fitting = named.filter((key) => whyUnfit(key, demand) === '');
    const [key] = fitting;
    if (key !== undefined && fitting.length === 1)
        return key;
    if (fitting.length > 1) {
        const detail = `${fitting.length} of ${keys.length} keys fit ${demand.alg}`;
        throw new Refusal('KEY_AMBIGUOUS', detail);
    }
    const [unfit] = named;
    if (kid === undefined || unfit === undefined) {
        const wanted = kid === undefined ? demand.alg : `kid "${kid}"`;
        throw new Refusal('KEY_NOT_FOUND', `none of ${keys.length} keys has ${wanted}`);
    }
    throw refusalOfUnfit(unfit, demand);
}
/** Whether any key of the set is meant for the algorithm. */
function isServed(jwks, demand) {
    return readKeys(jwks).some((key) => whyUnfit(key, demand) === '');
}
/** Passes a key that is meant for the algorithm; else throws UNSUPPORTED_KTY and the like. */
function requireFitting(key, demand) {
    if (whyUnfit(key, demand) !== '')
        throw refusalOfUnfit(key, demand);
}
function readKeys(jwks) {
    const list = typeof jwks === 'object' && jwks !== null ? ownMember(jwks, 'keys') : undefined;
    if (!Array.isArray(list))
        throw new Refusal('NO_KEYS_AVAILABLE', 'no array "keys"');
    if (list.length > MAX_KEYS) {
        throw new Refusal('NO_KEYS_AVAILABLE', `${list.length} keys, allowed are ${MAX_KEYS}`);
    }
    const keys = [];
    for (const item of list)
        if (isObject(item))
            keys.push(item);
    if (keys.length === 0)
        throw new Refusal('NO_KEYS_AVAILABLE', 'the key set is empty');
    return keys;
}
/** Whether it is what JSON calls an object. */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** '' when the key is meant for the algorithm, else what speaks against it. */
function whyUnfit(key, demand) {
    const kty = ownMember(key, 'kty');
    if (kty !== demand.kty)
        return `kty ${describe(kty)}, ${demand.alg} needs ${demand.kty}`;
    const crv = ownMember(key, 'crv');
    if (demand.crv !== undefined && crv !== demand.crv) {
        return `crv ${describe(crv)}, ${demand.alg} needs ${demand.crv}`;
    }
    const alg = ownMember(key, 'alg');
    if (alg !== undefined && alg !== demand.alg && alg !== (demand.keyAlg ?? demand.alg))
        return `alg ${describe(alg)}, token ${demand.alg}`;
    const use = ownMember(key, 'use');
    if (use !== undefined && use !== 'sig')
        return `use ${describe(use)}, expected "sig"`;
    const operations = ownMember(key, 'key_ops');
    if (operations === undefined)
        return '';
    if (Array.isArray(operations) && operations.includes('verify'))
        return '';
    return 'key_ops without "verify"';
}
function describe(value) {
    return typeof value === 'string' ? `"${value}"` : typeof value;
}
/** The cause, by the code that users know, for a key that the algorithm cannot use. */
function refusalOfUnfit(key, demand) {
    const kty = ownMember(key, 'kty');
    if (kty === undefined)
        return new Refusal('MISSING_KTY', 'the key has no kty');
    if (!KNOWN_KTYS.includes(kty)) {
        return new Refusal('UNSUPPORTED_KTY', `the key has kty ${describe(kty)}`);
    }
    const crv = ownMember(key, 'crv');
    if (kty !== 'RSA' && !KNOWN_CURVES.includes(crv)) {
        return new Refusal('UNSUPPORTED_CURVE', `the key has crv ${describe(crv)}`);
    }
    return new Refusal('KEY_UNUSABLE', `the key has ${whyUnfit(key, demand)}`);
}
/**
 * RSA key of a JWK: 2048 to 8192 bits, odd exponent from 3. Codes MISSING_RSA_PARAMS,
 * INVALID_RSA_PARAMS_ENCODING and KEY_UNUSABLE. `alg`, `use` and `key_ops` are not looked at.
 */
function readRsaKey(jwk) {
    const n = ownMember(jwk, 'n');
    const e = ownMember(jwk, 'e');
    if (typeof n !== 'string' || typeof e !== 'string') {
        throw new Refusal('MISSING_RSA_PARAMS', 'n or e is missing or not a string');
    }
    const modulus = decodeBase64url(n);
    const exponent = decodeBase64url(e);
    if (modulus === undefined || exponent === undefined) {
        throw new Refusal('INVALID_RSA_PARAMS_ENCODING', 'n or e is not base64url');
    }
    const result = importRsaKey(modulus, exponent);
    if (!result.ok)
        throw new Refusal('KEY_UNUSABLE', result.reason);
    return result.key;
}
/**
 * Key on `curve` of a JWK: both coordinates in full length and on the curve. Codes
 * MISSING_EC_PARAMS, INVALID_EC_PARAMS_ENCODING and KEY_UNUSABLE. The name `crv` is not looked at.
 */
function readEcKey(jwk, curve) {
    const x = ownMember(jwk, 'x');
    const y = ownMember(jwk, 'y');
    if (typeof x !== 'string' || typeof y !== 'string') {
        throw new Refusal('MISSING_EC_PARAMS', 'x or y is missing or not a string');
    }
    const xBytes = decodeBase64url(x);
    const yBytes = decodeBase64url(y);
    const length = curve.byteLength;
    if (xBytes?.length !== length || yBytes?.length !== length) {
        throw new Refusal('INVALID_EC_PARAMS_ENCODING', `x or y is not base64url of ${length} bytes`);
    }
    const key = importEcKey(curve, xBytes, yBytes);
    if (key === undefined)
        throw new Refusal('KEY_UNUSABLE', 'x and y are no point of the curve');
    return key;
}

// SPDX-License-Identifier: MIT
// A compact JWS (RFC 7515 7.1), from text to a payload whose signature is right. Keys come from the
// provider's set only: jwk, jku, x5u and x5c in a header are never looked at (security 69-76).
/** Security 64; a generous ID token has 2 KiB. */
const MAX_TOKEN_CHARS = 16384;
const MAX_KID_CHARS = 256;
/**
 * Whether, by one of the algorithms, `signature` over `signingInput` is right under the key. Throws UNSUPPORTED_ALGORITHM, and
 * the codes of keys that are unfit for the algorithm or that nobody should use.
 */
function checkSignature(algorithms, alg, jwk, signingInput, signature) {
    const algorithm = requireAlgorithm(algorithms, alg);
    requireFitting(jwk, algorithm);
    return algorithm.verify(jwk, algorithm.hash, signingInput, signature);
}
/**
 * The payload of a compact JWS that one fitting key of the set has signed by one of the algorithms.
 * What the payload says is not looked at. KEY_NOT_FOUND means that a newer key set may help.
 */
function checkJws(algorithms, token, demand) {
    const jws = readJws(algorithms, token, demand.types);
    requireSignature(jws, findKey(jws, demand));
    return jws;
}
/** A compact JWS under one of the algorithms. Neither key nor signature is looked at. */
function readJws(algorithms, token, types) {
    if (token.length > MAX_TOKEN_CHARS) {
        throw new Refusal('TOKEN_TOO_LARGE', `${token.length} characters, at most ${MAX_TOKEN_CHARS}`);
    }
    const [headerText, payloadText, signatureText] = splitToken(token);
    const { algorithm, kid } = readHeader(algorithms, headerText, types);
    const payload = decodeBase64url(payloadText);
    if (payload === undefined)
        throw new Refusal('INVALID_PAYLOAD_ENCODING', 'not base64url');
    const signature = decodeBase64url(signatureText);
    if (signature === undefined)
        throw new Refusal('INVALID_SIGNATURE_ENCODING', 'not base64url');
    const signingInput = latin1ToBytes(`${headerText}.${payloadText}`);
    return { algorithm, kid, payload, signingInput, signature };
}
/** The one key that can have signed it; UNSUPPORTED_ALGORITHM or a KEY code when there is none. */
function findKey({ algorithm, kid }, keys) {
    const { jwks, allowedAlgs } = keys;
    if (allowedAlgs !== undefined && !allowedAlgs.includes(algorithm.alg)) {
        const detail = `alg "${algorithm.alg}", allowed "${allowedAlgs.join(' ')}"`;
        throw new Refusal('UNSUPPORTED_ALGORITHM', detail);
    }
    return selectKey(jwks, algorithm, kid);
}
/** Passes a token whose signature is right under the key: the one check that takes long. */
function requireSignature(jws, key) {
    const { algorithm, signingInput, signature } = jws;
    if (!algorithm.verify(key, algorithm.hash, signingInput, signature)) {
        throw new Refusal('INVALID_SIGNATURE', `${algorithm.alg}, ${signature.length} bytes`);
    }
}
function splitToken(token) {
    const parts = token.split('.');
    const [header, payload, signature] = parts;
    if (parts.length === 5)
        throw new Refusal('JWE_UNSUPPORTED', '5 parts, expected 3');
    if (parts.length !== 3 ||
        header === undefined ||
        payload === undefined ||
        signature === undefined) {
        throw new Refusal('MALFORMED_JWT', `${parts.length} parts, expected 3`);
    }
    return [header, payload, signature];
}
function readHeader(algorithms, text, types) {
    const bytes = decodeBase64url(text);
    if (bytes === undefined)
        throw new Refusal('INVALID_JWT_HEADER', 'not base64url');
    const result = parseJsonObject(bytes);
    if (!result.ok)
        throw new Refusal('INVALID_JWT_HEADER', result.reason);
    const { alg, kid, typ, crit, b64 } = result.value;
    if (typeof alg !== 'string')
        throw new Refusal('INVALID_JWT_HEADER', 'alg is not a string');
    const algorithm = requireAlgorithm(algorithms, alg);
    // RFC 7515 4.1.11: whatever crit lists, we do not understand it. RFC 7797 6: b64 only with crit.
    if (crit !== undefined)
        throw new Refusal('CRITICAL_HEADER_UNSUPPORTED', 'header has crit');
    if (b64 !== undefined)
        throw new Refusal('CRITICAL_HEADER_UNSUPPORTED', 'header has b64');
    checkType(typ, types);
    if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_CHARS)) {
        throw new Refusal('INVALID_JWT_HEADER', `kid is no string of at most ${MAX_KID_CHARS}`);
    }
    return { algorithm, kid };
}
function requireAlgorithm(algorithms, alg) {
    const algorithm = algorithms[alg];
    if (!algorithm)
        throw new Refusal('UNSUPPORTED_ALGORITHM', `alg "${alg}"`);
    return algorithm;
}
/** RFC 8725 3.11, RFC 7515 4.1.9: media types ignore case, and application/ may be left out. */
function checkType(typ, types) {
    if (typ === undefined)
        return;
    if (typeof typ === 'string') {
        const lower = typ.toLowerCase();
        if (types.includes(lower.startsWith('application/') ? lower.slice(12) : lower))
            return;
    }
    const actual = typeof typ === 'string' ? `"${typ}"` : `a ${typeof typ}`;
    throw new Refusal('TOKEN_TYPE_MISMATCH', `typ is ${actual}, expected "${types.join('" or "')}"`);
}

// SPDX-License-Identifier: MIT
// The common part of every token that a provider signs for us: arguments, signature, then the
// claims that do not depend on the kind of token (security E).
/**
 * The claims of a token whose signature, issuer, audience and times are right, and whose `typ` is
 * one of `types` or absent. Subject, nonce and the like are the business of the kind of token.
 */
function checkToken(algorithms, token, demand, types) {
    requireExpectations(token, demand);
    const { jwks, allowedAlgs } = demand;
    const { algorithm, payload } = checkJws(algorithms, token, { jwks, allowedAlgs, types });
    return { claims: checkPayload(payload, demand), algorithm };
}
/** Passes arguments that can be compared with. */
function requireExpectations(token, expected) {
    requireText('token', token);
    requireText('issuer', expected.issuer);
    requireText('clientId', expected.clientId);
    requireSeconds('now', expected.now);
    requireSeconds('toleranceS', expected.toleranceS);
}
/** The claims of a payload whose issuer, audience and times are right, whoever signed it. */
function checkPayload(payload, expected) {
    const result = parseJsonObject(payload);
    if (!result.ok)
        throw new Refusal('INVALID_PAYLOAD_JSON', result.reason);
    const claims = result.value;
    checkIssuer(claims, expected.issuer);
    checkAudience(claims, expected.clientId);
    checkTimes(claims, expected);
    return claims;
}
/** Arguments come from configuration and storage: an empty one must not match an empty claim. */
function requireText(name, value) {
    if (typeof value === 'string' && value !== '')
        return;
    throw new Refusal('INVALID_ARGUMENT', `${name} is not a non-empty string`);
}
/** Whole, not negative, and exact as a double. */
function requireSeconds(name, value) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
        return;
    throw new Refusal('INVALID_ARGUMENT', `${name} is not a whole number of seconds`);
}

// SPDX-License-Identifier: MIT
// Decides whether an ID token is ours, fresh and genuine (OpenID Connect Core 3.1.3.7; security E).
// Pure: the caller brings keys and time.
/**
 * The claims of an ID token, after its signature and every claim that OpenID Connect Core 3.1.3.7
 * names were checked; else throws a `Refusal`. KEY_NOT_FOUND means that a newer key set may help.
 * What e-mail address and groups are worth is not decided here.
 */
function checkIdToken(algorithms, demand) {
    const { idToken, nonce, accessToken, maxAgeS, acrValues } = demand;
    requireText('nonce', nonce);
    if (accessToken !== undefined)
        requireText('accessToken', accessToken);
    if (maxAgeS !== undefined)
        requireSeconds('maxAgeS', maxAgeS);
    const { claims, algorithm } = checkToken(algorithms, idToken, demand, ['jwt']);
    checkSubject(claims);
    checkNonce(claims, nonce);
    if (accessToken !== undefined)
        checkAccessTokenHash(claims, algorithm, accessToken);
    if (acrValues !== undefined && acrValues.length > 0)
        checkAuthContext(claims, acrValues);
    if (maxAgeS !== undefined)
        checkAuthTime(claims, maxAgeS, demand);
    return claims;
}
function checkNonce(claims, expected) {
    const { nonce } = claims;
    if (nonce === undefined)
        throw new Refusal('MISSING_NONCE');
    if (typeof nonce !== 'string' || !equalText(nonce, expected)) {
        throw new Refusal('NONCE_MISMATCH', 'the token belongs to another login');
    }
}
/** Core 3.1.3.6: left half of the hash of the token's algorithm. Optional in the code flow. */
function checkAccessTokenHash(claims, algorithm, accessToken) {
    const { at_hash: actual } = claims;
    if (actual === undefined)
        return;
    const digest = algorithm.hash.digest(encodeUtf8(accessToken));
    const expected = encodeBase64url(digest.subarray(0, digest.length / 2));
    if (typeof actual !== 'string' || !equalText(actual, expected)) {
        throw new Refusal('AT_HASH_MISMATCH', 'the access token is not the one of this ID token');
    }
}
/** Core 3.1.3.7 rule 12. */
function checkAuthContext(claims, acrValues) {
    const { acr } = claims;
    if (typeof acr === 'string' && acrValues.includes(acr))
        return;
    throw new Refusal('ACR_MISMATCH', `acr ${show(acr)}, expected one of "${acrValues.join(' ')}"`);
}
/** Core 3.1.3.7 rule 13. */
function checkAuthTime(claims, maxAgeS, { now, toleranceS }) {
    const { auth_time: authTime } = claims;
    if (authTime === undefined)
        throw new Refusal('MISSING_AUTH_TIME', 'max_age was asked for');
    if (typeof authTime !== 'number') {
        throw new Refusal('INVALID_AUTH_TIME', `auth_time is ${show(authTime)}`);
    }
    if (authTime > now + toleranceS) {
        throw new Refusal('INVALID_AUTH_TIME', `auth_time ${authTime} is after now ${now}`);
    }
    if (now - authTime > maxAgeS + toleranceS) {
        const detail = `auth_time ${authTime}, now ${now}, max_age ${maxAgeS} s`;
        throw new Refusal('AUTH_TIME_TOO_OLD', detail);
    }
}

// SPDX-License-Identifier: MIT
// Parameters of the NIST curves (FIPS 186-4 D.1.2, SEC 2): one entry per curve. All have a = -3
// and cofactor 1, on which crypto/ecdsa.ts relies.
const P256 = {
    byteLength: 32,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

// SPDX-License-Identifier: MIT
// The two signature algorithms that nearly every provider uses; verify/algorithms.ts has them all.
// One row each, bound to its kind of key (RFC 7518 3.1; security 55, 56, 74, 75).
const SHA256 = { digest: sha256, prefix: '3031300d060960864801650304020105000420' };
const verifyPkcs1 = (jwk, hash, message, signature) => verifyRsaPkcs1(readRsaKey(jwk), hash.prefix, hash.digest(message), signature);
/** ECDSA on one curve, with whatever hash. */
function verifyOn(curve, jwk, hash, message, signature) {
    return verifyEcdsa(readEcKey(jwk, curve), hash.digest(message), signature);
}
const RS256 = { alg: 'RS256', kty: 'RSA', hash: SHA256, verify: verifyPkcs1 };
const ES256 = {
    alg: 'ES256',
    kty: 'EC',
    crv: 'P-256',
    hash: SHA256,
    verify: (jwk, hash, message, signature) => verifyOn(P256, jwk, hash, message, signature),
};
const COMMON_ALGORITHMS = { __proto__: null, RS256, ES256 };

// SPDX-License-Identifier: MIT
// What the verify chunk offers: ID tokens under the two common algorithms. For every other one it
// says UNSUPPORTED_ALGORITHM, and verify/full-door.ts knows better.
/** `checkIdToken` with the common algorithms. */
function verifyIdToken(demand) {
    return checkIdToken(COMMON_ALGORITHMS, demand);
}
/** `checkSignature` with the common algorithms. */
function verifySignature(alg, jwk, signingInput, signature) {
    return checkSignature(COMMON_ALGORITHMS, alg, jwk, signingInput, signature);
}

const door = /*#__PURE__*/Object.freeze({
    __proto__: null,
    verifyIdToken,
    verifySignature
});

export { ES256, RS256, SHA256, applyKey, bytesToInteger, checkIdToken, checkPayload, checkSignature, checkSubject, door, findKey, integerToBytes, invert, isObject, isServed, multiplyTwo, readJws, readRsaKey, requireExpectations, requireSignature, show, verifyOn, verifyPkcs1 };
