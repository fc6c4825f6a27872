// SPDX-License-Identifier: MIT
// `luci-sso on` and `luci-sso off`: also the way back in over SSH when SSO only locks somebody out.

import { changeConfig } from '../access/uci-session.ts';
import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME } from '../config.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus, type Ubus } from '../ubus/client.ts';
import { readPackage, type Section } from '../uci-options.ts';
import type { Arguments } from './arguments.ts';
import { print } from './output.ts';
import { endAndSay } from './sessions.ts';
import { syncNow } from './sync.ts';

/** Works with a wrong configuration too. SSO only goes with it, so that `on` locks nobody out. */
export function runOff(host: Host): number {
  const bus = openUbus(host);
  save(bus, { enabled: '0', sso_only: '0' });
  print(host, 'SSO is off, the password form is back');
  const { status } = endAndSay(host, bus, 'all', 'sso_off');
  closeUbus(bus);
  return status;
}

/** Refuses with CONFIG_ERROR when SSO would not work. SSO only needs --force: nobody has proven here that SSO works. */
export function runOn(host: Host, { flags }: Arguments): number {
  const isOnly = flags.has('sso-only');
  if (isOnly && !flags.has('force')) {
    throw new Refusal(
      'INVALID_INPUT',
      'SSO only hides the password form; switch it on in LuCI when you are logged in by SSO, or repeat with --force',
    );
  }
  const bus = openUbus(host);
  const values = { enabled: '1', ...(isOnly ? { sso_only: '1' } : {}) };
  requireValid(readPackage(bus, CONFIG_NAME), values);
  save(bus, values);
  closeUbus(bus);
  print(
    host,
    isOnly ? 'SSO is on, and the only way on the login page; luci-sso off undoes it' : 'SSO is on',
  );
  return syncNow(host).status;
}

function requireValid(
  sections: readonly Section[],
  values: { readonly [name: string]: string },
): void {
  const read = readConfig(
    sections.map((section) =>
      section.name === 'default'
        ? { ...section, values: { ...section.values, ...values } }
        : section,
    ),
  );
  if (!read.ok) throw new Refusal('CONFIG_ERROR', read.problems.join('; '));
}

function save(bus: Ubus, values: { readonly [name: string]: string }): void {
  const isSaved = changeConfig(bus, CONFIG_NAME, (stage) =>
    stage('set', { section: 'default', values }),
  );
  if (!isSaved) throw new Refusal('UCI_ERROR', `/etc/config/${CONFIG_NAME} could not be written`);
}
