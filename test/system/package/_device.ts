// SPDX-License-Identifier: MIT
// A device for package scripts: a root folder with busybox, the real uci, and stand-ins for
// /lib/functions.sh, /etc/rc.common and /etc/init.d/rpcd that note each call. Installs as opkg and apk do.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Shipment } from './_earlier.ts';
import { apkOf, folder, packageOf, ROOT, unpack, unpackApk } from './_packages.ts';

const BUSYBOX = '/bin/busybox';
const INFO = 'usr/lib/opkg/info';

/** A device's release decides what runs in which order. */
export type Release = '22.03' | '24.10' | '25.12';
export const RELEASES: readonly Release[] = ['22.03', '24.10', '25.12'];
const isApk = (release: Release): boolean => release === '25.12';

const LIST = { opkg: `${INFO}/luci-sso.list`, apk: 'lib/apk/packages/luci-sso.list' };

const RUN_OWN = (script: string): string => `( . "$IPKG_INSTROOT/${INFO}/luci-sso.${script}-pkg" )
	ret=$?`;

/** In own words what OpenWrt's does with a package's users, scripts, uci-defaults and init scripts. */
const functionsOf = (release: Release): string => `
package_files() {
	cat "$IPKG_INSTROOT/${isApk(release) ? LIST.apk : LIST.opkg}"
}

add_group_and_user() {
	local pair etc="$IPKG_INSTROOT/etc"
	for pair in ${isApk(release) ? '$(cat "$IPKG_INSTROOT/lib/apk/packages/luci-sso.rusers" 2>/dev/null)' : `$(sed -n 's/^Require-User: *//p' "$IPKG_INSTROOT/${INFO}/luci-sso.control" 2>/dev/null)`}; do
		grep -q "^\${pair##*:}:" "$etc/group" || echo "\${pair##*:}:x:65536:" >>"$etc/group"
		grep -q "^\${pair%%:*}:" "$etc/passwd" || echo "\${pair%%:*}:x:65536:65536::/var/run/\${pair%%:*}:/bin/false" >>"$etc/passwd"
	done
}

default_postinst() {
	local ret=0
	${isApk(release) ? '' : 'add_group_and_user'}
	${release === '22.03' ? RUN_OWN('postinst') : ''}
	if [ -z "$IPKG_INSTROOT" ]; then
		for i in $(package_files | grep '^/etc/uci-defaults/'); do
			( [ -f "$i" ] && cd "$(dirname "$i")" && . "$i" ) && rm -f "$i"
		done
		uci commit
	fi
	${release === '24.10' ? RUN_OWN('postinst') : ''}
	for i in $(package_files | grep '^/etc/init.d/'); do
		[ -z "$IPKG_INSTROOT" ] || continue
		[ "$PKG_UPGRADE" = 1 ] || "$i" enable
		"$i" start
	done
	return $ret
}

default_prerm() {
	local ret=0
	${isApk(release) ? '' : RUN_OWN('prerm')}
	for i in $(package_files | grep '^/etc/init.d/'); do
		[ -z "$IPKG_INSTROOT" ] || continue
		[ "$PKG_UPGRADE" = 1 ] || "$i" disable
		"$i" stop
	done
	return $ret
}
`;

/** What OpenWrt's build puts around a package's own scripts for apk, and what it gives opkg. */
function scriptsOf(release: Release, { postinst, prerm }: Shipment): Readonly<Record<string, string>> {
  const head = '#!/bin/sh\n[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n. ${IPKG_INSTROOT}/lib/functions.sh\n';
  if (!isApk(release))
    return {
      postinst: `${head}default_postinst $0 $@\n`,
      'postinst-pkg': postinst,
      prerm: `${head}default_prerm $0 $@\n`,
      'prerm-pkg': prerm,
    };
  const install = `${head}add_group_and_user\ndefault_postinst\n${postinst}`;
  return {
    'post-install': install,
    'post-upgrade': install.replace('\n', '\nexport PKG_UPGRADE=1\n'),
    'pre-deinstall': `${head}default_prerm\n${prerm}`,
  };
}

const RC_COMMON = `#!/bin/sh
note() {
	echo "$*" >>/calls
}
procd_add_reload_trigger() {
	note "trigger $*"
}
procd_open_instance() {
	note "instance $*"
}
procd_set_param() {
	note "param $*"
}
procd_close_instance() {
	:
}
config_load() {
	config=$1
}
config_foreach() {
	for section in $(uci -q show "$config" | sed -n "s/^$config[.]\\([A-Za-z0-9_]*\\)=$2\$/\\1/p"); do
		"$1" "$section"
	done
}
config_get_bool() {
	eval "$1=$(uci -q get "$config.$2.$3" || echo "$4")"
}
script=$1
action=$2
. "$script"
note "init $action USE_PROCD=$USE_PROCD START=$START"
case "$action" in
start)
	start_service
	service_triggers
	;;
reload) reload_service ;;
esac
exit 0
`;

const RPCD_CONFIG = `
config login
	option username 'root'
	option password '$p$root'
	list read '*'
	list write '*'

config login 'luci_ssomebody'
	option username 'other'
	list read 'luci-base'
`;

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

