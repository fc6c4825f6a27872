// SPDX-License-Identifier: MIT
import test, { type ExecutionContext } from 'ava';
import { compileModule, makeTree, run, runBody, RUNNER_TARGETS, valueOf, type Outcome, type Target } from './_runner.ts';

const CGI = { GATEWAY_INTERFACE: 'CGI/1.1' };
const ANSWER =
  /^Status: 500 Internal Server Error\r\nContent-Type: text\/plain\r\nCache-Control: no-store\r\n(?:[A-Za-z-]+: [^\r\n]+\r\n)*\r\n[A-Za-z ,.-]+\n$/;

/** A calm page, and one printable line for the log (which no daemon takes in these trees). */
function assertCleanFailure(t: ExecutionContext, outcome: Outcome, logged: string): void {
  t.is(outcome.status, 1);
  t.regex(outcome.stdout, ANSWER);
  t.is(outcome.stderr, `luci-sso: INTERNAL_ERROR engine: ${logged}\n`);
}

/**
 * Numbers of each size, and such as lie exactly between two doubles. Of more than 20 digits ECMA-262 (RoundMVResult) leaves the
 * rest to the engine, and Node's takes more of them.
 */
const NUMBERS: readonly string[] = [
  '0',
  '-0',
  '-0.0e-5',
  '1',
  '-17.5',
  '0.1',
  '1e23',
  '8.5E+22',
  '1760000000',
  '9007199254740992',
  '9007199254740993',
  '9007199254740993.0000000000000000001',
  '123456789012345678901234567890',
  '2.2250738585072011e-308',
  '2.2250738585072014e-308',
  '4.9e-324',
  '2.4703282292062327e-324',
  '2.4703282292062328e-324',
  '1.7976931348623157e308',
  '1.7976931348623158e308',
  '1.7976931348623159e308',
  '1e400',
  '-1e400',
  '1e-400',
  `0.${'0'.repeat(400)}1e401`,
  `${'9'.repeat(400)}e-400`,
  '1e99999999999999999999',
  '1e-99999999999999999999',
  ...Array.from({ length: 300 }, (_, i) => `${((i * 2654435761) % 2 ** 32) * (2 ** 32 + i)}e${((i * 37) % 620) - 330}`),
];

