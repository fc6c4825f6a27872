import { readConfig } from './login.js';
import { readPackage, CONFIG_NAME, logLine, printable } from './core.js';
import { syncRoles } from './callback.js';
import '#native';
import './load.js';
import './sessions.js';
import './json.js';

// SPDX-License-Identifier: MIT
// The part of a tick that only a change needs, a chunk of its own: the configuration, and everything by it.
/** A wrong configuration ends nothing, and is named in the log. */
function alignSessions(bus, correlationId) {
    const { host } = bus;
    const config = readConfig(readPackage(bus, CONFIG_NAME));
    if (!config.ok) {
        for (const problem of config.problems)
            logLine(host, 'error', 'CONFIG_ERROR', correlationId, printable(problem));
        return 'done';
    }
    const { entries, failed } = syncRoles(host, bus, config.value, correlationId);
    if (failed > 0 || entries === 'failed')
        return 'failed';
    return entries === 'waiting' ? 'waiting' : 'done';
}

export { alignSessions };
