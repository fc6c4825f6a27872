// SPDX-License-Identifier: MIT
// One thing of a world that is not as it was: for tables of logins.
import type { Reply } from './_fake-provider.ts';
import type { World } from './_login.ts';

export const claims = (change: Record<string, unknown>) => (world: World) => {
  world.provider.changeToken = (parts) => Object.assign(parts.claims, change);
};
export const header = (change: Record<string, unknown>) => (world: World) => {
  world.provider.changeToken = (parts) => Object.assign(parts.header, change);
};
export const reply = (path: string, change: Partial<Reply>) => (world: World) => {
  world.provider.changes.set(path, (answer) => Object.assign(answer, change));
};
export const tokenBody = (change: Record<string, unknown>) => (world: World) => {
  world.provider.changes.set('/token', (answer) => Object.assign(answer.body as object, change));
};
export const discovery = (change: Record<string, unknown>) => (world: World) => void Object.assign(world.provider.discovery, change);
export const option = (name: string, value: string | string[]) => (world: World) => {
  (world.host.router.uci['luci-sso']?.default as Record<string, unknown>)[name] = value;
};
export const rule = (change: Record<string, string[] | string>) => (world: World) => {
  const section = world.host.router.uci['luci-sso']?.admin as Record<string, unknown>;
  delete section.email;
  Object.assign(section, change);
};
export const fails = (path: string, reason: string) => (world: World) => void world.provider.raw.set(path, { reason });
/** Caches of the start are gone, so the callback asks again. */
export const forget = (world: World) => {
  for (const name of world.host.state.keys()) {
    if (name.startsWith('discovery.')) world.host.state.delete(name);
  }
};
export const also =
  (...steps: Array<(world: World) => void>) =>
  (world: World) =>
    steps.forEach((step) => step(world));
