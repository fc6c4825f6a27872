// SPDX-License-Identifier: MIT
// What targets share: byte strings, and the one error that a function may throw.
import { Refusal } from '../../../src/refusal.ts';
import { REFUSALS } from '../../../src/refusals.ts';
import { must } from '../engine.ts';

/** One character per byte. */
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));

/** The code of the refusal, 'accepted' without one; any other error passes, as does INTERNAL_ERROR's kind. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    must(Object.hasOwn(REFUSALS, error.code), `code ${error.code} is not in the table`);
    must(error.code !== 'INTERNAL_ERROR', 'INTERNAL_ERROR');
    return error.code;
  }
  return 'accepted';
}

/** The same of what takes its time. */
export async function codeOfAsync(action: () => Promise<unknown>): Promise<string> {
  const outcome = await action().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return codeOf(() => {
    if (outcome !== undefined) throw outcome.error;
  });
}

export function same(a: unknown, b: unknown, what: string): void {
  must(JSON.stringify(a) === JSON.stringify(b), `${what}: ${JSON.stringify(a)?.slice(0, 300)} is not ${JSON.stringify(b)?.slice(0, 300)}`);
}
