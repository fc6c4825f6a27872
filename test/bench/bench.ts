// SPDX-License-Identifier: MIT
// Speed and memory of the built programs: guest instructions under qemu-user, CPU time and peak
// memory on this computer. Prints `bench <target> <case> <unit> <value>` lines and fails above a budget.
// usage: node --import=tsx test/bench/bench.ts [growth|tokens|logout]
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CLIENTS, login, signIn, startLogin, startScene, type Scene } from '../_helpers/scene.ts';
import { measureGrowth } from './growth.ts';
import { measureLogouts } from './logout.ts';
import { measureTokens } from './tokens.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORK = path.join(ROOT, 'build/bench');
const ZIG = path.join(ROOT, 'build/deps/zig/ziglang/zig');
const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const REPEATS = 15;
const HANDSHAKES = 4;

export type Target = 'mips_24kc' | 'arm' | 'x86_64';

/** Folder below build/, and the qemu that can load plugins. */
export const TARGETS: Readonly<Record<Target, { readonly folder: string; readonly qemu: string }>> = {
  mips_24kc: { folder: 'mips_24kc', qemu: 'qemu-mips' },
  arm: { folder: 'arm_cortex-a7', qemu: 'qemu-arm' },
  x86_64: { folder: 'x86_64', qemu: '' },
};

interface Budgets {
  readonly [target: string]: { readonly [name: string]: number };
}

const budgets = (JSON.parse(readFileSync(path.join(ROOT, 'scripts/budgets.json'), 'utf8')) as { bench: Budgets }).bench;
let over = 0;

/** Prints one figure and checks it against `bench.<target>.<case>` (or `<case> kB`) of budgets.json. */
export function report(target: Target, name: string, unit: 'Minsn' | 'ms' | 'kB', value: number): void {
  console.log(`bench ${target} ${name} ${unit} ${unit === 'kB' ? Math.round(value) : value.toFixed(2)}`);
  const budget = budgets[target]?.[unit === 'kB' ? 'kB' : name];
  if (budget === undefined || value <= budget) return;
  over++;
  console.log(`bench: ${target} ${name} is above its budget of ${budget} ${unit}`);
}

/** Compiles the two small tools. */
function buildTools(): void {
  mkdirSync(WORK, { recursive: true });
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', `${WORK}/insn-count.so`, `${ROOT}test/bench/insn-count.c`]);
  execFileSync(ZIG, ['cc', '-O2', '-o', `${WORK}/measure`, `${ROOT}test/bench/measure.c`]);
}

export interface Sample {
  /** Millions of guest instructions, or milliseconds of CPU, of the program itself. */
  readonly own: number;
  /** The same of its network child; 0 when it had none or is not measured. */
  readonly child: number;
  readonly peakKb: number;
}

/** How a target's program is run so that each run leaves its figures in a file. */
export class Meter {
  readonly runner: readonly string[];
  private readonly target: Target;
  private readonly file: string;

  constructor(target: Target) {
    this.target = target;
    this.file = path.join(WORK, `${target}.figures`);
    const { qemu } = TARGETS[target];
    this.runner = qemu === '' ? [`${WORK}/measure`, this.file] : [qemu, '-plugin', `${WORK}/insn-count.so,out=${this.file}`];
  }

  /** The figures of the one program run that `action` causes. */
  async measure(action: () => Promise<unknown>): Promise<Sample> {
    rmSync(this.file, { force: true });
    await action();
    const figures = readFileSync(this.file);
    if (TARGETS[this.target].qemu === '') {
      const [ns = '0', kb = '0'] = figures.toString().trim().split('\n').at(-1)?.split(' ') ?? [];
      return { own: Number(ns) / 1e6, child: 0, peakKb: Number(kb) };
    }
    const [own = 0, ...children] = Array.from({ length: figures.length / 8 }, (_, i) => Number(figures.readBigUInt64LE(i * 8)) / 1e6);
    return { own, child: children.reduce((total, count) => total + count, 0), peakKb: 0 };
  }
}

/** CPU time wavers, instructions hardly do but for those of a handshake: the smallest of many, or few, or one. */
export async function best(target: Target, once: () => Promise<Sample>, few = 1): Promise<Sample> {
  const samples: Sample[] = [];
  for (let i = 0; i < (target === 'x86_64' ? REPEATS : few); i++) samples.push(await once());
  const least = (pick: (sample: Sample) => number) => Math.min(...samples.map(pick));
  return { own: least((s) => s.own), child: least((s) => s.child), peakKb: Math.max(...samples.map((s) => s.peakKb)) };
}

