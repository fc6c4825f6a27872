// SPDX-License-Identifier: MIT
// Every order in which a few processes can do their operations on the state folder, and every moment at
// which one of them can be killed. The code under test is synchronous, so a process is run again from
// its start for each step: it is told what its earlier operations gave, does one more, and is stopped.
import { createHash } from 'node:crypto';
import type { Host } from '../../src/host.ts';
import { MESSAGE } from '../stand-ins/router/blobmsg.ts';
import type { FakeHost } from './_fake-host.ts';
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

/** A whole program on the fake host; deterministic but for what the host tells it. */
export type Program = (host: FakeHost) => Promise<string>;

export interface CallMoment {
  readonly outcomes: readonly (string | undefined)[];
  /** Sets a host to what router and state folder are at this moment. */
  restore(host: FakeHost): void;
}

interface CallState {
  readonly router: string;
  readonly files: readonly (readonly [name: string, base64: string])[];
  /** Lock file -> the program that holds it. */
  readonly locks: Readonly<Record<string, number>>;
  readonly told: readonly (readonly unknown[])[];
  readonly outcomes: readonly (string | undefined)[];
}

/**
 * The same for programs that also call ubus: every order of their calls and of their operations on the
 * state folder. Gives the number of moments. `newHost` makes the host that all begin with, always the same.
 */
export async function everyCallOrder(
  programs: readonly Program[],
  newHost: () => FakeHost,
  options: { withKills: boolean },
  visit: (moment: CallMoment) => void | Promise<void>,
): Promise<number> {
  const seen = new Set<string>();
  const first = newHost();
  const waiting: CallState[] = [
    {
      router: first.router.snapshot(),
      files: filesOf(first),
      locks: {},
      told: programs.map(() => []),
      outcomes: programs.map(() => undefined),
    },
  ];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const key = createHash('sha256').update(JSON.stringify(state)).digest('base64');
    if (seen.has(key)) continue;
    seen.add(key);
    const { outcomes, locks } = state;
    const now = state;
    await visit({ outcomes, restore: (host) => setTo(host, now) });
    for (const [index, program] of programs.entries()) {
      if (outcomes[index] !== undefined) continue;
      const next = await stepOf(state, index, program, newHost());
      if (next !== undefined) waiting.push(next);
      if (options.withKills) waiting.push({ ...state, locks: without(locks, index), outcomes: outcomes.with(index, KILLED) });
    }
  }
  return seen.size;
}

function setTo(host: FakeHost, { router, files }: CallState): void {
  host.router.restore(router);
  host.state.clear();
  for (const [name, base64] of files) host.state.set(name, new Uint8Array(Buffer.from(base64, 'base64')));
}

function filesOf(host: FakeHost): CallState['files'] {
  return [...host.state]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const);
}

const without = (locks: CallState['locks'], owner: number): CallState['locks'] =>
  Object.fromEntries(Object.entries(locks).filter(([, by]) => by !== owner));

/** `undefined` while the program waits for a lock. */
async function stepOf(state: CallState, index: number, program: Program, host: FakeHost): Promise<CallState | undefined> {
  setTo(host, state);
  const told = [...(state.told[index] ?? [])];
  let locks = state.locks;
  let next = 0;
  let isDone = false;
  let isStopped = false;
  let isBlocked = false;
  const stop = (): never => {
    isStopped = true;
    throw STOP;
  };
  const operation = <T>(run: () => T): T => {
    if (next < told.length) return told[next++] as T;
    if (isDone) return stop();
    isDone = true;
    next++;
    const answer = run();
    if (isBlocked) return stop();
    told.push(answer);
    return answer;
  };
  const { router } = host;
  const answer = router.answer.bind(router);
  router.answer = (bytes) =>
    bytes[1] === MESSAGE.LOOKUP
      ? answer(bytes)
      : Buffer.from(
          operation(() => answer(bytes).toString('base64')),
          'base64',
        );
  let drawn = 0;
  const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  const { stateRead, stateCreate, stateReplace, stateRemove, stateList, guardStamp, streamClose, stateLock } = host;
  Object.assign(host, {
    random: (count: number) => new Uint8Array(createHash('sha256').update(`${index} ${drawn++}`).digest().subarray(0, count)),
    stateRead: (name: string, max: number) => {
      const file = operation(() => {
        const read = stateRead.call(host, name, max);
        return read.ok ? { ok: true as const, text: Buffer.from(read.bytes).toString('base64') } : read;
      });
      return file.ok ? { ok: true, bytes: bytesOf(file.text) } : file;
    },
    stateCreate: (name: string, bytes: Uint8Array) => operation(() => stateCreate.call(host, name, bytes)),
    stateReplace: (name: string, bytes: Uint8Array) => operation(() => stateReplace.call(host, name, bytes)),
    stateRemove: (name: string) => operation(() => stateRemove.call(host, name)),
    stateList: () => operation(() => stateList.call(host)),
    guardStamp: () => operation(() => guardStamp.call(host)),
    stateLock: (name: string, deadline: number) => {
      const got = operation(() => {
        const isFree = locks[name] === undefined;
        isBlocked = !isFree && deadline > host.bootMs;
        if (isFree) locks = { ...locks, [name]: index };
        return isFree;
      });
      return got ? stateLock.call(host, name, deadline) : { ok: false, reason: 'busy' };
    },
    streamClose: (id: number) => {
      const name = host.ownLocks.get(id);
      if (name !== undefined && isDone && !isStopped && locks[name] === index) {
        const { [name]: _given, ...rest } = locks;
        locks = rest;
      }
      streamClose.call(host, id);
    },
  });
  let outcome: string | undefined;
  try {
    outcome = await program(host);
  } catch (error) {
    if (error !== STOP) throw error;
  }
  if (isBlocked) return undefined;
  return {
    router: router.snapshot(),
    files: filesOf(host),
    locks: outcome === undefined ? locks : without(locks, index),
    told: state.told.with(index, told),
    outcomes: state.outcomes.with(index, outcome),
  };
}
