// SPDX-License-Identifier: MIT
// Seeded fuzzing of the C side under the sanitizers: the parsers and files by fuzz/*.c, the bindings by
// hostile JavaScript. `make fuzz-c CASES=... SEED=...` runs more of it.
import { execFile } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { recordAll } from './_record-flights.ts';
import { built, compileModule, makeTree, ROOT, run } from './_runner.ts';

const CASES = Number(process.env.CASES ?? 10_000);
const SEED = Number(process.env.SEED ?? 20260101);
const FUZZ = built('x86_64-asan', 'fuzz');
const CASES_OF_ONE_PROCESS = 1000;
const HOSTILE = fileURLToPath(new URL('_hostile-values.js', import.meta.url));
const FUNCTIONS = [
  'args',
  'bootMilliseconds',
  'connectTls',
  'connectUnix',
  'directoryList',
  'env',
  'fileRead',
  'isTerminal',
  'log',
  'random',
  'readBody',
  'readInput',
  'readLine',
  'stateCreate',
  'stateList',
  'stateLock',
  'stateRead',
  'stateRemove',
  'stateReplace',
  'streamClose',
  'streamRead',
  'streamWrite',
  'wallSeconds',
  'writeError',
  'writeOutput',
  'bytesToLatin1',
  'decodeBase64url',
  'decodeUtf8',
  'encodeBase64url',
  'encodeFormPart',
  'encodeUtf8',
  'isWithin',
  'latin1ToBytes',
  'sha256',
  'sha384',
  'sha512',
];

const FLIGHTS = fileURLToPath(new URL('fuzz/corpus/flights', import.meta.url));
// A new mbedTLS may say another ClientHello: then UPDATE=1 records the handshakes again.
if (process.env.UPDATE === '1') test.before(() => recordAll(FUZZ, FLIGHTS));

const TARGETS = {
  pem: 'certificates are cut out of any text, in place too, and are what the text says',
  trust: 'CA files of any content and kind never break the reader',
  issuers: 'certificates of any bytes never break the search for their issuers',
  constraints: 'name constraints of any bytes are refused or read as a plain reading says',
  frames: 'whatever the network process sends, the parent delivers what a plain reading of its frames gives',
  state: 'state files of any name and among any neighbours stay in their folder',
  paths: 'the tree of any program name is found as a plain reading says',
  log: 'log lines of any bytes are one record without control characters',
  flights: 'whatever a TLS server sends, the network process believes no handshake but the true one',
};

for (const [target, title] of Object.entries(TARGETS)) {
  test(`fuzz: ${title}`, async (t) => {
    t.timeout(24 * 3600_000);
    const { stdout } = await promisify(execFile)(FUZZ, [target, String(CASES), String(SEED)], { cwd: ROOT, env: {} });
    t.regex(stdout, new RegExp(`^fuzz ${target}: ${CASES} cases, seed ${SEED}, `));
    t.log(stdout.trim());
  });
}

for (const [name, title, agreed] of [
  ['1.2-ecdsa', 'TLS 1.2, ECDSA', 'TLSv1.2 TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256'],
  ['1.2-rsa', 'TLS 1.2, RSA', 'TLSv1.2 TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256'],
  ['1.3', 'TLS 1.3, ECDSA', 'TLSv1.3 TLS1-3-AES-128-GCM-SHA256'],
  ['1.3-rsa', 'TLS 1.3, RSA', 'TLSv1.3 TLS1-3-AES-128-GCM-SHA256'],
  ['1.3-retry', 'TLS 1.3 after a HelloRetryRequest', 'TLSv1.3 TLS1-3-AES-128-GCM-SHA256'],
] as const) {
  test(`a recorded handshake is a whole one for who was recorded: ${title}`, async (t) => {
    // Without a case the target plays each recording as it is, and fails unless it ends with the answer.
    const { stdout } = await promisify(execFile)(FUZZ, ['flights', '0', '1'], { cwd: ROOT, env: {} });
    t.true(stdout.includes(` ${name}: ${agreed};`), stdout);
    const messages = readFileSync(path.join(FLIGHTS, `${name}.txt`), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('open 22 02'));
    t.is(messages.length, name === '1.3-retry' ? 2 : 1, 'ServerHello');
  });
}

test('a failure whose text comes later than its head ends a stream for good, also at a look', async (t) => {
  // Found by fuzzing: it was a 'timeout', which says that the connection may be used again.
  const { stdout } = await promisify(execFile)(FUZZ, ['frames', '1', '1496', '760010'], { cwd: ROOT, env: {} });
  t.regex(stdout, /^fuzz frames: 1 cases/);
});

test('fuzz: host functions take or refuse any value, without a report', async (t) => {
  t.timeout(24 * 3600_000);
  const tree = makeTree(t, 'x86_64-asan', 'run-chunks');
  writeFileSync(path.join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
  const echo = net.createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(path.join(tree, 'var/run/echo.sock'), resolve));
  t.teardown(() => echo.close());
  const module = compileModule(t, 'x86_64-asan', readFileSync(HOSTILE, 'utf8'));
  const total: Record<string, Record<string, number>> = {};
  for (let first = 0; first < CASES; first += CASES_OF_ONE_PROCESS) {
    const args = [module, String(SEED), String(Math.min(CASES_OF_ONE_PROCESS, CASES - first)), String(first)];
    const outcome = await run(tree, 'x86_64-asan', {
      args,
      env: { PATH: '/bin' },
      input: Buffer.from('line\n'.repeat(5000)),
      timeoutMs: 600_000,
    });
    t.is(outcome.status, 0, `from case ${first} of seed ${SEED}: ${outcome.stderr.slice(-3000)}`);
    t.notRegex(outcome.stderr, /Sanitizer|runtime error|INTERNAL_ERROR/);
    for (const [name, counts] of Object.entries(JSON.parse(outcome.stdout) as typeof total)) {
      const row = (total[name] ??= {});
      for (const [how, count] of Object.entries(counts)) row[how] = (row[how] ?? 0) + count;
    }
  }
  // Each was reached with arguments that it takes, too.
  for (const name of FUNCTIONS.filter((one) => one !== 'connectTls')) t.true((total[name]?.done ?? 0) > 0, name);
  t.true((total.connectTls?.failed ?? 0) > 0);
  t.log(`${CASES} cases, seed ${SEED}`, JSON.stringify(total));
});

for (const mistake of ['leak', 'overflow', 'undefined']) {
  test(`the sanitizers report a mistake that is made on purpose: ${mistake}`, async (t) => {
    const error = await t.throwsAsync<Error & { code: number; stderr: string }>(promisify(execFile)(FUZZ, ['prove', mistake], { env: {} }));
    t.is(error.code, 99);
    t.regex(error.stderr, { leak: /LeakSanitizer/, overflow: /heap-buffer-overflow/, undefined: /signed integer overflow/ }[mistake]!);
  });
}
