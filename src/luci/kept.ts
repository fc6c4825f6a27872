// SPDX-License-Identifier: MIT
// The refresh tokens that are kept: one file for a session, in tmpfs. In front of each is when it is to
// be used, so that a tick without work opens none.

import { bytesToLatin1, encodeBase64url, latin1ToBytes, sha256 } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import { isDigits } from '../codec/chars.ts';
import type { Host } from '../host.ts';

const PREFIX = 'kept.';
/** When the guard itself used a session, which is not its owner's use. */
const OWN_PREFIX = 'own-use.';
export const MAX_KEPT = 200;
const MAX_FILE_BYTES = 8192;
const MAX_OWN_BYTES = 32;
const LINE_END = 10;
const MAX_TIME_DIGITS = 10;

/** All in whole seconds of the boot clock; 0 = never. */
export interface Schedule {
  /** From when on it is to be used, if the session is. */
  readonly dueS: number;
  /** The login, or the last check that came to its end. */
  readonly checkedS: number;
  /** Since when the provider does not answer. */
  readonly outageS: number;
  /** 1: new tokens were saved, and nothing was done by them yet. */
  readonly pending: number;
}

export interface KeptToken {
  /** Names the session, and is of no use as its id. */
  readonly name: string;
  readonly schedule: Schedule;
  /** recheck/grant.ts */
  readonly sealed: Uint8Array;
}

/** The name of what is kept for a session. */
export function keptName(session: string): string {
  return encodeBase64url(sha256(latin1ToBytes(session)));
}

/** The names of all that are kept; none when they cannot be listed. */
export function listKept(host: Host): readonly string[] {
  const list = host.stateList();
  if (!list.ok) return [];
  return list.names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length));
}

/** `undefined` when there is none, or none that this program wrote. */
export function readKept(host: Host, name: string): KeptToken | undefined {
  const file = host.stateRead(PREFIX + name, MAX_FILE_BYTES);
  if (!file.ok) return undefined;
  const end = file.bytes.indexOf(LINE_END);
  if (end < 0) return undefined;
  const words = bytesToLatin1(file.bytes, 0, end).split(' ');
  if (words.length !== 4 || !words.every(isTime)) return undefined;
  const [dueS = 0, checkedS = 0, outageS = 0, pending = 0] = words.map(Number);
  const schedule = { dueS, checkedS, outageS, pending };
  return { name, schedule, sealed: file.bytes.subarray(end + 1) };
}

function isTime(word: string): boolean {
  return isDigits(word) && word.length <= MAX_TIME_DIGITS;
}

/** Saves it whole or not at all; gives the reason in a word when it is not saved. */
export function saveKept(host: Host, { name, schedule, sealed }: KeptToken): string {
  const { dueS, checkedS, outageS, pending } = schedule;
  const head = `${dueS} ${checkedS} ${outageS} ${pending}\n`;
  const bytes = concatBytes([latin1ToBytes(head), sealed]);
  if (bytes.length > MAX_FILE_BYTES) return 'too_large';
  return host.stateReplace(PREFIX + name, bytes).ok ? '' : 'no_space';
}

/** Forgets it, and what belongs to it. */
export function removeKept(host: Host, name: string): void {
  host.stateRemove(PREFIX + name);
  host.stateRemove(OWN_PREFIX + name);
}

/** To be called whenever this program renews a session's idle time, so that it is not taken for use. */
export function noteOwnUse(host: Host, session: string): void {
  const name = keptName(session);
  const kept = host.stateRead(PREFIX + name, 0);
  if (!kept.ok && kept.reason === 'missing') return;
  host.stateReplace(OWN_PREFIX + name, latin1ToBytes(String(bootSeconds(host))));
}

/** When that was last; 0 = never. */
export function lastOwnUse(host: Host, name: string): number {
  const file = host.stateRead(OWN_PREFIX + name, MAX_OWN_BYTES);
  return file.ok ? Number(bytesToLatin1(file.bytes)) || 0 : 0;
}

/** The time that schedules are in. */
export function bootSeconds(host: Host): number {
  return Math.floor(host.bootMilliseconds() / 1000);
}
