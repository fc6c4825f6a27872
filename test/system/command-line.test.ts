// SPDX-License-Identifier: MIT
// The command line whole: the built program on a test router. docs/command-line.md shows what it prints,
// and `UPDATE=1 npx ava test/system/command-line.test.ts` writes that down anew.
import test from 'ava';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DOCUMENT, commandLineReference, runCommand, withReference } from '../_helpers/command-line.ts';
import { CLIENTS, startScene } from '../_helpers/scene.ts';

const SECONDS = 1000;

test('the page about the command line shows what the program prints', async (t) => {
  t.timeout(120 * SECONDS);
  const written = readFileSync(DOCUMENT, 'utf8');
  const now = withReference(written, await commandLineReference());
  if (process.env.UPDATE === '1') writeFileSync(DOCUMENT, now);
  else t.is(written, now, 'run: UPDATE=1 npx ava test/system/command-line.test.ts');
  t.false(now.includes(CLIENTS.confidential.secret));
});

test('what fails is not saved', async (t) => {
  t.timeout(120 * SECONDS);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  const file = path.join(scene.router.tree, 'etc/config/luci-sso');
  const before = readFileSync(file, 'utf8');
  const { status, output } = await runCommand(scene, [
    'setup',
    '--issuer',
    scene.provider.issuer,
    '--client-id',
    'nobody',
    '--public',
    '--ca-file',
    '/etc/provider-ca.pem',
    '--redirect-uri',
    `${scene.router.url}/cgi-bin/luci-sso/callback`,
    '--email',
    'a@b.test',
  ]);
  t.is(status, 1);
  t.regex(output, /FAIL {2}client_auth {2}no client secret is set, and the provider demands one: HTTP 401 invalid_client/);
  t.is(readFileSync(file, 'utf8'), before);
});

/** Runs a command on a terminal of its own and types the lines when it waits for one. */
const TERMINAL = `
import os, pty, sys
lines = sys.stdin.read().split('\\n')
pid, fd = pty.fork()
if pid == 0:
    os.execve(sys.argv[1], sys.argv[1:], {})
seen = b''
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if seen.endswith(b': ') and lines:
        os.write(fd, lines.pop(0).encode() + b'\\n')
        seen += b'|'
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

(spawnSync('python3', ['-c', 'import pty']).status === 0 ? test : test.skip)(
  'on a terminal a person is asked, and the secret is not shown',
  async (t) => {
    t.timeout(120 * SECONDS);
    const scene = await startScene();
    t.teardown(() => scene.stop());
    await scene.router.uci('set', 'luci-sso.default.ca_file=/etc/provider-ca.pem');
    await scene.router.uci('commit', 'luci-sso');
    const { id, secret } = CLIENTS.confidential;
    const callback = `${scene.router.url}/cgi-bin/luci-sso/callback`;
    const child = spawn('python3', ['-c', TERMINAL, path.join(scene.router.tree, 'usr/sbin/luci-sso'), 'setup'], { stdio: 'pipe' });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (shown += text));
    child.stdin.end([scene.provider.issuer, id, secret, callback, 'alice@example.com'].join('\n'));
    const status = await new Promise((resolve) => child.on('close', resolve));
    t.is(status, 0, shown);
    t.true(shown.includes(`Client ID: |${id}\r\n`), shown);
    t.true(shown.includes('Client secret (empty for a public client): |\r\n'), shown);
    t.false(shown.includes(secret));
    t.true(shown.includes('\x1b[33mWARN\x1b[0m'), 'with colours');
    t.is(await scene.router.uci('get', 'luci-sso.default.client_secret'), `${secret}\n`);
    t.is(await scene.router.uci('get', 'luci-sso.default.redirect_uri'), `${callback}\n`);
  },
);
