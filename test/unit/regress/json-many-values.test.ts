// SPDX-License-Identifier: MIT
// A document of 256 KiB may hold 20,000 members or 80,000 empty objects. Each costs the engine some
// hundred bytes, so parsing one exhausted its heap of 8 MB; what then was thrown ended as
// INTERNAL_ERROR. Documents of more than 10,000 values are refused before they are parsed.
import test from 'ava';
import { parseJsonObject } from '../../../src/codec/json.ts';

const verdict = (text: string): string => {
  const result = parseJsonObject(new Uint8Array(Buffer.from(text)));
  return result.ok ? 'accepted' : result.reason;
};
const list = (piece: string, count: number): string => `{"a":[${new Array<string>(count).fill(piece).join(',')}]}`;

// The object, the list and the commas count too.
for (const [name, text] of [
  ['texts', list('""', 9999)],
  ['numbers', list('1', 9999)],
  ['empty objects', list('{}', 4999)],
  ['members', `{${Array.from({ length: 10_000 }, (_, i) => `"m${i}":1`).join(',')}}`],
] as const) {
  test(`json takes up to 10,000 values: ${name}`, (t) => t.is(verdict(text), 'accepted'));
}

for (const [name, text] of [
  ['texts', list('""', 10_001)],
  ['empty objects', list('{}', 80_000)],
  ['empty lists', list('[]', 80_000)],
  ['members', `{${Array.from({ length: 20_000 }, (_, i) => `"m${i}":{}`).join(',')}}`],
] as const) {
  test(`json refuses more: ${name}`, (t) => t.is(verdict(text), 'too many values'));
}

test('commas inside a text are no values', (t) => {
  t.is(verdict(`{"a":"${','.repeat(50_000)}"}`), 'accepted');
});
