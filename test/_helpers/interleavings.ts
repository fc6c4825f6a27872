// SPDX-License-Identifier: MIT
// Every order in which a few processes can do their operations on the state folder, and every moment at
// which one of them can be killed. The code under test is synchronous, so a process is run again from
// its start for each step: it is told what its earlier operations gave, does one more, and is stopped.
import { createHash } from 'node:crypto';
import type { Host } from '../../src/host.ts';
import { NOW } from './clock.ts';

/** Runs once; what it returns, or throws, is its outcome. Deterministic but for what the host tells it. */
export interface Process {
  /** CLOCK_BOOTTIME, in seconds. */
  readonly nowS: number;
  run(host: Host): string;
}

/** The names of the files, and what became of each process: `undefined` while it runs. */
export interface Moment {
  readonly files: readonly string[];
  readonly outcomes: readonly (string | undefined)[];
}

interface State {
  readonly files: readonly string[];
  /** What each process was told so far. */
  readonly told: readonly (readonly unknown[])[];
  readonly outcomes: readonly (string | undefined)[];
}

const STOP = Symbol('stop');
export const KILLED = 'killed';

/** Visits every moment that can be reached once; gives their number. */
export function everyOrder(
  processes: readonly Process[],
  files: readonly string[],
  options: { withKills: boolean },
  visit: (moment: Moment) => void,
): number {
  const seen = new Set<string>();
  const waiting: State[] = [{ files: [...files].sort(), told: processes.map(() => []), outcomes: processes.map(() => undefined) }];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    seen.add(key);
    visit(state);
    for (const [index, process] of processes.entries()) {
      if (state.outcomes[index] !== undefined) continue;
      waiting.push(step(state, index, process));
      if (options.withKills) waiting.push({ ...state, outcomes: state.outcomes.with(index, KILLED) });
    }
  }
  return seen.size;
}

function step(state: State, index: number, process: Process): State {
  const files = new Set(state.files);
  const told = [...(state.told[index] ?? [])];
  let next = 0;
  let isDone = false;
  const operation = (run: () => unknown): any => {
    if (next < told.length) return told[next++];
    if (isDone) throw STOP;
    isDone = true;
    next++;
    const answer = run();
    told.push(answer);
    return answer;
  };
  let drawn = 0;
  const missing = { ok: false, reason: 'missing' };
  const host = {
    bootMilliseconds: () => process.nowS * 1000,
    wallSeconds: () => NOW + process.nowS,
    random: (count: number) => new Uint8Array(createHash('sha256').update(`${index} ${drawn++}`).digest().subarray(0, count)),
    log: () => undefined,
    stateRead: (name: string) => operation(() => (files.has(name) ? { ok: true, bytes: new Uint8Array(0) } : missing)),
    stateCreate: (name: string) => operation(() => (files.has(name) ? { ok: false, reason: 'exists' } : (files.add(name), { ok: true }))),
    stateRemove: (name: string) => operation(() => (files.delete(name) ? { ok: true } : missing)),
    stateList: () => operation(() => ({ ok: true, names: [...files] })),
  } as unknown as Host;
  let outcome: string | undefined;
  try {
    outcome = process.run(host);
  } catch (error) {
    if (error !== STOP) outcome = String(error);
  }
  return { files: [...files].sort(), told: state.told.with(index, told), outcomes: state.outcomes.with(index, outcome) };
}
