// SPDX-License-Identifier: MIT
// Every command of the documentation that a router without a network can run is run: with the real
// uci, the built program and a broker; and what the lines leave behind is a valid configuration.
import test from 'ava';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../../src/config-roles.ts';
import type { UbusTable } from '../../../src/ubus/blobmsg.ts';
import { startSite, type Site } from '../../_helpers/site.ts';
import { TOOLS, loadUci } from '../../stand-ins/router/uci.ts';
import { PAGES, ROOT, pageOf } from './_pages.ts';

const SHIPPED = readFileSync(path.join(ROOT, 'package/luci-sso/files/etc/config/luci-sso'));
let site: Site;

test.before(async (t) => {
  t.timeout(120_000);
  site = await startSite();
  const { tree } = site.router;
  const tools = path.join(tree, 'docs-bin');
  mkdirSync(tools);
  const tool = (name: string, line: string) => {
    writeFileSync(path.join(tools, name), `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(path.join(tools, name), 0o755);
  };
  tool('uci', `${path.join(TOOLS, 'uci')} -c ${path.join(tree, 'etc/config')} -t ${path.join(tree, 'tmp/.uci')}`);
  tool('luci-sso', path.join(tree, 'usr/sbin/luci-sso'));
});

test.after.always(() => site?.stop());

/** A fresh installation, and the files of others that some lines change. */
function reset(tree: string): void {
  rmSync(path.join(tree, 'tmp/.uci'), { recursive: true, force: true });
  writeFileSync(path.join(tree, 'etc/config/luci-sso'), SHIPPED);
  writeFileSync(path.join(tree, 'etc/config/dhcp'), '');
}

function run(tree: string, lines: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: tree, env: { PATH: `${path.join(tree, 'docs-bin')}:/usr/bin:/bin` }, timeout: 60_000 };
    execFile('sh', ['-e', '-u', '-c', lines], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${lines}\n${stdout}${stderr}${error.message}`));
    });
  });
}

async function configurationOf(tree: string) {
  const sections = await loadUci(tree, 'luci-sso');
  return readConfig(sections.map(({ name, type, options }) => ({ name, type, values: options as unknown as UbusTable })));
}

for (const page of PAGES.filter(({ commands }) => commands.length > 0)) {
  // One router for all pages, so one after the other.
  test.serial(`the commands of ${page.file} work`, async (t) => {
    t.timeout(120_000);
    const { tree } = site.router;
    reset(tree);
    for (const lines of page.commands) {
      await t.notThrowsAsync(run(tree, lines));
      const read = await configurationOf(tree);
      t.true(read.ok, `${lines}\n${read.ok ? '' : read.problems.join('\n')}`);
    }
    t.is(await site.router.uci('changes'), '', 'nothing stays uncommitted');
    const read = await configurationOf(tree);
    if (!read.ok || !page.file.startsWith('docs/providers/')) return;
    const { oidc, roles } = read.value;
    t.true(oidc.enabled && oidc.issuer.startsWith('https://') && oidc.clientId !== '');
    t.true(
      roles.some((role) => role.name === 'admin' && role.email.length + role.group.length > 0),
      'somebody may log in',
    );
    t.false(roles.some((role) => role.isDefault));
  });
}

test.serial('the lines for Ansible in docs/many-routers.md work, a second time too', async (t) => {
  t.timeout(120_000);
  const { tree } = site.router;
  reset(tree);
  const [, indented = ''] = /\n {6}ansible\.builtin\.raw: \|\n([\s\S]*?)\n {6}no_log/.exec(pageOf('docs/many-routers.md').text) ?? [];
  const lines = indented.replace(/^ {8}/gm, '').replace(/\{\{ \w+ \}\}/g, 'router7');
  t.regex(lines, /^uci batch/);
  for (let i = 0; i < 2; i++) await t.notThrowsAsync(run(tree, lines));
  const read = await configurationOf(tree);
  t.true(read.ok && read.value.oidc.enabled && read.value.oidc.clientId === 'router7');
  t.deepEqual(read.ok && read.value.roles.map((role) => role.group), [['router-admins']]);
});

test("OpenWISP's template in docs/many-routers.md is a valid configuration", (t) => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(pageOf('docs/many-routers.md').text) ?? [];
  const template = JSON.parse(json.replace(/\{\{ \w+ \}\}/g, 'router7')) as Record<string, Record<string, string | string[]>[]>;
  const sections = (template['luci-sso'] ?? []).map(({ config_name: type, config_value: name, ...values }) => ({
    name: String(name),
    type: String(type),
    values,
  }));
  const read = readConfig(sections);
  t.true(read.ok, read.ok ? '' : read.problems.join('\n'));
  t.true(read.ok && read.value.oidc.enabled && read.value.roles.length === 1);
});

test('every provider page has lines to paste', (t) => {
  const pages = PAGES.filter(({ file }) => /^docs\/providers\/(?!README)/.test(file));
  t.true(pages.length >= 11);
  for (const { file, commands } of pages) t.true(commands.length > 0, file);
});
