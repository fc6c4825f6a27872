// SPDX-License-Identifier: MIT
import test from 'ava';
import { readConfig } from '../../../src/config-roles.ts';
import type { UbusTable } from '../../../src/ubus/blobmsg.ts';

const PROVIDER = { name: 'default', type: 'oidc', values: { enabled: '1', issuer_url: 'https://id.test', client_id: 'x' } as UbusTable };
const read = (name: string, values: Record<string, string | string[]>) =>
  readConfig([PROVIDER, { name, type: 'role', values: values as unknown as UbusTable }]);
const problems = (name: string, values: Record<string, string | string[]>) => {
  const config = read(name, values);
  return config.ok ? [] : config.problems;
};

test('one option stands for a list of one, and order is kept', (t) => {
  const config = read('admin', { email: 'a@b', group: ['x', 'y'], read: '*', default: 'yes' });
  t.true(config.ok);
  const role = config.ok ? config.value.roles[0] : undefined;
  t.deepEqual([role?.email, role?.group, role?.read, role?.isDefault], [['a@b'], ['x', 'y'], ['*'], true]);
});

test('a wrong role makes the configuration wrong, and says how', (t) => {
  for (const name of ['', 'a-b', 'a b', 'default', 'x'.repeat(33), 'é'])
    t.regex(problems(name, {})[0] ?? '', /a role's name must be 1 to 32/, name);
  t.regex(problems('r', { read: ['*', '!luci-b*'] })[0] ?? '', /section 'r', option read: '!luci-b\*' denies 'luci-base'/);
  t.regex(problems('r', { read: ['! unauthenticated'] })[0] ?? '', /denies 'unauthenticated'/);
  t.regex(problems('r', { write: [''] })[0] ?? '', /option write: an entry must have 1 to 128 characters/);
  t.regex(problems('r', { default: 'perhaps' })[0] ?? '', /option default: must be 1 or 0/);
  t.regex(problems('r', { login: ['a'] })[0] ?? '', /option login: must be one option/);
  t.deepEqual(problems('r', { read: ['!luci-app-x', '*'], write: ['!luci-base'] }), []);
});
