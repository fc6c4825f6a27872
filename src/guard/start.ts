// SPDX-License-Identifier: MIT
// Whether a guard runs, and what a login does when none does: a configuration that was committed in a
// shell has started nothing.

import { decodeUtf8, encodeUtf8 } from '#native';
import { isDigits } from '../codec/chars.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import type { Host } from '../host.ts';

/** The guard holds it for as long as it lives; see ts-runtime/sso_guard.c. */
const LOCK_FILE = 'guard.lock';
/** When the last tick was, and when a guard was to be started: seconds of the boot clock. */
const TICKED_FILE = 'guard.ticked';
const STARTED_FILE = 'guard.started';
const MAX_BYTES = 32;
/** A tick of cron, which comes each minute, may be late. */
const CRON_S = 150;
const RETRY_S = 60;

/** `cron`: there is none, but somebody runs `luci-sso tick` often enough. */
export type Guarding = 'guard' | 'cron' | 'none';

export function guardingOf(host: Host): Guarding {
  const lock = host.stateLock(LOCK_FILE, host.bootMilliseconds());
  if (!lock.ok) return 'guard';
  host.streamClose(lock.id);
  const { timeS, isOfCron } = readTime(host, TICKED_FILE);
  return isOfCron && ageOf(host, timeS) < CRON_S ? 'cron' : 'none';
}

/**
 * Starts the guard where none runs, at most once a minute, and does not wait for it. What fails costs a
 * line in the log, not the login: sessions then end by idleness alone.
 */
export function ensureGuard(exchange: Exchange): void {
  const { host } = exchange;
  if (guardingOf(host) !== 'none') return;
  const last = readTime(host, STARTED_FILE).timeS;
  if (ageOf(host, last) < RETRY_S) return;
  host.stateReplace(STARTED_FILE, encodeUtf8(String(nowS(host))));
  const started = host.guardStart();
  if (!started.ok) warn(exchange, `not started: ${started.reason}`);
  else if (last > 0 && readTime(host, TICKED_FILE).timeS < last)
    warn(exchange, 'the last start has had no effect');
}

/** Whether a login has tried to. */
export function wasGuardStarted(host: Host): boolean {
  return readTime(host, STARTED_FILE).timeS > 0;
}

function warn(exchange: Exchange, detail: string): void {
  logExchange(exchange, 'warning', 'GUARD_NOT_RUNNING', detail);
}

/** A time that lies ahead is of another boot, and long past. */
function ageOf(host: Host, timeS: number): number {
  const age = nowS(host) - timeS;
  return timeS === 0 || age < 0 ? Infinity : age;
}

function nowS(host: Host): number {
  return Math.floor(host.bootMilliseconds() / 1000);
}

/** `timeS` is 0 when it is not known. */
function readTime(
  host: Host,
  name: string,
): { readonly timeS: number; readonly isOfCron: boolean } {
  const file = host.stateRead(name, MAX_BYTES);
  const [time = '', who] = file.ok ? (decodeUtf8(file.bytes) ?? '').split(' ') : [];
  return { timeS: isDigits(time) ? Number(time) : 0, isOfCron: who === 'cron' };
}