const ACL = 'usr/share/rpcd/acl.d/luci-sso-login.json';
const CONFFILE = 'etc/config/luci-sso';
const SCRIPTS_OF_APK = 'lib/apk/scripts';

export class Device {
  readonly root: string;
  readonly #release: Release;
  /** The package of this version, and its scripts as they were built. */
  readonly #current: Shipment & { readonly scripts: Readonly<Record<string, string>> };
  #installed: Shipment | undefined;
  readonly #enter: readonly string[];

  constructor(t: ExecutionContext, enter: readonly string[], release: Release = '24.10') {
    this.root = folder(t);
    this.#release = release;
    const { tree, control } = isApk(release) ? unpackApk(t, apkOf('x86_64')) : unpack(t, packageOf('x86_64'));
    const scripts = Object.fromEntries(
      readdirSync(control)
        .filter((name) => /^(control$|p(re|ost))/.test(name))
        .map((name) => [name, readFileSync(path.join(control, name), 'utf8')]),
    );
    this.#current = { tree, postinst: '', prerm: '', scripts };
    this.#enter = enter;
    for (const name of [
      'bin',
      'sbin',
      'lib',
      'dev',
      'tmp/.uci',
      'var/run/rpcd',
      'etc/config',
      'etc/init.d',
      INFO,
      SCRIPTS_OF_APK,
      'www',
      'usr/share/luci/menu.d',
    ]) {
      mkdirSync(this.at(name), { recursive: true });
    }
    copyFileSync(BUSYBOX, this.at('bin/busybox'));
    execFileSync(...this.#command('/bin/busybox', '--install', '-s', '/bin'));
    copyFileSync(path.join(ROOT, 'build', 'tools', 'bin', 'uci'), this.at('sbin/uci-of-tests'));
    // It was built for tests, with a folder for staged changes that is nowhere.
    this.write('sbin/uci', '#!/bin/sh\nexec /sbin/uci-of-tests -t /tmp/.uci "$@"\n', 0o755);
    this.write('lib/functions.sh', functionsOf(release));
    this.write('etc/rc.common', RC_COMMON, 0o755);
    // rpcd reads these at a reload; "-" for what it does not find. A plugin that cannot be executed hangs it: the child
    // that it was to run in keeps the pipe open.
    this.write(
      'etc/init.d/rpcd',
      `#!/bin/sh
acl=-; [ ! -e /${ACL} ] || acl=acl
plugin=-
[ ! -e /usr/libexec/rpcd/luci-sso ] || { /usr/libexec/rpcd/luci-sso list >/dev/null 2>&1 && plugin=plugin || plugin=HANGS; }
echo "rpcd $* $acl $plugin" >>/calls
`,
      0o755,
    );
    // As rpcd: 6 while an apply waits for its confirmation, 4 for a configuration that is not there.
    this.write('bin/ubus', '#!/bin/sh\n[ ! -e /var/run/apply-waits ] || exit 6\nexit 4\n', 0o755);
    this.write('etc/openwrt_release', "DISTRIB_ARCH='x86_64'\n");
    this.write('etc/config/rpcd', RPCD_CONFIG);
    this.write('usr/share/luci/menu.d/luci-base.json', '{}\n');
    this.write('etc/passwd', 'root:x:0:0:root:/root:/bin/ash\nnobody:*:65534:65534:nobody:/var:/bin/false\n');
    this.write('etc/group', 'root:x:0:\nnogroup:x:65534:\n');
    this.write('calls', '');
  }

  at(name: string): string {
    return path.join(this.root, name);
  }

  has(name: string): boolean {
    return lstatSync(this.at(name), { throwIfNoEntry: false }) !== undefined;
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
    chmodSync(this.at(name), mode);
  }

  #command(...args: readonly string[]): [string, string[]] {
    const [first = '', ...rest] = [...this.#enter, 'chroot', this.root, ...args];
    return [first, rest];
  }

  /** Runs a line with busybox sh inside. */
  sh(line: string, env: Readonly<Record<string, string>> = {}): Ran {
    const [command, args] = this.#command('/bin/sh', '-c', line);
    const { status, stdout, stderr } = spawnSync(command, args, {
      env: { PATH: `/bin:/sbin:/usr/sbin:${process.env.PATH ?? ''}`, ...env },
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  }

  /** The same while this process goes on: for a line that talks to something that lives here. */
  async shBeside(line: string, env: Readonly<Record<string, string>> = {}): Promise<number | null> {
    const [command, args] = this.#command('/bin/sh', '-c', line);
    const child = spawn(command, args, { env: { PATH: `/bin:/sbin:/usr/sbin:${process.env.PATH ?? ''}`, ...env }, stdio: 'ignore' });
    const [status] = (await once(child, 'exit')) as [number | null];
    return status;
  }

  /** What was called since the last time. */
  calls(): string[] {
    const lines = this.read('calls')
      .split('\n')
      .filter((line) => line !== '');
    this.write('calls', '');
    return lines;
  }

  /**
   * Installs as opkg and apk do, over what is there. A configuration that the owner changed stays, the new one lies beside it. opkg runs the
   * old package's prerm before an upgrade, apk nothing.
   */
  install(env: Readonly<Record<string, string>> = {}, shipment: Shipment = this.#current): Ran {
    const before = this.#installed;
    const switches = isApk(this.#release) ? env : { PKG_ROOT: '/', PKG_UPGRADE: before === undefined ? '0' : '1', ...env };
    if (before !== undefined && !isApk(this.#release)) {
      const ran = this.sh(`/${INFO}/luci-sso.prerm upgrade`, switches);
      if (ran.status !== 0) return ran;
    }
    const there = this.has(CONFFILE) ? { text: this.read(CONFFILE), mode: lstatSync(this.at(CONFFILE)).mode & 0o777 } : undefined;
    const shipped = (of: Shipment): string => readFileSync(path.join(of.tree, CONFFILE), 'utf8');
    const isKept = there !== undefined && there.text !== shipped(shipment) && (before === undefined || there.text !== shipped(before));
    const files = list(shipment.tree);
    if (before !== undefined) for (const name of list(before.tree)) if (!files.includes(name)) rmSync(this.at(name), { force: true });
    cpSync(shipment.tree, this.root, { recursive: true, verbatimSymlinks: true, force: true });
    if (isKept) {
      renameSync(this.at(CONFFILE), this.at(`${CONFFILE}${isApk(this.#release) ? '.apk-new' : '-opkg'}`));
      this.write(CONFFILE, there.text, there.mode);
    }
    this.#installed = shipment;
    const scripts = 'scripts' in shipment ? (shipment.scripts as Readonly<Record<string, string>>) : scriptsOf(this.#release, shipment);
    for (const [name, text] of Object.entries(scripts))
      this.write(isApk(this.#release) ? `${SCRIPTS_OF_APK}/${name}` : `${INFO}/luci-sso.${name}`, text, 0o755);
    this.write(isApk(this.#release) ? LIST.apk : LIST.opkg, files.map((name) => `/${name}\n`).join(''));
    const script = isApk(this.#release)
      ? `${SCRIPTS_OF_APK}/${before === undefined ? 'post-install' : 'post-upgrade'}`
      : `${INFO}/luci-sso.postinst configure`;
    return this.sh(`/${script}`, switches);
  }

  remove(env: Readonly<Record<string, string>> = {}): Ran {
    const shipment = this.#installed ?? this.#current;
    const ran = isApk(this.#release)
      ? this.sh(`/${SCRIPTS_OF_APK}/pre-deinstall`, env)
      : this.sh(`/${INFO}/luci-sso.prerm remove`, { PKG_ROOT: '/', PKG_UPGRADE: '0', ...env });
    for (const name of list(shipment.tree)) {
      if (name === CONFFILE && this.read(name) !== readFileSync(path.join(shipment.tree, name), 'utf8')) continue;
      rmSync(this.at(name), { force: true });
    }
    for (const below of [INFO, SCRIPTS_OF_APK]) for (const name of readdirSync(this.at(below))) rmSync(this.at(`${below}/${name}`));
    rmSync(this.at(LIST.apk), { force: true });
    this.#installed = undefined;
    return ran;
  }

  /** Puts the recipe's own tests into /tests. */
  copyTests(): void {
    mkdirSync(this.at('tests'));
    for (const name of ['test.sh', 'test-version.sh']) copyFileSync(path.join(ROOT, 'package', 'luci-sso', name), this.at(`tests/${name}`));
  }

  /** Every file with its content, and every link; busybox, uci and what only opkg knows left out. */
  state(): Record<string, string> {
    const names = list(this.root).filter((name) => !/^(s?bin\/|dev\/|usr\/lib\/opkg\/|lib\/apk\/)/.test(name) && name !== 'calls');
    return Object.fromEntries(
      names.map((name) => [name, lstatSync(this.at(name)).isSymbolicLink() ? `-> ${readlinkSync(this.at(name))}` : this.read(name)]),
    );
  }
}

function list(root: string, below = ''): string[] {
  return readdirSync(path.join(root, below), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? list(root, path.join(below, entry.name)) : [path.join(below, entry.name)]))
    .sort();
}

/** How to get into a root folder: as root; else as root of a namespace of our own; else not at all. */
export function findWayIn(): { enter: readonly string[] } | { reason: string } {
  if (!existsSync(BUSYBOX)) return { reason: `${BUSYBOX} is missing (Debian: busybox-static)` };
  const segments = spawnSync('readelf', ['--segments', BUSYBOX], { encoding: 'utf8' }).stdout;
  if (segments.includes('INTERP')) return { reason: `${BUSYBOX} is not static (Debian: busybox-static)` };
  if (process.getuid?.() === 0) return { enter: [] };
  const namespace = ['unshare', '--map-root-user'];
  if (spawnSync('unshare', ['--map-root-user', 'chroot', '/', '/bin/true']).status === 0) return { enter: namespace };
  return { reason: 'chroot needs root or a user namespace' };
}
