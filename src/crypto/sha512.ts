// SPDX-License-Identifier: MIT
// SHA-384 and SHA-512 (FIPS 180-4) on 32-bit halves. Sums are made of 16-bit pieces, because an
// engine for small processors keeps whole numbers whole only below 2^31: beyond, it calculates with
// floating point in software, which costs twenty times as much.
import { K as SHA256_K } from './sha256.ts';

/** FIPS 180-4 4.2.3: the upper halves from 64 on (the first 64 are SHA-256's), and the lower ones. */
const K_HIGH: readonly number[] = [
  -0x35d8c132, -0x2e794739, -0x1525822a, -0x0a82b081, 0x06f067aa, 0x0a637dc5, 0x113f9804,
  0x1b710b35, 0x28db77f5, 0x32caab7b, 0x3c9ebe0a, 0x431d67c4, 0x4cc5d4be, 0x597f299c, 0x5fcb6fab,
  0x6c44198c,
];
const K_LOW: readonly number[] = [
  -0x28d751de, 0x23ef65cd, -0x13b2c4d1, -0x7e762444, -0x0cb74ac8, -0x49fa2fe7, -0x50e6b065,
  -0x25927ee8, -0x5cfcfdbe, 0x45706fbe, 0x4ee4b28c, -0x2a004b1e, -0x0d847691, 0x3b1696b1,
  0x25c71235, -0x3096d96c, -0x610eb52e, 0x384f25e3, -0x74732a4b, 0x77ac9c65, 0x592b0275, 0x6ea6e483,
  -0x42be042c, -0x7ceeac4b, -0x11992055, 0x2db43210, -0x6704dec1, -0x4110f11c, 0x3da88fc2,
  -0x6cf558db, -0x1ffc7d91, 0x0a0e6e70, 0x46d22ffc, 0x5c26c926, 0x5ac42aed, -0x626a4c21,
  -0x74509c22, 0x3c77b2a8, 0x47edaee6, 0x1482353b, 0x4cf10364, -0x43bdcfff, -0x2f07686f, 0x0654be30,
  -0x2910ade8, 0x5565a910, 0x5771202a, 0x32bbd1b8, -0x472d2f38, 0x5141ab53, -0x20711467,
  -0x1e64b758, -0x3a36a59d, -0x1cbe7535, 0x7763e373, -0x294d475d, 0x5defb2fc, 0x43172f60,
  -0x5e0f548e, 0x1a6439ec, 0x23631e28, -0x217d4217, -0x4d3986eb, -0x1c8dacd5, -0x15d99e64,
  0x21c0c207, -0x321f14e2, -0x11912e88, 0x72176fba, -0x5d37675a, -0x4106f252, 0x131c471b,
  0x23047d84, 0x40c72493, 0x15c9bebc, -0x63eff2b4, -0x34c1bd4a, -0x039a81d6, 0x3ad6faec, 0x4a475817,
];

/** FIPS 180-4 5.3.4 and 5.3.5: upper and lower half of each word. */
const SHA384_START: readonly number[] = [
  -0x344462a3, -0x3efa6128, 0x629a292a, 0x367cd507, -0x6ea6fea6, 0x3070dd17, 0x152fecd8,
  -0x08f1a6c7, 0x67332667, -0x003ff4cf, -0x714bb579, 0x68581511, -0x24f3d1f3, 0x64f98fa7,
  0x47b5481d, -0x4105b05c,
];
const SHA512_START: readonly number[] = [
  0x6a09e667, -0x0c4336f8, -0x4498517b, -0x7b3558c5, 0x3c6ef372, -0x016b07d5, -0x5ab00ac6,
  0x5f1d36f1, 0x510e527f, -0x52197d2f, -0x64fa9774, 0x2b3e6c1f, 0x1f83d9ab, -0x04be4295, 0x5be0cd19,
  0x137e2179,
];

const ROUNDS = 80;
const BLOCK_BYTES = 128;

/** The upper and lower halves of a message schedule, reused for each block. */
interface Schedule {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

/** FIPS 180-4 5.1.2: a one bit, zeros, and the length in bits as 128 bits, up to whole blocks. */
function padMessage(bytes: Uint8Array): DataView {
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
function fillSchedule({ high, low }: Schedule, message: DataView, at: number): void {
  for (let t = 0; t < 16; t++) {
    high[t] = message.getInt32(at + 8 * t);
    low[t] = message.getInt32(at + 8 * t + 4);
  }
  for (let t = 16; t < ROUNDS; t++) {
    const xh = high[t - 15] as number;
    const xl = low[t - 15] as number;
    const yh = high[t - 2] as number;
    const yl = low[t - 2] as number;
    const ah = high[t - 16] as number;
    const al = low[t - 16] as number;
    const bh = high[t - 7] as number;
    const bl = low[t - 7] as number;
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
function addBlock(state: number[], kHigh: readonly number[], { high, low }: Schedule): void {
  let ah = state[0] as number;
  let al = state[1] as number;
  let bh = state[2] as number;
  let bl = state[3] as number;
  let ch = state[4] as number;
  let cl = state[5] as number;
  let dh = state[6] as number;
  let dl = state[7] as number;
  let eh = state[8] as number;
  let el = state[9] as number;
  let fh = state[10] as number;
  let fl = state[11] as number;
  let gh = state[12] as number;
  let gl = state[13] as number;
  let hh = state[14] as number;
  let hl = state[15] as number;
  for (let t = 0; t < ROUNDS; t++) {
    // T1 = h + Sigma 1 of e + Ch(e, f, g) + K + W, lower half, then upper half.
    let s = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    let m = gl ^ (el & (fl ^ gl));
    const k = K_LOW[t] as number;
    const w = low[t] as number;
    let p = (hl & 0xffff) + (s & 0xffff) + (m & 0xffff) + (k & 0xffff) + (w & 0xffff);
    let q = (hl >>> 16) + (s >>> 16) + (m >>> 16) + (k >>> 16) + (w >>> 16) + (p >>> 16);
    const tl = (q << 16) | (p & 0xffff);
    s = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    m = gh ^ (eh & (fh ^ gh));
    let th = (((hh + s) | 0) + m) | 0;
    th = (((th + (kHigh[t] as number)) | 0) + (((high[t] as number) + (q >>> 16)) | 0)) | 0;

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
    if ((i & 1) === 0) return;
    const before = state[i] as number;
    const p = (before & 0xffff) + (half & 0xffff);
    const q = (before >>> 16) + (half >>> 16) + (p >>> 16);
    state[i] = (q << 16) | (p & 0xffff);
    state[i - 1] = ((state[i - 1] as number) + (halves[i - 1] as number) + (q >>> 16)) | 0;
  });
}

function hash(bytes: Uint8Array, start: readonly number[], length: number): Uint8Array {
  const message = padMessage(bytes);
  const state = start.slice();
  const kHigh = SHA256_K.concat(K_HIGH);
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
export function sha384(bytes: Uint8Array): Uint8Array {
  return hash(bytes, SHA384_START, 48);
}

/** The 64-byte SHA-512 digest of the bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return hash(bytes, SHA512_START, 64);
}
