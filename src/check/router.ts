// SPDX-License-Identifier: MIT
// Checks of the router's own side: what rpcd and LuCI must have of us, and this program itself.

import { decodeUtf8 } from '#native';
import {
  computeGrants,
  grantsByGroup,
  hasOwnRights,
  readAccessGroups,
  type AccessLists,
  type Grants,
} from '../access/acl.ts';
import { rulesOf } from '../access/roles.ts';
import { accessOf, pendingChanges } from '../access/rpcd-login.ts';
import { matchesPattern } from '../codec/fnmatch.ts';
import { CONFIG_NAME } from '../config.ts';
import { guardingOf, wasGuardStarted } from '../guard/start.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { knownCookieName } from '../luci/cookie.ts';
import { readPackage } from '../uci-options.ts';
import type { Context } from './context.ts';
import { fail, pass, refused, skip, warn, type Check, type Finding } from './finding.ts';
import { protectionOf, runSelfTest, type Vector } from './self-test.ts';

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

type Right = readonly [scope: string, object: string, method: string];

/** What shows the client secret: the option, a backup of the configuration, and by files the rest. */
const SHOWING: readonly Right[] = [
  ['uci', CONFIG_NAME, 'read'],
  ['cgi-io', 'backup', 'read'],
];
/** The file itself, and the flash that it lies in; of use with what reads files. */
const SHOWING_FILES: readonly Right[] = [
  ['file', '/etc/config/luci-sso', 'read'],
  ['file', '/dev/mtdblock5', 'read'],
];
const READING_FILES: readonly Right[] = [
  ['ubus', 'file', 'read'],
  ['cgi-io', 'download', 'read'],
];
/** Programs that print any file, when they may be run with any arguments. */
const SHOWING_PROGRAMS = [
  ...['/bin/cat', '/bin/sh', '/bin/tar', '/sbin/sysupgrade', '/sbin/uci'],
  ...['/bin/cat /etc/config/luci-sso', '/sbin/uci show luci-sso'],
].map((command): Right => ['file', command, 'exec']);
const RUNNING: readonly Right[] = [
  ['ubus', 'file', 'exec'],
  ['cgi-io', 'exec', 'read'],
];

/** Fails for a role that allows nothing here; warns of groups that are not here, and of ways to the client secret. */
function checkRights({ host, bus, config }: Context): Finding {
  try {
    const known = readAccessGroups(host).map(({ name }) => name);
    const missing: string[] = [];
    for (const role of config().roles) {
      const { lists } = accessOf(bus, role);
      if (!hasOwnRights(computeGrants(host, lists).grants) && rulesOf(role).length > 0)
        return fail(
          'ROLE_WITHOUT_RIGHTS',
          `role ${role.name}: its lists match no access group of this router`,
        );
      for (const pattern of [...role.read, ...role.write]) {
        if (!pattern.startsWith('!') && !known.some((name) => matchesPattern(pattern, name)))
          missing.push(`${pattern} of role ${role.name}`);
      }
    }
    const seeing: string[] = [];
    const giving = new Set<string>();
    for (const role of config().roles) {
      const groups = groupsShowingSecret(host, accessOf(bus, role).lists);
      if (groups.length > 0) seeing.push(`role ${role.name} by ${groups.join(', ')}`);
      for (const group of groups) giving.add(`!${group}`);
    }
    if (seeing.length === 0 && missing.length > 0)
      return warn(
        `no ACL file has the access group ${missing.join(', ')}`,
        'correct the name, or install the package that brings the group',
      );
    if (seeing.length === 0)
      return pass('only who may change the settings page reads client_secret');
    return warn(
      `client_secret can be read without the settings page: ${seeing.join('; ')}`,
      `add ${[...giving].join(' and ')} to both lists, read and write, of the role, or of the rpcd login that it names`,
    );
  } catch (error) {
    return refused(error, ['MISSING_RPCD_LOGIN', 'UBUS_LOGIN_FAILED']);
  }
}

/** Access groups by which these lists read the secret; none when they may change it anyway. */
export function groupsShowingSecret(host: Host, lists: AccessLists): readonly string[] {
  const groups = grantsByGroup(host, lists);
  const all = [...groups.values()];
  if (all.some((grants) => mayUse(grants, ['access-group', OWN_GROUP, 'write']))) return [];
  const has = (right: Right) => all.some((grants) => mayUse(grants, right));
  const showing = [
    ...SHOWING,
    ...(READING_FILES.some(has) ? SHOWING_FILES : []),
    ...(RUNNING.some(has) ? SHOWING_PROGRAMS : []),
  ];
  return [...groups]
    .filter(([, grants]) => showing.some((right) => mayUse(grants, right)))
    .map(([name]) => name);
}

