// SPDX-License-Identifier: MIT
// What commands print.

import { encodeUtf8 } from '#native';
import { sessionsOf } from '../access/session-calls.ts';
import { withoutBidi } from '../codec/chars.ts';
import type { Host } from '../host.ts';

/** Prints the lines and gives the exit status of a command that is done. */
export function print(host: Host, ...lines: readonly string[]): number {
  host.writeOutput(encodeUtf8(`${lines.join('\n')}\n`));
  return 0;
}

/** Says on standard error what went wrong, and gives the exit status of that. */
export function endWithError(host: Host, text: string): number {
  host.writeError(encodeUtf8(`luci-sso: ${text}\n`));
  return 1;
}

/** The exit status of a command that ended sessions; `failed` of them live on. */
export function statusOf(host: Host, failed: number): number {
  return failed === 0 ? 0 : endWithError(host, `could not end ${sessionsOf(failed)}`);
}

/** Foreign text without what terminals obey, and without marks that reorder it. */
export function shown(text: string): string {
  let out = '';
  for (const char of withoutBidi(text)) {
    const code = char.charCodeAt(0);
    out += code < 32 || (code >= 127 && code < 160) ? '?' : char;
  }
  return out;
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;

/** `0 min`, `5 h`, `3 d`: no clock of this router need be right for it to be useful. */
export function duration(seconds: number): string {
  if (seconds < 2 * HOUR_S) return `${Math.max(0, Math.floor(seconds / MINUTE_S))} min`;
  if (seconds < 2 * DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  return `${Math.floor(seconds / DAY_S)} d`;
}
