// SPDX-License-Identifier: MIT
// Composition root: read -> route -> flow -> respond. The only place that catches everything.

import { loadAdmin } from './cli/load.ts';
import { newCorrelationId, type Exchange } from './exchange.ts';
import { loadTick } from './guard/load.ts';
import type { Host } from './host.ts';
import { NO_REQUEST, readRequest } from './http/request.ts';
import { writeResponse, type Response } from './http/response.ts';
import { logLine, printable } from './log.ts';
import { Refusal } from './refusal.ts';
import { route } from './route.ts';
import { loadPlugin } from './rpcd/load.ts';
import { loadTexts } from './texts/load.ts';

/** Answers one CGI request or one call of rpcd, or runs one command; resolves with the exit status. */
export async function main(host: Host): Promise<number> {
  if (host.env('GATEWAY_INTERFACE') !== undefined) {
    writeResponse(host, await respond(host));
    return 0;
  }
  if (isPlugin(host.args())) return (await loadPlugin()).runPlugin(host);
  const [, command, ...words] = host.args();
  if (command === 'tick' && words.length === 0) return (await loadTick()).runTick(host);
  return (await loadAdmin()).runCommand(host);
}

/** rpcd calls its plugins by their path. */
function isPlugin([program = '', verb]: readonly string[]): boolean {
  return program.includes('libexec/rpcd/') || verb === 'list' || verb === 'call';
}

async function respond(host: Host): Promise<Response> {
  const correlationId = newCorrelationId(host);
  let exchange: Exchange | undefined;
  try {
    exchange = { host, request: readRequest(host), correlationId, headers: [] };
    const response = await route(exchange);
    return { ...response, headers: [...response.headers, ...exchange.headers] };
  } catch (error) {
    const { renderRefusal } = await loadTexts();
    return await renderRefusal(
      exchange ?? { host, request: NO_REQUEST, correlationId, headers: [] },
      asRefusal(host, exchange?.correlationId ?? correlationId, error),
    );
  }
}

function asRefusal(host: Host, correlationId: string, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const text =
    error instanceof Error
      ? `${error.name}: ${error.message} ${error.stack ?? ''}`
      : 'not an Error';
  logLine(host, 'error', 'INTERNAL_ERROR', correlationId, printable(text));
  return new Refusal('INTERNAL_ERROR');
}
