// SPDX-License-Identifier: MIT
// Stands in for rpcd: offers `session`, `uci`, `file` in part and exec plugins on the broker with rpcd's arguments, shapes, status
// codes and side effects. Passwords are compared as plain text, in /etc/config/rpcd or, for
// `$p$<user>`, in /etc/shadow of the test router. Left out: what a login does with a pending apply.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Table, Value } from './blobmsg.ts';
import { grantAll, type AccessLists } from './access-groups.ts';
import { findPlugins, type PluginOptions } from './exec-plugin.ts';
import { PendingApply } from './rpcd-apply.ts';
import { uciMethods } from './rpcd-uci.ts';
import { DEFAULT_TIMEOUT_S, Sessions, ZERO_ID, type Session } from './sessions.ts';
import { STATUS, Ubus, UbusError, type Method } from './ubus.ts';
import { loadUci, type Section } from './uci.ts';

const ARRAY = 1;
const TABLE = 2;
const STRING = 3;
const INT32 = 5;
const ID = { ubus_rpc_session: STRING };

function required(value: Value | undefined): string {
  if (typeof value !== 'string') throw new UbusError(STATUS.INVALID_ARGUMENT);
  return value;
}

const lists = (login: Section): AccessLists => {
  const list = (name: string) => {
    const value = login.options[name];
    return Array.isArray(value) ? value : []; // an `option read` does not count
  };
  return { read: list('read'), write: list('write') };
};

export class Rpcd {
  sessions: Sessions;
  /** Methods of `session` that fail, and with which status: a test says so. */
  readonly refused = new Map<string, number>();
  /** The apply that waits for its confirmation. */
  readonly pendingApply: PendingApply;
  private readonly tree: string;
  private readonly now: () => number;
  private plugins: PluginOptions | undefined;
  private ubus: Ubus | undefined;

  constructor(tree: string, now: () => number) {
    this.tree = tree;
    this.now = now;
    this.sessions = this.fresh();
    this.pendingApply = new PendingApply(tree, (session, config) => this.mayUse(session, 'uci', config, 'write'));
  }

  /** `plugins` is how programs of /usr/libexec/rpcd are run; none are without it. */
  static async start(tree: string, now: () => number = () => Date.now(), plugins?: PluginOptions): Promise<Rpcd> {
    const rpcd = new Rpcd(tree, now);
    rpcd.plugins = plugins;
    await rpcd.offer();
    return rpcd;
  }

  /** Each start has a connection and objects of its own. */
  private async offer(): Promise<void> {
    const { plugins } = this;
    const ubus = await Ubus.connect(path.join(this.tree, 'var/run/ubus/ubus.sock'));
    const methods = Object.entries(this.methods()).map(([name, method]) => [name, this.refusing(name, method)] as const);
    await ubus.addObject('session', Object.fromEntries(methods));
    await ubus.addObject(
      'uci',
      uciMethods(this.tree, (session, config, right) => this.mayUse(session, 'uci', config, right), this.pendingApply),
    );
    await ubus.addObject('file', this.fileMethods());
    // rpcd waits for each of them at its start: while it does, nothing of its own answers.
    for (const { name, methods } of plugins === undefined ? [] : await findPlugins(plugins)) await ubus.addObject(name, methods);
    this.ubus = ubus;
  }

  private refusing(name: string, method: Method): Method {
    return {
      ...method,
      call: (args) => {
        const status = this.refused.get(name);
        if (status !== undefined) throw new UbusError(status);
        return method.call(args);
      },
    };
  }

  private mayUse(session: string, scope: string, object: string, right: 'read' | 'write'): boolean {
    try {
      return this.sessions.isAllowed(this.sessions.get(session), scope, object, right);
    } catch {
      return false; // no such session
    }
  }

  stop(): void {
    this.ubus?.close();
  }

  /** What SIGHUP does: id, time-out, time left and data stay, rights are computed anew by username; ubus has new objects. */
  async reload(): Promise<void> {
    this.ubus?.close();
    const before = this.sessions;
    const after = this.fresh();
    for (const old of before.list()) {
      if (old.id === ZERO_ID) continue;
      const session = after.restore(old);
      if (typeof old.data.username !== 'string') continue;
      const login = (await this.logins()).find((l) => l.options.username === old.data.username);
      if (login !== undefined) this.grantTo(after, session, lists(login));
    }
    this.sessions = after;
    this.pendingApply.forget();
    if (this.ubus !== undefined) await this.offer();
  }

  /** The rights that a password login with these lists gets. */
  rightsFor(given: AccessLists): ReturnType<Sessions['rightsOf']> {
    const session = this.sessions.create();
    this.grantTo(this.sessions, session, given);
    const rights = this.sessions.rightsOf(session);
    this.sessions.destroy(session.id);
    return rights;
  }

  private fresh(): Sessions {
    const sessions = new Sessions(this.now, (id) =>
      rmSync(path.join(this.tree, `var/run/rpcd/uci-${id}`), { recursive: true, force: true }),
    );
    this.grantTo(sessions, sessions.get(ZERO_ID), undefined);
    return sessions;
  }

  private grantTo(sessions: Sessions, session: Session, given: AccessLists | undefined): void {
    grantAll(path.join(this.tree, 'usr/share/rpcd/acl.d'), given, (scope, object, fn) => sessions.grant(session, scope, object, fn));
  }

