import { loadCheck, loadRefusals, loadRemedies, loadCauses, loadTick } from './load.js';
import { printable, withoutBidi, Refusal, openUbus, readPackage, closeUbus, CONFIG_NAME, logLine, newCorrelationId, RULE_KINDS, callUbus, CALLBACK_PATH, parseHttpsUrl, VERSION, UBUS_STATUS, isTable } from './core.js';
import { decodeUtf8, latin1ToBytes, encodeUtf8 } from '#native';
import { sessionsOf, handleOf } from './sessions.js';
import { listSsoSessions, endSsoSessions, endAllFor, syncRoles, changeConfig, readAccessGroups, hasFullRights } from './callback.js';
import { noteSynced, readConfig, httpsPort, guardingOf } from './login.js';
import { parseJsonObject } from './json.js';

// SPDX-License-Identifier: MIT
// Options of a command: `--flag`, `--name value`, `--name=value`, and words. `--` ends the options.
/** `given` has one character a byte; what comes back is text. */
function parseArguments(given, flagNames, valueNames) {
    const words = [];
    const flags = new Set();
    const values = new Map();
    let isOptions = true;
    for (let i = 0; i < given.length; i++) {
        const text = decodeUtf8(latin1ToBytes(given[i] ?? ''));
        if (text === undefined)
            return { ok: false, reason: 'an argument is not UTF-8' };
        if (!isOptions || !text.startsWith('-')) {
            words.push(text);
            continue;
        }
        if (text === '--') {
            isOptions = false;
            continue;
        }
        const equals = text.indexOf('=');
        const name = text.slice(2, equals < 0 ? undefined : equals);
        if (flagNames.includes(name) && equals < 0) {
            flags.add(name);
            continue;
        }
        if (!text.startsWith('--') || !valueNames.includes(name))
            return { ok: false, reason: `no option ${printable(text.slice(0, 32))}` };
        const value = equals < 0 ? decodeUtf8(latin1ToBytes(given[++i] ?? '')) : text.slice(equals + 1);
        if (value === undefined || value === '')
            return { ok: false, reason: `--${name} needs a value` };
        values.set(name, [...(values.get(name) ?? []), value]);
    }
    return { ok: true, value: { words, flags, values } };
}

// SPDX-License-Identifier: MIT
// What commands print.
/** Prints the lines and gives the exit status of a command that is done. */
function print$1(host, ...lines) {
    host.writeOutput(encodeUtf8(`${lines.join('\n')}\n`));
    return 0;
}
/** Says on standard error what went wrong, and gives the exit status of that. */
function endWithError(host, text) {
    host.writeError(encodeUtf8(`luci-sso: ${text}\n`));
    return 1;
}
/** The exit status of a command that ended sessions; `failed` of them live on. */
function statusOf(host, failed) {
    return failed === 0 ? 0 : endWithError(host, `could not end ${sessionsOf(failed)}`);
}
/** Foreign text without what terminals obey, and without marks that reorder it. */
function shown(text) {
    let out = '';
    for (const char of withoutBidi(text)) {
        const code = char.charCodeAt(0);
        out += code < 32 || (code >= 127 && code < 160) ? '?' : char;
    }
    return out;
}
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;
/** `0 min`, `5 h`, `3 d`: no clock of this router need be right for it to be useful. */
function duration(seconds) {
    if (seconds < 2 * HOUR_S)
        return `${Math.max(0, Math.floor(seconds / MINUTE_S))} min`;
    if (seconds < 2 * DAY_S)
        return `${Math.floor(seconds / HOUR_S)} h`;
    return `${Math.floor(seconds / DAY_S)} d`;
}

// SPDX-License-Identifier: MIT
// `luci-sso check`: all checks, or some, on the configuration as `uci get` shows it.
/** Status 1 when a check failed; refuses with INVALID_INPUT an id that is no check. */
async function runCheckCommand(host, { words, flags }) {
    const { CHECKS, newContext, runChecks } = await loadCheck();
    const unknown = words.find((word) => !CHECKS.some(({ id }) => id === word));
    if (unknown !== undefined)
        throw new Refusal('INVALID_INPUT', `no check '${unknown}'; there are ${CHECKS.map(({ id }) => id).join(' ')}`);
    const bus = openUbus(host);
    const context = newContext(host, bus, readPackage(bus, CONFIG_NAME), true);
    const chosen = words.length === 0 ? CHECKS : CHECKS.filter(({ id }) => words.includes(id));
    const report = flags.has('json')
        ? () => undefined
        : (result) => {
            if (!isFollowing(result))
                printResult(host, result);
        };
    const results = await runChecks(context, chosen, report);
    await context.close();
    closeUbus(bus);
    if (!flags.has('json'))
        printFolded(host, results);
    const failed = countOf(results, 'FAIL');
    if (flags.has('json'))
        print$1(host, JSON.stringify({ ok: failed === 0, checks: results }));
    else
        print$1(host, summary(results));
    return failed === 0 ? 0 : 1;
}
/** Not run, because something that it needs has failed. */
function isFollowing({ status, text }) {
    return status === 'SKIP' && text.startsWith(NEEDS);
}
/** What follows from one failure, in one line for each. */
function printFolded(host, results) {
    const following = results.filter(isFollowing);
    for (const need of new Set(following.map(({ text }) => text))) {
        const ids = following.filter(({ text }) => text === need).map(({ id }) => id);
        print$1(host, `SKIP  ${ids.length} that need${need.slice(NEEDS.length)}: ${ids.join(' ')}`);
    }
}
function summary(results) {
    const [passed, warned, failed, skipped] = ['PASS', 'WARN', 'FAIL', 'SKIP'].map((status) => countOf(results, status));
    return `${passed} passed, ${warned} warnings, ${failed} failed, ${skipped} skipped`;
}
function countOf(results, status) {
    return results.filter((result) => result.status === status).length;
}
const NEEDS = 'needs';
const COLOURS = { PASS: 32, WARN: 33, FAIL: 31, SKIP: 36 };
/** One line, and a second one that says what to do. */
function printResult(host, { id, status, text, fix, code }) {
    const isColoured = host.isTerminal(1) && host.env('NO_COLOR') === undefined;
    const word = isColoured ? `\x1b[${COLOURS[status]}m${status}\x1b[0m` : status;
    const line = `${word}  ${id.padEnd(13)}${shown(text)}`;
    const isHelpless = fix === '' || status === 'SKIP';
    if (isHelpless)
        print$1(host, line);
    else
        print$1(host, line, `${' '.repeat(19)}-> ${shown(fix)}${code === '' ? '' : ` (${code})`}`);
}

