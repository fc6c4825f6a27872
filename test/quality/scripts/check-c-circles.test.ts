// SPDX-License-Identifier: MIT
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = new URL('../../../scripts/check/c-circles.mjs', import.meta.url);

interface Verdict {
  readonly problems: readonly string[];
  readonly sources: number;
}

const { checkFolder } = (await import(SCRIPT.href)) as { checkFolder: (folder: string) => Verdict };

function checkFiles(t: ExecutionContext, files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return checkFolder(folder).problems;
}

test('no file of the C host uses another one in a circle', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(SCRIPT)], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  t.regex(stdout, /^circles: none among [2-9][0-9] C sources\n$/);
});

test('the check of circles ends with status 1 when it finds nothing to look at', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(SCRIPT), folder], { encoding: 'utf8' });
  t.is(status, 1);
  t.is(stderr, 'no C sources found\n');
});

const A = 'void sso_a(void)\n{\n\tsso_b();\n}\n';

for (const [name, files, expected] of [
  ['two functions', { 'a.c': A, 'b.c': 'void sso_b(void)\n{\n\tsso_a();\n}\n' }, ['circle: a.c -> b.c (sso_b) -> a.c (sso_a)']],
  [
    'three files',
    { 'a.c': A, 'b.c': 'bool sso_b(int a,\n\tint b)\n{\n\tsso_c(1);\n}\n', 'c.c': 'int sso_c(int x)\n{\n\treturn sso_a ? 1 : x;\n}\n' },
    ['circle: a.c -> b.c (sso_b) -> c.c (sso_c) -> a.c (sso_a)'],
  ],
  [
    'a variable',
    { 'a.c': A, 'b.c': 'const int sso_b[2] = { 1, 2 };\nvoid *sso_d = sso_a;\n' },
    ['circle: a.c -> b.c (sso_b) -> a.c (sso_a)'],
  ],
  [
    'headers',
    { 'a.c': '', 'a.h': '#include "b.h"\n', 'b.h': '#include <x.h>\n#include "a.h"\n' },
    ['circle: a.h -> b.h (#include) -> a.h (#include)'],
  ],
] as const) {
  test(`the check of circles refuses a circle of ${name}`, (t) => {
    t.deepEqual(checkFiles(t, files as Readonly<Record<string, string>>), [...expected]);
  });
}

test('the check of circles takes declarations, static names, comments and texts for what they are', (t) => {
  t.deepEqual(
    checkFiles(t, {
      'a.c': A,
      'b.c': 'void sso_a(void);\nextern int sso_a2;\n/* sso_a( */ // sso_a()\nvoid sso_b(void)\n{\n\tputs("sso_a");\n}\n',
      'c.c': 'static void sso_a(void)\n{\n}\n',
    }),
    [],
  );
});
