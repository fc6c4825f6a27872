// SPDX-License-Identifier: MIT
// A device for package scripts: a root folder with busybox, the real uci, and stand-ins for
// /lib/functions.sh, /etc/rc.common and /etc/init.d/rpcd that note each call. Installs as opkg does.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { folder, packageOf, ROOT, unpack, type Unpacked } from './_packages.ts';

const BUSYBOX = '/bin/busybox';
const INFO = 'usr/lib/opkg/info';

/** In own words what OpenWrt's does with a package's scripts, uci-defaults and init scripts. */
const FUNCTIONS = `
package_files() {
	cat "$IPKG_INSTROOT/${INFO}/luci-sso.list"
}

default_postinst() {
	local ret=0
	if [ -z "$IPKG_INSTROOT" ]; then
		for i in $(package_files | grep '^/etc/uci-defaults/'); do
			( [ -f "$i" ] && cd "$(dirname "$i")" && . "$i" ) && rm -f "$i"
		done
		uci commit
	fi
	( . "$IPKG_INSTROOT/${INFO}/luci-sso.postinst-pkg" )
	ret=$?
	for i in $(package_files | grep '^/etc/init.d/'); do
		[ -z "$IPKG_INSTROOT" ] || continue
		[ "$PKG_UPGRADE" = 1 ] || "$i" enable
		"$i" start
	done
	return $ret
}

default_prerm() {
	local ret=0
	( . "$IPKG_INSTROOT/${INFO}/luci-sso.prerm-pkg" )
	ret=$?
	for i in $(package_files | grep '^/etc/init.d/'); do
		[ -z "$IPKG_INSTROOT" ] || continue
		[ "$PKG_UPGRADE" = 1 ] || "$i" disable
		"$i" stop
	done
	return $ret
}
`;

const RC_COMMON = `#!/bin/sh
note() {
	echo "$*" >>/calls
}
procd_add_reload_trigger() {
	note "trigger $*"
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

export class Device {
  readonly root: string;
  readonly #package: Unpacked;
  readonly #enter: readonly string[];

  constructor(t: ExecutionContext, enter: readonly string[]) {
    this.root = folder(t);
    this.#package = unpack(t, packageOf('x86_64'));
    this.#enter = enter;
    for (const name of ['bin', 'sbin', 'lib', 'dev', 'tmp/.uci', 'var/run/rpcd', 'etc/config', 'etc/init.d', INFO, 'www', 'usr/share/luci/menu.d']) {
      mkdirSync(this.at(name), { recursive: true });
    }
    copyFileSync(BUSYBOX, this.at('bin/busybox'));
    execFileSync(...this.#command('/bin/busybox', '--install', '-s', '/bin'));
    copyFileSync(path.join(ROOT, 'build', 'tools', 'bin', 'uci'), this.at('sbin/uci-of-tests'));
    // It was built for tests, with a folder for staged changes that is nowhere.
    this.write('sbin/uci', '#!/bin/sh\nexec /sbin/uci-of-tests -t /tmp/.uci "$@"\n', 0o755);
    this.write('lib/functions.sh', FUNCTIONS);
    this.write('etc/rc.common', RC_COMMON, 0o755);
    this.write('etc/init.d/rpcd', '#!/bin/sh\necho "rpcd $*" >>/calls\n', 0o755);
    this.write('etc/config/rpcd', RPCD_CONFIG);
    this.write('usr/share/luci/menu.d/luci-base.json', '{}\n');
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

  /** What was called since the last time. */
  calls(): string[] {
    const lines = this.read('calls').split('\n').filter((line) => line !== '');
    this.write('calls', '');
    return lines;
  }

  /** Unpacks as opkg does: a configuration that the owner changed stays, the new one lies beside it. */
  install(env: Readonly<Record<string, string>> = {}): Ran {
    const isUpgrade = this.has(`${INFO}/luci-sso.list`);
    const switches = { PKG_ROOT: '/', PKG_UPGRADE: isUpgrade ? '1' : '0', ...env };
    if (isUpgrade) {
      const before = this.sh(`/${INFO}/luci-sso.prerm upgrade`, switches);
      if (before.status !== 0) return before;
    }
    const conffile = 'etc/config/luci-sso';
    const kept = this.has(conffile) ? this.read(conffile) : undefined;
    const shipped = readFileSync(path.join(this.#package.tree, conffile), 'utf8');
    cpSync(this.#package.tree, this.root, { recursive: true, verbatimSymlinks: true, force: true });
    if (kept !== undefined && kept !== shipped) {
      renameSync(this.at(conffile), this.at(`${conffile}-opkg`));
      this.write(conffile, kept, 0o600);
    }
    for (const name of readdirSync(this.#package.control)) {
      copyFileSync(path.join(this.#package.control, name), this.at(`${INFO}/luci-sso.${name}`));
    }
    this.write(`${INFO}/luci-sso.list`, this.#files().map((name) => `/${name}\n`).join(''));
    return this.sh(`/${INFO}/luci-sso.postinst configure`, switches);
  }

  remove(env: Readonly<Record<string, string>> = {}): Ran {
    const ran = this.sh(`/${INFO}/luci-sso.prerm remove`, { PKG_ROOT: '/', PKG_UPGRADE: '0', ...env });
    for (const name of this.#files()) {
      if (name === 'etc/config/luci-sso' && this.read(name) !== readFileSync(path.join(this.#package.tree, name), 'utf8')) continue;
      rmSync(this.at(name), { force: true });
    }
    for (const name of readdirSync(this.at(INFO))) if (name.startsWith('luci-sso.')) rmSync(this.at(`${INFO}/${name}`));
    return ran;
  }

  /** Puts the recipe's own tests into /tests. */
  copyTests(): void {
    mkdirSync(this.at('tests'));
    for (const name of ['test.sh', 'test-version.sh']) copyFileSync(path.join(ROOT, 'package', 'luci-sso', name), this.at(`tests/${name}`));
  }

  #files(): string[] {
    return list(this.#package.tree);
  }

  /** Every file with its content, and every link; busybox, uci and what only opkg knows left out. */
  state(): Record<string, string> {
    const names = list(this.root).filter((name) => !/^(s?bin\/|usr\/lib\/opkg\/)/.test(name) && name !== 'calls');
    return Object.fromEntries(names.map((name) => [name, lstatSync(this.at(name)).isSymbolicLink() ? `-> ${readlinkSync(this.at(name))}` : this.read(name)]));
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
