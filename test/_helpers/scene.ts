// SPDX-License-Identifier: MIT
// A test router and a provider that know each other, on two sites (127.0.0.1 and localhost), set up
// by the same uci lines that a person types; and what a person does to log in.
import { startProvider, type ClientOptions, type Provider } from '../stand-ins/provider/provider.ts';
import type { Browser, Page } from './browser.ts';
import type { Alg } from './signing.ts';
import { PROVIDER_NAME, startSite, type Site, type SiteOptions } from './site.ts';

export { NATIVE_TARGET, ROLES } from './site.ts';

export const CLIENTS = {
  confidential: { id: 'luci', secret: 'luci-secret-0123456789' },
  public: { id: 'luci-public', secret: '' },
  post: { id: 'luci-post', secret: 'post-secret-0123456789', auth: 'client_secret_post' },
  es256: { id: 'luci-es256', secret: 'es256-secret-0123456789', algorithm: 'ES256' },
} as const satisfies Record<string, ClientOptions>;

/** The client whose ID tokens are signed so. */
export const clientOf = (algorithm: Alg): ClientOptions => ({
  id: `luci-alg-${algorithm}`,
  secret: `secret-of-${algorithm}-0123456789`,
  algorithm,
});

export interface SceneOptions extends SiteOptions {
  readonly claimsIn?: 'token' | 'userinfo';
  readonly takesPushedOnly?: boolean;
  readonly refreshTokens?: 'rotated' | 'kept';
  /** Clients of these algorithms too: `clientOf`. */
  readonly algorithms?: readonly Alg[];
  /** The provider tells the router when somebody logged out: of which subject, or of which session. */
  readonly backChannelLogout?: 'sub' | 'sid';
  /** A redirect URI that is registered besides the router's own. */
  readonly redirectUri?: string;
  readonly providerPort?: number;
}

export interface Scene extends Omit<Site, 'linesFor' | 'configure'> {
  readonly provider: Provider;
  /** The uci lines that set up one client, run by `configure`. */
  linesFor(client: ClientOptions): string[][];
  configure(client: ClientOptions): Promise<void>;
}

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const site = await startSite(options);
  let provider: Provider;
  try {
    provider = await startProvider({
      tls: site.tls,
      clients: [...Object.values(CLIENTS), ...(options.algorithms ?? []).map(clientOf)],
      redirectUris: [`${site.url}/cgi-bin/luci-sso/callback`, options.redirectUri ?? []].flat(),
      logoutUris: [`${site.url}/cgi-bin/luci-sso/logged-out`],
      ...(options.withNames === true ? { host: PROVIDER_NAME } : {}),
      ...(options.providerHost === undefined ? {} : { host: options.providerHost }),
      claimsIn: options.claimsIn ?? 'token',
      takesPushedOnly: options.takesPushedOnly ?? false,
      ...(options.refreshTokens === undefined ? {} : { refreshTokens: options.refreshTokens }),
      ...(options.backChannelLogout === undefined
        ? {}
        : {
            backChannelLogout: {
              uri: `${site.url}/cgi-bin/luci-sso/backchannel-logout`,
              withSid: options.backChannelLogout === 'sid',
              ca: site.ca,
            },
          }),
      ...(options.providerPort === undefined ? {} : { port: options.providerPort }),
    });
  } catch (error) {
    await site.stop();
    throw error;
  }
  return {
    ...site,
    provider,
    linesFor: (client) => site.linesFor(provider.issuer, client),
    configure: (client) => site.configure(provider.issuer, client),
    stop: async () => {
      await Promise.all([site.stop(), provider.stop()]);
    },
  };
}

export const isCallback = (page: Page): boolean => String(page.headers.location ?? '').includes('/cgi-bin/luci-sso/callback?');

/** From the router to the provider and its login form; answers with the form's page. */
export function startLogin(scene: Scene, browser: Browser, query = ''): Promise<Page> {
  return browser.open(`${scene.router.url}/cgi-bin/luci-sso${query}`, { from: new URL(`${scene.router.url}/cgi-bin/luci/`) });
}

/** Signs in at the provider and stops before the router's callback; answers with its address. */
export async function signIn(browser: Browser, form: Page, user: string): Promise<URL> {
  const page = isCallback(form) ? form : await browser.submit(form, { login: user }, isCallback);
  if (!isCallback(page)) throw new Error(`the provider did not send ${user} back: ${page.status} ${page.body.slice(0, 200)}`);
  return new URL(String(page.headers.location), page.url);
}

/** The whole way of one person; the last page is LuCI's, or the program's refusal. */
export async function login(scene: Scene, browser: Browser, user: string, query = ''): Promise<Page> {
  const form = await startLogin(scene, browser, query);
  if (!form.url.href.startsWith(scene.provider.issuer)) return form; // refused before it left the router
  const callback = await signIn(browser, form, user);
  return browser.open(callback, { from: form.url });
}
