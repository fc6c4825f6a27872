// SPDX-License-Identifier: MIT
// What browser tests do again and again: a scene with names, a look for LuCI's login page, a login.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import type { Profile } from '../../_helpers/chromium.ts';
import type { Scene } from '../../_helpers/scene.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../build/screenshots/', import.meta.url));

export const BUTTON = '#luci-sso-login';

/** Sets the theme and the language of LuCI, as its System page does. */
export async function setLook(scene: Scene, theme: string, language: string): Promise<void> {
  await scene.router.uci('set', `luci.main.mediaurlbase=/luci-static/${theme}`);
  await scene.router.uci('set', `luci.main.lang=${language}`);
  await scene.router.uci('commit', 'luci');
}

export async function setOption(scene: Scene, name: string, value: string): Promise<void> {
  await scene.router.uci('set', `luci-sso.default.${name}=${value}`);
  await scene.router.uci('commit', 'luci-sso');
}

/** Opens LuCI and waits for the form to be where its theme wants it. */
export async function openLuci(scene: Scene, page: Page, path = ''): Promise<void> {
  await page.goto(`${scene.url}/cgi-bin/luci/${path}`);
  if ((await page.locator('#view').count()) > 0) await page.waitForSelector('.modal.login');
}

/** The button, once the router has said that there is one. */
export function buttonOf(page: Page): Locator {
  return page.locator(BUTTON);
}

/** Signs in at the provider's page and waits for LuCI's. */
export async function signInAt(page: Page, user: string): Promise<void> {
  await page.locator('input[name="login"]').fill(user);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** What LuCI's page says of its session. */
export async function sessionOf(page: Page): Promise<{ path: string; user: string | null; role: string | null }> {
  return JSON.parse(await page.locator('#session').innerText()) as { path: string; user: string | null; role: string | null };
}

/** Requests of a profile to this origin. */
export function requestsTo(profile: Profile, origin: string): string[] {
  return profile.requests.filter((line) => line.split(' ')[1]?.startsWith(origin) === true);
}

/** A picture for people, in build/screenshots. */
export async function shoot(page: Page, name: string, clip?: Locator): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await (clip ?? page).screenshot({ path: `${SCREENSHOTS}${name}.png` });
}
