// SPDX-License-Identifier: MIT
// The shipped program on real kernels: its network child's filter is the kernel's work, and qemu-user has none.
// usage: node --import=tsx test/system/kernels/main.ts KERNEL...   (scripts/test/kernels prepares what this needs)
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { CLIENTS, startScene, type Scene } from '../../_helpers/scene.ts';
import { CA_FILE } from '../../_helpers/site.ts';
import { ACTS, meaning, MODES, type Mode } from './acts.ts';
import { boot, built, kernelFile, KERNELS, type Kernel } from './guests.ts';
import { file, folder, link, program, type Entry } from './initramfs.ts';

/** Only the guest's resolver knows it. */
const PROVIDER = 'provider.kernels.test';
const SHIPPED = '/usr/sbin/luci-sso';
const ACT = '/act/www/cgi-bin/luci-sso';
const FILTER = { filtered: 'filter', connected: 'filter', unfiltered: 'none' } as const;

/** Checks that a connection to the provider stands behind; each must pass. */
const CHECKS = [
  'dns',
  'tcp',
  'tls_chain',
  'tls_names',
  'discovery',
  'issuer',
  'endpoints',
  'algorithms',
  'keys',
  'client_auth',
  'selftest',
];
const HELD = 'network process: root folder of its own, user of its own, limits, ';
const SAYS = { filter: `${HELD}system calls filtered`, none: `${HELD}system calls not filtered, as the kernel cannot` } as const;

interface Run {
  readonly id: string;
  readonly line: string;
  /** What is wrong with the lines and the end of a run; '' when nothing is. */
  readonly judge: (lines: readonly string[], end: string) => string;
  /** The protection that it shows, and how that is called in the table. */
  readonly shows: string;
}

const differs = (is: unknown, wanted: unknown): string =>
  JSON.stringify(is) === JSON.stringify(wanted) ? '' : `${JSON.stringify(is)}, and not ${JSON.stringify(wanted)}`;

function actRuns(kernel: Kernel): Run[] {
  const holds = (mode: Mode): string => `holds: chroot user limits${mode === 'unfiltered' ? '' : ' seccomp'}`;
  return MODES.flatMap((mode, column) =>
    Object.entries(ACTS).map(([act, wanted], row): Run => ({
      id: `${mode}-${row}`,
      // An act of two words is one argument; the plan parts at blanks.
      line: `${FILTER[mode]} ${ACT} ${act.replace(' ', '\x1f')}${mode === 'connected' ? ' connected' : ''}`,
      judge: (lines, end) =>
        differs(
          [...lines.filter((line) => !line.startsWith('child: ')).map((line) => meaning(line, kernel.signals)), end],
          [holds(mode), wanted[column], 'exited 0'],
        ),
      shows: `${mode}: ${act}`,
    })),
  );
}

interface Checked {
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly status: string; readonly text: string }[];
}

function judgeChecks(how: 'filter' | 'none', lines: readonly string[]): string {
  const json = lines.find((line) => line.startsWith('{')) ?? '{"checks":[]}';
  const { checks } = JSON.parse(json) as Checked;
  const wrong = CHECKS.filter((id) => checks.find((check) => check.id === id)?.status !== 'PASS');
  if (wrong.length > 0) return `${wrong.join(', ')}: ${lines.join(' | ')}`;
  return differs(checks.find(({ id }) => id === 'sandbox')?.text, SAYS[how]);
}

function programRuns(): Run[] {
  return (['filter', 'none'] as const).flatMap((how): Run[] => [
    {
      id: `selftest-${how}`,
      line: `${how} ${SHIPPED} selftest`,
      shows: `selftest (${how})`,
      judge: (lines, end) =>
        lines.find((line) => !line.startsWith('PASS ')) ??
        (lines.includes(`PASS  ${SAYS[how]}`) ? differs(end, 'exited 0') : lines.join(' | ')),
    },
    {
      id: `check-${how}`,
      line: `${how} ${SHIPPED} check --json`,
      shows: `TLS to a provider (${how})`,
      judge: (lines) => judgeChecks(how, lines),
    },
  ]);
}

