// SPDX-License-Identifier: MIT
// What a login leaves for the guard, in a state file that each one replaces.

import { bytesToLatin1, latin1ToBytes } from '#native';
import type { Host } from '../host.ts';
import { bootSeconds } from './kept.ts';

/** The guard's own note, by which it sleeps: guard/note.ts. */
export const GUARD_NOTE = 'guard.note';
const LOGINS_FILE = 'logins';
const MAX_BYTES = 32;

/**
 * Tells the guard that there may be a session again. To be called when the session is known as one of
 * SSO, and before it can be used: a tick that does not see this file change then sees the session.
 */
export function noteLogin(host: Host): void {
  // A full tmpfs still lets the note of calm be removed.
  if (!host.stateReplace(LOGINS_FILE, latin1ToBytes(String(bootSeconds(host)))).ok)
    host.stateRemove(GUARD_NOTE);
}

/** When the last login was, by the boot clock; 0 = none since the router started. */
export function lastLogin(host: Host): number {
  const file = host.stateRead(LOGINS_FILE, MAX_BYTES);
  return file.ok ? Number(bytesToLatin1(file.bytes)) || 0 : 0;
}
