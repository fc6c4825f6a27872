// SPDX-License-Identifier: MIT
import test from 'ava';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = 'scripts/check/prose.mjs';

interface Found {
  readonly found: string;
  readonly say: string;
}

const { findPattern } = (await import(new URL(`../../../${SCRIPT}`, import.meta.url).href)) as {
  findPattern: (line: string) => Found | undefined;
};

test('no new line that users read has a turn of phrase that a native reader stumbles over', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, SCRIPT)], { encoding: 'utf8' });
  t.is(
    status,
    0,
    `${stderr}
A line that is right as it is: node ${SCRIPT} --accept`,
  );
  t.regex(stdout, /^prose: \d+ old lines left/);
});

for (const line of [
  'what answers is no OpenID provider',
  'the token answer has no ID token',
  'a parameter came twice',
  'what comes is kept',
  'The cause stands on the page',
  '`luci-sso sync` gives the people their rights',
  'It is filled in by itself',
  'Who maps by group needs no address',
  'Yes. Whoever logs in',
  'as it must be',
  'Codes keep their names for ever.',
  'Login did not work',
  'Login with password',
  'This login did not start in this browser, or at another address',
  'report it if it stays',
  'admin can be logged in to',
  'a role is in step',
  'the same as at the provider',
  'options answer in advance',
  'it has not three parts',
  'is for nobody',
  'does not tell of a logout',
  'this device computes wrongly',
  'look at the provider',
  'As LuCI when empty.',
]) {
  test(`prose: "${line}" is found`, (t) => t.not(findPattern(line), undefined));
}

for (const line of [
  'There is no session, and it is no longer needed.',
  'It has no effect; `is no` is code.',
  'The name comes from the provider and stands for the user.',
  'Who is logged in with SSO.',
  'Who reads the log?',
  'It gives up after three steps.',
  'Log in with your password.',
]) {
  test(`prose: "${line}" is left alone`, (t) => t.is(findPattern(line), undefined));
}

test('prose: a new line fails, one that is known does not, and one that is gone can be forgotten', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(path.join(root, 'src/texts/languages'), { recursive: true });
  mkdirSync(path.join(root, 'scripts/check'), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  cpSync(path.join(ROOT, SCRIPT), path.join(root, SCRIPT));
  const known = path.join(root, 'scripts/check/prose-known.txt');
  const run = (...args: string[]) => spawnSync(process.execPath, [path.join(root, SCRIPT), ...args], { encoding: 'utf8' });
  const page = (text: string): void => writeFileSync(path.join(root, 'README.md'), text);

  page('Fine.\n\n```\nis no prose\n```\n\n    is no prose\n\nAn old line stands here.\n');
  writeFileSync(path.join(root, 'src/texts/languages/de.ts'), "export const A = 'in step';");
  t.is(run().stderr, 'README.md: "stands", say "is", "appears", "is listed": An old line stands here.\n');
  t.is(run('--accept').status, 0);
  t.is(run().stdout, 'prose: 1 old lines left\n');
  writeFileSync(path.join(root, 'src/texts/page.ts'), '// is no text\nexport const A = `this ${1} comes\nin`;');
  const { status, stderr } = run();
  t.is(status, 1);
  t.is(stderr, 'src/texts/page.ts: "comes", say "is received", "the provider sends": comes\n');
  rmSync(path.join(root, 'src/texts/page.ts'));
  page('Better.\n');
  t.is(run().stdout, 'prose: 0 old lines left, 1 gone: node scripts/check/prose.mjs --forget\n');
  t.is(run('--forget').status, 0);
  t.is(readFileSync(known, 'utf8'), '');
});
