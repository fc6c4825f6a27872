// SPDX-License-Identifier: MIT
// One command through the whole program, with the fake host.
import { main } from '../../../src/main.ts';
import type { World } from '../../_helpers/_login.ts';

export interface Ran {
  readonly status: number;
  readonly text: string;
  readonly error: string;
}

export async function run(world: World, ...args: string[]): Promise<Ran> {
  const { host } = world;
  host.environment = {};
  host.commandLine = ['/usr/sbin/luci-sso', ...args.map((arg) => Buffer.from(arg).toString('latin1'))];
  host.output = [];
  host.errors = [];
  const status = await main(host);
  return { status, text: Buffer.concat(host.output).toString(), error: Buffer.concat(host.errors).toString() };
}
