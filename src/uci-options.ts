// SPDX-License-Identifier: MIT
// Typed reading of UCI sections as `uci get` gives them over ubus: every scalar is a text, a list is
// an array, and one `option` stands for a list of one.

import { isDigits } from './codec/chars.ts';
import { callUbus, UBUS_STATUS, type Ubus } from './ubus/client.ts';
import type { UbusTable, UbusValue } from './ubus/blobmsg.ts';
import { Refusal } from './refusal.ts';

const MAX_VALUE_CHARS = 2048;
const MAX_LIST_ENTRIES = 128;

export interface Section {
  readonly name: string;
  readonly type: string;
  readonly values: UbusTable;
}

/** All sections of a package in file order; none when the package does not exist. Refuses with UCI_ERROR. */
export function readPackage(bus: Ubus, config: string): readonly Section[] {
  const reply = callUbus(bus, 'uci', 'get', { config });
  if (!reply.ok) {
    if (reply.status === UBUS_STATUS.notFound) return [];
    throw new Refusal('UCI_ERROR', `uci get ${config}: ubus status ${reply.status}`);
  }
  const packages = reply.data[0]?.values;
  if (!isTable(packages))
    throw new Refusal('UCI_ERROR', `uci get ${config}: no sections in the answer`);
  const sections: Array<Section & { readonly index: number }> = [];
  for (const name of Object.keys(packages)) {
    const values = packages[name];
    if (!isTable(values)) continue;
    sections.push({
      name,
      type: uciText(values['.type']),
      values,
      index: numberOf(values['.index']) ?? sections.length,
    });
  }
  return sections.sort((a, b) => a.index - b.index);
}

export function isTable(
  value: UbusValue | undefined,
): value is UbusTable & { readonly [name: string]: UbusValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number, also one written as a text; nothing else, because a table converts to none. */
export function numberOf(value: UbusValue | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function uciText(value: UbusValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Reads one section's options and collects what is wrong with them. */
export interface Options {
  readonly problems: string[];
  text(name: string, fallback: string): string;
  list(name: string): readonly string[];
  /** A list, or one option with blanks between the words. */
  words(name: string): readonly string[];
  flag(name: string, fallback: boolean): boolean;
  integer(name: string, fallback: number, min: number, max: number): number;
  optionalInteger(name: string, min: number, max: number): number | undefined;
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T;
  /** Records a problem; `option` '' means the section itself. */
  reject(option: string, rule: string): void;
}

export function readOptions(section: Section): Options {
  const problems: string[] = [];

  function reject(option: string, rule: string): void {
    problems.push(`section '${section.name}'${option === '' ? '' : `, option ${option}`}: ${rule}`);
  }

  function list(name: string): readonly string[] {
    const value = section.values[name];
    if (value === undefined) return [];
    const entries = Array.isArray(value) ? value : [value];
    if (entries.length > MAX_LIST_ENTRIES)
      reject(name, `has more than ${MAX_LIST_ENTRIES} entries`);
    return entries.map((entry: UbusValue) => checked(name, entry));
  }

  function checked(name: string, value: UbusValue): string {
    if (typeof value !== 'string') reject(name, 'must be a text');
    const text = uciText(value);
    if (text.length > MAX_VALUE_CHARS) reject(name, `is longer than ${MAX_VALUE_CHARS} characters`);
    if (!isCleanText(text)) reject(name, 'has control characters or is not UTF-8');
    return text;
  }

  function text(name: string, fallback: string): string {
    const value = section.values[name];
    if (value === undefined) return fallback;
    if (Array.isArray(value)) {
      reject(name, 'must be one option, not a list');
      return fallback;
    }
    const found = checked(name, value);
    return found === '' ? fallback : found;
  }

  function optionalInteger(name: string, min: number, max: number): number | undefined {
    const found = text(name, '');
    if (found === '') return undefined;
    const value = Number(found);
    if (!isDigits(found) || found.length > 10 || value < min || value > max) {
      reject(name, `must be a whole number from ${min} to ${max}`);
      return undefined;
    }
    return value;
  }

  return {
    problems,
    reject,
    list,
    text,
    optionalInteger,
    words: (name) => list(name).flatMap((entry) => entry.split(' ').filter((word) => word !== '')),
    integer: (name, fallback, min, max) => optionalInteger(name, min, max) ?? fallback,
    flag(name, fallback) {
      const found = text(name, '');
      if (found === '') return fallback;
      if (['1', 'on', 'true', 'yes', 'enabled'].includes(found)) return true;
      if (!['0', 'off', 'false', 'no', 'disabled'].includes(found)) reject(name, 'must be 1 or 0');
      return false;
    },
    choice(name, choices, fallback) {
      const found = text(name, fallback);
      const known = choices.find((choice) => choice === found);
      if (known === undefined) reject(name, `must be one of ${choices.join(', ')}`);
      return known ?? fallback;
    },
  };
}

function isCleanText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127 || code === 0xfffd) return false;
  }
  return true;
}
