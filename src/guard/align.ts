// SPDX-License-Identifier: MIT
// The part of a tick that only a change needs, a chunk of its own: the configuration, and everything by it.

import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { logLine, printable } from '../log.ts';
import { syncRoles } from '../luci/sync.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

/** `waiting`: for the end of an apply in LuCI; all but `done` is tried again at the next tick. */
export type Alignment = 'done' | 'waiting' | 'failed';

/** A wrong configuration ends nothing, and is named in the log. */
export function alignSessions(bus: Ubus, correlationId: string): Alignment {
  const { host } = bus;
  const config = readConfig(readPackage(bus, CONFIG_NAME));
  if (!config.ok) {
    for (const problem of config.problems)
      logLine(host, 'error', 'CONFIG_ERROR', correlationId, printable(problem));
    return 'done';
  }
  const { entries, failed } = syncRoles(host, bus, config.value, correlationId);
  if (failed > 0 || entries === 'failed') return 'failed';
  return entries === 'waiting' ? 'waiting' : 'done';
}
