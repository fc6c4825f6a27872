// SPDX-License-Identifier: MIT
// A router and a provider that fit each other, and the two halves of a login between them.

import { ask, cookiesOf, headerOf, FakeHost, type Answer, type Asked } from './_fake-host.ts';
import { FakeProvider, ISSUER } from './_fake-provider.ts';

export const SECRET = 'the-client-secret';

/** ACL files as a small LuCI has them, in object and array form. */
const ACL_FILES: Record<string, object> = {
  'luci-base.json': {
    unauthenticated: { description: 'x', read: { ubus: { session: ['access', 'login'], luci: ['getFeatures'] } } },
    'luci-base': {
      description: 'x',
      read: { ubus: { luci: ['getInitList'] }, uci: ['luci'], file: { '/etc/config/*': ['read'] } },
      write: { ubus: { uci: ['set', 'apply'] }, 'cgi-io': ['upload'] },
    },
  },
  'luci-mod-status.json': { 'luci-mod-status': { description: 'x', read: { ubus: { log: ['read'] } } } },
  'luci-mod-system.json': { 'luci-mod-system': { description: 'x', write: { ubus: { system: ['reboot'] } } } },
};

/** The browser comes from a page of LuCI here. */
export const FROM_LUCI = { HTTP_REFERER: 'https://router.test/cgi-bin/luci/admin/status' };

export interface World {
  readonly host: FakeHost;
  readonly provider: FakeProvider;
}

/** The four lines of a set-up and a rule for alice. */
export function newWorld(): World {
  const host = new FakeHost();
  const provider = new FakeProvider();
  host.server = provider.answer;
  host.router.uci['luci-sso'] = {
    default: { '.type': 'oidc', enabled: '1', issuer_url: ISSUER, client_id: 'luci', client_secret: SECRET },
    admin: { '.type': 'role', email: ['alice@example.com'], read: ['*'], write: ['*'] },
  };
  host.router.uci['rpcd'] = { cfg01: { '.type': 'login', username: 'root', password: '$p$root', read: ['*'], write: ['*'] } };
  host.router.uci['luci'] = { sauth: { '.type': 'internal', sessiontime: '1800' } };
  const menu = { admin: { auth: { methods: ['cookie:sysauth_https', 'cookie:sysauth_http'] } } };
  host.files.set('/usr/share/luci/menu.d/luci-base.json', Buffer.from(JSON.stringify(menu)));
  for (const [name, content] of Object.entries(ACL_FILES)) {
    host.files.set(`/usr/share/rpcd/acl.d/${name}`, Buffer.from(JSON.stringify(content)));
  }
  return { host, provider };
}

export interface Started {
  readonly answer: Answer;
  readonly location: URL;
  readonly state: string;
  /** The handshake's cookie as the browser sends it back. */
  readonly cookie: string;
}

/** As a browser follows the redirect to the address of `redirect_uri`: the Referer stays. */
async function askThere(world: World, asked: Asked): Promise<Answer> {
  const answer = await ask(world.host, asked);
  const there = new URL(headerOf(answer, 'Location') ?? 'https://none.test/');
  if (!there.searchParams.has('hop')) return answer;
  const environment = { ...asked.environment, HTTP_HOST: there.host, HTTPS: 'on' };
  return ask(world.host, { ...asked, path: '', query: there.searchParams.toString(), environment });
}

/** Starts a login; the provider learns what the browser carries. */
export async function start(world: World, asked: Asked = {}): Promise<Started> {
  const answer = await askThere(world, asked);
  const location = new URL(headerOf(answer, 'Location') ?? 'https://none.test/');
  const state = location.searchParams.get('state') ?? '';
  const cookie =
    cookiesOf(answer)
      .find((line) => line.startsWith(`__Host-luci_sso_${state}=`))
      ?.split(';')[0] ?? '';
  return { answer, location, state, cookie };
}

export function callbackQuery(state: string, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters = { code: 'the-code', state, iss: ISSUER, ...changes };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

/** The provider's code now belongs to this login. */
export function authorize(world: World, started: Started): void {
  const { searchParams } = started.location;
  world.provider.authorized = { nonce: searchParams.get('nonce') ?? '', challenge: searchParams.get('code_challenge') ?? '' };
}

/** Comes back from the provider. */
export function finish(world: World, started: Started, changes: Readonly<Record<string, string | undefined>> = {}): Promise<Answer> {
  authorize(world, started);
  return ask(world.host, { path: '/callback', query: callbackQuery(started.state, changes), cookie: started.cookie });
}

/** Where the page of a finished login leads: to the page that it goes on to, or to those it lets choose from, with "or". */
export function endOf(answer: Answer): string {
  const links = [...answer.body.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);
  const refresh = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(answer.body)?.[1];
  if (refresh !== undefined && links.join() !== refresh) throw new Error(`goes to ${refresh}, links ${links.join()}`);
  return links.join(' or ');
}
