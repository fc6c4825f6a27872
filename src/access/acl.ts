// SPDX-License-Identifier: MIT
// Role -> grants: computes from /usr/share/rpcd/acl.d what rpcd grants to a password login with the
// same `read` and `write` lists (docs/design/router.md R2.6), so both kinds of session have the same rights.

import { decodeUtf8 } from '#native';
import { matchesPattern } from '../codec/fnmatch.ts';
import { ownMember } from '../codec/json.ts';
import { ALWAYS_READ, isDenial } from '../config-roles.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';

const ACL_DIRECTORY = '/usr/share/rpcd/acl.d';
const MAX_ACL_BYTES = 262144;
const PERMISSIONS = ['read', 'write'] as const;

type Permission = (typeof PERMISSIONS)[number];

/** Lists as in a `config login` section: fnmatch patterns, `!` negates. */
export interface AccessLists {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Scope -> [object, function] pairs, as `session grant` takes them. */
export type Grants = ReadonlyMap<string, ReadonlyArray<readonly [object: string, method: string]>>;

/** Grants while they are collected; several groups may grant the same. */
interface GrantSet {
  readonly byScope: Map<string, Array<readonly [string, string]>>;
  readonly seen: Set<string>;
}

/** Concrete grants, and the names of ACL files that could not be read (rpcd skips them too). */
export function computeGrants(
  host: Host,
  lists: AccessLists,
): { readonly grants: Grants; readonly broken: readonly string[] } {
  const grants: GrantSet = { byScope: new Map(), seen: new Set() };
  const broken = visitGroups(host, (group, specification) =>
    grantGroup(grants, group, specification, lists),
  );
  return { grants: grants.byScope, broken };
}

/** Whether there is any right besides those that every role has. */
export function hasOwnRights(grants: Grants): boolean {
  const groups = grants.get('access-group') ?? [];
  return groups.some(([group, method]) => method !== 'read' || !ALWAYS_READ.includes(group));
}

/** The same apart: what each group that the lists allow gives. */
export function grantsByGroup(host: Host, lists: AccessLists): ReadonlyMap<string, Grants> {
  const groups = new Map<string, GrantSet>();
  visitGroups(host, (group, specification) => {
    const grants = groups.get(group) ?? { byScope: new Map(), seen: new Set() };
    groups.set(group, grants);
    grantGroup(grants, group, specification, lists);
  });
  return new Map([...groups].map(([group, { byScope }]) => [group, byScope]));
}

/** A group of LuCI's, as its owners may choose it for a role. */
export interface AccessGroup {
  readonly name: string;
  readonly description: string;
  /** Which halves it has. */
  readonly read: boolean;
  readonly write: boolean;
}

/** All groups that this router has, by name. */
export function readAccessGroups(host: Host): readonly AccessGroup[] {
  const groups = new Map<string, AccessGroup>();
  visitGroups(host, (name, specification) => {
    const group = asObject(specification);
    if (group === undefined) return;
    const before = groups.get(name);
    const description = ownMember(group, 'description');
    groups.set(name, {
      name,
      description: typeof description === 'string' ? description : (before?.description ?? ''),
      read: asObject(ownMember(group, 'read')) !== undefined || before?.read === true,
      write: asObject(ownMember(group, 'write')) !== undefined || before?.write === true,
    });
  });
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Gives the names of files that could not be read. */
function visitGroups(
  host: Host,
  visit: (group: string, specification: unknown) => void,
): readonly string[] {
  const directory = host.directoryList(ACL_DIRECTORY);
  if (!directory.ok)
    throw new Refusal('UBUS_LOGIN_FAILED', `${ACL_DIRECTORY}: ${directory.reason}`);
  const broken: string[] = [];
  for (const name of directory.names) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue;
    const groups = readGroups(host, `${ACL_DIRECTORY}/${name}`);
    if (groups === undefined) broken.push(name);
    else for (const group of Object.keys(groups)) visit(group, ownMember(groups, group));
  }
  return broken;
}

function readGroups(host: Host, path: string): object | undefined {
  const file = host.fileRead(path, MAX_ACL_BYTES);
  const text = file.ok ? decodeUtf8(file.bytes) : undefined;
  if (text === undefined) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    // A broken file grants nothing; the caller names it in the log.
    return undefined;
  }
}

function asObject(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function grantGroup(
  grants: GrantSet,
  group: string,
  specification: unknown,
  lists: AccessLists,
): void {
  const permissions = asObject(specification);
  if (permissions === undefined) return;
  for (const permission of PERMISSIONS) {
    const scopes = asObject(ownMember(permissions, permission));
    if (scopes === undefined || !isAllowed(lists, permission, group)) continue;
    const names = Object.keys(scopes);
    for (const scope of names) grantScope(grants, scope, ownMember(scopes, scope), permission);
    if (names.length > 0) grant(grants, 'access-group', group, permission);
  }
}

/** Negations first and final, then matches; what may be written may be read. */
export function isAllowed(lists: AccessLists, permission: Permission, group: string): boolean {
  const patterns = lists[permission];
  for (const pattern of patterns) {
    if (isDenial(pattern, group)) return false;
  }
  for (const pattern of patterns) {
    if (!pattern.startsWith('!') && matchesPattern(pattern, group)) return true;
  }
  return permission === 'read' && isAllowed(lists, 'write', group);
}

function grantScope(
  grants: GrantSet,
  scope: string,
  objects: unknown,
  permission: Permission,
): void {
  if (Array.isArray(objects)) {
    for (const item of objects) {
      if (typeof item === 'string') grant(grants, scope, item, permission);
    }
    return;
  }
  const methods = asObject(objects);
  if (methods === undefined) return;
  for (const object of Object.keys(methods)) {
    const names = ownMember(methods, object);
    if (!Array.isArray(names)) continue;
    for (const name of names) {
      if (typeof name === 'string') grant(grants, scope, object, name);
    }
  }
}

function grant(grants: GrantSet, scope: string, object: string, method: string): void {
  const key = `${scope}\0${object}\0${method}`;
  if (grants.seen.has(key)) return;
  grants.seen.add(key);
  const pairs = grants.byScope.get(scope);
  if (pairs === undefined) grants.byScope.set(scope, [[object, method]]);
  else pairs.push([object, method]);
}
