// SPDX-License-Identifier: MIT
// The stand-in of uhttpd against what was measured on a real router, with tiny shell programs as CGI.
import test from 'ava';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { until } from '../../_helpers/until.ts';
import { parseOutput } from './cgi.ts';
import { startRouter, type Router } from './router.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-cgi-'));
const routers: Router[] = [];
test.after.always(async () => {
  for (const router of routers) await router.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function routerWith(name: string, script: string, options: { scriptTimeoutMs?: number } = {}): Promise<Router> {
  const program = path.join(folder, name);
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  const router = await startRouter({ program, ...options });
  routers.push(router);
  return router;
}

/** Sends bytes as they are; everything that comes back until the server closes. */
function raw(router: Router, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(router.url).port), '127.0.0.1', () => socket.write(Buffer.from(request, 'latin1')));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

const SHOW = `printf 'Content-Type: text/plain\\r\\n\\r\\n'; tr '\\0' '\\n' < /proc/$$/environ | sort; echo "cwd=$(pwd)"; echo "args=$#"; cat`;

test('a program gets exactly the variables of uhttpd', async (t) => {
  const router = await routerWith('show', SHOW);
  const port = new URL(router.url).port;
  const answer = await raw(
    router,
    `POST /cgi-bin/luci-sso/a%20b/c?x=%20y HTTP/1.1\r\nHost: router:${port}\r\nCookie: a=b\r\nX-Forwarded-Proto: https\r\nSec-Fetch-Site: none\r\nUser-Agent: t\r\nAccept-Language: de\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody`,
  );
  const lines = (answer.split('\r\n\r\n')[1] ?? '').split('\n');
  const www = path.join(router.tree, 'www');
  const remotePort = lines.find((l) => l.startsWith('REMOTE_PORT='));
  t.deepEqual(lines, [
    'CONTENT_LENGTH=4',
    'CONTENT_TYPE=text/plain',
    `DOCUMENT_ROOT=${www}`,
    'GATEWAY_INTERFACE=CGI/1.1',
    'HTTP_ACCEPT_LANGUAGE=de',
    'HTTP_CONNECTION=close',
    'HTTP_COOKIE=a=b',
    `HTTP_HOST=router:${port}`,
    'HTTP_USER_AGENT=t',
    'PATH=/sbin:/usr/sbin:/bin:/usr/bin',
    'PATH_INFO=/a b/c',
    'QUERY_STRING=x=%20y',
    'REDIRECT_STATUS=200',
    'REMOTE_ADDR=127.0.0.1',
    'REMOTE_HOST=127.0.0.1',
    remotePort,
    'REQUEST_METHOD=POST',
    'REQUEST_URI=/cgi-bin/luci-sso/a%20b/c?x=%20y',
    `SCRIPT_FILENAME=${www}/cgi-bin/luci-sso`,
    'SCRIPT_NAME=/cgi-bin/luci-sso',
    'SERVER_ADDR=127.0.0.1',
    'SERVER_NAME=127.0.0.1',
    `SERVER_PORT=${port}`,
    'SERVER_PROTOCOL=HTTP/1.1',
    'SERVER_SOFTWARE=uhttpd',
    `cwd=${www}`,
    'args=0',
    'body',
  ]);
});

test('a line of more than 4,096 bytes gets 413 on every page', async (t) => {
  const router = await routerWith('lines', SHOW);
  const answer = async (page: string, cookieBytes: number) =>
    (await raw(router, `GET ${page} HTTP/1.1\r\nCookie: ${'a'.repeat(cookieBytes)}\r\nConnection: close\r\n\r\n`)).slice(0, 12);
  for (const page of ['/cgi-bin/luci-sso', '/luci-static/resources/luci-sso-login.js']) {
    t.is(await answer(page, 4050), 'HTTP/1.1 200', page);
    t.is(await answer(page, 4100), 'HTTP/1.1 413', page);
  }
  t.is(await answer('/cgi-bin/luci/', 4050), 'HTTP/1.1 403');
  t.is(await answer('/cgi-bin/luci/', 4100), 'HTTP/1.1 413');
  t.is((await raw(router, `GET /${'a'.repeat(4200)} HTTP/1.1\r\n\r\n`)).slice(0, 12), 'HTTP/1.1 413');
});

test('the output of a program is read as uhttpd reads it', (t) => {
  const status = (text: string) => parseOutput(Buffer.from(text)).status;
  t.is(status('Status: 404 Not Found\r\n\r\n'), 404);
  t.is(status('status: 404 Not Found\n\n'), 200);
  t.is(status('Status: 404\n\n'), 200);
  t.is(status('Location: /x\n\n'), 200);
  t.is(status('Content-Type: text/html\n'), 502);
  t.is(status('\nbody'), 200);
  t.is(status(''), 502);
  t.is(status('no colon\n\nbody'), 502);
  t.is(status(`X: ${'a'.repeat(3000)}\n\n`), 200);
  t.is(status(`X: ${'a'.repeat(5000)}\n\n`), 502);
  const repeated = parseOutput(Buffer.from('Set-Cookie: a=1\nSet-Cookie: b=2\n\nbody\n'));
  t.deepEqual(repeated.headers, [
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
  ]);
  t.is(repeated.body.toString(), 'body\n');
});

test('HEAD drops the body and keeps its length; unknown programs are 404', async (t) => {
  const router = await routerWith('head', `printf 'Content-Type: text/plain\\n\\n12345'`);
  const answer = await raw(router, 'HEAD /cgi-bin/luci-sso HTTP/1.1\r\nConnection: close\r\n\r\n');
  t.regex(answer, /Content-Length: 5\r\n/);
  t.true(answer.endsWith('\r\n\r\n'));
  t.regex(await raw(router, 'GET /cgi-bin/other HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 404/);
  t.regex(await raw(router, 'GET /cgi-bin/luci-ssox HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 404/);
});

test('at most three scripts run at once, the others wait', async (t) => {
  const gate = path.join(folder, 'gate');
  const router = await routerWith(
    'slow',
    `echo >>${gate}.begun; until [ -e ${gate} ]; do sleep 0.02; done; printf 'Content-Type: text/plain\\n\\nok'`,
  );
  let ended = 0;
  const answers = Array.from({ length: 7 }, async () => {
    const answer = await raw(router, 'GET /cgi-bin/luci-sso HTTP/1.1\r\nConnection: close\r\n\r\n');
    ended++;
    return answer;
  });
  const begun = (): number => (existsSync(`${gate}.begun`) ? readFileSync(`${gate}.begun`).length : 0);
  await until(() => (begun() === 3 ? true : undefined));
  // A request that comes after all seven, for something else, is answered: they have arrived, and four wait.
  t.regex(await raw(router, 'GET /cgi-bin/other HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 404/);
  t.deepEqual([begun(), router.running().now, ended], [3, 3, 0]);
  writeFileSync(gate, '');
  t.true((await Promise.all(answers)).every((answer) => answer.endsWith('ok')));
  t.is(router.running().most, 3);
  t.is(router.running().now, 0);
});

test('a script that takes too long is killed: 502, and its slot is free again', async (t) => {
  const router = await routerWith('stuck', 'sleep 30', { scriptTimeoutMs: 150 });
  t.regex(await raw(router, 'GET /cgi-bin/luci-sso HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 502/);
  t.is(router.running().now, 0);
});

test('what a program writes to standard error is the log', async (t) => {
  const router = await routerWith('log', `echo 'one line' >&2; printf '\\n'`);
  await raw(router, 'GET /cgi-bin/luci-sso HTTP/1.1\r\nConnection: close\r\n\r\n');
  t.deepEqual(router.log(), ['one line']);
});

test('LuCI: form, password login, session check, logout', async (t) => {
  const router = await routerWith('luci', SHOW);
  const get = (cookie: string, page = '/cgi-bin/luci/admin/status') =>
    raw(router, `GET ${page} HTTP/1.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`);
  const login = (password: string) => {
    const body = `luci_username=root&luci_password=${password}`;
    return raw(
      router,
      `POST /cgi-bin/luci/admin/x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  };
  t.regex(await get('a=b'), /^HTTP\/1\.1 403 [^]*X-LuCI-Login-Required: yes[^]*name="luci_password"/);
  t.regex(await login('wrong'), /^HTTP\/1\.1 403 [^]*Invalid username/);
  const answer = await login('router');
  const [, id = ''] =
    /^HTTP\/1\.1 302 [^]*Location: \/cgi-bin\/luci\/admin\/x\r\n[^]*Set-Cookie: sysauth_http=([0-9a-f]{32}); path=\/cgi-bin\/luci\/; SameSite=strict; HttpOnly\r\n/.exec(
      answer,
    ) ?? [];
  t.regex(await get(`sysauth_http=${id}`), /^HTTP\/1\.1 200 [^]*You are logged in/);
  t.regex(await get(`x=y; sysauth_https=${id}`), /^HTTP\/1\.1 200 /, 'either name is taken');
  const session = router.sessions()[0];
  delete session?.data.token;
  t.regex(await get(`sysauth_http=${id}`), /^HTTP\/1\.1 403 /, 'no token, no login');
  if (session !== undefined) session.data.token = 'abc';
  t.regex(await get(`sysauth_http=${id}`, '/cgi-bin/luci/admin/logout'), /^HTTP\/1\.1 302 /);
  t.is(router.sessions().length, 0);
});

test('a stopped router leaves nothing behind', async (t) => {
  const router = await startRouter({ program: '/bin/true' });
  t.is(readFileSync(path.join(router.tree, 'etc/config/luci-sso'), 'utf8').includes("option enabled '0'"), true);
  await router.stop();
  t.throws(() => readFileSync(path.join(router.tree, 'etc/config/luci-sso')));
});
