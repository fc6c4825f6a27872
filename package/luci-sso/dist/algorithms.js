import { sha512, sha384, decodeBase64url } from '#native';
import { isObject, ownMember } from './json.js';
import { concatBytes, bytesToHex, Refusal } from './core.js';
import { invert, bytesToInteger, applyKey, integerToBytes, requireExpectations, readJws, checkPayload, findKey, requireSignature, checkSubject, show, isServed, readCoordinates, requirePoint, SHA256, ES256, ES256_KEY, verifyPkcs1, RS256, readRsaKey, checkIdToken, checkSignature } from './verify.js';
export { distinctKeys } from './verify.js';
import './load.js';
import './login.js';

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
// Ed25519 verification (RFC 8032 5.1.7) over BigInt, strictly: one spelling of every key and every
// signature, no key of small order (security 78). Public values only: nothing takes constant time.
const P = 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn;
/** Order of the base point. */
const L = 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const SQRT_MINUS_1 = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;
/** The base point. */
const X = 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an;
const Y = 0x6666666666666666666666666666666666666666666666666666666666666658n;
const KEY_BYTES = 32;
const toPoint = (x, y) => ({ x, y, z: 1n, e: x, h: y });
function double$1({ x, y, z }) {
    const a = (x * x) % P;
    const b = (y * y) % P;
    const sum = x + y;
    const e = (sum * sum - a - b) % P;
    const g = b - a;
    const f = (g - 2n * z * z) % P;
    const h = -a - b;
    return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, e, h };
}
/** Complete on this curve: there are no exceptions. */
function add$1(left, right) {
    const a = ((left.y - left.x) * right.minus) % P;
    const b = ((left.y + left.x) * right.plus) % P;
    const c = (((left.e * left.h) % P) * right.t2d) % P;
    const d = (left.z * right.z2) % P;
    const e = b - a;
    const f = d - c;
    const g = d + c;
    const h = b + a;
    return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, e, h };
}
const prepare = ({ x, y, z, e, h }) => ({
    minus: y - x,
    plus: y + x,
    z2: 2n * z,
    t2d: (((e * h) % P) * 2n * D) % P,
});
const negate = ({ minus, plus, z2, t2d }) => ({
    minus: plus,
    plus: minus,
    z2,
    t2d: -t2d,
});
const GROUP = {
    zero: { x: 0n, y: 1n, z: 1n, e: 0n, h: 1n },
    double: double$1,
    add: add$1,
    prepare,
    negate,
};
const fromLittleEndian = (bytes) => bytesToInteger(bytes.slice().reverse());
/** value^(2^squarings) factor. */
function squareTimes(value, squarings, factor) {
    let result = value;
    for (let i = 0; i < squarings; i++)
        result = (result * result) % P;
    return (result * factor) % P;
}
/** value^((P - 5) / 8) = value^(2^252 - 3); the names count the exponent's ones. */
function raise(value) {
    const two = squareTimes(value, 1, value);
    const four = squareTimes(two, 2, two);
    const five = squareTimes(four, 1, value);
    const ten = squareTimes(five, 5, five);
    const twenty = squareTimes(ten, 10, ten);
    const forty = squareTimes(twenty, 20, twenty);
    const fifty = squareTimes(forty, 10, ten);
    const hundred = squareTimes(fifty, 50, fifty);
    const most = squareTimes(squareTimes(hundred, 100, hundred), 50, fifty);
    return squareTimes(most, 2, value);
}
/** The x of a point with this y and this lowest bit, if there is one (RFC 8032 5.1.3). */
function recoverX(y, odd) {
    const y2 = (y * y) % P;
    const u = y2 - 1n;
    const v = (D * y2 + 1n) % P;
    const v3 = (((v * v) % P) * v) % P;
    let x = (((u * v3) % P) * raise((((u * v3) % P) * ((v3 * v) % P)) % P)) % P;
    const vx2 = (((v * x) % P) * x) % P;
    if ((vx2 + u) % P === 0n)
        x = (x * SQRT_MINUS_1) % P;
    else if ((vx2 - u) % P !== 0n)
        return undefined;
    if (x < 0n)
        x += P;
    if (x === 0n)
        return odd === 0n ? x : undefined;
    return (x & 1n) === odd ? x : P - x;
}
/**
 * The key of 32 bytes, or `undefined` for any other length, a spelling that is not the canonical
 * one, bytes that name no point, and the eight points of small order, under which signatures can be
 * made without a secret.
 */
