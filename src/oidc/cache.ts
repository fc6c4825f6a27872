// SPDX-License-Identifier: MIT
// Cached documents in tmpfs, aged by CLOCK_BOOTTIME. Files that only we write: a damaged or foreign
// one counts as absent (security 35, 36).

import { decodeUtf8, encodeUtf8 } from '#native';
import type { Host } from '../host.ts';

/** However long the provider lets an answer be kept. */
export const MAX_DOCUMENT_AGE_S = 86400;

const MAX_ENTRY_BYTES = 65536;

interface CacheEntry {
  readonly until?: unknown;
  readonly value?: unknown;
}

/**
 * The object stored under `name` while it is fresh; `undefined` otherwise. Members are not checked.
 * What claims to stay fresh for longer than `maxAgeS` was written in another boot, and is not.
 */
export function readCache(
  host: Host,
  name: string,
  maxBytes: number,
  maxAgeS: number,
): object | undefined {
  const { until, value } = readEntry(host, name, maxBytes);
  if (typeof until !== 'number' || typeof value !== 'object' || value === null) return undefined;
  const nowS = host.bootMilliseconds() / 1000;
  return until > nowS && until <= nowS + maxAgeS ? value : undefined;
}

/** Until when, in seconds of the boot clock; 0 when there is none. */
export function freshUntil(host: Host, name: string): number {
  const { until } = readEntry(host, name, MAX_ENTRY_BYTES);
  return typeof until === 'number' ? until : 0;
}

function readEntry(host: Host, name: string, maxBytes: number): CacheEntry {
  const file = host.stateRead(name, maxBytes);
  return file.ok ? parseEntry(decodeUtf8(file.bytes) ?? '') : {};
}

function parseEntry(text: string): CacheEntry {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // A truncated file is an absent one.
    return {};
  }
}

/** Stores `value` for `maxAgeS` seconds. A full tmpfs costs speed, not the login: failures are ignored. */
export function writeCache(host: Host, name: string, value: object, maxAgeS: number): boolean {
  const until = Math.floor(host.bootMilliseconds() / 1000) + maxAgeS;
  return host.stateReplace(name, encodeUtf8(JSON.stringify({ until, value }))).ok;
}
