// SPDX-License-Identifier: MIT
// What runs a built program of another architecture on this machine. The program executes itself afresh for
// its network child, which qemu-user alone cannot do: see exec-shim.c, which needs the dynamic qemu-user.
import { fileURLToPath } from 'node:url';

const SHIM = fileURLToPath(new URL('../../build/host/exec-shim.so', import.meta.url));
const NATIVE = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
/** The first that fits. Processors are the least that an architecture's name promises: no FPU where there is soft float. */
const MACHINES: readonly (readonly [target: RegExp, qemu: readonly string[]])[] = [
  [/^mips_mips32/, ['qemu-mips', '-cpu', '4Kc']],
  [/^mipsel_mips32/, ['qemu-mipsel', '-cpu', '4Kc']],
  [/^mipsel_24kc_24kf/, ['qemu-mipsel', '-cpu', '24Kf']],
  [/^armeb_xscale/, ['qemu-armeb', '-cpu', 'pxa255']],
  [/^arm_xscale/, ['qemu-arm', '-cpu', 'pxa255']],
  [/^arm_arm926/, ['qemu-arm', '-cpu', 'arm926']],
  [/^arm_arm1176/, ['qemu-arm', '-cpu', 'arm1176']],
  [/^arm_cortex-a8/, ['qemu-arm', '-cpu', 'cortex-a8']],
  [/^arm_cortex-a9/, ['qemu-arm', '-cpu', 'cortex-a9']],
  [/^i386_pentium-mmx/, ['qemu-i386', '-cpu', 'pentium']],
  [/^powerpc_464/, ['qemu-ppc', '-cpu', '440gp']],
  [/^powerpc_8548/, ['qemu-ppc', '-cpu', 'e500v2']],
  [/^powerpc64_/, ['qemu-ppc64', '-cpu', 'e5500']],
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
