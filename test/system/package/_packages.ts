// SPDX-License-Identifier: MIT
// Builds packages with scripts/build/package and takes them apart with tar, as opkg does.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { VERSION as PROGRAM_VERSION } from '../../../src/version.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export { PROGRAM_VERSION };
export const VERSION = `${PROGRAM_VERSION}-r1`;

export interface Architecture {
  readonly name: string;
  /** Below build/. */
  readonly folder: string;
  readonly formats: readonly Format[];
}
export type Format = 'ipk' | 'apk';

/** The rows of scripts/build/architectures, one word for each column; of those without a program the reason is one too. */
export const ROWS: readonly (readonly string[])[] = readFileSync(path.join(ROOT, 'scripts', 'build', 'architectures'), 'utf8')
  .split('\n')
  .filter((line) => /^[a-z]/.test(line))
  .map((line) => line.split(/ +/));

/** Every architecture that packages are built for, in the order of the table. */
export const ALL: readonly Architecture[] = [
  ...ROWS.reduce((found, [before = '', after = '', folder = '']) => {
    if (folder === '-') return found;
    if (after === '=') return found.set(before, { name: before, folder, formats: ['ipk', 'apk'] });
    if (before !== '-') found.set(before, { name: before, folder, formats: ['ipk'] });
    if (after !== '-') found.set(after, { name: after, folder, formats: ['apk'] });
    return found;
  }, new Map<string, Architecture>()).values(),
];

export interface Hardening {
  /** Loaded to another address each time. */
  readonly pie: boolean;
  /** What the start of the program has relocated is read-only afterwards. */
  readonly relro: boolean;
  /** Why not both. */
  readonly reason: string;
}

/** The rows of scripts/build/hardening, by the folder of the program. */
export const HARDENING: ReadonlyMap<string, Hardening> = new Map(
  readFileSync(path.join(ROOT, 'scripts', 'build', 'hardening'), 'utf8')
    .split('\n')
    .filter((line) => /^[a-z]/.test(line))
    .map((line) => {
      const [folder = '', pie = '', relro = '', ...reason] = line.split(/ +/);
      if (!/^(no-)?pie$/.test(pie) || !/^(no-)?relro$/.test(relro)) throw new Error(`scripts/build/hardening: ${line}`);
      return [folder, { pie: pie === 'pie', relro: relro === 'relro', reason: reason.join(' ') }];
    }),
);

const DEFAULT = ['mips_24kc', 'mipsel_24kc', 'arm_cortex-a7_neon-vfpv4', 'aarch64_cortex-a53', 'x86_64'];
const { PACKAGE_ARCHITECTURES: named } = process.env;
/** Those under test: PACKAGE_ARCHITECTURES=all takes the others too, and their names only these. */
export const UNDER_TEST = named === 'all' ? ALL : ALL.filter(({ name }) => (named?.split(' ') ?? DEFAULT).includes(name));

/** qemu-user with the processor of that architecture. */
export { emulator as emulatorOf } from '../../_helpers/emulator.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the repository without what this process was told by make. */
export function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Promise<Outcome> {
  const {
    MAKEFLAGS: _flags,
    MAKELEVEL: _level,
    ARCH: _arch,
    OPENWRT_SDK: _sdk,
    LUCI_SSO_URL: _url,
    LUCI_SSO_MAINTAINER: _maintainer,
    SOURCE_DATE_EPOCH: _epoch,
    ...rest
  } = process.env;
  const child = spawn(path.join(cwd, script), args, { cwd, env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '',
    stderr = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr })));
}

/** Builds the packages; what is built already stays. */
export async function buildPackages(names: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await runScript('scripts/build/package', names);
  if (status !== 0) throw new Error(stdout + stderr);
}

export const packageOf = (name: string): string => path.join(ROOT, 'bin', `luci-sso_${VERSION}_${name}.ipk`);

export const apkOf = (name: string): string => path.join(ROOT, 'bin', `luci-sso-${VERSION}_${name}.apk`);
export const APK = path.join(ROOT, 'scripts', 'release', 'apk.py');
/** What scripts/release/apk.py prints, as bytes are: one character each. */
export const apk = (...args: readonly string[]): string =>
  execFileSync('python3', [APK, ...args], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24 });

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
  new Set(
    tar('--list', '--verbose', '--full-time', '--numeric-owner', '--file', archive)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(/ +/).slice(3, 5).join(' ')),
  );

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

/** The .apk verified and taken apart: its tree, and its scripts under their names. */
export function unpackApk(t: ExecutionContext, file: string): { tree: string; control: string } {
  const where = folder(t);
  apk('unpack', file, where);
  return { tree: path.join(where, 'tree'), control: path.join(where, 'control') };
}

/** The tree of the package for that architecture, of either kind. */
export const treeOf = (t: ExecutionContext, { name, formats }: Architecture): string =>
  formats.includes('ipk') ? unpack(t, packageOf(name)).tree : unpackApk(t, apkOf(name)).tree;