// SPDX-License-Identifier: MIT
// `luci-sso explain CODE`: what docs/errors.md says about a code, or what a check is.
/** Codes of refusals and of other lines, causes of network errors, checks; else refuses with INVALID_INPUT. */
async function runExplain(host, { words }) {
    const asked = words[0] ?? '';
    const lines = (await codeLines(asked.toUpperCase())) ?? (await checkLines(asked.toLowerCase()));
    if (lines !== undefined)
        return print$1(host, ...lines);
    throw new Refusal('INVALID_INPUT', asked === '' ? 'which code?' : `no code '${printable(asked)}'`);
}
async function codeLines(asked) {
    const { REFUSALS } = await loadRefusals();
    const { LINES, REMEDIES } = await loadRemedies();
    const { CAUSES } = await loadCauses();
    const code = Object.keys(REFUSALS).find((known) => known === asked);
    if (code !== undefined) {
        const [status, level] = REFUSALS[code];
        return described(`${code} (log: ${level}, HTTP status ${status})`, REMEDIES[code]);
    }
    const cause = Object.entries(CAUSES).find(([known]) => known === asked);
    if (cause !== undefined) {
        const [, [, meaning, remedy]] = cause;
        return described(`${asked} (cause)`, [meaning, remedy]);
    }
    const line = Object.entries(LINES).find(([known]) => known === asked);
    return line === undefined ? undefined : described(`${asked} (log: ${line[1][0]})`, [line[1][1]]);
}
function described(title, [meaning, remedy]) {
    return [title, `meaning: ${meaning}`, ...(remedy === undefined ? [] : [`to do:   ${remedy}`])];
}
async function checkLines(asked) {
    const check = (await loadCheck()).CHECKS.find(({ id }) => id === asked);
    return check && [`${check.id}: ${check.title}`, `to do:   luci-sso check ${check.id}`];
}

// SPDX-License-Identifier: MIT
// `luci-sso selftest`: by hand, and from the package's postinst.
/** Status 1, and a line in the log, when an answer is wrong. */
async function runSelfTestCommand(host) {
    const check = await loadCheck();
    const protection = check.protectionOf(host);
    const vectors = [
        ...(await check.runSelfTest()),
        { name: protection.text, isRight: protection.isRight },
    ];
    for (const { name, isRight } of vectors)
        print$1(host, `${isRight ? 'PASS' : 'FAIL'}  ${name}`);
    const wrong = vectors.filter(({ isRight }) => !isRight).map(({ name }) => name);
    if (wrong.length === 0)
        return 0;
    logLine(host, 'error', 'SELFTEST_FAILED', newCorrelationId(host), `wrong=${wrong.join(', ')}`);
    return 1;
}

// SPDX-License-Identifier: MIT
// `luci-sso sessions`: who is logged in by SSO; `end` logs them out of this router.
/** No limit, or not asked again. */
const NOTHING = '-';
/** In place of an ID, what the package's removal says: all of them, and why. */
const REMOVED = 'removed';
/** Status 1 when there is no session of that id, or one could not be ended. */
function runSessions(host, { words }) {
    const [verb, id] = words;
    if (verb !== undefined && (verb !== 'end' || id === undefined))
        throw new Refusal('INVALID_INPUT', 'say nothing, or end and an ID or all');
    const bus = openUbus(host);
    const status = id === undefined ? list(host, bus) : end(host, bus, id);
    closeUbus(bus);
    return status;
}
function list(host, bus) {
    const rows = [
        ['ID', 'USER', 'ROLE', 'FROM', 'SINCE', 'ENDS IN', 'AT LATEST', 'CHECKED', 'NEXT', 'REFERENCE'],
    ];
    const now = host.wallSeconds();
    for (const session of listSsoSessions(bus))
        rows.push(rowOf(session, now));
    if (rows.length === 1)
        return print$1(host, 'nobody is logged in by SSO');
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
    return print$1(host, ...lines.map((line) => line.trimEnd()));
}
function rowOf(session, now) {
    const { handle, user, role, from, since, expires, ends, checked, next, reference } = session;
    return [
        handle,
        shown(user),
        shown(role),
        from === '' ? NOTHING : shown(from),
        `${duration(now - since)} ago`,
        duration(expires),
        ends === null ? NOTHING : duration(ends),
        checked === null ? NOTHING : `${duration(checked)} ago`,
        next === null ? NOTHING : duration(next),
        reference === '' ? NOTHING : shown(reference),
    ];
}
function end(host, bus, id) {
    const { status, ended, failed } = endAndSay(host, bus, id, id === REMOVED ? REMOVED : undefined);
    return ended + failed === 0 && id !== 'all' && id !== REMOVED ? 1 : status;
}
/**
 * Ends the session of this handle, or all; with a reason all, each with its line in the log. Status 1 when
 * one lives on, or they cannot be listed.
 */
