// SPDX-License-Identifier: MIT
// The login page's script against just as much of a page as it may rely on.
import test from 'ava';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const script = readFileSync(new URL('../../package/luci-sso/files/www/luci-static/resources/luci-sso-login.js', import.meta.url), 'utf8');

interface Element {
  tag: string;
  text?: string;
  id?: string;
  href?: string;
  children: Element[];
  appendChild(child: Element): void;
}

const element = (tag: string): Element => {
  const made: Element = { tag, children: [], appendChild: (child) => void made.children.push(child) };
  return made;
};

/** Runs the script on a page; `hasActions` is LuCI's generic form, without it bootstrap's. */
function run(options: { status?: number; answer: string; isLogin?: boolean; hasActions?: boolean; readyState?: string; times?: number }) {
  const actions = element('div');
  const form = { ...element('form'), querySelector: (s: string) => (s === '.cbi-page-actions' && options.hasActions !== false ? actions : null) };
  form.appendChild = (child) => void form.children.push(child);
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const links = () => [...actions.children, ...form.children].filter((e) => e.tag === 'a');
  class XMLHttpRequest {
    status = options.status ?? 200;
    responseText = options.answer;
    onload = () => undefined;
    open(method: string, url: string) { asked.push(`${method} ${url}`); }
    send() { this.onload(); }
  }
  const page = {
    XMLHttpRequest,
    location: { pathname: '/cgi-bin/luci/admin/a b' },
    document: {
      readyState: options.readyState ?? 'loading',
      querySelector: (s: string) => (s === 'input[name="luci_password"]' && options.isLogin !== false ? { form } : null),
      getElementById: (id: string) => links().find((l) => l.id === id) ?? null,
      createElement: element,
      createTextNode: (text: string): Element => ({ ...element('#text'), text }),
      addEventListener: (name: string, fn: () => void) => void (name === 'DOMContentLoaded' && waiting.push(fn)),
    },
  };
  for (let i = 0; i < (options.times ?? 1); i++) vm.runInNewContext(script, page); // no console: using one would throw
  waiting.forEach((fn) => fn());
  return { asked, links: links() };
}

test('the button is added to the form, with the page that was asked for', (t) => {
  for (const hasActions of [true, false]) {
    const { asked, links } = run({ answer: '{"enabled":true,"sso_only":false,"label":"Login with Pocket ID"}', hasActions });
    t.deepEqual(asked, ['GET /cgi-bin/luci-sso?action=enabled&v=2']);
    t.is(links.length, 1);
    t.is(links[0]?.href, '/cgi-bin/luci-sso?return_to=%2Fcgi-bin%2Fluci%2Fadmin%2Fa%20b');
    t.is(links[0]?.children[0]?.text, 'Login with Pocket ID');
  }
});

test('without a label it reads "Login with SSO", and there is only one', (t) => {
  const { links } = run({ answer: '{"enabled":true}', times: 2, readyState: 'complete' });
  t.deepEqual(links.map((l) => l.children[0]?.text), ['Login with SSO']);
});

test('no button when it is off, fails, or says something else', (t) => {
  for (const [status, answer] of [[200, '{"enabled":false}'], [500, '{"enabled":true}'], [200, '<html>'], [200, 'null'], [200, '{"enabled":"true"}']] as const) {
    t.is(run({ status, answer }).links.length, 0, answer);
  }
});

test('other pages are left alone and nothing is asked', (t) => {
  t.deepEqual(run({ answer: '{"enabled":true}', isLogin: false }), { asked: [], links: [] });
});
