// SPDX-License-Identifier: MIT
// Makes the table of codes in docs/errors.md from the source. usage: node --import=tsx scripts/error-reference.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFUSALS, type RefusalCode } from '../src/texts/refusals.ts';
import { REMEDIES } from '../src/texts/remedies.ts';

const BEGIN = '<!-- codes: made by scripts/error-reference.ts -->';
const END = '<!-- end of codes -->';
export const REFERENCE = fileURLToPath(new URL('../docs/errors.md', import.meta.url));

/** The page with a fresh table. */
export function withErrorReference(page: string): string {
  const codes = Object.keys(REFUSALS) as RefusalCode[];
  const rows = codes.map((code) => {
    const [status, level] = REFUSALS[code];
    const [meaning, remedy] = REMEDIES[code];
    return `| \`${code}\` | ${status} | ${level} | ${meaning} | ${remedy} |`;
  });
  const table = ['| code | status | log | meaning | what to do |', '|---|---|---|---|---|', ...rows].join('\n');
  const [before, rest] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END))];
  return `${before}${BEGIN}\n${table}\n${rest}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REFERENCE, withErrorReference(readFileSync(REFERENCE, 'utf8')));
