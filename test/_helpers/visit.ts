// SPDX-License-Identifier: MIT
// Logins at a provider of any kind that can sign a person in, and what must come of them.
import type { ExecutionContext } from 'ava';
import type { Browser, Page } from './browser.ts';
import { checkOutcome, type Person } from './outcome.ts';
import type { Site } from './site.ts';

export interface SignInProvider {
  readonly issuer: string;
  /** Does what its pages do, from the router's redirect on; answers with the address of the callback. */
  signIn(browser: Browser, authorizeUrl: URL, user: string): Promise<URL>;
  stop(): Promise<void>;
}

/** A site whose router uses this provider. */
export type Visited<P extends SignInProvider = SignInProvider> = Omit<Site, 'configure'> & {
  readonly provider: P;
  configure(client: { readonly id: string; readonly secret: string }): Promise<void>;
};

export function joinSite<P extends SignInProvider>(site: Site, provider: P): Visited<P> {
  return {
    ...site,
    provider,
    configure: (client) => site.configure(provider.issuer, client),
    stop: async () => {
      await Promise.all([provider.stop(), site.stop()]);
    },
  };
}

/** From the router to the provider and signed in there; answers with the address of the callback. */
export async function visitProvider(place: Visited, browser: Browser, user: string, query = ''): Promise<URL> {
  const page = await browser.fetch(new URL(`${place.router.url}/cgi-bin/luci-sso${query}`));
  if (page.status !== 302) throw new Error(`the router did not send ${user} away: ${page.status} ${place.router.log().at(-1)}`);
  return place.provider.signIn(browser, new URL(String(page.headers.location)), user);
}

/** From the provider back to the router; the last page is LuCI's, or the program's refusal. */
export function comeBack(place: Visited, browser: Browser, callback: URL): Promise<Page> {
  return browser.open(callback, { from: new URL(place.provider.issuer) });
}

export async function assertLogin(t: ExecutionContext, place: Visited, person: Person): Promise<void> {
  const browser = place.newBrowser();
  assertOutcome(t, place, await comeBack(place, browser, await visitProvider(place, browser, person)), person);
}

export function assertOutcome(t: ExecutionContext, place: Visited, page: Page, person: Person): void {
  t.deepEqual(checkOutcome(place, page, person).problems, [], `${person}: ${place.router.log().join('\n')}`);
}

/** An error page, this line last in the log, no session and nothing secret anywhere. */
export function assertRefused(t: ExecutionContext, place: Visited, page: Page, line: RegExp, secrets: readonly string[]): void {
  const log = place.router.log();
  t.true(page.status >= 400, String(page.status));
  t.regex(log.at(-1) ?? '', line);
  // The program's own one, in which it writes rpcd's logins, may be about to end.
  t.deepEqual(
    place.router.sessions().filter(({ data }) => data.username !== undefined),
    [],
  );
  for (const secret of secrets) t.false(log.join('\n').includes(secret) || page.body.includes(secret), 'a secret is shown');
  t.notRegex(log.join('\n'), /eyJ[\w-]+\.eyJ/, 'a token is in the log');
}

export function endSessions(place: Visited): void {
  for (const { id } of place.router.sessions()) place.router.rpcd.sessions.destroy(id);
}
