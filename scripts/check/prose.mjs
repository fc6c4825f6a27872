// SPDX-License-Identifier: MIT
// Finds turns of phrase that make a native reader stumble in what users read: the documentation, and
// the texts of pages, commands, findings and settings. Lines of prose-known.txt, beside this file,
// are older than this check and wait for better ones; a line that is not there fails it.
// usage: node scripts/check/prose.mjs [--forget | --accept]
// --forget  takes lines that are gone out of prose-known.txt
// --accept  puts new ones into it: for what is right as it is; say why in the commit
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What is found, and what to say in its place. Inline code has become "`". */
export const PATTERNS = [
  [/(?<!\bthere )\b(is|are|was|were) no\b(?! (longer|more|one)\b)/i, '"is not a"'],
  [/\b(has|have|had) no\b(?! (effect|access|idea|choice|more)\b)/i, '"does not have"'],
  [/\b(comes|came)\b(?! (from|with|back|first|last|true)\b)|\bwhat comes\b/i, '"is received", "the provider sends"'],
  [/\b(stands|stood)\b(?! (for|out)\b)/i, '"is", "appears", "is listed"'],
  [/\bgives\b(?! (up|way)\b)/i, '"returns", "provides"'],
  [/\bby (itself|themselves)\b/i, '"automatically"'],
  [/(^|[.;:!?] )Who (?!is\b|are\b|was\b|can\b|may\b)[a-z]+(?![^.]*\?)|\b[Ww]hoever\b/, '"If you ..."'],
  [/\band what not\b|\bas it must be\b|\bfor ever\b|\bonly otherwise\b/i, 'rewrite'],
  [/\blogin did not work\b/i, '"Login failed"'],
  [/\blogin with (a |your |the )?password\b/i, '"Log in with password"'],
  [/\bdid not start in this browser\b/i, '"was started in another browser"'],
  [/\bif it stays\b/i, '"if this persists"'],
  [/\bbe logged in to\b/i, '"users can log in as"'],
  [/\bin step\b(?! \d)/i, '"in sync"'],
  [/\bthe same as at the provider\b/i, '"matches the provider"'],
  [/\boptions answer in advance\b|\bsay nothing\b/i, '"pass options to skip the prompts"'],
  [/\b(has|have) not (a|an|any|the|one|two|three|four|\d+)\b/i, '"does not have"'],
  [/\bis for nobody\b/i, '"has an empty audience"'],
  [/\b(tells?|told) of\b/i, '"says", "is not a logout token"'],
  [/\bcomputes wrongly\b/i, '"failed its cryptographic self-test"'],
  [/\blook at the provider\b/i, 'what to look at there'],
  [/\bwhen empty\b|\bown included\b/i, '"leave empty for ...", "including your own"'],
];

const TEXTS = ['src/texts', 'src/cli', 'src/check', 'package/luci-sso/files/www/luci-static/resources'];
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs', '.github'];
const OTHER_LANGUAGES = 'src/texts/languages/';
/** Pages that are made, and their lines that are not looked at: made of src/texts, which is looked at; titles of tests. */
const MADE = { 'docs/errors.md': '| `', 'docs/design/security-checklist.md': '- ' };
const KNOWN = fileURLToPath(new URL('prose-known.txt', import.meta.url));

/** Lines of Markdown that are prose. */
function proseLines(text) {
  const lines = [];
  let isCode = false;
  for (const line of text.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    else if (!isCode && !/^ {4,}/.test(line)) lines.push(line.trim());
  }
  return lines;
}

/** What is in quotes in a source, line by line. */
function literals(file, text) {
  const lines = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    ) {
      lines.push(...node.text.split('\n').map((line) => line.trim()));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return lines;
}

function linesOf(file, text) {
  if (file.endsWith('.md')) return proseLines(text).filter((line) => !(file in MADE) || !line.startsWith(MADE[file]));
  if (file.endsWith('.yml')) return text.split('\n').map((line) => line.trim());
  return literals(file, text);
}

function filesAt(root, place) {
  const whole = path.join(root, place);
  if (!existsSync(whole)) return [];
  if (path.extname(place) !== '') return [place];
  const names = readdirSync(whole, { recursive: true }).map((name) => `${place}/${name.split(path.sep).join('/')}`);
  return names.filter((name) => /\.(md|ts|js|yml)$/.test(name) && !name.startsWith(OTHER_LANGUAGES)).sort();
}

/** The first pattern in a line: what was found and what to say, or undefined. */
export function findPattern(line) {
  const text = line.replace(/`[^`]*`/g, '`');
  for (const [pattern, say] of PATTERNS) {
    const match = pattern.exec(text);
    if (match !== null) return { found: match[0].trim(), say };
  }
  return undefined;
}

/** Every line below `root` that has a pattern. */
export function findAll(root) {
  const files = [...PAGES, ...TEXTS].flatMap((place) => filesAt(root, place));
  return files.flatMap((file) =>
    linesOf(file, readFileSync(path.join(root, file), 'utf8')).flatMap((line) => {
      const found = findPattern(line);
      return found === undefined ? [] : [{ file, line, ...found }];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = findAll(path.join(import.meta.dirname, '../..'));
  const known = new Set(
    existsSync(KNOWN)
      ? readFileSync(KNOWN, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [],
  );
  const there = new Set(all.map(({ line }) => line));
  const fresh = all.filter(({ line }) => !known.has(line));
  const left = [...known].filter((line) => there.has(line));
  const write = (lines) => writeFileSync(KNOWN, lines.length === 0 ? '' : `${[...new Set(lines)].sort().join('\n')}\n`);
  if (process.argv[2] === '--accept') write([...known, ...there]);
  else if (process.argv[2] === '--forget') write(left);
  else if (fresh.length > 0) {
    for (const { file, line, found, say } of fresh) console.error(`${file}: "${found}", say ${say}: ${line}`);
    process.exitCode = 1;
  } else {
    const gone = known.size - left.length;
    console.log(`prose: ${left.length} old lines left${gone > 0 ? `, ${gone} gone: node scripts/check/prose.mjs --forget` : ''}`);
  }
}
