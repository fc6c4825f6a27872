// SPDX-License-Identifier: MIT
import test from 'ava';
import { createHash } from 'node:crypto';
import { htmlResponse, PAGE_STYLE_HASH, redirectResponse, writeResponse } from '../../../src/http/response.ts';
import { PAGE_STYLE } from '../../../src/texts/page.ts';
import { REFUSALS } from '../../../src/refusals.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';

const bytesOf = (run: (host: FakeHost) => void) => {
  const host = new FakeHost();
  run(host);
  return Buffer.concat(host.output).toString();
};

test("the policy's hash is that of the one style", (t) => {
  t.is(PAGE_STYLE_HASH, `sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}`);
});

test('security 109: no header value can add a header', (t) => {
  const text = bytesOf((host) => writeResponse(host, redirectResponse('https://a.test/\r\nSet-Cookie: x=y\n\0é')));
  t.true(text.includes('Location: https://a.test/Set-Cookie: x=y\r\n'));
  t.false(/^Set-Cookie/m.test(text));
});

test('uhttpd gets its Status line first, the length in bytes, and an empty line', (t) => {
  const text = bytesOf((host) => writeResponse(host, htmlResponse(403, 'é')));
  t.true(text.startsWith('Status: 403 Forbidden\r\nContent-Type: text/html; charset=utf-8\r\n'));
  t.true(text.endsWith('Content-Length: 2\r\n\r\né'));
});

test('every status that a refusal can have has its reason phrase', (t) => {
  for (const [status] of Object.values(REFUSALS)) {
    t.false(bytesOf((host) => writeResponse(host, htmlResponse(status, ''))).includes('Status: ' + status + ' Status'), String(status));
  }
});
