// SPDX-License-Identifier: MIT
// rpcd's sessions: rights by scope, data, idle time. Only what rpcd's session.c does; the wire is in
// rpcd.ts. Checked by sessions.test.ts against the facts measured on a real router.
import { randomBytes } from 'node:crypto';
import type { Table } from './blobmsg.ts';
import { STATUS, UbusError } from './ubus.ts';

/** Scope -> object -> functions. */
export type Rights = Record<string, Record<string, string[]>>;

export interface Session {
  readonly id: string;
  readonly timeoutS: number;
  /** When it ends, on the clock's scale in milliseconds; Infinity for never. */
  endsAt: number;
  rights: Map<string, [string, string][]>;
  data: Table;
}

export const ZERO_ID = '0'.repeat(32);
export const DEFAULT_TIMEOUT_S = 300;

/** fnmatch(3) without path semantics; `escape` is whether a backslash quotes (FNM_NOESCAPE unset). */
export function fnmatch(pattern: string, text: string, escape = false): boolean {
  const match = (p: number, t: number): boolean => {
    for (; p < pattern.length; p++, t++) {
      const c = pattern[p] as string;
      if (c === '*') {
        for (let at = t; at <= text.length; at++) if (match(p + 1, at)) return true;
        return false;
      }
      if (t >= text.length) return false;
      if (c === '?') continue;
      if (c === '[') {
        const end = pattern.indexOf(']', p + 2);
        if (end > 0) {
          const negated = '!^'.includes(pattern[p + 1] as string);
          if (inSet(pattern.slice(p + (negated ? 2 : 1), end), text[t] as string) === negated) return false;
          p = end;
          continue;
        }
      }
      if (c === '\\' && escape && p + 1 < pattern.length) p++;
      if (pattern[p] !== text[t]) return false;
    }
    return t === text.length;
  };
  return match(0, 0);
}

function inSet(set: string, character: string): boolean {
  for (let i = 0; i < set.length; i++) {
    if (set[i + 1] === '-' && i + 2 < set.length) {
      if ((set[i] as string) <= character && character <= (set[i + 2] as string)) return true;
      i += 2;
    } else if (set[i] === character) return true;
  }
  return false;
}

export class Sessions {
  private readonly all = new Map<string, Session>();
  private readonly now: () => number;
  private readonly ended: (id: string) => void;

  /** `now` in milliseconds; `ended` hears of every session that ends. */
  constructor(now: () => number, ended: (id: string) => void) {
    this.now = now;
    this.ended = ended;
    this.put(ZERO_ID, 0, Infinity);
  }

  private put(id: string, timeoutS: number, endsAt: number): Session {
    const session: Session = { id, timeoutS, endsAt, rights: new Map(), data: {} };
    this.all.set(id, session);
    return session;
  }

  create(timeoutS = DEFAULT_TIMEOUT_S): Session {
    return this.put(randomBytes(16).toString('hex'), timeoutS, timeoutS > 0 ? this.now() + timeoutS * 1000 : Infinity);
  }

  /** A session as it was, without its rights: what a reload keeps. */
  restore(old: Session): Session {
    const session = this.put(old.id, old.timeoutS, old.endsAt);
    session.data = { ...old.data };
    return session;
  }

  /** Without any effect on idle times, sorted by id as rpcd's tree is. */
  list(): Session[] {
    for (const session of this.all.values()) if (session.endsAt <= this.now()) this.end(session);
    return [...this.all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Every look-up by id restarts the idle time. */
  get(id: string): Session {
    const session = this.all.get(id);
    if (session === undefined || session.endsAt <= this.now()) {
      if (session !== undefined) this.end(session);
      throw new UbusError(STATUS.NOT_FOUND);
    }
    if (session.timeoutS > 0) session.endsAt = this.now() + session.timeoutS * 1000;
    return session;
  }

  destroy(id: string): void {
    if (id === ZERO_ID) throw new UbusError(STATUS.PERMISSION_DENIED);
    this.end(this.get(id));
  }

  private end(session: Session): void {
    this.all.delete(session.id);
    this.ended(session.id);
  }

  grant(session: Session, scope: string, object: string, fn: string): void {
    const entries = session.rights.get(scope) ?? [];
    session.rights.set(scope, entries);
    if (!entries.some(([o, f]) => o === object && f === fn)) entries.push([object, fn]);
  }

  revoke(session: Session, scope: string, object: string, fn: string): void {
    const left = (session.rights.get(scope) ?? []).filter(([o, f]) => o !== object || f !== fn);
    if (left.length > 0) session.rights.set(scope, left);
    else session.rights.delete(scope);
  }

  isAllowed(session: Session, scope: string, object: string, fn: string): boolean {
    return (session.rights.get(scope) ?? []).some(([o, f]) => fnmatch(o, object) && fnmatch(f, fn));
  }

  rightsOf(session: Session): Rights {
    const dump: Rights = {};
    for (const scope of [...session.rights.keys()].sort()) {
      const objects: Record<string, string[]> = {};
      const entries = [...(session.rights.get(scope) ?? [])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      for (const [object, fn] of entries) (objects[object] ??= []).push(fn);
      dump[scope] = objects;
    }
    return dump;
  }

  dump(session: Session): Table {
    const left = session.endsAt === Infinity ? 0 : Math.floor((session.endsAt - this.now()) / 1000);
    return {
      ubus_rpc_session: session.id,
      timeout: session.timeoutS,
      expires: BigInt(left),
      acls: this.rightsOf(session) as Table,
      data: { ...session.data },
    };
  }
}
