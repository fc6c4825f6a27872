// SPDX-License-Identifier: MIT
// `luci-sso sync`: by hand, and by the init script whenever the configuration was changed.

import { encodeUtf8 } from '#native';
import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { logLine, printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { syncRoles, type SyncResult } from '../session/sync.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import { print } from './output.ts';

/** Status 0 when everything is in line; refuses, and has changed nothing, when something is wrong. */
export function runSync(host: Host): number {
  const { isSaved, ended, changed } = logged(host, syncNow);
  if (isSaved) return print(host, `sessions ended: ${ended}, with new rights: ${changed}`);
  host.writeError(encodeUtf8('luci-sso: RPCD_LOGIN_NOT_SAVED: /etc/config/rpcd\n'));
  return 1;
}

/** The same for commands that have changed the configuration. */
export function syncNow(host: Host): SyncResult {
  const bus = openUbus(host);
  const config = readConfig(readPackage(bus, CONFIG_NAME));
  // A half-read configuration must end no session and remove no entry.
  if (!config.ok) throw new Refusal('CONFIG_ERROR', config.problems.join('; '));
  const result = syncRoles(host, bus, config.value);
  closeUbus(bus);
  const { isSaved, ended, changed } = result;
  const id = newCorrelationId(host);
  if (!isSaved) logLine(host, 'warning', 'RPCD_LOGIN_NOT_SAVED', id, 'of all roles');
  if (ended + changed > 0) logLine(host, 'info', 'SYNCED', id, `ended=${ended} changed=${changed}`);
  return result;
}

/** Mostly nobody sees what the init script's trigger prints. */
function logged(host: Host, sync: (host: Host) => SyncResult): SyncResult {
  try {
    return sync(host);
  } catch (error) {
    if (error instanceof Refusal)
      logLine(host, 'error', error.code, newCorrelationId(host), printable(error.detail));
    throw error;
  }
}
