// SPDX-License-Identifier: MIT
// Checks of the router's own side: what rpcd and LuCI must have of us, and this program itself.

import { knownCookieName } from '../session/luci-cookie.ts';
import { pendingChanges } from '../session/rpcd-login.ts';
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
  { id: 'login_hook', title: 'Button on the login page', needs: [], run: checkLoginHook },
  { id: 'luci_cookie', title: "LuCI's cookie", needs: [], run: checkLuciCookie },
  {
    id: 'selftest',
    title: 'Self-test',
    needs: [],
    run: async () => judgeSelfTest(await runSelfTest()),
  },
];
