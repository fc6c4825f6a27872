// SPDX-License-Identifier: MIT
import test from 'ava';
import { parse } from 'acorn';
import { readFileSync } from 'node:fs';
import { runLua, runUcode, type Situation } from './_controllers.ts';

const ID = '0123456789abcdef0123456789abcdef';
const SSO = { username: 'sso:admin', oidc_sub: 'alice', oidc_issuer: 'https://id.test' };
const gone = (name: string): string => `header Set-Cookie: ${name}=; expires=Thu, 01 Jan 1970 01:00:00 GMT; path=/cgi-bin/luci/`;
const COOKIES = { lua: [gone('sysauth'), gone('sysauth_https')], ucode: [gone('sysauth_https')] };

const SITUATIONS: readonly (readonly [title: string, situation: Situation, deeds: (cookies: string[]) => string[]])[] = [
  ['without a session LuCI logs out', {}, () => ['stock logout']],
  [
    'a session that ended meanwhile is logged out by LuCI',
    { session: { id: ID, values: undefined } },
    () => [`ubus session get ${ID}`, 'stock logout'],
  ],
  [
    'a password session is logged out by LuCI',
    { session: { id: ID, values: { username: 'root', token: 'x' } } },
    () => [`ubus session get ${ID}`, 'stock logout'],
  ],
  [
    'a session of single sign-on ends here and at the provider',
    { session: { id: ID, values: { ...SSO, oidc_logout_url: 'https://id.test/end?client_id=luci' } } },
    (cookies) => [`ubus session get ${ID}`, `ubus session destroy ${ID}`, ...cookies, 'redirect https://id.test/end?client_id=luci'],
  ],
  [
    'a session of single sign-on whose provider knows no logout ends on the page with the ways back',
    { session: { id: ID, values: SSO } },
    (cookies) => [`ubus session get ${ID}`, `ubus session destroy ${ID}`, ...cookies, 'redirect /cgi-bin/luci-sso/logged-out'],
  ],
  [
    'so does one with an empty address',
    { session: { id: ID, values: { ...SSO, oidc_logout_url: '' } } },
    (cookies) => [`ubus session get ${ID}`, `ubus session destroy ${ID}`, ...cookies, 'redirect /cgi-bin/luci-sso/logged-out'],
  ],
];

for (const [title, situation, deeds] of SITUATIONS) {
  test(`Log out: ${title}, in Lua and in ucode`, (t) => {
    t.deepEqual(runLua('logout', situation), deeds(COOKIES.lua));
    t.deepEqual(runUcode('logout', situation), deeds(COOKIES.ucode));
  });
}

test('ucode: the script follows the translations of whoever is not logged in', (t) => {
  const first = ['header Cache-Control: no-store', 'stock translations de'];
  t.deepEqual(runUcode('translations', {}), [...first, 'write the script']);
  t.deepEqual(runUcode('translations', { session: { id: ID, values: SSO } }), first);
  t.deepEqual(runUcode('translations', {}, null), [...first, 'write '], 'a missing script breaks no page');
});

test('Lua: LuCI as CGI loads the preload class; inside of uhttpd a loader follows the translations', (t) => {
  t.deepEqual(runLua('translations', { environment: { DOCUMENT_ROOT: '/www' } }), ['stock translations de']);
  const [stock, loader = '', ...more] = runLua('translations', {});
  t.is(stock, 'stock translations de');
  t.deepEqual(more, []);
  // Behind an object literal without a semicolon.
  t.notThrows(() => parse(`window.TR={}${loader.replace(/^write /, '')}`, { ecmaVersion: 5 }));
  t.regex(loader, /DOMContentLoaded.*luci_password.*\/luci-static\/resources\/luci-sso-login\.js/);
});

test('the overrides name functions that are there, below nodes that LuCI leaves open', (t) => {
  for (const [kind, type, module] of [
    ['ucode', 'function', 'luci.controller.luci_sso'],
    ['lua', 'call', 'luci.sso.page'],
  ] as const) {
    const menu: unknown = JSON.parse(
      readFileSync(new URL(`../../../package/luci-sso/files/usr/share/luci-sso/menu-${kind}.json`, import.meta.url), 'utf8'),
    );
    t.deepEqual(menu, {
      'admin/translations/*': { action: { type, module, function: 'translations' }, auth: {} },
      'admin/logout': { action: { type, module, function: 'logout' } },
    });
  }
});

test('the preload class brings the script to the login page, once, and to no other page', (t) => {
  const source = readFileSync(new URL('../../../luasrc-compat/preload-lua.js', import.meta.url), 'utf8');
  t.notThrows(() => parse(source, { ecmaVersion: 5, allowReturnOutsideFunction: true }));
  t.regex(source, /^'require baseclass';$/m);
  for (const isLogin of [true, false]) {
    const added: { src?: string }[] = [];
    const document = {
      querySelector: () => (isLogin ? {} : null),
      createElement: () => ({}),
      head: { appendChild: (node: { src?: string }) => void added.push(node) },
    };
    const baseclass = { extend: (members: { __init__(): void }) => members };
    (new Function('baseclass', 'document', source)(baseclass, document) as { __init__(): void }).__init__();
    t.deepEqual(added, isLogin ? [{ src: '/luci-static/resources/luci-sso-login.js' }] : []);
  }
});
