// SPDX-License-Identifier: MIT
// What a program that was broken into tries (test/runtime/act.c), and what must come of it on a kernel.

const NOT_THERE = 'refused: No such file or directory';
const NO_CALL = 'refused: Function not implemented';
const NO_RIGHT = 'refused: Permission denied';
const NO_MEMORY = 'refused: Out of memory';
/** By the filter, the limit on CPU time, the stack protector: their signals are the architecture's. */
const FILTERED = 'killed by the filter';
const LIMITED = 'killed by the limit';
const SMASHED = 'killed by the stack protector';

export const MODES = ['filtered', 'connected', 'unfiltered'] as const;
export type Mode = (typeof MODES)[number];

export interface Signals {
  readonly filter: number;
  readonly stack: number;
}

/** What comes of an act: with the filter until a connection stands, after that, and without any filter. */
export const ACTS: Readonly<Record<string, readonly [filtered: string, connected: string, unfiltered: string]>> = {
  hosts: ['done', NO_CALL, 'done'],
  '/etc/passwd': [NOT_THERE, NO_CALL, NOT_THERE],
  '/etc/config/luci-sso': [NOT_THERE, NO_CALL, NOT_THERE],
  '/proc/1/cmdline': [NOT_THERE, NO_CALL, NOT_THERE],
  '/proc/self/maps': [NOT_THERE, NO_CALL, NOT_THERE],
  '/var/run/ubus.sock': ['refused: Address family not supported by protocol', NO_CALL, NOT_THERE],
  listen: [FILTERED, NO_CALL, 'done'],
  create: [FILTERED, FILTERED, NOT_THERE],
  unlink: [NO_CALL, NO_CALL, NO_RIGHT],
  symlink: [NO_CALL, NO_CALL, NO_RIGHT],
  fork: [FILTERED, FILTERED, 'refused: Resource temporarily unavailable'],
  exec: [FILTERED, FILTERED, NOT_THERE],
  ptrace: [FILTERED, FILTERED, 'done'],
  'kill 1': [NO_CALL, NO_CALL, 'refused: Operation not permitted'],
  memory: [NO_MEMORY, NO_MEMORY, NO_MEMORY],
  code: [NO_CALL, NO_CALL, 'done'],
  smash: [SMASHED, SMASHED, SMASHED],
  burn: [LIMITED, LIMITED, LIMITED],
};

const SIGKILL = 9;

/** The last line of act.c, with a name for the signal of this architecture. */
export function meaning(line: string, signals: Signals): string {
  const signal = Number(/^signal: (\d+)$/.exec(line)?.[1] ?? 0);
  if (signal === 0) return line;
  if (signal === signals.filter) return FILTERED;
  if (signal === SIGKILL) return LIMITED;
  return signal === signals.stack ? SMASHED : line;
}
