// SPDX-License-Identifier: MIT
// Calls each function of '#native' with every input of some families and folds the results to one
// number a family, under Node and on run-chunks alike: plain ES2020, with no more built-ins than the
// router's engine has.

const EDGES = [
  0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5,
  0xf7, 0xf8, 0xff,
];
const UNITS = [
  0, 31, 32, 33, 43, 65, 90, 97, 122, 126, 127, 128, 0xe4, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000,
  0xfffd, 0xffff,
];

/** A sum over what a call gave: undefined, a name of an error, a boolean, a text or bytes. */
function fold(state, value) {
  const text = value instanceof Uint8Array ? `b${value.length}` : `${typeof value}${String(value)}`;
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = (((hash << 5) - hash) ^ text.charCodeAt(i)) | 0;
  if (value instanceof Uint8Array) for (const byte of value) hash = (((hash << 5) - hash) ^ byte) | 0;
  return hash;
}

const character = (code) =>
  code < 0x10000 ? String.fromCharCode(code) : String.fromCharCode(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));

const said = (action) => {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
};

const bytesOf = (length, factor) => new Uint8Array(length).map((_, i) => (i * factor + length * 7) & 0xff);

/* Of P-256 the prime, the order and the base point */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;
const GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n;
const numberBytes = (value) => new Uint8Array(32).map((_, i) => Number((value >> BigInt(8 * (31 - i))) & 255n));

