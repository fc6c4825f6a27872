// SPDX-License-Identifier: MIT
// The shape of a log line: a stable code first, then who and why. Foreign text is
// reduced to printable ASCII and cut, so a line can neither be forged nor flood the log.

import { withoutBidi } from './codec/chars.ts';
import type { Host } from './host.ts';

export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

const SYSLOG_LEVEL = { error: 3, warning: 4, info: 6, debug: 7 } as const;
const MAX_FOREIGN_CHARS = 200;
const MAX_WORDS_CHARS = 300;
const CUT = ' ... ';

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

/** Foreign text for a log line: printable ASCII only, and cut. */
export function printable(text: string, maxChars = MAX_FOREIGN_CHARS): string {
  let out = '';
  for (let i = 0; i < text.length && out.length < maxChars; i++) {
    const code = text.charCodeAt(i);
    out += code >= 32 && code < 127 ? text.charAt(i) : '?';
  }
  return out;
}

/** The same for what a provider says in its own words: cut in the middle, as the end often has the reason. */
export function printableWords(text: string): string {
  const half = (MAX_WORDS_CHARS - CUT.length) / 2;
  const isLong = text.length > MAX_WORDS_CHARS;
  const cut = isLong ? text.slice(0, half) + CUT + text.slice(-half) : text;
  return printable(cut, MAX_WORDS_CHARS);
}
