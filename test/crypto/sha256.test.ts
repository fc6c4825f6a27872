// SPDX-License-Identifier: MIT
import test from 'ava';
import { createHash } from 'node:crypto';
import { latin1ToBytes, bytesToHex } from '../../src/codec/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const IMPLEMENTATIONS: ReadonlyArray<readonly [string, (bytes: Uint8Array) => Uint8Array]> = [
  ['ours', sha256],
  ['node', (bytes) => createHash('sha256').update(bytes).digest()],
];

// FIPS 180-4 examples and the NIST long message.
const VECTORS: ReadonlyArray<readonly [string, string, string]> = [
  ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['one block', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'two blocks',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    'a million letters',
    'a'.repeat(1_000_000),
    'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
  ],
];

for (const [implementation, hash] of IMPLEMENTATIONS) {
  for (const [name, message, digest] of VECTORS) {
    test(`sha256 of ${name} is the published digest (${implementation})`, (t) => {
      t.is(bytesToHex(hash(latin1ToBytes(message))), digest);
    });
  }
}

test('sha256 agrees with the platform for every length up to five blocks', (t) => {
  for (let length = 0; length <= 320; length++) {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = (i * 31 + length * 17) & 0xff;
    const expected = createHash('sha256').update(bytes).digest('hex');
    t.is(bytesToHex(sha256(bytes)), expected);
  }
});

test('sha256 reads a view of a larger buffer and leaves it as it is', (t) => {
  const bytes = new Uint8Array(200).fill(7);
  const view = bytes.subarray(3, 103);
  t.is(bytesToHex(sha256(view)), createHash('sha256').update(view).digest('hex'));
  t.deepEqual(bytes, new Uint8Array(200).fill(7));
});
