// SPDX-License-Identifier: MIT
// rpcd's `uci` object: its methods, shapes and status codes over the real uci tool. Left out: rename,
// state.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Table, Value } from './blobmsg.ts';
import { listFiles, type PendingApply } from './rpcd-apply.ts';
import { STATUS, UbusError, type Method } from './ubus.ts';
import { UciFailure, findSection, loadUci, runUci, type Section } from './uci.ts';

const STRING = 3;
const TABLE = 2;
const ARRAY = 1;
const INT32 = 5;
const BOOL = 7;
const SESSION = { ubus_rpc_session: STRING };

const text = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

function required(value: Value | undefined): string {
  if (typeof value !== 'string') throw new UbusError(STATUS.INVALID_ARGUMENT);
  return value;
}

function shape(section: Section, withIndex: boolean): Table {
  return {
    '.anonymous': section.anonymous,
    '.type': section.type,
    '.name': section.name,
    ...(withIndex ? { '.index': section.index } : {}),
    ...section.options,
  };
}

function isMatch(section: Section, args: Table): boolean {
  if (typeof args.type === 'string' && section.type !== args.type) return false;
  return Object.entries((args.match ?? {}) as Table).every(([name, value]) => {
    const have = section.options[name];
    return Array.isArray(have) ? have.includes(String(value)) : have === String(value);
  });
}

const scalar = (value: Value): string => (typeof value === 'boolean' ? (value ? '1' : '0') : String(value));

