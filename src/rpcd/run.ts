// SPDX-License-Identifier: MIT
// rpcd's entry: the ubus object `luci-sso` of the settings page. rpcd starts the program with `list`
// once, and with `call <method>` for each call, JSON on standard input and output (rpcd: plugin.c).

import { encodeUtf8 } from '#native';
import { parseJsonObject, type JsonObject } from '../codec/json.ts';
import type { Host } from '../host.ts';
import { logLine, printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { callAclGroups } from './acl-groups.ts';
import type { Call } from './call.ts';
import { callCheck } from './check.ts';
import { callEndSession, callSessions } from './sessions.ts';
import { callStatus } from './status.ts';

type Method = (call: Call) => object | Promise<object>;

/** Method -> what it does, and its arguments by example, as rpcd wants them. */
const METHODS: ReadonlyMap<string, readonly [method: Method, example: object]> = new Map([
  ['status', [callStatus, {}]],
  ['check', [callCheck, { id: 'id', values: {} }]],
  ['sessions', [callSessions, {}]],
  ['end_session', [callEndSession, { id: 'id' }]],
  ['acl_groups', [callAclGroups, {}]],
]);

/** rpcd hands over what fits a pipe. */
const MAX_INPUT_BYTES = 65536;

/** Answers `list` or one `call`. rpcd looks at the output only; the exit status is for people. */
export async function runPlugin(host: Host): Promise<number> {
  const [, verb, name = ''] = host.args();
  if (verb === 'list') {
    const examples = [...METHODS].map(([method, [, example]]) => [method, example] as const);
    print(host, Object.fromEntries(examples));
    return 0;
  }
  try {
    print(host, await dispatch(host, verb, name));
    return 0;
  } catch (error) {
    const refusal = asRefusal(host, error);
    print(host, { error: printable(refusal.detail), code: refusal.code });
    return 1;
  }
}

async function dispatch(host: Host, verb: string | undefined, name: string): Promise<object> {
  const method = METHODS.get(name);
  if (verb !== 'call' || method === undefined)
    throw new Refusal('INVALID_INPUT', `no method '${name}'`);
  const input = readInput(host);
  const session = input['ubus_rpc_session'];
  const bus = openUbus(host);
  const [run] = method;
  const done = await run({ host, bus, input, session: typeof session === 'string' ? session : '' });
  closeUbus(bus);
  return done;
}

function readInput(host: Host): JsonObject {
  const input = host.readInput(MAX_INPUT_BYTES);
  if (!input.ok) throw new Refusal('INVALID_INPUT', `standard input: ${input.reason}`);
  const parsed = parseJsonObject(input.bytes);
  if (!parsed.ok) throw new Refusal('INVALID_INPUT', `standard input: ${parsed.reason}`);
  return parsed.value;
}

function asRefusal(host: Host, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error';
  // Chance may be what is broken, so the line has no random id.
  logLine(host, 'error', 'INTERNAL_ERROR', 'rpcd', printable(text));
  return new Refusal('INTERNAL_ERROR', 'the log has more');
}

function print(host: Host, value: object): void {
  host.writeOutput(encodeUtf8(`${JSON.stringify(value)}\n`));
}
