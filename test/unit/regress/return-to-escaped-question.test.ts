// SPDX-License-Identifier: MIT
// Found by fuzzing, at about the five hundred thousandth case. Browsers resolve `%2e%2e` like `..` in a
// path. The look at the decoded form ended at its first `?`, but when that one was written `%3f` the
// browser still counted what follows to the path, and left /cgi-bin/luci/.
import test from 'ava';
import { safeReturnTo } from '../../../src/request/return-to.ts';

for (const path of [
  '/cgi-bin/luci/%3f2uci/%2e%2e/%2e%2e/evil',
  '/cgi-bin/luci/%3f/%2e%2e/%2e%2e/luci-sso',
  '/cgi-bin/luci/%253f/%252e%252e/%252e%252e/x',
  '/cgi-bin/luci/%3F/.%2e/%2E./x',
  '/cgi-bin/luci/%3f/%2e%2e/admin/logout',
]) {
  test(`${path} is no place to land`, (t) => {
    t.is(safeReturnTo(path), '');
  });
}

test('a question mark and dots inside of a word are', (t) => {
  for (const path of ['/cgi-bin/luci/admin?a=..', '/cgi-bin/luci/a%3fb', '/cgi-bin/luci/v1.2?x=1.5']) t.is(safeReturnTo(path), path);
});