/** Family -> calls, each made by `call`. */
const FAMILIES = {
  'UTF-8 of any three bytes, and of four': (native, call) => {
    for (const a of EDGES) for (const b of EDGES) for (const c of EDGES) call(() => native.decodeUtf8(new Uint8Array([a, b, c])));
    for (const a of EDGES.filter((byte) => byte >= 0xe0))
      for (const b of EDGES)
        for (const c of [0x7f, 0x80, 0xbf, 0xc0])
          for (const d of [0x7f, 0x80, 0xbf, 0xc0]) call(() => native.decodeUtf8(new Uint8Array([a, b, c, d])));
  },
  'UTF-8 of every code point': (native, call) => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x900 ? 1 : 211) {
      const bytes = native.encodeUtf8(`a${character(code)}`);
      call(() => bytes);
      call(() => native.decodeUtf8(bytes));
    }
  },
  'texts of any three units': (native, call) => {
    for (const a of UNITS)
      for (const b of UNITS)
        for (const c of UNITS) {
          const text = String.fromCharCode(a, b, c);
          call(() => native.encodeUtf8(text));
          call(() => native.encodeFormPart(text));
          call(() => native.latin1ToBytes(text));
          call(() => native.decodeBase64url(text));
          call(() => native.isWithin(text, 32, 126));
        }
  },
  'each unit alone': (native, call) => {
    for (let unit = 0; unit < 0x300; unit++) {
      const text = String.fromCharCode(unit);
      call(() => native.encodeFormPart(text));
      for (const range of [
        [0, 127],
        [32, 126],
        [48, 57],
        [65, 65],
      ])
        call(() => native.isWithin(text, range[0], range[1]));
      for (const around of ['', 'A', 'AA', 'AAA']) {
        call(() => native.decodeBase64url(around + text));
        call(() => native.decodeBase64url(text + around));
      }
    }
  },
  'bytes of each length': (native, call) => {
    for (let length = 0; length <= 300; length++) {
      const bytes = bytesOf(length, 151);
      const text = native.bytesToLatin1(bytes);
      call(() => text);
      call(() => native.latin1ToBytes(text));
      call(() => native.encodeBase64url(bytes));
      call(() => native.decodeBase64url(native.encodeBase64url(bytes)));
      for (const hash of ['sha256', 'sha384', 'sha512']) call(() => native[hash](bytes));
    }
  },
  'parts of bytes': (native, call) => {
    const whole = bytesOf(40, 41).subarray(5, 30);
    const ascii = new Uint8Array(20).map((_, i) => 65 + i).subarray(2, 15);
    for (const bytes of [whole, ascii]) {
      for (const from of [undefined, -1, 0, 1, 12, 13, 25, 26, 2147483647, 4294967296]) {
        for (const to of [undefined, -1, 0, 1, 12, 13, 25, 26, 2147483647, 4294967296]) {
          call(() => native.decodeUtf8(bytes, from, to));
          call(() => native.bytesToLatin1(bytes, from, to));
        }
      }
      for (const hash of ['sha256', 'sha384', 'sha512', 'encodeBase64url']) call(() => native[hash](bytes));
    }
  },
  // The program's own memmove and calloc (ts-runtime/memory.c)
  'bytes moved by any distance': (_native, call) => {
    for (let to = 0; to < 10; to++)
      for (let from = 0; from < 10; from++)
        for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 19, 31, 32, 33, 40]) {
          const bytes = bytesOf(52, 37);
          bytes.set(bytes.subarray(from, from + length), to);
          call(() => bytes);
        }
    for (let length = 0; length < 2000; length += 37) call(() => new Uint8Array(length));
  },
  'messages with one byte changed': (native, call) => {
    const word = (id, length) => [id, (length >> 16) & 255, (length >> 8) & 255, length & 255];
    const padded = (bytes) => [...bytes, 0, 0, 0].slice(0, (bytes.length + 3) & ~3);
    const attribute = (id, value) => padded([...word(id, value.length + 4), ...value]);
    const named = (id, name, value) => attribute(0x80 | id, [...padded([0, name.length, ...native.latin1ToBytes(`${name}\0`)]), ...value]);
    const text = (name, value) => named(3, name, native.latin1ToBytes(`${value}\0`));
    const message = (type, ...members) => [
      0,
      type,
      0,
      9,
      0,
      0,
      0,
      1,
      ...attribute(0, [...attribute(3, [0, 0, 0, 5]), ...attribute(7, members.flat())]),
    ];
    const other = message(2, text('id', 'ab'), named(2, 'data', [...text('username', 'root'), ...text('token', 'x')]));
    const ours = message(2, named(2, 'data', [...text('username', 'alice'), ...text('oidc_role', 'admin')]), text('id', 'cd'));
    for (const messages of [
      [...other, ...ours],
      [...ours, ...other],
      [...other, ...message(2, text('id', 'e'))],
      [...other, ...message(0), ...other],
    ]) {
      for (let end = 0; end <= messages.length; end++)
        call(() => native.skipMessages(new Uint8Array(messages.slice(0, end)), 'data', 'oidc_role'));
      for (let at = 0; at < messages.length; at++)
        for (const value of [0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0x82, 0x83, 0xff]) {
          const bytes = new Uint8Array(messages);
          bytes[at] = value;
          call(() => native.skipMessages(bytes, 'data', 'oidc_role'));
        }
    }
  },
  'long ones': (native, call) => {
    const bytes = bytesOf(70001, 7);
    const text = native.bytesToLatin1(bytes);
    call(() => text);
    call(() => native.latin1ToBytes(text));
    call(() => native.encodeUtf8(text));
    call(() => native.encodeFormPart(text));
    call(() => native.decodeBase64url(native.encodeBase64url(bytes)));
    for (const hash of ['sha256', 'sha384', 'sha512']) call(() => native[hash](bytes));
  },
  'signatures on P-256 under G and -G': (native, call) => {
    // The secret is 1 or -1, so that r = x of k G with k = 1 or -1 is signed by s = k (e + r) or k (e - r): sums of equal and of opposite points.
    for (const d of [1n, -1n])
      for (const k of [1n, -1n])
        for (const e of [0n, 1n, GX, N - GX, 2n * GX, N - 1n, N, N + 1n, (1n << 256n) - 1n])
          for (const off of [0n, 1n]) {
            const digest = e % (1n << 256n);
            const s = ((((digest + off + GX * d) * k) % N) + N) % N;
            const signature = new Uint8Array(64);
            signature.set(numberBytes(GX));
            signature.set(numberBytes(s), 32);
            call(() => native.verifyP256(numberBytes(GX), numberBytes(d === 1n ? GY : P - GY), numberBytes(digest), signature));
          }
  },
  'P-256 with numbers that are none of it': (native, call) => {
    const numbers = [0n, 1n, GX, GY, P - GY, N - 1n, N, N + 1n, P - 1n, P, P + 1n, (1n << 256n) - 1n];
    for (const x of numbers)
      for (const y of numbers) call(() => native.verifyP256(numberBytes(x), numberBytes(y), numberBytes(1n), new Uint8Array(64).fill(1)));
    for (const r of numbers)
      for (const s of numbers) {
        const signature = new Uint8Array(64);
        signature.set(numberBytes(r));
        signature.set(numberBytes(s), 32);
        call(() => native.verifyP256(numberBytes(GX), numberBytes(GY), numberBytes(1n), signature));
      }
    for (const length of [0, 1, 63, 65, 128])
      call(() => native.verifyP256(numberBytes(GX), numberBytes(GY), numberBytes(1n), new Uint8Array(length).fill(1)));
  },
};

export function sweep(native) {
  const folded = {};
  for (const family of Object.keys(FAMILIES)) {
    let state = 17,
      calls = 0;
    FAMILIES[family](native, (action) => {
      state = fold(state, said(action));
      calls++;
    });
    folded[family] = [calls, state];
  }
  return folded;
}
