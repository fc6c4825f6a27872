// SPDX-License-Identifier: MIT
// The part of a tick that only a change needs: the configuration, and everything by it.

import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { logLine, printable } from '../log.ts';
import { syncRoles } from '../session/sync.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

/** False when something is left to do. A wrong configuration ends nothing, and is named in the log. */
export function alignSessions(bus: Ubus, correlationId: string): boolean {
  const { host } = bus;
  const config = readConfig(readPackage(bus, CONFIG_NAME));
  if (!config.ok) {
    for (const problem of config.problems)
      logLine(host, 'error', 'CONFIG_ERROR', correlationId, printable(problem));
    return true;
  }
  const { isSaved, ended, failed, changed } = syncRoles(host, bus, config.value, correlationId);
  if (ended + changed > 0)
    logLine(host, 'info', 'SYNCED', correlationId, `ended=${ended} changed=${changed}`);
  if (!isSaved) logLine(host, 'warning', 'RPCD_LOGIN_NOT_SAVED', correlationId, 'of all roles');
  return isSaved && failed === 0;
}
