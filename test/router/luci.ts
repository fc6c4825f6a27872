// SPDX-License-Identifier: MIT
// Stands in for LuCI (23.05 and later): the login page with the structure that the button looks for,
// the password login, the check of every request's session, one page behind it that shows the
// session, and logout. No menu, no themes, no settings.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from './blobmsg.ts';
import { randomBytes } from 'node:crypto';
import type { Handler, Request, Response } from './http-server.ts';
import { Ubus, UbusError } from './ubus.ts';

const ROOT = '/cgi-bin/luci/';
const COOKIES = ['sysauth_https', 'sysauth_http'];

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function page(status: number, title: string, body: string, headers: [string, string][] = []): Response {
  const html = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<script src="/cgi-bin/luci/admin/translations/en"></script></head>
<body class="lang_en"><h1>OpenWrt (test router)</h1>${body}</body></html>\n`;
  return { status, headers: [['Content-Type', 'text/html; charset=UTF-8'], ['Cache-Control', 'no-cache'], ...headers], body: Buffer.from(html) };
}

/** LuCI's generic sysauth template: the button's anchor is input[name=luci_password] and its form. */
function loginPage(failedUser: string | undefined): Response {
  return page(403, 'LuCI', `
<form method="post" action="" class="cbi-map">
${failedUser === undefined ? '' : '<div class="alert-message warning"><p>Invalid username and/or password! Please try again.</p></div>'}
<div class="cbi-map"><h2 name="content">Authorization Required</h2><div class="cbi-map-descr">Please enter your username and password.</div>
<div class="cbi-section"><div class="cbi-section-node">
<div class="cbi-value"><label class="cbi-value-title" for="luci_username">Username</label><div class="cbi-value-field"><input class="cbi-input-text" type="text" name="luci_username" id="luci_username" autocomplete="username" value="${escapeHtml(failedUser ?? 'root')}"></div></div>
<div class="cbi-value cbi-value-last"><label class="cbi-value-title" for="luci_password">Password</label><div class="cbi-value-field"><input class="cbi-input-text" type="password" name="luci_password" id="luci_password" autocomplete="current-password"></div></div>
</div></div></div>
<div class="cbi-page-actions"><button class="btn cbi-button-positive important">Log in</button></div>
</form>`, [['X-LuCI-Login-Required', 'yes']]);
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split(/=(.*)/s);
    if (key === name && value !== undefined) return value;
  }
  return undefined;
}

/** `ubus` is LuCI's own connection to the broker, made at the first request. */
export function luciPages(tree: string, log: (line: string) => void): { handler: Handler; stop(): void } {
  let connection: Promise<Ubus> | undefined;
  const call = async (object: string, method: string, args: Table): Promise<Table | undefined> => {
    connection ??= Ubus.connect(path.join(tree, 'var/run/ubus/ubus.sock'));
    try {
      return (await (await connection).call(object, method, args))[0];
    } catch (error) {
      if (error instanceof UbusError) return undefined;
      throw error;
    }
  };

  const setCookie = (request: Request, value: string): [string, string] =>
    ['Set-Cookie', `${request.isTls ? 'sysauth_https' : 'sysauth_http'}=${value}; path=${ROOT}; SameSite=strict; HttpOnly${request.isTls ? '; secure' : ''}`];

  const passwordLogin = async (request: Request, form: URLSearchParams): Promise<Response> => {
    const username = form.get('luci_username') ?? '';
    const lifetime = (await call('uci', 'get', { config: 'luci', section: 'sauth', option: 'sessiontime' }))?.value;
    const login = await call('session', 'login', { username, password: form.get('luci_password') ?? '', timeout: Number(lifetime ?? 300) });
    const id = login?.ubus_rpc_session;
    if (typeof id !== 'string') {
      log(`luci: failed login on ${request.target} for ${username} from ${request.remoteAddress}`);
      return loginPage(username);
    }
    await call('session', 'set', { ubus_rpc_session: id, values: { token: randomBytes(16).toString('hex') } });
    log(`luci: accepted login on ${request.target} for ${username} from ${request.remoteAddress}`);
    return { status: 302, headers: [['Location', request.target], setCookie(request, id)], body: Buffer.alloc(0) };
  };

  const translations = (): Response => {
    // LuCI's answer and our script behind it, as the override of this menu node gives.
    const script = readFileSync(path.join(tree, 'www/luci-static/resources/luci-sso-login.js'), 'utf8');
    return { status: 200, headers: [['Content-Type', 'application/javascript; charset=UTF-8']], body: Buffer.from(`window.TR={};\n${script}`) };
  };

  const handler: Handler = async (request) => {
    const where = request.target.split('?')[0] as string;
    if (where.startsWith(`${ROOT}admin/translations/`)) return translations();
    for (const name of COOKIES) {
      const id = cookieOf(request, name);
      if (id === undefined || !/^[0-9a-f]{32}$/.test(id)) continue;
      const values = (await call('session', 'get', { ubus_rpc_session: id }))?.values as Table | undefined;
      if (typeof values?.token !== 'string') continue;
      const rights = await call('session', 'access', { ubus_rpc_session: id });
      if (rights === undefined) continue;
      if ((rights['access-group'] as Table | undefined)?.['luci-base'] === undefined) return page(403, 'Forbidden', '<p>You have no right to see this page.</p>');
      if (where === `${ROOT}admin/logout`) {
        await call('session', 'destroy', { ubus_rpc_session: id });
        const [header, value] = setCookie(request, '');
        return { status: 302, headers: [['Location', ROOT], [header, `${value}; expires=Thu, 01 Jan 1970 01:00:00 GMT`]], body: Buffer.alloc(0) };
      }
      const shown = JSON.stringify({ path: where, username: values.username ?? null, role: values.oidc_role ?? null, user: values.oidc_user ?? null, rights }, null, 1);
      return page(200, 'LuCI', `<p>You are logged in.</p><pre id="session">${escapeHtml(shown)}</pre><p><a href="${ROOT}admin/logout">Log out</a></p>`);
    }
    const isForm = request.method === 'POST' && request.headers.get('content-type') === 'application/x-www-form-urlencoded';
    const form = new URLSearchParams(isForm ? request.body.toString('utf8') : '');
    return form.has('luci_username') ? passwordLogin(request, form) : loginPage(undefined);
  };

  return {
    handler,
    stop: () => void connection?.then((ubus) => ubus.close(), () => undefined),
  };
}
