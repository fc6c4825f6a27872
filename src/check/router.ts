// SPDX-License-Identifier: MIT
// Checks of the router's own side: what rpcd and LuCI must have of us, and this program itself.

import { matchesPattern } from '../codec/fnmatch.ts';
import { CONFIG_NAME, type Role } from '../config.ts';
import type { Host } from '../host.ts';
import { computeGrants } from '../session/acl.ts';
import { knownCookieName } from '../session/luci-cookie.ts';
import { accessOf, pendingChanges } from '../session/rpcd-login.ts';
import type { Ubus } from '../ubus/client.ts';
import type { Context } from './context.ts';
import { fail, pass, refused, skip, warn, type Check, type Finding } from './finding.ts';
import { runSelfTest, type Vector } from './self-test.ts';

const MENU_FILE = '/usr/share/luci/menu.d/luci-sso-login.json';
const SCRIPT_FILE = '/www/luci-static/resources/luci-sso-login.js';
const MAX_FILE_BYTES = 65536;

function checkRpcdLogins({ bus, config, isSaved }: Context): Finding {
  const { roles } = config();
  if (!isSaved) return skip('these values are not saved yet');
  try {
    const changes = pendingChanges(bus, roles);
    if (changes.length === 0) return pass('in step');
    return warn(
      `${changes.map(({ section }) => section).join(', ')} of /etc/config/rpcd differs from its role`,
      'run luci-sso sync; the next login does the same',
    );
  } catch (error) {
    return refused(error);
  }
}

/** The group that may change the settings page, and so everything. */
const OWN_GROUP = 'luci-app-sso';

/** Warns when a role gets at the client secret by another way than the settings page (product.md 5.3). */
function checkRights({ host, bus, config }: Context): Finding {
  try {
    const seeing = config().roles.filter((role) => seesSecret(host, bus, role));
    if (seeing.length === 0)
      return pass('only who may change the settings page reads client_secret');
    return warn(
      `role ${seeing.map(({ name }) => name).join(', ')} may read client_secret with uci, without the settings page`,
      'deny the group that gives all of uci, with luci-compat !allow-full-uci-access, in read and write',
    );
  } catch (error) {
    return refused(error, ['MISSING_RPCD_LOGIN']);
  }
}

function seesSecret(host: Host, bus: Ubus, role: Role): boolean {
  const { grants } = computeGrants(host, accessOf(bus, role).lists);
  const groups = grants.get('access-group');
  const mayChange = groups?.some(([group, half]) => group === OWN_GROUP && half === 'write');
  const mayRead = grants.get('uci')?.some(([pattern]) => matchesPattern(pattern, CONFIG_NAME));
  return mayRead === true && mayChange !== true;
}

function checkLoginHook({ host }: Context): Finding {
  const missing = [MENU_FILE, SCRIPT_FILE].filter(
    (file) => !host.fileRead(file, MAX_FILE_BYTES).ok,
  );
  if (missing.length === 0) return pass('installed');
  return warn(
    `${missing.join(' and ')} is missing: the login page shows no button`,
    'install the package again',
  );
}

function checkLuciCookie({ host }: Context): Finding {
  const name = knownCookieName(host);
  if (name !== undefined) return pass(name);
  return warn(
    "LuCI's menu names no cookie that is known here",
    'is luci-base installed? update luci-sso',
  );
}

/** Passes when every answer is the known one. */
export function judgeSelfTest(vectors: readonly Vector[]): Finding {
  const wrong = vectors.filter(({ isRight }) => !isRight).map(({ name }) => name);
  if (wrong.length === 0) return pass(`${vectors.length} known answers`);
  return fail(
    'INTERNAL_ERROR',
    `wrong: ${wrong.join(', ')}`,
    'install the package for this architecture again, and report it',
  );
}

export const ROUTER_CHECKS: readonly Check[] = [
  { id: 'rpcd_logins', title: 'Logins of roles in rpcd', needs: ['config'], run: checkRpcdLogins },
  { id: 'rights', title: 'Rights of roles', needs: ['config'], run: checkRights },
  { id: 'login_hook', title: 'Button on the login page', needs: [], run: checkLoginHook },
  { id: 'luci_cookie', title: "LuCI's cookie", needs: [], run: checkLuciCookie },
  {
    id: 'selftest',
    title: 'Self-test',
    needs: [],
    run: async () => judgeSelfTest(await runSelfTest()),
  },
];
