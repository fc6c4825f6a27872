// SPDX-License-Identifier: MIT
// What the scripts for browsers may be made of.
import test from 'ava';
import { parse } from 'acorn';
import { readFileSync } from 'node:fs';

const RESOURCES = new URL('../../../package/luci-sso/files/www/luci-static/resources/', import.meta.url);

test("the login page's script is ES5, as LuCI's own of 21.02, and says nothing on the console", (t) => {
  const source = readFileSync(new URL('luci-sso-login.js', RESOURCES), 'utf8');
  t.notThrows(() => parse(source, { ecmaVersion: 5 }));
  t.notRegex(source, /console|innerHTML|document\.write|eval/);
});