function importEd25519Key(bytes) {
    if (bytes.length !== KEY_BYTES)
        return undefined;
    const value = fromLittleEndian(bytes);
    const y = value & ((1n << 255n) - 1n);
    if (y >= P)
        return undefined;
    const x = recoverX(y, value >> 255n);
    if (x === undefined)
        return undefined;
    if (double$1(double$1(double$1(toPoint(x, y)))).x === 0n)
        return undefined;
    return { bytes, x, y };
}
/**
 * Whether `signature`, R and S side by side, is right for the message: S is below the group's order
 * and R is, byte for byte, what the equation without cofactor gives.
 */
function verifyEd25519(key, message, signature) {
    if (signature.length !== 2 * KEY_BYTES)
        return false;
    const r = signature.subarray(0, KEY_BYTES);
    const s = fromLittleEndian(signature.subarray(KEY_BYTES));
    if (s >= L)
        return false;
    const k = fromLittleEndian(sha512(concatBytes([r, key.bytes, message]))) % L;
    const sum = multiplyTwo(GROUP, s, toPoint(X, Y), k, toPoint(P - key.x, key.y));
    const inverse = invert(((sum.z % P) + P) % P, P);
    const x = (((sum.x * inverse) % P) + P) % P;
    const y = (((sum.y * inverse) % P) + P) % P;
    return fromLittleEndian(r) === (y | ((x & 1n) << 255n));
}

const P384 = {
    byteLength: 48,
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
};
const P521 = {
    byteLength: 66,
    p: 0x01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffn,
    n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    x: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    y: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
};

// SPDX-License-Identifier: MIT
// RSASSA-PSS verification (RFC 8017 8.1.2) as RFC 7518 3.5 narrows it: MGF1 with the same hash, and
// a salt as long as the digest (security 79).
/** MGF1 (RFC 8017 B.2.1): the first `length` bytes, as one number. */
function makeMask(digest, seed, length) {
    let hex = '';
    for (let counter = 0; hex.length < 2 * length; counter++) {
        hex += bytesToHex(digest(concatBytes([seed, new Uint8Array([0, 0, 0, counter])])));
    }
    return BigInt(`0x${hex.slice(0, 2 * length)}`);
}
/** Whether `signature` is the RSASSA-PSS signature over the message of `hashed`, its digest. */
function verifyRsaPss(key, digest, hashed, signature) {
    if (signature.length !== key.byteLength)
        return false;
    const value = bytesToInteger(signature);
    if (value >= key.modulus)
        return false;
    // EMSA-PSS-VERIFY (9.1.2). The block, from its end: 0xbc, the hash, the masked 0...01 and salt.
    const length = hashed.length;
    const hashBits = BigInt(8 * length);
    const block = applyKey(key, value);
    const blockBits = key.bitLength - 1;
    if ((block & 0xffn) !== 0xbcn || block >> BigInt(blockBits) !== 0n)
        return false;
    const hash = integerToBytes((block >> 8n) & ((1n << hashBits) - 1n), length);
    const maskedBytes = Math.ceil(blockBits / 8) - length - 1;
    const maskedBits = BigInt(blockBits - 8 * (length + 1));
    const mask = makeMask(digest, hash, maskedBytes);
    const data = ((block >> (hashBits + 8n)) ^ mask) & ((1n << maskedBits) - 1n);
    if (data >> hashBits !== 1n)
        return false;
    const salt = integerToBytes(data & ((1n << hashBits) - 1n), length);
    const expected = digest(concatBytes([new Uint8Array(8), hashed, salt]));
    return bytesToHex(expected) === bytesToHex(hash);
}

