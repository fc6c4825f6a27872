// SPDX-License-Identifier: MIT
// The walk over two factors, in the group of whole numbers, where every sum can be checked.
import test from 'ava';
import { randomBytes } from 'node:crypto';
import { type Group, multiplyTwo } from '../../../src/crypto/double-scalar.ts';

const INTEGERS: Group<bigint, bigint> = {
  zero: 0n,
  double: (point) => 2n * point,
  add: (point, entry) => point + entry,
  prepare: (point) => point,
  negate: (entry) => -entry,
};

const G = 1n << 600n;
const check = (u: bigint, v: bigint) => multiplyTwo(INTEGERS, u, G, v, 1n) === u * G + v;

test('multiplyTwo is right for small factors and around powers of two', (t) => {
  const edges = [521n, 384n, 256n, 255n, 32n, 31n].flatMap((bits) =>
    [-17n, -16n, -15n, -1n, 0n, 1n, 15n, 16n, 17n].map((near) => (1n << bits) + near),
  );
  for (const u of [...Array.from({ length: 70 }, (_, i) => BigInt(i)), ...edges]) {
    t.true(check(u, 0n), `${u}, 0`);
    t.true(check(0n, u), `0, ${u}`);
    t.true(check(u, u), `${u} twice`);
  }
});

test('multiplyTwo is right for random factors of any length', (t) => {
  for (let round = 0; round < 500; round++) {
    const [u, v] = [round % 67, (round * 7) % 67].map((bytes) => BigInt(`0x0${randomBytes(bytes).toString('hex')}`)) as [bigint, bigint];
    t.true(check(u, v), `${u}, ${v}`);
  }
});
