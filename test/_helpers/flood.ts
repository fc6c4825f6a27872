// SPDX-License-Identifier: MIT
// Login starts in number against the built program behind the test router, and what they leave on it.
import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Scene } from './scene.ts';

export interface Traces {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** What lies in the router's state folder. */
export function tracesOf(scene: Scene): Traces {
  const folder = path.join(scene.router.tree, 'var/run/luci-sso');
  const files = readdirSync(folder).sort();
  return { files, bytes: files.reduce((sum, name) => sum + lstatSync(path.join(folder, name)).size, 0) };
}

/** `count` starts, `parallel` at a time, each without cookies; gives how many answered with each status. */
export async function flood(scene: Scene, count: number, parallel: number): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  let left = count;
  const worker = async (): Promise<void> => {
    // One connection a worker; its cookie jar is left aside by fetching, not opening, the page.
    const browser = scene.newBrowser();
    while (left-- > 0) {
      const page = await browser.fetch(new URL(`${scene.router.url}/cgi-bin/luci-sso`));
      statuses.set(page.status, (statuses.get(page.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return statuses;
}
