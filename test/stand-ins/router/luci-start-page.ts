// SPDX-License-Identifier: MIT
// The page behind the login, in the place of LuCI's own pages: who is logged in, with which rights and until when, and
// what to try next. Tests read the session from it.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { escapeHtml } from './luci-login-page.ts';
import type { MenuEntry, PageSession } from './luci-settings.ts';

const ROOT = '/cgi-bin/luci/';

/** Access group -> what LuCI says of it. */
function descriptions(tree: string): ReadonlyMap<string, string> {
  const folder = path.join(tree, 'usr/share/rpcd/acl.d');
  const found = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const groups = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Record<string, { description?: string }>;
    for (const [group, { description }] of Object.entries(groups)) if (description !== undefined) found.set(group, description);
  }
  return found;
}

/** The boot clock's seconds, which sessions count in, as a time of day. */
function timeOfBoot(seconds: number): string {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return new Date(Date.now() + (seconds - uptime) * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

const row = (title: string, value: string): string =>
  `<div class="cbi-value"><div class="cbi-value-title">${title}</div><div class="cbi-value-field">${value}</div></div>`;

function groupsHtml(tree: string, session: PageSession, half: 'read' | 'write'): string {
  const texts = descriptions(tree);
  const groups = Object.entries((session.rights['access-group'] ?? {}) as Record<string, string[]>)
    .filter(([, halves]) => halves.includes(half))
    .map(([name]) => `<code title="${escapeHtml(texts.get(name) ?? '')}">${escapeHtml(name)}</code>`);
  return groups.length === 0 ? 'nothing' : groups.join(' ');
}

/** The body of the page at `where`. */
export function startPage(tree: string, where: string, menu: readonly MenuEntry[], session: PageSession): string {
  const { values, rights } = session;
  const shown = { path: where, username: values.username ?? null, role: values.oidc_role ?? null, user: values.oidc_user ?? null, rights };
  const isSso = values.oidc_role !== undefined;
  const text = (value: unknown): string => escapeHtml(String(value));
  const links = menu.map(({ path: node, title }) => `<a href="${ROOT}${node}">${title}</a>`).join('');
  const ends = Number(values.oidc_ends ?? 0);
  const next = [
    ...(isSso ? ['Log out, and sign in at the provider as somebody else: another role, other rights, or a refusal.'] : []),
    ...(menu.length > 0
      ? ['Open <em>SSO Login</em>: change a role under Users and press Save &amp; Apply; this page then shows the new rights.']
      : ['This role does not see <em>SSO Login</em>: that takes the right to change it. Sign in as alice.']),
    ...(menu.length > 0
      ? ['There, under Sessions, end a session in another window.', 'Press <em>Test connection</em> with a wrong secret.']
      : []),
    `Ask for a page of LuCI, such as <code>${ROOT}admin/status</code>, while logged out: the login leads back to it.`,
  ];
  return `<header><strong>OpenWrt</strong><a class="active" href="${ROOT}">Status</a>${links}<a href="${ROOT}admin/logout">Log out</a></header>
<div class="container"><h2>You are logged in</h2>
<p class="cbi-map-descr">This page stands in for LuCI's own. You asked for <code>${text(where)}</code>.</p>
<div class="cbi-section">
${row('Who', `<strong>${text(values.oidc_user ?? values.username ?? '?')}</strong>${isSso ? '' : ', by password'}`)}
${isSso ? row('Role', `<strong>${text(values.oidc_role)}</strong>, because of <code>${text(values.oidc_rule ?? '?')}</code>`) : ''}
${row('May change', groupsHtml(tree, session, 'write'))}
${row('May read', groupsHtml(tree, session, 'read'))}
${isSso ? row('Session ends', ends === 0 ? 'when it is not used' : `${timeOfBoot(ends)} at the latest, earlier when it is not used or the provider says so`) : ''}
</div>
<h3>What to try next</h3><ul>${next.map((line) => `<li>${line}</li>`).join('')}</ul>
<h3>The session, as rpcd has it</h3><pre id="session">${escapeHtml(JSON.stringify(shown, null, 1))}</pre></div>`;
}
