// SPDX-License-Identifier: MIT
// Makes the tables in docs/errors.md from the source. usage: node --import=tsx scripts/build/error-reference.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CAUSES } from '../../src/causes.ts';
import { REFUSALS, type RefusalCode } from '../../src/refusals.ts';
import { LINES, REMEDIES } from '../../src/texts/remedies.ts';

export const REFERENCE = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

const row = (name: string, ...cells: readonly (string | number)[]): string => `| ${[`\`${name}\``, ...cells].join(' | ')} |`;

const TABLES: Readonly<Record<string, readonly string[]>> = {
  causes: [
    '| cause | meaning | what to do |',
    '|---|---|---|',
    ...Object.entries(CAUSES).map(([cause, [, meaning, remedy]]) => row(cause, meaning, remedy)),
  ],
  lines: ['| code | log | meaning |', '|---|---|---|', ...Object.entries(LINES).map(([code, texts]) => row(code, ...texts))],
  codes: [
    '| code | status | log | meaning | what to do |',
    '|---|---|---|---|---|',
    ...(Object.keys(REFUSALS) as RefusalCode[]).map((code) => row(code, REFUSALS[code][0], REFUSALS[code][1], ...REMEDIES[code])),
  ],
};

/** The page with fresh tables. */
export function withErrorReference(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, lines]) => {
    const begin = `<!-- ${name}: made by scripts/build/error-reference.ts -->\n`;
    const end = `<!-- end of ${name} -->`;
    if (!text.includes(begin) || !text.includes(end)) throw new Error(`${REFERENCE} has lost its marks of ${name}`);
    return `${text.slice(0, text.indexOf(begin))}${begin}${lines.join('\n')}\n${text.slice(text.indexOf(end))}`;
  }, page);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REFERENCE, withErrorReference(readFileSync(REFERENCE, 'utf8')));
