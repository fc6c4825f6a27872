// SPDX-License-Identifier: MIT
// One row of a hostile server's table: what the server does, and what must happen.
import type { Plan } from './tls-server/handshake.ts';

export interface Row {
  readonly plan: Plan;
  /** The server's key; ECDSA unless said. 'stolen': its certificate is genuine, but somebody else's. */
  readonly key?: 'rsa' | 'stolen';
  /** What the probe says of the handshake. */
  readonly open: string;
  /** What the server is told about it. */
  readonly alert?: number;
  /** Where the handshake is 'ok': how the stream ends, and what was delivered before. */
  readonly received?: string;
  readonly output?: string;
  /** The library's own affair, which another build or release of mbedTLS may see otherwise. */
  readonly library?: true;
}

const refused = (code: string, alert?: number): Pick<Row, 'open' | 'alert'> =>
  alert === undefined ? { open: `tls: -0x${code}` } : { open: `tls: -0x${code}`, alert };
/** mbedTLS's code, and the alert that goes with it. */
export const REFUSED = {
  unexpectedMessage: refused('7700', 10),
  illegalParameter: refused('6600', 47),
  handshakeFailure: refused('6e00', 40),
  decryptError: refused('6e00', 51),
  badSignature: refused('4e00', 51),
  unsupportedExtension: refused('7500', 110),
  decodeError: refused('7300', 50),
  protocolVersion: refused('6e80', 70),
  /** Records that cannot be are refused without a word: the code is all. */
  badMac: refused('7180'),
  badRecord: refused('7200'),
  tooLong: refused('7100'),
} as const;
/** The handshake was fine, and what came after it ends the stream. */
export const broken = (by: Pick<Row, 'open'>): Pick<Row, 'open' | 'received'> => ({ open: 'ok', received: by.open });
export const ACCEPTED = { open: 'ok', received: 'end', output: 'an answer' } as const;

export const prefixed = (prefix: string, rows: Readonly<Record<string, Row>>): Array<readonly [string, Row]> =>
  Object.entries(rows).map(([title, row]) => [`${prefix}: ${title}`, row]);
