// SPDX-License-Identifier: MIT
// The small codecs, each against Node's own.
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '#native';
import { encodeForm, parseForm } from '../../../src/codec/form.ts';
import { matchesPattern } from '../../../src/codec/fnmatch.ts';
import { must, type Target } from '../engine.ts';
import { latin1, same, utf8 } from './_bytes.ts';

export const base64url: Target = {
  name: 'base64url',
  dictionary: ['=', '+', '/', '-', '_', 'A', 'AA', '\n', ' ', '\xff'],
  generate: (helpers) => Buffer.from(helpers.bytes(helpers.below(40))).toString('base64url'),
  fuzz(bytes) {
    const text = latin1(bytes);
    same(encodeBase64url(bytes), Buffer.from(bytes).toString('base64url'), 'encoding');
    const decoded = decodeBase64url(text);
    const node = Buffer.from(text, 'base64url');
    // One spelling for each value: what an encoder writes, and nothing else.
    must((decoded !== undefined) === (node.toString('base64url') === text), 'verdict differs from the canonical spelling');
    must(decodeBase64url(`${text}\u0141`) === undefined, 'a wide character is taken for its low byte');
    if (decoded === undefined) return 'refused';
    must(Buffer.compare(decoded, node) === 0, 'other bytes');
    return `accepted, rest ${text.length % 4}`;
  },
};

export const utf8Text: Target = {
  name: 'utf8',
  dictionary: [
    '\xc0\x80',
    '\xc2\x80',
    '\xe0\xa0\x80',
    '\xed\x9f\xbf',
    '\xed\xa0\x80',
    '\xef\xbf\xbf',
    '\xf0\x90\x80\x80',
    '\xf4\x8f\xbf\xbf',
    '\xf4\x90\x80\x80',
    '\xef\xbb\xbf',
    '\x80',
  ],
  generate: (helpers) => utf8(Array.from({ length: helpers.below(20) }, () => String.fromCodePoint(helpers.below(0x110000))).join('')),
  fuzz(bytes) {
    let expected: string | undefined;
    try {
      expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      expected = undefined;
    }
    const decoded = decodeUtf8(bytes);
    must(decoded === expected, 'verdict or text differs');
    const units = new Uint16Array(bytes.slice(0, bytes.length & ~1).buffer);
    const anything = String.fromCharCode(...units);
    must(Buffer.compare(encodeUtf8(anything), Buffer.from(anything, 'utf8')) === 0, 'encoding differs');
    if (decoded === undefined) return 'refused';
    must(Buffer.compare(encodeUtf8(decoded), bytes) === 0, 'no round trip');
    return decoded.length === bytes.length ? 'ascii' : 'wide';
  },
};

export const form: Target = {
  name: 'form',
  dictionary: [
    '&',
    '=',
    '%',
    '%2',
    '%26',
    '%3d',
    '%00',
    '%FF',
    '%c3%a9',
    '+',
    '%2B',
    'state=',
    'code=',
    '?',
    '&&',
    'action=enabled',
    '\xff',
    '%zz',
  ],
  generate: ({ below, pick }) =>
    Array.from({ length: below(8) }, () => pick(['a', 'state', '%61', '+', '%', '=', '&', '%e2%82%ac', 'x=y', ''])).join(
      pick(['&', '=', '']),
    ),
  fuzz(bytes) {
    const text = latin1(bytes);
    const parsed = parseForm(text, 100);
    if (!parsed.ok) {
      const isBroken = /%(?![0-9a-fA-F]{2})/.test(text);
      must(
        parsed.reason === 'too many parameters' ? text.split('&').length > 100 : isBroken,
        `refused for '${parsed.reason}' without cause`,
      );
      return parsed.reason;
    }
    must(!/%(?![0-9a-fA-F]{2})/.test(text), 'a broken escape is accepted');
    must(parsed.parameters.length <= 100, 'more than 100 parameters');
    // URLSearchParams works on UTF-8: raw bytes are escaped first, and ours decoded the same lenient way.
    const escaped = text.replace(/[\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    const expected = [...new URLSearchParams(`&${escaped}`)];
    const lenient = (value: string): string => Buffer.from(value, 'latin1').toString('utf8');
    // Node's reading of a byte order mark is not ours to copy.
    same(
      parsed.parameters.map((pair) => pair.map(lenient)),
      expected,
      'parameters',
    );
    const ascii = parsed.parameters.filter(([name, value]) => /^[\0-\x7f]*$/.test(name + value));
    const again = parseForm(encodeForm(ascii), 100);
    must(again.ok, 'what we write we do not read');
    if (!again.ok) return '';
    same(again.parameters, ascii, 'round trip');
    return `accepted ${Math.min(parsed.parameters.length, 3)}`;
  },
};

/** fnmatch as musl has it, by way of a RegExp; undefined for the corners that this does not know. */
function asRegExp(pattern: string): RegExp | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const quoted = (text: string): string => text.replace(/[\\\]^[\-$.*+?(){}|/]/g, '\\$&');
    if (char === '*') source += source.endsWith('[^]*') ? '' : '[^]*';
    else if (char === '?') source += '[^]';
    else if (char === '\\' && i + 1 < pattern.length) source += quoted(pattern[++i]!);
    else if (char === '[') {
      const closing = /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(i));
      if (closing === null || closing[2] === '') {
        source += '\\[';
        continue;
      }
      const [whole, not, body = ''] = closing;
      if (/-.-|\[[:.=]/.test(body) || body.startsWith('-')) return undefined;
      let set = '';
      for (let k = 0; k < body.length; k++) {
        if (body[k + 1] === '-' && k + 2 < body.length) {
          if (body[k]! <= body[k + 2]!) set += `${quoted(body[k]!)}-${quoted(body[k + 2]!)}`;
          k += 2;
        } else set += quoted(body[k]!);
      }
      source += set === '' ? (not === '' ? '(?!)' : '[^]') : `[${not === '' ? '' : '^'}${set}]`;
      i += whole.length - 1;
    } else source += quoted(char);
  }
  return new RegExp(`^${source}$`);
}

export const fnmatch: Target = {
  name: 'fnmatch',
  dictionary: ['*', '**', '?', '[', ']', '[!', '[^', '[]', '-', 'a-z]', '\\', '\\*', 'luci-', '!', '/', '[a-', '\n', '\xff'],
  generate: ({ below, pick }) =>
    `${Array.from({ length: below(10) }, () => pick(['a', 'b', '*', '?', '[ab]', '[!a]', '[a-c]', '\\*', '[', ']', '-', 'luci-*'])).join('')}\n${Array.from({ length: below(12) }, () => pick(['a', 'b', 'c', '-', '*', ']', '[', 'luci-'])).join('')}`,
  fuzz(bytes) {
    const whole = latin1(bytes);
    const line = whole.indexOf('\n');
    const pattern = whole.slice(0, Math.min(line < 0 ? whole.length : line, 60));
    // Short enough for the RegExp, which may take exponential time; ours may not.
    const text = whole.slice(line + 1, line + 25);
    const ours = matchesPattern(pattern, text);
    must(matchesPattern(text.replace(/[*?[\\]/g, '\\$&'), text), 'a quoted text does not match itself');
    must(matchesPattern('*', text) && matchesPattern(`*${pattern}`, text) >= ours, 'a star takes something away');
    const expected = (pattern.match(/\*/g) ?? []).length > 5 ? undefined : asRegExp(pattern);
    if (expected === undefined) return 'not compared';
    must(ours === expected.test(text), `'${pattern}' ~ '${text}' is ${ours}, expected by ${expected}`);
    return String(ours);
  },
};
