// SPDX-License-Identifier: MIT
// Method and path -> flow.

import type { Exchange } from './exchange.ts';
import { answerEnabled } from './flow/enabled.ts';
import { loadLogin } from './flow/load-login.ts';
import { loadCallback, loadInitiate, loadLogout } from './flow/load.ts';
import { showLoggedOut } from './flow/logged-out.ts';
import { queryValues } from './http/request.ts';
import type { Response } from './http/response.ts';
import { printable } from './log.ts';
import { Refusal } from './refusal.ts';

type Flow = (exchange: Exchange) => Response | Promise<Response>;

const startLogin: Flow = async (exchange) => (await loadLogin()).startLogin(exchange);
const finishLogin: Flow = async (exchange) => (await loadCallback()).finishLogin(exchange);
const initiateLogin: Flow = async (exchange) => (await loadInitiate()).initiateLogin(exchange);
const acceptLogoutToken: Flow = async (exchange) =>
  (await loadLogout()).acceptLogoutToken(exchange);
const acceptInitiation: Flow = async (exchange) =>
  (await loadInitiate()).acceptInitiation(exchange);

type Methods = Readonly<Record<string, Flow>>;

/** Path -> method -> flow. */
const ROUTES: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ['', { GET: startLogin }],
  ['/', { GET: startLogin }],
  ['/login', { GET: startLogin }],
  ['/callback', { GET: finishLogin }],
  ['/logged-out', { GET: showLoggedOut }],
  ['/backchannel-logout', { POST: acceptLogoutToken }],
  ['/initiate', { GET: initiateLogin, POST: acceptInitiation }],
]);

/** Runs the flow that the request asks for; refuses with NOT_FOUND or METHOD_NOT_ALLOWED. */
export async function route(exchange: Exchange): Promise<Response> {
  const { request } = exchange;
  const isProbe =
    queryValues(request, 'action').includes('enabled') &&
    (request.path === '' || request.path === '/');
  const methods: Methods | undefined = isProbe ? { GET: answerEnabled } : ROUTES.get(request.path);
  if (methods === undefined) throw new Refusal('NOT_FOUND', `path ${printable(request.path)}`);
  const flow = Object.keys(methods).includes(request.method) ? methods[request.method] : undefined;
  if (flow === undefined) {
    exchange.headers.push(['Allow', Object.keys(methods).join(', ')]);
    throw new Refusal('METHOD_NOT_ALLOWED', `method ${printable(request.method)}`);
  }
  return flow(exchange);
}
