// SPDX-License-Identifier: MIT
// `luci-sso sync`: by hand, and by the init script whenever the configuration was changed.

import { encodeUtf8 } from '../codec/utf8.ts';
import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { newCorrelationId } from '../exchange.ts';
import type { Host } from '../host.ts';
import { logLine, printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { syncRoles } from '../session/sync.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

/** Status 0 when everything is in line; 1 when nothing was changed because something is wrong. */
export function runSync(host: Host): number {
  try {
    return sync(host);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return fail(host, error.code, error.detail);
  }
}

function sync(host: Host): number {
  const bus = openUbus(host);
  const config = readConfig(readPackage(bus, CONFIG_NAME));
  // A half-read configuration must end no session and remove no entry.
  if (!config.ok) return fail(host, 'CONFIG_ERROR', config.problems.join('; '));
  const { isSaved, ended, changed } = syncRoles(host, bus, config.value);
  closeUbus(bus);
  if (!isSaved) return fail(host, 'RPCD_LOGIN_NOT_SAVED', '/etc/config/rpcd could not be written');
  if (ended + changed > 0)
    logLine(host, 'info', 'SYNCED', newCorrelationId(host), `ended=${ended} changed=${changed}`);
  host.writeOutput(encodeUtf8(`sessions ended: ${ended}, with new rights: ${changed}\n`));
  return 0;
}

function fail(host: Host, code: string, detail: string): number {
  logLine(host, 'error', code, newCorrelationId(host), printable(detail));
  host.writeOutput(encodeUtf8(`${code}: ${printable(detail)}\n`));
  return 1;
}
