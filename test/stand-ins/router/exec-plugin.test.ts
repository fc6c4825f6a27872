// SPDX-License-Identifier: MIT
// The stand-in of rpcd's exec plugins, and uhttpd's /ubus before them: small shell programs as plugins.
import test from 'ava';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { until } from '../../_helpers/until.ts';
import { startRouter, type Router } from './router.ts';
import { Ubus, UbusError } from './ubus.ts';

/** Each method shows one thing that a plugin may do. */
const PLUGIN = `#!/bin/sh
case "$1 $2" in
"list ") echo '{"echo":{"text":"x","flag":true,"list":[],"table":{},"byte":8,"long":64,"int":1},"empty":{},"cut":{},"array":{},"slow":{},"fails":{},"where":{}}' ;;
"call echo") cat ;;
"call empty") exit 0 ;;
"call cut") printf '{"a":' ;;
"call array") echo '[1]' ;;
"call slow") sleep 30 ;;
"call fails") echo '{"error":"no"}'; echo 'to the log' >&2; exit 3 ;;
"call where") echo "{\\"program\\":\\"$0\\",\\"cgi\\":\\"\${GATEWAY_INTERFACE-unset}\\",\\"big\\":5000000000}" ;;
esac
`;

let router: Router;
let ubus: Ubus;
/** For each plugin that runs: its time is over. */
const running = new Set<() => void>();
const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-plugin-'));

test.before(async () => {
  const program = path.join(folder, 'plugin');
  writeFileSync(program, PLUGIN);
  chmodSync(program, 0o755);
  const pluginTimer = (expire: () => void) => {
    running.add(expire);
    return () => void running.delete(expire);
  };
  router = await startRouter({ program, withPlugin: true, pluginTimer });
  ubus = await Ubus.connect(path.join(router.tree, 'var/run/ubus/ubus.sock'));
});
test.after.always(async () => {
  ubus?.close();
  await router?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const status = async (method: string): Promise<number> => {
  try {
    await ubus.call('luci-sso', method);
    return 0;
  } catch (error) {
    if (error instanceof UbusError) return error.status;
    throw error;
  }
};

test('arguments go in and the answer comes out with their types', async (t) => {
  const args = { text: 'ü"\n', flag: true, none: false, list: ['1', 'b'], table: { inner: 'x' }, int: -5, long: 5_000_000_000n };
  t.deepEqual(await ubus.call('luci-sso', 'echo', args), [args]);
  t.deepEqual(await ubus.call('luci-sso', 'where'), [
    { program: path.join(router.tree, 'usr/libexec/rpcd/luci-sso'), cgi: 'unset', big: 5_000_000_000n },
  ]);
});

test('only what is printed counts: statuses are those of rpcd', async (t) => {
  t.is(await status('empty'), 5);
  t.is(await status('cut'), 2);
  t.is(await status('array'), 2);
  t.is(await status('nosuch'), 3);
  t.deepEqual(await ubus.call('luci-sso', 'fails'), [{ error: 'no' }]);
  t.true(router.log().includes('to the log'));
});

test.serial('a plugin that takes too long is killed, and others answer meanwhile', async (t) => {
  const slow = status('slow');
  t.is(await status('fails'), 0);
  await until(() => (running.size === 1 ? true : undefined));
  for (const expire of running) expire();
  t.is(await slow, 5);
});

test('a program that names no methods is no plugin', async (t) => {
  const other = await startRouter({ program: '/bin/true', withPlugin: true });
  t.teardown(() => other.stop());
  const bus = await Ubus.connect(path.join(other.tree, 'var/run/ubus/ubus.sock'));
  t.teardown(() => bus.close());
  t.false(await bus.has('luci-sso'));
  t.true(await bus.has('session'));
});

// ---- /ubus ----

type Json = Record<string, unknown>;

async function post(body: unknown, method = 'POST'): Promise<{ status: number; json: Json }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${router.url}/ubus`, { method, ...(method === 'POST' ? { body: text } : {}) });
  return { status: answer.status, json: method === 'POST' ? ((await answer.json()) as Json) : {} };
}

const rpc = (session: string, object: string, method: string, args: unknown = {}): Json => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'call',
  params: [session, object, method, args],
});

async function sessionWith(...objects: [string, string][]): Promise<string> {
  const id = String((await ubus.call('session', 'create', {}))[0]?.ubus_rpc_session);
  await ubus.call('session', 'grant', { ubus_rpc_session: id, objects });
  return id;
}

test('a browser calls what its session may call, and the plugin learns whose session it is', async (t) => {
  const id = await sessionWith(['luci-sso', 'echo']);
  t.deepEqual((await post(rpc(id, 'luci-sso', 'echo', { a: [1, 'x'] }))).json, {
    jsonrpc: '2.0',
    id: 7,
    result: [0, { a: [1, 'x'], ubus_rpc_session: id }],
  });
  const forged = (await post(rpc(id, 'luci-sso', 'echo', { ubus_rpc_session: 'f'.repeat(32) }))).json;
  t.deepEqual(forged.result, [0, { ubus_rpc_session: id }]);
});

test('without the right there is no call', async (t) => {
  const id = await sessionWith(['luci-sso', 'echo']);
  const denied = { code: -32002, message: 'Access denied' };
  t.deepEqual((await post(rpc(id, 'luci-sso', 'empty'))).json.error, denied);
  t.deepEqual((await post(rpc('0'.repeat(32), 'luci-sso', 'echo'))).json.error, denied);
  t.deepEqual((await post(rpc('nonsense', 'luci-sso', 'echo'))).json.error, denied);
  const open = (await post(rpc('0'.repeat(32), 'session', 'access', { scope: 'ubus', object: 'luci-sso', function: 'echo' }))).json;
  t.deepEqual(open.result, [0, { access: false }]);
});

test('statuses and errors of JSON-RPC', async (t) => {
  const id = await sessionWith(['luci-sso', '*']);
  t.deepEqual((await post(rpc(id, 'luci-sso', 'empty'))).json.result, [5]);
  const code = async (body: unknown) => ((await post(body)).json.error as Json | undefined)?.code;
  t.is(await code('{'), -32700);
  t.is(await code({ id: 1 }), -32600);
  t.is(await code({ jsonrpc: '2.0', method: 'nosuch' }), -32601);
  t.is(await code({ jsonrpc: '2.0', method: 'call', params: [id] }), -32602);
  t.is(await code(rpc(id, 'luci-sso', 'echo', [])), -32602);
  t.is(await code(rpc(id, 'nosuch', 'x')), -32000);
  const both = (await post([rpc(id, 'luci-sso', 'empty'), rpc(id, 'nosuch', 'x')])).json as unknown as Json[];
  t.deepEqual(
    both.map((answer) => answer.id),
    [7, 7],
  );
  t.is((await post('', 'GET')).status, 405);
});