export function get(scene: Scene, query: string): Promise<unknown> {
  return scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso${query}`));
}

/** Holds a lock file, which the program takes only when it is nobody else's, until its standard input ends. */
async function hold(file: string): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  writeFileSync(file, '', { mode: 0o600 });
  const holder = spawn('flock', [file, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write('.');
  await new Promise((echoed) => holder.stdout.once('data', echoed));
  return holder;
}

/** A start while two others wait for the provider: what LuCI waits for, once for each of those before it. */
async function measureBusyStart(target: Target, scene: Scene, meter: Meter): Promise<Sample> {
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  for (const name of readdirSync(state)) if (name.startsWith('discovery.')) rmSync(path.join(state, name));
  const holders = await Promise.all([0, 1].map((slot) => hold(path.join(state, `slot.${slot}`))));
  const sample = await best(target, () => meter.measure(async () => {
    const page = await scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`));
    if (page.status !== 503) throw new Error(`start: ${page.status} where both slots are taken`);
  }));
  await Promise.all(holders.map((holder) => new Promise((ended) => holder.once('exit', ended).stdin.end())));
  return sample;
}

/** Only the callback of a login that is otherwise walked unmeasured; `prepare` runs right before it. */
export async function measureCallback(scene: Scene, meter: Meter, user = 'alice', prepare = (): void => undefined): Promise<Sample> {
  const browser = scene.newBrowser();
  const form = await startLogin(scene, browser);
  if (form.status !== 200) throw new Error(`start: ${form.status}\n${scene.router.log().join('\n')}`);
  const callback = await signIn(browser, form, user);
  prepare();
  const sample = await meter.measure(async () => {
    const page = await browser.fetch(callback, form.url);
    if (page.status !== 200) throw new Error(`callback: ${page.status}\n${scene.router.log().join('\n')}`);
  });
  for (const session of scene.router.sessions()) scene.router.rpcd.sessions.destroy(session.id);
  return sample;
}

async function benchTarget(target: Target): Promise<void> {
  const unit = target === 'x86_64' ? 'ms' : 'Minsn';
  const meter = new Meter(target);
  const scene = await startScene({ target: TARGETS[target].folder, runner: meter.runner });
  try {
    await scene.configure(CLIENTS.confidential);
    await login(scene, scene.newBrowser(), 'alice'); // warms the caches
    const enabled = await best(target, () => meter.measure(() => get(scene, '?action=enabled')));
    const start = await best(target, () => meter.measure(() => get(scene, '')));
    const busy = await measureBusyStart(target, scene, meter);
    await login(scene, scene.newBrowser(), 'alice'); // and the caches are warm again
    const rs256 = await best(target, () => measureCallback(scene, meter), HANDSHAKES);
    await measureLogouts(target, scene, meter);
    if (process.argv[2] === 'logout') return;
    await scene.configure(CLIENTS.es256);
    const es256 = await best(target, () => measureCallback(scene, meter));
    for (const [name, sample] of [['enabled', enabled], ['start', start], ['start-busy', busy], ['callback-rs256', rs256], ['callback-es256', es256]] as const) {
      report(target, name, unit, sample.own);
      if (target === 'x86_64') report(target, name, 'kB', sample.peakKb);
    }
    if (target === 'x86_64') return;
    report(target, 'tls-handshake', unit, rs256.child);
    if (!existsSync(SYSTEM_BUNDLE)) return console.log(`bench: ${SYSTEM_BUNDLE} is missing, no ca-bundle`);
    // The provider's own authority is the last of the bundle and stands nowhere else.
    const certificates = path.join(scene.router.tree, 'etc/ssl/certs');
    const own = readdirSync(certificates).map((name) => readFileSync(path.join(certificates, name), 'utf8'));
    for (const name of readdirSync(certificates)) rmSync(path.join(certificates, name));
    writeFileSync(path.join(certificates, 'ca-certificates.crt'), [readFileSync(SYSTEM_BUNDLE, 'utf8'), ...own].join(''));
    await scene.configure(CLIENTS.confidential);
    const state = path.join(scene.router.tree, 'var/run/luci-sso');
    const forget = (): void => readdirSync(state).filter((name) => name.startsWith('root.')).forEach((name) => rmSync(path.join(state, name)));
    for (const [name, prepare] of [['ca-bundle-cold', forget], ['ca-bundle', undefined]] as const) {
      const bundle = await best(target, () => measureCallback(scene, meter, 'alice', prepare), HANDSHAKES);
      report(target, name, unit, bundle.child - rs256.child + bundle.own - rs256.own);
    }
  } finally {
    await scene.stop();
  }
}

buildTools();
if (process.argv[2] === 'growth') {
  await measureGrowth('mips_24kc');
} else {
  for (const target of Object.keys(TARGETS) as Target[]) {
    if (process.argv[2] !== 'logout') await measureTokens(target);
    if (process.argv[2] !== 'tokens') await benchTarget(target);
  }
}
console.log(`bench: ${over} above budget`);
process.exitCode = over === 0 ? 0 : 1;
