// SPDX-License-Identifier: MIT
// The settings page runs on the oldest LuCI it is for: ES5, with or without its comments and indents.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { PAGE } from '../../../scripts/build/translations.ts';

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

const source = readFileSync(PAGE, 'utf8');

test('the settings page is ES5', (t) => {
  t.deepEqual(newerThanEs5(source), []);
  t.is(newerThanEs5('let a = () => `x`; async function f({ b }, c = 1) { for (const d of [...c]) d?.e(); }').length, 10);
});

test('what is installed is the same script without comments and indents', (t) => {
  const tree = mkdtempSync(path.join(os.tmpdir(), 'sso-page-'));
  t.teardown(() => rmSync(tree, { recursive: true, force: true }));
  const recipe = readFileSync(path.join(ROOT, 'package/luci-sso/Makefile'), 'utf8');
  const [, expressions = ''] = /^LUCI_SSO_SHRINK:=sed (.*)$/m.exec(recipe) ?? [];
  const args = [...expressions.matchAll(/-e '([^']*)'/g)].flatMap(([, expression = '']) => ['-e', expression]);
  t.is(args.length, 6);
  const installed = execFileSync('sed', [...args, PAGE], { encoding: 'utf8' });
  const print = (script: string) =>
    ts.createPrinter({ removeComments: true }).printFile(ts.createSourceFile('page.js', script, ts.ScriptTarget.ES2020, true));
  t.is(print(installed), print(source));
  t.notRegex(installed, /^[\t]|^\/[/*]/m);
});
