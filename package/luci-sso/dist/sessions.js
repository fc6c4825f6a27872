import { sha256, latin1ToBytes, encodeBase64url, bytesToLatin1 } from '#native';
import { callUbus, Refusal, isTable, UBUS_STATUS, printable, logLine, openUbus, closeUbus, numberOf, bytesToHex, isDigits, concatBytes } from './core.js';

// SPDX-License-Identifier: MIT
// The calls to rpcd's `session` object that both a login and a sync make. Every status counts: what was
// not done is never taken for done, and is named in the log.
/**
 * Shows every session that SSO made, `members` of its entry besides; those of others may be a thousand,
 * and are passed over. Listed without an id: a look-up by id would restart each session's idle time.
 * Refuses with UBUS_ERROR when the list is not whole.
 */
function visitSessions(bus, members, visit) {
    const wanted = ['ubus_rpc_session', 'data', ...members];
    const reply = callUbus(bus, 'session', 'list', {}, wanted, {
        outer: 'data',
        inner: 'oidc_role',
        visit: (entry) => {
            const { data } = entry;
            const session = entry['ubus_rpc_session'];
            if (typeof session === 'string' && isTable(data))
                visit(session, data, entry);
        },
    });
    if (!reply.ok)
        throw new Refusal('UBUS_ERROR', `session list: ubus status ${reply.status}`);
}
/** Ends these sessions; one that is gone already has ended. SYNC_FAILED says how many live on. */
function endSessions(bus, ids, correlationId, onEnd = () => undefined) {
    let ended = 0;
    let why = '';
    try {
        for (const id of ids) {
            const reply = callUbus(bus, 'session', 'destroy', { ubus_rpc_session: id });
            if (reply.ok || reply.status === UBUS_STATUS.notFound) {
                ended++;
                onEnd(id);
            }
            else
                why = `session destroy: ubus status ${reply.status}`;
        }
    }
    catch (error) {
        // A broker that is silent would be so for each of the others too.
        if (!(error instanceof Refusal))
            throw error;
        why = error.detail;
    }
    const failed = ids.length - ended;
    if (failed > 0) {
        const what = `could not end ${sessionsOf(failed)}: ${printable(why)}`;
        logLine(bus.host, 'error', 'SYNC_FAILED', correlationId, what);
    }
    return { ended, failed };
}
/** `1 session`, `2 sessions`. */
function sessionsOf(count) {
    return `${count} session${count === 1 ? '' : 's'}`;
}
/**
 * Ends a session that this process has in the works: on another connection when this one is broken, so
 * that nothing half made stays. Never refuses.
 */
function dropSession(bus, session, correlationId) {
    try {
        const reply = callUbus(bus, 'session', 'destroy', { ubus_rpc_session: session });
        if (reply.ok || reply.status === UBUS_STATUS.notFound)
            return;
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
    }
    try {
        const other = openUbus(bus.host);
        endSessions(other, [session], correlationId);
        closeUbus(other);
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        const what = `could not end 1 session: ${printable(error.detail)}`;
        logLine(bus.host, 'error', 'SYNC_FAILED', correlationId, what);
    }
}
/** One call a scope. Refuses with UBUS_LOGIN_FAILED at the first that rpcd does not take. */
function grantAll(bus, session, grants) {
    for (const [scope, objects] of grants) {
        const reply = callUbus(bus, 'session', 'grant', { ubus_rpc_session: session, scope, objects });
        if (!reply.ok)
            throw new Refusal('UBUS_LOGIN_FAILED', `session grant ${scope} failed: ubus status ${reply.status}`);
    }
}
/**
 * Refuses with UBUS_LOGIN_FAILED when `isRight` does not hold for the session's `acls`, as `session
 * list` now shows them (`member` of its entry): rpcd says nothing of a single right that it could not
 * grant or revoke.
 */
function requireRights(bus, session, member, isRight) {
    const now = callUbus(bus, 'session', 'list', { ubus_rpc_session: session }, [member]);
    if (!now.ok || !isRight(now.data[0]?.['acls']))
        throw new Refusal('UBUS_LOGIN_FAILED', 'the session has other rights than it was granted');
}
/** How many [object, function] pairs these are; each is there once. */
function countRights(grants) {
    let count = 0;
    for (const pairs of grants.values())
        count += pairs.length;
    return count;
}
/** Whether `acls` of `session list` are exactly these rights. */
function includesGrants(acls, grants) {
    const scopes = isTable(acls) ? acls : {};
    const names = Object.keys(scopes);
    return (names.length === grants.size &&
        names.every((scope) => pairsOf(scopes[scope]) === sortedPairs(grants.get(scope) ?? [])));
}
function pairsOf(objects) {
    const pairs = [];
    if (!isTable(objects))
        return '';
    for (const object of Object.keys(objects)) {
        const methods = objects[object];
        if (!Array.isArray(methods))
            continue;
        for (const method of methods)
            if (typeof method === 'string')
                pairs.push([object, method]);
    }
    return sortedPairs(pairs);
}
function sortedPairs(pairs) {
    return pairs
        .map(([object, method]) => `${object}\0${method}`)
        .sort()
        .join('\n');
}

