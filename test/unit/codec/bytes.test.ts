// SPDX-License-Identifier: MIT
import test from 'ava';
import { bytesToHex, concatBytes } from '../../../src/codec/bytes.ts';

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
