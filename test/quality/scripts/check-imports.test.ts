// SPDX-License-Identifier: MIT
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = new URL('../../../scripts/check/imports.mjs', import.meta.url);

interface Verdict {
  readonly problems: readonly string[];
  readonly sources: number;
  readonly chunks: number;
}

const { checkTree } = (await import(SCRIPT.href)) as { checkTree: (root: string) => Verdict };

/** The verdict on a tree that holds just these files. */
function checkFiles(t: ExecutionContext, files: Readonly<Record<string, string>>): Verdict {
  const root = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return checkTree(root);
}

const BLAMELESS = { 'src/version.ts': 'export const VERSION = 1;' };

test('the program keeps to the arrow', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(SCRIPT)], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  t.true(stdout.startsWith('imports: '), stdout);
});

test('the check of imports ends with status 1 when something is wrong', (t) => {
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(SCRIPT), tmpdir()], { encoding: 'utf8' });
  t.is(status, 1);
  t.is(stderr, 'no sources found\n');
});

const REFUSED: ReadonlyArray<readonly [string, string, string, string]> = [
  ['verify runs host', 'verify/a.ts', "import { open } from '../host.ts';", 'verify must not import anything of host'],
  ['verify takes types of host', 'verify/a.ts', "import type { Host } from '../host.ts';", 'verify must not import a type of host'],
  ['verify takes types of config', 'verify/a.ts', "import { type Config } from '../config.ts';", 'verify must not import a type of config'],
  ['codec runs crypto', 'codec/a.ts', "import { sha256 } from '../crypto/sha256.ts';", 'codec must not import anything of crypto'],
  ['crypto takes a refusal', 'crypto/a.ts', "import { Refusal } from '../refusal.ts';", 'crypto must not import anything of refusal'],
  ['verify runs oidc', 'verify/a.ts', "export { fetchKeys } from '../oidc/jwks.ts';", 'verify must not import anything of oidc'],
  ['oidc runs flow', 'oidc/a.ts', "import '../flow/login.ts';", 'oidc must not import anything of flow'],
  [
    'luci runs verify',
    'luci/a.ts',
    "import { verifyIdToken } from '../verify/id-token.ts';",
    'luci must not import more than types of verify',
  ],
  [
    'luci runs half of verify',
    'luci/a.ts',
    "import { type A, b } from '../verify/claims.ts';",
    'luci must not import more than types of verify',
  ],
  ['access runs luci', 'access/a.ts', "import { syncRoles } from '../luci/sync.ts';", 'access must not import anything of luci'],
  [
    'handshake runs request',
    'handshake/a.ts',
    "import { countRequest } from '../request/rate-limit.ts';",
    'handshake must not import anything of request',
  ],
  ['flow runs route', 'flow/a.ts', "import { route } from '../route.ts';", 'flow must not import anything of route'],
  ['an inline type of host', 'codec/a.ts', "export type A = import('../host.ts').Host;", 'codec must not import a type of host'],
  [
    'import() outside load.ts',
    'flow/a.ts',
    "export const a = () => import('../verify/algorithms/all.ts');",
    'import() belongs into load.ts',
  ],
  [
    'an entry of another folder',
    'flow/load.ts',
    "export const a = () => import('../texts/page.ts');",
    'flow must not name an entry of texts',
  ],
  ['a load against the arrow', 'luci/a.ts', "import { loadCallback } from '../flow/load.ts';", 'luci must not load chunks of flow'],
  ['a package', 'verify/a.ts', "import nacl from 'tweetnacl';", 'verify must not import anything of tweetnacl'],
  ['a module of Node', 'oidc/a.ts', "import { get } from 'node:https';", 'oidc must not import anything of node:https'],
  ['five parameters', 'flow/a.ts', 'export const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => b;', '5 parameters, at most 4'],
  ['a folder that has no row', 'utils/a.ts', 'export const a = 1;', 'no row for "utils"'],
];

