// SPDX-License-Identifier: MIT
// Machines that run Debian's kernels, and how one is started.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Signals } from './acts.ts';
import { archive, type Entry } from './initramfs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BOOT_MS = 15 * 60_000;

export interface Kernel {
  /** Debian's name of the architecture; scripts/test/kernels has put its kernel into build/kernels/<name>. */
  readonly name: string;
  /** The folder below build/ with the program. */
  readonly target: string;
  readonly qemu: readonly string[];
  readonly console: string;
  /** More for the kernel's command line. */
  readonly words?: string;
  readonly signals: Signals;
}

/** It looks whether the emulated timer ticks in time, and panics where the host is busy. */
const NO_TIMER_CHECK = 'no_timer_check';
const SIGILL = 4,
  SIGTRAP = 5;

export const KERNELS: readonly Kernel[] = [
  {
    name: 'amd64',
    target: 'x86_64',
    qemu: ['qemu-system-x86_64', '-M', 'q35', '-cpu', 'max'],
    console: 'ttyS0',
    words: NO_TIMER_CHECK,
    signals: { filter: 31, stack: SIGILL },
  },
  {
    name: 'arm64',
    target: 'aarch64',
    qemu: ['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a57'],
    console: 'ttyAMA0',
    signals: { filter: 31, stack: SIGTRAP },
  },
  {
    name: 'armhf',
    target: 'arm_cortex-a7',
    qemu: ['qemu-system-arm', '-M', 'virt,highmem=off', '-cpu', 'cortex-a15'],
    console: 'ttyAMA0',
    signals: { filter: 31, stack: SIGILL },
  },
  {
    name: 'mipsel',
    target: 'mipsel_24kc',
    qemu: ['qemu-system-mipsel', '-M', 'malta', '-cpu', '24Kf'],
    console: 'ttyS0',
    signals: { filter: 12, stack: SIGTRAP },
  },
  // Built from Debian's sources for this.
  {
    name: 'mips',
    target: 'mips_24kc',
    qemu: ['qemu-system-mips', '-M', 'malta', '-cpu', '24Kf'],
    console: 'ttyS0',
    signals: { filter: 12, stack: SIGTRAP },
  },
];

const MEMORY_MB = '512';

export const built = (kernel: Kernel, name: string): Buffer => readFileSync(path.join(ROOT, 'build', kernel.target, name));
export const kernelFile = (kernel: Kernel, name: string): string => path.join(ROOT, 'build/kernels', kernel.name, name);

/** The lines on the console after which guest.c has nothing more to say. */
const isLast = (line: string): boolean => line === '=end' || line.startsWith('=failed') || line.includes('Kernel panic');

/** Starts a machine with this as its whole root folder; answers with what it said on its console. */
export async function boot(kernel: Kernel, entries: readonly Entry[]): Promise<string[]> {
  const work = mkdtempSync(path.join(tmpdir(), 'luci-sso-kernel-'));
  try {
    const initrd = path.join(work, 'initramfs');
    writeFileSync(initrd, archive(entries));
    return await watch([
      ...kernel.qemu,
      '-accel',
      'tcg',
      '-m',
      MEMORY_MB,
      '-display',
      'none',
      '-monitor',
      'none',
      '-serial',
      'stdio',
      '-no-reboot',
      '-kernel',
      kernelFile(kernel, 'vmlinuz'),
      '-initrd',
      initrd,
      '-append',
      `console=${kernel.console} quiet panic=-1 ${kernel.words ?? ''}`,
      '-nic',
      'none',
      '-netdev',
      'user,id=net',
      '-device',
      'e1000,netdev=net',
    ]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function watch(command: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const machine = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    const timer = setTimeout(() => machine.kill('SIGKILL'), BOOT_MS);
    let rest = '';
    machine.stdout.setEncoding('latin1').on('data', (part: string) => {
      const parts = (rest + part).split(/\r*\n/);
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        if (isLast(line)) machine.kill('SIGKILL');
      }
    });
    machine.on('error', reject).on('close', () => {
      clearTimeout(timer);
      resolve([...lines, rest]);
    });
  });
}
