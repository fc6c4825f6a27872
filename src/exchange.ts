// SPDX-License-Identifier: MIT
// What one request carries through its flow: the world, the question, and a name for the log.

import { encodeBase64url } from '#native';
import type { Host } from './host.ts';
import type { Request } from './http/request.ts';
import { logLine, type LogLevel } from './log.ts';

export interface Exchange {
  readonly host: Host;
  readonly request: Request;
  /** Stands in every log line of this request and on its error page. */
  readonly correlationId: string;
  /** Headers that the answer carries whatever happens (expired cookies, mostly). */
  readonly headers: Array<readonly [name: string, value: string]>;
  /** The page of LuCI that this login is for, once it is judged: "Try again" keeps it. */
  returnTo?: string;
}

const CORRELATION_BYTES = 6;

export function newCorrelationId(host: Host): string {
  return encodeBase64url(host.random(CORRELATION_BYTES));
}

export function logExchange(
  exchange: Exchange,
  level: LogLevel,
  code: string,
  detail: string,
): void {
  const client = `client=${exchange.request.clientAddress}`;
  logLine(
    exchange.host,
    level,
    code,
    exchange.correlationId,
    detail === '' ? client : `${client} ${detail}`,
  );
}