for (const target of RUNNER_TARGETS) {
  const failing = (title: string, body: string, logged: string): void => {
    test(`${title} is a clean 500 on ${target}`, async (t) => {
      assertCleanFailure(t, await runBody(t, target, body, { env: CGI }), logged);
    });
  };
  failing('an uncaught exception', 'throw new TypeError("secret\\u0000\\nline \\u00e4");', 'TypeError: secret??line ??');
  failing('a rejected promise', 'await new Promise((_, reject) => reject(new RangeError("late")));', 'RangeError: late');
  failing('something thrown that is no error', 'throw { toString() { throw 1; } };', 'exception without text');
  failing('an exception with a long text', 'throw "x".repeat(5000);', 'x'.repeat(200));
  failing('a promise that nothing settles', 'await new Promise(() => undefined);', 'InternalError: a promise that nothing will settle');
  failing('running out of memory', 'const all = []; for (;;) all.push(new Uint8Array(100000));', 'InternalError: out of memory');
  failing('endless recursion', 'const again = (n) => again(n + 1) + 1; again(0);', 'RangeError: Maximum call stack size exceeded');
  failing('a missing chunk', 'await import("./nothing.js");', "ReferenceError: no chunk 'nothing.js'");

  test(`a failure after output adds nothing to it on ${target}`, async (t) => {
    const outcome = await runBody(t, target, 'print(host, 1); throw new Error("late");', { env: CGI });
    t.deepEqual([outcome.status, outcome.stdout], [1, '1']);
  });

  test(`a failure on the command line prints no page on ${target}`, async (t) => {
    const outcome = await runBody(t, target, 'throw new Error("x");');
    t.deepEqual([outcome.status, outcome.stdout], [1, '']);
  });

  test(`the heap has room for 7 MB and not for 9 MB on ${target} (security 113)`, async (t) => {
    const body = (bytes: number): string => `try { return new Uint8Array(${bytes}).length; } catch (error) { return error.message; }`;
    t.is(await valueOf(t, target, body(7_000_000)), 7_000_000);
    t.is(await valueOf(t, target, body(9_000_000)), 'out of memory');
  });

  test(`the engine has neither a parser nor what the program must not use on ${target}`, async (t) => {
    t.deepEqual(
      await valueOf(
        t,
        target,
        `
      const says = (action) => { try { return String(action()); } catch (error) { return error.name; } };
      const names = ['RegExp', 'Date', 'Proxy', 'Atomics', 'WeakRef', 'print', 'std', 'os', 'console', 'setTimeout', 'navigator'];
      return [names.filter((name) => name in globalThis), says(() => (0, eval)('1')), says(() => Function('return 1')()), says(() => (async () => {}).constructor('1')()),
        says(() => [...function* () {}()]), says(() => [].copyWithin()), says(() => Array.fromAsync([])), says(() => new DisposableStack()),
        says(() => new ArrayBuffer(1).transfer()), says(() => new ArrayBuffer(1, { maxByteLength: 2 }).resize(2))];
    `,
      ),
      [[], ...Array<string>(9).fill('TypeError')],
    );
  });

  test(`JSON.parse reads each number as Node does on ${target}`, async (t) => {
    const read = (text: string): unknown => {
      const number = JSON.parse(text) as number;
      return [Math.abs(number) === Infinity ? 'Infinity' : number, 1 / number === -Infinity];
    };
    t.deepEqual(
      await valueOf(
        t,
        target,
        `return ${JSON.stringify(NUMBERS)}.map((text) => {
          const number = JSON.parse(text);
          return [number === Infinity || number === -Infinity ? 'Infinity' : number, 1 / number === -Infinity];
        });`,
      ),
      JSON.parse(JSON.stringify(NUMBERS.map(read))),
    );
  });

  test(`case changes for ASCII letters only on ${target}`, async (t) => {
    t.deepEqual(
      await valueOf(
        t,
        target,
        `
      return ['aZ0[{@'.toUpperCase(), 'AzK\\u212a\\u00c4[{@'.toLowerCase() === 'azk\\u212a\\u00c4[{@'];
    `,
      ),
      ['AZ0[{@', true],
    );
  });

  test(`the status that main resolves with is the exit status on ${target}`, async (t) => {
    t.is((await runBody(t, target, 'return 3;')).status, 3);
    t.is((await runBody(t, target, 'return 0;')).status, 0);
  });

  test(`a module imports shipped chunks and they keep their identity on ${target}`, async (t) => {
    const source = `import * as core from './core.js';
      export async function main(host) { return core === await import('./core.js') && typeof core.main === 'function' ? 0 : 9; }`;
    const tree = makeTree(t, target, 'run-chunks');
    t.is((await run(tree, target, { args: [compileModule(t, target, source)] })).status, 0);
  });
}

const PLACES = {
  'www/cgi-bin/luci-sso': true,
  'usr/sbin/luci-sso': true,
  'usr/libexec/rpcd/luci-sso': true,
  'www/cgi-bin/luci-sso2': false,
  'srv/luci-sso': false,
};
for (const [place, isInstalled] of Object.entries(PLACES)) {
  for (const target of ['x86_64', 'mips_24kc'] satisfies Target[]) {
    test(`a binary at ${place} looks files up ${isInstalled ? 'below its tree' : 'in the system'} on ${target}`, async (t) => {
      const tree = makeTree(t, target, 'run-chunks', place);
      const names = (await valueOf(t, target, 'return host.directoryList("/").names;', { tree, place })) as string[];
      t.is(names.includes('proc'), !isInstalled);
    });
  }
}
