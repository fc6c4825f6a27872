// SPDX-License-Identifier: MIT
// `luci-sso setup`: asks for what the options do not say, runs the checks on it, and saves it only when
// none fails. The secret comes from a prompt or from standard input, never from an argument.

import { decodeUtf8, encodeUtf8 } from '#native';
import { changeConfig, type Stage } from '../access/uci-session.ts';
import type { Result } from '../check/engine.ts';
import { loadCheck } from '../check/load.ts';
import { parseHttpsUrl } from '../codec/url.ts';
import { CONFIG_NAME, RULE_KINDS } from '../config.ts';
import type { Host, HostBytes, HostFailure } from '../host.ts';
import { CALLBACK_PATH } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import { httpsPort } from '../request/origin.ts';
import type { UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, closeUbus, openUbus, type Ubus } from '../ubus/client.ts';
import { readPackage, type Section } from '../uci-options.ts';
import type { Arguments } from './arguments.ts';
import { countOf, printResult, summary } from './check.ts';
import { print } from './output.ts';
import { syncNow } from './sync.ts';

const MAX_ANSWER_BYTES = 2048;

/** Status 1, and nothing saved, when a check fails; `--force` saves all the same. */
export async function runSetup(host: Host, given: Arguments): Promise<number> {
  const bus = openUbus(host);
  const saved = readPackage(bus, CONFIG_NAME);
  const { deadRuleOf } = await loadCheck();
  const judgeRule = (kind: 'email' | 'group', value: string) =>
    deadRuleOf({ ...NO_RULES, [kind]: [value] })?.fix ?? '';
  const talk: Talk = { host, given, told: [], judgeRule };
  const isSecretOnly = given.flags.has('secret-stdin') && given.values.size === 0 && isSetUp(saved);
  const asked = isSecretOnly
    ? [secretChange(talk)]
    : [providerChange(talk, bus, saved), ...roleChange(talk, saved)];
  const changes = given.values.has('scope') ? asked : await withGroups(host, bus, saved, asked);
  const results = await checkAll(host, bus, merged(saved, changes));
  print(host, summary(results));
  if (countOf(results, 'FAIL') > 0 && !given.flags.has('force')) {
    closeUbus(bus);
    print(host, 'nothing was saved; correct what failed, or repeat with --force');
    return 1;
  }
  if (
    !changeConfig(bus, CONFIG_NAME, (stage) =>
      changes.every((change) => apply(stage, saved, change)),
    )
  )
    throw new Refusal('UCI_ERROR', `/etc/config/${CONFIG_NAME} could not be written`);
  closeUbus(bus);
  if (isSecretOnly) print(host, 'the client secret is saved; nothing else was changed');
  else printUris(host, String(changes[0]?.values['redirect_uri']));
  return syncNow(host).status;
}

const DEFAULT_SCOPE = 'openid profile email';

/** Group rules need the scope `groups` where the provider has one. */
async function withGroups(
  host: Host,
  bus: Ubus,
  saved: readonly Section[],
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const sections = merged(saved, changes);
  const set = sections.find(({ name }) => name === 'default')?.values['scope'];
  const scope = typeof set === 'string' && set !== '' ? set : DEFAULT_SCOPE;
  const hasGroups = sections.some(
    ({ type, values }) => type === 'role' && values['group'] !== undefined,
  );
  if (!hasGroups || scope.split(' ').includes('groups')) return changes;
  const { listsScope, newContext } = await loadCheck();
  const context = newContext(host, bus, sections, false);
  const isListed = await listsScope(context, 'groups');
  await context.close();
  if (!isListed) return changes;
  print(host, "roles have group rules, and the provider lists the scope 'groups': added to scope");
  return changes.map((change) =>
    change.name === 'default'
      ? { ...change, values: { ...change.values, scope: `${scope} groups` } }
      : change,
  );
}

type Options = { readonly [option: string]: UbusValue };

