// SPDX-License-Identifier: MIT
import test from 'ava';
import { equalBytes, equalText } from '../../../src/crypto/equal.ts';

test('security 87: equal bytes are equal, and one flipped bit at any place is seen', (t) => {
  const a = new Uint8Array(33).map((_, i) => i * 9);
  t.true(equalBytes(a, a.slice()));
  for (let bit = 0; bit < a.length * 8; bit++) {
    const b = a.slice();
    b[bit >> 3] = (b[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    t.false(equalBytes(a, b));
  }
});

test('bytes of different length differ, also when one is a prefix or the rest is zero', (t) => {
  t.false(equalBytes(new Uint8Array(2), new Uint8Array(3)));
  t.false(equalBytes(new Uint8Array(1), new Uint8Array(0)));
  t.true(equalBytes(new Uint8Array(0), new Uint8Array(0)));
});

test('text is compared by all 16 bits of each unit', (t) => {
  t.true(equalText('n\u00e9\u4e00', 'n\u00e9\u4e00'));
  t.false(equalText('a', '\u0161'));
  t.false(equalText('abc', 'abd'));
  t.false(equalText('abc', 'ab'));
  t.false(equalText('', 'a'));
  t.true(equalText('', ''));
});
