// SPDX-License-Identifier: MIT
// The committed translations are those of the sources, complete, and LuCI finds them.
import test from 'ava';
import { readFileSync } from 'node:fs';
import {
  TEMPLATE,
  hashOf,
  languages,
  lmoFileOf,
  lmoOf,
  poOf,
  poWith,
  readPo,
  textsOfSources,
} from '../../../scripts/build/translations.ts';

/** What LuCI sends to the browser: hash of the text -> translation. */
function readLmo(file: Buffer): Map<number, string> {
  const entries = new Map<number, string>();
  for (let at = file.readUInt32BE(file.length - 4); at < file.length - 4; at += 16) {
    const offset = file.readUInt32BE(at + 8);
    entries.set(file.readUInt32BE(at), file.toString('utf8', offset, offset + file.readUInt32BE(at + 12)));
  }
  return entries;
}

test('hashes are those of LuCI', (t) => {
  // Taken from LuCI's own cbi.js, one for each length modulo four and one with bytes above 127.
  const known = { Save: 0x219966c7, Apply: 0x81e689cd, Status: 0x663359c9, Network: 0xe54695b9, Größe: 0xf057b2cf };
  for (const [text, hash] of Object.entries(known)) t.is(hashOf(text).toString(16), hash.toString(16), text);
});

test('the template has the texts of the sources, in ASCII', (t) => {
  const texts = textsOfSources();
  t.true(texts.length > 90);
  t.is(readFileSync(TEMPLATE, 'utf8'), poWith(texts), 'run node --import=tsx scripts/build/translations.ts');
  for (const text of texts) t.regex(text, /^[ -~]+$/, 'others hash differently in some releases');
});

test('the page speaks ten languages: English, and one package for each other', (t) => {
  t.deepEqual(languages(), ['de', 'es', 'fr', 'it', 'ja', 'pl', 'pt', 'ru', 'zh-cn']);
  const recipe = readFileSync(new URL('../../../package/luci-sso/Makefile', import.meta.url), 'utf8');
  for (const language of languages()) t.regex(recipe, new RegExp(`^LUCI_SSO_LANGUAGE_${language}:=.+ \\(.+\\)$`, 'm'));
});

for (const language of languages()) {
  test(`the translation ${language} is complete, and its .lmo is made of it`, (t) => {
    const texts = textsOfSources();
    const translations = readPo(readFileSync(poOf(language), 'utf8'));
    t.deepEqual([...translations.keys()], texts);
    const file = readFileSync(lmoFileOf(language));
    t.true(file.equals(lmoOf(translations)), 'run node --import=tsx scripts/build/translations.ts');
    const entries = readLmo(file);
    t.deepEqual(
      [...entries.keys()],
      [...entries.keys()].sort((a, b) => a - b),
    );
    for (const [text, translation] of translations) {
      t.not(translation, '', text);
      t.is(entries.get(hashOf(text)) ?? text, translation);
      // The same places to fill and the same markup, so that no text can break the page.
      const marks = (of: string) => [...of.matchAll(/%[sd]|<\/?\w+>/g)].map(String).sort();
      t.deepEqual(marks(translation), marks(text));
    }
  });
}
