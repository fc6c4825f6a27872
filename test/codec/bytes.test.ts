// SPDX-License-Identifier: MIT
import test from 'ava';
import { bytesToHex, bytesToLatin1, concatBytes, latin1ToBytes } from '../../src/codec/bytes.ts';

test('latin-1 keeps every byte value, also beyond one native call', (t) => {
  const bytes = new Uint8Array(70_001);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7) & 0xff;
  const text = bytesToLatin1(bytes);
  t.is(text, Buffer.from(bytes).toString('latin1'));
  t.deepEqual(latin1ToBytes(text), bytes);
});

test('latin-1 refuses a character above U+00FF', (t) => {
  t.throws(() => latin1ToBytes('a\u0100'), { instanceOf: TypeError });
});

test('latin-1 of a view reads only the view', (t) => {
  t.is(bytesToLatin1(new Uint8Array([65, 66, 67, 68]).subarray(1, 3)), 'BC');
});

test('concat puts parts in order and copies them', (t) => {
  const part = new Uint8Array([1, 2]);
  const whole = concatBytes([part, new Uint8Array(0), new Uint8Array([3])]);
  part[0] = 9;
  t.deepEqual(whole, new Uint8Array([1, 2, 3]));
  t.deepEqual(concatBytes([]), new Uint8Array(0));
});

test('hex has two lower-case digits per byte, whatever the length and place in the buffer', (t) => {
  t.is(bytesToHex(new Uint8Array([0, 1, 0x7f, 0xab, 0xff])), '00017fabff');
  const bytes = new Uint8Array(40).map((_, i) => (i < 9 ? 0 : i * 41));
  for (let start = 0; start < 16; start++) {
    for (let end = start; end <= bytes.length; end++) {
      const view = bytes.subarray(start, end);
      t.is(bytesToHex(view), Buffer.from(view).toString('hex'));
    }
  }
});