function endAndSay(host, bus, handle, reason) {
    const id = newCorrelationId(host);
    try {
        const done = reason === undefined ? endSsoSessions(bus, handle, id) : endAllFor(bus, reason, id);
        logLine(host, 'info', 'SESSIONS_ENDED', id, `ended=${done.ended}`);
        print$1(host, `sessions ended: ${done.ended}`);
        return { ...done, status: statusOf(host, done.failed) };
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        logLine(host, 'error', 'SYNC_FAILED', id, printable(`${error.code}: ${error.detail}`));
        throw error;
    }
}

// SPDX-License-Identifier: MIT
// `luci-sso sync`: by hand, and by the init script whenever the configuration was changed.
const WAITING = 'LuCI waits for the confirmation of an apply: /etc/config/rpcd is written when that has ended';
/** Status 0 when everything is in line; a wrong configuration refuses, and changes nothing. */
function runSync(host) {
    const { status, ended, changed } = syncNow(host);
    print$1(host, `sessions ended: ${ended}, with new rights: ${changed}`);
    return status;
}
/**
 * The same for commands that have changed the configuration. What could not be done makes the status 1,
 * and is in the log too: mostly nobody sees what the init script's trigger prints.
 */
function syncNow(host) {
    const id = newCorrelationId(host);
    noteSynced(host, undefined);
    try {
        const result = syncAll(host, id);
        const { entries, failed } = result;
        if (entries === 'failed')
            endWithError(host, 'RPCD_LOGIN_NOT_SAVED: /etc/config/rpcd');
        if (entries === 'waiting')
            print$1(host, WAITING);
        return { ...result, status: Math.max(entries === 'failed' ? 1 : 0, statusOf(host, failed)) };
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        const detail = printable(`${error.code}: ${error.detail}`);
        logLine(host, 'error', 'SYNC_FAILED', id, detail);
        throw error;
    }
}
function syncAll(host, correlationId) {
    const bus = openUbus(host);
    const config = readConfig(readPackage(bus, CONFIG_NAME));
    // A half-read configuration must end no session and remove no entry.
    if (!config.ok)
        throw new Refusal('CONFIG_ERROR', config.problems.join('; '));
    const result = syncRoles(host, bus, config.value, correlationId);
    closeUbus(bus);
    return result;
}

