// SPDX-License-Identifier: MIT
// Runs the built binaries, natively or under qemu, installed in a tree of their own.
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { emulator } from '../_helpers/emulator.ts';
import { inTurn } from '../_helpers/turns.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const built = (...names: string[]): string => path.join(ROOT, 'build', ...names);

export type Target = 'x86_64' | 'mips_24kc' | 'arm_cortex-a7' | 'aarch64' | 'x86_64-asan';
/** The targets that run-chunks is built for: one of each byte order, and one under the sanitizers. */
export const RUNNER_TARGETS: readonly Target[] = ['x86_64', 'mips_24kc', 'x86_64-asan'];

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A router's tree in a temporary folder, with `program` of the target at `place`. */
export function makeTree(t: ExecutionContext, target: Target, program: 'luci-sso' | 'run-chunks', place = 'www/cgi-bin/luci-sso'): string {
  const tree = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(tree, { recursive: true, force: true }));
  for (const folder of [path.dirname(place), 'var/run', 'dev', 'etc']) mkdirSync(path.join(tree, folder), { recursive: true });
  copyFileSync(built(target, program), path.join(tree, place));
  return tree;
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly timeoutMs?: number;
  readonly env?: Record<string, string>;
  readonly input?: Uint8Array;
  readonly place?: string;
}

/** Runs the program of a tree; its environment holds nothing but `env`. */
export function run(tree: string, target: Target, options: RunOptions = {}): Promise<Outcome> {
  const program = path.join(tree, options.place ?? 'www/cgi-bin/luci-sso');
  const [command, ...args] = [...emulator(target), program, ...(options.args ?? [])];
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        const child = execFile(
          command!,
          args,
          { env: options.env ?? {}, encoding: 'latin1', timeout: options.timeoutMs ?? 60_000 },
          (error, stdout, stderr) => {
            if (error !== null && typeof error.code !== 'number') reject(error);
            else resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
          },
        );
        child.stdin!.on('error', () => undefined); // a program may end without reading its input
        child.stdin!.end(options.input ?? '');
      }),
  );
}

/** Bytecode of a test module for the target; returns the file. */
export function compileModule(t: ExecutionContext, target: Target, source: string, name = 'module.js'): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, name), source);
  execFileSync(path.join(ROOT, 'scripts/test/compile-module'), [target === 'mips_24kc' ? 'be' : 'le', path.join(folder, name), folder]);
  return path.join(folder, `${name}.bc`);
}

/** `print(host, value)` for a test module. */
export const PRINT = `const print = (host, value) => {
  const text = JSON.stringify(value), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  host.writeOutput(bytes);
};\n`;

/**
 * Runs the body of `main(host)` on run-chunks; with `return`, its value becomes the outcome's
 * standard output as JSON, else what it prints. Uses `tree` again when given.
 */
export async function runBody(
  t: ExecutionContext,
  target: Target,
  body: string,
  options: RunOptions & { readonly tree?: string } = {},
): Promise<Outcome> {
  const tree = options.tree ?? makeTree(t, target, 'run-chunks');
  const module = compileModule(t, target, `${PRINT}export async function main(host) {\n${body}\n}\n`);
  return await run(tree, target, { ...options, args: [module, ...(options.args ?? [])] });
}

/** The same, for a body that returns a value: that value. */
export async function valueOf(
  t: ExecutionContext,
  target: Target,
  body: string,
  options: RunOptions & { readonly tree?: string } = {},
): Promise<unknown> {
  const outcome = await runBody(t, target, `print(host, await (async () => {\n${body}\n})()); return 0;`, options);
  t.is(outcome.status, 0, outcome.stderr);
  return JSON.parse(outcome.stdout);
}
