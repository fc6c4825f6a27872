// SPDX-License-Identifier: MIT
// Stands in for LuCI (23.05 and later) with luci-sso's two overrides: the login page of each theme
// (luci-login-page.ts), the password login, the check of every request's session, one page behind it
// (luci-start-page.ts), and logout. Menu and settings are in luci-settings.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from './blobmsg.ts';
import { randomBytes } from 'node:crypto';
import type { Handler, Request, Response } from './http-server.ts';
import { htmlOf, loginHtml } from './luci-login-page.ts';
import { menuOf, menuTree, uciAction, viewHtml } from './luci-settings.ts';
import { startPage } from './luci-start-page.ts';
import { Ubus, UbusError } from './ubus.ts';

const ROOT = '/cgi-bin/luci/';
const COOKIES = ['sysauth_https', 'sysauth_http'];

function page(status: number, html: string, headers: [string, string][] = []): Response {
  return {
    status,
    headers: [['Content-Type', 'text/html; charset=UTF-8'], ['Cache-Control', 'no-cache'], ...headers],
    body: Buffer.from(html),
  };
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split(/=(.*)/s);
    if (key === name && value !== undefined) return value;
  }
  return undefined;
}

interface Session {
  readonly id: string;
  readonly values: Table;
  readonly rights: Table;
}

/** `ubus` is LuCI's own connection to the broker, made at the first request. */
export function luciPages(tree: string, log: (line: string) => void): { handler: Handler; stop(): void } {
  let connection: Promise<Ubus> | undefined;
  const call = async (object: string, method: string, args: Table): Promise<Table | undefined> => {
    connection ??= Ubus.connect(path.join(tree, 'var/run/ubus/ubus.sock'));
    try {
      return (await (await connection).call(object, method, args))[0] ?? {};
    } catch (error) {
      if (error instanceof UbusError) return undefined;
      throw error;
    }
  };

  const setCookie = (request: Request, value: string): [string, string] => [
    'Set-Cookie',
    `${request.isTls ? 'sysauth_https' : 'sysauth_http'}=${value}; path=${ROOT}; SameSite=strict; HttpOnly${request.isTls ? '; secure' : ''}`,
  ];

  const option = async (section: string, name: string): Promise<string> => {
    const value = (await call('uci', 'get', { config: 'luci', section, option: name }))?.value;
    return typeof value === 'string' ? value : '';
  };

  const languageOf = async (request: Request): Promise<string> => {
    const chosen = await option('main', 'lang');
    return chosen === 'auto' || chosen === '' ? (request.headers.get('accept-language') ?? 'en').slice(0, 2) : chosen;
  };

  const loginPage = async (failedUser: string | undefined): Promise<Response> => {
    const theme = path.posix.basename(await option('main', 'mediaurlbase'));
    const language = await option('main', 'lang');
    return page(403, loginHtml({ theme, language, failedUser }), [['X-LuCI-Login-Required', 'yes']]);
  };

  const passwordLogin = async (request: Request, form: URLSearchParams): Promise<Response> => {
    const username = form.get('luci_username') ?? '';
    const lifetime = await option('sauth', 'sessiontime');
    const login = await call('session', 'login', { username, password: form.get('luci_password') ?? '', timeout: Number(lifetime || 300) });
    const id = login?.ubus_rpc_session;
    if (typeof id !== 'string') {
      log(`luci: failed login on ${request.target} for ${username} from ${request.remoteAddress}`);
      return loginPage(username);
    }
    await call('session', 'set', { ubus_rpc_session: id, values: { token: randomBytes(16).toString('hex') } });
    log(`luci: accepted login on ${request.target} for ${username} from ${request.remoteAddress}`);
    return { status: 302, headers: [['Location', request.target.split('?')[0] as string], setCookie(request, id)], body: Buffer.alloc(0) };
  };

  // LuCI's answer and, for whoever is not logged in, our script behind it: as the override of this menu node gives.
  const translations = (isLoggedIn: boolean): Response => {
    const script = isLoggedIn ? '' : readFileSync(path.join(tree, 'www/luci-static/resources/luci-sso-login.js'), 'utf8');
    return {
      status: 200,
      headers: [
        ['Content-Type', 'application/javascript; charset=UTF-8'],
        ['Cache-Control', 'no-store'],
      ],
      body: Buffer.from(`window.TR={};\n${script}`),
    };
  };

  // As the override of admin/logout: password sessions go to LuCI's start page.
  const logout = async (request: Request, { id, values }: Session): Promise<Response> => {
    await call('session', 'destroy', { ubus_rpc_session: id });
    const [header, value] = setCookie(request, '');
    const target = values.oidc_logout_url || (values.oidc_sub === undefined ? ROOT : '/cgi-bin/luci-sso/logged-out');
    return {
      status: 302,
      headers: [
        ['Location', String(target)],
        [header, `${value}; expires=Thu, 01 Jan 1970 01:00:00 GMT`],
      ],
      body: Buffer.alloc(0),
    };
  };

  const sessionOf = async (request: Request): Promise<Session | undefined> => {
    for (const name of COOKIES) {
      const id = cookieOf(request, name);
      if (id === undefined || !/^[0-9a-f]{32}$/.test(id)) continue;
      const values = (await call('session', 'get', { ubus_rpc_session: id }))?.values as Table | undefined;
      if (typeof values?.token !== 'string') continue;
      const rights = await call('session', 'access', { ubus_rpc_session: id });
      if (rights !== undefined) return { id, values, rights };
    }
    return undefined;
  };

  const handler: Handler = async (request) => {
    const where = request.target.split('?')[0] as string;
    const session = await sessionOf(request);
    if (where.startsWith(`${ROOT}admin/translations/`)) return translations(session !== undefined);
    if (session !== undefined) {
      const { rights } = session;
      if ((rights['access-group'] as Table | undefined)?.['luci-base'] === undefined) {
        return page(403, htmlOf('Forbidden', 'en', '<p>You have no right to see this page.</p>'));
      }
      if (where === `${ROOT}admin/logout`) return logout(request, session);
      if (where === `${ROOT}admin/menu`)
        return { status: 200, headers: [['Content-Type', 'application/json']], body: Buffer.from(JSON.stringify(menuTree(tree))) };
      if (where.startsWith(`${ROOT}admin/uci/`)) {
        return uciAction(where.slice(`${ROOT}admin/uci/`.length), new URLSearchParams(request.target.split('?')[1]), session, call);
      }
      const menu = menuOf(tree, session);
      const entry = menu.find((candidate) => where === ROOT + candidate.path);
      if (entry !== undefined) return page(200, viewHtml(tree, entry, session, await languageOf(request)));
      if (where.startsWith(`${ROOT}admin/services/`))
        return page(403, htmlOf('Forbidden', 'en', '<p>You have no right to see this page.</p>'));
      return page(200, htmlOf('LuCI', 'en', startPage(tree, where, menu, session)));
    }
    const isForm = request.method === 'POST' && request.headers.get('content-type') === 'application/x-www-form-urlencoded';
    const form = new URLSearchParams(isForm ? request.body.toString('utf8') : '');
    return form.has('luci_username') ? passwordLogin(request, form) : loginPage(undefined);
  };

  return {
    handler,
    stop: () =>
      void connection?.then(
        (ubus) => ubus.close(),
        () => undefined,
      ),
  };
}
