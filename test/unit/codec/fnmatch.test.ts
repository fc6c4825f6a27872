// SPDX-License-Identifier: MIT
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { matchesPattern } from '../../../src/codec/fnmatch.ts';

const PATTERNS = [
  '*',
  'luci-*',
  '*-base',
  'l?ci',
  '[a-c]x',
  '[!a-c]x',
  '[^a-c]x',
  '[]x]',
  '[a',
  'a\\*b',
  '**a**',
  '',
  '?',
  '[!]]',
  '[a-]',
  'a*b*c',
  '[[]',
];
const TEXTS = ['', 'luci-base', 'luci', 'ax', 'dx', ']', '[a', 'a*b', 'axb', 'a', '/etc/config/x', '-', 'abc', 'aXbYc', '\\', '[', 'x]'];

test('patterns match as the C library has it', (t) => {
  const script =
    'import sys,ctypes\nc=ctypes.CDLL(None)\nfor line in sys.stdin.read().split("\\n")[:-1]:\n p,x=line.split("\\t")\n print(int(c.fnmatch(p.encode(),x.encode(),0)==0))';
  const pairs = PATTERNS.flatMap((pattern) => TEXTS.map((text) => [pattern, text] as const));
  const input = pairs.map((pair) => pair.join('\t')).join('\n') + '\n';
  const expected = execFileSync('python3', ['-c', script], { input, encoding: 'utf8' }).trim().split('\n');
  pairs.forEach(([pattern, text], i) => t.is(matchesPattern(pattern, text), expected[i] === '1', `${pattern} ~ ${text}`));
});

test('a backslash at the end is an ordinary character, as in musl', (t) => {
  t.true(matchesPattern('\\', '\\'));
});

test('a pattern of many stars costs no more than its length', (t) => {
  t.false(matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(2000)));
});
