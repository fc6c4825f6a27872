// SPDX-License-Identifier: MIT
// rpcd's exec plugins: a program in /usr/libexec/rpcd that says its methods when it is called with
// `list`, and runs one with `call <method>`, JSON on standard input and output. Read from rpcd's
// plugin.c and exec.c: the exit status and standard error do not count, only what was printed does.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Table, Value } from './blobmsg.ts';
import { STATUS, UbusError, type Method } from './ubus.ts';

/** What OpenWrt's /etc/config/rpcd sets. */
const EXEC_TIMEOUT_MS = 30_000;

/** Calls `expire` when a plugin has had its time; the function that comes back stops that. */
export type StartTimer = (expire: () => void) => () => void;

const startTimer: StartTimer = (expire) => {
  const timer = setTimeout(expire, EXEC_TIMEOUT_MS);
  return () => clearTimeout(timer);
};

export interface Plugin {
  readonly name: string;
  readonly methods: Record<string, Method>;
}

export interface PluginOptions {
  readonly tree: string;
  /** What runs the programs: nothing, or for example the emulator of _helpers/emulator.ts. */
  readonly runner: readonly string[];
  readonly startTimer?: StartTimer;
  /** Hears what the programs write to standard error, which is their log where there is no /dev/log. */
  readonly log: (line: string) => void;
}

/** What a blobmsg type of JSON is, as `ubus -v list` numbers it; an int says its width by its value. */
function typeOf(example: Value): number {
  if (typeof example === 'string') return 3;
  if (typeof example === 'boolean') return 7;
  if (Array.isArray(example)) return 1;
  if (typeof example === 'number') return ({ 8: 7, 16: 6, 64: 4 } as Record<number, number>)[example] ?? 5;
  return 2;
}

/** As rpcd turns JSON into a message: whole numbers are int32 where they fit, else int64. */
export function jsonToValue(json: unknown): Value {
  if (typeof json === 'number') {
    if (!Number.isInteger(json)) throw new Error('doubles are not known here');
    return json === (json | 0) ? json : BigInt(json);
  }
  if (Array.isArray(json)) return json.map(jsonToValue);
  if (typeof json === 'object' && json !== null) return Object.fromEntries(Object.entries(json).map(([k, v]) => [k, jsonToValue(v)]));
  return json as Value;
}

export function valueToJson(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)));
}

/** The output as one JSON value; rpcd would also take one that something else follows. */
function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined; // cut short, or no JSON
  }
}

function runPlugin(file: string, args: readonly string[], input: string, options: PluginOptions): Promise<string> {
  return new Promise((resolve) => {
    const [command = '', ...rest] = [...options.runner, file, ...args];
    const child = spawn(command, rest, { cwd: '/', env: { PATH: '/sbin:/usr/sbin:/bin:/usr/bin' }, stdio: 'pipe' });
    const stopTimer = (options.startTimer ?? startTimer)(() => {
      child.kill('SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream.destroy(); // grandchildren may keep them open
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('latin1').on('data', (text: string) => (errors += text));
    child.stdin.on('error', () => undefined).end(input); // a program that does not read is fine
    child.on('error', () => undefined);
    child.on('close', () => {
      stopTimer();
      for (const line of errors.split('\n')) if (line !== '') options.log(line);
      resolve(output);
    });
  });
}

async function callPlugin(file: string, method: string, args: Table, options: PluginOptions): Promise<Table[]> {
  const output = await runPlugin(file, ['call', method], JSON.stringify(valueToJson(args)), options);
  if (output.trim() === '') throw new UbusError(STATUS.NO_DATA);
  const json = parsed(output);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new UbusError(STATUS.INVALID_ARGUMENT);
  return [jsonToValue(json) as Table];
}

/** Asks each program below /usr/libexec/rpcd for its methods; one that names none is left out. */
export async function findPlugins(options: PluginOptions): Promise<Plugin[]> {
  const folder = path.join(options.tree, 'usr/libexec/rpcd');
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return []; // no such folder
  }
  const plugins: Plugin[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const listed = parsed(await runPlugin(file, ['list'], '', options));
    if (typeof listed !== 'object' || listed === null) continue;
    const methods: Record<string, Method> = {};
    for (const [method, examples] of Object.entries(jsonToValue(listed) as Table)) {
      const args = Object.fromEntries(Object.entries(examples as Table).map(([k, v]) => [k, typeOf(v)]));
      methods[method] = { args, call: (given) => callPlugin(file, method, given, options) };
    }
    if (Object.keys(methods).length > 0) plugins.push({ name, methods });
  }
  return plugins;
}
