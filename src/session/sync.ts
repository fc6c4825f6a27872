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
import { destroySession, grantAll } from './session-calls.ts';

export interface SyncResult {
  /** False: /etc/config/rpcd could not be written. */
  readonly isSaved: boolean;
  readonly ended: number;
  readonly changed: number;
}

/** Brings everything in line with the configuration; rpcd is never reloaded. */
export function syncRoles(host: Host, bus: Ubus, config: Config): SyncResult {
  const isSaved = keepRpcdLogins(bus, config.roles);
  let ended = 0;
  let changed = 0;
  // Listed without an id: a look-up by id would restart each session's idle time.
  const reply = callUbus(bus, 'session', 'list', {});
  for (const entry of reply.ok ? reply.data : []) {
    const outcome = syncSession(host, bus, config, entry);
    if (outcome === 'ended') ended++;
    if (outcome === 'changed') changed++;
  }
  return { isSaved, ended, changed };
}

function syncSession(
  host: Host,
  bus: Ubus,
  config: Config,
  entry: UbusTable,
): 'kept' | 'ended' | 'changed' {
  const { data, acls } = entry;
  const session = entry['ubus_rpc_session'];
  if (typeof session !== 'string' || !isTable(data) || typeof data['oidc_role'] !== 'string')
    return 'kept';
  const wanted = wantedGrants(host, bus, config, data);
  if (wanted === undefined) {
    destroySession(bus, session);
    return 'ended';
  }
  const current = isTable(acls) ? acls : {};
  if (isSame(current, wanted)) return 'kept';
  for (const scope of Object.keys(current))
    callUbus(bus, 'session', 'revoke', { ubus_rpc_session: session, scope });
  try {
    grantAll(bus, session, wanted);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    destroySession(bus, session);
    return 'ended';
  }
  return 'changed';
}

/** Rights that the session's role gives now; `undefined` when there is no such role any more. */
function wantedGrants(host: Host, bus: Ubus, config: Config, data: UbusTable): Grants | undefined {
  const role = config.roles.find((candidate) => candidate.name === data['oidc_role']);
  if (
    !config.provider.enabled ||
    role === undefined ||
    data['oidc_issuer'] !== config.provider.issuer
  )
    return undefined;
  try {
    const access = accessOf(bus, role);
    // The name stands for the rights at rpcd's next reload: with another one they would come back.
    return access.username === data['username']
      ? computeGrants(host, access.lists).grants
      : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
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
