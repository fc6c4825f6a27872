// SPDX-License-Identifier: MIT
// The command line's entry: one row a command.

import { loadTick } from '../guard/load.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { VERSION } from '../version.ts';
import { parseArguments, type Arguments } from './arguments.ts';
import { runCheckCommand } from './check.ts';
import { runExplain } from './explain.ts';
import { endWithError, print } from './output.ts';
import { runSelfTestCommand } from './self-test.ts';
import { runSessions } from './sessions.ts';
import { runSetup } from './setup.ts';
import { runStatus } from './status.ts';
import { runOff, runOn } from './switch.ts';
import { runSync } from './sync.ts';

interface Command {
  readonly about: string;
  /** Behind the name, as the usage shows it. */
  readonly usage?: string;
  /** Options without and with a value. */
  readonly flags?: readonly string[];
  readonly values?: readonly string[];
  readonly maxWords?: number;
  /** Exit status: 0 done, 1 not done or something failed. Refusals are printed by the caller. */
  readonly run: (host: Host, given: Arguments) => number | Promise<number>;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['status', { about: 'show what is set up, and who is logged in', run: runStatus }],
  [
    'check',
    {
      about: 'test the set-up, or only the checks named, and say what to do',
      usage: '[--json] [ID...]',
      flags: ['json'],
      maxWords: 64,
      run: runCheckCommand,
    },
  ],
  [
    'setup',
    {
      about: 'ask for what is needed, test it, save it; options answer in advance',
      usage:
        '[--issuer URL] [--client-id ID] [--secret-stdin | --public] [--redirect-uri URL] [--scope "..."]\n' +
        '                [--name NAME] [--ca-file FILE] [--email ADDRESS]... [--group GROUP]... [--role NAME] [--force]',
      flags: ['secret-stdin', 'public', 'force'],
      values: [
        'issuer',
        'client-id',
        'redirect-uri',
        'scope',
        'name',
        'ca-file',
        'email',
        'group',
        'role',
      ],
      run: runSetup,
    },
  ],
  ['sync', { about: 'bring rpcd and live sessions in line with the roles', run: runSync }],
  [
    'tick',
    {
      about: 'what the guard does each minute; for cron where there is no procd',
      run: async (host) => (await loadTick()).runTick(host),
    },
  ],
  [
    'guard',
    {
      about: 'wait, and run a tick each minute; /etc/init.d/luci-sso starts it',
      run: () => {
        throw new Refusal('INVALID_INPUT', 'takes nothing else');
      },
    },
  ],
  [
    'sessions',
    {
      about: 'list who is logged in by SSO, or end sessions',
      usage: '[end ID|all]',
      maxWords: 2,
      run: runSessions,
    },
  ],
  ['off', { about: 'switch SSO off and end its sessions; passwords work', run: runOff }],
  [
    'on',
    {
      about: 'switch SSO on',
      usage: '[--sso-only --force]',
      flags: ['sso-only', 'force'],
      run: runOn,
    },
  ],
  [
    'selftest',
    {
      about: 'compare the cryptography of this device with known answers',
      run: runSelfTestCommand,
    },
  ],
  [
    'explain',
    {
      about: 'say what a code of the log means and what to do',
      usage: 'CODE',
      maxWords: 1,
      run: runExplain,
    },
  ],
  ['version', { about: 'print the version', run: printVersion }],
]);

const USAGE_STATUS = 2;

/** Runs the command that the arguments name; exit status 2 and one line on standard error for a wrong call. */
export async function runCommand(host: Host): Promise<number> {
  const [, name = '', ...words] = host.args();
  if (name === '--version') return printVersion(host);
  const command = COMMANDS.get(name);
  if (command === undefined) {
    if (name === '--help' || name === 'help') return print(host, usage());
    return wrong(host, name === '' ? 'no command' : `no command '${printable(name)}'`);
  }
  if (words.includes('--help')) return print(host, usageOf(name, command));
  const given = parseArguments(words, command.flags ?? [], command.values ?? []);
  if (!given.ok) return wrong(host, `${name}: ${given.reason}`);
  if (given.value.words.length > (command.maxWords ?? 0))
    return wrong(host, `${name}: too many arguments`);
  try {
    return await command.run(host, given.value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'INVALID_INPUT') return wrong(host, `${name}: ${printable(error.detail)}`);
    return endWithError(host, `${error.code}: ${printable(error.detail)}`);
  }
}

function wrong(host: Host, reason: string): number {
  endWithError(host, `${reason}; see luci-sso help`);
  return USAGE_STATUS;
}

function printVersion(host: Host): number {
  return print(host, `luci-sso ${VERSION}`);
}

function usage(): string {
  const lines = [...COMMANDS].map(([name, { about }]) => `  luci-sso ${name.padEnd(10)}${about}`);
  return ['usage:', ...lines, 'luci-sso COMMAND --help says more about one.'].join('\n');
}

function usageOf(name: string, command: Command): string {
  return `usage: luci-sso ${name} ${command.usage ?? ''}`.trimEnd() + `\n${command.about}`;
}
