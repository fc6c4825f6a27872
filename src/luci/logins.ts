// SPDX-License-Identifier: MIT
// What tells the guard that there may be a session again: a state file that each login replaces.

import { encodeUtf8 } from '#native';
import type { Host } from '../host.ts';

const LOGINS_FILE = 'logins';
const NOTE_FILE = 'guard.note';

/**
 * To be called when the session is known as one of SSO, and before it can be used: a tick that does not
 * see this file change then sees the session.
 */
export function noteLogin(host: Host): void {
  // Its time is what counts. A full tmpfs still lets the note of calm be removed.
  if (!host.stateReplace(LOGINS_FILE, encodeUtf8(String(host.wallSeconds()))).ok)
    host.stateRemove(NOTE_FILE);
}