function mayUse(grants: Grants, [scope, object, method]: Right): boolean {
  const pairs = grants.get(scope) ?? [];
  return pairs.some(
    ([objects, methods]) => matchesPattern(objects, object) && matchesPattern(methods, method),
  );
}

function checkLoginHook({ host, bus }: Context): Finding {
  const missing = [MENU_FILE, SCRIPT_FILE].filter((file) => textOf(host, file) === undefined);
  if (missing.length > 0)
    return warn(
      `${missing.join(' and ')} is missing: the login page shows no button`,
      'install the package again',
    );
  const theme = activeTheme(bus);
  if (loadsScripts(host, theme)) return pass('installed');
  return warn(
    `the login page of the theme ${printable(theme)} does not load LuCI's scripts, so it shows no button`,
    'log in at /cgi-bin/luci-sso, or choose another theme',
  );
}

/** '' when it is not known. */
function activeTheme(bus: Context['bus']): string {
  const main = readPackage(bus, 'luci').find(({ name }) => name === 'main');
  const base = main?.values['mediaurlbase'];
  return typeof base === 'string' ? base.slice(base.lastIndexOf('/') + 1) : '';
}

/** Where LuCI in ucode and in Lua looks for a theme's own login page; without one it takes its own. */
const TEMPLATES = [
  ['/usr/share/ucode/luci/template/themes/', '.ut'],
  ['/usr/lib/lua/luci/view/themes/', '.htm'],
] as const;
/** What all other themes load by their headers, and what the button arrives with. */
const LOADED = ['admin/translations', 'cbi.js', 'luci.js'];

function loadsScripts(host: Host, theme: string): boolean {
  if (theme === '' || theme.startsWith('.')) return true;
  for (const [folder, suffix] of TEMPLATES) {
    const page = textOf(host, `${folder}${theme}/sysauth${suffix}`);
    if (page === undefined) continue;
    const files = host.directoryList(folder + theme);
    const parts = (files.ok ? files.names : [])
      .filter((name) => name.endsWith(suffix) && includes(page, name.slice(0, -suffix.length)))
      .map((name) => textOf(host, `${folder}${theme}/${name}`) ?? '');
    return [page, ...parts].some((text) => LOADED.some((script) => text.includes(script)));
  }
  return true;
}

/** Whether a template names another one, as the whole or the last part of a name in quotes. */
function includes(page: string, name: string): boolean {
  return ["'", '"'].some(
    (quote) => page.includes(`${quote}${name}${quote}`) || page.includes(`/${name}${quote}`),
  );
}

function textOf(host: Host, file: string): string | undefined {
  const read = host.fileRead(file, MAX_FILE_BYTES);
  return read.ok ? decodeUtf8(read.bytes) : undefined;
}

/** Without it sessions end by idleness alone. Nobody has to run it before the first login. */
function checkGuard({ host, config }: Context): Finding {
  const { oidc } = config();
  const guarding = guardingOf(host);
  if (guarding === 'guard') return pass('runs');
  if (guarding === 'cron') return pass('ticks of cron stand in');
  if (!oidc.enabled) return skip('SSO is off');
  if (!wasGuardStarted(host)) return pass('does not run yet; the next login starts it');
  return warn(
    'does not run: sessions end by idleness alone, and withdrawn rights may come back',
    'run /etc/init.d/luci-sso start; where there is no procd, let cron run luci-sso tick each minute',
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

/** Where the kernel has no filter or we are not root, that is said and is no failure. */
function judgeProtection({ text, isRight }: ReturnType<typeof protectionOf>): Finding {
  return isRight ? pass(text) : fail('INTERNAL_ERROR', text, 'free some memory, or report it');
}

export const ROUTER_CHECKS: readonly Check[] = [
  { id: 'rpcd_logins', title: 'Logins of roles in rpcd', needs: ['config'], run: checkRpcdLogins },
  { id: 'rights', title: 'Rights of roles', needs: ['config'], run: checkRights },
  { id: 'login_hook', title: 'Button on the login page', needs: [], run: checkLoginHook },
  { id: 'guard', title: 'Guard', needs: ['config'], run: checkGuard },
  { id: 'luci_cookie', title: "LuCI's cookie", needs: [], run: checkLuciCookie },
  {
    id: 'selftest',
    title: 'Self-test',
    needs: [],
    run: async () => judgeSelfTest(await runSelfTest()),
  },
  {
    id: 'sandbox',
    title: 'Network process',
    needs: [],
    run: ({ host }) => judgeProtection(protectionOf(host)),
  },
];
