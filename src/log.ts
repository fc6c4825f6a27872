// SPDX-License-Identifier: MIT
// The shape of a log line: a stable code first, then who and why. Foreign text is
// reduced to printable ASCII and cut, so a line can neither be forged nor flood the log.

import { withoutBidi } from './codec/chars.ts';
import type { Host } from './host.ts';

export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

const SYSLOG_LEVEL = { error: 3, warning: 4, info: 6, debug: 7 } as const;
const MAX_FOREIGN_CHARS = 200;

/** Writes `CODE [id] detail`; `detail` must not hold a token, code, secret, verifier or cookie. */
export function logLine(
  host: Host,
  level: LogLevel,
  code: string,
  correlationId: string,
  detail: string,
): void {
  host.log(
    SYSLOG_LEVEL[level],
    detail === ''
      ? `${code} [${correlationId}]`
      : `${code} [${correlationId}] ${withoutBidi(detail)}`,
  );
}

/** Foreign text for a log line: printable ASCII only, at most 200 characters. */
export function printable(text: string): string {
  let out = '';
  for (let i = 0; i < text.length && out.length < MAX_FOREIGN_CHARS; i++) {
    const code = text.charCodeAt(i);
    out += code >= 32 && code < 127 ? text.charAt(i) : '?';
  }
  return out;
}
