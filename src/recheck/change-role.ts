// SPDX-License-Identifier: MIT
// Another role for a live session: its name, then its rights and rpcd's entry, as a sync does it.

import type { Config } from '../config.ts';
import type { LiveSession, Tick } from '../guard/live.ts';
import { forgetCalm } from '../guard/note.ts';
import { logLine } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { handleOf } from '../luci/ending.ts';
import { noteOwnUse } from '../luci/kept.ts';
import type { RoleMatch } from '../access/roles.ts';
import { accessOf } from '../access/rpcd-login.ts';
import { syncRoles } from '../luci/sync.ts';
import { callUbus, UBUS_STATUS } from '../ubus/client.ts';

/**
 * `gone`: the role borrows from a login that is not there; `waiting`: rpcd's entry is not written yet;
 * `failed`: the next tick has to try again. Killed
 * in the middle, it leaves a session whose rights the next tick puts right, because no note of calm is left.
 */
export function changeRole(
  { exchange, bus }: Tick,
  config: Config,
  session: LiveSession,
  { role, rule }: Extract<RoleMatch, { readonly kind: 'role' }>,
): 'done' | 'gone' | 'waiting' | 'failed' {
  const { host, correlationId } = exchange;
  const username = usernameOf(() => accessOf(bus, role).username);
  if (username === undefined) return 'gone';
  forgetCalm(host);
  const values = { username, oidc_role: role.name, oidc_rule: rule };
  const set = callUbus(bus, 'session', 'set', { ubus_rpc_session: session.id, values });
  noteOwnUse(host, session.id);
  // Logged out meanwhile.
  if (!set.ok) return set.status === UBUS_STATUS.notFound ? 'done' : 'failed';
  const from = String(session.data['oidc_role']);
  const what = `session=${handleOf(session.id)} from=${from} to=${role.name}`;
  logLine(host, 'info', 'SESSION_CHANGED', correlationId, what);
  const { entries, failed } = syncRoles(host, bus, config, correlationId);
  if (failed > 0) return 'failed';
  return entries === 'saved' ? 'done' : 'waiting';
}

function usernameOf(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'MISSING_RPCD_LOGIN') throw error;
    return undefined;
  }
}
