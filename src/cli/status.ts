// SPDX-License-Identifier: MIT
// `luci-sso status`: the set-up in a few lines, for a person.

import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME, RULE_KINDS, type OidcConfig, type Role } from '../config.ts';
import { guardingOf, type Guarding } from '../guard/start.ts';
import type { Host } from '../host.ts';
import { listSsoSessions } from '../luci/list.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import { VERSION } from '../version.ts';
import { print, shown } from './output.ts';

const GUARDING = {
  guard: 'runs',
  cron: 'does not run; ticks of cron stand in',
  none: 'does not run: a login starts it, or /etc/init.d/luci-sso start',
} as const satisfies Record<Guarding, string>;

/** Status 1 when the configuration is wrong. */
export function runStatus(host: Host): number {
  const bus = openUbus(host);
  const read = readConfig(readPackage(bus, CONFIG_NAME));
  const live = listSsoSessions(bus).length;
  closeUbus(bus);
  print(host, `luci-sso ${VERSION}`);
  if (read.ok) print(host, ...describe(read.value.oidc, read.value.roles));
  else print(host, ...read.problems.map((problem) => `wrong:        ${shown(problem)}`));
  print(host, `sessions:     ${live}`, `guard:        ${GUARDING[guardingOf(host)]}`);
  return read.ok ? 0 : 1;
}

function describe(oidc: OidcConfig, roles: readonly Role[]): readonly string[] {
  const mode = oidc.ssoOnly ? 'on, SSO only' : 'on';
  const named = roles.map((role) => `${role.name} (${rulesOf(role)})`);
  return [
    `SSO:          ${oidc.enabled ? mode : 'off'}`,
    `provider:     ${oidc.issuer === '' ? 'not set' : shown(oidc.issuer)}`,
    `redirect URI: ${oidc.redirectUri === '' ? 'not set' : shown(oidc.redirectUri)}`,
    `roles:        ${named.length === 0 ? 'none' : shown(named.join(', '))}`,
  ];
}

function rulesOf(role: Role): string {
  const kinds = RULE_KINDS.filter((kind) => role[kind].length > 0);
  if (role.isDefault) return 'everybody';
  return kinds.length === 0 ? 'nobody' : kinds.join(', ');
}
