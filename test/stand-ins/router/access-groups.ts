// SPDX-License-Identifier: MIT
// The rights that a login of /etc/config/rpcd gets from /usr/share/rpcd/acl.d, as rpcd computes them
// at a password login and again at a reload.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fnmatch } from './sessions.ts';

type Permission = 'read' | 'write';

/** The two lists of a `config login`; rpcd ignores them as plain options. */
export interface AccessLists {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

function isAllowed(lists: AccessLists | undefined, permission: Permission, group: string): boolean {
  if (lists === undefined) return group === 'unauthenticated';
  const patterns = lists[permission];
  if (patterns.some((p) => p.startsWith('!') && fnmatch(p.slice(1), group, true))) return false;
  if (patterns.some((p) => !p.startsWith('!') && fnmatch(p, group, true))) return true;
  return permission === 'read' && isAllowed(lists, 'write', group);
}

type AclFile = Record<string, Record<string, Record<string, string[] | Record<string, string[]>> | string>>;

/** Calls `grant` for each right of these lists; without lists for those of the zero session. */
export function grantAll(folder: string, lists: AccessLists | undefined, grant: (scope: string, object: string, fn: string) => void): void {
  for (const name of readdirSync(folder)
    .filter((n) => n.endsWith('.json'))
    .sort()) {
    const groups = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as AclFile;
    for (const [group, permissions] of Object.entries(groups)) {
      for (const [permission, scopes] of Object.entries(permissions)) {
        if (permission !== 'read' && permission !== 'write') continue;
        if (typeof scopes !== 'object' || Array.isArray(scopes) || !isAllowed(lists, permission, group)) continue;
        for (const [scope, objects] of Object.entries(scopes)) {
          if (Array.isArray(objects)) for (const object of objects) grant(scope, object, permission);
          else for (const [object, fns] of Object.entries(objects)) for (const fn of fns) grant(scope, object, fn);
          grant('access-group', group, permission);
        }
      }
    }
  }
}
