// SPDX-License-Identifier: MIT

const DEADLINE_MS = 60_000;
const POLL_MS = 20;

/** Looks again and again until there is something, for what others do in their own time. */
export async function until<T>(look: () => T | undefined, explain: () => string = () => ''): Promise<T> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
    const found = look();
    if (found !== undefined) return found;
  }
  throw new Error(`it did not happen within ${DEADLINE_MS} ms: ${explain()}`);
}
