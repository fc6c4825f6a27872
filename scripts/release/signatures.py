# SPDX-License-Identifier: MIT
"""The two kinds of signature of feeds: ECDSA on P-256 for apk (FIPS 186-5), Ed25519 for opkg (RFC 8032) in the files of
usign, which are those of OpenBSD's signify.

Written here because both must be the same bytes each time: a release that somebody builds again is compared byte by
byte, and the openssl program draws the nonce of ECDSA anew each time. It comes from the message here (RFC 6979).
Secret numbers are blinded before they are multiplied, since Python's arithmetic takes its time by their value; sign on
a machine of your own all the same.
"""
import base64
import hashlib
import hmac
import secrets


class WrongKey(Exception):
    """The file is not a key of the kind that is needed."""


# ---- P-256 ----

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)

# The only encodings that openssl writes of such keys: what stands before the secret number, between it and the point,
# and before the point of a public key
CURVE = bytes.fromhex('06082a8648ce3d030107')
PKCS8 = bytes.fromhex('308187020100301306072a8648ce3d0201') + CURVE + bytes.fromhex('046d306b0201010420')
SEC1 = bytes.fromhex('30770201010420')
POINT = bytes.fromhex('a144034200')
SPKI = bytes.fromhex('3059301306072a8648ce3d0201') + CURVE + bytes.fromhex('034200')


def add_points(first, second):
    """Sum of two points in Jacobian coordinates (x/z², y/z³); z = 0 is the point at infinity."""
    if not first[2]:
        return second
    if not second[2]:
        return first
    (x1, y1, z1), (x2, y2, z2) = first, second
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * z2 * z2 * z2 % P, y2 * z1 * z1 * z1 % P
    if u1 == u2:
        if s1 != s2 or not y1:
            return (1, 1, 0)
        z = z1 * z1 % P
        slope = 3 * (x1 - z) * (x1 + z) % P
        s = 4 * x1 * y1 * y1 % P
        x = (slope * slope - 2 * s) % P
        return (x, (slope * (s - x) - 8 * y1 * y1 * y1 * y1) % P, 2 * y1 * z1 % P)
    h, r = (u2 - u1) % P, (s2 - s1) % P
    hh = h * h % P
    x = (r * r - hh * h - 2 * u1 * hh) % P
    return (x, (r * (u1 * hh - x) - s1 * hh * h) % P, h * z1 * z2 % P)


def multiply(scalar, point):
    total, part = (1, 1, 0), (*point, 1)
    while scalar:
        if scalar & 1:
            total = add_points(total, part)
        part = add_points(part, part)
        scalar >>= 1
    return total


def affine(point):
    inverse = pow(point[2], -1, P)
    return point[0] * inverse * inverse % P, point[1] * inverse * inverse * inverse % P


def blinded(scalar, order):
    return scalar + order * (secrets.randbits(128) | 1 << 127)


def number(raw):
    return int.from_bytes(raw, 'big')


def nonce(secret, digest):
    """RFC 6979, 3.2, with SHA-512."""
    seed = secret.to_bytes(32, 'big') + (number(digest[:32]) % N).to_bytes(32, 'big')
    value, key = b'\1' * 64, bytes(64)
    for separator in (b'\0', b'\1'):
        key = hmac.digest(key, value + separator + seed, 'sha512')
        value = hmac.digest(key, value, 'sha512')
    while True:
        value = hmac.digest(key, value, 'sha512')
        found = number(value[:32])
        if 0 < found < N:
            return found
        key = hmac.digest(key, value + b'\0', 'sha512')
        value = hmac.digest(key, value, 'sha512')


