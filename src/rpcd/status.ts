// SPDX-License-Identifier: MIT
// `status`: what the settings page shows before anything is asked of the provider.

import { hasFullRights } from '../access/rpcd-login.ts';
import { loadCheck } from '../check/load.ts';
import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import { guardingOf } from '../guard/start.ts';
import { Refusal } from '../refusal.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import { callUbus, UBUS_STATUS } from '../ubus/client.ts';
import { isTable, readPackage, type Section } from '../uci-options.ts';
import { VERSION } from '../version.ts';
import type { Call } from './call.ts';

export async function callStatus(call: Call): Promise<object> {
  const { host, bus } = call;
  const { CHECKS } = await loadCheck();
  const sections = readPackage(bus, CONFIG_NAME);
  const read = readConfig(sections);
  const data = sessionData(call);
  return {
    version: VERSION,
    enabled: read.ok && read.value.oidc.enabled,
    valid: read.ok,
    problem: read.ok ? '' : (read.problems[0] ?? ''),
    issuer: savedText(sections, 'issuer_url'),
    redirect_uri: savedText(sections, 'redirect_uri'),
    time: host.wallSeconds(),
    guard: guardingOf(host),
    checks: CHECKS.map(({ id, title, needs }) => ({ id, title, needs })),
    session: {
      sso: typeof data['oidc_role'] === 'string',
      full: hasFullRights(bus, data['username']),
    },
  };
}

/** As it stands in the section, valid or not; a list is not. */
function savedText(sections: readonly Section[], option: string): string {
  const value = sections.find(({ name }) => name === 'default')?.values[option];
  return typeof value === 'string' ? value : '';
}

function sessionData({ bus, session }: Call): UbusTable {
  const reply = callUbus(bus, 'session', 'get', { ubus_rpc_session: session });
  if (!reply.ok && reply.status !== UBUS_STATUS.notFound)
    throw new Refusal('UBUS_ERROR', `session get: ubus status ${reply.status}`);
  const values = reply.ok ? reply.data[0]?.values : undefined;
  return isTable(values) ? values : {};
}
