// SPDX-License-Identifier: MIT
// Strict JSON against a parser of its own, written from RFC 8259: the same verdict and the same value.
import { parseJsonObject } from '../../../src/codec/json.ts';
import { must, type Helpers, type Target } from '../engine.ts';
import { same, utf8 } from './_bytes.ts';

class No extends Error {}

/** The value, or No: one object, at most 16 levels, no name twice, finite numbers, whole surrogates. */
export function strictParse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new No('not UTF-8');
  }
  let at = 0;
  const blank = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  };
  const take = (char: string): void => {
    if (text[at++] !== char) throw new No(`no ${char}`);
  };
  const string = (): string => {
    take('"');
    let out = '';
    for (;;) {
      const char = text[at++];
      if (char === undefined || char < ' ') throw new No('string');
      if (char === '"') break;
      if (char !== '\\') {
        out += char;
        continue;
      }
      const escape = text[at++] ?? '';
      if (escape === 'u') {
        const digits = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new No('escape');
        out += String.fromCharCode(parseInt(digits, 16));
        at += 4;
      } else {
        const plain = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[escape];
        if (plain === undefined) throw new No('escape');
        out += plain;
      }
    }
    if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(out)) throw new No('surrogate');
    return out;
  };
  const value = (depth: number): unknown => {
    blank();
    if (text[at] === '{' || text[at] === '[') {
      if (depth === 16) throw new No('depth');
      const isObject = text[at++] === '{';
      const list: unknown[] = [];
      const members = new Map<string, unknown>();
      blank();
      if (text[at] === (isObject ? '}' : ']')) at++;
      else {
        for (;;) {
          if (isObject) {
            blank();
            const name = string();
            if (members.has(name)) throw new No('twice');
            blank();
            take(':');
            members.set(name, value(depth + 1));
          } else list.push(value(depth + 1));
          blank();
          if (text[at] === ',') at++;
          else break;
        }
        take(isObject ? '}' : ']');
      }
      return isObject ? Object.fromEntries(members) : list;
    }
    if (text[at] === '"') return string();
    const word = /^(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)/.exec(text.slice(at, at + 400))?.[0];
    if (word === undefined) throw new No('value');
    at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (!Number.isFinite(Number(word))) throw new No('number');
    return Number(word);
  };
  blank();
  if (text[at] !== '{') throw new No('no object');
  const root = value(0);
  blank();
  if (at !== text.length) throw new No('more behind it');
  return root;
}

function verdict(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: strictParse(bytes) };
  } catch (error) {
    if (error instanceof No) return undefined;
    throw error;
  }
}

function generate(helpers: Helpers, depth = 0): string {
  const { below, pick } = helpers;
  const text = (): string =>
    `"${pick(['a', 'b', '__proto__', 'constructor', '1', '0', '', '\\u0061', '\\ud83d\\ude00', '\\ud800', '\\\\', '\\"', 'é', '😀', ':', '{'])}"`;
  const kind = depth === 0 ? 0 : below(depth > 14 ? 5 : 7);
  if (kind === 0 || kind === 5) return `{${Array.from({ length: below(4) }, () => `${text()}:${generate(helpers, depth + 1)}`).join(',')}}`;
  if (kind === 6) return `[${Array.from({ length: below(4) }, () => generate(helpers, depth + 1)).join(', ')}]`;
  if (kind === 1) return text();
  if (kind === 2) return pick(['0', '-0', '1e5', '1E-400', '1e308', '2e308', '12345678901234567890', '-1.5']);
  return pick(['true', 'false', 'null']);
}

export const json: Target = {
  name: 'json',
  dictionary: [
    '{',
    '}',
    '[',
    ']',
    '":',
    ',',
    '"a":',
    '\\u',
    '\\ud800',
    '\\udc00',
    'null',
    'true',
    '1e309',
    '-',
    '\xef\xbb\xbf',
    '\xed\xa0\x80',
    '\xc0\x80',
    '\xf4\x90\x80\x80',
    '"__proto__":',
    '[[[[[[[[',
    ']]]]]]]]',
    '\0',
  ],
  generate: (helpers) => utf8(generate(helpers)),
  fuzz(bytes) {
    const ours = parseJsonObject(bytes);
    const other = verdict(bytes);
    must(ours.ok === (other !== undefined), `verdicts differ: ours ${ours.ok ? 'accepted' : ours.reason}`);
    if (!ours.ok) return ours.reason;
    same(ours.value, other?.value, 'value');
    const again = parseJsonObject(utf8(JSON.stringify(ours.value)));
    must(again.ok, 'what was accepted is refused when written again');
    return 'accepted';
  },
};