def encode_integers(*integers):
    """SEQUENCE of INTEGERs in DER."""
    body = b''
    for integer in integers:
        raw = integer.to_bytes(integer.bit_length() // 8 + 1, 'big')
        body += bytes((2, len(raw))) + raw
    return bytes((0x30, len(body))) + body


def decode_integers(der):
    """The two integers of an ECDSA signature, or None unless it is DER to the last bit."""
    if len(der) < 8 or len(der) > 72:
        return None
    size = der[3]
    if len(der) < 6 + size:
        return None
    r, s = number(der[4:4 + size]), number(der[6 + size:])
    return (r, s) if r < N and s < N and encode_integers(r, s) == der else None


class EcKey:
    """A key on P-256. `id` is apk's name for it: half of a quarter of the SHA-512 of its point."""

    def __init__(self, point, secret=None):
        x, y = number(point[1:33]), number(point[33:])
        if len(point) != 65 or point[0] != 4 or x >= P or y >= P or (y * y - x * x * x + 3 * x - B) % P:
            raise WrongKey('not a point of P-256')
        if secret is not None and (not 0 < secret < N or affine(multiply(secret, G)) != (x, y)):
            raise WrongKey('the two halves of the key do not belong together')
        self.point, self.secret = point, secret
        self.id = hashlib.sha512(point).digest()[:16]

    @classmethod
    def make(cls):
        secret = secrets.randbelow(N - 1) + 1
        x, y = affine(multiply(blinded(secret, N), G))
        return cls(b'\4' + x.to_bytes(32, 'big') + y.to_bytes(32, 'big'), secret)

    @classmethod
    def private(cls, pem):
        for kind, before, between in (('PRIVATE KEY', PKCS8, POINT), ('EC PRIVATE KEY', SEC1, b'\xa0\x0a' + CURVE + POINT)):
            der = from_pem(pem, kind)
            if der and der.startswith(before) and der[len(before) + 32:-65] == between:
                return cls(der[-65:], number(der[len(before):len(before) + 32]))
        raise WrongKey('no private key on P-256 as openssl writes it')

    @classmethod
    def public(cls, pem):
        der = from_pem(pem, 'PUBLIC KEY')
        if not der or not der.startswith(SPKI):
            raise WrongKey('no public key on P-256')
        return cls(der[len(SPKI):])

    def private_pem(self):
        return to_pem(PKCS8 + self.secret.to_bytes(32, 'big') + POINT + self.point, 'PRIVATE KEY')

    def public_pem(self):
        return to_pem(SPKI + self.point, 'PUBLIC KEY')

    def sign(self, message):
        """ECDSA with SHA-512, in DER."""
        digest = hashlib.sha512(message).digest()
        k = nonce(self.secret, digest)
        r = affine(multiply(blinded(k, N), G))[0] % N
        blind = secrets.randbelow(N - 1) + 1
        s = pow(k * blind % N, -1, N) * (blind * number(digest[:32]) + blind * r % N * self.secret) % N
        signature = encode_integers(r, s)
        if not r or not s or not self.verify(message, signature):
            raise ArithmeticError('a signature that does not verify')
        return signature

    def verify(self, message, signature):
        integers = decode_integers(signature)
        if not integers or not all(integers):
            return False
        r, s = integers
        w, e = pow(s, -1, N), number(hashlib.sha512(message).digest()[:32])
        own = (number(self.point[1:33]), number(self.point[33:]))
        total = add_points(multiply(e * w % N, G), multiply(r * w % N, own))
        return bool(total[2]) and affine(total)[0] % N == r


def to_pem(der, kind):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return '\n'.join([f'-----BEGIN {kind}-----', *lines, f'-----END {kind}-----', '']).encode()


def from_pem(pem, kind):
    """What is in the first block of that kind, or None."""
    _, found, rest = pem.partition(f'-----BEGIN {kind}-----'.encode())
    body, ended, _ = rest.partition(f'-----END {kind}-----'.encode())
    try:
        return base64.b64decode(b''.join(body.split()), validate=True) if found and ended else None
    except ValueError:
        return None


# ---- Ed25519 ----

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
BASE_Y = 4 * pow(5, -1, Q) % Q
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % Q)


def add_edwards(first, second):
    """RFC 8032, 5.1.4."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = first, second
    a, b = (y1 - x1) * (y2 - x2) % Q, (y1 + x1) * (y2 + x2) % Q
    c, d = 2 * t1 * t2 * D % Q, 2 * z1 * z2 % Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


def multiply_base(scalar):
    total, part, scalar = (0, 1, 1, 0), BASE, blinded(scalar, L)
    while scalar:
        if scalar & 1:
            total = add_edwards(total, part)
        part = add_edwards(part, part)
        scalar >>= 1
    inverse = pow(total[2], -1, Q)
    x, y = total[0] * inverse % Q, total[1] * inverse % Q
    return (y | (x & 1) << 255).to_bytes(32, 'little')


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], 'little') & ((1 << 254) - 8) | 1 << 254, digest[32:]


class EdKey:
    """An Ed25519 key in usign's files; `id` is eight bytes that were drawn with it, and the name of the file on a router."""

    def __init__(self, seed, identity):
        self.seed, self.id = seed, identity
        self.public = multiply_base(expand(seed)[0])

    @classmethod
    def make(cls):
        return cls(secrets.token_bytes(32), secrets.token_bytes(8))

    @classmethod
    def private(cls, text):
        try:
            raw = base64.b64decode(text.split(b'\n')[1], validate=True)
        except (IndexError, ValueError):
            raise WrongKey('no key file of usign') from None
        if len(raw) != 104 or raw[:4] != b'EdBK' or any(raw[4:8]):
            raise WrongKey('no private key of usign without a password')
        seed, public = raw[40:72], raw[72:]
        key = cls(seed, raw[32:40])
        if hashlib.sha512(seed + public).digest()[:8] != raw[24:32] or key.public != public:
            raise WrongKey('the two halves of the key do not belong together')
        return key

    def private_file(self):
        secret = self.seed + self.public
        checksum = hashlib.sha512(secret).digest()[:8]
        return self.file('private key', b'EdBK' + bytes(4) + secrets.token_bytes(16) + checksum + self.id + secret)

    def public_file(self):
        return self.file('public key', b'Ed' + self.id + self.public)

    def signature_file(self, message):
        return self.file('signed by key', b'Ed' + self.id + self.sign(message))

    def file(self, comment, raw):
        return f'untrusted comment: {comment} {self.id.hex()}\n{base64.b64encode(raw).decode()}\n'.encode()

    def sign(self, message):
        secret, prefix = expand(self.seed)
        r = int.from_bytes(hashlib.sha512(prefix + message).digest(), 'little') % L
        point = multiply_base(r)
        challenge = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), 'little') % L
        return point + ((r + challenge * secret) % L).to_bytes(32, 'little')