/** A section's new values; '' takes an option away. */
interface Change {
  readonly name: string;
  readonly type: string;
  readonly values: Options;
}

/** A conversation, or the options that take its place. */
interface Talk {
  readonly host: Host;
  readonly given: Arguments;
  /** What was answered, as options: for people who break off and go on later. */
  readonly told: string[];
  /** What to write instead of a rule that can never match; '' for one that can. */
  readonly judgeRule: (kind: 'email' | 'group', value: string) => string;
}

/** What is wrong with an answer, and what to write instead; '' when nothing is. */
type Judge = (value: string) => string;

const NO_RULES = { email: [], domain: [], group: [], sub: [] } as const;

function isSetUp(saved: readonly Section[]): boolean {
  return optionOf(saved, 'issuer_url') !== '' && optionOf(saved, 'client_id') !== '';
}

function optionOf(saved: readonly Section[], option: string): string {
  const value = saved.find(({ name }) => name === 'default')?.values[option];
  return typeof value === 'string' ? value : '';
}

/** `--secret-stdin` alone: a new secret for what is set up. */
function secretChange(talk: Talk): Change {
  return { name: 'default', type: 'oidc', values: { client_secret: secret(talk, '') } };
}

function providerChange(talk: Talk, bus: Ubus, saved: readonly Section[]): Change {
  const optional: ReadonlyArray<readonly [option: string, argument: string]> = [
    ['scope', 'scope'],
    ['provider_name', 'name'],
    ['ca_file', 'ca-file'],
  ];
  const values: { [option: string]: string } = {
    issuer_url: askUser(talk, 'issuer', 'Issuer URL', optionOf(saved, 'issuer_url'), judgeIssuer),
    client_id: askUser(talk, 'client-id', 'Client ID', optionOf(saved, 'client_id'), () => ''),
    client_secret: secret(talk, optionOf(saved, 'client_secret')),
    redirect_uri: redirectUri(talk, bus, optionOf(saved, 'redirect_uri')),
    enabled: '1',
  };
  for (const [option, argument] of optional) {
    const value = talk.given.values.get(argument)?.[0];
    if (value !== undefined) values[option] = value;
  }
  return { name: 'default', type: 'oidc', values };
}

function judgeIssuer(value: string): string {
  const [issuer = ''] = value.split('/.well-known/');
  return issuer === value ? judgeUrl(value, '') : `cut off /.well-known/...: write '${issuer}'`;
}

function judgeRedirectUri(value: string): string {
  const wrong = judgeUrl(value, CALLBACK_PATH);
  if (wrong !== '' || value.endsWith(CALLBACK_PATH)) return wrong;
  return `it must end in ${CALLBACK_PATH}: write '${originOf(value)}${CALLBACK_PATH}'`;
}

/** Of what may be a URL, or a part of one. */
function judgeUrl(value: string, path: string): string {
  const parsed = parseHttpsUrl(value);
  if (parsed.ok) return '';
  const [before = '', after] = value.split('://');
  const better = `https://${after ?? before}`;
  const isName = better.includes('.') && !better.includes('@') && parseHttpsUrl(better).ok;
  if (isName) return `write '${path === '' ? better : originOf(better) + path}'`;
  return `${parsed.reason}; an example is https://name.example${path}`;
}

function originOf(url: string): string {
  return url.split('/').slice(0, 3).join('/');
}

/** The configured one, else the router's own address; a person may say another. */
function redirectUri(talk: Talk, bus: Ubus, before: string): string {
  const suggested = before === '' ? ownRedirectUri(bus) : before;
  return askUser(talk, 'redirect-uri', 'Redirect URI', suggested, judgeRedirectUri);
}

function ownRedirectUri(bus: Ubus): string {
  const reply = callUbus(bus, 'uci', 'get', {
    config: 'network',
    section: 'lan',
    option: 'ipaddr',
  });
  const value = reply.ok ? reply.data[0]?.['value'] : undefined;
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const port = httpsPort(bus) ?? '443';
  if (typeof first !== 'string') return '';
  return `https://${first.split('/')[0] ?? ''}${port === '443' ? '' : `:${port}`}${CALLBACK_PATH}`;
}

