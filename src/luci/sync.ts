// SPDX-License-Identifier: MIT
// Roles -> what lives on the router: rpcd's password-less logins, and the sessions that
// SSO made. A removed role, or a switched-off SSO, ends its sessions; changed rights reach live ones.

import { computeGrants, type Grants } from '../access/acl.ts';
import { rulesOf } from '../access/roles.ts';
import { accessOf, keepRpcdLogins, type Saved } from '../access/rpcd-login.ts';
import {
  dropSession,
  endSessions,
  grantAll,
  includesGrants,
  requireRights,
  visitSessions,
  type Ended,
} from '../access/session-calls.ts';
import type { Config, OidcConfig, Role } from '../config.ts';
import type { Host } from '../host.ts';
import { logLine } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, type Ubus } from '../ubus/client.ts';
import { isTable, numberOf } from '../uci-options.ts';
import { endFor, isOverdue, isWithoutEnd, type Ending, type EndReason } from './ending.ts';
import { noteOwnUse } from './kept.ts';
import { noteSynced } from './synced.ts';

const MAX_WAIT_MS = 5000;

export interface SyncResult extends Ended {
  /** Whether /etc/config/rpcd has the entries that the roles want. */
  readonly entries: Saved;
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
 * Brings everything in line with the configuration, live sessions first; rpcd is never reloaded. Refuses
 * when it cannot be seen what there is. What was done, and what could not be, is logged.
 */
export function syncRoles(
  host: Host,
  bus: Ubus,
  config: Config,
  correlationId: string,
): SyncResult {
  // Two at once would take what the other grants for a deviation. Who waits in vain goes on all the same.
  const turn = host.stateLock('sync-turn', host.bootMilliseconds() + MAX_WAIT_MS);
  try {
    return syncAll(host, bus, config, correlationId);
  } finally {
    if (turn.ok) host.streamClose(turn.id);
  }
}

function syncAll(host: Host, bus: Ubus, config: Config, correlationId: string): SyncResult {
  noteSynced(host, undefined);
  const wanted = wantedByRole(host, bus, config);
  const ending: Ending[] = [];
  const changing: Deviation[] = [];
  visitSessions(bus, ['acls'], (session, data, { acls }) => {
    const role = data['oidc_role'];
    if (typeof role !== 'string') return;
    const access = wanted.get(role);
    const reason = reasonToEnd(host, config, access, data);
    if (access === undefined || reason !== undefined)
      ending.push({ session, reason: reason ?? 'rule_gone' });
    else if (!includesGrants(acls, access.grants))
      changing.push({
        session,
        scopes: isTable(acls) ? Object.keys(acls) : [],
        grants: access.grants,
      });
  });
  const gone = endFor(bus, ending, correlationId);
  const stuck = changing.filter((deviation) => !changeRights(bus, deviation, correlationId));
  const lost = endSessions(
    bus,
    stuck.map(({ session }) => session),
    correlationId,
  );
  const entries = keepRpcdLogins(bus, config.roles);
  const failed = gone.failed + lost.failed;
  if (entries === 'saved' && failed === 0) noteSynced(host, config);
  const result = {
    entries,
    ended: gone.ended + lost.ended,
    failed,
    changed: changing.length - stuck.length,
  };
  logResult(host, result, correlationId);
  return result;
}

function logResult(host: Host, { entries, ended, changed }: SyncResult, id: string): void {
  if (ended + changed > 0) logLine(host, 'info', 'SYNCED', id, `ended=${ended} changed=${changed}`);
  if (entries === 'failed') logLine(host, 'warning', 'RPCD_LOGIN_NOT_SAVED', id, 'of all roles');
  if (entries === 'waiting') logLine(host, 'info', 'RPCD_LOGIN_WAITING', id, 'of all roles');
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

function reasonToEnd(
  host: Host,
  { oidc, roles }: Config,
  access: Wanted | undefined,
  data: UbusTable,
): EndReason | undefined {
  if (!oidc.enabled) return 'sso_off';
  const section = data['oidc_provider'] ?? oidc.section;
  if (section !== oidc.section || data['oidc_issuer'] !== oidc.issuer) return 'provider_gone';
  const role = roles.find(({ name }) => name === data['oidc_role']);
  // The name stands for the rights at rpcd's next reload: with another one they would come back.
  const isOfRole = access !== undefined && access.username === data['username'];
  if (role === undefined || !isOfRole || !hasRule(role, data['oidc_rule'])) return 'rule_gone';
  if (isOverdue(host, data)) return 'session_max';
  return isWithoutEnd(data) && isTooOld(host, oidc, data) ? 'session_max' : undefined;
}

/** Sessions of a version that noted no rule are judged by their role alone. */
function hasRule(role: Role, rule: UbusValue | undefined): boolean {
  return rule === undefined || rulesOf(role).includes(String(rule));
}

/** For sessions of a version that fixed no end. */
function isTooOld(host: Host, { sessionMaxS }: OidcConfig, data: UbusTable): boolean {
  const since = numberOf(data['oidc_since']) ?? 0;
  return sessionMaxS > 0 && since > 0 && host.wallSeconds() - since >= sessionMaxS;
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
    requireRights(bus, session, 'acls', (acls) => includesGrants(acls, grants));
    noteOwnUse(bus.host, session);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'UBUS_LOGIN_FAILED') return false;
    dropSession(bus, session, correlationId);
    throw error;
  }
}