// SPDX-License-Identifier: MIT
// Decides whether a logout token is ours, fresh and genuine (OpenID Connect Back-Channel Logout 1.0
// 2.4 and 2.6; security 99). Pure: the caller brings keys and time, and remembers jti. Anybody may send
// one, so what costs least comes first, and the signature last.
/** Explicit typing is only RECOMMENDED (2.4): some send JWT. What an ID token has is refused below. */
const TYPES = ['logout+jwt', 'jwt'];
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_ID_CHARS = 255;
/**
 * Reads a logout token under one of the algorithms and checks all that needs no keys, but whether its jti came before; throws a
 * `Refusal`. Under `none`, HS256 and the like it gets no further than this, whatever keys there are.
 */
function readToken(algorithms, expected) {
    const { logoutToken } = expected;
    requireExpectations(logoutToken, expected);
    const jws = readJws(algorithms, logoutToken, TYPES);
    const claims = checkPayload(jws.payload, expected);
    checkLogoutClaims(claims);
    return {
        claims,
        verify: (keys, inTurn) => {
            const key = findKey(jws, { jwks: keys.jwks, allowedAlgs: allowedAlgs(algorithms, keys) });
            inTurn(() => requireSignature(jws, key));
            return claims;
        },
    };
}
/** Of the allowed algorithms the last ID token's, while the provider still has a key for it. */
function allowedAlgs(algorithms, { jwks, allowedAlgs, lastAlg = '' }) {
    const last = algorithms[lastAlg];
    const isCurrent = allowedAlgs?.includes(lastAlg) !== false && last && isServed(jwks, last);
    return isCurrent ? [lastAlg] : allowedAlgs;
}
/** What a logout token has, and an ID token has not (2.4). */
function checkLogoutClaims(claims) {
    const { jti, sub, sid, nonce, events } = claims;
    if (!isId(jti)) {
        throw new Refusal('MISSING_JTI_CLAIM', 'jti is missing or not a string of 1 to 255 characters');
    }
    if (sub !== undefined)
        checkSubject(claims);
    // As long as the login's: what has no limit there must end here too.
    if (sid !== undefined && (typeof sid !== 'string' || sid === '')) {
        throw new Refusal('INVALID_SID_CLAIM', 'sid is not a string, or empty');
    }
    if (sub === undefined && sid === undefined) {
        throw new Refusal('MISSING_SUB_CLAIM', 'neither sub nor sid');
    }
    if (!isObject(events) || !isObject(ownMember(events, EVENT))) {
        throw new Refusal('MISSING_LOGOUT_EVENT', `events is ${show(events)}, without the logout event`);
    }
    // Else an ID token could be made to pass as a logout token.
    if (nonce !== undefined)
        throw new Refusal('NONCE_IN_LOGOUT_TOKEN', 'nonce is there');
}
function isId(value) {
    return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS;
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

/** Key on `curve` of a JWK, with the codes of `readCoordinates` and `requirePoint`. */
function readEcKey(jwk, curve) {
    const { x, y } = readCoordinates(jwk, curve.byteLength);
    return requirePoint(importEcKey(curve, x, y));
}
/** ECDSA on one curve, with whatever hash. */
function verifyOn(curve, jwk, hash, message, signature) {
    return verifyEcdsa(readEcKey(jwk, curve), hash.digest(message), signature);
}

// SPDX-License-Identifier: MIT
// All checks of tokens with every supported algorithm: the entry of the algorithms chunk, which few requests
// need. The list of algorithms is closed (RFC 7518 3.1, RFC 8037; security 55, 56, 74, 75, 78): one row
// each, bound to its kind of key. "none" and the symmetric ones have no row and never get one.
const SHA384 = { digest: sha384, prefix: '3041300d060960864801650304020205000430' };
const SHA512 = { digest: sha512, prefix: '3051300d060960864801650304020305000440' };
const verifyPss = (jwk, hash, message, signature) => verifyRsaPss(readRsaKey(jwk), hash.digest, hash.digest(message), signature);
const ED25519_KEY_BYTES = 32;
/** For a host that has no P-256; takes and refuses the same. */
const ES256_IN_ENGINE = {
    ...ES256_KEY,
    verify: (jwk, hash, message, signature) => verifyOn(P256, jwk, hash, message, signature),
};
const ALGORITHMS = {
    __proto__: null,
    RS256,
    RS384: { alg: 'RS384', kty: 'RSA', hash: SHA384, verify: verifyPkcs1 },
    RS512: { alg: 'RS512', kty: 'RSA', hash: SHA512, verify: verifyPkcs1 },
    PS256: { alg: 'PS256', kty: 'RSA', hash: SHA256, verify: verifyPss },
    PS384: { alg: 'PS384', kty: 'RSA', hash: SHA384, verify: verifyPss },
    PS512: { alg: 'PS512', kty: 'RSA', hash: SHA512, verify: verifyPss },
    ES256: ES256 ?? ES256_IN_ENGINE,
    ES384: {
        alg: 'ES384',
        kty: 'EC',
        crv: 'P-384',
        hash: SHA384,
        verify: (jwk, hash, message, signature) => verifyOn(P384, jwk, hash, message, signature),
    },
    ES512: {
        alg: 'ES512',
        // Some name it in a key after its curve; no other algorithm is called so.
        keyAlg: 'ES521',
        kty: 'EC',
        crv: 'P-521',
        hash: SHA512,
        verify: (jwk, hash, message, signature) => verifyOn(P521, jwk, hash, message, signature),
    },
    // The only curve; Ed448 is refused. The hash is that of the signature (RFC 8032 5.1), but Pocket ID and
    // glewlwyd take SHA-256 for at_hash.
    EdDSA: {
        alg: 'EdDSA',
        kty: 'OKP',
        crv: 'Ed25519',
        hash: SHA512,
        otherHash: SHA256,
        verify: (jwk, _hash, message, signature) => verifyEd25519(readEd25519Key(jwk), message, signature),
    },
};
/**
 * Ed25519 key of a JWK. Codes MISSING_EC_PARAMS, INVALID_EC_PARAMS_ENCODING and KEY_UNUSABLE, which
 * also tells of a point of small order. The name `crv` is not looked at.
 */
function readEd25519Key(jwk) {
    const x = ownMember(jwk, 'x');
    if (typeof x !== 'string') {
        throw new Refusal('MISSING_EC_PARAMS', 'x is missing or not a string');
    }
    const bytes = decodeBase64url(x);
    if (bytes?.length !== ED25519_KEY_BYTES) {
        throw new Refusal('INVALID_EC_PARAMS_ENCODING', `x is not base64url of ${ED25519_KEY_BYTES} bytes`);
    }
    const key = importEd25519Key(bytes);
    if (key === undefined)
        throw new Refusal('KEY_UNUSABLE', 'x is no sound point of the curve');
    return key;
}
/** `checkIdToken` with every supported algorithm. */
function verifyIdToken(expected) {
    return checkIdToken(ALGORITHMS, expected);
}
/** `checkSignature` with every supported algorithm. */
function verifySignature(alg, jwk, signingInput, signature) {
    return checkSignature(ALGORITHMS, alg, jwk, signingInput, signature);
}
/** `readToken` with every supported algorithm. */
function readLogoutToken(expected) {
    return readToken(ALGORITHMS, expected);
}

export { ALGORITHMS, readLogoutToken, verifyIdToken, verifySignature };
