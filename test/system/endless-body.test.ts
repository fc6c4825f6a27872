// SPDX-License-Identifier: MIT
// A POST whose sender keeps the connection open: the built program answers and ends, while its input
// still is not at its end. It waits as long as on a router, which is what this test waits for too.
import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NATIVE_TARGET } from '../_helpers/site.ts';
import { makeTree, type Target } from '../runtime/_runner.ts';

const ROWS: ReadonlyArray<readonly [name: string, path: string, length: string | undefined, sent: string, status: string]> = [
  ['a body that never ends', '/initiate', undefined, 'iss=x', '408'],
  ['a length larger than what comes', '/initiate', '100', 'iss=x', '408'],
  ['no byte of its body', '/backchannel-logout', '100', '', '408'],
  ['a whole body, and an open end', '/initiate', '5', 'iss=x', '303'],
  ['a whole body, and more', '/initiate', '5', 'iss=xyz', '303'],
];

for (const [name, path, length, sent, status] of ROWS) {
  test(`a POST to ${path} with ${name} is answered ${status} while its sender waits`, async (t) => {
    t.timeout(60_000);
    const tree = makeTree(t, NATIVE_TARGET as Target, 'luci-sso');
    const child = spawn(`${tree}/www/cgi-bin/luci-sso`, [], {
      env: {
        GATEWAY_INTERFACE: 'CGI/1.1',
        REQUEST_METHOD: 'POST',
        PATH_INFO: path,
        HTTPS: 'on',
        HTTP_HOST: 'router.test',
        REMOTE_ADDR: '192.0.2.1',
        QUERY_STRING: '',
        CONTENT_TYPE: 'application/x-www-form-urlencoded',
        ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
    child.stdin.on('error', () => undefined);
    child.stdin.write(sent);
    t.deepEqual(await once(child, 'exit'), [0, null]);
    if (!child.stdout.readableEnded) await once(child.stdout, 'end');
    t.regex(answer, new RegExp(`^Status: ${status} `), answer);
    t.false(child.stdin.writableEnded, 'nobody ended the input');
    child.stdin.destroy();
  });
}
