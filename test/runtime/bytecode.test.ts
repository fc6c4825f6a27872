// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { built, compileModule, makeTree, ROOT, run, RUNNER_TARGETS, type Target } from './_runner.ts';

const FEATURES = path.join(ROOT, 'test/runtime/fixtures/features.js');

for (const target of ['x86_64', 'mips_24kc', 'arm_cortex-a7', 'aarch64', 'x86_64-asan'] satisfies Target[]) {
  test(`bytecode answers ?action=enabled on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'luci-sso');
    const env = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', QUERY_STRING: 'action=enabled', SCRIPT_NAME: '/cgi-bin/luci-sso' };
    const answer = await run(tree, target, { env });
    t.is(answer.status, 0);
    const [head, body] = answer.stdout.split('\r\n\r\n');
    t.is(head!.split('\r\n')[0], 'Status: 200 OK');
    t.true(head!.includes('\r\nContent-Type: application/json\r\n'));
    t.is(body, '{"enabled":false}', 'no ubus in this tree');
  });
}

function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function compileOnMips(t: ExecutionContext, files: readonly string[], kept: string): string {
  const folder = temporaryFolder(t);
  execFileSync('qemu-mips', [built('mips_24kc', 'mkbc'), '-k', kept, '-o', folder, ...files]);
  return folder;
}

test('big-endian bytecode of every chunk is what a big-endian machine writes', (t) => {
  const chunks = readdirSync(built('bundle')).filter((name) => name.endsWith('.js'));
  t.true(chunks.includes('core.js') && chunks.includes('load.js'));
  const folder = compileOnMips(
    t,
    chunks.map((name) => built('bundle', name)),
    'load.js',
  );
  t.deepEqual(readdirSync(built('bytecode/be')).sort(), [...chunks.map((name) => `${name}.bc`), 'chunks.c'].sort());
  for (const name of chunks) {
    t.deepEqual(readFileSync(built('bytecode/be', `${name}.bc`)), readFileSync(path.join(folder, `${name}.bc`)), name);
  }
});

test('big-endian bytecode of every kind of statement is what a big-endian machine writes', (t) => {
  const source = readFileSync(FEATURES, 'utf8');
  for (const kept of ['features.js', 'nothing']) {
    const folder = compileOnMips(t, [FEATURES], kept);
    const ours = temporaryFolder(t);
    execFileSync(built('host/mkbc'), ['-B', '-k', kept, '-o', ours, FEATURES]);
    t.deepEqual(readFileSync(path.join(ours, 'features.js.bc')), readFileSync(path.join(folder, 'features.js.bc')));
  }
  t.notDeepEqual(readFileSync(compileModule(t, 'x86_64', source)), readFileSync(compileModule(t, 'mips_24kc', source)));
});

test('bytecode does the same on both byte orders as the source does in Node', async (t) => {
  const expected = JSON.stringify((await import(FEATURES)).compute());
  for (const target of RUNNER_TARGETS) {
    const tree = makeTree(t, target, 'run-chunks');
    const outcome = await run(tree, target, { args: [compileModule(t, target, readFileSync(FEATURES, 'utf8'), 'features.js')] });
    t.is(outcome.status, 0, outcome.stderr);
    t.is(Buffer.from(outcome.stdout, 'latin1').toString('utf16le'), expected);
  }
});

test('the bytecode compiler refuses a regular expression', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'bad.js'), 'export const isDigit = (text) => /^[0-9]$/.test(text);\n');
  const error = t.throws(() => execFileSync(built('host/mkbc'), ['-o', folder, path.join(folder, 'bad.js')], { stdio: 'pipe' }));
  t.true(String((error as { stderr?: unknown }).stderr).includes('bad.js: SyntaxError: RegExp are not supported'));
});
