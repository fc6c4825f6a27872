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
import {
  dropSession,
  endSessions,
  grantAll,
  hasRights,
  requireRights,
  visitSessions,
  type Ended,
} from './session-calls.ts';
import { noteSynced } from './synced.ts';

export interface SyncResult extends Ended {
  /** False: /etc/config/rpcd could not be written. */
  readonly isSaved: boolean;
  readonly changed: number;
}

/** What a role's sessions must be; none for a role that cannot have any. */
interface Wanted {
  readonly username: string;
  readonly grants: Grants;
}

/** A session that has other rights than its role. */
interface Deviation {
  readonly session: string;
  /** Scopes that it has now. */
  readonly scopes: readonly string[];
  readonly grants: Grants;
}

/**
 * Brings everything in line with the configuration; rpcd is never reloaded. Refuses when it cannot be
 * seen what there is; sessions that could not be ended are counted and logged.
 */
export function syncRoles(
  host: Host,
  bus: Ubus,
  config: Config,
  correlationId: string,
): SyncResult {
  noteSynced(host, undefined);
  const isSaved = keepRpcdLogins(bus, config.roles);
  const wanted = wantedByRole(host, bus, config);
  const ending: string[] = [];
  const changing: Deviation[] = [];
  visitSessions(bus, ['acls'], (session, data, { acls }) => {
    const deviation = deviationOf(config, wanted, session, data, acls);
    if (deviation === 'ends') ending.push(session);
    else if (deviation !== undefined) changing.push(deviation);
  });
  const gone = endSessions(bus, ending, correlationId);
  const stuck = changing.filter((deviation) => !changeRights(bus, deviation, correlationId));
  const lost = endSessions(
    bus,
    stuck.map(({ session }) => session),
    correlationId,
  );
  const failed = gone.failed + lost.failed;
  if (isSaved && failed === 0) noteSynced(host, config);
  return {
    isSaved,
    ended: gone.ended + lost.ended,
    failed,
    changed: changing.length - stuck.length,
  };
}

function wantedByRole(host: Host, bus: Ubus, config: Config): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const role of config.oidc.enabled ? config.roles : []) {
    try {
      const { username, lists } = accessOf(bus, role);
      wanted.set(role.name, { username, grants: computeGrants(host, lists).grants });
    } catch (error) {
      // A role that borrows from a login that is gone gives nobody any rights.
      if (!(error instanceof Refusal) || error.code !== 'MISSING_RPCD_LOGIN') throw error;
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
): Deviation | 'ends' | undefined {
  const name = data['oidc_role'];
  if (typeof name !== 'string') return undefined;
  const role = wanted.get(name);
  // The name stands for the rights at rpcd's next reload: with another one they would come back.
  const isOfRole =
    data['oidc_issuer'] === config.oidc.issuer && role?.username === data['username'];
  if (role === undefined || !isOfRole) return 'ends';
  if (hasRights(acls, role.grants)) return undefined;
  return { session, scopes: isTable(acls) ? Object.keys(acls) : [], grants: role.grants };
}

/** False when rpcd does not do as it is told, and the session has to end. */
function changeRights(
  bus: Ubus,
  { session, scopes, grants }: Deviation,
  correlationId: string,
): boolean {
  try {
    for (const scope of scopes)
      if (!callUbus(bus, 'session', 'revoke', { ubus_rpc_session: session, scope }).ok)
        return false;
    grantAll(bus, session, grants);
    requireRights(bus, session, 'acls', (acls) => hasRights(acls, grants));
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'UBUS_LOGIN_FAILED') return false;
    dropSession(bus, session, correlationId);
    throw error;
  }
}