// SPDX-License-Identifier: MIT
// `luci-sso setup`: asks for what the options do not say, runs the checks on it, and saves it only when
// none fails. The secret comes from a prompt or from standard input, never from an argument.
const MAX_ANSWER_BYTES = 2048;
/** Status 1, and nothing saved, when a check fails; `--force` saves all the same. */
async function runSetup(host, given) {
    const bus = openUbus(host);
    const saved = readPackage(bus, CONFIG_NAME);
    const { deadRuleOf } = await loadCheck();
    const judgeRule = (kind, value) => deadRuleOf({ ...NO_RULES, [kind]: [value] })?.fix ?? '';
    const talk = { host, given, told: [], judgeRule };
    const isSecretOnly = given.flags.has('secret-stdin') && given.values.size === 0 && isSetUp(saved);
    const asked = isSecretOnly
        ? [secretChange(talk)]
        : [providerChange(talk, bus, saved), ...roleChange(talk, saved)];
    const changes = given.values.has('scope') ? asked : await withGroups(host, bus, saved, asked);
    const results = await checkAll(host, bus, merged(saved, changes));
    print$1(host, summary(results));
    if (countOf(results, 'FAIL') > 0 && !given.flags.has('force')) {
        closeUbus(bus);
        print$1(host, 'nothing was saved; correct what failed, or repeat with --force');
        return 1;
    }
    if (!changeConfig(bus, CONFIG_NAME, (stage) => changes.every((change) => apply(stage, saved, change))))
        throw new Refusal('UCI_ERROR', `/etc/config/${CONFIG_NAME} could not be written`);
    closeUbus(bus);
    if (isSecretOnly)
        print$1(host, 'the client secret is saved; nothing else was changed');
    else
        printUris(host, String(changes[0]?.values['redirect_uri']));
    return syncNow(host).status;
}
const DEFAULT_SCOPE = 'openid profile email';
/** Group rules need the scope `groups` where the provider has one. */
async function withGroups(host, bus, saved, changes) {
    const sections = merged(saved, changes);
    const set = sections.find(({ name }) => name === 'default')?.values['scope'];
    const scope = typeof set === 'string' && set !== '' ? set : DEFAULT_SCOPE;
    const hasGroups = sections.some(({ type, values }) => type === 'role' && values['group'] !== undefined);
    if (!hasGroups || scope.split(' ').includes('groups'))
        return changes;
    const { listsScope, newContext } = await loadCheck();
    const context = newContext(host, bus, sections, false);
    const isListed = await listsScope(context, 'groups');
    await context.close();
    if (!isListed)
        return changes;
    print$1(host, "roles have group rules, and the provider lists the scope 'groups': added to scope");
    return changes.map((change) => change.name === 'default'
        ? { ...change, values: { ...change.values, scope: `${scope} groups` } }
        : change);
}
const NO_RULES = { email: [], domain: [], group: [], sub: [] };
function isSetUp(saved) {
    return optionOf(saved, 'issuer_url') !== '' && optionOf(saved, 'client_id') !== '';
}
function optionOf(saved, option) {
    const value = saved.find(({ name }) => name === 'default')?.values[option];
    return typeof value === 'string' ? value : '';
}
/** `--secret-stdin` alone: a new secret for what is set up. */
function secretChange(talk) {
    return { name: 'default', type: 'oidc', values: { client_secret: secret(talk, '') } };
}
function providerChange(talk, bus, saved) {
    const optional = [
        ['scope', 'scope'],
        ['provider_name', 'name'],
        ['ca_file', 'ca-file'],
    ];
    const values = {
        issuer_url: askUser(talk, 'issuer', 'Issuer URL', optionOf(saved, 'issuer_url'), judgeIssuer),
        client_id: askUser(talk, 'client-id', 'Client ID', optionOf(saved, 'client_id'), () => ''),
        client_secret: secret(talk, optionOf(saved, 'client_secret')),
        redirect_uri: redirectUri(talk, bus, optionOf(saved, 'redirect_uri')),
        enabled: '1',
    };
    for (const [option, argument] of optional) {
        const value = talk.given.values.get(argument)?.[0];
        if (value !== undefined)
            values[option] = value;
    }
    return { name: 'default', type: 'oidc', values };
}
function judgeIssuer(value) {
    const [issuer = ''] = value.split('/.well-known/');
    return issuer === value ? judgeUrl(value, '') : `cut off /.well-known/...: write '${issuer}'`;
}
function judgeRedirectUri(value) {
    const wrong = judgeUrl(value, CALLBACK_PATH);
    if (wrong !== '' || value.endsWith(CALLBACK_PATH))
        return wrong;
    return `it must end in ${CALLBACK_PATH}: write '${originOf(value)}${CALLBACK_PATH}'`;
}
/** Of what may be a URL, or a part of one. */
function judgeUrl(value, path) {
    const parsed = parseHttpsUrl(value);
    if (parsed.ok)
        return '';
    const [before = '', after] = value.split('://');
    const better = `https://${after ?? before}`;
    const isName = better.includes('.') && !better.includes('@') && parseHttpsUrl(better).ok;
    if (isName)
        return `write '${path === '' ? better : originOf(better) + path}'`;
    return `${parsed.reason}; an example is https://name.example${path}`;
}
function originOf(url) {
    return url.split('/').slice(0, 3).join('/');
}
/** The configured one, else the router's own address; a person may say another. */
function redirectUri(talk, bus, before) {
    const suggested = before === '' ? ownRedirectUri(bus) : before;
    return askUser(talk, 'redirect-uri', 'Redirect URI', suggested, judgeRedirectUri);
}
function ownRedirectUri(bus) {
    const reply = callUbus(bus, 'uci', 'get', {
        config: 'network',
        section: 'lan',
        option: 'ipaddr',
    });
    const value = reply.ok ? reply.data[0]?.['value'] : undefined;
    const first = Array.isArray(value) ? value[0] : value;
    const port = httpsPort(bus) ?? '443';
    if (typeof first !== 'string')
        return '';
    return `https://${first.split('/')[0] ?? ''}${port === '443' ? '' : `:${port}`}${CALLBACK_PATH}`;
}
function secret(talk, before) {
    const { host, given } = talk;
    const { flags } = given;
    if (flags.has('public'))
        return '';
    if (flags.has('secret-stdin'))
        return requireLine(firstLine(host.readInput(MAX_ANSWER_BYTES)), 'standard input');
    if (!host.isTerminal(0)) {
        if (before !== '')
            return before;
        throw new Refusal('INVALID_INPUT', 'say --secret-stdin and send the client secret, or --public');
    }
    const kept = before === '' ? 'empty for a public client' : 'empty to keep the one that is set';
    prompt(host, `Client secret (${kept}): `);
    const typed = lineOf(talk, 'the secret', true);
    return typed === '' ? before : typed;
}
/** `echo` ends a line that is not part of the secret. */
function firstLine(input) {
    if (!input.ok)
        return input;
    const end = input.bytes.indexOf(10);
    return end < 0 ? input : { ok: true, bytes: input.bytes.subarray(0, end) };
}
/** The option, else what a person types until it is right, else what is set already. */
function askUser(talk, option, question, fallback, judge) {
    const { host, given, told } = talk;
    const value = given.values.get(option)?.[0] ??
        (host.isTerminal(0) ? askUntilRight(talk, `--${option}`, question, fallback, judge) : fallback);
    if (value === '')
        throw new Refusal('INVALID_INPUT', `--${option} is missing`);
    // What is set already is for the checks.
    const wrong = value === fallback ? '' : judge(value);
    if (wrong !== '')
        throw new Refusal('INVALID_INPUT', `--${option}: ${wrong}`);
    told.push(`--${option} ${quoted(value)}`);
    return value;
}
function askUntilRight(talk, option, question, fallback, judge) {
    for (;;) {
        prompt(talk.host, `${question}${fallback === '' ? '' : ` [${fallback}]`}: `);
        const typed = lineOf(talk, option, false).trim();
        const value = typed === '' ? fallback : typed;
        const wrong = value === '' ? 'this is needed; Ctrl-D ends the questions' : judge(value);
        if (value !== '' && (wrong === '' || value === fallback))
            return value;
        prompt(talk.host, `  ${wrong}\n`);
    }
}
/** A line that a person types; who breaks off is told how to go on. */
function lineOf({ host, told }, what, isHidden) {
    const line = host.readLine(MAX_ANSWER_BYTES, isHidden);
    if (!line.ok && told.length > 0)
        prompt(host, `\nnothing was saved; to go on: luci-sso setup ${told.join(' ')}\n`);
    return requireLine(line, what);
}
/** Plain in any shell. */
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-@%+=,';
function quoted(value) {
    const isPlain = [...value].every((char) => PLAIN.includes(char));
    return isPlain ? value : `'${value.split("'").join("'\\''")}'`;
}
/** On standard error: standard output may be kept. */
function prompt(host, text) {
    host.writeError(encodeUtf8(text));
}
function requireLine(line, what) {
    const text = line.ok ? decodeUtf8(line.bytes) : undefined;
    if (text === undefined)
        throw new Refusal('INVALID_INPUT', `${what}: ${line.ok ? 'not UTF-8' : line.reason}`);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
}
/** Rules for one role, which is made with full rights if it is not there. */
function roleChange(talk, saved) {
    const { host, given, judgeRule } = talk;
    const name = given.values.get('role')?.[0] ?? 'admin';
    const email = [...(given.values.get('email') ?? [])];
    const group = [...(given.values.get('group') ?? [])];
    const dead = email.map((value) => judgeRule('email', value)).find((fix) => fix !== '') ??
        group.map((value) => judgeRule('group', value)).find((fix) => fix !== '');
    if (dead !== undefined)
        throw new Refusal('INVALID_INPUT', `a rule can never match: ${dead}`);
    const role = saved.find((section) => section.type === 'role' && section.name === name);
    if (email.length + group.length === 0 && host.isTerminal(0) && !saved.some(hasRule)) {
        email.push(...askRule(talk, 'email', `E-mail address that becomes ${name}`));
        if (email.length === 0)
            group.push(...askRule(talk, 'group', `Group that becomes ${name}`));
    }
    if (email.length + group.length === 0)
        return [];
    const rights = role === undefined ? { read: ['*'], write: ['*'] } : {};
    return [
        {
            name,
            type: 'role',
            values: { ...rights, ...joined('email', role, email), ...joined('group', role, group) },
        },
    ];
}
function askRule(talk, kind, question) {
    for (;;) {
        prompt(talk.host, `${question} (empty for none): `);
        const typed = lineOf(talk, `--${kind}`, false).trim();
        if (typed === '')
            return [];
        const wrong = talk.judgeRule(kind, typed);
        if (wrong === '')
            return [typed];
        prompt(talk.host, `  ${wrong}\n`);
    }
}
function hasRule({ type, values }) {
    const rules = [...RULE_KINDS, 'default'];
    return type === 'role' && rules.some((rule) => values[rule] !== undefined);
}
/** The list with the new entries at its end, each once. */
function joined(option, role, added) {
    if (added.length === 0)
        return {};
    const before = role?.values[option];
    const list = (Array.isArray(before) ? before : [before]).filter((item) => typeof item === 'string');
    return { [option]: [...new Set([...list, ...added])] };
}
function merged(saved, changes) {
    const kept = saved.map((section) => {
        const change = changes.find(({ name }) => name === section.name);
        return change === undefined
            ? section
            : { ...section, values: { ...section.values, ...change.values } };
    });
    const added = changes.filter(({ name }) => !saved.some((section) => section.name === name));
    return [
        ...kept,
        ...added.map(({ name, type, values }) => ({
            name,
            type,
            values: values,
        })),
    ];
}
async function checkAll(host, bus, sections) {
    const { CHECKS, newContext, runChecks } = await loadCheck();
    const context = newContext(host, bus, sections, false);
    const results = await runChecks(context, CHECKS, (result) => {
        if (result.status === 'FAIL' || result.status === 'WARN')
            printResult(host, result);
    });
    await context.close();
    return results;
}
function apply(stage, saved, { name, type, values }) {
    const before = saved.find((section) => section.name === name);
    if (before === undefined)
        return stage('add', { type, name, values: values });
    const options = Object.keys(values).filter((option) => values[option] === '');
    const gone = options.filter((option) => before.values[option] !== undefined);
    const set = { ...values };
    for (const option of options)
        delete set[option];
    return (stage('set', { section: name, values: set }) &&
        gone.every((option) => stage('delete', { section: name, option })));
}
function printUris(host, uri) {
    const base = uri.slice(0, uri.length - '/callback'.length);
    print$1(host, 'SSO is on. Register at the provider:', `  redirect URI         ${uri}`, `  launch URL           ${base}`, `  post-logout URI      ${base}/logged-out`, `  back-channel logout  ${base}/backchannel-logout`);
}

