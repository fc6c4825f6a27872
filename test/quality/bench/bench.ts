// SPDX-License-Identifier: MIT
// Speed and memory of the built programs: instructions under qemu-user, which a busy computer does not change, and
// peak memory on this one; both have budgets. CPU time on this computer is printed to be read only. Prints
// `bench <target> <case> <unit> <value>` lines and fails above a budget.
// usage: node --import=tsx test/quality/bench/bench.ts [growth|tokens|handshakes|tick|logout|all [TARGET]]
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { withShim } from '../../_helpers/emulator.ts';
import { CLIENTS, login, signIn, startLogin, startScene, type Scene } from '../../_helpers/scene.ts';
import { measureGrowth } from './growth.ts';
import { measureHandshakes } from './handshake.ts';
import { measureLogouts } from './logout.ts';
import { measureTicks } from './tick.ts';
import { measureTokens } from './tokens.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WORK = path.join(ROOT, 'build/bench');
const ZIG = path.join(ROOT, 'build/deps/zig/ziglang/zig');
const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
/** Rounds of everything, so that a slow moment of the computer meets all cases alike. */
const ROUNDS = 15;
const HANDSHAKES = 4;

export type Target = 'mips_24kc' | 'arm' | 'x86_64';

/** Folder below build/, and the qemu that can load plugins (the static ones cannot). */
export const TARGETS: Readonly<Record<Target, { readonly folder: string; readonly qemu: string }>> = {
  mips_24kc: { folder: 'mips_24kc', qemu: 'qemu-mips' },
  arm: { folder: 'arm_cortex-a7', qemu: 'qemu-arm' },
  x86_64: { folder: 'x86_64', qemu: 'qemu-x86_64' },
};

interface Budgets {
  readonly [target: string]: { readonly [name: string]: number };
}

const budgets = (JSON.parse(readFileSync(path.join(ROOT, 'scripts/check/budgets.json'), 'utf8')) as { bench: Budgets }).bench;
let over = 0;

/** Prints one figure and checks it against `bench.<target>.<case>` (or `kB`) of budgets.json; time has no budget. */
export function report(target: Target, name: string, unit: 'Minsn' | 'ms' | 'kB', value: number): void {
  if (!(value > 0)) throw new Error(`${target} ${name}: a cost of ${value} ${unit} is a mistake of the measurement`);
  console.log(`bench ${target} ${name} ${unit} ${unit === 'kB' ? Math.round(value) : value.toFixed(2)}`);
  const budget = unit === 'ms' ? undefined : budgets[target]?.[unit === 'kB' ? 'kB' : name];
  if (budget === undefined || value <= budget) return;
  over++;
  console.log(`bench: ${target} ${name} is above its budget of ${budget} ${unit}`);
}

/** Compiles the two small tools. */
function buildTools(): void {
  mkdirSync(WORK, { recursive: true });
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', `${WORK}/insn-count.so`, `${ROOT}test/quality/bench/insn-count.c`]);
  execFileSync(ZIG, ['cc', '-O2', '-o', `${WORK}/measure`, `${ROOT}test/quality/bench/measure.c`]);
}

interface AnyMeter<T> {
  /** The figures of the one program run that `action` causes. */
  measure(action: () => Promise<unknown>): Promise<T>;
}

export interface Sample {
  /** Millions of instructions of the program itself. */
  readonly own: number;
  /** The same of its network child; 0 when it had none. */
  readonly child: number;
}

/** How a target's program is run so that each run leaves its instructions in a file. */
export class Meter implements AnyMeter<Sample> {
  readonly runner: readonly string[];
  private readonly file: string;

  constructor(target: Target) {
    this.file = path.join(WORK, `${target}.figures`);
    this.runner = withShim([TARGETS[target].qemu], '-plugin', `${WORK}/insn-count.so,out=${this.file}`);
  }

  async measure(action: () => Promise<unknown>): Promise<Sample> {
    rmSync(this.file, { force: true });
    await action();
    const figures = readFileSync(this.file);
    // The last number says how many of the others are in use.
    const [own = 0, ...children] = Array.from({ length: figures.length / 8 - 1 }, (_, i) => Number(figures.readBigUInt64LE(i * 8)) / 1e6);
    return { own, child: children.reduce((total, count) => total + count, 0) };
  }
}

interface NativeSample {
  readonly ms: number;
  readonly peakKb: number;
}

/** The same for CPU time and peak memory, on this computer alone. */
class NativeMeter implements AnyMeter<NativeSample> {
  private readonly file = path.join(WORK, 'native.figures');
  readonly runner = [`${WORK}/measure`, this.file];

  async measure(action: () => Promise<unknown>): Promise<NativeSample> {
    rmSync(this.file, { force: true });
    await action();
    const [ns = '0', kb = '0'] = readFileSync(this.file, 'utf8').trim().split('\n').at(-1)?.split(' ') ?? [];
    return { ms: Number(ns) / 1e6, peakKb: Number(kb) };
  }
}

