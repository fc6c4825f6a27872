// SPDX-License-Identifier: MIT
// The settings page runs on the oldest LuCI it is for: ES5, with or without its comments and indents.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { PAGES } from '../../../scripts/build/translations.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const K = ts.SyntaxKind;
/** Syntax that came after ES5. */
const NEWER = new Set([
  K.ArrowFunction,
  K.ClassDeclaration,
  K.ClassExpression,
  K.TemplateExpression,
  K.NoSubstitutionTemplateLiteral,
  K.TaggedTemplateExpression,
  K.SpreadElement,
  K.SpreadAssignment,
  K.ShorthandPropertyAssignment,
  K.ComputedPropertyName,
  K.MethodDeclaration,
  K.ObjectBindingPattern,
  K.ArrayBindingPattern,
  K.ForOfStatement,
  K.AwaitExpression,
  K.YieldExpression,
  K.QuestionQuestionToken,
  K.QuestionDotToken,
  K.AsteriskAsteriskToken,
  K.BigIntLiteral,
]);

/** What of a script ES5 does not know, each with its line. */
function newerThanEs5(source: string): string[] {
  const file = ts.createSourceFile('page.js', source, ts.ScriptTarget.ES2020, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isLexical = ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) !== 0;
    const isParameter = ts.isParameter(node) && (node.initializer !== undefined || node.dotDotDotToken !== undefined);
    const isAsync = ts.isFunctionLike(node) && (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Async) !== 0;
    if (NEWER.has(node.kind) || isLexical || isParameter || isAsync) {
      found.push(`${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.getText().slice(0, 40)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test('the scripts of the settings page are ES5', (t) => {
  for (const file of PAGES) t.deepEqual(newerThanEs5(readFileSync(file, 'utf8')), [], path.basename(file));
  t.is(newerThanEs5('let a = () => `x`; async function f({ b }, c = 1) { for (const d of [...c]) d?.e(); }').length, 10);
});

test('each part of the page is a module, installed, and asks only for what LuCI or the package has', (t) => {
  const recipe = readFileSync(path.join(ROOT, 'package/luci-sso/Makefile'), 'utf8');
  const [, installed = ''] = /^LUCI_SSO_VIEW:=(.*)$/m.exec(recipe) ?? [];
  const parts = PAGES.map((file) => path.basename(file, '.js'));
  t.deepEqual(installed.split(' ').sort(), parts);
  const known = [...['baseclass', 'form', 'rpc', 'uci', 'ui', 'view'], ...parts.map((name) => `view.luci-sso.${name}`)];
  for (const file of PAGES) {
    const source = readFileSync(file, 'utf8');
    const wanted = [...source.matchAll(/^'require (\S+)(?: as \w+)?';$/gm)].map(([, name]) => name ?? '');
    t.deepEqual(
      wanted.filter((name) => !known.includes(name)),
      [],
      path.basename(file),
    );
  }
});

test('what is installed are the same scripts without comments and indents', (t) => {
  const recipe = readFileSync(path.join(ROOT, 'package/luci-sso/Makefile'), 'utf8');
  const [, expressions = ''] = /^LUCI_SSO_SHRINK:=sed (.*)$/m.exec(recipe) ?? [];
  const args = [...expressions.matchAll(/-e '([^']*)'/g)].flatMap(([, expression = '']) => ['-e', expression]);
  t.is(args.length, 6);
  const print = (script: string) =>
    ts.createPrinter({ removeComments: true }).printFile(ts.createSourceFile('page.js', script, ts.ScriptTarget.ES2020, true));
  for (const file of PAGES) {
    const installed = execFileSync('sed', [...args, file], { encoding: 'utf8' });
    t.is(print(installed), print(readFileSync(file, 'utf8')), path.basename(file));
    t.notRegex(installed, /^[\t]|^\/[/*]/m);
  }
});
