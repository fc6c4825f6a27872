import { Refusal, openUbus, readPackage, CONFIG_NAME, closeUbus, logLine, newCorrelationId, encodeUtf8, printable, VERSION } from './core.js';
import { readConfig } from './login.js';
import { syncRoles } from './callback.js';

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
        print(host, usage());
        return isHelp ? 0 : USAGE_STATUS;
    }
    return command.run(host);
}
function printVersion(host) {
    print(host, `luci-sso ${VERSION}`);
    return 0;
}
function usage() {
    const lines = [...COMMANDS].map(([name, { about }]) => `  luci-sso ${name.padEnd(9)}${about}`);
    return ['usage:', ...lines].join('\n');
}
function print(host, text) {
    host.writeOutput(encodeUtf8(`${text}\n`));
}

const run$1 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    print,
    runCommand
});

// SPDX-License-Identifier: MIT
// rpcd's door: the ubus object `luci-sso` of the settings page. rpcd starts the program with `list`
// once, and with `call <method>` for each call, JSON on standard input and output (rpcd: plugin.c).
/** Method -> its arguments by example, as rpcd wants them. */
const METHODS = {
    status: {},
    check: { id: 'id', values: {} },
    sessions: {},
    end_session: { id: 'id' },
    acl_groups: {},
};
/** Answers `list` or one `call`. rpcd looks at the output only; the exit status is for people. */
function runPlugin(host) {
    const [, verb] = host.args();
    if (verb === 'list') {
        host.writeOutput(encodeUtf8(`${JSON.stringify(METHODS)}\n`));
        return 0;
    }
    return 1;
}

const run = /*#__PURE__*/Object.freeze({
    __proto__: null,
    runPlugin
});

export { run$1 as run, run as run$1 };
