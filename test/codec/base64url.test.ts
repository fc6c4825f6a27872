// SPDX-License-Identifier: MIT
import test from 'ava';
import { decodeBase64url, encodeBase64url } from '../../src/codec/base64url.ts';

test('base64url agrees with the platform for every length and byte value', (t) => {
  for (let length = 0; length < 300; length++) {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = (i * 151 + length * 7) & 0xff;
    const text = encodeBase64url(bytes);
    t.is(text, Buffer.from(bytes).toString('base64url'));
    t.deepEqual(decodeBase64url(text), bytes);
  }
});

test('base64url encodes the example of RFC 7515 appendix C', (t) => {
  t.is(encodeBase64url(new Uint8Array([3, 236, 255, 224, 193])), 'A-z_4ME');
});

for (const [name, text] of [
  ['padding', 'QQ=='],
  ['one padding character', 'QUI='],
  ['the plus of plain base64', 'ab+d'],
  ['the slash of plain base64', 'ab/d'],
  ['a space', 'QU I'],
  ['a line end', 'QUJD\n'],
  ['a NUL', 'QUJ\0'],
  ['a character beyond the table', 'QUJ{'],
  ['a character beyond Latin-1', 'QUJ\u0141'],
  ['a full-width letter', 'QU\uff21D'],
  ['a length of 1', 'A'],
  ['a length of 4n+1', 'QUJDQ'],
  ['set bits after one byte', 'QR'],
  ['set bits after two bytes', 'QUJ'],
] as const) {
  test(`base64url decoding refuses ${name}`, (t) => {
    t.is(decodeBase64url(text), undefined);
  });
}

test('base64url has exactly one spelling per value', (t) => {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let accepted = 0;
  for (let unit = 0; unit < 0x180; unit++) {
    const character = String.fromCharCode(unit);
    for (const text of [`A${character}`, `AA${character}`, `AAA${character}`, `${character}AAA`]) {
      const bytes = decodeBase64url(text);
      if (bytes === undefined) continue;
      accepted++;
      t.true(all.includes(character));
      t.is(encodeBase64url(bytes), text);
    }
  }
  // 2 free bits, 4 free bits, and two places with all 6.
  t.is(accepted, 4 + 16 + 64 + 64);
});