/** Instructions hardly waver but for those of a handshake: the smallest of a few. */
export async function best(once: () => Promise<Sample>, few = 1): Promise<Sample> {
  const samples: Sample[] = [];
  for (let i = 0; i < few; i++) samples.push(await once());
  return { own: Math.min(...samples.map((s) => s.own)), child: Math.min(...samples.map((s) => s.child)) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
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
async function measureBusyStart<T>(scene: Scene, meter: AnyMeter<T>): Promise<T> {
  const state = path.join(scene.router.tree, 'var/run/luci-sso');
  for (const name of readdirSync(state)) if (name.startsWith('discovery.')) rmSync(path.join(state, name));
  const holders = await Promise.all([0, 1].map((slot) => hold(path.join(state, `slot.${slot}`))));
  const sample = await meter.measure(async () => {
    const page = await scene.newBrowser().fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`));
    if (page.status !== 503) throw new Error(`start: ${page.status} where both slots are taken`);
  });
  await Promise.all(holders.map((holder) => new Promise((ended) => holder.once('exit', ended).stdin.end())));
  return sample;
}

/** Only the callback of a login that is otherwise walked unmeasured; `prepare` runs right before it. */
export async function measureCallback<T>(scene: Scene, meter: AnyMeter<T>, user = 'alice', prepare = (): void => undefined): Promise<T> {
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
  const meter = new Meter(target);
  const scene = await startScene({ target: TARGETS[target].folder, runner: meter.runner });
  try {
    await scene.configure(CLIENTS.confidential);
    await login(scene, scene.newBrowser(), 'alice'); // warms the caches
    report(target, 'enabled', 'Minsn', (await meter.measure(() => get(scene, '?action=enabled'))).own);
    report(target, 'start', 'Minsn', (await meter.measure(() => get(scene, ''))).own);
    report(target, 'start-busy', 'Minsn', (await measureBusyStart(scene, meter)).own);
    await login(scene, scene.newBrowser(), 'alice'); // and the caches are warm again
    const rs256 = await best(() => measureCallback(scene, meter), HANDSHAKES);
    report(target, 'callback-rs256', 'Minsn', rs256.own);
    await measureTicks(target, scene, meter);
    if (process.argv[2] === 'tick') return;
    await login(scene, scene.newBrowser(), 'alice');
    await measureLogouts(target, scene, meter);
    if (process.argv[2] === 'logout') return;
    await scene.configure(CLIENTS.es256);
    report(target, 'callback-es256', 'Minsn', (await measureCallback(scene, meter)).own);
    report(target, 'tls-handshake', 'Minsn', rs256.child);
    // The provider's own authority is the last of the bundle and stands nowhere else.
    const certificates = path.join(scene.router.tree, 'etc/ssl/certs');
    const own = readdirSync(certificates).map((name) => readFileSync(path.join(certificates, name), 'utf8'));
    for (const name of readdirSync(certificates)) rmSync(path.join(certificates, name));
    writeFileSync(path.join(certificates, 'ca-certificates.crt'), [readFileSync(SYSTEM_BUNDLE, 'utf8'), ...own].join(''));
    await scene.configure(CLIENTS.confidential);
    const state = path.join(scene.router.tree, 'var/run/luci-sso');
    const forget = (): void =>
      readdirSync(state)
        .filter((name) => name.startsWith('root.'))
        .forEach((name) => rmSync(path.join(state, name)));
    for (const [name, prepare] of [
      ['cold', forget],
      ['warm', undefined],
    ] as const) {
      const bundle = await best(() => measureCallback(scene, meter, 'alice', prepare), HANDSHAKES);
      // As a whole: what it takes more than with one authority is less than two handshakes differ by.
      report(target, `ca-bundle-${name}`, 'Minsn', bundle.own + bundle.child);
    }
  } finally {
    await scene.stop();
  }
}

async function benchNative(): Promise<void> {
  const meter = new NativeMeter();
  const scene = await startScene({ target: TARGETS.x86_64.folder, runner: meter.runner });
  const cases: readonly (readonly [string, () => Promise<NativeSample>])[] = [
    ['enabled', () => meter.measure(() => get(scene, '?action=enabled'))],
    ['start', () => meter.measure(() => get(scene, ''))],
    [
      'callback-rs256',
      async () => {
        await scene.configure(CLIENTS.confidential);
        return measureCallback(scene, meter);
      },
    ],
    [
      'callback-es256',
      async () => {
        await scene.configure(CLIENTS.es256);
        return measureCallback(scene, meter);
      },
    ],
  ];
  try {
    for (const client of [CLIENTS.confidential, CLIENTS.es256]) {
      await scene.configure(client);
      await login(scene, scene.newBrowser(), 'alice'); // warms the caches
    }
    const samples = cases.map((): NativeSample[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [, once]] of cases.entries()) samples[i]?.push(await once());
    }
    for (const [i, [name]] of cases.entries()) {
      report('x86_64', name, 'ms', median((samples[i] ?? []).map((sample) => sample.ms)));
      report('x86_64', name, 'kB', Math.max(...(samples[i] ?? []).map((sample) => sample.peakKb)));
    }
  } finally {
    await scene.stop();
  }
}

buildTools();
if (process.argv[2] === 'growth') {
  await measureGrowth('mips_24kc');
} else {
  const [, , part = 'all', only] = process.argv;
  const isWanted = (name: string): boolean => part === 'all' || part === name;
  for (const target of (Object.keys(TARGETS) as Target[]).filter((name) => only === undefined || name === only)) {
    if (isWanted('tokens')) await measureTokens(target);
    // Of the others no probe is built.
    if (isWanted('handshakes') && target !== 'arm') await measureHandshakes(target);
    if (isWanted('tick') || isWanted('logout')) await benchTarget(target);
  }
  if (process.argv[2] === undefined) await benchNative();
}
console.log(`bench: ${over} above budget`);
process.exitCode = over === 0 ? 0 : 1;
