// SPDX-License-Identifier: MIT
// The page's texts: package/luci-sso/po/templates/luci-sso.pot from its sources, and from each
// po/<language>/luci-sso.po the .lmo file that LuCI reads on the router. Committed, because an SDK has
// no Node. usage: node --import=tsx scripts/build/translations.ts
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const PACKAGE = fileURLToPath(new URL('../../package/luci-sso/', import.meta.url));
export const PO = path.join(PACKAGE, 'po');
const VIEW = path.join(PACKAGE, 'files/www/luci-static/resources/view/luci-sso');
/** The page's scripts. */
export const PAGES: readonly string[] = readdirSync(VIEW)
  .sort()
  .map((name) => path.join(VIEW, name));
const MENU = path.join(PACKAGE, 'files/usr/share/luci/menu.d/luci-app-sso.json');
const ACL = path.join(PACKAGE, 'files/usr/share/rpcd/acl.d/luci-app-sso.json');

/** The texts that LuCI looks up, in order of appearance: of `_('…')`, the menu and the access group. */
export function textsOfSources(): string[] {
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === '_') {
      const [text] = node.arguments;
      // Titles of LuCI's menu are translated by LuCI.
      if (text !== undefined && ts.isPropertyAccessExpression(text) && text.name.text === 'title') return;
      if (text === undefined || !ts.isStringLiteral(text)) throw new Error(`no literal: ${node.getText()}`);
      texts.add(text.text);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of PAGES) visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2020, true));
  for (const node of Object.values(json(MENU))) texts.add(String(node.title));
  for (const group of Object.values(json(ACL))) texts.add(String(group.description));
  return [...texts];
}

function json(file: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
}

const HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n';

/** A .po file with these texts; without translations it is the template. */
export function poWith(texts: readonly string[], translations: ReadonlyMap<string, string> = new Map()): string {
  return HEADER + texts.map((text) => `\nmsgid ${JSON.stringify(text)}\nmsgstr ${JSON.stringify(translations.get(text) ?? '')}\n`).join('');
}

/** Text -> translation of a .po file in the form that `poWith` gives: one line each. */
export function readPo(content: string): Map<string, string> {
  const entries = content.matchAll(/^msgid (".+")\nmsgstr (".*")$/gm);
  return new Map([...entries].map(([, id = '', text = '']) => [JSON.parse(id) as string, JSON.parse(text) as string]));
}

/** LuCI's hash of a text (Paul Hsieh's SuperFastHash, seeded with the length). */
export function hashOf(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  let hash = bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + bytes.readUInt16LE(at)) | 0;
    hash = (hash << 16) ^ ((bytes.readUInt16LE(at + 2) << 11) ^ hash);
    hash = (hash + (hash >>> 11)) | 0;
  }
  const rest = bytes.length - at;
  if (rest === 3) {
    hash = (hash + bytes.readUInt16LE(at)) | 0;
    hash ^= hash << 16;
    hash ^= bytes.readInt8(at + 2) << 18;
    hash = (hash + (hash >>> 11)) | 0;
  } else if (rest === 2) {
    hash = (hash + bytes.readUInt16LE(at)) | 0;
    hash ^= hash << 11;
    hash = (hash + (hash >>> 17)) | 0;
  } else if (rest === 1) {
    hash = (hash + bytes.readInt8(at)) | 0;
    hash ^= hash << 10;
    hash = (hash + (hash >>> 1)) | 0;
  }
  for (const [left, right] of [
    [3, 5],
    [4, 17],
    [25, 6],
  ] as const) {
    hash ^= hash << left;
    hash = (hash + (hash >>> right)) | 0;
  }
  return hash >>> 0;
}

/** The .lmo file: the translations, each padded to 4 bytes, an index sorted by hash, where it starts. */
export function lmoOf(translations: ReadonlyMap<string, string>): Buffer {
  const parts: Buffer[] = [];
  const index: { readonly hash: number; readonly offset: number; readonly length: number }[] = [];
  let offset = 0;
  for (const [text, translation] of translations) {
    const bytes = Buffer.from(translation, 'utf8');
    if (bytes.length === 0 || translation === text) continue; // LuCI shows the text itself
    index.push({ hash: hashOf(text), offset, length: bytes.length });
    parts.push(bytes, Buffer.alloc(-bytes.length & 3));
    offset += (bytes.length + 3) & ~3;
  }
  index.sort((a, b) => a.hash - b.hash);
  const words = [...index.flatMap((entry) => [entry.hash, 1, entry.offset, entry.length]), offset];
  const tail = Buffer.alloc(4 * words.length);
  words.forEach((word, at) => tail.writeUInt32BE(word, 4 * at));
  return Buffer.concat([...parts, tail]);
}

export const languages = (): string[] =>
  readdirSync(PO)
    .filter((name) => name !== 'templates')
    .sort();
export const poOf = (language: string): string => path.join(PO, language, 'luci-sso.po');
export const lmoFileOf = (language: string): string => path.join(PACKAGE, 'files/usr/lib/lua/luci/i18n', `luci-sso.${language}.lmo`);
export const TEMPLATE = path.join(PO, 'templates/luci-sso.pot');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const texts = textsOfSources();
  writeFileSync(TEMPLATE, poWith(texts));
  for (const language of languages()) {
    const content = poWith(texts, readPo(readFileSync(poOf(language), 'utf8')));
    writeFileSync(poOf(language), content); // new texts are in it, without a translation
    mkdirSync(path.dirname(lmoFileOf(language)), { recursive: true });
    writeFileSync(lmoFileOf(language), lmoOf(readPo(content)));
  }
}
