// SPDX-License-Identifier: MIT
import test from 'ava';
import { CookieJar } from '../_helpers/cookie-jar.ts';

const ROUTER = new URL('https://127.0.0.1:8443/cgi-bin/luci-sso/callback');
const header = (jar: CookieJar, url: string, isCrossSite = false, method = 'GET') => jar.header(new URL(url), { method, isCrossSite });

test('paths match by whole segments, and longer ones come first', (t) => {
  const jar = new CookieJar();
  jar.set('a=1; Path=/', ROUTER);
  jar.set('b=2; Path=/cgi-bin/luci/', ROUTER);
  jar.set('c=3', ROUTER);
  t.is(header(jar, 'https://127.0.0.1/cgi-bin/luci/'), 'b=2; a=1');
  t.is(header(jar, 'https://127.0.0.1/cgi-bin/luci-sso'), 'c=3; a=1');
  t.is(header(jar, 'https://127.0.0.1/cgi-bin/luci-sso/x'), 'c=3; a=1');
  t.is(header(jar, 'https://localhost/cgi-bin/luci/'), '');
});

test('Strict stays at home on a cross-site navigation, Lax goes along with GET only', (t) => {
  const jar = new CookieJar();
  jar.set('strict=1; Path=/; SameSite=Strict', ROUTER);
  jar.set('lax=2; Path=/; SameSite=Lax', ROUTER);
  jar.set('none=3; Path=/; SameSite=None; Secure', ROUTER);
  t.is(header(jar, 'https://127.0.0.1/'), 'strict=1; lax=2; none=3');
  t.is(header(jar, 'https://127.0.0.1/', true), 'lax=2; none=3');
  t.is(header(jar, 'https://127.0.0.1/', true, 'POST'), 'none=3');
});

test('Secure needs https, __Host- needs Secure, Path=/ and no Domain', (t) => {
  const jar = new CookieJar();
  jar.set('s=1; Path=/; Secure', ROUTER);
  jar.set('s=2; Path=/; Secure', new URL('http://127.0.0.1/'));
  t.is(header(jar, 'http://127.0.0.1/'), '');
  t.is(header(jar, 'https://127.0.0.1/'), 's=1');
  for (const bad of [
    '__Host-x=1; Path=/',
    '__Host-x=1; Secure',
    '__Host-x=1; Secure; Path=/cgi-bin',
    '__Host-x=1; Secure; Path=/; Domain=127.0.0.1',
  ])
    jar.set(bad, ROUTER);
  t.is(jar.all().length, 1);
  jar.set('__Host-x=1; Secure; Path=/', ROUTER);
  t.is(jar.all().length, 2);
});

test('a cookie ends with Max-Age or Expires and keeps its place when it is set again', (t) => {
  let now = 0;
  const jar = new CookieJar(() => now);
  jar.set('a=1; Path=/; Max-Age=10', ROUTER);
  jar.set('b=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:20 GMT', ROUTER);
  jar.set('a=3; Path=/; Max-Age=30', ROUTER);
  t.is(header(jar, 'https://127.0.0.1/'), 'a=3; b=2');
  now = 25_000;
  t.is(header(jar, 'https://127.0.0.1/'), 'a=3');
  jar.set('a=; Path=/; Max-Age=0', ROUTER);
  t.is(header(jar, 'https://127.0.0.1/'), '');
});
