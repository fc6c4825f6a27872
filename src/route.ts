// SPDX-License-Identifier: MIT
// 2. Method and path -> flow (product.md 3).

import type { Exchange } from './exchange.ts';
import { answerEnabled } from './flow/enabled.ts';
import { queryValues } from './http/request.ts';
import type { Response } from './http/response.ts';
import { loadCallback, loadLogin } from './load.ts';
import { printable } from './log.ts';
import { Refusal } from './refusal.ts';

type Flow = (exchange: Exchange) => Response | Promise<Response>;

const startLogin: Flow = async (exchange) => (await loadLogin()).startLogin(exchange);
const finishLogin: Flow = async (exchange) => (await loadCallback()).finishLogin(exchange);

const GET_ROUTES: ReadonlyMap<string, Flow> = new Map([
  ['', startLogin],
  ['/', startLogin],
  ['/login', startLogin],
  ['/callback', finishLogin],
]);

/** Runs the flow that the request asks for; refuses with NOT_FOUND or METHOD_NOT_ALLOWED. */
export async function route(exchange: Exchange): Promise<Response> {
  const { request } = exchange;
  const isProbe =
    queryValues(request, 'action').includes('enabled') &&
    (request.path === '' || request.path === '/');
  const flow = isProbe ? answerEnabled : GET_ROUTES.get(request.path);
  if (flow === undefined) throw new Refusal('NOT_FOUND', `path ${printable(request.path)}`);
  if (request.method !== 'GET') {
    exchange.headers.push(['Allow', 'GET']);
    throw new Refusal('METHOD_NOT_ALLOWED', `method ${printable(request.method)}`);
  }
  return flow(exchange);
}
