// SPDX-License-Identifier: MIT
// A test router with the built program, certificates for it and for a provider of any kind, and
// browsers that trust both.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessLists } from '../stand-ins/router/access-groups.ts';
import { startRouter, type Router } from '../stand-ins/router/router.ts';
import { Browser } from './browser.ts';
import { makeAuthority, type Pair } from './certificates.ts';
import { emulator } from './emulator.ts';

export const NATIVE_TARGET = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** What the two roles of the site grant, for comparing; the role of bob is read-only. */
export const ROLES = {
  admin: { read: ['*'], write: ['*'] },
  guest: { read: ['luci-mod-status-*'], write: [] },
} as const satisfies Record<string, AccessLists>;

/** Where the CA of the provider lies on the test router. */
export const CA_FILE = '/etc/provider-ca.pem';

/** Two sites for browsers, which know every name below `.test`; the router itself does not. */
const ROUTER_NAME = 'router.test';
export const PROVIDER_NAME = 'idp.test';

export interface SiteOptions {
  readonly target?: string;
  /** What runs the program, in place of the usual emulator. */
  readonly runner?: readonly string[];
  readonly routerPort?: number;
  /** Router and provider by name, router.test and idp.test, in place of 127.0.0.1 and localhost. */
  readonly withNames?: boolean;
  /** Host name of the issuer, when it is another one. The router does not know it. */
  readonly providerHost?: string;
  /** When uhttpd loses patience with a program. */
  readonly scriptTimeoutMs?: number;
  /** See RouterOptions. */
  readonly withProcd?: boolean;
}

export interface Site {
  readonly router: Router;
  /** Where a browser finds the router. */
  readonly url: string;
  /** The authority that signed the certificate, PEM. */
  readonly ca: string;
  /** The same as a file. */
  readonly caPath: string;
  /** For all those names and 127.0.0.1: the router's, and fit for a provider. */
  readonly tls: Pair;
  readonly program: string;
  /** The uci lines that set up one client of one provider, run by `configure`. */
  linesFor(issuer: string, client: { readonly id: string; readonly secret: string }): string[][];
  configure(issuer: string, client: { readonly id: string; readonly secret: string }): Promise<void>;
  newBrowser(): Browser;
  stop(): Promise<void>;
}

/** The router finds the provider by address; browsers all have one and the same, so no limit may count by it. */
const LINES_FOR_NAMES = [
  ['set', 'luci-sso.default.internal_address=127.0.0.1'],
  ['add_list', 'luci-sso.default.trusted_proxy=127.0.0.1'],
];

const linesFor: Site['linesFor'] = (issuer, client) => [
  ['set', `luci-sso.default.issuer_url=${issuer}`],
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
  ...(new URL(issuer).hostname === PROVIDER_NAME ? LINES_FOR_NAMES : []),
  ['commit', 'luci-sso'],
];

export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const target = options.target ?? NATIVE_TARGET;
  const authority = await makeAuthority();
  const names = ['localhost', ROUTER_NAME, PROVIDER_NAME, options.providerHost ?? []].flat();
  const tls = await authority.issue({ names, addresses: ['127.0.0.1'] });
  const router = await startRouter({
    program: fileURLToPath(new URL(`../../build/${target}/luci-sso`, import.meta.url)),
    runner: options.runner ?? emulator(target),
    tls,
    withPlainHttp: true,
    withPlugin: true,
    withProcd: options.withProcd ?? false,
    ...(options.scriptTimeoutMs === undefined ? {} : { scriptTimeoutMs: options.scriptTimeoutMs }),
    ...(options.routerPort === undefined ? {} : { port: options.routerPort }),
  });
  const caPath = path.join(router.tree, CA_FILE);
  writeFileSync(caPath, authority.cert);
  const browsers: Browser[] = [];
  let isSetUp = false;
  return {
    router,
    url: options.withNames === true ? router.url.replace('127.0.0.1', ROUTER_NAME) : router.url,
    ca: authority.cert,
    caPath,
    tls,
    program: path.join(router.tree, 'www/cgi-bin/luci-sso'),
    linesFor,
    configure: async (issuer, client) => {
      // A second set-up only changes the client.
      const lines = linesFor(issuer, client).filter(
        (line) => !isSetUp || line[0] === 'commit' || line.some((word) => word.includes('.client_')),
      );
      isSetUp = true;
      for (const line of lines)
        await router.uci(...line).catch((error: unknown) => {
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
      await router.stop();
    },
  };
}
