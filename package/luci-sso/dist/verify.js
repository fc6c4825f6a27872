import { decodeBase64url, latin1ToBytes, encodeUtf8, encodeBase64url, sha256, verifyP256 } from '#native';
import { bytesToHex, Refusal } from './core.js';
import { equalText } from './login.js';
import { parseJsonObject, ownMember, isObject } from './json.js';

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
// What every signed token of a provider must say, whatever it is for: issuer, audience, times,
// subject (OpenID Connect Core 3.1.3.7, RFC 7519 4.1; security 51-53, 57, 58, 62).
const MAX_SUBJECT_CHARS = 255;
/** The issuer, character for character: a slash more or less is another provider. */
function checkIssuer(claims, issuer) {
    const { iss } = claims;
    if (iss === issuer)
        return;
    throw new Refusal('ISSUER_MISMATCH', `iss ${show(iss)}, expected "${issuer}"`);
}
/**
 * The client is an audience, as a string or in an array, others only where the owner trusts them
 * (Core 3.1.3.7 rule 3). It is the authorised party when one is named, which must be where there are
 * several audiences (rule 4).
 */
function checkAudience(claims, clientId, trusted = []) {
    const { aud, azp } = claims;
    const audiences = Array.isArray(aud) ? aud : [aud];
    if (audiences.length === 0)
        throw new Refusal('INVALID_AUDIENCE', 'aud is an empty array');
    if (!audiences.every((audience) => typeof audience === 'string')) {
        throw new Refusal('MALFORMED_AUDIENCE', 'aud is missing, or not a string or array of strings');
    }
    const others = audiences.filter((audience) => audience !== clientId);
    if (!audiences.includes(clientId))
        throw new Refusal('AUDIENCE_MISMATCH', `aud has ${show(others[0])} instead of "${clientId}"`);
    const other = others.find((audience) => !trusted.includes(audience));
    if (other !== undefined) {
        const detail = `aud has ${show(other)} besides "${clientId}", and trusted_audience does not name it`;
        throw new Refusal('AUDIENCE_MISMATCH', detail);
    }
    if ((azp !== undefined || others.length > 0) && azp !== clientId) {
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
        const cause = typeof sub === 'number' ? 'SUB_NOT_TEXT' : undefined;
        throw new Refusal('MISSING_SUB_CLAIM', 'sub is missing or not a non-empty string', cause);
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
    checkAudience(claims, expected.clientId, expected.trustedAudiences);
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
function selectKey(jwks, required, kid) {
    const keys = readKeys(jwks);
    const named = kid === undefined ? keys : keys.filter((key) => ownMember(key, 'kid') === kid);
    const fitting = distinctKeys(named.filter((key) => whyUnfit(key, required) === ''));
    const [key] = fitting;
    if (key !== undefined && fitting.length === 1)
        return key;
    if (fitting.length > 1) {
        const detail = `${fitting.length} of ${keys.length} keys fit ${required.alg}`;
        throw new Refusal('KEY_AMBIGUOUS', detail);
    }
    const [unfit] = named;
    if (kid === undefined || unfit === undefined) {
        const wanted = kid === undefined ? required.alg : `kid "${kid}"`;
        throw new Refusal('KEY_NOT_FOUND', `none of ${keys.length} keys has ${wanted}`);
    }
    throw refusalOfUnfit(unfit, required);
}
const MATERIAL = ['kty', 'crv', 'n', 'e', 'x', 'y'];
/** Each key once: some sets have the same one twice. */
function distinctKeys(keys) {
    const isSame = (a, b) => MATERIAL.every((name) => ownMember(a, name) === ownMember(b, name));
    return keys.filter((key, index) => keys.findIndex((other) => isSame(key, other)) === index);
}
/** Whether any key of the set is meant for the algorithm. */
function isServed(jwks, required) {
    return readKeys(jwks).some((key) => whyUnfit(key, required) === '');
}
/** Passes a key that is meant for the algorithm; else throws UNSUPPORTED_KTY and the like. */
function requireFitting(key, required) {
    if (whyUnfit(key, required) !== '')
        throw refusalOfUnfit(key, required);
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
/** '' when the key is meant for the algorithm, else what speaks against it. */
function whyUnfit(key, required) {
    const kty = ownMember(key, 'kty');
    if (kty !== required.kty)
        return `kty ${describe(kty)}, ${required.alg} needs ${required.kty}`;
    const crv = ownMember(key, 'crv');
    if (required.crv !== undefined && crv !== required.crv) {
        return `crv ${describe(crv)}, ${required.alg} needs ${required.crv}`;
    }
    const alg = ownMember(key, 'alg');
    if (alg !== undefined && alg !== required.alg && alg !== (required.keyAlg ?? required.alg))
        return `alg ${describe(alg)}, token ${required.alg}`;
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
function refusalOfUnfit(key, required) {
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
    return new Refusal('KEY_UNUSABLE', `the key has ${whyUnfit(key, required)}`);
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
    if (!result.ok) {
        const isOfSize = result.reason.includes(' bits, ');
        throw new Refusal('KEY_UNUSABLE', result.reason, isOfSize ? 'KEY_SIZE' : undefined);
    }
    return result.key;
}
/**
 * Coordinates of a JWK, both in full length: codes MISSING_EC_PARAMS and INVALID_EC_PARAMS_ENCODING.
 * Whether they are a point is for `requirePoint`. The name `crv` is not looked at.
 */
function readCoordinates(jwk, byteLength) {
    const xText = ownMember(jwk, 'x');
    const yText = ownMember(jwk, 'y');
    if (typeof xText !== 'string' || typeof yText !== 'string') {
        throw new Refusal('MISSING_EC_PARAMS', 'x or y is missing or not a string');
    }
    const x = decodeBase64url(xText);
    const y = decodeBase64url(yText);
    if (x?.length !== byteLength || y?.length !== byteLength) {
        const detail = `x or y is not base64url of ${byteLength} bytes`;
        throw new Refusal('INVALID_EC_PARAMS_ENCODING', detail);
    }
    return { x, y };
}
/** What was found out about a key's point; KEY_UNUSABLE where there is none. */
function requirePoint(result) {
    if (result === undefined) {
        throw new Refusal('KEY_UNUSABLE', 'x and y are no point of the curve');
    }
    return result;
}

// SPDX-License-Identifier: MIT
// A compact JWS (RFC 7515 7.1), from text to a payload whose signature is right. Keys come from the
// provider's set only: jwk, jku, x5u and x5c in a header are never looked at (security 69-76).
/** Security 64; a generous ID token has 2 KiB. */
const MAX_JWS_CHARS = 16384;
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
function checkJws(algorithms, token, expected) {
    const jws = readJws(algorithms, token, expected.types);
    requireSignature(jws, findKey(jws, expected));
    return jws;
}
/** A compact JWS under one of the algorithms. Neither key nor signature is looked at. */
function readJws(algorithms, token, types) {
    if (token.length > MAX_JWS_CHARS) {
        throw new Refusal('TOKEN_TOO_LARGE', `${token.length} characters, at most ${MAX_JWS_CHARS}`);
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
// Decides whether an ID token is ours, fresh and genuine (OpenID Connect Core 3.1.3.7; security E).
// Pure: the caller brings keys and time.
const TYPES = ['jwt'];
/**
 * The claims of an ID token, after its signature and every claim that OpenID Connect Core 3.1.3.7
 * names were checked; else throws a `Refusal`. KEY_NOT_FOUND means that a newer key set may help.
 * What e-mail address and groups are worth is not decided here.
 */
function checkIdToken(algorithms, expected) {
    const { idToken, nonce, accessToken, maxAgeS, acrValues, refreshedSub } = expected;
    requireText('nonce', nonce);
    if (accessToken !== undefined)
        requireText('accessToken', accessToken);
    if (maxAgeS !== undefined)
        requireSeconds('maxAgeS', maxAgeS);
    if (refreshedSub !== undefined)
        requireText('refreshedSub', refreshedSub);
    const { claims, algorithm } = checkToken(algorithms, idToken, expected);
    checkSubject(claims);
    if (refreshedSub !== undefined && claims['sub'] !== refreshedSub)
        throw new Refusal('IDENTITY_MISMATCH', 'the refreshed token is about another subject');
    if (refreshedSub === undefined || claims['nonce'] !== undefined)
        checkNonce(claims, nonce);
    if (accessToken !== undefined)
        checkAccessTokenHash(claims, algorithm, accessToken);
    if (acrValues !== undefined && acrValues.length > 0)
        checkAuthContext(claims, acrValues);
    if (maxAgeS !== undefined)
        checkAuthTime(claims, maxAgeS, expected);
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
    const { hash, otherHash = hash } = algorithm;
    const isMadeBy = ({ digest }) => {
        const whole = digest(encodeUtf8(accessToken));
        const expected = encodeBase64url(whole.subarray(0, whole.length / 2));
        return typeof actual === 'string' && equalText(actual, expected);
    };
    if (!isMadeBy(hash) && !isMadeBy(otherHash)) {
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
/**
 * The claims of a token whose signature, issuer, audience and times are right, and whose `typ` is
 * JWT or absent. Subject, nonce and the like are the business of the kind of token.
 */
function checkToken(algorithms, token, expected) {
    requireExpectations(token, expected);
    const { jwks, allowedAlgs } = expected;
    const { algorithm, payload } = checkJws(algorithms, token, { jwks, allowedAlgs, types: TYPES });
    return { claims: checkPayload(payload, expected), algorithm };
}

// SPDX-License-Identifier: MIT
// The two signature algorithms that nearly every provider uses (one where the host has no P-256), and the
// check with them: the entry of the verify chunk. For every other algorithm it says UNSUPPORTED_ALGORITHM,
// and verify/algorithms/all.ts knows better. One row each, bound to its kind of key (RFC 7518 3.1; security 55,
// 56, 74, 75).
const SHA256 = { digest: sha256, prefix: '3031300d060960864801650304020105000420' };
const verifyPkcs1 = (jwk, hash, message, signature) => verifyRsaPkcs1(readRsaKey(jwk), hash.prefix, hash.digest(message), signature);
const RS256 = { alg: 'RS256', kty: 'RSA', hash: SHA256, verify: verifyPkcs1 };
/** What ES256 requires of its key; where it is verified depends on the host. */
const ES256_KEY = { alg: 'ES256', kty: 'EC', crv: 'P-256', hash: SHA256 };
const inNative = verifyP256;
/** `undefined` where the host has no P-256: then verify/algorithms/all.ts has the only one. */
const ES256 = inNative && {
    ...ES256_KEY,
    verify: (jwk, hash, message, signature) => {
        const { x, y } = readCoordinates(jwk, 32);
        return requirePoint(inNative(x, y, hash.digest(message), signature));
    },
};
const COMMON_ALGORITHMS = { __proto__: null, RS256, ES256 };
/** `checkIdToken` with the common algorithms. */
function verifyIdToken(expected) {
    return checkIdToken(COMMON_ALGORITHMS, expected);
}

const common = /*#__PURE__*/Object.freeze({
    __proto__: null,
    ES256,
    ES256_KEY,
    RS256,
    SHA256,
    verifyIdToken,
    verifyPkcs1
});

export { ES256, ES256_KEY, RS256, SHA256, applyKey, bytesToInteger, checkIdToken, checkPayload, checkSignature, checkSubject, common, distinctKeys, findKey, integerToBytes, invert, isServed, readCoordinates, readJws, readRsaKey, requireExpectations, requirePoint, requireSignature, show, verifyPkcs1 };