/** The root folder of a guest: the shipped program and its files at "/", the program that tries at "/act". */
function entriesOf(kernel: Kernel, scene: Scene, plan: readonly string[]): Entry[] {
  const users = 'root:x:0:0:root:/root:/bin/ash\nluci-sso:x:4711:4712:::\n';
  const places = (under: string): Entry[] =>
    ['etc', 'etc/config', 'etc/ssl', 'etc/ssl/certs', 'var', 'var/run', 'var/run/ubus', 'www', 'www/cgi-bin', 'tmp'].map((place) =>
      folder(under + place),
    );
  return [
    folder('dev'),
    folder('proc'),
    folder('usr'),
    folder('usr/sbin'),
    folder('modules'),
    folder('act'),
    ...places(''),
    ...places('act/'),
    program('init', built(kernel, 'guest')),
    file('plan', `${plan.join('\n')}\n`),
    file('modules/e1000.ko', readFileSync(kernelFile(kernel, 'e1000.ko'))),
    program('www/cgi-bin/luci-sso', built(kernel, 'luci-sso')),
    link('usr/sbin/luci-sso', '../../www/cgi-bin/luci-sso'),
    file('etc/passwd', users),
    file('etc/hosts', '127.0.0.1 localhost\n'),
    file('etc/resolv.conf', 'nameserver 127.0.0.1\n'),
    file(CA_FILE.slice(1), scene.ca),
    program('act/www/cgi-bin/luci-sso', built(kernel, 'act')),
    ...['hosts', 'passwd', 'config/luci-sso'].map((name) => file(`act/etc/${name}`, users)),
    file('act/var/run/ubus.sock', users),
  ];
}

/** The guest finds the broker of the test router by TCP. */
async function openBus(scene: Scene): Promise<net.Server> {
  const server = net.createServer((guest) => {
    const broker = net.connect(path.join(scene.router.tree, 'var/run/ubus/ubus.sock'));
    guest.pipe(broker).pipe(guest);
    for (const socket of [guest, broker]) socket.on('error', () => [guest, broker].forEach((one) => one.destroy()));
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve));
  return server;
}

/** What was shown on this kernel, and what is wrong with it. */
type Results = ReadonlyMap<string, string>;

async function tryKernel(kernel: Kernel, scene: Scene, bus: net.Server): Promise<Results> {
  const runs = [...programRuns(), ...actRuns(kernel)];
  const { port } = bus.address() as net.AddressInfo;
  const plan = [
    'module /modules/e1000.ko',
    `time ${Math.floor(Date.now() / 1000)}`,
    `bus ${port}`,
    ...runs.map(({ id, line }) => `run ${id} ${line}`),
    `orphan orphan ${ACT} wait`,
  ];
  const lines = await boot(kernel, entriesOf(kernel, scene, plan));
  if (!lines.includes('=end')) throw new Error(`the guest did not come to its end; its console:\n${lines.slice(-40).join('\n')}`);
  const said = (id: string): string[] => lines.filter((line) => line.startsWith(`@${id} `)).map((line) => line.slice(id.length + 2));
  const ended = (id: string): string => lines.find((line) => line.startsWith(`=${id} `))?.slice(id.length + 2) ?? 'did not run';
  return new Map([
    ...runs.map(({ id, judge, shows }) => [shows, judge(said(id), ended(id))] as const),
    ['dies with its parent', differs(ended('orphan'), 'signal 9')],
  ]);
}

async function main(names: readonly string[]): Promise<number> {
  const kernels = names.map((name) => KERNELS.find((kernel) => kernel.name === name) ?? `no kernel "${name}"`);
  const scene = await startScene({ providerHost: PROVIDER });
  const bus = await openBus(scene);
  const table = new Map<string, Results>();
  try {
    await scene.configure(CLIENTS.confidential);
    for (const kernel of kernels) {
      if (typeof kernel === 'string') throw new Error(kernel);
      const begin = Date.now();
      const results = await tryKernel(kernel, scene, bus);
      for (const [shows, wrong] of results)
        console.log(`${kernel.name}  ${wrong === '' ? 'ok  ' : 'FAIL'}  ${shows}${wrong === '' ? '' : `: ${wrong}`}`);
      console.log(`${kernel.name}  ${Math.round((Date.now() - begin) / 1000)} s`);
      table.set(kernel.name, results);
    }
  } finally {
    bus.close();
    await scene.stop();
  }
  return summary(table);
}

/** One row for each thing shown, one column for each kernel; how many failed. */
function summary(table: ReadonlyMap<string, Results>): number {
  const columns = [...table];
  const rows = [...new Set(columns.flatMap(([, results]) => [...results.keys()]))];
  const width = Math.max(...rows.map((row) => row.length));
  console.log(`\n${''.padEnd(width)}  ${columns.map(([name]) => name.padEnd(7)).join(' ')}`);
  for (const row of rows)
    console.log(`${row.padEnd(width)}  ${columns.map(([, results]) => (results.get(row) === '' ? 'holds' : 'FAILS').padEnd(7)).join(' ')}`);
  const failed = columns.flatMap(([, results]) => [...results.values()]).filter((wrong) => wrong !== '').length;
  const count = columns.reduce((sum, [, results]) => sum + results.size, 0);
  console.log(`${count - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