  private async logins(): Promise<Section[]> {
    try {
      return (await loadUci(this.tree, 'rpcd')).filter((s) => s.type === 'login');
    } catch {
      return []; // no such file: nobody can log in
    }
  }

  private isPassword(stored: string, given: string): boolean {
    if (!stored.startsWith('$p$')) return stored === given;
    const lines = readFileSync(path.join(this.tree, 'etc/shadow'), 'utf8').split('\n');
    const password = lines.find((l) => l.startsWith(`${stored.slice(3)}:`))?.split(':')[1];
    return password !== undefined && (password === '' || password === given);
  }

  private async login(args: Table): Promise<Table[]> {
    const username = required(args.username);
    const password = required(args.password);
    const login = (await this.logins()).find((l) => {
      const stored = l.options.password;
      return l.options.username === username && typeof stored === 'string' && this.isPassword(stored, password);
    });
    if (login === undefined) throw new UbusError(STATUS.PERMISSION_DENIED);
    const session = this.sessions.create(typeof args.timeout === 'number' ? args.timeout : DEFAULT_TIMEOUT_S);
    this.grantTo(this.sessions, session, lists(login));
    session.data.username = username;
    return [this.sessions.dump(session)];
  }

  /** Of rpcd's file plugin the one method that the settings page calls. Folders are not made. */
  private fileMethods(): Record<string, Method> {
    return {
      write: {
        args: { ...ID, path: STRING, data: STRING, mode: INT32 },
        call: (args) => {
          const name = path.posix.normalize(required(args.path));
          if (!this.mayUse(required(args.ubus_rpc_session), 'file', name, 'write')) throw new UbusError(STATUS.PERMISSION_DENIED);
          try {
            writeFileSync(path.join(this.tree, name), required(args.data));
          } catch {
            throw new UbusError(STATUS.NOT_FOUND);
          }
          if (typeof args.mode === 'number') chmodSync(path.join(this.tree, name), args.mode);
          return [];
        },
      },
    };
  }

  private methods(): Record<string, Method> {
    const find = (args: Table): Session => this.sessions.get(required(args.ubus_rpc_session));
    const pairs = (value: Value | undefined): [string, string][] =>
      (value as Value[])
        .filter((p): p is Value[] => Array.isArray(p))
        .map((p) => p.filter((v): v is string => typeof v === 'string'))
        .filter((p) => p.length >= 2)
        .map((p) => [p[0] as string, p[1] as string]);
    const scopeOf = (args: Table) => (typeof args.scope === 'string' ? args.scope : 'ubus');
    return {
      create: {
        args: { timeout: INT32 },
        call: (args) => [this.sessions.dump(this.sessions.create(typeof args.timeout === 'number' ? args.timeout : undefined))],
      },
      list: {
        args: ID,
        call: (args) => (args.ubus_rpc_session === undefined ? this.sessions.list() : [find(args)]).map((s) => this.sessions.dump(s)),
      },
      grant: {
        args: { ...ID, scope: STRING, objects: ARRAY },
        call: (args) => {
          const session = find(args);
          if (!Array.isArray(args.objects)) throw new UbusError(STATUS.INVALID_ARGUMENT);
          for (const [object, fn] of pairs(args.objects)) this.sessions.grant(session, scopeOf(args), object, fn);
          return [];
        },
      },
      revoke: {
        args: { ...ID, scope: STRING, objects: ARRAY },
        call: (args) => {
          const session = find(args);
          if (!Array.isArray(args.objects)) session.rights.delete(scopeOf(args));
          else for (const [object, fn] of pairs(args.objects)) this.sessions.revoke(session, scopeOf(args), object, fn);
          return [];
        },
      },
      access: {
        args: { ...ID, scope: STRING, object: STRING, function: STRING },
        call: (args) => {
          const session = find(args);
          if (typeof args.object !== 'string' || typeof args.function !== 'string') return [this.sessions.rightsOf(session) as Table];
          return [{ access: this.sessions.isAllowed(session, scopeOf(args), args.object, args.function) }];
        },
      },
      set: {
        args: { ...ID, values: TABLE },
        call: (args) => {
          const id = required(args.ubus_rpc_session);
          if (args.values === undefined) throw new UbusError(STATUS.INVALID_ARGUMENT);
          Object.assign(this.sessions.get(id).data, args.values);
          return [];
        },
      },
      get: {
        args: { ...ID, keys: ARRAY },
        call: (args) => {
          const { data } = find(args);
          if (!Array.isArray(args.keys)) return [{ values: { ...data } }];
          return [
            { values: Object.fromEntries(args.keys.flatMap((k) => (typeof k === 'string' && k in data ? [[k, data[k] as Value]] : []))) },
          ];
        },
      },
      unset: {
        args: { ...ID, keys: ARRAY },
        call: (args) => {
          const session = find(args);
          for (const key of Array.isArray(args.keys) ? args.keys : Object.keys(session.data)) delete session.data[String(key)];
          return [];
        },
      },
      destroy: {
        args: ID,
        call: (args) => {
          this.sessions.destroy(required(args.ubus_rpc_session));
          return [];
        },
      },
      login: { args: { username: STRING, password: STRING, timeout: INT32 }, call: (args) => this.login(args) },
    };
  }
}
