// SPDX-License-Identifier: MIT
// Roles -> what lives on the router (product.md 4): rpcd's password-less logins, and the sessions that
// SSO made. A removed role, or a switched-off SSO, ends its sessions; changed rights reach live ones.

import type { Config } from '../config.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, type Ubus } from '../ubus/client.ts';
import { isTable } from '../uci-options.ts';
import { computeGrants, type Grants } from './acl.ts';
import { accessOf, keepRpcdLogins } from './rpcd-login.ts';
import { destroySession, grantAll, visitSessions } from './session-calls.ts';

export interface SyncResult {
  /** False: /etc/config/rpcd could not be written. */
  readonly isSaved: boolean;
  readonly ended: number;
  readonly changed: number;
}

/** What a role's sessions must be; none for a role that cannot have any. */
interface Wanted {
  readonly username: string;
  readonly grants: Grants;
}

/** A session that is not as it must be. */
interface Deviation {
  readonly session: string;
  /** Scopes that it has now. */
  readonly scopes: readonly string[];
  /** `undefined`: it ends. */
  readonly grants: Grants | undefined;
}

/** Brings everything in line with the configuration; rpcd is never reloaded. */
export function syncRoles(host: Host, bus: Ubus, config: Config): SyncResult {
  const isSaved = keepRpcdLogins(bus, config.roles);
  const wanted = wantedByRole(host, bus, config);
  const deviations: Deviation[] = [];
  visitSessions(bus, ['acls'], (session, data, { acls }) => {
    const deviation = deviationOf(config, wanted, session, data, acls);
    if (deviation !== undefined) deviations.push(deviation);
  });
  let changed = 0;
  for (const deviation of deviations) {
    if (changeRights(bus, deviation)) changed++;
    else destroySession(bus, deviation.session);
  }
  return { isSaved, ended: deviations.length - changed, changed };
}

function wantedByRole(host: Host, bus: Ubus, config: Config): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const role of config.provider.enabled ? config.roles : []) {
    try {
      const { username, lists } = accessOf(bus, role);
      wanted.set(role.name, { username, grants: computeGrants(host, lists).grants });
    } catch (error) {
      // A role that borrows from a login that is gone gives nobody any rights.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return wanted;
}

function deviationOf(
  config: Config,
  wanted: ReadonlyMap<string, Wanted>,
  session: string,
  data: UbusTable,
  acls: UbusValue | undefined,
): Deviation | undefined {
  const name = data['oidc_role'];
  if (typeof name !== 'string') return undefined;
  const current = isTable(acls) ? acls : {};
  const scopes = Object.keys(current);
  const role = wanted.get(name);
  // The name stands for the rights at rpcd's next reload: with another one they would come back.
  const isOfRole =
    data['oidc_issuer'] === config.provider.issuer && role?.username === data['username'];
  if (role === undefined || !isOfRole) return { session, scopes, grants: undefined };
  return isSame(current, role.grants) ? undefined : { session, scopes, grants: role.grants };
}

/** False when the session has to end. */
function changeRights(bus: Ubus, { session, scopes, grants }: Deviation): boolean {
  if (grants === undefined) return false;
  for (const scope of scopes) {
    callUbus(bus, 'session', 'revoke', { ubus_rpc_session: session, scope });
  }
  try {
    grantAll(bus, session, grants);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

function isSame(
  acls: { readonly [scope: string]: UbusValue | undefined },
  grants: Grants,
): boolean {
  const scopes = Object.keys(acls);
  return (
    scopes.length === grants.size &&
    scopes.every((scope) => pairsOf(acls[scope]) === sortedPairs(grants.get(scope) ?? []))
  );
}

function pairsOf(objects: UbusValue | undefined): string {
  const pairs: Array<readonly [string, string]> = [];
  if (!isTable(objects)) return '';
  for (const object of Object.keys(objects)) {
    const methods = objects[object];
    if (!Array.isArray(methods)) continue;
    for (const method of methods) if (typeof method === 'string') pairs.push([object, method]);
  }
  return sortedPairs(pairs);
}

function sortedPairs(pairs: ReadonlyArray<readonly [string, string]>): string {
  return pairs
    .map(([object, method]) => `${object}\0${method}`)
    .sort()
    .join('\n');
}
