// SPDX-License-Identifier: MIT
// While an apply of LuCI waits for its confirmation, rpcd refuses every commit. Its folder
// /var/run/rpcd/snapshot-files proves nothing: an apply without rollback leaves it.

import { callUbus, UBUS_STATUS, type Ubus } from '../ubus/client.ts';

/** Never a configuration: in an apply rpcd refuses its revert, and otherwise does not find it. */
const NO_CONFIG = 'luci_sso_none';

export function isApplyPending(bus: Ubus): boolean {
  const reply = callUbus(bus, 'uci', 'revert', { config: NO_CONFIG });
  return !reply.ok && reply.status === UBUS_STATUS.permissionDenied;
}
