// SPDX-License-Identifier: MIT
// The command line's door: one row a command.

import { encodeUtf8 } from '../codec/utf8.ts';
import type { Host } from '../host.ts';
import { VERSION } from '../version.ts';
import { runSync } from './sync.ts';

interface Command {
  readonly about: string;
  /** Exit status: 0 done, 1 not done (the reason is printed). */
  readonly run: (host: Host) => number;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['sync', { about: 'bring rpcd and live sessions in line with the roles', run: runSync }],
  ['version', { about: 'print the version', run: printVersion }],
]);

const USAGE_STATUS = 2;

/** Runs the command that the arguments name; exit status 2 and the usage for any other. */
export function runCommand(host: Host): number {
  const [, name = '', ...rest] = host.args();
  if (name === '--version') return printVersion(host);
  const command = COMMANDS.get(name);
  if (command === undefined || rest.length > 0) {
    const isHelp = name === '--help' || name === 'help';
    print(host, usage());
    return isHelp ? 0 : USAGE_STATUS;
  }
  return command.run(host);
}

function printVersion(host: Host): number {
  print(host, `luci-sso ${VERSION}`);
  return 0;
}

function usage(): string {
  const lines = [...COMMANDS].map(([name, { about }]) => `  luci-sso ${name.padEnd(9)}${about}`);
  return ['usage:', ...lines].join('\n');
}

export function print(host: Host, text: string): void {
  host.writeOutput(encodeUtf8(`${text}\n`));
}
