// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { safeReturnTo } from '../../../src/request/return-to.ts';

const PAYLOADS = readFileSync(new URL('../../data/open-redirect-payloads.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

test('security 27: every known open redirect lands on the first page', (t) => {
  t.true(PAYLOADS.length > 800);
  for (const payload of PAYLOADS) {
    t.is(safeReturnTo(payload), '', payload);
    const behindLuci = safeReturnTo(`/cgi-bin/luci/${payload}`);
    if (behindLuci !== '') t.is(new URL(behindLuci, 'https://router.test/').origin, 'https://router.test', payload);
  }
});

test("LuCI's first page is no page of its own", (t) => {
  for (const path of ['/cgi-bin/luci/', '/cgi-bin/luci']) t.is(safeReturnTo(path), '', path);
});

test('pages of LuCI are kept, with their query', (t) => {
  for (const path of ['/cgi-bin/luci/admin/status/overview', '/cgi-bin/luci/admin/x?a=b&c=%41d']) {
    t.is(safeReturnTo(path), path);
  }
});

test('whatever leaves LuCI, ends the session or is too long is dropped', (t) => {
  const refused = [
    '',
    '/',
    '/cgi-bin/luci-sso',
    '/cgi-bin/lucifer',
    '/cgi-bin/luci/../x',
    '/cgi-bin/luci/%2e%2e/x',
    '/cgi-bin/luci/%252e%252e/x',
    '/cgi-bin/luci/./x',
    '/cgi-bin/luci//x',
    '/cgi-bin/luci/admin/logout',
    '/cgi-bin/luci/admin/logout/',
    '/cgi-bin/luci/admin/%6cogout',
    '/cgi-bin/luci/x#y',
    '/cgi-bin/luci/x\ny',
    '/cgi-bin/luci/x%20y',
    '/cgi-bin/luci/"x',
    '/cgi-bin/luci/é',
    '/cgi-bin/luci/%25252525252e',
    `/cgi-bin/luci/${'a'.repeat(128)}`,
  ];
  for (const path of refused) t.is(safeReturnTo(path), '', path);
});