// SPDX-License-Identifier: MIT
// Sessions that end without their owner: each has a reason, which is in the log.
const HANDLE_CHARS = 16;
/** Names a session where its id, a bearer secret, must not be seen. */
function handleOf(session) {
    return bytesToHex(sha256(latin1ToBytes(session))).slice(0, HANDLE_CHARS);
}
/** Ends them; SESSION_ENDED for each that has ended, SYNC_FAILED when some live on. */
function endFor(bus, endings, correlationId) {
    const ids = endings.map(({ session }) => session);
    return endSessions(bus, ids, correlationId, (id) => {
        const { reason = 'removed' } = endings.find(({ session }) => session === id) ?? {};
        const what = `reason=${reason} session=${handleOf(id)}`;
        logLine(bus.host, 'info', 'SESSION_ENDED', correlationId, what);
    });
}
/** Whether the session's end, which was fixed at the login by the boot clock, has come. */
function isOverdue(host, data) {
    const endsS = numberOf(data['oidc_ends']) ?? 0;
    return endsS > 0 && host.bootMilliseconds() >= endsS * 1000;
}
/** Whether it was made by a version that did not fix an end. */
function isWithoutEnd(data) {
    return data['oidc_ends'] === undefined;
}

// SPDX-License-Identifier: MIT
// The refresh tokens that are kept: one file for a session, in tmpfs. In front of each is when it is to
// be used, so that a tick without work opens none.
const PREFIX = 'kept.';
/** When the guard itself used a session, which is not its owner's use. */
const OWN_PREFIX = 'own-use.';
const MAX_KEPT = 200;
const MAX_FILE_BYTES = 8192;
const MAX_OWN_BYTES = 32;
const LINE_END = 10;
const MAX_TIME_DIGITS = 10;
/** The name of what is kept for a session. */
function keptName(session) {
    return encodeBase64url(sha256(latin1ToBytes(session)));
}
/** The names of all that are kept; none when they cannot be listed. */
function listKept(host) {
    const list = host.stateList();
    if (!list.ok)
        return [];
    return list.names
        .filter((name) => name.startsWith(PREFIX))
        .map((name) => name.slice(PREFIX.length));
}
/** `undefined` when there is none, or none that this program wrote. */
function readKept(host, name) {
    const file = host.stateRead(PREFIX + name, MAX_FILE_BYTES);
    if (!file.ok)
        return undefined;
    const end = file.bytes.indexOf(LINE_END);
    if (end < 0)
        return undefined;
    const words = bytesToLatin1(file.bytes, 0, end).split(' ');
    if (words.length !== 4 || !words.every(isTime))
        return undefined;
    const [dueS = 0, checkedS = 0, outageS = 0, pending = 0] = words.map(Number);
    const schedule = { dueS, checkedS, outageS, pending };
    return { name, schedule, sealed: file.bytes.subarray(end + 1) };
}
function isTime(word) {
    return isDigits(word) && word.length <= MAX_TIME_DIGITS;
}
/** Saves it whole or not at all; gives the reason in a word when it is not saved. */
function saveKept(host, { name, schedule, sealed }) {
    const { dueS, checkedS, outageS, pending } = schedule;
    const head = `${dueS} ${checkedS} ${outageS} ${pending}\n`;
    const bytes = concatBytes([latin1ToBytes(head), sealed]);
    if (bytes.length > MAX_FILE_BYTES)
        return 'too_large';
    return host.stateReplace(PREFIX + name, bytes).ok ? '' : 'no_space';
}
/** Forgets it, and what belongs to it. */
function removeKept(host, name) {
    host.stateRemove(PREFIX + name);
    host.stateRemove(OWN_PREFIX + name);
}
/** To be called whenever this program renews a session's idle time, so that it is not taken for use. */
function noteOwnUse(host, session) {
    const name = keptName(session);
    const kept = host.stateRead(PREFIX + name, 0);
    if (!kept.ok && kept.reason === 'missing')
        return;
    host.stateReplace(OWN_PREFIX + name, latin1ToBytes(String(bootSeconds(host))));
}
/** When that was last; 0 = never. */
function lastOwnUse(host, name) {
    const file = host.stateRead(OWN_PREFIX + name, MAX_OWN_BYTES);
    return file.ok ? Number(bytesToLatin1(file.bytes)) || 0 : 0;
}
/** The time that schedules are in. */
function bootSeconds(host) {
    return Math.floor(host.bootMilliseconds() / 1000);
}

// SPDX-License-Identifier: MIT
// What a login leaves for the guard, in a state file that each one replaces.
/** The guard's own note, by which it sleeps: guard/note.ts. */
const GUARD_NOTE = 'guard.note';
const LOGINS_FILE = 'logins';
const MAX_BYTES = 32;
/**
 * Tells the guard that there may be a session again. To be called when the session is known as one of
 * SSO, and before it can be used: a tick that does not see this file change then sees the session.
 */
function noteLogin(host) {
    // A full tmpfs still lets the note of calm be removed.
    if (!host.stateReplace(LOGINS_FILE, latin1ToBytes(String(bootSeconds(host)))).ok)
        host.stateRemove(GUARD_NOTE);
}
/** When the last login was, by the boot clock; 0 = none since the router started. */
function lastLogin(host) {
    const file = host.stateRead(LOGINS_FILE, MAX_BYTES);
    return file.ok ? Number(bytesToLatin1(file.bytes)) || 0 : 0;
}

export { GUARD_NOTE, MAX_KEPT, bootSeconds, countRights, dropSession, endFor, endSessions, grantAll, handleOf, includesGrants, isOverdue, isWithoutEnd, keptName, lastLogin, lastOwnUse, listKept, noteLogin, noteOwnUse, readKept, removeKept, requireRights, saveKept, sessionsOf, visitSessions };
