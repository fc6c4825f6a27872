// SPDX-License-Identifier: MIT
// A small fuzzer: seeded, no clocks, no coverage. Case i of a run uses the seed SEED + i alone, so
// SEED=<printed seed> CASES=1 repeats a crash. Labels that a target gives back stand in for coverage.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Helpers {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Uint8Array;
}

export interface Target {
  readonly name: string;
  /** A slow target takes this part of the cases in the tests; `make fuzz` takes all. */
  readonly oneIn?: number;
  /** Pieces that the grammar knows, inserted by mutation. */
  readonly dictionary?: readonly string[];
  /** Makes an input of its own; a third of the cases when there is one. */
  readonly generate?: (helpers: Helpers) => Uint8Array | string;
  /** Throws when an invariant does not hold; gives a word for what happened. */
  readonly fuzz: (bytes: Uint8Array, helpers: Helpers) => string | Promise<string>;
}

export interface Outcome {
  readonly cases: number;
  readonly seed: number;
  /** What happened -> how often. */
  readonly labels: ReadonlyMap<string, number>;
}

export class FuzzFailure extends Error {}

const CORPUS = fileURLToPath(new URL('./corpus/', import.meta.url));
const MAX_INPUT_BYTES = 8192;

/** mulberry32. */
export function makeHelpers(seed: number): Helpers {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  // Neighbouring seeds must not give neighbouring streams.
  for (let i = 0; i < 3; i++) next();
  const below = (limit: number): number => next() % Math.max(1, limit);
  return {
    below,
    pick: (list) => list[below(list.length)]!,
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  };
}

const fileOf = (name: string): string => path.join(CORPUS, `${name}.jsonl`);

/** One line of a corpus: text where every character can be seen, else base64. */
export function encodeInput(name: string, bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(buffer) && /^[\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ufefe]*$/.test(text);
  return JSON.stringify(isText ? { name, text } : { name, base64: buffer.toString('base64') });
}

export function decodeInput(line: string): Uint8Array {
  const { text, base64 } = JSON.parse(line) as { readonly text?: string; readonly base64?: string };
  return new Uint8Array(text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text, 'utf8'));
}

const readLines = (name: string): readonly string[] =>
  existsSync(fileOf(name))
    ? readFileSync(fileOf(name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

export function readCorpus(name: string): readonly Uint8Array[] {
  return readLines(name).map(decodeInput);
}

/** Keeps an input for every later run: a line at the end of the target's file, unless it is there. */
export function keep(name: string, kind: string, bytes: Uint8Array): string {
  const id = `${kind}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
  const line = encodeInput(id, bytes);
  if (!readLines(name).includes(line)) appendFileSync(fileOf(name), `${line}\n`);
  return `${id} in ${fileOf(name)}`;
}

const INTERESTING = [0, 1, 9, 10, 13, 32, 0x22, 0x25, 0x2e, 0x2f, 0x3b, 0x3d, 0x5c, 0x7f, 0x80, 0xa0, 0xc0, 0xed, 0xf4, 0xfe, 0xff];

function mutate(base: Uint8Array, pool: readonly Uint8Array[], target: Target, helpers: Helpers): Uint8Array {
  let bytes: Buffer = Buffer.from(base);
  const { below, pick } = helpers;
  for (let steps = 1 + below(4); steps > 0; steps--) {
    const at = below(bytes.length + 1);
    const count = Math.min(bytes.length - at, pick([1, 1, 2, 4, below(bytes.length + 1)]));
    const cut = (middle: Uint8Array): Buffer => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + count)]);
    const add = (middle: Uint8Array): Buffer => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at)]);
    switch (below(9)) {
      case 0: // one bit
        if (at < bytes.length) bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = below(3) === 0 ? below(256) : pick(INTERESTING);
        break;
      case 2:
        bytes = cut(new Uint8Array(0));
        break;
      case 3:
        bytes = add(helpers.bytes(1 + below(4)));
        break;
      case 4: // a piece of itself again, sometimes often
        bytes = add(Buffer.concat(new Array<Buffer>(pick([1, 1, 2, 50])).fill(bytes.subarray(at, at + Math.min(count, 64)))));
        break;
      case 5: {
        const other = pick(pool.length === 0 ? [bytes] : pool);
        const from = below(other.length);
        bytes = add(other.slice(from, from + below(64)));
        break;
      }
      case 6:
        bytes = bytes.subarray(0, at);
        break;
      default: {
        const word = Buffer.from(pick(target.dictionary ?? ['']), 'latin1');
        bytes = below(2) === 0 ? add(word) : cut(word);
      }
    }
    bytes = Buffer.from(bytes.subarray(0, MAX_INPUT_BYTES));
  }
  return new Uint8Array(bytes);
}

async function runOne(target: Target, bytes: Uint8Array, helpers: Helpers, seed: number | undefined): Promise<string> {
  try {
    return await target.fuzz(bytes.slice(), helpers);
  } catch (error) {
    const where = seed === undefined ? 'kept input' : `SEED=${seed} CASES=1`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failure = new FuzzFailure(`TARGET=${target.name} ${where} input(base64)=${Buffer.from(bytes).toString('base64')}\n${text}`);
    throw Object.assign(failure, { input: bytes });
  }
}

/** The input of one case. */
function inputOf(target: Target, pool: readonly Uint8Array[], helpers: Helpers): Uint8Array {
  if (target.generate !== undefined && (pool.length === 0 || helpers.below(3) === 0)) {
    const made = target.generate(helpers);
    const bytes = typeof made === 'string' ? new Uint8Array(Buffer.from(made, 'latin1')) : made;
    return helpers.below(2) === 0 ? bytes : mutate(bytes, pool, target, helpers);
  }
  return mutate(pool.length === 0 ? new Uint8Array(0) : helpers.pick(pool), pool, target, helpers);
}

/** Runs the kept inputs as they are, then `cases` more; throws FuzzFailure at the first that fails. */
export async function runTarget(
  target: Target,
  cases: number,
  seed: number,
  onNewLabel?: (label: string, bytes: Uint8Array) => void,
): Promise<Outcome> {
  const pool = readCorpus(target.name);
  const labels = new Map<string, number>();
  const count = (label: string, bytes: Uint8Array): void => {
    if (!labels.has(label)) onNewLabel?.(label, bytes);
    labels.set(label, (labels.get(label) ?? 0) + 1);
  };
  for (const bytes of pool) count(await runOne(target, bytes, makeHelpers(0), undefined), new Uint8Array(0));
  for (let i = 0; i < cases; i++) {
    const helpers = makeHelpers(seed + i);
    const bytes = inputOf(target, pool, helpers);
    count(await runOne(target, bytes, helpers, seed + i), bytes);
  }
  return { cases, seed, labels };
}

/** Fails the case with a sentence. */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}
