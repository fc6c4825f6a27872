// SPDX-License-Identifier: MIT
// ts-runtime/sso_quickjs.c keeps of the engine's built-in functions those that the program uses: what
// src/ uses says TypeScript's checker, what rollup and tweetnacl add is looked for by name.
import test from 'ava';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT, built } from './_runner.ts';

const read = (...names: string[]): string => readFileSync(path.join(ROOT, ...names), 'utf8');
const ENGINE = read('build/deps/quickjs/quickjs.c');
const OURS = read('ts-runtime/sso_quickjs.c');
const LEFT_OUT = 'ts-runtime/sso_quickjs.c leaves it out';

interface Entry {
  readonly table: string;
  readonly name: string;
  readonly function: string;
}

/** The functions in the engine's tables, and the constants that are all left out. */
const ENTRIES: readonly Entry[] = [...ENGINE.matchAll(/^static const JSCFunctionListEntry (\w+)\[\] = \{(.*?)^\};/gms)].flatMap(
  ([, table = '', body = '']) => [
    ...[...body.matchAll(/JS_(?:CFUNC|CFUNC_MAGIC|ITERATOR_NEXT)_DEF\(\s*"([^"]+)", *\d+, *(\w+)/g)].map((match) => ({
      table,
      name: match[1] ?? '',
      function: match[2] ?? '',
    })),
    ...[...body.matchAll(/JS_CFUNC_SPECIAL_DEF\(\s*"([^"]+)", *\d+, *\w+, *(\w+)/g)].map((match) => ({
      table,
      name: match[1] ?? '',
      function: match[2] ?? '',
    })),
    ...[...body.matchAll(/JS_PROP_(?:SYMBOL|DOUBLE)_DEF\(\s*"([^"]+)"/g)].map((match) => ({
      table,
      name: match[1] ?? '',
      function: 'a constant',
    })),
    ...[...body.matchAll(/JS_(?:CGETSET|CGETSET_MAGIC|OBJECT)_DEF\(\s*"([^"]+)", *(\w+)/g)].map((match) => ({
      table,
      name: match[1] ?? '',
      function: match[2] ?? '',
    })),
  ],
);

