// SPDX-License-Identifier: MIT
// ubus with `uci` and `session` objects in memory, on the level of messages. What rpcd does with
// sessions in full is the test router's matter; here it is enough to see what was called.

import {
  ATTRIBUTE,
  cString,
  decodeMessages,
  decodeTable,
  encodeMessage,
  encodeTable,
  int32,
  MESSAGE,
  type Message,
  type Table,
} from '../stand-ins/router/blobmsg.ts';

const OBJECTS: Readonly<Record<string, number>> = { session: 0x1001, uci: 0x1002 };

export interface FakeSession {
  readonly timeout: number;
  readonly values: Table;
  readonly grants: Record<string, string[][]>;
}

export interface Call {
  readonly object: string;
  readonly method: string;
  readonly parameters: Table;
}

/**
 * How one call goes wrong: answered with a status; with a status behind its data; never answered; the
 * connection ends before it is done, or after; or `0` is said and little done (what rpcd does of `grant`
 * and `revoke` when memory is short).
 */
export type Fault = number | { readonly dataAnd: number } | 'silent' | 'ended' | 'lost' | 'swallowed';

export class FakeRouter {
  /** Package -> section -> options, lists as arrays; `.type` as in ubus. */
  readonly uci: Record<string, Record<string, Table>> = {};
  readonly sessions = new Map<string, FakeSession>();
  readonly calls: Call[] = [];
  /** 'object.method' -> status it answers with. */
  readonly statuses = new Map<string, number>();
  /** 'object.method' at which the broker ends the connection, half-way through its answer. */
  readonly endings = new Set<string>();
  /** Whether this call goes wrong, and how; `nth` counts the calls since it was set. */
  fault: ((call: Call, nth: number) => Fault | undefined) | undefined;
  private faultCalls = 0;
  /** Set by an ending: the connection is of no more use. */
  isEnded = false;
  /** LuCI's apply waits for its confirmation. */
  isApplyPending = false;
  private nextSession = 1;
  /** In milliseconds: where a test sets it, sessions grow idle. And when each was used last. */
  clock = (): number => 0;
  readonly used = new Map<string, number>();
  private objects = OBJECTS;

  /** rpcd was restarted, and its sessions were kept. */
  renumber(): void {
    this.objects = Object.fromEntries(Object.entries(this.objects).map(([name, id]) => [name, id + 0x100]));
  }

  /** Configuration and sessions, as a text that `restore` takes. */
  snapshot(): string {
    return JSON.stringify([this.uci, [...this.sessions], this.nextSession]);
  }

  restore(text: string): void {
    const [uci, sessions, next] = JSON.parse(text) as [FakeRouter['uci'], [string, FakeSession][], number];
    for (const name of Object.keys(this.uci)) delete this.uci[name];
    Object.assign(this.uci, uci);
    this.sessions.clear();
    for (const [id, session] of sessions) this.sessions.set(id, session);
    this.nextSession = next;
  }

  hello(): Buffer {
    return encodeMessage(MESSAGE.HELLO, 0, 7, []);
  }

  /** Everything the broker sends when these bytes arrive. */
  answer(bytes: Uint8Array): Buffer {
    this.isEnded = false;
    return Buffer.concat(decodeMessages(Buffer.from(bytes)).messages.map((message) => this.answerOne(message)));
  }

  private answerOne(message: Message): Buffer {
    if (message.type === MESSAGE.LOOKUP) {
      const name = message.attributes.get(ATTRIBUTE.OBJPATH)?.toString('utf8').replace('\0', '') ?? '';
      const id = this.objects[name];
      if (id === undefined) return status(message, 4);
      const data: [number, Buffer][] = [
        [ATTRIBUTE.OBJPATH, cString(name)],
        [ATTRIBUTE.OBJID, int32(id)],
      ];
      return Buffer.concat([encodeMessage(MESSAGE.DATA, message.sequence, 0, data), status(message, 0)]);
    }
    const object = Object.keys(this.objects).find((name) => this.objects[name] === message.peer);
    if (object === undefined) return status(message, 4); // the broker's own
    const method = message.attributes.get(ATTRIBUTE.METHOD)?.toString('utf8').replace('\0', '') ?? '';
    const parameters = decodeTable(message.attributes.get(ATTRIBUTE.DATA) ?? Buffer.alloc(0));
    this.calls.push({ object, method, parameters });
    const fault = this.fault?.({ object, method, parameters }, this.faultCalls++);
    if (fault !== undefined) return this.goWrong(fault, message, { object, method, parameters });
    this.isEnded = this.endings.has(`${object}.${method}`);
    if (this.isEnded) return encodeMessage(MESSAGE.DATA, message.sequence, message.peer, []).subarray(0, 6);
    const forced = this.statuses.get(`${object}.${method}`);
    if (forced !== undefined) return status(message, forced);
    return this.carryOut(message, { object, method, parameters }, 0);
  }

