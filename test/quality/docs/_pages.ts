// SPDX-License-Identifier: MIT
// The documentation as the tests read it. Convention: a block ```sh is run on the test router, line by
// line as a person types it; a block of any other kind (```console, ```yaml, indented) is not.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface DocPage {
  /** Relative to the repository. */
  readonly file: string;
  readonly text: string;
  /** The text without its code blocks. */
  readonly prose: string;
  /** The blocks that a router's shell must run, top to bottom. */
  readonly commands: readonly string[];
}

const BLOCK = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

function readPage(file: string): DocPage {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(BLOCK)];
  return {
    file,
    text,
    prose: text.replace(BLOCK, '').replace(/(?:^|\n)\n(?: {4}.*\n?)+/g, '\n'),
    commands: blocks.filter((block) => block[2] === 'sh').map((block) => (block[3] ?? '').replace(new RegExp(`^${block[1]}`, 'gm'), '')),
  };
}

const below = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

export const PAGES: readonly DocPage[] = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...below('docs').sort()].map(readPage);

export function pageOf(file: string): DocPage {
  const page = PAGES.find((candidate) => candidate.file === file);
  if (page === undefined) throw new Error(`${file} is missing`);
  return page;
}
