// SPDX-License-Identifier: MIT
// What every step of a login needs first: a usable configuration, and https towards the browser.

import { readConfig } from '../config-roles.ts';
import type { Config } from '../config.ts';
import { CONFIG_NAME } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { printable } from '../log.ts';
import { loadSync } from '../luci/load.ts';
import { onOwnConnection } from '../luci/own-connection.ts';
import { isSynced } from '../luci/synced.ts';
import { Refusal } from '../refusal.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import { RELEASE_TIME_S } from '../version.ts';

/** Configuration of a switched-on SSO; refuses with SSO_DISABLED or CONFIG_ERROR (all problems logged). */
export function requireConfig(exchange: Exchange, bus: Ubus): Config {
  const read = readConfig(readPackage(bus, CONFIG_NAME));
  if (!read.ok) {
    for (const problem of read.problems)
      logExchange(exchange, 'error', 'CONFIG_ERROR', printable(problem));
    throw new Refusal('CONFIG_ERROR', printable(read.problems[0] ?? ''));
  }
  if (!read.value.oidc.enabled) throw new Refusal('SSO_DISABLED');
  return read.value;
}

/** A wall clock that was never set can judge neither certificates nor tokens (security 110). */
export function requireSetClock(exchange: Exchange): void {
  const now = exchange.host.wallSeconds();
  if (now < RELEASE_TIME_S) throw new Refusal('CLOCK_UNSET', `wall clock is at ${now}`);
}

/**
 * Brings rpcd and live sessions in line when the roles are not those that were synced last: `uci
 * commit` in a shell fires no trigger. What fails here is logged and tried again; the login goes on.
 */
export async function syncChangedRoles(exchange: Exchange, config: Config): Promise<void> {
  const { host } = exchange;
  if (isSynced(host, config)) return;
  const { syncRoles } = await loadSync();
  onOwnConnection(exchange, (own) => {
    syncRoles(host, own, config, exchange.correlationId);
  });
}