  private carryOut(message: Message, { object, method, parameters }: Call, last: number): Buffer {
    const answers = object === 'uci' ? this.callUci(method, parameters) : this.callSession(method, parameters);
    if (typeof answers === 'number') return status(message, answers);
    const data = answers.map((table) =>
      encodeMessage(MESSAGE.DATA, message.sequence, message.peer, [[ATTRIBUTE.DATA, encodeTable(table)]]),
    );
    return Buffer.concat([...data, status(message, last)]);
  }

  private goWrong(fault: Fault, message: Message, call: Call): Buffer {
    const { parameters } = call;
    if (typeof fault === 'object') return this.carryOut(message, call, fault.dataAnd);
    if (typeof fault === 'number') {
      // A session that is not found is not there.
      if (fault === 4 && call.object === 'session') this.sessions.delete(String(parameters.ubus_rpc_session));
      return status(message, fault);
    }
    if (fault === 'silent') return Buffer.alloc(0);
    if (fault === 'swallowed') {
      const objects = parameters.objects as string[][] | undefined;
      if (call.method !== 'revoke') this.carryOut(message, { ...call, parameters: { ...parameters, objects: objects?.slice(1) ?? [] } }, 0);
      return status(message, 0);
    }
    if (fault === 'lost') this.carryOut(message, call, 0);
    this.isEnded = true;
    return Buffer.alloc(0);
  }

  private callUci(method: string, parameters: Table): Table[] | number {
    const { config, section, option, name, type, values } = parameters as Record<string, string> & { values?: Table };
    const sections = this.uci[config ?? ''];
    if (method === 'commit' || method === 'revert') {
      if (this.isApplyPending) return 6;
      return method === 'commit' || sections !== undefined ? [] : 4;
    }
    if (method === 'add') {
      (this.uci[config ?? ''] ??= {})[name ?? ''] = { '.type': type ?? '', ...values };
      return [{ section: name ?? '' }];
    }
    if (sections === undefined) return 4;
    if (method === 'delete') {
      if (option === undefined) delete sections[section ?? ''];
      else delete sections[section ?? '']?.[option];
      return [];
    }
    if (method === 'set') {
      const target = sections[section ?? ''];
      if (target === undefined) return 4;
      Object.assign(target, values);
      return [];
    }
    if (section === undefined) {
      const withIndex = Object.entries(sections).map(([key, value], index) => [key, { '.index': index, '.name': key, ...value }]);
      return [{ values: Object.fromEntries(withIndex) as Table }];
    }
    const found = sections[section];
    if (found === undefined) return 4;
    if (option === undefined) return [{ values: found }];
    return found[option] === undefined ? 4 : [{ value: found[option] }];
  }

  private callSession(method: string, parameters: Table): Table[] | number {
    if (method === 'create') {
      const id = String(this.nextSession++).padStart(32, 'a');
      this.sessions.set(id, { timeout: Number(parameters.timeout), values: {}, grants: {} });
      this.used.set(id, this.clock());
      return [{ ubus_rpc_session: id, timeout: Number(parameters.timeout) }];
    }
    const entries = [...this.sessions].map(([id, session]) => ({
      ubus_rpc_session: id,
      timeout: session.timeout,
      expires: this.expiresOf(id, session),
      acls: aclsOf(session),
      data: session.values,
    }));
    if (method === 'list' && parameters.ubus_rpc_session === undefined) return entries;
    const id = String(parameters.ubus_rpc_session);
    const session = this.sessions.get(id);
    if (session === undefined) return 4;
    // All but a list without an id renew the idle time.
    this.used.set(id, this.clock());
    if (method === 'destroy') this.sessions.delete(id);
    else if (method === 'set') Object.assign(session.values, parameters.values);
    else if (method === 'grant') grant(session, String(parameters.scope), parameters.objects as string[][]);
    else if (method === 'revoke') delete session.grants[String(parameters.scope)];
    else if (method === 'get') return [{ values: session.values }];
    else if (method === 'list') return entries.filter((entry) => entry.ubus_rpc_session === id);
    else return 3;
    return [];
  }

  private expiresOf(id: string, { timeout }: FakeSession): number {
    return timeout - Math.floor((this.clock() - (this.used.get(id) ?? this.clock())) / 1000);
  }
}

/** What a session has it is not given twice. */
function grant({ grants }: FakeSession, scope: string, pairs: string[][]): void {
  const own = (grants[scope] ??= []);
  for (const pair of pairs) if (!own.some((has) => has.join('\0') === pair.join('\0'))) own.push(pair);
}

/** As `session list` shows rights: scope -> object -> functions. */
function aclsOf(session: FakeSession): Table {
  const acls: Table = {};
  for (const [scope, pairs] of Object.entries(session.grants)) {
    const objects: Record<string, string[]> = {};
    for (const [object = '', method = ''] of pairs) (objects[object] ??= []).push(method);
    acls[scope] = objects;
  }
  return acls;
}

function status(message: Message, code: number): Buffer {
  return encodeMessage(MESSAGE.STATUS, message.sequence, message.peer, [[ATTRIBUTE.STATUS, int32(code)]]);
}