const [CALLED = [], OBJECTS = [], LOOKED_UP = []] = OURS.split(/^\/\* What src|^\/\* The objects|^\/\* What the engine/m)
  .slice(1)
  .map((part) => [...part.matchAll(/^#define SSO_KEEP_(\w+) SSO_KEPT\b/gm)].map((match) => match[1] ?? ''));
const KEPT: readonly string[] = [...CALLED, ...OBJECTS, ...LOOKED_UP];

/** Interface or namespace in TypeScript's libraries -> the engine's tables of it; '' are the globals. */
function tablesOf(owner: string): readonly string[] {
  const typed = /^(?:Big)?(?:Uint|Int|Float)\d+(?:Clamped)?Array(Constructor)?$/.exec(owner);
  if (typed !== null) return [typed[1] === undefined ? 'js_typed_array_base_proto_funcs' : 'js_typed_array_base_funcs'];
  if (owner === '') return ['js_global_funcs'];
  const name = owner
    .replace(/^Readonly/, '')
    .replace(/^(Callable|Newable)Function$/, 'Function')
    .replace(/^PromiseLike$/, 'Promise');
  const lower = name.replace('Constructor', '').replace('ArrayBuffer', 'array_buffer').toLowerCase();
  if (['Math', 'JSON', 'Reflect', 'Atomics'].includes(name)) return [`js_${lower}_funcs`];
  return [name.endsWith('Constructor') ? `js_${lower}_funcs` : `js_${lower}_proto_funcs`];
}

/** Owner and name of each built-in that src/ names, with the first place; and all names in src/. */
function namesInSources(): { used: ReadonlyMap<string, string>; names: ReadonlySet<string> } {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (name) => readFileSync(name, 'utf8')) as { config: unknown };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const used = new Map<string, string>();
  const names = new Set<string>();
  const note = (node: ts.Node, file: ts.SourceFile): void => {
    const symbol = checker.getSymbolAtLocation(node);
    for (const declaration of symbol?.declarations ?? []) {
      if (!program.isSourceFileDefaultLibrary(declaration.getSourceFile()) || ts.isTypeParameterDeclaration(declaration)) continue;
      const { parent } = declaration;
      const owner = ts.isInterfaceDeclaration(parent) ? parent.name.text : ts.isModuleBlock(parent) ? parent.parent.name.getText() : '';
      const key = `${owner}.${symbol?.name ?? ''}`;
      if (!used.has(key))
        used.set(key, `${path.relative(ROOT, file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
  };
  for (const file of program.getSourceFiles().filter(({ fileName }) => fileNames.includes(fileName))) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) names.add(node.text);
      if (ts.isIdentifier(node) || (ts.isStringLiteral(node) && ts.isElementAccessExpression(node.parent))) note(node, file);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { used, names };
}

const { used: USED, names: NAMES } = namesInSources();
const entriesOf = (key: string): readonly Entry[] => {
  const [owner = '', name = ''] = key.split('.');
  return ENTRIES.filter((entry) => entry.name === name && tablesOf(owner).includes(entry.table));
};

const CHUNKS = readdirSync(built('bundle'))
  .filter((name) => name.endsWith('.js'))
  .map((name) => ts.createSourceFile(name, readFileSync(built('bundle', name), 'utf8'), ts.ScriptTarget.ES2022, true));

/** Calls `visit` for each node of the bundle; `where` tells file and line. */
function eachNode(visit: (node: ts.Node, where: string) => void): void {
  for (const chunk of CHUNKS) {
    const walk = (node: ts.Node): void => {
      visit(node, `build/bundle/${chunk.fileName}:${chunk.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
      ts.forEachChild(node, walk);
    };
    walk(chunk);
  }
}

test('the engine has a table with a function for each that is kept', (t) => {
  t.true(ENTRIES.length > 350);
  const functions = new Set(ENTRIES.map((entry) => entry.function));
  t.deepEqual(
    KEPT.filter((name) => !functions.has(name)),
    [],
  );
  t.is(new Set(KEPT).size, KEPT.length);
  t.true(CALLED.length > 50 && OBJECTS.length > 0 && LOOKED_UP.length > 10);
});

test('src/ uses no built-in that the engine of the router does not have', (t) => {
  t.true(USED.has('String.charCodeAt') && USED.has('Math.floor') && USED.has('.parseInt') && USED.size > 100);
  const missing = [...USED].filter(([key]) => entriesOf(key).some((entry) => !KEPT.includes(entry.function)));
  t.deepEqual(
    missing.map(([key, place]) => `${place}: ${key}: ${LEFT_OUT}`),
    [],
  );
});

test('what rollup and tweetnacl add uses none either', (t) => {
  const missing = new Set<string>();
  eachNode((node, where) => {
    if (!ts.isIdentifier(node) || NAMES.has(node.text)) return;
    const entries = ENTRIES.filter(({ name }) => name === node.text);
    if (entries.length > 0 && entries.every((entry) => !KEPT.includes(entry.function))) missing.add(`${where}: ${node.text}: ${LEFT_OUT}`);
  });
  t.deepEqual([...missing], []);
});

test('nothing is kept for nobody', (t) => {
  const words = new Set<string>();
  eachNode((node) => {
    if (ts.isIdentifier(node)) words.add(node.text);
  });
  const bySources = new Set([...USED.keys()].flatMap((key) => entriesOf(key).map((entry) => entry.function)));
  const byOthers = (name: string): boolean =>
    ['js_object_seal'].includes(name) && ENTRIES.some((entry) => entry.function === name && words.has(entry.name));
  t.deepEqual(
    CALLED.filter((name) => !bySources.has(name) && !byOthers(name)),
    [],
    'take these lines out of ts-runtime/sso_quickjs.c',
  );
  t.deepEqual(
    LOOKED_UP.filter((name) => CALLED.includes(name)),
    [],
  );
});

test('the bundle has none of the syntax that the engine of the router cannot run', (t) => {
  const found: string[] = [];
  const isInFunction = (node: ts.Node): boolean => ts.findAncestor(node, ts.isFunctionLike) !== undefined;
  eachNode((node, where) => {
    const what =
      ts.isFunctionLike(node) && 'asteriskToken' in node && node.asteriskToken !== undefined
        ? 'a generator'
        : ts.isForOfStatement(node) && node.awaitModifier !== undefined
          ? 'for await'
          : ts.isAwaitExpression(node) && !isInFunction(node)
            ? 'await outside of functions'
            : ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword
              ? 'import.meta'
              : ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using
                ? 'using'
                : ts.isBinaryExpression(node) &&
                    [ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.AsteriskAsteriskEqualsToken].includes(node.operatorToken.kind)
                  ? 'a power (of numbers; for a BigInt too there is another way)'
                  : ts.isCallExpression(node) && node.expression.getText() === 'JSON.parse' && node.arguments.length > 1
                    ? 'JSON.parse with a function'
                    : undefined;
    if (what !== undefined) found.push(`${where}: ${what}: ${LEFT_OUT}`);
  });
  t.deepEqual(found, []);
});
