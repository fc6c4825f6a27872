// SPDX-License-Identifier: MIT
import { encodeFormPart } from '#native';
import test from 'ava';
import { encodeBase64 } from '../../../src/codec/base64.ts';
import { encodeForm, parseForm } from '../../../src/codec/form.ts';

test('a query is split once and decoded once', (t) => {
  t.deepEqual(parseForm('a=b&c=%2541+x&d&=e&&f=g=h', 10), {
    ok: true,
    parameters: [
      ['a', 'b'],
      ['c', '%41 x'],
      ['d', ''],
      ['', 'e'],
      ['f', 'g=h'],
    ],
  });
  t.deepEqual(parseForm('', 10), { ok: true, parameters: [] });
  t.deepEqual(parseForm('a=%c3%a9', 10), { ok: true, parameters: [['a', 'Ã©']] }, 'bytes stay bytes');
});

test('broken escapes and too many parameters fail the whole', (t) => {
  for (const text of ['a=%', 'a=%4', 'a=%4g', '%zz=1', 'a=b&c=%']) t.false(parseForm(text, 10).ok, text);
  t.false(parseForm('a&b&c', 2).ok);
});

test('what is written is read back by the platform', (t) => {
  const all = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).join('') + 'é€😀';
  t.is(new URLSearchParams(encodeForm([['name', all]])).get('name'), all);
  t.is(encodeFormPart('a b~&=+/'), 'a+b~%26%3D%2B%2F');
});

test('security 45: Basic credentials are form-encoded first', (t) => {
  const credentials = `${encodeFormPart('1PpG/Q 1')}:${encodeFormPart('z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw=')}`;
  t.is(encodeBase64(credentials), 'MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA==');
});
