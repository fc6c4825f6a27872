// SPDX-License-Identifier: MIT
// The role's `config login` in /etc/config/rpcd: without a password nobody can log in with it, but
// rpcd finds there the rights of our sessions when it reloads (docs/design/router.md R2.4).

import { ALWAYS_READ } from '../config-roles.ts';
import type { Role } from '../config.ts';
import { Refusal } from '../refusal.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, UBUS_STATUS, type Ubus } from '../ubus/client.ts';
import { isTable, readPackage } from '../uci-options.ts';
import type { AccessLists } from './acl.ts';
import { isApplyPending } from './apply-window.ts';
import { changeConfig, type Stage } from './uci-session.ts';

const CONFIG = 'rpcd';

/** What a role's sessions are named and may do. */
export interface RoleAccess {
  /** `values.username` of the session; rpcd finds the rights by it. */
  readonly username: string;
  readonly lists: AccessLists;
}

/** The role's own lists, or those of the rpcd login that it names; refuses with MISSING_RPCD_LOGIN. */
export function accessOf(bus: Ubus, role: Role): RoleAccess {
  if (role.login === '') {
    const missing = ALWAYS_READ.filter((group) => !role.read.includes(group));
    return {
      username: `sso:${role.name}`,
      lists: { read: [...role.read, ...missing], write: role.write },
    };
  }
  const login = readLogins(bus).find((values) => values['username'] === role.login);
  if (login === undefined)
    throw new Refusal('MISSING_RPCD_LOGIN', `role ${role.name}: rpcd has no login '${role.login}'`);
  return {
    username: role.login,
    lists: { read: listOf(login['read']), write: listOf(login['write']) },
  };
}

/** Refuses with UCI_ERROR: a login that cannot be read is not one that is not there. */
function readLogins(bus: Ubus): readonly UbusTable[] {
  return readPackage(bus, CONFIG)
    .filter(({ type }) => type === 'login')
    .map(({ values }) => values);
}

/** rpcd counts only UCI lists; a single `option read` grants nothing. */
function listOf(value: UbusValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item: UbusValue): item is string => typeof item === 'string');
}

/** Whether sessions of this name may read and write everything, now and after rpcd's next reload. */
export function hasFullRights(bus: Ubus, username: UbusValue | undefined): boolean {
  if (typeof username !== 'string') return false;
  const login = readLogins(bus).find((values) => values['username'] === username);
  if (login === undefined) return false;
  return [listOf(login['read']), listOf(login['write'])].every(
    (list) => list.includes('*') && !list.some((pattern) => pattern.startsWith('!')),
  );
}

const SECTION_PREFIX = 'luci_sso_';

/** A section of ours and what becomes of it. */
export interface Change {
  readonly section: string;
  readonly isPresent: boolean;
  /** `undefined`: the section goes. */
  readonly access?: RoleAccess;
}

/** `waiting`: for the end of an apply. The guard writes them then, by the roles as they are then. */
export type Saved = 'saved' | 'waiting' | 'failed';

/**
 * Makes the role's entry what it must be, through an ubus session of its own: a commit without one
 * would also commit what somebody has staged. Never reloads rpcd.
 */
export function keepRpcdLogin(bus: Ubus, role: Role, access: RoleAccess): Saved {
  if (role.login !== '') return 'saved';
  const section = SECTION_PREFIX + role.name;
  const current = callUbus(bus, 'uci', 'get', { config: CONFIG, section });
  if (!current.ok && current.status !== UBUS_STATUS.notFound) return 'failed';
  const values = current.ok ? current.data[0]?.values : undefined;
  if (isTable(values) && isAsWanted(values, access)) return 'saved';
  return saveChanges(bus, [{ section, isPresent: values !== undefined, access }]);
}

/** The same for all roles at once; entries of ours that no role has any more go. */
export function keepRpcdLogins(bus: Ubus, roles: readonly Role[]): Saved {
  const changes = pendingChanges(bus, roles);
  return changes.length === 0 ? 'saved' : saveChanges(bus, changes);
}

/** Sections of ours that are not as the roles want them; refuses with UCI_ERROR. */
export function pendingChanges(bus: Ubus, roles: readonly Role[]): readonly Change[] {
  const sections: { [name: string]: UbusTable } = {};
  for (const { name, values } of readPackage(bus, CONFIG)) sections[name] = values;
  const changes: Change[] = [];
  const kept = roles.filter((role) => role.login === '');
  for (const role of kept) {
    const section = SECTION_PREFIX + role.name;
    const access = accessOf(bus, role);
    const current = sections[section];
    if (current === undefined || !isAsWanted(current, access))
      changes.push({ section, isPresent: current !== undefined, access });
  }
  for (const section of Object.keys(sections)) {
    const isOurs = section.startsWith(SECTION_PREFIX);
    if (isOurs && !kept.some((role) => SECTION_PREFIX + role.name === section))
      changes.push({ section, isPresent: true });
  }
  return changes;
}

function saveChanges(bus: Ubus, changes: readonly Change[]): Saved {
  if (isApplyPending(bus)) return 'waiting';
  const isSaved = changeConfig(bus, CONFIG, (stage) =>
    changes.every((change) => apply(stage, change)),
  );
  if (isSaved) return 'saved';
  // One may have begun meanwhile.
  return isApplyPending(bus) ? 'waiting' : 'failed';
}

function apply(stage: Stage, { section, isPresent, access }: Change): boolean {
  // Deleted first: an entry with a password, or of another type, must not survive in part.
  if (isPresent && !stage('delete', { section })) return false;
  if (access === undefined) return true;
  const { username, lists } = access;
  const values = {
    username,
    read: lists.read,
    ...(lists.write.length > 0 ? { write: lists.write } : {}),
  };
  return stage('add', { type: 'login', name: section, values });
}

function isAsWanted(values: UbusTable, access: RoleAccess): boolean {
  const names = Object.keys(values).filter((name) => !name.startsWith('.'));
  const expected = [
    'username',
    ...(access.lists.read.length > 0 ? ['read'] : []),
    ...(access.lists.write.length > 0 ? ['write'] : []),
  ];
  return (
    values['.type'] === 'login' &&
    names.length === expected.length &&
    values['username'] === access.username &&
    isSameList(listOf(values['read']), access.lists.read) &&
    isSameList(listOf(values['write']), access.lists.write)
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
