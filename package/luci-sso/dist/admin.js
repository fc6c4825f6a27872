import { Refusal, openUbus, readPackage, CONFIG_NAME, closeUbus, logLine, newCorrelationId, encodeUtf8, printable, VERSION, callUbus, isTable } from './core.js';
import { readConfig } from './login.js';
import { syncRoles, readAccessGroups, handleOf, listSsoSessions, endSsoSessions, hasFullRights } from './callback.js';
import { parseJsonObject } from './json.js';
import { loadCheck } from './load.js';

// SPDX-License-Identifier: MIT
// `luci-sso sync`: by hand, and by the init script whenever the configuration was changed.
/** Status 0 when everything is in line; 1 when nothing was changed because something is wrong. */
function runSync(host) {
    try {
        return sync(host);
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return fail(host, error.code, error.detail);
    }
}
function sync(host) {
    const bus = openUbus(host);
    const config = readConfig(readPackage(bus, CONFIG_NAME));
    // A half-read configuration must end no session and remove no entry.
    if (!config.ok)
        return fail(host, 'CONFIG_ERROR', config.problems.join('; '));
    const { isSaved, ended, changed } = syncRoles(host, bus, config.value);
    closeUbus(bus);
    if (!isSaved)
        return fail(host, 'RPCD_LOGIN_NOT_SAVED', '/etc/config/rpcd could not be written');
    if (ended + changed > 0)
        logLine(host, 'info', 'SYNCED', newCorrelationId(host), `ended=${ended} changed=${changed}`);
    host.writeOutput(encodeUtf8(`sessions ended: ${ended}, with new rights: ${changed}\n`));
    return 0;
}
function fail(host, code, detail) {
    logLine(host, 'error', code, newCorrelationId(host), printable(detail));
    host.writeOutput(encodeUtf8(`${code}: ${printable(detail)}\n`));
    return 1;
}

// SPDX-License-Identifier: MIT
// The command line's door: one row a command.
const COMMANDS = new Map([
    ['sync', { about: 'bring rpcd and live sessions in line with the roles', run: runSync }],
    ['version', { about: 'print the version', run: printVersion }],
]);
const USAGE_STATUS = 2;
/** Runs the command that the arguments name; exit status 2 and the usage for any other. */
function runCommand(host) {
    const [, name = '', ...rest] = host.args();
    if (name === '--version')
        return printVersion(host);
    const command = COMMANDS.get(name);
    if (command === undefined || rest.length > 0) {
        const isHelp = name === '--help' || name === 'help';
        print$1(host, usage());
        return isHelp ? 0 : USAGE_STATUS;
    }
    return command.run(host);
}
function printVersion(host) {
    print$1(host, `luci-sso ${VERSION}`);
    return 0;
}
function usage() {
    const lines = [...COMMANDS].map(([name, { about }]) => `  luci-sso ${name.padEnd(9)}${about}`);
    return ['usage:', ...lines].join('\n');
}
function print$1(host, text) {
    host.writeOutput(encodeUtf8(`${text}\n`));
}

const run$1 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    print: print$1,
    runCommand
});

// SPDX-License-Identifier: MIT
// `acl_groups`: LuCI's access groups of this router, for a role's lists to choose from.
function callAclGroups({ host }) {
    return { groups: readAccessGroups(host) };
}

// SPDX-License-Identifier: MIT
// What every method of the plugin gets.
/** A text argument; refuses with INVALID_INPUT when there is none. */
function requireText({ input }, name) {
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
    const id = requireText(call, 'id');
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
/** Refuses with INVALID_INPUT when no session has this handle: it may have ended by itself. */
function callEndSession(call) {
    const { host, bus } = call;
    const id = requireText(call, 'id');
    const ended = endSsoSessions(bus, id);
    if (ended === 0 && id !== 'all')
        throw new Refusal('INVALID_INPUT', 'no such session');
    logLine(host, 'info', 'SESSIONS_ENDED', newCorrelationId(host), `ended=${ended}`);
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
        enabled: read.ok && read.value.provider.enabled,
        valid: read.ok,
        problem: read.ok ? '' : (read.problems[0] ?? ''),
        issuer: textOf(sections, 'issuer_url'),
        redirect_uri: textOf(sections, 'redirect_uri'),
        time: host.wallSeconds(),
        checks: CHECKS.map(({ id, title, needs }) => ({ id, title, needs })),
        session: {
            sso: typeof data['oidc_role'] === 'string',
            full: hasFullRights(bus, data['username']),
        },
    };
}
/** As it stands in the section, valid or not; a list is not. */
function textOf(sections, option) {
    const value = sections.find(({ name }) => name === 'default')?.values[option];
    return typeof value === 'string' ? value : '';
}
function sessionData({ bus, session }) {
    const reply = callUbus(bus, 'session', 'get', { ubus_rpc_session: session });
    const values = reply.ok ? reply.data[0]?.values : undefined;
    return isTable(values) ? values : {};
}

// SPDX-License-Identifier: MIT
// rpcd's door: the ubus object `luci-sso` of the settings page. rpcd starts the program with `list`
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
        print(host, await answer(host, verb, name));
        return 0;
    }
    catch (error) {
        const refusal = asRefusal(host, error);
        print(host, { error: printable(refusal.detail), code: refusal.code });
        return 1;
    }
}
async function answer(host, verb, name) {
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
