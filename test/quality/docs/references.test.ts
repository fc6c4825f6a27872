// SPDX-License-Identifier: MIT
// What the documentation names exists: pages, headings, options with their defaults, codes, make targets.
import test from 'ava';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CAUSES } from '../../../src/causes.ts';
import { REFUSALS } from '../../../src/refusals.ts';
import { PAGES, ROOT, pageOf } from './_pages.ts';

const source = (name: string): string => readFileSync(path.join(ROOT, 'src', name), 'utf8');
const SOURCES = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map(source)
  .join('\n');

/** GitHub's name of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/`/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replace(/ /g, '-');

const anchorsOf = (text: string): string[] => [...text.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? ''));

test('every relative link leads somewhere', (t) => {
  for (const { file, prose } of PAGES) {
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [name = '', anchor] = target.split('#');
      const to = name === '' ? file : path.join(path.dirname(file), name);
      t.true(existsSync(path.join(ROOT, to)), `${file}: ${target}`);
      if (anchor !== undefined) t.true(anchorsOf(readFileSync(path.join(ROOT, to), 'utf8')).includes(anchor), `${file}: ${target}`);
    }
  }
});

test('no source cites a document that is not here', (t) => {
  const list = (folder: string): string[] =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  const pages = [...PAGES.map(({ file }) => file), ...list('test').filter((file) => file.endsWith('.md'))];
  // A release's own notes are made.
  const known = new Set([...pages.map((file) => path.basename(file)), 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'NOTES.md']);
  for (const file of ['src', 'ts-runtime', 'test', 'scripts', 'package', 'luasrc-compat'].flatMap(list)) {
    if (file.startsWith('test/data') || !/\.(?:ts|mjs|js|c|h|mk|py|lua|sh)$/.test(file)) continue;
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    for (const [name = ''] of text.matchAll(/[\w-]+\.md\b/g)) t.true(known.has(name), `${file}: ${name}`);
  }
});

test('every page is reached from the README', (t) => {
  const found = new Set(['README.md']);
  for (const file of found) {
    for (const [, target = ''] of pageOf(file).prose.matchAll(/\]\(([^)#\s]+\.md)/g)) {
      const to = path.join(path.dirname(file), target);
      if (PAGES.some((page) => page.file === to)) found.add(to);
    }
  }
  t.deepEqual(
    PAGES.map(({ file }) => file).filter((file) => !found.has(file)),
    [],
  );
});

/** What src/ reads of a section: option -> its default as UCI would write it. */
function optionsOf(file: string): Map<string, string> {
  const calls = source(file).matchAll(
    /\b(?:options\.|\b)(text|flag|list|words|choice|integer|optionalInteger)\(\s*'(\w+)'(?:,\s*\[[^\]]*\])?(?:,\s*('[^']*'|\w+))?/g,
  );
  return new Map(
    [...calls].map(([, kind, name = '', fallback = '']) => {
      if (kind === 'flag') return [name, fallback === 'true' ? '1' : '0'];
      return [name, kind === 'optionalInteger' ? '' : fallback.replace(/'/g, '')];
    }),
  );
}

function tablesOf(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

for (const [heading, file] of [
  ['The provider', 'config.ts'],
  ['The roles', 'config-roles.ts'],
] as const) {
  test(`docs/configuration.md has every option of ${file} once, with its default`, (t) => {
    const known = optionsOf(file);
    const rows = tablesOf(pageOf('docs/configuration.md').text, heading);
    t.deepEqual(rows.map(([name = '']) => name.replace(/`/g, '')).sort(), [...known.keys()].sort());
    for (const [name = '', shown = '', rule = ''] of rows) {
      const fallback = known.get(name.replace(/`/g, ''));
      t.is(/^`(.*)`$/.exec(shown)?.[1] ?? '', fallback ?? 'unknown', name);
      t.true(rule.length > 10, name);
    }
  });
}

test('every option in a uci line is one that src/ reads', (t) => {
  const provider = optionsOf('config.ts');
  const role = optionsOf('config-roles.ts');
  for (const { file, text } of PAGES) {
    for (const [, section = '', option = ''] of text.matchAll(/luci-sso\.(\w+)\.(\w+)/g)) {
      t.true((section === 'default' ? provider : role).has(option), `${file}: luci-sso.${section}.${option}`);
    }
  }
});

/** Words with an underscore that are not options: of the protocols, of providers, of OpenWrt. */
const WIRE_WORDS = new Set(
  `access_token at_hash authorization_policy auth_time claims_policy client_secret_basic client_secret_post consent_mode
  email_verified groups_name id_token invalid_scope luci_password luci_sso_roles prefers_color proxy_read_timeout realm_access redirect_https
  sso_secret token_endpoint_auth_method unauthorized_client userinfo_signed_response_alg reload_config no_log luci_sso authelia_url
  redirect_uri_mismatch require_pkce session_max rule_gone too_many offline_access refresh_token access_type too_large no_space other_client no_role invalid_grant other_subject claims_not_received not_saved provider_gone sso_off preferred_username xms_edov
  large_client_header_buffers private_key_jwt response_modes_supported response_types_supported select_account return_to target_link_uri sub_issuer rpcd_password`.split(
    /\s+/,
  ),
);

test('every name like an option is one, or a check, or a word of the protocols', (t) => {
  const checks = [...SOURCES.matchAll(/\bid: '(\w+)'/g)].map((match) => match[1] ?? '');
  const known = new Set([...optionsOf('config.ts').keys(), ...optionsOf('config-roles.ts').keys(), ...checks, ...WIRE_WORDS]);
  for (const { file, prose } of PAGES.filter((page) => page.file.startsWith('docs/'))) {
    const words = [...prose.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map((match) => match[1] ?? '');
    t.deepEqual(
      words.filter((word) => !known.has(word)),
      [],
      file,
    );
  }
});

/** In capitals, but others' names. */
const FOREIGN_NAMES = ['APP_URL'];

test('every code is one of the program', (t) => {
  for (const { file, text } of PAGES.filter((page) => page.file.startsWith('docs/') && page.file !== 'docs/building.md')) {
    for (const [, code = ''] of text.replace(/…_[A-Z_]+/g, '').matchAll(/(?<![\w./…'-])([A-Z]+(?:_[A-Z0-9]+)+)(?![\w-])/g)) {
      t.true(code in REFUSALS || FOREIGN_NAMES.includes(code) || SOURCES.includes(`'${code}'`), `${file}: ${code}`);
    }
  }
});

test('the codes that a page explains stand in the reference', (t) => {
  const reference = pageOf('docs/errors.md').text;
  for (const code of Object.keys(REFUSALS)) t.true(reference.includes(`| \`${code}\` |`), code);
});

test('the codes of other lines stand there too, and no others', (t) => {
  const calls = SOURCES.matchAll(/\blog(?:Exchange|Line)\([^;]*?'(info|warning|error)'[^;]*?'([A-Z]+(?:_[A-Z]+)*)'/g);
  const logged = new Map([...calls].map(([, level = '', code = '']) => [code, level] as const).filter(([code]) => !(code in REFUSALS)));
  const rows = tablesOf(pageOf('docs/errors.md').text, 'Lines that refuse nobody').map(([code = '', level = '']) => [
    code.replace(/`/g, ''),
    level,
  ]);
  t.deepEqual(Object.fromEntries(rows), Object.fromEntries(logged));
});

test('the causes are in the reference too, and each is used', (t) => {
  const reference = pageOf('docs/errors.md').text;
  for (const cause of Object.keys(CAUSES)) {
    t.true(SOURCES.includes(`'${cause}'`), cause);
    t.true(reference.includes(`| \`${cause}\` |`), cause);
  }
});

test('make help has every target, and the documentation names no other', (t) => {
  const makefile = readFileSync(path.join(ROOT, 'Makefile'), 'utf8');
  const targets = [...makefile.matchAll(/^([a-z][\w/-]*):(?!=)/gm)].map((match) => match[1] ?? '');
  const help = makefile.slice(0, makefile.indexOf('\n\n', makefile.indexOf('help:')));
  for (const target of targets.filter((name) => name !== 'help')) t.regex(help, new RegExp(`'make ${target}[ ']`), target);
  for (const { file, text } of PAGES) {
    for (const [, target = ''] of text.matchAll(/(?:^ {4}|^|`)make ((?!V=|defconfig|TARGETS)[a-z][\w/-]*)/gm))
      t.true(targets.includes(target), `${file}: make ${target}`);
  }
  const phony = /^\.PHONY: (.*)$/m.exec(makefile)?.[1]?.split(' ') ?? [];
  t.deepEqual(
    targets.filter((name) => !phony.includes(name)),
    [],
  );
});

test('CONTRIBUTING names every folder of src/, and files that exist', (t) => {
  const { text } = pageOf('CONTRIBUTING.md');
  const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) t.true(text.includes(`\`${name}/`), name);
  for (const [, file = ''] of text.matchAll(/`((?:src|test|scripts|package|docs|ts-runtime)\/[\w./-]*)`/g))
    t.true(existsSync(path.join(ROOT, file)), file);
});

test('the version is the same in all four places', (t) => {
  const version = /VERSION = '(.*)'/.exec(source('version.ts'))?.[1] ?? '';
  t.is((JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }).version, version);
  t.true(readFileSync(path.join(ROOT, 'package/luci-sso/Makefile'), 'utf8').includes(`\nPKG_VERSION:=${version}\n`));
  const named = [...pageOf('README.md').text.matchAll(/luci-sso[_-](\d[\w.]*)-r/g)].map((match) => match[1]);
  t.deepEqual([...new Set(named)], [version]);
});