// SPDX-License-Identifier: MIT
// `luci-sso status`: the set-up in a few lines, for a person.
const GUARDING = {
    guard: 'runs',
    cron: 'does not run; ticks of cron stand in',
    none: 'does not run: a login starts it, or /etc/init.d/luci-sso start',
};
/** Status 1 when the configuration is wrong. */
function runStatus(host) {
    const bus = openUbus(host);
    const read = readConfig(readPackage(bus, CONFIG_NAME));
    const live = listSsoSessions(bus).length;
    closeUbus(bus);
    print$1(host, `luci-sso ${VERSION}`);
    if (read.ok)
        print$1(host, ...describe(read.value.oidc, read.value.roles));
    else
        print$1(host, ...read.problems.map((problem) => `wrong:        ${shown(problem)}`));
    print$1(host, `sessions:     ${live}`, `guard:        ${GUARDING[guardingOf(host)]}`);
    return read.ok ? 0 : 1;
}
function describe(oidc, roles) {
    const mode = oidc.ssoOnly ? 'on, SSO only' : 'on';
    const named = roles.map((role) => `${role.name} (${rulesOf(role)})`);
    return [
        `SSO:          ${oidc.enabled ? mode : 'off'}`,
        `provider:     ${oidc.issuer === '' ? 'not set' : shown(oidc.issuer)}`,
        `redirect URI: ${oidc.redirectUri === '' ? 'not set' : shown(oidc.redirectUri)}`,
        `roles:        ${named.length === 0 ? 'none' : shown(named.join(', '))}`,
    ];
}
function rulesOf(role) {
    const kinds = RULE_KINDS.filter((kind) => role[kind].length > 0);
    if (role.isDefault)
        return 'everybody';
    return kinds.length === 0 ? 'nobody' : kinds.join(', ');
}

