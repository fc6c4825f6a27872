// SPDX-License-Identifier: MIT
// Fails when files of the C host use each other in a circle: by what they define and call, and by
// their #includes. usage: node scripts/check/c-circles.mjs [FOLDER]   (default: ts-runtime)
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** C without comments and without what is in quotes; lines stay where they are. */
function strip(text) {
  const token = /\/\/.*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
  return text.replace(token, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : '""'));
}

/**
 * What other files can use of this one: functions and variables of our prefix that it defines, which
 * begin a line.
 */
function definitions(code) {
  const names = new Set();
  const head = /^(?!static\b|extern\b|typedef\b|[ \t#}])[A-Za-z_][^;{}()=\n]*?\b(sso_\w+)(\s*\(|\s*\[|\s*=|\s*;)/gm;
  for (const match of code.matchAll(head)) {
    const [whole, name, after] = match;
    const rest = code.slice(match.index + whole.length - 1);
    if (after.trim() === '(') {
      // A body, and not a declaration: what follows the closing bracket is an opening brace.
      const end = closing(rest);
      if (!/^\s*\{/.test(rest.slice(end + 1))) continue;
    }
    names.add(name);
  }
  return names;
}

function closing(text) {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i;
  }
  return text.length;
}

/** File -> the files that it uses, each with a name that shows it. */
function usesByName(sources) {
  const home = new Map();
  for (const [file, code] of sources) for (const name of definitions(code)) home.set(name, file);
  const edges = new Map();
  for (const [file, code] of sources) {
    const used = new Map();
    const own = new Set([...code.matchAll(/^static\b[^;{}()=]*?\b(sso_\w+)/gm)].map((match) => match[1]));
    // A declaration alone is not a use.
    for (const [name] of code.replace(/^[A-Za-z_][^;{}=]*;/gm, '').matchAll(/\bsso_\w+/g)) {
      const to = own.has(name) ? undefined : home.get(name);
      if (to !== undefined && to !== file && !used.has(to)) used.set(to, name);
    }
    edges.set(file, used);
  }
  return edges;
}

function includes(texts) {
  const edges = new Map();
  for (const [file, text] of texts) {
    const used = new Map();
    for (const [, to] of text.matchAll(/^#include "([^"]+)"/gm)) if (texts.has(to)) used.set(to, '#include');
    edges.set(file, used);
  }
  return edges;
}

/** The shortest circle through each file that is in one; every circle once. */
function circles(edges) {
  const found = new Map();
  for (const start of edges.keys()) {
    const cameFrom = new Map();
    const waiting = [start];
    while (waiting.length > 0 && !cameFrom.has(start)) {
      const file = waiting.shift();
      for (const to of edges.get(file)?.keys() ?? []) {
        if (cameFrom.has(to)) continue;
        cameFrom.set(to, file);
        waiting.push(to);
      }
    }
    if (!cameFrom.has(start)) continue;
    const way = [start];
    for (let at = cameFrom.get(start); at !== start; at = cameFrom.get(at)) way.unshift(at);
    way.unshift(start);
    const key = [...new Set(way)].sort().join(' ');
    if (!found.has(key)) {
      found.set(
        key,
        way.slice(1).reduce((line, to, i) => `${line} -> ${to} (${edges.get(way[i]).get(to)})`, way[0]),
      );
    }
  }
  return [...found.values()];
}

/** Every circle among the files of `folder`, and how many files were looked at. */
export function checkFolder(folder) {
  const names = readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const texts = new Map(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  const sources = new Map([...texts].filter(([name]) => name.endsWith('.c')).map(([name, text]) => [name, strip(text)]));
  const problems = [...circles(usesByName(sources)), ...circles(includes(texts))].map((way) => `circle: ${way}`);
  if (sources.size === 0) problems.push('no C sources found');
  return { problems, sources: sources.size };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../../ts-runtime'));
  const { problems, sources } = checkFolder(folder);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`circles: none among ${sources} C sources`);
}
