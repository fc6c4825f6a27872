// SPDX-License-Identifier: MIT
// Makes docs/design/security-checklist.md: which tests name which number of the security checklist.
// usage: node --import=tsx scripts/build/security-coverage.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ITEMS } from '../../test/quality/security/items.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const TITLE = /(['"`])((?:(?!\1)[^\\]|\\.)*?\bsecurity (\d+(?:(?:, | and )\d+)*)(?:(?!\1)[^\\]|\\.)*)\1/g;

/** Number -> "file: title", sorted. Titles of templates show their gaps as dots. */
export function titlesByItem(): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, Set<string>>();
  const files = readdirSync(path.join(ROOT, 'test'), { recursive: true }).map(String);
  for (const file of files.filter((name) => name.endsWith('.test.ts') || name.endsWith('-rows.ts')).sort()) {
    for (const line of readFileSync(path.join(ROOT, 'test', file), 'utf8').split('\n')) {
      for (const [, , title = '', numbers = ''] of line.matchAll(TITLE)) {
        const shown = `${file.split(path.sep).join('/')}: ${title.replace(/\$\{[^}]*\}/g, '…').replace(/\\(.)/g, '$1')}`;
        for (const number of numbers.split(/, | and /)) {
          const titles = found.get(Number(number)) ?? new Set();
          found.set(Number(number), titles.add(shown));
        }
      }
    }
  }
  return new Map([...found].map(([number, titles]) => [number, [...titles].sort()]));
}

/** The whole page. */
export function coveragePage(): string {
  const titles = titlesByItem();
  const rows = ITEMS.flatMap(([number, demand, reason]) => [
    `- **${number}** ${demand}`,
    ...(reason === undefined ? [] : [`  - does not apply: ${reason}`]),
    ...(titles.get(number) ?? []).map((title) => `  - ${title}`),
  ]);
  return [
    '# The security checklist and its tests',
    '',
    'What is demanded of the program, by number: comments and titles of tests say "security 12" and mean these. Below each, the tests that show it.',
    'Made by `node --import=tsx scripts/build/security-coverage.ts` from `test/quality/security/items.ts` and the titles of the tests; `make test` compares it.',
    '',
    ...rows,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path.join(ROOT, 'docs/design/security-checklist.md'), coveragePage());
}
