// SPDX-License-Identifier: MIT
// A test router and a provider that know each other, on two sites (127.0.0.1 and localhost), set up
// by the same uci lines that a person types; and what a person does to log in.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProvider, type ClientOptions, type Provider } from '../provider/provider.ts';
import type { AccessLists } from '../router/access-groups.ts';
import { startRouter, type Router } from '../router/router.ts';
import { Browser, type Page } from './browser.ts';
import { makeAuthority } from './certificates.ts';

export const CLIENTS = {
  confidential: { id: 'luci', secret: 'luci-secret-0123456789' },
  public: { id: 'luci-public', secret: '' },
  post: { id: 'luci-post', secret: 'post-secret-0123456789', auth: 'client_secret_post' },
  es256: { id: 'luci-es256', secret: 'es256-secret-0123456789', algorithm: 'ES256' },
} as const satisfies Record<string, ClientOptions>;

/** What the two roles of the scene grant, for comparing; the role of bob is read-only. */
export const ROLES = {
  admin: { read: ['*'], write: ['*'] },
  guest: { read: ['luci-mod-status-*'], write: [] },
} as const satisfies Record<string, AccessLists>;

const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  mips_24kc: ['qemu-mips-static'],
  'arm_cortex-a7': ['qemu-arm-static'],
  aarch64: process.arch === 'arm64' ? [] : ['qemu-aarch64-static'],
  x86_64: process.arch === 'x64' ? [] : ['qemu-x86_64-static'],
};
export const NATIVE_TARGET = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

export interface SceneOptions {
  readonly target?: string;
  /** What runs the program, in place of the usual emulator. */
  readonly runner?: readonly string[];
  readonly claimsIn?: 'token' | 'userinfo';
  readonly takesPushedOnly?: boolean;
  readonly routerPort?: number;
  readonly providerPort?: number;
}

export interface Scene {
  readonly router: Router;
  readonly provider: Provider;
  /** The authority that signed both certificates, PEM. */
  readonly ca: string;
  /** The same as a file. */
  readonly caPath: string;
  readonly program: string;
  /** The uci lines that set up one client, run by `configure`. */
  linesFor(client: ClientOptions): string[][];
  configure(client: ClientOptions): Promise<void>;
  newBrowser(): Browser;
  stop(): Promise<void>;
}

/** Where the CA of the provider lies on the test router. */
const CA_FILE = '/etc/provider-ca.pem';

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const target = options.target ?? NATIVE_TARGET;
  const authority = await makeAuthority();
  const tls = await authority.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const router = await startRouter({
    program: fileURLToPath(new URL(`../../build/${target}/luci-sso`, import.meta.url)),
    runner: options.runner ?? RUNNERS[target] ?? [],
    tls,
    withPlainHttp: true,
    withPlugin: true,
    ...(options.routerPort === undefined ? {} : { port: options.routerPort }),
  });
  const caPath = path.join(router.tree, CA_FILE);
  writeFileSync(caPath, authority.cert);
  let provider: Provider;
  try {
    provider = await startProvider({
      tls,
      clients: Object.values(CLIENTS),
      redirectUris: [`${router.url}/cgi-bin/luci-sso/callback`],
      claimsIn: options.claimsIn ?? 'token',
      takesPushedOnly: options.takesPushedOnly ?? false,
      ...(options.providerPort === undefined ? {} : { port: options.providerPort }),
    });
  } catch (error) {
    await router.stop();
    throw error;
  }
  const browsers: Browser[] = [];
  const linesFor = (client: ClientOptions): string[][] => [
    ['set', `luci-sso.default.issuer_url=${provider.issuer}`],
    ['set', `luci-sso.default.client_id=${client.id}`],
    client.secret === '' ? ['-q', 'delete', 'luci-sso.default.client_secret'] : ['set', `luci-sso.default.client_secret=${client.secret}`],
    ['set', 'luci-sso.default.enabled=1'],
    ['add_list', 'luci-sso.admin.email=alice@example.com'],
    ['add_list', 'luci-sso.admin.email=dave@example.com'],
    ['set', 'luci-sso.guest=role'],
    ['add_list', 'luci-sso.guest.group=guests@PocketID'],
    ...ROLES.guest.read.map((group) => ['add_list', `luci-sso.guest.read=${group}`]),
    ['set', 'luci-sso.default.scope=openid profile email groups'],
    ['set', `luci-sso.default.ca_file=${CA_FILE}`],
    ['commit', 'luci-sso'],
  ];
  let isSetUp = false;
  return {
    router, provider, ca: authority.cert, caPath, program: path.join(router.tree, 'www/cgi-bin/luci-sso'), linesFor,
    configure: async (client) => {
      // A second set-up only changes the client.
      const lines = linesFor(client).filter((line) => !isSetUp || line[0] === 'commit' || line.some((word) => word.includes('.client_')));
      isSetUp = true;
      for (const line of lines) await router.uci(...line).catch((error: unknown) => {
        if (line[0] !== '-q') throw error; // deleting what is not there
      });
    },
    newBrowser: () => {
      // Everybody has an address of their own: the program's limits count by client.
      const browser = new Browser(authority.cert, { localAddress: `127.0.0.${2 + (browsers.length % 250)}` });
      browsers.push(browser);
      return browser;
    },
    stop: async () => {
      for (const browser of browsers) browser.close();
      await Promise.all([router.stop(), provider.stop()]);
    },
  };
}

const isCallback = (page: Page): boolean => String(page.headers.location ?? '').includes('/cgi-bin/luci-sso/callback?');

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
