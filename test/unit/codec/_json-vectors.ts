// SPDX-License-Identifier: MIT
// The vectors of strict JSON, for Node and for the shipped chunk.
import { readFileSync } from 'node:fs';

export interface JsonVector {
  readonly name: string;
  /** The document's bytes. */
  readonly hex: string;
  /** 'accepted' or the reason of the refusal. */
  readonly verdict: string;
}

export function readJsonVectors(): { readonly vectors: readonly JsonVector[] } {
  const url = new URL('../../data/json/strict-objects.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as { vectors: JsonVector[] };
}
