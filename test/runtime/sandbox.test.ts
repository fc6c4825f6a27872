// SPDX-License-Identifier: MIT
// The network child's sandbox from inside: act.c is linked with the shipped objects and tries what a program that was
// broken into would try. With the kernel's filter, and without it, as on a kernel that has none.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ACTS, meaning } from '../system/kernels/acts.ts';
import { built } from './_runner.ts';
import { folder } from './_tls-probe.ts';

const IS_ROOT = process.getuid?.() === 0;
const asRoot = IS_ROOT ? test : test.skip;
const { ENOSYS } = os.constants.errno;
const DENY = built('x86_64-asan', 'deny');
/** libc ends a smashed stack at once and does not return to where the bytes say. */
const SIGNALS = { filter: os.constants.signals.SIGSYS, stack: os.constants.signals.SIGILL };

/** A router's tree with act in the place of the program. */
async function install(t: ExecutionContext): Promise<string> {
  const tree = await folder(t);
  for (const place of ['www/cgi-bin', 'etc/config', 'var/run']) mkdirSync(path.join(tree, place), { recursive: true });
  for (const name of ['etc/hosts', 'etc/passwd', 'etc/config/luci-sso', 'var/run/ubus.sock'])
    writeFileSync(path.join(tree, name), 'root:x:0:0:\nluci-sso:x:4711:4712:::\n');
  copyFileSync(built('x86_64', 'act'), path.join(tree, 'www/cgi-bin/luci-sso'));
  return tree;
}

async function run(command: readonly string[], watch = (_said: string, _kill: () => void): void => undefined): Promise<string[]> {
  const program = spawn(command[0] ?? '', command.slice(1), { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
    watch(said, () => program.kill('SIGKILL'));
  });
  await new Promise((resolve, reject) => program.on('close', resolve).on('error', reject));
  return said.split('\n').filter((line) => line !== '' && !line.startsWith('child: '));
}

for (const [act, [filtered, connected, unfiltered]] of Object.entries(ACTS)) {
  asRoot(`the network child cannot: ${act} (as root; security 113)`, async (t) => {
    const program = path.join(await install(t), 'www/cgi-bin/luci-sso');
    const outcome = async (...command: string[]): Promise<string[]> => (await run(command)).map((line) => meaning(line, SIGNALS));
    t.deepEqual(await outcome(program, act), ['holds: chroot user limits seccomp', filtered]);
    t.deepEqual(await outcome(program, act, 'connected'), ['holds: chroot user limits seccomp', connected]);
    if (existsSync(DENY))
      t.deepEqual(await outcome(DENY, 'seccomp', String(ENOSYS), program, act), ['holds: chroot user limits', unfiltered]);
  });
}

asRoot('the root folder of the network child has copies of two files, with numbers for interfaces, and nothing else', async (t) => {
  const tree = await install(t);
  writeFileSync(path.join(tree, 'etc/resolv.conf'), 'nameserver fe80::1%lo\nnameserver fe80::2%none\n# 100%lo\n');
  const program = path.join(tree, 'www/cgi-bin/luci-sso');
  for (let i = 0; i < 2; i++) {
    t.deepEqual(await run([program, 'hosts']), ['holds: chroot user limits seccomp', 'done']);
    const list = await run(['find', path.join(tree, 'var/run/luci-sso-net'), '-printf', '%P %m %u\n']);
    t.deepEqual(list.sort(), [' 755 root', 'etc 755 root', 'etc/hosts 644 root', 'etc/resolv.conf 644 root']);
  }
  t.is(
    readFileSync(path.join(tree, 'var/run/luci-sso-net/etc/resolv.conf'), 'utf8'),
    'nameserver fe80::1%1\nnameserver fe80::2%none\n# 100%1\n',
  );
  writeFileSync(path.join(tree, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
  await run([program, 'hosts']);
  t.is(readFileSync(path.join(tree, 'var/run/luci-sso-net/etc/resolv.conf'), 'utf8'), 'nameserver 127.0.0.1\n');
});

asRoot('the network child does not use a root folder that others can write to', async (t) => {
  const tree = await install(t);
  await run(['mkdir', '-m', '777', path.join(tree, 'var/run/luci-sso-net')]);
  t.deepEqual(await run([path.join(tree, 'www/cgi-bin/luci-sso'), 'hosts']), ['status: 7']);
});

test('the network child dies with its parent, and says what holds when the program is not root', async (t) => {
  const program = path.join(await install(t), 'www/cgi-bin/luci-sso');
  let child = 0;
  const lines = await run([program, 'wait'], (said, kill) => {
    child = Number(/^child: (\d+)/.exec(said)?.[1] ?? 0);
    if (said.includes('holds: ')) kill();
  });
  t.deepEqual(lines, [`holds: ${IS_ROOT ? 'chroot user ' : ''}limits seccomp`]);
  t.true(child > 0);
  while (existsSync(`/proc/${child}`)) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('the shipped program has nothing of the program that tries', (t) => {
  const shipped = readFileSync(built('x86_64', 'luci-sso')),
    tries = readFileSync(built('x86_64', 'act'));
  for (const text of ['/proc/1/cmdline', 'refused: %s', 'status: %d']) {
    t.true(tries.includes(text), text);
    t.false(shipped.includes(text), text);
  }
});
