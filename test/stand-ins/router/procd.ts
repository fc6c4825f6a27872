// SPDX-License-Identifier: MIT
// Stands in for procd and /etc/rc.common: services with their instances and triggers, which run as on a
// router, from the package's own init script. What is in /etc/rc.common here is in own words; scripts speak
// to procd through a fifo, where a router has ubus.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { TOOLS } from './uci.ts';

const rcCommon = (tree: string, fifo: string): string => `#!/bin/sh
service=\${1##*/}
uci() { ${path.join(TOOLS, 'uci')} -c ${tree}/etc/config -t ${tree}/tmp/.uci "$@"; }
config_load() { config=$1; }
config_foreach() {
	for section in $(uci -q show "$config" | sed -n "s/^$config[.]\\([A-Za-z0-9_]*\\)=$2\\$/\\1/p"); do "$1" "$section"; done
}
config_get_bool() {
	value=$(uci -q get "$config.$2.$3")
	case $value in 1 | on | true | yes | enabled) value=1 ;; 0 | off | false | no | disabled) value=0 ;; *) value=$4 ;; esac
	eval "$1=$value"
}
say() { message="$message$*
"; }
procd_open_instance() { say "instance $1"; }
procd_set_param() { say "param $*"; }
procd_close_instance() { :; }
procd_add_reload_trigger() { say "trigger $*"; }
start() {
	message="set $service
"
	start_service
	service_triggers
	printf '%s.\\n' "$message" >${fifo}
}
stop() { printf 'delete %s\\n.\\n' "$service" >${fifo}; }
sed -e 's#/usr/sbin/#${tree}/usr/sbin/#' -e 's#/www/#${tree}/www/#' "$1" >${tree}/tmp/init.$$
. ${tree}/tmp/init.$$
rm ${tree}/tmp/init.$$
[ "$2" = reload ] && { reload_service; exit; }
"$2"
`;

interface Instance {
  readonly command: readonly string[];
  readonly respawn: readonly string[];
  readonly files: readonly string[];
}

interface Service {
  readonly instances: Map<string, Instance>;
  readonly triggers: readonly string[];
}

interface Running {
  readonly key: string;
  child: ChildProcess | undefined;
  timer: NodeJS.Timeout | undefined;
  exits: number;
}

/** A router waits for five seconds; what `respawn` says is kept for tests to read. */
const RESPAWN_MS = 50;

export class Procd {
  readonly services = new Map<string, Service>();
  private readonly running = new Map<string, Running>();
  private readonly tree: string;
  private readonly fifo: string;
  private readonly log: (line: string) => void;
  private reader: net.Socket | undefined;
  private rest = '';
  /** Trigger scripts run one at a time. */
  private triggers: Promise<unknown> = Promise.resolve();

  constructor(tree: string, log: (line: string) => void) {
    this.tree = tree;
    this.log = log;
    this.fifo = path.join(tree, 'var/run/procd.fifo');
  }

  start(): void {
    mkdirSync(path.dirname(this.fifo), { recursive: true });
    execFileSync('mkfifo', [this.fifo]);
    const fd = openSync(this.fifo, constants.O_RDWR | constants.O_NONBLOCK);
    this.reader = new net.Socket({ fd, readable: true, writable: false });
    this.reader.setEncoding('utf8').on('data', (text: string) => this.take(text));
    writeFileSync(path.join(this.tree, 'etc/rc.common'), rcCommon(this.tree, this.fifo), { mode: 0o755 });
  }

  async stop(): Promise<void> {
    await this.triggers;
    for (const name of [...this.running.keys()]) this.end(name);
    this.reader?.destroy();
    try {
      closeSync(openSync(this.fifo, constants.O_RDONLY | constants.O_NONBLOCK));
    } catch {
      // The tree is gone already.
    }
  }

  /** `/etc/init.d/luci-sso <action>`, to its end. */
  script(action: string, service = 'luci-sso'): Promise<number | null> {
    const child = spawn('/bin/sh', [path.join(this.tree, 'etc/rc.common'), path.join(this.tree, 'etc/init.d', service), action], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .forEach(this.log),
      );
    return new Promise((ended) => child.once('close', (status) => ended(status)));
  }

  /** Somebody's configuration was committed by rpcd, or `reload_config` was called. */
  changed(config: string): Promise<unknown> {
    for (const [name, { triggers }] of this.services) {
      if (triggers.includes(config)) this.triggers = this.triggers.then(() => this.script('reload', name));
    }
    return this.triggers;
  }

  /** The process of an instance, when it runs. */
  pidOf(instance = 'luci-sso.guard'): number | undefined {
    const child = this.running.get(instance)?.child;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  private take(text: string): void {
    const messages = (this.rest + text).split('\n.\n');
    this.rest = messages.pop() ?? '';
    for (const message of messages) this.obey(message.split('\n').map((line) => line.split(' ')));
  }

  private obey([head, ...lines]: string[][]): void {
    const [verb, name = ''] = head ?? [];
    if (verb === 'delete') this.services.delete(name);
    else if (verb === 'set') {
      const instances = new Map<string, { command: string[]; respawn: string[]; files: string[] }>();
      let current = { command: [] as string[], respawn: [] as string[], files: [] as string[] };
      const triggers: string[] = [];
      for (const [what, ...words] of lines) {
        if (what === 'instance') instances.set(words[0] ?? '', (current = { command: [], respawn: [], files: [] }));
        else if (what === 'trigger') triggers.push(...words);
        else if (words[0] === 'command') current.command = words.slice(1);
        else if (words[0] === 'respawn') current.respawn = words.slice(1);
        else if (words[0] === 'file') current.files.push(...words.slice(1));
      }
      this.services.set(name, { instances, triggers });
    }
    const wanted = this.services.get(name)?.instances ?? new Map<string, Instance>();
    for (const running of this.running.keys())
      if (running.startsWith(`${name}.`) && !wanted.has(running.slice(name.length + 1))) this.end(running);
    for (const [instance, plan] of wanted) this.keep(`${name}.${instance}`, plan);
  }

  /** The same command with the same files runs on; another one is started anew. */
  private keep(name: string, plan: Instance): void {
    const key = JSON.stringify([plan, plan.files.map((file) => statSync(file).mtimeMs)]);
    if (this.running.get(name)?.key === key) return;
    this.end(name);
    const running: Running = { key, child: undefined, timer: undefined, exits: 0 };
    this.running.set(name, running);
    this.run(running, plan);
  }

  private run(running: Running, plan: Instance): void {
    const [command = '', ...args] = plan.command;
    const child = spawn(command, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .forEach(this.log),
    );
    running.child = child;
    child.once('error', (error) => this.log(`procd: ${error.message}`));
    child.once('exit', () => {
      running.exits++;
      const limit = Number(plan.respawn[2] ?? 5);
      if (running.timer === undefined && (limit === 0 || running.exits <= limit)) {
        running.timer = setTimeout(() => {
          running.timer = undefined;
          this.run(running, plan);
        }, RESPAWN_MS);
      }
    });
  }

  private end(name: string): void {
    const running = this.running.get(name);
    this.running.delete(name);
    if (running === undefined) return;
    running.child?.removeAllListeners('exit');
    running.child?.kill('SIGTERM');
    clearTimeout(running.timer);
  }
}
