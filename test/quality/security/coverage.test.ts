// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { coveragePage, titlesByItem } from '../../../scripts/build/security-coverage.ts';
import { ITEMS } from './items.ts';

test('every item of the checklist has a test that names it, or a reason', (t) => {
  const titles = titlesByItem();
  const open = ITEMS.filter(([number, , reason]) => reason === undefined && !titles.has(number));
  t.deepEqual(
    open.map(([number, demand]) => `${number} ${demand}`),
    [],
  );
});

test('no test names an item that does not exist', (t) => {
  const known = ITEMS.map(([number]) => number);
  t.deepEqual(
    [...titlesByItem().keys()].filter((number) => !known.includes(number)),
    [],
  );
  t.is(new Set(known).size, known.length);
});

test('the page of the coverage is up to date', (t) => {
  const page = readFileSync(new URL('../../../docs/design/security-checklist.md', import.meta.url), 'utf8');
  t.is(page, coveragePage(), 'run: node --import=tsx scripts/build/security-coverage.ts');
});
