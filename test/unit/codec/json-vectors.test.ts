// SPDX-License-Identifier: MIT
import test from 'ava';
import { parseJsonObject } from '../../../src/codec/json.ts';
import { strictParse } from '../../fuzz/targets/json.ts';
import { readJsonVectors } from './_json-vectors.ts';

const { vectors } = readJsonVectors();

test('every vector of strict JSON gets the verdict that it names', (t) => {
  for (const { name, hex, verdict } of vectors) {
    const result = parseJsonObject(new Uint8Array(Buffer.from(hex, 'hex')));
    t.is(result.ok ? 'accepted' : result.reason, verdict, name);
  }
  t.true(vectors.length > 150);
});

test("the fuzzer's own parser agrees with every vector", (t) => {
  for (const { name, hex, verdict } of vectors) {
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
    if (verdict === 'accepted') t.notThrows(() => strictParse(bytes), name);
    else t.throws(() => strictParse(bytes), undefined, name);
  }
});

test('no vector comes twice', (t) => {
  t.is(new Set(vectors.map((vector) => vector.hex)).size, vectors.length);
  t.is(new Set(vectors.map((vector) => vector.name)).size, vectors.length);
});
