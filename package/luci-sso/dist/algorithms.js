import { concatBytes, bytesToHex, Refusal, decodeBase64url } from './core.js';
import { multiplyTwo, invert, bytesToInteger, applyKey, integerToBytes, ES256, SHA256, verifyPkcs1, RS256, readRsaKey, verifyOn, checkIdToken, checkSignature, checkToken, checkSubject, isObject, show } from './verify.js';
import { K } from './login.js';
import { ownMember } from './json.js';
import './load.js';

// SPDX-License-Identifier: MIT
// SHA-384 and SHA-512 (FIPS 180-4) on 32-bit halves. Sums are made of 16-bit pieces, because an
// engine for small processors keeps whole numbers whole only below 2^31: beyond, it calculates with
// floating point in software, which costs twenty times as much.
/** FIPS 180-4 4.2.3: the upper halves from 64 on (the first 64 are SHA-256's), and the lower ones. */
const K_HIGH = [
    -903397682, -779700025, -354779690, -176337025, 0x06f067aa, 0x0a637dc5, 0x113f9804,
    0x1b710b35, 0x28db77f5, 0x32caab7b, 0x3c9ebe0a, 0x431d67c4, 0x4cc5d4be, 0x597f299c, 0x5fcb6fab,
    0x6c44198c,
];
const K_LOW = [
    -685199838, 0x23ef65cd, -330482897, -2121671748, -213338824, -1241133031, -1357295717,
    -630357736, -1560083902, 0x45706fbe, 0x4ee4b28c, -704662302, -226784913, 0x3b1696b1,
    0x25c71235, -815192428, -1628353838, 0x384f25e3, -1953704523, 0x77ac9c65, 0x592b0275, 0x6ea6e483,
    -1119749164, -2096016459, -295247957, 0x2db43210, -1728372417, -1091629340, 0x3da88fc2,
    -1828018395, -536640913, 0x0a0e6e70, 0x46d22ffc, 0x5c26c926, 0x5ac42aed, -1651133473,
    -1951439906, 0x3c77b2a8, 0x47edaee6, 0x1482353b, 0x4cf10364, -1136513023, -789014639, 0x0654be30,
    -688958952, 0x5565a910, 0x5771202a, 0x32bbd1b8, -1194143544, 0x5141ab53, -544281703,
    -509917016, -976659869, -482243893, 0x7763e373, -692930397, 0x5defb2fc, 0x43172f60,
    -1578062990, 0x1a6439ec, 0x23631e28, -561857047, -1295615723, -479046869, -366583396,
    0x21c0c207, -840897762, -294727304, 0x72176fba, -1563912026, -1090974290, 0x131c471b,
    0x23047d84, 0x40c72493, 0x15c9bebc, -1676669620, -885112138, -60457430, 0x3ad6faec, 0x4a475817,
];
/** FIPS 180-4 5.3.4 and 5.3.5: upper and lower half of each word. */
const SHA384_START = [
    -876896931, -1056596264, 0x629a292a, 0x367cd507, -1856437926, 0x3070dd17, 0x152fecd8,
    -150054599, 0x67332667, -4191439, -1900787065, 0x68581511, -619958771, 0x64f98fa7,
    0x47b5481d, -1090891868,
];
const SHA512_START = [
    0x6a09e667, -205731576, -1150833019, -2067093701, 0x3c6ef372, -23791573, -1521486534,
    0x5f1d36f1, 0x510e527f, -1377402159, -1694144372, 0x2b3e6c1f, 0x1f83d9ab, -79577749, 0x5be0cd19,
    0x137e2179,
];
const ROUNDS = 80;
const BLOCK_BYTES = 128;
/** FIPS 180-4 5.1.2: a one bit, zeros, and the length in bits as 128 bits, up to whole blocks. */
function padMessage(bytes) {
    const length = bytes.length;
    const padded = new Uint8Array((length + 16 + BLOCK_BYTES) & -BLOCK_BYTES);
    padded.set(bytes);
    padded[length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, length / 0x20000000);
    view.setUint32(padded.length - 4, length << 3);
    return view;
}
/** FIPS 180-4 6.4.2 step 1. */
function fillSchedule({ high, low }, message, at) {
    for (let t = 0; t < 16; t++) {
        high[t] = message.getInt32(at + 8 * t);
        low[t] = message.getInt32(at + 8 * t + 4);
    }
    for (let t = 16; t < ROUNDS; t++) {
        const xh = high[t - 15];
        const xl = low[t - 15];
        const yh = high[t - 2];
        const yl = low[t - 2];
        const ah = high[t - 16];
        const al = low[t - 16];
        const bh = high[t - 7];
        const bl = low[t - 7];
        // The lower halves of sigma 0 and sigma 1.
        const sl = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
        const ul = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
        const p = (sl & 0xffff) + (ul & 0xffff) + (al & 0xffff) + (bl & 0xffff);
        const q = (sl >>> 16) + (ul >>> 16) + (al >>> 16) + (bl >>> 16) + (p >>> 16);
        low[t] = (q << 16) | (p & 0xffff);
        high[t] =
            (((ah + bh) | 0) +
                (((((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7)) +
                    (((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6))) |
                    0) +
                (q >>> 16)) |
                0;
    }
}
/** FIPS 180-4 6.4.2 steps 2 to 4; `state` has upper and lower half of each word. */
function addBlock(state, kHigh, { high, low }) {
    let ah = state[0];
    let al = state[1];
    let bh = state[2];
    let bl = state[3];
    let ch = state[4];
    let cl = state[5];
    let dh = state[6];
    let dl = state[7];
    let eh = state[8];
    let el = state[9];
    let fh = state[10];
    let fl = state[11];
    let gh = state[12];
    let gl = state[13];
    let hh = state[14];
    let hl = state[15];
    for (let t = 0; t < ROUNDS; t++) {
        // T1 = h + Sigma 1 of e + Ch(e, f, g) + K + W, lower half, then upper half.
        let s = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
        let m = gl ^ (el & (fl ^ gl));
        const k = K_LOW[t];
        const w = low[t];
        let p = (hl & 0xffff) + (s & 0xffff) + (m & 0xffff) + (k & 0xffff) + (w & 0xffff);
        let q = (hl >>> 16) + (s >>> 16) + (m >>> 16) + (k >>> 16) + (w >>> 16) + (p >>> 16);
        const tl = (q << 16) | (p & 0xffff);
        s = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
        m = gh ^ (eh & (fh ^ gh));
        let th = (((hh + s) | 0) + m) | 0;
        th = (((th + kHigh[t]) | 0) + ((high[t] + (q >>> 16)) | 0)) | 0;
        hh = gh;
        hl = gl;
        gh = fh;
        gl = fl;
        fh = eh;
        fl = el;
        p = (dl & 0xffff) + (tl & 0xffff);
        q = (dl >>> 16) + (tl >>> 16) + (p >>> 16);
        eh = (((dh + th) | 0) + (q >>> 16)) | 0;
        el = (q << 16) | (p & 0xffff);
        dh = ch;
        dl = cl;
        // T1 + Sigma 0 of a + Maj(a, b, c).
        s = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
        m = (al & bl) | (cl & (al | bl));
        p = (tl & 0xffff) + (s & 0xffff) + (m & 0xffff);
        q = (tl >>> 16) + (s >>> 16) + (m >>> 16) + (p >>> 16);
        s = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
        m = (ah & bh) | (ch & (ah | bh));
        ch = bh;
        cl = bl;
        bh = ah;
        bl = al;
        ah = (((((th + s) | 0) + m) | 0) + (q >>> 16)) | 0;
        al = (q << 16) | (p & 0xffff);
    }
    [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl].forEach((half, i, halves) => {
        if ((i & 1) === 0)
            return;
        const before = state[i];
        const p = (before & 0xffff) + (half & 0xffff);
        const q = (before >>> 16) + (half >>> 16) + (p >>> 16);
        state[i] = (q << 16) | (p & 0xffff);
        state[i - 1] = (state[i - 1] + halves[i - 1] + (q >>> 16)) | 0;
    });
}
function hash(bytes, start, length) {
    const message = padMessage(bytes);
    const state = start.slice();
    const kHigh = K.concat(K_HIGH);
    const schedule = { high: new Int32Array(ROUNDS), low: new Int32Array(ROUNDS) };
    for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) {
        fillSchedule(schedule, message, at);
        addBlock(state, kHigh, schedule);
    }
    const digest = new Uint8Array(64);
    const view = new DataView(digest.buffer);
    state.forEach((half, i) => view.setInt32(4 * i, half));
    return digest.subarray(0, length);
}
/** The 48-byte SHA-384 digest of the bytes. */
function sha384(bytes) {
    return hash(bytes, SHA384_START, 48);
}
/** The 64-byte SHA-512 digest of the bytes. */
function sha512(bytes) {
    return hash(bytes, SHA512_START, 64);
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
const KEY_BYTES$1 = 32;
const toPoint = (x, y) => ({ x, y, z: 1n, e: x, h: y });
function double({ x, y, z }) {
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
function add(left, right) {
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
    double,
    add,
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
    if (bytes.length !== KEY_BYTES$1)
        return undefined;
    const value = fromLittleEndian(bytes);
    const y = value & ((1n << 255n) - 1n);
    if (y >= P)
        return undefined;
    const x = recoverX(y, value >> 255n);
    if (x === undefined)
        return undefined;
    if (double(double(double(toPoint(x, y)))).x === 0n)
        return undefined;
    return { bytes, x, y };
}
/**
 * Whether `signature`, R and S side by side, is right for the message: S is below the group's order
 * and R is, byte for byte, what the equation without cofactor gives.
 */
function verifyEd25519(key, message, signature) {
    if (signature.length !== 2 * KEY_BYTES$1)
        return false;
    const r = signature.subarray(0, KEY_BYTES$1);
    const s = fromLittleEndian(signature.subarray(KEY_BYTES$1));
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
// Ed25519 keys of a provider's set (RFC 8037 2; security 78).
const KEY_BYTES = 32;
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
    if (bytes?.length !== KEY_BYTES) {
        throw new Refusal('INVALID_EC_PARAMS_ENCODING', `x is not base64url of ${KEY_BYTES} bytes`);
    }
    const key = importEd25519Key(bytes);
    if (key === undefined)
        throw new Refusal('KEY_UNUSABLE', 'x is no sound point of the curve');
    return key;
}

// SPDX-License-Identifier: MIT
// The closed list of signature algorithms (RFC 7518 3.1, RFC 8037 3.1; security 55, 56, 74, 75): one
// row each, bound to its kind of key. "none" and the symmetric ones have no row and never get one.
const SHA384 = { digest: sha384, prefix: '3041300d060960864801650304020205000430' };
const SHA512 = { digest: sha512, prefix: '3051300d060960864801650304020305000440' };
const verifyPss = (jwk, hash, message, signature) => verifyRsaPss(readRsaKey(jwk), hash.digest, hash.digest(message), signature);
const ALGORITHMS = {
    __proto__: null,
    RS256,
    RS384: { alg: 'RS384', kty: 'RSA', hash: SHA384, verify: verifyPkcs1 },
    RS512: { alg: 'RS512', kty: 'RSA', hash: SHA512, verify: verifyPkcs1 },
    PS256: { alg: 'PS256', kty: 'RSA', hash: SHA256, verify: verifyPss },
    PS384: { alg: 'PS384', kty: 'RSA', hash: SHA384, verify: verifyPss },
    PS512: { alg: 'PS512', kty: 'RSA', hash: SHA512, verify: verifyPss },
    ES256,
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
    // The only curve; Ed448 is refused. The hash is that of the signature (RFC 8032 5.1).
    EdDSA: {
        alg: 'EdDSA',
        kty: 'OKP',
        crv: 'Ed25519',
        hash: SHA512,
        verify: (jwk, _hash, message, signature) => verifyEd25519(readEd25519Key(jwk), message, signature),
    },
};

// SPDX-License-Identifier: MIT
// ID tokens under every supported algorithm.
/** `checkIdToken` with every supported algorithm. */
function verifyIdToken(demand) {
    return checkIdToken(ALGORITHMS, demand);
}

// SPDX-License-Identifier: MIT
// A compact JWS under every supported algorithm.
/** `checkSignature` with every supported algorithm. */
function verifySignature(alg, jwk, signingInput, signature) {
    return checkSignature(ALGORITHMS, alg, jwk, signingInput, signature);
}

// SPDX-License-Identifier: MIT
// Decides whether a logout token is ours, fresh and genuine (OpenID Connect Back-Channel Logout 1.0
// 2.4 and 2.6; security 99). Pure: the caller brings keys and time, and remembers jti.
/** Explicit typing is only RECOMMENDED (2.4): some send JWT. What an ID token has is refused below. */
const TYPES = ['logout+jwt', 'jwt'];
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_ID_CHARS = 255;
/**
 * The claims of a logout token after all checks but that of a repeated jti; else throws a `Refusal`.
 * KEY_NOT_FOUND means that a newer key set may help.
 */
function verifyLogoutToken(demand) {
    const { claims } = checkToken(ALGORITHMS, demand.logoutToken, demand, TYPES);
    const { jti, sub, sid, nonce, events } = claims;
    if (!isId(jti)) {
        throw new Refusal('MISSING_JTI_CLAIM', 'jti is missing or not a string of 1 to 255 characters');
    }
    if (sub !== undefined)
        checkSubject(claims);
    if (sid !== undefined && !isId(sid)) {
        throw new Refusal('INVALID_SID_CLAIM', 'sid is not a string of 1 to 255 characters');
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
    return claims;
}
function isId(value) {
    return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS;
}

export { verifyIdToken, verifyLogoutToken, verifySignature };
