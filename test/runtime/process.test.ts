// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { emulator } from '../_helpers/emulator.ts';
import { compileModule, makeTree, PRINT, runBody, RUNNER_TARGETS, valueOf } from './_runner.ts';

/** Listens on <tree>/dev/log as a log daemon does (Node has no Unix datagram sockets). */
async function listenLog(t: ExecutionContext, tree: string): Promise<() => Promise<string[]>> {
  const script = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('ready', flush=True)
while (data := s.recv(65536)) != b'end': print(data.hex(), flush=True)`;
  const daemon = spawn('python3', ['-c', script, path.join(tree, 'dev/log')], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => daemon.kill());
  let text = '';
  daemon.stdout.on('data', (data) => {
    text += String(data);
  });
  await once(daemon.stdout, 'data');
  return async () => {
    const sender = spawn('python3', [
      '-c',
      'import socket, sys\nsocket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"end", sys.argv[1])',
      path.join(tree, 'dev/log'),
    ]);
    await Promise.all([once(sender, 'exit'), once(daemon, 'exit')]);
    return text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Buffer.from(line, 'hex').toString('utf8'));
  };
}

/**
 * What OpenWrt's logd keeps of a datagram: the text behind <PRI>, and of that not the first 16 bytes when the 16th is a
 * blank, which it takes for a date's end.
 */
function keptByLogd(datagram: string): string {
  const text = datagram.replace(/^<\d+>/, '');
  return text[15] === ' ' ? text.slice(16) : text;
}

for (const target of RUNNER_TARGETS) {
  test(`log lines reach the log daemon as they are, and never as a format, on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const end = await listenLog(t, tree);
    const outcome = await runBody(
      t,
      target,
      `
      host.log(3, '%s%n%x'); host.log(6, 'one\\ntwo\\r\\u0000\\u001b[1m\\u007f'); host.log(4, 'Gr\\u00fc\\u00dfe\\u009b');
      host.log(7, 'x'.repeat(70000)); return 0;`,
      { tree },
    );
    t.deepEqual([outcome.status, outcome.stderr], [0, '']);
    const sent = await end();
    for (const line of sent) {
      for (const pid of ['7', '42', '123', '1234', '32768', '123456', '4194304']) {
        const kept = keptByLogd(line.replace(/\[\d+\]/, `[${pid}]`));
        t.true(kept.startsWith(`luci-sso[${pid}]: `), `logread -e luci-sso misses: ${kept.slice(0, 40)}`);
      }
      const [, month = '', rest = ''] = /^<\d+>(\w{3}) ([ 1-3]\d \d\d:\d\d:\d\d) /.exec(line) ?? [];
      const age = Date.now() - Date.parse(`${month} ${rest} ${new Date().getUTCFullYear()} UTC`);
      t.true(Math.abs(age) < 60_000, line.slice(0, 40));
    }
    const lines = sent.map((line) => line.replace(/^(<\d+>).{16}/, '$1').replace(/\[\d+\]/, '[pid]'));
    t.deepEqual(lines.slice(0, 3), ['<27>luci-sso[pid]: %s%n%x', '<30>luci-sso[pid]: one?two???[1m?', '<28>luci-sso[pid]: Grüße??']);
    t.regex(lines[3]!, /^<31>luci-sso\[pid\]: x{900,1000}$/);
  });

  test(`a log line that no daemon takes goes to standard error on ${target}`, async (t) => {
    t.is((await runBody(t, target, 'host.log(4, "a %s\\nb"); return 0;')).stderr, 'luci-sso: a %s?b\n');
  });

  test(`a log level that syslog has not is a mistake on ${target}`, async (t) => {
    const levels = 'return [-1, 8, 3].map((level) => { try { host.log(level, ""); return 0; } catch (error) { return error.name; } });';
    t.deepEqual(await valueOf(t, target, levels), ['RangeError', 'RangeError', 0]);
  });

  test(`environment and arguments come as one character per byte on ${target}`, async (t) => {
    const body = 'return [host.env("WIDE"), host.env("EMPTY"), String(host.env("NONE")), host.args().slice(1)];';
    const value = await valueOf(t, target, body, { env: { WIDE: 'ü', EMPTY: '' }, args: ['a b', 'ü', ''] });
    t.deepEqual(value, ['Ã¼', '', 'undefined', ['a b', 'Ã¼', '']]);
  });

  test(`standard input is read up to its end, and not above the limit, on ${target}`, async (t) => {
    const body = 'const got = host.readInput(5); return got.ok ? [...got.bytes] : got.reason;';
    t.deepEqual(await valueOf(t, target, body, { input: Uint8Array.of(0, 255, 10) }), [0, 255, 10]);
    t.deepEqual(await valueOf(t, target, body, { input: Uint8Array.of(1, 2, 3, 4, 5) }), [1, 2, 3, 4, 5]);
    t.deepEqual(await valueOf(t, target, body, { input: new Uint8Array(6) }), 'too-large');
    t.deepEqual(await valueOf(t, target, body), []);
  });

  test(`a body is read to its length, and neither its end nor more is waited for, on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const body = `const take = (max, ms) => { const got = host.readBody(max, host.bootMilliseconds() + ms); return got.ok ? String.fromCharCode(...got.bytes) : got.reason; };
      print(host, [take(3, 60000), take(0, 0), take(2, 60000), take(9, 50)]); return 0;`;
    const module = compileModule(t, target, `${PRINT}export function main(host) {${body}}`);
    const [command, ...args] = [...emulator(target), path.join(tree, 'www/cgi-bin/luci-sso'), module];
    const child = spawn(command!, args, { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data) => {
      said += String(data);
    });
    child.stdin.write('abcde'); // and the pipe stays open
    await once(child, 'close');
    t.is(said, '["abc","","de","timeout"]');
    t.deepEqual(
      await valueOf(t, target, 'const got = host.readBody(9, host.bootMilliseconds() + 60000); return [...got.bytes];', {
        input: Uint8Array.of(1, 2),
      }),
      [1, 2],
    );
  });

  test(`lines are read one by one, and what follows is left for others, on ${target}`, async (t) => {
    const body = `const line = (max, secret) => { const got = host.readLine(max, secret); return got.ok ? String.fromCharCode(...got.bytes) : got.reason; };
      return [line(9, false), line(9, true), line(2, false), line(9, false), line(0, true), host.readInput(9).bytes.length, line(9, true)];`;
    t.deepEqual(await valueOf(t, target, body, { input: Buffer.from('first\n\nlong\nx\n\nrest') }), [
      'first',
      '',
      'too-large',
      'g',
      'too-large',
      6,
      'missing',
    ]);
    t.deepEqual(await valueOf(t, target, 'return [0, 1, 2].map((stream) => host.isTerminal(stream));'), [false, false, false]);
  });

  test(`standard error takes bytes as they are on ${target}`, async (t) => {
    t.is((await runBody(t, target, 'host.writeError(new Uint8Array([65, 10])); return 0;')).stderr, 'A\n');
  });

  test(`standard output is written whole, views included, on ${target}`, async (t) => {
    const body =
      'const all = new Uint8Array(200000).fill(65); host.writeOutput(all.subarray(1)); host.writeOutput(all.subarray(0, 0)); return 0;';
    t.is((await runBody(t, target, body)).stdout, 'A'.repeat(199999));
  });

  test(`writing to a closed standard output throws on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const module = compileModule(
      t,
      target,
      `export function main(host) {
      try { host.writeOutput(new Uint8Array(1)); } catch (error) { return error.name === 'InternalError' ? 21 : 22; } return 23; }`,
    );
    const full = openSync('/dev/full', 'w');
    const [command, ...args] = [...emulator(target), path.join(tree, 'www/cgi-bin/luci-sso'), module];
    const [status] = (await once(spawn(command!, args, { stdio: ['ignore', full, 'inherit'] }), 'exit')) as [number];
    closeSync(full);
    t.is(status, 21);
  });

  test(`random bytes differ, are as many as asked for, and bounded, on ${target}`, async (t) => {
    const value = await valueOf(
      t,
      target,
      `
      const tried = (count) => { try { return host.random(count).length; } catch (error) { return error.name; } };
      return [tried(1), tried(256), tried(257), tried(0), tried(-1), [...host.random(16)].join() === [...host.random(16)].join()];`,
    );
    t.deepEqual(value, [1, 256, 'RangeError', 'RangeError', 'RangeError', false]);
  });

  test(`the clocks are the system's on ${target}`, async (t) => {
    const [wall, boot] = (await valueOf(t, target, 'return [host.wallSeconds(), host.bootMilliseconds()];')) as [number, number];
    t.true(Math.abs(wall - Date.now() / 1000) < 60 && Number.isInteger(wall));
    t.true(boot > 0 && boot < 100 * 365 * 86400_000 && Number.isInteger(boot));
  });

  test(`arguments of the wrong type throw and do nothing on ${target}`, async (t) => {
    const value = await valueOf(
      t,
      target,
      `
      const tried = (action) => { try { action(); return 'nothing'; } catch (error) { return error.name; } };
      return [() => host.writeOutput('text'), () => host.writeOutput(), () => host.env('A\\u0000B'), () => host.env(Symbol('x')),
        () => host.readInput(-1), () => host.stateRead('a', 1e12), () => host.fileRead('relative', 1), () => host.stateCreate('a', [1]),
        () => host.streamRead(0, 1, 0), () => host.streamClose(99), () => host.connectTls(), () => host.connectTls({ name: 'a', address: '', caFile: '', port: 70000, connectDeadline: 1, deadline: 1 })].map(tried);`,
    );
    t.deepEqual(value, [
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'RangeError',
      'RangeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ]);
  });
}
