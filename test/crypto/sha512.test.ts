// SPDX-License-Identifier: MIT
import test from 'ava';
import { createHash } from 'node:crypto';
import { sha384, sha512 } from '../../src/crypto/sha512.ts';

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('sha512 and sha384 give the examples of FIPS 180-4', (t) => {
  const abc = new TextEncoder().encode('abc');
  t.is(
    toHex(sha512(abc)),
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  );
  t.is(
    toHex(sha384(abc)),
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed' +
      '8086072ba1e7cc2358baeca134c825a7',
  );
});

test('sha512 and sha384 agree with the platform for every length up to 400 bytes', (t) => {
  for (let length = 0; length <= 400; length++) {
    const bytes = new Uint8Array(length).map((_, i) => (i * 167 + length * 13) & 0xff);
    t.is(toHex(sha512(bytes)), createHash('sha512').update(bytes).digest('hex'), `${length} bytes`);
    t.is(toHex(sha384(bytes)), createHash('sha384').update(bytes).digest('hex'), `${length} bytes`);
  }
});

test('sha512 agrees with the platform on bytes that make every sum carry', (t) => {
  for (const value of [0, 0x7f, 0x80, 0xff]) {
    const bytes = new Uint8Array(16_384).fill(value);
    t.is(toHex(sha512(bytes)), createHash('sha512').update(bytes).digest('hex'));
  }
});

test('sha512 leaves what it reads, and takes a part of a larger array', (t) => {
  const whole = new Uint8Array(300).fill(7);
  const part = whole.subarray(13, 200);
  t.is(toHex(sha512(part)), createHash('sha512').update(part).digest('hex'));
  t.true(whole.every((byte) => byte === 7));
});