/** Each call runs alone, as rpcd is one thread. `mayUse` is the check of the session's scope `uci`. */
export function uciMethods(
  tree: string,
  mayUse: (session: string, config: string, right: 'read' | 'write') => boolean,
  pending: PendingApply,
): Record<string, Method> {
  let last: Promise<unknown> = Promise.resolve();
  const method = (
    args: Record<string, number>,
    right: 'read' | 'write' | undefined,
    call: (args: Table, staged: string) => Promise<Table[]>,
    waits = false,
  ): Method => ({
    args: { ...args, ...SESSION },
    call: (given) => {
      const run = async (): Promise<Table[]> => {
        if (waits) pending.refuseWhilePending();
        const session = text(given.ubus_rpc_session);
        const config = right === undefined ? '' : required(given.config);
        if (right !== undefined && session !== undefined && !mayUse(session, config, right)) {
          throw new UbusError(STATUS.PERMISSION_DENIED);
        }
        const staged = path.join(tree, session === undefined ? 'tmp/.uci' : `var/run/rpcd/uci-${session}`);
        try {
          return await call(given, staged);
        } catch (error) {
          if (error instanceof UciFailure) throw new UbusError(error.notFound ? STATUS.NOT_FOUND : STATUS.INVALID_ARGUMENT);
          throw error;
        }
      };
      const result = last.then(run);
      last = result.catch(() => undefined);
      return result;
    },
  });

  const chosen = async (args: Table, staged: string): Promise<Section[]> => {
    const sections = await loadUci(tree, required(args.config), staged);
    const name = text(args.section);
    if (name === undefined) return sections.filter((s) => isMatch(s, args));
    const found = findSection(sections, name);
    if (found === undefined) throw new UbusError(STATUS.NOT_FOUND);
    return [found];
  };
  const setAll = async (config: string, section: string, values: Table, staged: string): Promise<void> => {
    for (const [option, value] of Object.entries(values)) {
      const key = `${config}.${section}.${option}`;
      if (Array.isArray(value)) {
        await runUci(tree, ['-q', 'delete', key], staged).catch(() => undefined); // not there yet
        for (const item of value) await runUci(tree, ['add_list', `${key}=${scalar(item)}`], staged);
      } else {
        await runUci(tree, ['set', `${key}=${scalar(value)}`], staged);
      }
    }
  };

  return {
    configs: method({}, undefined, async () => [
      {
        configs: readdirSync(path.join(tree, 'etc/config'))
          .filter((n) => !n.startsWith('.'))
          .sort(),
      },
    ]),
    get: method({ config: STRING, section: STRING, option: STRING, type: STRING, match: TABLE }, 'read', async (args, staged) => {
      const sections = await chosen(args, staged);
      if (typeof args.section !== 'string') return [{ values: Object.fromEntries(sections.map((s) => [s.name, shape(s, true)])) }];
      const section = sections[0] as Section;
      if (typeof args.option !== 'string') return [{ values: shape(section, false) }];
      const value = section.options[args.option];
      if (value === undefined) throw new UbusError(STATUS.NOT_FOUND);
      return [{ value }];
    }),
    add: method({ config: STRING, type: STRING, name: STRING, values: TABLE }, 'write', async (args, staged) => {
      const config = required(args.config);
      const type = required(args.type);
      let name = text(args.name);
      if (name === undefined) name = (await runUci(tree, ['add', config, type], staged)).trim();
      else await runUci(tree, ['set', `${config}.${name}=${type}`], staged);
      await setAll(config, name, (args.values ?? {}) as Table, staged);
      return [{ section: name }];
    }),
    set: method({ config: STRING, section: STRING, type: STRING, match: TABLE, values: TABLE }, 'write', async (args, staged) => {
      if (args.values === undefined) throw new UbusError(STATUS.INVALID_ARGUMENT);
      for (const section of await chosen(args, staged)) await setAll(required(args.config), section.name, args.values as Table, staged);
      return [];
    }),
    delete: method(
      { config: STRING, section: STRING, type: STRING, match: TABLE, option: STRING, options: ARRAY },
      'write',
      async (args, staged) => {
        const options = [...((args.options ?? []) as string[]), ...(typeof args.option === 'string' ? [args.option] : [])];
        for (const section of await chosen(args, staged)) {
          const key = `${required(args.config)}.${section.name}`;
          for (const target of options.length === 0 ? [key] : options.map((o) => `${key}.${o}`))
            await runUci(tree, ['delete', target], staged);
        }
        return [];
      },
    ),
    changes: method({ config: STRING }, undefined, async (args, staged) => {
      const session = text(args.ubus_rpc_session);
      const mayRead = (config: string) => session === undefined || mayUse(session, config, 'read');
      if (typeof args.config === 'string') {
        if (!mayRead(args.config)) throw new UbusError(STATUS.PERMISSION_DENIED);
        return [{ changes: readStaged(path.join(staged, args.config)) }];
      }
      const all = listFiles(staged)
        .filter(mayRead)
        .map((config) => [config, readStaged(path.join(staged, config))] as const);
      return [{ changes: Object.fromEntries(all.filter(([, changes]) => changes.length > 0)) }];
    }),
    order: method({ config: STRING, sections: ARRAY }, 'write', async (args, staged) => {
      for (const [index, name] of ((args.sections ?? []) as string[]).entries()) {
        await runUci(tree, ['reorder', `${required(args.config)}.${name}=${index}`], staged);
      }
      return [];
    }),
    apply: method({ rollback: BOOL, timeout: INT32 }, undefined, async (args) => {
      await pending.apply(required(args.ubus_rpc_session), args.rollback === true);
      return [];
    }),
    confirm: method({}, undefined, async (args) => {
      pending.confirm(required(args.ubus_rpc_session));
      return [];
    }),
    rollback: method({}, undefined, async (args) => {
      pending.rollback(required(args.ubus_rpc_session));
      return [];
    }),
    revert: method(
      { config: STRING },
      'write',
      async (args, staged) => {
        await runUci(tree, ['revert', required(args.config)], staged);
        return [];
      },
      true,
    ),
    commit: method(
      { config: STRING },
      'write',
      async (args, staged) => {
        await runUci(tree, ['commit', required(args.config)], staged);
        pending.changed(required(args.config));
        return [];
      },
      true,
    ),
  };
}

/** uci's own file of staged changes, as rpcd lists it: ["set", section, option, value] and so on. */
function readStaged(file: string): string[][] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return []; // nothing staged
  }
  const verbs: Record<string, string> = { '-': 'remove', '+': 'add', '|': 'list-add', '~': 'list-del', '@': 'rename', '^': 'order' };
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const verb = verbs[line[0] as string];
      const [key = '', value] = (verb === undefined ? line : line.slice(1)).split(/=(.*)/s);
      const [, section = '', ...option] = key.split('.');
      return [verb ?? 'set', section, ...option, ...(value === undefined ? [] : [value.replace(/^'|'$/g, '').replaceAll("'\\''", "'")])];
    });
}