// SPDX-License-Identifier: MIT
// `luci-sso on` and `luci-sso off`: also the way back in over SSH when SSO only locks somebody out.
/** Works with a wrong configuration too. SSO only goes with it, so that `on` locks nobody out. */
function runOff(host) {
    const bus = openUbus(host);
    save(bus, { enabled: '0', sso_only: '0' });
    print$1(host, 'SSO is off, the password form is back');
    const { status } = endAndSay(host, bus, 'all', 'sso_off');
    closeUbus(bus);
    return status;
}
/** Refuses with CONFIG_ERROR when SSO would not work. SSO only needs --force: nobody has proven here that SSO works. */
function runOn(host, { flags }) {
    const isOnly = flags.has('sso-only');
    if (isOnly && !flags.has('force')) {
        throw new Refusal('INVALID_INPUT', 'SSO only hides the password form; switch it on in LuCI when you are logged in by SSO, or repeat with --force');
    }
    const bus = openUbus(host);
    const values = { enabled: '1', ...(isOnly ? { sso_only: '1' } : {}) };
    requireValid(readPackage(bus, CONFIG_NAME), values);
    save(bus, values);
    closeUbus(bus);
    print$1(host, isOnly ? 'SSO is on, and the only way on the login page; luci-sso off undoes it' : 'SSO is on');
    return syncNow(host).status;
}
function requireValid(sections, values) {
    const read = readConfig(sections.map((section) => section.name === 'default'
        ? { ...section, values: { ...section.values, ...values } }
        : section));
    if (!read.ok)
        throw new Refusal('CONFIG_ERROR', read.problems.join('; '));
}
function save(bus, values) {
    const isSaved = changeConfig(bus, CONFIG_NAME, (stage) => stage('set', { section: 'default', values }));
    if (!isSaved)
        throw new Refusal('UCI_ERROR', `/etc/config/${CONFIG_NAME} could not be written`);
}

