// SPDX-License-Identifier: MIT
// Each variable that a request reads, in each wrong form, at each page: a whole answer with a code of
// the closed table, no session, nothing left behind, and the next login works.
import test from 'ava';
import { REFUSALS } from '../../../src/refusals.ts';
import { ask, codeOf, type Answer, type Asked } from '../../_helpers/_fake-host.ts';
import { authorize, callbackQuery, finish, newWorld, start, type World } from '../../_helpers/_login.ts';

const VARIABLES = [
  'QUERY_STRING',
  'REQUEST_METHOD',
  'PATH_INFO',
  'HTTP_COOKIE',
  'HTTP_HOST',
  'HTTPS',
  'REMOTE_ADDR',
  'HTTP_ACCEPT_LANGUAGE',
  'HTTP_REFERER',
];
const EVERY_BYTE = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).join('');

const FORMS: ReadonlyArray<readonly [string, string | undefined]> = [
  ['absent', undefined],
  ['empty', ''],
  ['one blank', ' '],
  ['of 100,000 bytes', 'x'.repeat(100_000)],
  ['of 4,000 bytes', 'a=b&'.repeat(1000)],
  ['of 3,000 separators', '&;=,'.repeat(750)],
  ['of control bytes', '\x01\x02\x1b[31m\x7f'],
  ['with line breaks', 'x\r\nSet-Cookie: a=b\r\n\r\n<html>'],
  ['with an escaped NUL', 'x%00y'],
  ['with a NUL', 'x\0y'],
  ['of UTF-8', Buffer.from('é€😀', 'utf8').toString('latin1')],
  ['of no UTF-8', '\xff\xfe\xc0\x80\xed\xa0\x80'],
  ['of every byte', EVERY_BYTE],
  ['of markup', '"><script>alert(1)</script>'],
  ['of a number', '0'],
  ['like a path upwards', '/../../etc/shadow'],
  ['of percent signs', '%%%%'],
];

function assertWhole(t: import('ava').ExecutionContext, world: World, answer: Answer, what: string): void {
  const code = codeOf(answer);
  t.true(answer.status >= 200 && answer.status < 600, `${what}: status ${answer.status}`);
  t.not(code, 'INTERNAL_ERROR', `${what}: ${world.host.lines.join(' | ')}`);
  if (code !== '') t.is(answer.status, REFUSALS[code as keyof typeof REFUSALS][0], `${what}: ${code}`);
  else t.true([200, 302].includes(answer.status), `${what}: ${answer.status} without a code`);
  for (const [name, value] of answer.headers) t.regex(`${name}: ${value}`, /^[A-Za-z-]+: [\x20-\x7e]*$/, what);
  t.is(answer.headers.filter(([name]) => name === 'Content-Length').length, 1, what);
  t.false(/<script/i.test(answer.body), what);
}

for (const [form, value] of FORMS) {
  test(`a variable ${form} gets an answer with a code at every page`, async (t) => {
    for (const variable of VARIABLES) {
      for (const page of ['action=enabled', 'start', 'callback']) {
        const world = newWorld();
        const started = await start(world);
        authorize(world, started);
        const asked: Asked =
          page === 'callback'
            ? { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie }
            : { query: page === 'start' ? 'return_to=/cgi-bin/luci/admin' : page };
        const what = `${variable} ${form} at ${page}`;
        const answer = await ask(world.host, { ...asked, environment: { [variable]: value as string } });
        assertWhole(t, world, answer, what);
        const isHarmless = ['HTTP_ACCEPT_LANGUAGE', 'HTTP_REFERER', 'REMOTE_ADDR'].includes(variable);
        if (!isHarmless) t.is(world.host.router.sessions.size, 0, what);
        t.true(world.host.state.size <= 11, `${what}: ${[...world.host.state.keys()].join(' ')}`);
        t.is(codeOf(await finish(world, await start(world))), '', `the login behind ${what}`);
      }
    }
  });
}

test('a request with no variable but GATEWAY_INTERFACE is refused with a code', async (t) => {
  const world = newWorld();
  const unset = Object.fromEntries(VARIABLES.map((name) => [name, undefined as unknown as string]));
  const answer = await ask(world.host, { environment: unset });
  t.is(codeOf(answer), 'METHOD_NOT_ALLOWED');
});

for (const [name, query, code] of [
  ['100 parameters', Array.from({ length: 100 }, (_, i) => `p${i}=`).join('&'), ''],
  ['101 parameters', Array.from({ length: 101 }, (_, i) => `p${i}=`).join('&'), 'MALFORMED_REQUEST'],
  ['3,072 bytes', 'x'.repeat(3072), ''],
  ['3,073 bytes', 'x'.repeat(3073), 'INPUT_TOO_LARGE'],
  ['a cut escape at the end', 'a=%4', 'MALFORMED_REQUEST'],
] as const) {
  test(`a query of ${name} ${code === '' ? 'is read' : `is ${code}`}`, async (t) => {
    const answer = await ask(newWorld().host, { query });
    t.is(codeOf(answer), code);
    if (code === '') t.is(answer.status, 302);
  });
}

for (const [name, cookie, code] of [
  ['4,096 bytes', `a=${'x'.repeat(4094)}`, ''],
  ['4,097 bytes', `a=${'x'.repeat(4095)}`, 'INPUT_TOO_LARGE'],
  ['2,048 pairs', 'a;'.repeat(2048), ''],
] as const) {
  test(`a Cookie header of ${name} ${code === '' ? 'is read' : `is ${code}`}`, async (t) => {
    t.is(codeOf(await ask(newWorld().host, { cookie })), code);
  });
}

test('the randomness that fails at its second use or later ends in no session and no lie', async (t) => {
  for (let good = 1; good < 6; good++) {
    const world = newWorld();
    const started = await start(world);
    authorize(world, started);
    const random = world.host.random.bind(world.host);
    let calls = 0;
    world.host.random = (count) => {
      if (calls++ >= good) throw new Error('no entropy');
      return random(count);
    };
    const isLogin =
      codeOf(await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie })) === '';
    t.is(world.host.router.sessions.size, isLogin ? 1 : 0, `after ${good} good calls`);
    t.is(isLogin, calls <= good, 'a session without its randomness');
  }
});
