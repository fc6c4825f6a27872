// SPDX-License-Identifier: MIT
// Fails on an import against the arrow main -> route -> flow -> {oidc, verify, luci, request} -> {access, handshake} ->
// {codec, crypto}, on a circle of imports (types and import() count), on a function with too many parameters, on
// a name that two files export, and on a name in the bundle that the engine does not have or that must not be used.
// usage: node scripts/check/imports.mjs [ROOT]   (ROOT has src/ and, when built, build/bundle/)
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Part of src/ (a folder, or a file beside the folders) -> parts that it may run, parts of which it may use
 * types only, and parts whose chunks it may load, through their load.ts. verify, codec and crypto never see
 * host, config or anything that has them.
 */
const ALLOWED = {
  main: {
    runs: 'route refusal exchange log version http codec',
    types: 'host',
    loads: 'texts cli rpcd guard',
  },
  route: { runs: 'flow refusal log http', types: 'exchange host config', loads: 'flow' },
  flow: {
    runs: 'guard oidc access handshake luci request config config-roles exchange log uci-options version http ubus codec crypto refusal paths',
    types: 'host verify tls-http',
    loads: 'flow luci oidc recheck texts verify',
  },
  guard: {
    runs: 'oidc recheck access luci config config-roles exchange log uci-options http ubus codec crypto refusal',
    types: 'host verify tls-http',
    loads: 'guard oidc recheck',
  },
  recheck: {
    runs: 'flow guard oidc access handshake luci config config-roles exchange log uci-options ubus codec crypto refusal tweetnacl',
    types: 'host verify tls-http',
    loads: 'recheck oidc',
  },
  cli: {
    runs: 'guard access luci request config config-roles exchange log uci-options version ubus codec refusal paths',
    types: 'host check',
    loads: 'cli check guard luci texts',
  },
  check: {
    runs: 'guard oidc access luci config config-roles exchange http log uci-options version codec crypto refusal paths tweetnacl',
    types: 'host tls-http ubus verify',
    loads: 'check oidc texts verify',
  },
  rpcd: {
    runs: 'guard access luci config config-roles exchange log uci-options version ubus codec crypto refusal',
    types: 'host check',
    loads: 'rpcd check',
  },
  oidc: {
    runs: 'tls-http config exchange log codec crypto refusal paths',
    types: 'host http handshake verify',
    loads: 'oidc',
  },
  luci: {
    runs: 'access ubus http config config-roles exchange log uci-options codec crypto refusal paths',
    types: 'host verify handshake',
  },
  access: {
    runs: 'ubus config config-roles log uci-options codec crypto refusal',
    types: 'host verify',
  },
  request: {
    runs: 'handshake http ubus config exchange log uci-options codec crypto refusal paths',
    types: 'host',
  },
  handshake: {
    runs: 'http config exchange codec crypto refusal tweetnacl paths',
    types: 'host',
  },
  texts: {
    runs: 'http exchange log codec refusal refusals causes paths',
    types: 'config host',
    // A page's link back keeps the page of LuCI that the login was for.
    loads: 'texts flow',
  },
  verify: { runs: 'codec crypto refusal', types: '', loads: 'verify' },
  http: { runs: 'codec crypto refusal', types: 'host config' },
  'tls-http': { runs: 'codec crypto refusal', types: 'host config' },
  ubus: { runs: 'codec crypto refusal', types: 'host config' },
  exchange: { runs: 'log codec', types: 'host http config' },
  config: { runs: 'uci-options http codec refusal paths', types: '' },
  paths: { runs: '', types: '' },
  'config-roles': { runs: 'config uci-options codec refusal', types: '' },
  'uci-options': { runs: 'ubus codec refusal', types: '' },
  log: { runs: 'codec', types: 'host' },
  refusal: { runs: '', types: 'refusals causes' },
  refusals: { runs: '', types: 'log texts' },
  causes: { runs: '', types: 'texts' },
  host: { runs: '', types: '' },
  version: { runs: '', types: '' },
  crypto: { runs: 'codec', types: '' },
  codec: { runs: '', types: '' },
  native: { runs: '', types: '' },
};
/** Files that name the entries of their folder's chunks, and nothing else: importing one runs nothing of it. */
const isLoader = (file) => /(^|\/)load(-[a-z]+)?\.ts$/.test(file);
/** Pure functions, in the C host: anyone may run them. */
const NATIVE = '#native';

/** Globals that the engine lacks, or that would hide randomness, time or code from the host. */
const FORBIDDEN_NAMES = [
  'RegExp',
  'eval',
  'Function',
  'require',
  'TextEncoder',
  'TextDecoder',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'console',
  'process',
  'Buffer',
  'fetch',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'structuredClone',
  'Intl',
  'WeakRef',
  'Proxy',
  'Atomics',
  'SharedArrayBuffer',
];
const FORBIDDEN_MEMBERS = ['Math.random', 'Date.now', 'Array.fromAsync', 'Iterator.zip', 'Iterator.zipKeyed'];
/** What ts-runtime/sso_unicode.c does for ASCII only, or not at all. */
const FORBIDDEN_METHODS = ['normalize', 'localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase'];

function parse(file, text) {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

const partOf = (file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : path.parse(file).name);

function isTypeOnly(node) {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** Every import of a file, of whatever kind: what it names, and how it is used. */
function importsOf(file, source) {
  const imports = [];
  const add = (node, specifier, kind) => {
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
    imports.push({ node, specifier, kind, target });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined) add(node, node.moduleSpecifier.text, isTypeOnly(node) ? 'type' : 'value');
    } else if (ts.isImportTypeNode(node)) {
      add(node, node.argument.literal.text, 'type');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      const isLiteral = argument !== undefined && ts.isStringLiteral(argument);
      add(node, isLiteral ? argument.text : '', 'lazy');
    }
  });
  return imports;
}

