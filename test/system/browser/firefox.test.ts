// SPDX-License-Identifier: MIT
// The cookies of a login across two sites in Firefox, whose rules are its own program's.
import test from 'ava';
import { openFirefox } from '../../_helpers/firefox.ts';
import { CLIENTS, startScene } from '../../_helpers/scene.ts';

test('Firefox: in by the button to the page asked for, out at the provider', async (t) => {
  t.timeout(240_000);
  const scene = await startScene({ withNames: true });
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  const tab = await openFirefox(t, ['router.test', 'idp.test']);
  const click = (selector: string): Promise<unknown> =>
    tab.until(`(() => { const node = document.querySelector(${JSON.stringify(selector)}); node?.click(); return node !== null; })()`);

  await tab.open(`${scene.url}/cgi-bin/luci/admin/network`);
  await click('#luci-sso-login');
  await tab.until(`location.hostname === 'idp.test' && (document.querySelector('input[name=login]').value = 'alice')`);
  await click('form button');
  const session: unknown = JSON.parse(String(await tab.until(`document.querySelector('#session')?.innerText`)));
  t.like(session, { path: '/cgi-bin/luci/admin/network', role: 'admin', user: 'alice' });
  t.is(scene.router.sessions().length, 1);

  await click('a[href$="admin/logout"]');
  await tab.until(`location.hostname === 'idp.test' && document.querySelector('button[value=yes]') !== null`);
  await click('button[value=yes]');
  await tab.until(`location.hostname === 'router.test' && location.pathname === '/cgi-bin/luci-sso/logged-out'`);
  t.is(scene.router.sessions().length, 0);
});
