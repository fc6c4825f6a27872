// SPDX-License-Identifier: MIT
// One check of the engine on a world, as both entries run it.
import { CHECKS, newContext, runCheck, type Result } from '../../../src/check/engine.ts';
import { closeUbus, openUbus } from '../../../src/ubus/client.ts';
import { readPackage } from '../../../src/uci-options.ts';
import { newWorld, type World } from '../../_helpers/_login.ts';

export async function check(world: World, id: string, isSaved = true): Promise<Result> {
  const bus = openUbus(world.host);
  const context = newContext(world.host, bus, readPackage(bus, 'luci-sso'), isSaved);
  const found = CHECKS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  const result = await runCheck(context, found);
  await context.close();
  closeUbus(bus);
  return result;
}

/** Options of the provider, and those of role admin; undefined takes one away. */
export type Values = Record<string, string | string[] | undefined>;

export function worldWith(provider: Values = {}, admin: Values = {}): World {
  const world = newWorld();
  const sections = world.host.router.uci['luci-sso'] as Record<string, Values>;
  for (const [section, values] of [
    ['default', provider],
    ['admin', admin],
  ] as const) {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete sections[section]?.[name];
      else (sections[section] as Values)[name] = value;
    }
  }
  return world;
}