/** What is wrong with the imports of one file; `file` is relative to src/. */
function checkFile(file, source, imports) {
  const problems = [];
  const from = partOf(file);
  const row = ALLOWED[from];
  if (row === undefined) return [`src/${file}: no row for "${from}" in scripts/check/imports.mjs`];
  const runs = row.runs.split(' ');
  const types = [...runs, ...row.types.split(' ')];
  const loads = (row.loads ?? '').split(' ');
  const blame = (node, what) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    problems.push(`src/${file}:${line}: ${what}`);
  };
  for (const { node, specifier, kind, target } of imports) {
    const to = target === undefined ? specifier : partOf(target);
    const isOwn = target !== undefined && to === from;
    if (kind === 'lazy') {
      if (!isLoader(file) || target === undefined) blame(node, 'import() belongs into load.ts, with a literal name');
      else if (!isOwn && !runs.includes(to) && !types.includes(to)) blame(node, `${from} must not name an entry of ${to}`);
    } else if (kind === 'value' && target !== undefined && isLoader(target)) {
      if (!loads.includes(to)) blame(node, `${from} must not load chunks of ${to}`);
    } else if (!isOwn && specifier !== NATIVE && !(kind === 'type' ? types : runs).includes(to)) {
      const what = kind === 'type' ? 'a type of' : types.includes(to) ? 'more than types of' : 'anything of';
      blame(node, `${from} must not import ${what} ${to}`);
    }
  }
  return problems;
}

/** Folders whose functions take what belongs together as one: an OpenIdProvider, an Exchange. */
const FEW_PARAMETERS = ['check', 'flow', 'oidc', 'recheck'];
const MAX_PARAMETERS = 4;

/** Functions of one file that take too much by hand. */
function checkParameters(file, source) {
  const problems = [];
  if (!FEW_PARAMETERS.includes(partOf(file))) return problems;
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || node.parameters.length <= MAX_PARAMETERS) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    problems.push(`src/${file}:${line}: ${node.parameters.length} parameters, at most ${MAX_PARAMETERS}`);
  });
  return problems;
}

/** Circles among the files, whatever the kinds of the imports: each is named once, by its files in order. */
function findCircles(graph) {
  const circles = [];
  const done = new Set();
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      circles.push([...trail.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles.map((circle) => `circle: ${circle.map((file) => `src/${file}`).join(' -> ')}`);
}

/**
 * Exported names that several files may define: the same thing again, in another language or over another set of
 * algorithms. For every other name one file says what it means.
 */
const NAMES_OF_SEVERAL_FILES = ['TEXTS', 'verifyIdToken'];

/** The names that a file defines and exports; what it hands on from another file is not its own. */
function exportedNames(source) {
  return source.statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return declared.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
  });
}

/** Names that two files export, each meaning its own. */
function findDuplicateNames(files) {
  const homes = new Map();
  for (const { file, source } of files)
    // A type and a value of one name in one file are one thing.
    for (const name of new Set(exportedNames(source))) homes.set(name, [...(homes.get(name) ?? []), `src/${file}`]);
  return [...homes]
    .filter(([name, { length }]) => length > 1 && !NAMES_OF_SEVERAL_FILES.includes(name))
    .map(([name, definitions]) => `${name} is exported by ${definitions.join(' and ')}: one name, one meaning`);
}

/** Whether an identifier stands for a variable, not for a member, a label or an exported name. */
function isReference(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node) return false;
  return !(ts.isBindingElement(parent) && parent.propertyName === node);
}

/** What must not be in one chunk. */
function checkChunk(file, text) {
  const problems = [];
  const source = parse(file, text);
  walk(source, (node) => {
    let name;
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      name = `the regular expression ${node.getText()}`;
    } else if (ts.isIdentifier(node) && FORBIDDEN_NAMES.includes(node.text) && isReference(node)) {
      name = node.text;
    } else if (ts.isPropertyAccessExpression(node)) {
      const member = `${node.expression.getText()}.${node.name.text}`;
      if (FORBIDDEN_MEMBERS.includes(member) || FORBIDDEN_METHODS.includes(node.name.text)) name = member;
    }
    if (name === undefined) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    problems.push(`build/bundle/${file}:${line}: ${name} must not be in the bundle`);
  });
  return problems;
}

function filesBelow(folder, extension) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map((name) => name.split(path.sep).join('/'));
  return names.filter((name) => name.endsWith(extension)).sort();
}

/** Every problem of the tree below `root`, and how many files were looked at. */
export function checkTree(root) {
  // What tests under Node have in the place of the C host's functions is not part of the program.
  const sources = filesBelow(path.join(root, 'src'), '.ts').filter((file) => file !== 'native/node.ts');
  const chunks = filesBelow(path.join(root, 'build/bundle'), '.js');
  const read = (...names) => readFileSync(path.join(root, ...names), 'utf8');
  const files = sources.map((file) => {
    const source = parse(file, read('src', file));
    return { file, source, imports: importsOf(file, source) };
  });
  const problems = [
    ...(sources.length === 0 ? ['no sources found'] : []),
    ...files.flatMap(({ file, source, imports }) => checkFile(file, source, imports)),
    ...files.flatMap(({ file, source }) => checkParameters(file, source)),
    ...findCircles(new Map(files.map(({ file, imports }) => [file, imports.flatMap(({ target }) => target ?? [])]))),
    ...findDuplicateNames(files),
    ...chunks.flatMap((file) => checkChunk(file, read('build/bundle', file))),
  ];
  return { problems, sources: sources.length, chunks: chunks.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../..'));
  const { problems, sources, chunks } = checkTree(root);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`imports: ${sources} sources and ${chunks} chunks checked`);
}
