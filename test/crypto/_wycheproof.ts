// SPDX-License-Identifier: MIT
// Reads the Wycheproof files; each test file narrows the groups that it needs.
import { readFileSync } from 'node:fs';

export interface WycheproofFile<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

/** One file below test/vectors/wycheproof; the shape is the caller's knowledge of its schema. */
export function readWycheproof<Group>(name: string): WycheproofFile<Group> {
  const url = new URL(`../vectors/wycheproof/${name}_test.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as WycheproofFile<Group>;
}

export function hexToBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
