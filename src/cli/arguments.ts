// SPDX-License-Identifier: MIT
// Options of a command: `--flag`, `--name value`, `--name=value`, and words. `--` ends the options.

import { decodeUtf8, latin1ToBytes } from '#native';
import { printable } from '../log.ts';

export interface Arguments {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** Of each option all values, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export type ParsedArguments =
  | { readonly ok: true; readonly value: Arguments }
  | { readonly ok: false; readonly reason: string };

/** `given` has one character a byte; what comes back is text. */
export function parseArguments(
  given: readonly string[],
  flagNames: readonly string[],
  valueNames: readonly string[],
): ParsedArguments {
  const words: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  let isOptions = true;
  for (let i = 0; i < given.length; i++) {
    const text = decodeUtf8(latin1ToBytes(given[i] ?? ''));
    if (text === undefined) return { ok: false, reason: 'an argument is not UTF-8' };
    if (!isOptions || !text.startsWith('-')) {
      words.push(text);
      continue;
    }
    if (text === '--') {
      isOptions = false;
      continue;
    }
    const equals = text.indexOf('=');
    const name = text.slice(2, equals < 0 ? undefined : equals);
    if (flagNames.includes(name) && equals < 0) {
      flags.add(name);
      continue;
    }
    if (!text.startsWith('--') || !valueNames.includes(name))
      return { ok: false, reason: `no option ${printable(text.slice(0, 32))}` };
    const value = equals < 0 ? decodeUtf8(latin1ToBytes(given[++i] ?? '')) : text.slice(equals + 1);
    if (value === undefined || value === '')
      return { ok: false, reason: `--${name} needs a value` };
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { ok: true, value: { words, flags, values } };
}
