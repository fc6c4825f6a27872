// SPDX-License-Identifier: MIT
// What a login leaves for the guard, in a state file that each one replaces.

import { encodeUtf8 } from '#native';
import type { Host } from '../host.ts';

/** The guard's own note, by which it sleeps: guard/note.ts. */
export const GUARD_NOTE = 'guard.note';
const LOGINS_FILE = 'logins';

/**
 * Tells the guard that there may be a session again. To be called when the session is known as one of
 * SSO, and before it can be used: a tick that does not see this file change then sees the session.
 */
export function noteLogin(host: Host): void {
  // Its time is what counts. A full tmpfs still lets the note of calm be removed.
  if (!host.stateReplace(LOGINS_FILE, encodeUtf8(String(host.wallSeconds()))).ok)
    host.stateRemove(GUARD_NOTE);
}
