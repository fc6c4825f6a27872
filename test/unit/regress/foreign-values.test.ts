// SPDX-License-Identifier: MIT
// Found by fuzzing. Parsed objects have no prototype, so String() and Number() of one throw a
// TypeError: `"token_type":{}` of a provider, and a table where ubus has a number, ended a request as
// INTERNAL_ERROR. String.trim takes more than HTTP's blanks (NBSP, vertical tab), so a header or a
// cookie's name could be read in two ways; toLowerCase takes the Kelvin sign for a k, so a URL could.
import test from 'ava';
import { parseAuthority, parseHttpsUrl, parseIpv6 } from '../../../src/codec/url.ts';
import { parseCookies } from '../../../src/http/cookie.ts';
import { HttpError, parseHead } from '../../../src/tls-http/response.ts';
import { ChunkDecoder } from '../../../src/tls-http/chunks.ts';
import { codeOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const head = (line: string) => parseHead(Buffer.from(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`, 'latin1'));

for (const type of [{}, [{}], [], null, 1, true]) {
  test(`token_type ${JSON.stringify(type)} is TOKEN_TYPE_UNSUPPORTED`, async (t) => {
    const world = newWorld();
    world.provider.changes.set('/token', (reply) => Object.assign(reply.body as object, { token_type: type }));
    t.is(codeOf(await finish(world, await start(world))), 'TOKEN_TYPE_UNSUPPORTED');
  });
}

test('a section whose .index is a table counts in the order of the answer', async (t) => {
  const world = newWorld();
  const sections = world.host.router.uci['luci-sso'];
  sections!.default!['.index'] = {};
  sections!.admin!['.index'] = [{}];
  t.is(codeOf(await finish(world, await start(world))), '');
});

test("LuCI's session time that is a table counts as unset", async (t) => {
  const world = newWorld();
  world.host.router.uci.luci!.sauth!.sessiontime = { a: 'b' };
  t.is(codeOf(await finish(world, await start(world))), '');
  t.is([...world.host.router.sessions.values()][0]?.timeout, 3600);
});

test('a session whose oidc_since is a table counts as the oldest', async (t) => {
  const world = newWorld();
  const login = async (w: World) => codeOf(await finish(w, await start(w)));
  t.is(await login(world), '');
  [...world.host.router.sessions.values()][0]!.values.oidc_since = { a: 'b' };
  t.is(await login(world), '');
  t.is(world.host.router.sessions.size, 2);
});

for (const blank of ['\xa0', '\x0b', '\x0c', '\r']) {
  test(`character ${blank.charCodeAt(0)} around a header's value is no blank`, (t) => {
    if (blank !== '\xa0') t.throws(() => head(`X: ${blank}y`), { instanceOf: HttpError });
    t.throws(() => head(`Content-Length: ${blank}5`), { instanceOf: HttpError });
    t.throws(() => head(`Transfer-Encoding: chunked${blank}`), { instanceOf: HttpError });
    t.is(head('Content-Length: \t5 \t').framing.kind, 'length');
  });

  test(`character ${blank.charCodeAt(0)} in front of a cookie's name is no blank`, (t) => {
    t.deepEqual(parseCookies(`${blank}__Host-luci_sso_x=y; \ta=b\t`), [{ name: 'a', value: 'b' }]);
  });
}

test('a host name is ASCII before it is lower-cased', (t) => {
  t.false(parseHttpsUrl('https://\u212Aey.test/').ok);
  t.false(parseAuthority('\u212Aey.test').ok);
  t.true(parseHttpsUrl('https://KEY.test/').ok);
});

for (const name of ['0x7f000001', 'a.0x1', '0x', '127.0x1']) {
  test(`${name} is no host name: resolvers take it for a number`, (t) => t.false(parseAuthority(name).ok));
}

test('a name that only starts like a hex number is a name', (t) => {
  t.true(parseAuthority('0xyz').ok);
  t.true(parseAuthority('0x1.test').ok);
});

test('an IPv6 address has its dotted part at the end only', (t) => {
  t.is(parseIpv6('1.2.3.4::1'), undefined);
  t.is(parseIpv6('1.2.3.4::'), undefined);
  t.deepEqual(parseIpv6('::1.2.3.4'), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
  t.is(parseIpv6('1:2:3:4:5:6:1.2.3.4')?.length, 16);
});

test('chunks of one byte each make one body', (t) => {
  const body = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(97 + (i % 26)));
  const decoder = new ChunkDecoder(20_000);
  decoder.push(Buffer.from(`${body.map((char) => `1\r\n${char}\r\n`).join('')}0\r\n\r\n`));
  t.true(decoder.isDone);
  t.is(Buffer.from(decoder.body()).toString(), body.join(''));
});