function secret(talk: Talk, before: string): string {
  const { host, given } = talk;
  const { flags } = given;
  if (flags.has('public')) return '';
  if (flags.has('secret-stdin'))
    return requireLine(firstLine(host.readInput(MAX_ANSWER_BYTES)), 'standard input');
  if (!host.isTerminal(0)) {
    if (before !== '') return before;
    throw new Refusal(
      'INVALID_INPUT',
      'say --secret-stdin and send the client secret, or --public',
    );
  }
  const kept = before === '' ? 'empty for a public client' : 'empty to keep the one that is set';
  prompt(host, `Client secret (${kept}): `);
  const typed = lineOf(talk, 'the secret', true);
  return typed === '' ? before : typed;
}

/** `echo` ends a line that is not part of the secret. */
function firstLine(input: HostBytes | HostFailure): HostBytes | HostFailure {
  if (!input.ok) return input;
  const end = input.bytes.indexOf(10);
  return end < 0 ? input : { ok: true, bytes: input.bytes.subarray(0, end) };
}

/** The option, else what a person types until it is right, else what is set already. */
function askUser(
  talk: Talk,
  option: string,
  question: string,
  fallback: string,
  judge: Judge,
): string {
  const { host, given, told } = talk;
  const value =
    given.values.get(option)?.[0] ??
    (host.isTerminal(0) ? askUntilRight(talk, `--${option}`, question, fallback, judge) : fallback);
  if (value === '') throw new Refusal('INVALID_INPUT', `--${option} is missing`);
  // What is set already is for the checks.
  const wrong = value === fallback ? '' : judge(value);
  if (wrong !== '') throw new Refusal('INVALID_INPUT', `--${option}: ${wrong}`);
  told.push(`--${option} ${quoted(value)}`);
  return value;
}

function askUntilRight(
  talk: Talk,
  option: string,
  question: string,
  fallback: string,
  judge: Judge,
): string {
  for (;;) {
    prompt(talk.host, `${question}${fallback === '' ? '' : ` [${fallback}]`}: `);
    const typed = lineOf(talk, option, false).trim();
    const value = typed === '' ? fallback : typed;
    const wrong = value === '' ? 'this is needed; Ctrl-D ends the questions' : judge(value);
    if (value !== '' && (wrong === '' || value === fallback)) return value;
    prompt(talk.host, `  ${wrong}\n`);
  }
}

/** A line that a person types; who breaks off is told how to go on. */
function lineOf({ host, told }: Talk, what: string, isHidden: boolean): string {
  const line = host.readLine(MAX_ANSWER_BYTES, isHidden);
  if (!line.ok && told.length > 0)
    prompt(host, `\nnothing was saved; to go on: luci-sso setup ${told.join(' ')}\n`);
  return requireLine(line, what);
}

/** Plain in any shell. */
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-@%+=,';

function quoted(value: string): string {
  const isPlain = [...value].every((char) => PLAIN.includes(char));
  return isPlain ? value : `'${value.split("'").join("'\\''")}'`;
}

/** On standard error: standard output may be kept. */
function prompt(host: Host, text: string): void {
  host.writeError(encodeUtf8(text));
}

