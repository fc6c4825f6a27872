import { bootSeconds, keptName, listKept, readKept, lastOwnUse, GUARD_NOTE, isWithoutEnd, visitSessions, isOverdue, endFor } from './sessions.js';
import { newCorrelationId, openUbus, objectId, NO_REQUEST, closeUbus, Refusal, logLine, printable, numberOf } from './core.js';
import { loadRecheck, loadAlign } from './load.js';
import { decodeUtf8, encodeUtf8 } from '#native';

// SPDX-License-Identifier: MIT
// Which refresh tokens are to be used now: of sessions that somebody has used since the last check, and
// those whose session has ended.
/** `timeout` and `expires` are whole seconds. */
const ROUNDING_S = 1;
/** What is to be done for the sessions of this tick. Asks nobody. */
function findWork({ exchange, live }) {
    const { host } = exchange;
    const nowS = bootSeconds(host);
    const sessions = new Map(live.map((session) => [keptName(session.id), session]));
    const all = [];
    const orphans = [];
    for (const name of listKept(host)) {
        const session = sessions.get(name);
        const kept = session === undefined ? undefined : readKept(host, name);
        if (session === undefined)
            orphans.push(name);
        else if (kept !== undefined)
            all.push({ session, kept });
    }
    const due = all
        .filter((one) => isDue(one, lastOwnUse(host, one.kept.name), nowS))
        .sort((a, b) => a.kept.schedule.dueS - b.kept.schedule.dueS);
    return { isNone: orphans.length + due.length === 0, all, due, orphans };
}
function isDue({ session, kept: { schedule } }, ownS, nowS) {
    if (schedule.pending === 1)
        return true;
    const usedS = nowS - session.idleS;
    const isUsed = usedS > Math.max(schedule.checkedS, ownS) + ROUNDING_S;
    return nowS >= schedule.dueS && isUsed;
}

// SPDX-License-Identifier: MIT
// The second half of a tick: what needs a provider. One connection for everything that is due at one
// provider; its first failure ends its turn.
/**
 * Nothing that waits for a provider is begun after `tick.deadline`; the rest is for the next tick. What
 * is seldom due is loaded only then: a tick without work is short. What it ends, it ends itself.
 */
async function workAtProviders(tick) {
    const { wakeS } = tick;
    const isCalm = wakeS !== undefined && (wakeS === 0 || bootSeconds(tick.exchange.host) < wakeS);
    if (isCalm && findWork(tick).isNone)
        return { wakeS, isDone: true };
    return (await loadRecheck()).recheck(tick);
}

// SPDX-License-Identifier: MIT
// What a tick leaves for the next one, in a file: whether there is anything to do while nothing changes.
// ts-runtime/sso_guard.c reads the same note before it starts the engine.
const MAX_NOTE_BYTES = 512;
/**
 * When there will be work, as the last tick noted it, if that one left everything in order and neither
 * configuration nor rpcd is another since; `undefined` otherwise.
 */
function readCalm(host, stamp, rpcd) {
    const note = host.stateRead(GUARD_NOTE, MAX_NOTE_BYTES);
    if (!note.ok)
        return undefined;
    const [head = '', noted] = (decodeUtf8(note.bytes) ?? '').split('\n');
    const [, wakeS, ofRpcd] = head.split(' ');
    return noted === stamp && ofRpcd === String(rpcd) ? Number(wakeS) : undefined;
}
/**
 * `stamp` is from before anything was looked at: what changes meanwhile is seen next time. `wakeS` is
 * when a quiet guard has to look again all the same, by the boot clock; 0 = never.
 */
function noteCalm(host, calm, wakeS, rpcd, stamp) {
    host.stateReplace(GUARD_NOTE, encodeUtf8(`${calm} ${wakeS} ${rpcd}\n${stamp}`));
}
/** The next tick looks at everything. */
function forgetCalm(host) {
    host.stateRemove(GUARD_NOTE);
}

// SPDX-License-Identifier: MIT
// One tick of the guard: what has to end ends, what differs from the configuration is put right, and
// only then the network is used. Nothing is remembered but in state files.
/** Within this nothing new is begun; the guard ends a tick after 55 s. */
const TICK_MS = 40000;
/** Exit status 1 when something could not be done; it is logged, and tried again at the next tick. */
async function runTick(host) {
    const correlationId = newCorrelationId(host);
    const deadline = host.bootMilliseconds() + TICK_MS;
    try {
        const bus = openUbus(host);
        // From before anything is looked at: what changes meanwhile is seen at the next tick.
        const stamp = host.guardStamp();
        const rpcd = objectId(bus, 'session');
        const before = findLive(bus);
        const noted = readCalm(host, stamp, rpcd);
        const isKnown = noted !== undefined && !before.some(({ data }) => isWithoutEnd(data));
        const alignment = isKnown ? 'done' : await align(bus, correlationId);
        const { live, failed } = endOverdue(bus, isKnown ? before : findLive(bus), correlationId);
        const exchange = { host, request: NO_REQUEST, correlationId, headers: [] };
        const { wakeS, isDone } = await workAtProviders({
            exchange,
            bus,
            live,
            deadline,
            wakeS: isKnown ? noted : undefined,
        });
        closeUbus(bus);
        if (alignment === 'done' && failed === 0 && isDone)
            noteCalm(host, live.length === 0 ? 'quiet' : 'settled', wakeS, rpcd, stamp);
        return alignment === 'failed' || failed > 0 || !isDone ? 1 : 0;
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        forgetCalm(host);
        logLine(host, 'error', 'SYNC_FAILED', correlationId, printable(`${error.code}: ${error.detail}`));
        return 1;
    }
}
async function align(bus, correlationId) {
    forgetCalm(bus.host);
    return (await loadAlign()).alignSessions(bus, correlationId);
}
/** Needs no configuration: a wrong one does not keep anybody logged in for longer. */
function endOverdue(bus, sessions, correlationId) {
    const overdue = sessions.filter(({ data }) => isOverdue(bus.host, data));
    if (overdue.length === 0)
        return { live: sessions, failed: 0 };
    const endings = overdue.map(({ id }) => ({ session: id, reason: 'session_max' }));
    const { failed } = endFor(bus, endings, correlationId);
    return { live: sessions.filter((session) => !overdue.includes(session)), failed };
}
function findLive(bus) {
    const live = [];
    visitSessions(bus, ['timeout', 'expires'], (id, data, { timeout, expires }) => {
        if (typeof data['oidc_role'] !== 'string')
            return;
        const timeoutS = numberOf(timeout) ?? 0;
        live.push({
            id,
            data,
            timeoutS,
            idleS: Math.max(0, timeoutS - (numberOf(expires) ?? timeoutS)),
        });
    });
    return live;
}

const tick = /*#__PURE__*/Object.freeze({
    __proto__: null,
    runTick
});

export { findWork, forgetCalm, tick };
