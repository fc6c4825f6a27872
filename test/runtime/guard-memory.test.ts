// SPDX-License-Identifier: MIT
// What the sleeping guard can have for itself of the router's memory, of the final link. It has no engine, and gives the
// pages of the program's text back before it sleeps, so that is at most: every page of the writable segments, its stack, and
// one page of heap. What it really has on this machine is measured in test/system/guard.test.ts; qemu-user cannot tell.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 4096;
/** Allowed for, not measured: the deepest of its calls has a few buffers of a kilobyte. */
const STACK_BYTES = 32_768;
const HEAP_BYTES = PAGE;
const { 'guard-memory': BUDGET } = JSON.parse(readFileSync(`${ROOT}scripts/check/budgets.json`, 'utf8')) as {
  readonly 'guard-memory': Readonly<Record<string, number>>;
};

function writableBytes(program: string): number {
  let bytes = 0;
  for (const line of execFileSync('readelf', ['-lW', program], { encoding: 'utf8' }).split('\n')) {
    const [, address, size, flags] = /^ +LOAD +\S+ +(0x\w+) +\S+ +\S+ +(0x\w+) +([RWE ]+?) +0x/.exec(line) ?? [];
    if (flags?.includes('W') !== true) continue;
    const [from, to] = [Number(address), Number(address) + Number(size)];
    bytes += Math.ceil(to / PAGE) * PAGE - Math.floor(from / PAGE) * PAGE;
  }
  return bytes;
}

for (const [target, budget] of Object.entries(BUDGET)) {
  const program = `${ROOT}build/${target}/luci-sso`;
  (existsSync(program) ? test : test.skip)(`the sleeping guard needs at most ${budget} bytes for itself: ${target}`, (t) => {
    const writable = writableBytes(program);
    t.true(writable > 0);
    const bytes = writable + STACK_BYTES + HEAP_BYTES;
    t.log(`${writable} bytes of writable segments, ${bytes} in all`);
    t.true(bytes <= budget, `${bytes} bytes`);
  });
}
