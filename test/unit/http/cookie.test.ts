// SPDX-License-Identifier: MIT
import test from 'ava';
import { formatCookie, parseCookies } from '../../../src/http/cookie.ts';

test('cookies are read in the order of the browser, duplicates kept', (t) => {
  t.deepEqual(parseCookies('a=1; b="2"; a=3;c=d=e'), [
    { name: 'a', value: '1' },
    { name: 'b', value: '"2"' },
    { name: 'a', value: '3' },
    { name: 'c', value: 'd=e' },
  ]);
});

test('pairs that no browser sends are left out', (t) => {
  t.deepEqual(parseCookies(''), []);
  t.deepEqual(parseCookies(';; =x; novalue; a b=c; a=b c; a=\x01; a=\xff'), []);
});

test('every cookie written is HttpOnly and Secure', (t) => {
  t.is(formatCookie('a', 'b', { path: '/', sameSite: 'Lax', maxAgeS: 0 }), 'a=b; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax');
  t.is(formatCookie('a', 'b', { path: '/x/', sameSite: 'Strict' }), 'a=b; Path=/x/; HttpOnly; Secure; SameSite=Strict');
});
