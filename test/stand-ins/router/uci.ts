// SPDX-License-Identifier: MIT
// Configuration of the test router through OpenWrt's real uci tool: what the shell does, and what
// rpcd's `uci` object needs (with a directory of staged changes of its own per session).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOOLS = fileURLToPath(new URL('../../../build/tools/bin/', import.meta.url));

export interface Section {
  readonly name: string;
  readonly type: string;
  readonly anonymous: boolean;
  readonly index: number;
  readonly options: Record<string, string | string[]>;
}

export class UciFailure extends Error {
  readonly notFound: boolean;
  constructor(text: string) {
    super(text);
    this.notFound = text.includes('not found');
  }
}

/** Runs `uci` on the tree; `staged` is where uncommitted changes live, the shell's by default. */
export function runUci(tree: string, args: readonly string[], staged = path.join(tree, 'tmp/.uci')): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path.join(TOOLS, 'uci'), ['-c', path.join(tree, 'etc/config'), '-t', staged, ...args], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new UciFailure(
            stderr
              .trim()
              .replace(/^.*\/uci: /, '')
              .toLowerCase() || error.message,
          ),
        );
    });
  });
}

/** Parses `uci -n export`: words, quoted with ' where '\'' is a quote, to the end of the line. */
export function parseExport(text: string): Section[] {
  const sections: Section[] = [];
  let at = 0;
  const word = (): string | undefined => {
    while (text[at] === ' ' || text[at] === '\t') at++;
    if (at >= text.length || text[at] === '\n') return undefined;
    let out = '';
    for (let quoted = false; at < text.length; at++) {
      const c = text[at] as string;
      if (c === "'") quoted = !quoted;
      else if (quoted) out += c;
      else if (c === '\\') out += text[++at] ?? '';
      else if (c === ' ' || c === '\t' || c === '\n') break;
      else out += c;
    }
    return out;
  };
  for (; at < text.length; at++) {
    const words: string[] = [];
    for (let next = word(); next !== undefined; next = word()) words.push(next);
    const [keyword, first = '', second = ''] = words;
    if (keyword === 'config') {
      sections.push({ name: second, type: first, anonymous: /^cfg[0-9a-f]{6}$/.test(second), index: sections.length, options: {} });
    }
    const options = sections[sections.length - 1]?.options;
    if (options === undefined) continue;
    if (keyword === 'option') options[first] = second;
    if (keyword === 'list') options[first] = [...(options[first] ?? []), second];
  }
  return sections;
}

export async function loadUci(tree: string, config: string, staged?: string): Promise<Section[]> {
  if (!/^[A-Za-z0-9_-]+$/.test(config) || !existsSync(path.join(tree, 'etc/config', config))) {
    throw new UciFailure('entry not found');
  }
  return parseExport(await runUci(tree, ['-n', 'export', config], staged));
}

/** By name or as `@type[index]`, a negative index counting from the end. */
export function findSection(sections: readonly Section[], name: string): Section | undefined {
  const extended = /^@([^[]+)\[(-?\d+)\]$/.exec(name);
  if (extended === null) return sections.find((s) => s.name === name);
  return sections.filter((s) => s.type === extended[1]).at(Number(extended[2]));
}
