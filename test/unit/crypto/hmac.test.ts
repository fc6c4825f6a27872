// SPDX-License-Identifier: MIT
import test from 'ava';
import { createHmac } from 'node:crypto';
import { bytesToHex } from '../../../src/codec/bytes.ts';
import { hmacSha256 } from '../../../src/crypto/hmac.ts';
import { hexToBytes, readWycheproof } from './_wycheproof.ts';

interface Group {
  readonly tagSize: number;
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly key: string;
    readonly msg: string;
    readonly tag: string;
    readonly result: string;
  }>;
}

type Hmac = (key: Uint8Array, data: Uint8Array) => Uint8Array;

const IMPLEMENTATIONS: ReadonlyArray<readonly [string, Hmac]> = [
  ['ours', hmacSha256],
  ['node', (key, data) => createHmac('sha256', key).update(data).digest()],
];

for (const [implementation, hmac] of IMPLEMENTATIONS) {
  test(`hmac passes every Wycheproof vector (${implementation})`, (t) => {
    const file = readWycheproof<Group>('hmac_sha256');
    let run = 0;
    for (const group of file.testGroups) {
      for (const vector of group.tests) {
        const mac = hmac(hexToBytes(vector.key), hexToBytes(vector.msg));
        const tag = bytesToHex(mac.subarray(0, group.tagSize / 8));
        t.is(tag === vector.tag, vector.result === 'valid', `tcId ${vector.tcId}`);
        run++;
      }
    }
    t.is(run, file.numberOfTests);
  });
}

test('hmac agrees with the platform around the block size of the key', (t) => {
  for (let length = 0; length < 140; length++) {
    const key = new Uint8Array(length).fill(length);
    const data = new Uint8Array(length * 2).fill(3);
    const expected = createHmac('sha256', key).update(data).digest('hex');
    t.is(bytesToHex(hmacSha256(key, data)), expected);
  }
});
