// SPDX-License-Identifier: MIT
// Writing configuration through an ubus session of its own: a commit without one would
// also commit what somebody has staged in a shell.

import type { UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, type Ubus } from '../ubus/client.ts';
import { dropSession } from './session-calls.ts';

const SAVE_TIMEOUT_S = 60;

/** One call of the `uci` object within the session; whether it was done. */
export type Stage = (method: string, parameters: { readonly [name: string]: UbusValue }) => boolean;

/** Stages changes of one package and commits exactly those; false, and nothing changed, when any failed. */
export function changeConfig(bus: Ubus, config: string, work: (stage: Stage) => boolean): boolean {
  const created = callUbus(bus, 'session', 'create', { timeout: SAVE_TIMEOUT_S });
  const session = created.ok ? created.data[0]?.['ubus_rpc_session'] : undefined;
  if (typeof session !== 'string') return false;
  const own = { ubus_rpc_session: session };
  const objects = [
    [config, 'read'],
    [config, 'write'],
  ];
  const stage: Stage = (method, parameters) =>
    callUbus(bus, 'uci', method, { ...own, config, ...parameters }).ok;
  try {
    return (
      callUbus(bus, 'session', 'grant', { ...own, scope: 'uci', objects }).ok &&
      work(stage) &&
      stage('commit', {})
    );
  } finally {
    // The line names the package: who asks for this has no reference to give.
    dropSession(bus, session, config);
  }
}
