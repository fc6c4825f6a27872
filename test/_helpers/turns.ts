// SPDX-License-Identifier: MIT
// All tests of a file start together. Hundreds of programs at once, under an emulator or the sanitizers, take
// all the memory and meet their own deadlines; a few at a time are done sooner.
import { availableParallelism } from 'node:os';

const AT_ONCE = 4 * availableParallelism();

let running = 0;
const waiting: (() => void)[] = [];

/** Does this when fewer than four programs for each processor run; gives what it gives. */
export async function inTurn<T>(action: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running++;
  else await new Promise<void>((next) => waiting.push(next));
  try {
    return await action();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