for (const [name, file, text, expected] of REFUSED) {
  test(`the check of imports refuses: ${name}`, (t) => {
    const { problems } = checkFiles(t, { ...BLAMELESS, [`src/${file}`]: text });
    t.is(problems.length, 1, problems.join());
    t.true(problems[0]?.startsWith(`src/${file}`) && problems[0].includes(expected), problems[0]);
  });
}

test('the check of imports refuses a name that two files export, and not one that is handed on', (t) => {
  const files = {
    'src/flow/a.ts': 'export function open(): void {}',
    'src/flow/b.ts': "export { open } from './a.ts';",
    'src/flow/c.ts': 'export interface Opened { readonly a: 1 }\nexport const Opened = 1;',
  };
  t.deepEqual(checkFiles(t, files).problems, []);
  t.deepEqual(checkFiles(t, { ...files, 'src/flow/d.ts': 'const a = 1, open = 2;\nexport { a };\nexport const b = open;' }).problems, []);
  t.deepEqual(checkFiles(t, { ...files, 'src/luci/a.ts': 'export const [first] = [1], open = 2;' }).problems, [
    'open is exported by src/flow/a.ts and src/luci/a.ts: one name, one meaning',
  ]);
});

test('the check of imports takes what goes along the arrow', (t) => {
  const verdict = checkFiles(t, {
    'src/luci/a.ts': "import type { VerifiedClaims } from '../verify/claims.ts';",
    'src/verify/a.ts': "import { sha256 } from '../crypto/sha256.ts'; import './b.ts';",
    'src/verify/b.ts': "import { Refusal } from '../refusal.ts';",
    'src/verify/load.ts': "export const a = () => import('./b.ts');",
    'src/flow/a.ts': "import { a } from '../verify/load.ts';",
    'src/ubus/a.ts': "import type { Host } from '../host.ts';",
  });
  t.deepEqual(verdict, { problems: [], sources: 6, chunks: 0 });
});

for (const [name, edge] of [
  ['an import', "import { b } from './b.ts';"],
  ['a type', "import type { B } from './b.ts';"],
  ['an inline type', "export type B = import('./b.ts').B;"],
  ['an import()', "import { b } from './load.ts';"],
] as const) {
  test(`the check of imports refuses a circle by ${name}`, (t) => {
    const { problems } = checkFiles(t, {
      'src/codec/a.ts': 'export const a = 1;',
      'src/flow/a.ts': edge,
      'src/flow/b.ts': "import { a } from './a.ts';",
      'src/flow/load.ts': "export const b = () => import('./b.ts');",
    });
    t.is(problems.length, 1, problems.join());
    t.true(problems[0]?.startsWith('circle: src/flow/'), problems[0]);
  });
}

for (const [name, code] of [
  ['RegExp', 'export const a = new RegExp("x");'],
  ['the regular expression /x/u', 'export const a = (b) => b.match(/x/u);'],
  ['Math.random', 'export const a = () => Math.random();'],
  ['Date.now', 'export const a = Date.now;'],
  ['eval', 'eval("1");'],
  ['Function', 'export const a = new Function("return 1");'],
  ['TextEncoder', 'export const a = new TextEncoder();'],
  ['URL', 'export const a = new URL("https://a");'],
  ['require', 'export const a = require("crypto");'],
  ['atob', 'export const a = [atob];'],
  ['console', 'console.log(1);'],
  ['a.normalize', 'export const b = (a) => a.normalize();'],
] as const) {
  test(`the check of the bundle refuses ${name}`, (t) => {
    const { problems } = checkFiles(t, { ...BLAMELESS, 'build/bundle/core.js': code });
    t.deepEqual(problems, [`build/bundle/core.js:1: ${name} must not be in the bundle`]);
  });
}

test('the check of the bundle tells names in texts, comments and members apart', (t) => {
  const code = '// eval(new RegExp)\nexport const a = "Math.random /x/", b = { URL: 1, eval() {} }; b.URL / 2 / 1;';
  t.deepEqual(checkFiles(t, { ...BLAMELESS, 'build/bundle/core.js': code }), {
    problems: [],
    sources: 1,
    chunks: 1,
  });
});
