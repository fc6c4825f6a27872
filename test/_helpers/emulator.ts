// SPDX-License-Identifier: MIT
// What runs a built program of another architecture on this machine. The program executes itself afresh for
// its network child, which qemu-user alone cannot do: see exec-shim.c, which needs the dynamic qemu-user.
import { fileURLToPath } from 'node:url';

const SHIM = fileURLToPath(new URL('../../build/host/exec-shim.so', import.meta.url));
const NATIVE = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
const MACHINES: readonly (readonly [target: RegExp, qemu: readonly string[]])[] = [
  [/^mips_/, ['qemu-mips', '-cpu', '24Kc']],
  [/^mipsel_/, ['qemu-mipsel', '-cpu', '24Kc']],
  [/^arm_/, ['qemu-arm']],
  [/^aarch64/, ['qemu-aarch64']],
  [/^i386_/, ['qemu-i386']],
  [/^riscv64/, ['qemu-riscv64']],
  [/^x86_64/, ['qemu-x86_64']],
];

/** What stands before the program's name, with options of the emulator; nothing where the program is native. */
export function emulator(target: string, ...options: readonly string[]): readonly string[] {
  if (NATIVE !== undefined && target.startsWith(NATIVE)) return [];
  const found = MACHINES.find(([pattern]) => pattern.test(target));
  if (found === undefined) throw new Error(`nothing here runs ${target}`);
  return withShim(found[1], ...options);
}

export function withShim(qemu: readonly string[], ...options: readonly string[]): readonly string[] {
  return ['env', `LD_PRELOAD=${SHIM}`, ...qemu, '-U', 'LD_PRELOAD', ...options];
}
