// SPDX-License-Identifier: MIT
// What the settings page says of rules and rights without asking the router is what the program says.
import test from 'ava';
import { readFileSync } from 'node:fs';
import { isAllowed } from '../../../src/access/acl.ts';
import { deadRuleOf } from '../../../src/check/rules.ts';
import type { Role } from '../../../src/config.ts';

interface Shared {
  ruleProblem(kind: string, value: string): string | null;
  allows(lists: { read: string[]; write: string[] }, half: 'read' | 'write', name: string): boolean;
}

/** The shared module of the page, with as much of LuCI around it as these need. */
function loadShared(): Shared {
  const source = readFileSync(
    new URL('../../../package/luci-sso/files/www/luci-static/resources/view/luci-sso/shared.js', import.meta.url),
    'utf8',
  );
  const format = (text: string) =>
    Object.assign(new String(text), { format: (...values: string[]) => text.replace(/%s/g, () => values.shift() ?? '') });
  const globals = {
    baseclass: { extend: (members: object) => members },
    form: {},
    rpc: { declare: () => () => Promise.resolve({}) },
    uci: {},
    ui: {},
    _: format,
  };
  return new Function(...Object.keys(globals), source)(...Object.values(globals)) as Shared;
}

const shared = loadShared();
const NOBODY = {
  name: 'r',
  email: [],
  domain: [],
  group: [],
  sub: [],
  isDefault: false,
  login: '',
  read: [],
  write: [],
} as const satisfies Role;

for (const [kind, values] of Object.entries({
  email: [
    ...[
      'a@b',
      'alice@home.test',
      'ALICE@HOME.TEST',
      '@home.test',
      '*@home.test',
      'a*@home.test',
      'alice',
      'alice@',
      'a@b@c',
      ' alice@home.test',
    ],
    ...[
      'alice@home.test ',
      'Alice <alice@home.test>',
      'mailto:alice@home.test',
      'ä@home.test',
      'alice@hömé.test',
      'a b@c',
      '@',
      '*@',
      '@*',
      '<>',
      'x@.test',
    ],
  ],
  domain: [
    'home.test',
    'localhost',
    '@home.test',
    '*@home.test',
    '*.home.test',
    '.home.test',
    'home.test ',
    'http://home.test/',
    'a,b',
    'hömé.test',
    'a..b',
    '*',
    '@',
  ],
  group: ['admins', 'a b', '*', 'ä'],
  sub: ['1', 'a b', 'ü', 'x'.repeat(255), 'x'.repeat(256), '\u007f'],
})) {
  test(`rules that can never match are the same on the page and in the check: ${kind}`, (t) => {
    for (const value of values) {
      const dead = deadRuleOf({ ...NOBODY, [kind]: [value] });
      const problem = shared.ruleProblem(kind, value);
      t.is(problem === null, dead === undefined, `${kind} '${value}': ${problem ?? 'fine'}, but ${dead?.fix ?? 'fine'}`);
      // The same correction, where there is one.
      const meant = /'(.+)'/.exec(dead?.fix ?? '')?.[1];
      if (meant !== undefined) t.true(String(problem).includes(`"${meant}"`), `${value}: ${String(problem)}, but ${dead?.fix ?? ''}`);
    }
  });
}

test('what lists allow is the same on the page and in the program', (t) => {
  const patterns = ['*', 'luci-*', 'luci-app-fire?all', '!luci-app-firewall', '! luci-*', '!', 'luci-base', 'x.y', 'x*y+'];
  const names = ['luci-base', 'luci-app-firewall', 'xzy', 'x.y', 'x1y+', 'other'];
  for (const a of patterns)
    for (const b of patterns)
      for (const lists of [
        { read: [a, b], write: [] },
        { read: [a], write: [b] },
        { read: [], write: [a, b] },
      ])
        for (const half of ['read', 'write'] as const)
          for (const name of names)
            t.is(shared.allows(lists, half, name), isAllowed(lists, half, name), JSON.stringify([lists, half, name]));
});