// SPDX-License-Identifier: MIT
// The command line's entry: one row a command.
const COMMANDS = new Map([
    ['status', { about: 'show what is set up, and who is logged in', run: runStatus }],
    [
        'check',
        {
            about: 'test the set-up, or only the checks named, and say what to do',
            usage: '[--json] [ID...]',
            flags: ['json'],
            maxWords: 64,
            run: runCheckCommand,
        },
    ],
    [
        'setup',
        {
            about: 'ask for what is needed, test it, save it; options answer in advance',
            usage: '[--issuer URL] [--client-id ID] [--secret-stdin | --public] [--redirect-uri URL] [--scope "..."]\n' +
                '                [--name NAME] [--ca-file FILE] [--email ADDRESS]... [--group GROUP]... [--role NAME] [--force]',
            flags: ['secret-stdin', 'public', 'force'],
            values: [
                'issuer',
                'client-id',
                'redirect-uri',
                'scope',
                'name',
                'ca-file',
                'email',
                'group',
                'role',
            ],
            run: runSetup,
        },
    ],
    ['sync', { about: 'bring rpcd and live sessions in line with the roles', run: runSync }],
    [
        'tick',
        {
            about: 'what the guard does each minute; for cron where there is no procd',
            run: async (host) => (await loadTick()).runTick(host),
        },
    ],
    [
        'guard',
        {
            about: 'wait, and run a tick each minute; /etc/init.d/luci-sso starts it',
            run: () => {
                throw new Refusal('INVALID_INPUT', 'takes nothing else');
            },
        },
    ],
    [
        'sessions',
        {
            about: 'list who is logged in by SSO, or end sessions',
            usage: '[end ID|all]',
            maxWords: 2,
            run: runSessions,
        },
    ],
    ['off', { about: 'switch SSO off and end its sessions; passwords work', run: runOff }],
    [
        'on',
        {
            about: 'switch SSO on',
            usage: '[--sso-only --force]',
            flags: ['sso-only', 'force'],
            run: runOn,
        },
    ],
    [
        'selftest',
        {
            about: 'compare the cryptography of this device with known answers',
            run: runSelfTestCommand,
        },
    ],
    [
        'explain',
        {
            about: 'say what a code of the log means and what to do',
            usage: 'CODE',
            maxWords: 1,
            run: runExplain,
        },
    ],
    ['version', { about: 'print the version', run: printVersion }],
]);
const USAGE_STATUS = 2;
/** Runs the command that the arguments name; exit status 2 and one line on standard error for a wrong call. */
async function runCommand(host) {
    const [, name = '', ...words] = host.args();
    if (name === '--version')
        return printVersion(host);
    const command = COMMANDS.get(name);
    if (command === undefined) {
        if (name === '--help' || name === 'help')
            return print$1(host, usage());
        return wrong(host, name === '' ? 'no command' : `no command '${printable(name)}'`);
    }
    if (words.includes('--help'))
        return print$1(host, usageOf(name, command));
    const given = parseArguments(words, command.flags ?? [], command.values ?? []);
    if (!given.ok)
        return wrong(host, `${name}: ${given.reason}`);
    if (given.value.words.length > (command.maxWords ?? 0))
        return wrong(host, `${name}: too many arguments`);
    try {
        return await command.run(host, given.value);
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        if (error.code === 'INVALID_INPUT')
            return wrong(host, `${name}: ${printable(error.detail)}`);
        return endWithError(host, `${error.code}: ${printable(error.detail)}`);
    }
}
function wrong(host, reason) {
    endWithError(host, `${reason}; see luci-sso help`);
    return USAGE_STATUS;
}
function printVersion(host) {
    return print$1(host, `luci-sso ${VERSION}`);
}
function usage() {
    const lines = [...COMMANDS].map(([name, { about }]) => `  luci-sso ${name.padEnd(10)}${about}`);
    return ['usage:', ...lines, 'luci-sso COMMAND --help says more about one.'].join('\n');
}
function usageOf(name, command) {
    return `usage: luci-sso ${name} ${command.usage ?? ''}`.trimEnd() + `\n${command.about}`;
}

const run$1 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    runCommand
});

// SPDX-License-Identifier: MIT
// `acl_groups`: LuCI's access groups of this router, for a role's lists to choose from.
/** `secret`: who may read it reads the client secret. */
async function callAclGroups({ host }) {
    const { groupsShowingSecret } = await loadCheck();
    const showing = groupsShowingSecret(host, { read: ['*'], write: [] });
    const groups = readAccessGroups(host);
    return { groups: groups.map((group) => ({ ...group, secret: showing.includes(group.name) })) };
}

// SPDX-License-Identifier: MIT
// What every method of the plugin gets.
/** A text argument; refuses with INVALID_INPUT when there is none. */
function requireArgument({ input }, name) {
    const value = input[name];
    if (typeof value !== 'string')
        throw new Refusal('INVALID_INPUT', `${name} must be a text`);
    return value;
}

// SPDX-License-Identifier: MIT
// `check`: one check on saved or given values. Nothing is saved.
/** Refuses with INVALID_INPUT an id that is no check, and values that no form sends. */
async function callCheck(call) {
    const { host, bus, input } = call;
    const { CHECKS, newContext, runCheck, sectionsOf } = await loadCheck();
    const id = requireArgument(call, 'id');
    const check = CHECKS.find((candidate) => candidate.id === id);
    if (check === undefined)
        throw new Refusal('INVALID_INPUT', `no check '${printable(id)}'`);
    const { values } = input;
    const saved = readPackage(bus, CONFIG_NAME);
    const sections = values === undefined ? saved : sectionsOf(values, saved);
    const context = newContext(host, bus, sections, values === undefined);
    const result = await runCheck(context, check);
    await context.close();
    return result;
}

