// SPDX-License-Identifier: MIT
// Packages that were made before this one, as far as an upgrade sees them: their files, and their scripts. The two of the ucode
// implementation of the same name are in own words.
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { folder, packageOf, unpack } from './_packages.ts';

/** A package as a device gets it. */
export interface Shipment {
  readonly tree: string;
  /** Its own scripts, without what OpenWrt's build puts around them. */
  readonly postinst: string;
  readonly prerm: string;
}

export type Earlier = '0.1' | '0.9' | '0.10';

const CRON = '0 4 * * * /usr/sbin/luci-sso-cleanup';
const TEMPLATES = '/usr/share/ucode/luci/template/sysauth.ut /usr/share/ucode/luci/template/themes/*/sysauth.ut';

const UCODE_FILES: Readonly<Record<string, string>> = {
  'etc/uci-defaults/10-luci-sso-setup': `mkdir -p /etc/crontabs /var/run/luci-sso
grep -q luci-sso-cleanup /etc/crontabs/root || echo '${CRON}' >>/etc/crontabs/root
`,
  'etc/uci-defaults/99-luci-sso-ui': `for file in ${TEMPLATES}; do
	sed -i '/luci-sso-login.js/d; /include/a <script src="/luci-static/resources/luci-sso-login.js"></script>' "$file"
done
`,
  'usr/sbin/luci-sso-cleanup': '#!/bin/sh\n',
  'usr/share/ucode/luci_sso/router.uc': '//\n',
  'www/cgi-bin/luci-sso': '#!/usr/bin/ucode\n',
  'www/luci-static/resources/luci-sso-login.js': '//\n',
};

const UCODE_PRERM = `#!/bin/sh
sed -i /luci-sso-cleanup/d /etc/crontabs/root
sed -i /luci-sso-login.js/d ${TEMPLATES}
exit 0
`;

/** What its 0.9 installs as configuration; 0.10 has no redirect_uri in it. */
const UCODE_CONFIG = `
config oidc 'default'
	option enabled '0'
	option issuer_url 'https://accounts.google.com'
	option client_id 'REPLACE_ME'
	option client_secret 'REPLACE_ME'
	option redirect_uri 'https://router.lan/cgi-bin/luci-sso/callback'
	option scope 'openid profile email'
	option clock_tolerance '60'

config role 'admin'
	list email 'admin@example.com'
	list read '*'
	list write '*'
`;

const OWN_SCRIPTS = {
  postinst: `#!/bin/sh
if [ -z "\${IPKG_INSTROOT}" ]; then
	rm -rf /tmp/luci-indexcache* /tmp/luci-modulecache
	[ -d /var/run/rpcd/snapshot-files ] || /etc/init.d/rpcd reload
fi
exit 0
`,
  // Of 0.1's only what an upgrade runs of it
  prerm: `#!/bin/sh
if [ -z "\${IPKG_INSTROOT}" ] && [ "\${PKG_UPGRADE}" != 1 ]; then
	echo 'removed, and not upgraded' >>/calls
fi
exit 0
`,
};

/** That version's package. */
export function earlierPackage(t: ExecutionContext, version: Earlier): Shipment {
  const tree = path.join(folder(t), 'tree');
  const write = (name: string, text: string, mode = 0o755): void => {
    mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    writeFileSync(path.join(tree, name), text);
    chmodSync(path.join(tree, name), mode);
  };
  if (version === '0.1') {
    cpSync(unpack(t, packageOf('x86_64')).tree, tree, { recursive: true, verbatimSymlinks: true });
    rmSync(path.join(tree, 'lib'), { recursive: true });
    return { tree, ...OWN_SCRIPTS };
  }
  for (const [name, text] of Object.entries(UCODE_FILES)) write(name, text);
  write('etc/config/luci-sso', version === '0.9' ? UCODE_CONFIG : UCODE_CONFIG.replace(/.*redirect_uri.*\n/, ''), 0o644);
  if (version === '0.10') {
    write('usr/share/luci/menu.d/luci-sso-logout.json', '{}\n', 0o644);
    write('usr/share/rpcd/ucode/luci-sso.uc', '//\n', 0o644);
  }
  // 0.9.1's ended everybody's session at an upgrade.
  const prerm = version === '0.9' ? UCODE_PRERM.replace('exit 0', '/etc/init.d/rpcd restart\nexit 0') : UCODE_PRERM;
  return { tree, postinst: '#!/bin/sh\n/etc/init.d/rpcd reload\nexit 0\n', prerm };
}
