// SPDX-License-Identifier: MIT
// What one request carries through its flow: the world, the question, and a name for the log.

import { encodeBase64url } from '#native';
import type { Host } from './host.ts';
import type { Request } from './http/request.ts';
import { logLine, type LogLevel } from './log.ts';

/** The page of LuCI that a login is for. */
export interface ReturnTarget {
  /** Already judged: '' = LuCI's first page. */
  readonly path: string;
  /** Whether a page of this router asked for it, so that it may be opened without a click. */
  readonly isOwn: boolean;
  /** Of this login: says at which address of the router the answer counts. */
  readonly redirectUri: string;
}

export interface Exchange {
  readonly host: Host;
  readonly request: Request;
  /** In every log line of this request and on its error page; of a login that was recognised, the login's own. */
  correlationId: string;
  /** Headers that the answer carries whatever happens (expired cookies, mostly). */
  readonly headers: Array<readonly [name: string, value: string]>;
  /** Once it is judged: "Try again" keeps it. */
  returnTo?: ReturnTarget;
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