// SPDX-License-Identifier: MIT
// `sessions` and `end_session`: who is logged in through SSO, and an end to it.
/** `own` is the caller's. */
function callSessions({ bus, session }) {
    const own = handleOf(session);
    const sessions = listSsoSessions(bus).map(({ handle, ...rest }) => ({
        id: handle,
        ...rest,
        own: handle === own,
    }));
    return { sessions };
}
/**
 * Refuses with INVALID_INPUT when no session has this handle, because it may have ended, and with
 * UBUS_ERROR when one could not be ended.
 */
function callEndSession(call) {
    const { host, bus } = call;
    const id = requireArgument(call, 'id');
    const correlationId = newCorrelationId(host);
    const { ended, failed } = endSsoSessions(bus, id, correlationId);
    if (ended + failed === 0 && id !== 'all')
        throw new Refusal('INVALID_INPUT', 'no such session');
    logLine(host, 'info', 'SESSIONS_ENDED', correlationId, `ended=${ended}`);
    if (failed > 0)
        throw new Refusal('UBUS_ERROR', `could not end ${sessionsOf(failed)}`);
    return { ended };
}

// SPDX-License-Identifier: MIT
// `status`: what the settings page shows before anything is asked of the provider.
async function callStatus(call) {
    const { host, bus } = call;
    const { CHECKS } = await loadCheck();
    const sections = readPackage(bus, CONFIG_NAME);
    const read = readConfig(sections);
    const data = sessionData(call);
    return {
        version: VERSION,
        enabled: read.ok && read.value.oidc.enabled,
        valid: read.ok,
        problem: read.ok ? '' : (read.problems[0] ?? ''),
        issuer: savedText(sections, 'issuer_url'),
        redirect_uri: savedText(sections, 'redirect_uri'),
        time: host.wallSeconds(),
        guard: guardingOf(host),
        checks: CHECKS.map(({ id, title, needs }) => ({ id, title, needs })),
        session: {
            sso: typeof data['oidc_role'] === 'string',
            full: hasFullRights(bus, data['username']),
        },
    };
}
/** As it stands in the section, valid or not; a list is not. */
function savedText(sections, option) {
    const value = sections.find(({ name }) => name === 'default')?.values[option];
    return typeof value === 'string' ? value : '';
}
function sessionData({ bus, session }) {
    const reply = callUbus(bus, 'session', 'get', { ubus_rpc_session: session });
    if (!reply.ok && reply.status !== UBUS_STATUS.notFound)
        throw new Refusal('UBUS_ERROR', `session get: ubus status ${reply.status}`);
    const values = reply.ok ? reply.data[0]?.values : undefined;
    return isTable(values) ? values : {};
}

// SPDX-License-Identifier: MIT
// rpcd's entry: the ubus object `luci-sso` of the settings page. rpcd starts the program with `list`
// once, and with `call <method>` for each call, JSON on standard input and output (rpcd: plugin.c).
/** Method -> what it does, and its arguments by example, as rpcd wants them. */
const METHODS = new Map([
    ['status', [callStatus, {}]],
    ['check', [callCheck, { id: 'id', values: {} }]],
    ['sessions', [callSessions, {}]],
    ['end_session', [callEndSession, { id: 'id' }]],
    ['acl_groups', [callAclGroups, {}]],
]);
/** rpcd hands over what fits a pipe. */
const MAX_INPUT_BYTES = 65536;
/** Answers `list` or one `call`. rpcd looks at the output only; the exit status is for people. */
async function runPlugin(host) {
    const [, verb, name = ''] = host.args();
    if (verb === 'list') {
        const examples = [...METHODS].map(([method, [, example]]) => [method, example]);
        print(host, Object.fromEntries(examples));
        return 0;
    }
    try {
        print(host, await dispatch(host, verb, name));
        return 0;
    }
    catch (error) {
        const refusal = asRefusal(host, error);
        print(host, { error: printable(refusal.detail), code: refusal.code });
        return 1;
    }
}
async function dispatch(host, verb, name) {
    const method = METHODS.get(name);
    if (verb !== 'call' || method === undefined)
        throw new Refusal('INVALID_INPUT', `no method '${name}'`);
    const input = readInput(host);
    const session = input['ubus_rpc_session'];
    const bus = openUbus(host);
    const [run] = method;
    const done = await run({ host, bus, input, session: typeof session === 'string' ? session : '' });
    closeUbus(bus);
    return done;
}
function readInput(host) {
    const input = host.readInput(MAX_INPUT_BYTES);
    if (!input.ok)
        throw new Refusal('INVALID_INPUT', `standard input: ${input.reason}`);
    const parsed = parseJsonObject(input.bytes);
    if (!parsed.ok)
        throw new Refusal('INVALID_INPUT', `standard input: ${parsed.reason}`);
    return parsed.value;
}
function asRefusal(host, error) {
    if (error instanceof Refusal)
        return error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error';
    // Chance may be what is broken, so the line has no random id.
    logLine(host, 'error', 'INTERNAL_ERROR', 'rpcd', printable(text));
    return new Refusal('INTERNAL_ERROR', 'the log has more');
}
function print(host, value) {
    host.writeOutput(encodeUtf8(`${JSON.stringify(value)}\n`));
}

const run = /*#__PURE__*/Object.freeze({
    __proto__: null,
    runPlugin
});

export { run$1 as run, run as run$1 };