function requireLine(line: HostBytes | HostFailure, what: string): string {
  const text = line.ok ? decodeUtf8(line.bytes) : undefined;
  if (text === undefined)
    throw new Refusal('INVALID_INPUT', `${what}: ${line.ok ? 'not UTF-8' : line.reason}`);
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** Rules for one role, which is made with full rights if it is not there. */
function roleChange(talk: Talk, saved: readonly Section[]): readonly Change[] {
  const { host, given, judgeRule } = talk;
  const name = given.values.get('role')?.[0] ?? 'admin';
  const email = [...(given.values.get('email') ?? [])];
  const group = [...(given.values.get('group') ?? [])];
  const dead =
    email.map((value) => judgeRule('email', value)).find((fix) => fix !== '') ??
    group.map((value) => judgeRule('group', value)).find((fix) => fix !== '');
  if (dead !== undefined) throw new Refusal('INVALID_INPUT', `a rule can never match: ${dead}`);
  const role = saved.find((section) => section.type === 'role' && section.name === name);
  if (email.length + group.length === 0 && host.isTerminal(0) && !saved.some(hasRule)) {
    email.push(...askRule(talk, 'email', `E-mail address that becomes ${name}`));
    if (email.length === 0) group.push(...askRule(talk, 'group', `Group that becomes ${name}`));
  }
  if (email.length + group.length === 0) return [];
  const rights: Options = role === undefined ? { read: ['*'], write: ['*'] } : {};
  return [
    {
      name,
      type: 'role',
      values: { ...rights, ...joined('email', role, email), ...joined('group', role, group) },
    },
  ];
}

function askRule(talk: Talk, kind: 'email' | 'group', question: string): readonly string[] {
  for (;;) {
    prompt(talk.host, `${question} (empty for none): `);
    const typed = lineOf(talk, `--${kind}`, false).trim();
    if (typed === '') return [];
    const wrong = talk.judgeRule(kind, typed);
    if (wrong === '') return [typed];
    prompt(talk.host, `  ${wrong}\n`);
  }
}

function hasRule({ type, values }: Section): boolean {
  const rules = [...RULE_KINDS, 'default'];
  return type === 'role' && rules.some((rule) => values[rule] !== undefined);
}

/** The list with the new entries at its end, each once. */
function joined(option: string, role: Section | undefined, added: readonly string[]): Options {
  if (added.length === 0) return {};
  const before = role?.values[option];
  const list = (Array.isArray(before) ? before : [before]).filter(
    (item) => typeof item === 'string',
  );
  return { [option]: [...new Set([...list, ...added])] };
}

function merged(saved: readonly Section[], changes: readonly Change[]): readonly Section[] {
  const kept = saved.map((section) => {
    const change = changes.find(({ name }) => name === section.name);
    return change === undefined
      ? section
      : { ...section, values: { ...section.values, ...change.values } };
  });
  const added = changes.filter(({ name }) => !saved.some((section) => section.name === name));
  return [
    ...kept,
    ...added.map(({ name, type, values }): Section => ({
      name,
      type,
      values: values,
    })),
  ];
}

async function checkAll(
  host: Host,
  bus: Ubus,
  sections: readonly Section[],
): Promise<readonly Result[]> {
  const { CHECKS, newContext, runChecks } = await loadCheck();
  const context = newContext(host, bus, sections, false);
  const results = await runChecks(context, CHECKS, (result) => {
    if (result.status === 'FAIL' || result.status === 'WARN') printResult(host, result);
  });
  await context.close();
  return results;
}

function apply(stage: Stage, saved: readonly Section[], { name, type, values }: Change): boolean {
  const before = saved.find((section) => section.name === name);
  if (before === undefined) return stage('add', { type, name, values: values });
  const options = Object.keys(values).filter((option) => values[option] === '');
  const gone = options.filter((option) => before.values[option] !== undefined);
  const set: { [option: string]: UbusValue } = { ...values };
  for (const option of options) delete set[option];
  return (
    stage('set', { section: name, values: set }) &&
    gone.every((option) => stage('delete', { section: name, option }))
  );
}

function printUris(host: Host, uri: string): void {
  const base = uri.slice(0, uri.length - '/callback'.length);
  print(
    host,
    'SSO is on. Register at the provider:',
    `  redirect URI         ${uri}`,
    `  launch URL           ${base}`,
    `  post-logout URI      ${base}/logged-out`,
    `  back-channel logout  ${base}/backchannel-logout`,
  );
}
