// SPDX-License-Identifier: MIT
// What copies and sets memory in the static program, on both byte orders and on ARM.
import test from 'ava';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { emulator } from '../_helpers/emulator.ts';
import { built, type Target } from './_runner.ts';

for (const target of ['x86_64', 'mips_24kc', 'arm_cortex-a7'] satisfies readonly Target[]) {
  test(`bytes are copied, moved and set as by one at a time (${target})`, async (t) => {
    t.timeout(120_000);
    const [command = '', ...args] = [...emulator(target), built(target, 'check-memory')];
    t.is((await promisify(execFile)(command, args, { env: {} })).stdout, 'the same\n');
  });
}
