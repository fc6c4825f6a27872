// SPDX-License-Identifier: MIT
// `luci-sso sync`: by hand, and by the init script whenever the configuration was changed.

import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { logLine, printable } from '../log.ts';
import { syncRoles, type SyncResult } from '../luci/sync.ts';
import { noteSynced } from '../luci/synced.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import { endWithError, print, statusOf } from './output.ts';

const WAITING =
  'LuCI waits for the confirmation of an apply: /etc/config/rpcd is written when that has ended';

/** Status 0 when everything is in line; a wrong configuration refuses, and changes nothing. */
export function runSync(host: Host): number {
  const { status, ended, changed } = syncNow(host);
  print(host, `sessions ended: ${ended}, with new rights: ${changed}`);
  return status;
}

/**
 * The same for commands that have changed the configuration. What could not be done makes the status 1,
 * and is in the log too: mostly nobody sees what the init script's trigger prints.
 */
export function syncNow(host: Host): SyncResult & { readonly status: number } {
  const id = newCorrelationId(host);
  noteSynced(host, undefined);
  try {
    const result = syncAll(host, id);
    const { entries, failed } = result;
    if (entries === 'failed') endWithError(host, 'RPCD_LOGIN_NOT_SAVED: /etc/config/rpcd');
    if (entries === 'waiting') print(host, WAITING);
    return { ...result, status: Math.max(entries === 'failed' ? 1 : 0, statusOf(host, failed)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const detail = printable(`${error.code}: ${error.detail}`);
    logLine(host, 'error', 'SYNC_FAILED', id, detail);
    throw error;
  }
}

function syncAll(host: Host, correlationId: string): SyncResult {
  const bus = openUbus(host);
  const config = readConfig(readPackage(bus, CONFIG_NAME));
  // A half-read configuration must end no session and remove no entry.
  if (!config.ok) throw new Refusal('CONFIG_ERROR', config.problems.join('; '));
  const result = syncRoles(host, bus, config.value, correlationId);
  closeUbus(bus);
  return result;
}
