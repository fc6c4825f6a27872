// SPDX-License-Identifier: MIT
// uhttpd's /ubus: JSON-RPC 2.0 to ubus for browsers, each call checked against the rights of the
// session that it names (`session access`, scope `ubus`). Left out: the REST forms, subscriptions, CORS.
import path from 'node:path';
import type { Table } from './blobmsg.ts';
import { jsonToValue, valueToJson } from './exec-plugin.ts';
import type { Handler, Request } from './http-server.ts';
import { Ubus, UbusError, STATUS } from './ubus.ts';

const ERRORS = {
  parse: [-32700, 'Parse error'],
  request: [-32600, 'Invalid request'],
  method: [-32601, 'Method not found'],
  params: [-32602, 'Invalid parameters'],
  object: [-32000, 'Object not found'],
  access: [-32002, 'Access denied'],
} as const;

type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

const failed = (name: keyof typeof ERRORS): Answer => ({ error: { code: ERRORS[name][0], message: ERRORS[name][1] } });

/** Like rpcd's own types, but the browser's numbers may be anything. */
function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (jsonToValue(value) as Table) : undefined;
}

export function ubusEndpoint(tree: string): { handler: Handler; stop(): void } {
  let connection: Promise<Ubus> | undefined;
  const bus = (): Promise<Ubus> => (connection ??= Ubus.connect(path.join(tree, 'var/run/ubus/ubus.sock')));

  const mayCall = async (session: string, object: string, method: string): Promise<boolean> => {
    try {
      const [answer] = await (await bus()).call('session', 'access', { ubus_rpc_session: session, object, function: method });
      return answer?.access === true;
    } catch (error) {
      if (error instanceof UbusError) return false;
      throw error;
    }
  };

  const call = async (params: unknown): Promise<Answer> => {
    if (!Array.isArray(params) || params.length < 4) return failed('params');
    const [session, object, method] = params as unknown[];
    const args = asTable(params[3]);
    if (typeof session !== 'string' || typeof object !== 'string' || typeof method !== 'string' || args === undefined)
      return failed('params');
    if (!(await (await bus()).has(object))) return failed('object');
    if (!(await mayCall(session, object, method))) return failed('access');
    try {
      const [data] = await (await bus()).call(object, method, { ...args, ubus_rpc_session: session });
      return { result: data === undefined ? [STATUS.OK] : [STATUS.OK, valueToJson(data)] };
    } catch (error) {
      if (error instanceof UbusError) return { result: [error.status] };
      throw error;
    }
  };

  const one = async (request: unknown): Promise<object> => {
    const { jsonrpc, id = null, method, params } = asObject(request);
    const answer =
      jsonrpc !== '2.0' || typeof method !== 'string' ? failed('request') : method === 'call' ? await call(params) : failed('method');
    return { jsonrpc: '2.0', id, ...answer };
  };

  const answer = async (request: Request): Promise<unknown> => {
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString('utf8'));
    } catch {
      return { jsonrpc: '2.0', id: null, ...failed('parse') };
    }
    return Array.isArray(body) ? Promise.all(body.map(one)) : one(body);
  };

  return {
    handler: async (request) => {
      if (request.method !== 'POST')
        return { status: 405, headers: [['Content-Type', 'text/plain']], body: Buffer.from('Method not allowed\n') };
      return { status: 200, headers: [['Content-Type', 'application/json']], body: Buffer.from(JSON.stringify(await answer(request))) };
    },
    stop: () =>
      void connection?.then(
        (ubus) => ubus.close(),
        () => undefined,
      ),
  };
}

function asObject(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}
