// SPDX-License-Identifier: MIT
// What a tick leaves for the next one, in a file: whether there is anything to do while nothing changes.
// ts-runtime/sso_guard.c reads the same note before it starts the engine.

import { decodeUtf8, encodeUtf8 } from '#native';
import type { Host } from '../host.ts';
import { GUARD_NOTE } from '../luci/logins.ts';

const MAX_NOTE_BYTES = 512;

/** `quiet`: no session of SSO lives; `settled`: everything is as the configuration wants it. */
export type Calm = 'quiet' | 'settled';

/**
 * When there will be work, as the last tick noted it, if that one left everything in order and neither
 * configuration nor rpcd is another since; `undefined` otherwise.
 */
export function readCalm(host: Host, stamp: string, rpcd: number): number | undefined {
  const note = host.stateRead(GUARD_NOTE, MAX_NOTE_BYTES);
  if (!note.ok) return undefined;
  const [head = '', noted] = (decodeUtf8(note.bytes) ?? '').split('\n');
  const [, wakeS, ofRpcd] = head.split(' ');
  return noted === stamp && ofRpcd === String(rpcd) ? Number(wakeS) : undefined;
}

/**
 * `stamp` is from before anything was looked at: what changes meanwhile is seen next time. `wakeS` is
 * when a quiet guard has to look again all the same, by the boot clock; 0 = never.
 */
export function noteCalm(host: Host, calm: Calm, wakeS: number, rpcd: number, stamp: string): void {
  host.stateReplace(GUARD_NOTE, encodeUtf8(`${calm} ${wakeS} ${rpcd}\n${stamp}`));
}

/** The next tick looks at everything. */
export function forgetCalm(host: Host): void {
  host.stateRemove(GUARD_NOTE);
}
