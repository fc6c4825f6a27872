// SPDX-License-Identifier: MIT
import test from 'ava';
import { decodeUtf8, encodeUtf8 } from '../../src/codec/utf8.ts';

const WHATWG = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function whatwgDecode(bytes: Uint8Array): string | undefined {
  try {
    return WHATWG.decode(bytes);
  } catch {
    return undefined; // not UTF-8
  }
}

test('utf-8 of every code point that is no surrogate goes there and back', (t) => {
  let text = '';
  for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
    if (code < 0xd800 || code > 0xdfff) text += String.fromCodePoint(code);
  }
  const bytes = encodeUtf8(text);
  t.deepEqual(Buffer.from(bytes), Buffer.from(text, 'utf8'));
  t.is(decodeUtf8(bytes), text);
});

test('utf-8 encoding turns a lone surrogate into U+FFFD', (t) => {
  for (const text of ['\ud800', 'a\udc00b', '\ud800\ud800', '\udfff\ud800', 'x\udbff']) {
    t.deepEqual(Buffer.from(encodeUtf8(text)), Buffer.from(new TextEncoder().encode(text)));
  }
});

const REFUSED: ReadonlyArray<readonly [string, readonly number[]]> = [
  ['an overlong slash of two bytes', [0xc0, 0xaf]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['an overlong form of three bytes', [0xe0, 0x80, 0xaf]],
  ['an overlong form of four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['the largest overlong form of three bytes', [0xe0, 0x9f, 0xbf]],
  ['a high surrogate', [0xed, 0xa0, 0x80]],
  ['a surrogate pair (CESU-8)', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a five-byte form', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['a lone continuation byte', [0x61, 0x80]],
  ['a cut sequence at the end', [0x61, 0xe2, 0x82]],
  ['a sequence broken by ASCII', [0xe2, 0x28, 0xa1]],
  ['byte FE', [0xfe]],
  ['byte FF', [0xff]],
];

for (const [name, bytes] of REFUSED) {
  test(`utf-8 decoding refuses ${name}`, (t) => {
    t.is(decodeUtf8(new Uint8Array(bytes)), undefined);
  });
}

test('utf-8 decoding agrees with the platform on every short sequence of edge bytes', (t) => {
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
    0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff];
  let checked = 0;
  for (const a of edges) for (const b of edges) for (const c of edges) for (const d of edges) {
    const bytes = new Uint8Array([a, b, c, d]);
    if (decodeUtf8(bytes) !== whatwgDecode(bytes)) t.fail(`${bytes}`);
    checked++;
  }
  t.is(checked, 26 ** 4);
});
