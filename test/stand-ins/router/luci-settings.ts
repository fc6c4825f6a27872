// SPDX-License-Identifier: MIT
// Stands in for LuCI behind a login: the menu of one entry, the view that the entry shows, and the
// actions that apply and confirm what is staged. The browser's half is in
// tree/www/luci-static/stand-in/.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { TEMPLATE, hashOf, readPo } from '../../../scripts/build/translations.ts';
import type { Table } from './blobmsg.ts';
import type { Response } from './http-server.ts';

const STAND_IN = '/luci-static/stand-in/';

interface MenuNode {
  readonly title: string;
  readonly order?: number;
  readonly action: { readonly path: string };
  readonly depends: { readonly acl: readonly string[] };
}

interface MenuTree extends Partial<MenuNode> {
  children?: Record<string, MenuTree>;
}

/** admin/menu: what all files of menu.d say, as one tree, for the browser. */
export function menuTree(tree: string): MenuTree {
  const folder = path.join(tree, 'usr/share/luci/menu.d');
  const root: MenuTree = {};
  for (const name of readdirSync(folder).sort()) {
    const nodes = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Record<string, MenuNode>;
    for (const [where, node] of Object.entries(nodes)) {
      let at = root;
      for (const part of where.split('/')) at = (at.children ??= {})[part] ??= {};
      Object.assign(at, node);
    }
  }
  return root;
}

/** The session of the request, as LuCI has it after its check. */
export interface PageSession {
  readonly id: string;
  readonly values: Table;
  readonly rights: Table;
}

export interface MenuEntry {
  readonly path: string;
  readonly title: string;
  readonly view: string;
}

/** What the menu shows to this session: nodes whose access groups it has, for reading or writing. */
export function menuOf(tree: string, { rights }: PageSession): MenuEntry[] {
  const nodes = JSON.parse(readFileSync(path.join(tree, 'usr/share/luci/menu.d/luci-app-sso.json'), 'utf8')) as Record<string, MenuNode>;
  const groups = (rights['access-group'] ?? {}) as Table;
  return Object.entries(nodes)
    .filter(([, node]) => node.depends.acl.every((group) => groups[group] !== undefined))
    .map(([name, node]) => ({ path: name, title: node.title, view: node.action.path }));
}

/** Text -> translation, from the .lmo files of the language. */
export function textsOf(tree: string, language: string): Record<string, string> {
  const folder = path.join(tree, 'usr/lib/lua/luci/i18n');
  const byHash = new Map<number, string>();
  for (const name of existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(`.${language}.lmo`)) : []) {
    const file = readFileSync(path.join(folder, name));
    for (let at = file.readUInt32BE(file.length - 4); at < file.length - 4; at += 16) {
      const offset = file.readUInt32BE(at + 8);
      byHash.set(file.readUInt32BE(at), file.toString('utf8', offset, offset + file.readUInt32BE(at + 12)));
    }
  }
  const texts = [...readPo(readFileSync(TEMPLATE, 'utf8')).keys()];
  return Object.fromEntries(
    texts.flatMap((text) => {
      const found = byHash.get(hashOf(text));
      return found === undefined ? [] : [[text, found]];
    }),
  );
}

export function viewHtml(tree: string, entry: MenuEntry, { id, values }: PageSession, language: string): string {
  const env = { sessionid: id, token: values.token, texts: textsOf(tree, language) };
  return `<!DOCTYPE html>
<html lang="${language}"><head><meta charset="utf-8"><title>LuCI</title><link rel="stylesheet" href="${STAND_IN}style.css"></head>
<body class="lang_${language}"><header><strong>OpenWrt</strong><a href="/cgi-bin/luci/">Status</a><a class="active" href="/cgi-bin/luci/${entry.path}">${entry.title}</a><a href="/cgi-bin/luci/admin/logout">Log out</a></header>
<div id="maincontent" class="container"><div id="view"></div></div><div id="modal_overlay"><div class="modal"></div></div>
<script type="application/json" id="env">${JSON.stringify(env).replaceAll('<', '\\u003c')}</script>
<script src="${STAND_IN}luci.js"></script><script src="${STAND_IN}form.js"></script>
<script>L.instantiateView('${entry.view.replace('/', '.')}')</script></body></html>\n`;
}

const plain = (status: number, text: string, type = 'text/plain'): Response => ({
  status,
  headers: [['Content-Type', type]],
  body: Buffer.from(text),
});

/** admin/uci/<action>: what LuCI does on behalf of the page, with the session's token in the query. */
export async function uciAction(
  action: string,
  query: URLSearchParams,
  session: PageSession,
  call: (object: string, method: string, args: Table) => Promise<Table | undefined>,
): Promise<Response> {
  if (query.get('sid') !== session.id || query.get('token') !== session.values.token) return plain(403, 'Forbidden');
  const id = { ubus_rpc_session: session.id };
  const zero = { ubus_rpc_session: '0'.repeat(32) };
  if (action === 'apply_rollback') {
    const before = await call('uci', 'changes', id);
    if (before === undefined || Object.keys((before.changes ?? {}) as Table).length === 0) return plain(204, '');
    if ((await call('uci', 'apply', { ...id, rollback: true, timeout: 90 })) === undefined) return plain(403, 'Permission denied');
    await call('session', 'set', { ...zero, values: { rollback: { token: session.values.token as string, session: session.id } } });
    return plain(200, JSON.stringify({ token: session.values.token }), 'application/json');
  }
  if (action === 'confirm') {
    if ((await call('uci', 'confirm', id)) === undefined) return plain(204, '');
    await call('session', 'set', { ...zero, values: { rollback: {} } });
    return plain(200, 'OK');
  }
  return plain(404, 'Not found');
}
