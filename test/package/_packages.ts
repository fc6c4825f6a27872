// SPDX-License-Identifier: MIT
// Builds packages with scripts/package and takes them apart with tar, as opkg does.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { VERSION as PROGRAM_VERSION } from '../../src/version.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export { PROGRAM_VERSION };
export const VERSION = `${PROGRAM_VERSION}-r1`;

export interface Architecture {
  readonly name: string;
  /** Below build/. */
  readonly folder: string;
}

/** Every row of scripts/architectures. */
export const ALL: readonly Architecture[] = readFileSync(path.join(ROOT, 'scripts', 'architectures'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [name = '', folder = ''] = line.split(/ +/);
    return { name, folder };
  });

const DEFAULT = ['mips_24kc', 'mipsel_24kc', 'arm_cortex-a7_neon-vfpv4', 'aarch64_cortex-a53', 'x86_64'];
/** Those under test: PACKAGE_ARCHITECTURES=all takes the others too. */
export const UNDER_TEST = process.env.PACKAGE_ARCHITECTURES === 'all' ? ALL : ALL.filter(({ name }) => DEFAULT.includes(name));

const EMULATORS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^mips_/, ['qemu-mips-static', '-cpu', '24Kc']],
  [/^mipsel_/, ['qemu-mipsel-static', '-cpu', '24Kc']],
  [/^arm_/, ['qemu-arm-static']],
  [/^aarch64_/, ['qemu-aarch64-static', '-cpu', 'cortex-a53']],
  [/^i386_/, ['qemu-i386-static']],
  [/^riscv64_/, ['qemu-riscv64-static']],
  [/^x86_64$/, ['qemu-x86_64-static']],
];
/** qemu-user with the processor of that architecture. */
export const emulatorOf = (name: string): readonly string[] => EMULATORS.find(([pattern]) => pattern.test(name))?.[1] ?? [];

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the repository without what this process was told by make. */
export function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Promise<Outcome> {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, ARCH: _arch, OPENWRT_SDK: _sdk, SOURCE_DATE_EPOCH: _epoch, ...rest } = process.env;
  const child = spawn(path.join(cwd, script), args, { cwd, env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr })));
}

/** Builds the packages; what is built already stays. */
export async function buildPackages(names: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await runScript('scripts/package', names);
  if (status !== 0) throw new Error(stdout + stderr);
}

export const packageOf = (name: string): string => path.join(ROOT, 'bin', `luci-sso_${VERSION}_${name}.ipk`);

export function folder(t: ExecutionContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'luci-sso-package-'));
  t.teardown(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const tar = (...args: string[]): string => execFileSync('tar', args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } });

/** "mode owner path" of each member in order, links with their target. */
export const listTar = (archive: string): string[] =>
  tar('--list', '--verbose', '--numeric-owner', '--file', archive)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [mode, owner, , , , ...rest] = line.split(/ +/);
      return [mode, owner, ...rest].join(' ');
    });

export const timesOf = (archive: string): Set<string> =>
  new Set(tar('--list', '--verbose', '--full-time', '--numeric-owner', '--file', archive).split('\n').filter((line) => line !== '').map((line) => line.split(/ +/).slice(3, 5).join(' ')));

export interface Unpacked {
  readonly outer: string;
  readonly tree: string;
  readonly control: string;
}

export function unpack(t: ExecutionContext, file: string): Unpacked {
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  const outer = folder(t);
  const tree = path.join(outer, 'tree');
  const control = path.join(outer, 'control');
  for (const made of [tree, control]) mkdirSync(made);
  tar('-xzf', file, '-C', outer);
  tar('-xpzf', path.join(outer, 'data.tar.gz'), '-C', tree);
  tar('-xpzf', path.join(outer, 'control.tar.gz'), '-C', control);
  return { outer, tree, control };
}
