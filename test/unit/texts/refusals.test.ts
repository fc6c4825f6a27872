// SPDX-License-Identifier: MIT
// The table of refusals is closed: every code is thrown somewhere and reached by a test.
import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFERENCE, withErrorReference } from '../../../scripts/build/error-reference.ts';
import { REFUSALS } from '../../../src/refusals.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function textOf(folder: string, isWanted: (name: string) => boolean): string {
  const files = readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).filter(isWanted);
  return files.map((file) => readFileSync(`${root}${folder}/${file}`, 'utf8')).join('\n');
}

const SOURCE = textOf('src', (name) => name.endsWith('.ts') && !name.startsWith('texts/'));
const TESTS = textOf('test', (name) => name.endsWith('.test.ts') || name.endsWith('-rows.ts'));

test('every code is used by the program', (t) => {
  for (const code of Object.keys(REFUSALS)) t.true(SOURCE.includes(`'${code}'`), code);
});

test('every code is reached by a test', (t) => {
  for (const code of Object.keys(REFUSALS)) t.true(TESTS.includes(`'${code}'`), code);
});

test('the reference in docs/ is made from the table', (t) => {
  const page = readFileSync(REFERENCE, 'utf8');
  t.is(withErrorReference(page), page, 'run: node --import=tsx scripts/build/error-reference.ts');
});
