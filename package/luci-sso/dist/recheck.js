import { freshUntil, readConfig, openProvider } from './login.js';
import { callUbus, UBUS_STATUS, logLine, Refusal, printable, readPackage, CONFIG_NAME } from './core.js';
import { loadProvider } from './load.js';
import { syncRoles, accessOf, rememberAlg, matchRole, identityOf, withProviderKeys, withVerifier, lastReceived, noteReceived } from './callback.js';
import { noteOwnUse, handleOf, bootSeconds, lastLogin, readKept, removeKept, saveKept, visitSessions, keptName, endFor } from './sessions.js';
import { forgetCalm, findWork } from './tick.js';
import { rememberedClaims, openGrant, sealGrant } from './kept.js';
import '#native';
import './json.js';

// SPDX-License-Identifier: MIT
// Another role for a live session: its name, then its rights and rpcd's entry, as a sync does it.
/**
 * `gone`: the role borrows from a login that is not there; `waiting`: rpcd's entry is not written yet;
 * `failed`: the next tick has to try again. Killed
 * in the middle, it leaves a session whose rights the next tick puts right, because no note of calm is left.
 */
function changeRole({ exchange, bus }, config, session, { role, rule }) {
    const { host, correlationId } = exchange;
    const username = usernameOf(() => accessOf(bus, role).username);
    if (username === undefined)
        return 'gone';
    forgetCalm(host);
    const values = { username, oidc_role: role.name, oidc_rule: rule };
    const set = callUbus(bus, 'session', 'set', { ubus_rpc_session: session.id, values });
    noteOwnUse(host, session.id);
    // Logged out meanwhile.
    if (!set.ok)
        return set.status === UBUS_STATUS.notFound ? 'done' : 'failed';
    const from = String(session.data['oidc_role']);
    const what = `session=${handleOf(session.id)} from=${from} to=${role.name}`;
    logLine(host, 'info', 'SESSION_CHANGED', correlationId, what);
    const { entries, failed } = syncRoles(host, bus, config, correlationId);
    if (failed > 0)
        return 'failed';
    return entries === 'saved' ? 'done' : 'waiting';
}
function usernameOf(read) {
    try {
        return read();
    }
    catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'MISSING_RPCD_LOGIN')
            throw error;
        return undefined;
    }
}

// SPDX-License-Identifier: MIT
// What refreshed tokens say of a user: the same rules as at the login, in full. What was not received
// this time is unknown, and not absent.
/**
 * The role of now; 'claims-missing' when it depends on a claim whose source was not received. Refuses
 * with the codes of a login.
 */
async function judge(provider, roles, grant, tokens) {
    const { config } = provider;
    const { requireEmailVerified } = config;
    const claims = tokens.idToken === '' ? undefined : await verified(provider, grant, tokens);
    if (claims !== undefined) {
        rememberAlg(provider, tokens.idToken);
        const match = matchRole(roles, identityOf(config, claims, undefined), requireEmailVerified, false);
        if (match.kind !== 'claims-missing')
            return match;
    }
    const { refreshUserinfo } = await loadProvider();
    const userinfo = await refreshUserinfo(provider, tokens.accessToken, grant.sub);
    const identity = identityOf(config, claims ?? rememberedClaims(grant), userinfo);
    const isReceived = (source) => source === '' || (source === 'id_token' ? claims : userinfo) !== undefined;
    // An empty address and no groups match nothing, and are not asked for any more.
    const email = isReceived(grant.emailFrom)
        ? { email: identity.email ?? '', isEmailVerified: identity.isEmailVerified ?? false }
        : {};
    const groups = isReceived(grant.groupsFrom) ? { groups: identity.groups ?? [] } : {};
    return matchRole(roles, { ...identity, ...email, ...groups }, requireEmailVerified, false);
}
/** The refreshed ID token (OIDC Core 12.2). */
function verified(provider, { nonce, sub }, { idToken, accessToken }) {
    return withProviderKeys(provider, 'recheck', (expected) => withVerifier(({ verifyIdToken }) => verifyIdToken({ ...expected, idToken, accessToken, nonce, refreshedSub: sub })));
}

// SPDX-License-Identifier: MIT
// Discovery document and keys are asked for again before they expire, so that a login need not wait for
// them: while a session of SSO lives, or the last login is younger than a day.
const DAY_S = 86400;
/** Two ticks. */
const AHEAD_S = 120;
const TICK_S = 60;
const RETRY_S = 600;
/**
 * Does it when it is time, and gives the boot second to look again at; 0 = never, until the configuration
 * or the sessions change. A failure is logged and costs no session.
 */
async function renew(provider, isLive) {
    const { exchange } = provider;
    const { host } = exchange;
    const nowS = bootSeconds(host);
    const loginS = lastLogin(host);
    if (!isLive && (loginS === 0 || nowS - loginS >= DAY_S))
        return 0;
    const dueS = freshUntilOf(provider) - AHEAD_S;
    if (nowS < dueS)
        return dueS;
    try {
        const { fetchKeys, fetchMetadata } = await loadProvider();
        await fetchKeys(provider, await fetchMetadata(provider));
        return Math.max(freshUntilOf(provider) - AHEAD_S, nowS + TICK_S);
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        const what = printable(`renewal: ${error.detail}`);
        logLine(host, 'warning', error.code, exchange.correlationId, what);
        return nowS + RETRY_S;
    }
}
function freshUntilOf({ exchange, key }) {
    const until = ['discovery', 'jwks'].map((name) => freshUntil(exchange.host, `${name}.${key}`));
    return Math.min(...until);
}

// SPDX-License-Identifier: MIT
// The provider is asked again about users whose sessions are in use: their refresh tokens are used, and
// sessions end or change by the answer. Whatever kills this, the next tick goes on where it was.
const LOCK = 'recheck-turn';
/** Nothing is begun at one provider later than this: every call may then still take its 10 s. */
const TURN_MS = 15000;
const MAX_RETRY_S = 300;
/** So long a session lives on while its provider does not answer. */
const MAX_OUTAGE_S = 43200;
/** What a refused answer means for the session. Any other code says nothing about its user. */
const ENDS = new Map([
    ['OIDC_INVALID_GRANT', 'invalid_grant'],
    ['ISSUER_MISMATCH', 'other_subject'],
    ['IDENTITY_MISMATCH', 'other_subject'],
    ['MISSING_SUB_CLAIM', 'other_subject'],
    ['INVALID_SUB_CLAIM', 'other_subject'],
    ['AUDIENCE_MISMATCH', 'other_subject'],
    ['INVALID_AUDIENCE', 'other_subject'],
    ['MALFORMED_AUDIENCE', 'other_subject'],
    ['AZP_MISMATCH', 'other_subject'],
    ['NONCE_MISMATCH', 'other_subject'],
]);
/** Does what is due. Only one process does at a time: a refresh token may be used once. */
async function recheck(tick) {
    const { host, correlationId } = tick.exchange;
    const later = { wakeS: bootSeconds(host), isDone: true };
    const lock = host.stateLock(LOCK, 0);
    if (!lock.ok)
        return later;
    try {
        // Another process may have done it meanwhile.
        const { isNone, all, due, orphans } = findWork(tick);
        const read = readConfig(readPackage(tick.bus, CONFIG_NAME));
        // The guard has named what is wrong with it. Nobody's session ends by it.
        if (!read.ok)
            return isNone ? { wakeS: 0, isDone: true } : later;
        const provider = openProvider(tick.exchange, read.value.oidc);
        const until = Math.min(tick.deadline, host.bootMilliseconds() + TURN_MS);
        const config = read.value;
        const turn = { tick, config, provider, until, isUp: true, isDone: true };
        try {
            if (config.oidc.recheckS > 0)
                await checkAll(turn, due, all);
            const rest = config.oidc.recheckS > 0 ? [] : all.map(({ kept }) => kept.name);
            const left = await giveBack(turn, [...confirmed(tick, orphans), ...rest]);
            const isLate = !turn.isUp || host.bootMilliseconds() >= until;
            const { isDone } = turn;
            if (left || (config.oidc.enabled && isLate))
                return { wakeS: later.wakeS, isDone };
            const isLive = tick.live.length > 0;
            return { wakeS: config.oidc.enabled ? await renew(provider, isLive) : 0, isDone };
        }
        finally {
            await provider.close();
        }
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        const what = printable(`${error.code}: ${error.detail}`);
        logLine(host, 'error', 'SYNC_FAILED', correlationId, what);
        return { wakeS: later.wakeS, isDone: false };
    }
    finally {
        host.streamClose(lock.id);
    }
}
/** Those whose session really is gone: a login may have been faster than the list. */
function confirmed({ bus }, orphans) {
    if (orphans.length === 0)
        return [];
    const names = new Set();
    visitSessions(bus, [], (session) => names.add(keptName(session)));
    return orphans.filter((name) => !names.has(name));
}
async function checkAll(turn, due, all) {
    const { host } = turn.tick.exchange;
    const isKnown = all.some(({ kept }) => kept.schedule.outageS > 0);
    for (const [index, one] of due.entries()) {
        if (host.bootMilliseconds() >= turn.until)
            return;
        try {
            await check(turn, one);
        }
        catch (error) {
            if (!(error instanceof Refusal))
                throw error;
            turn.isUp = false;
            // Both slots are taken: the provider was not asked.
            if (error.code === 'PROVIDER_BUSY')
                return;
            if (!isKnown)
                logOutage(turn, error);
            due.slice(index).forEach((missed, behind) => noteOutage(turn, missed, behind === 0));
            return;
        }
    }
}
function logOutage({ tick, config }, { code, detail }) {
    const { host, correlationId } = tick.exchange;
    const what = `reason=outage provider=${config.oidc.issuer} ${printable(`${code}: ${detail}`)}`;
    logLine(host, 'warning', 'RECHECK_FAILED', correlationId, what);
}
/** The one that was tried goes to the end of the queue: it may be the only one with this trouble. */
function noteOutage(turn, { session, kept }, isTried) {
    const { tick, config } = turn;
    const { host } = tick.exchange;
    const nowS = bootSeconds(host);
    // What was saved meanwhile stays.
    const { schedule, ...rest } = readKept(host, kept.name) ?? kept;
    const dueS = isTried ? nowS + Math.min(config.oidc.recheckS, MAX_RETRY_S) : schedule.dueS;
    if (isOver(schedule.outageS, nowS)) {
        if (!end(tick, session, 'outage'))
            turn.isDone = false;
        return;
    }
    if (!isTried && schedule.outageS > 0)
        return;
    const outageS = schedule.outageS > 0 ? schedule.outageS : nowS;
    saveKept(host, { ...rest, schedule: { ...schedule, dueS, outageS } });
}
function isOver(outageS, nowS) {
    return outageS > 0 && nowS - outageS >= MAX_OUTAGE_S;
}
/** One session. Refuses when the provider says nothing about its user. */
async function check(turn, { session, kept }) {
    const { tick, config, provider } = turn;
    const { host } = tick.exchange;
    const { name, schedule } = kept;
    const checkedS = bootSeconds(host);
    const grant = openGrant(host, name, kept.sealed);
    if (grant === undefined || !isOfClient(grant, config))
        return forget(turn, session);
    const { refreshTokens } = await loadProvider();
    let match;
    let sealed;
    try {
        const tokens = await refreshTokens(provider, grant.refreshToken);
        sealed = sealGrant(host, name, { ...grant, refreshToken: tokens.refreshToken });
        // Before anything else: the old one may be of no more use.
        save(turn, { name, schedule: { ...schedule, pending: 1 }, sealed });
        match = await judge(provider, config.roles, grant, tokens);
    }
    catch (error) {
        const reason = error instanceof Refusal ? ENDS.get(error.code) : undefined;
        if (reason === undefined)
            throw error;
        if (!end(tick, session, reason))
            turn.isDone = false;
        // A grant that is over cannot be given back.
        else if (reason === 'invalid_grant')
            removeKept(host, name);
        return;
    }
    if (!follow(turn, session, match)) {
        turn.isDone = false;
        return;
    }
    const dueS = checkedS + config.oidc.recheckS;
    const next = { dueS, checkedS, outageS: 0, pending: 0 };
    // Unless it has ended meanwhile, the token of a next time.
    save(turn, { name, schedule: next, sealed });
}
function isOfClient({ issuer, clientId }, { oidc }) {
    return issuer === oidc.issuer && clientId === oidc.clientId;
}
/** What cannot be used is not kept; the session goes on without. */
function forget({ tick }, session) {
    const { host, correlationId } = tick.exchange;
    removeKept(host, keptName(session.id));
    const what = `reason=other_client session=${handleOf(session.id)}`;
    logLine(host, 'warning', 'RECHECK_OFF', correlationId, what);
}
/** A full tmpfs leaves the old token: where the provider takes it no more, the session ends by it. */
function save({ tick }, kept) {
    const { host, correlationId } = tick.exchange;
    const reason = saveKept(host, kept);
    if (reason !== '')
        logLine(host, 'warning', 'RECHECK_FAILED', correlationId, `reason=not_saved (${reason})`);
}
/** Does to the session what the answer says; false when it could not be done. */
function follow(turn, session, match) {
    const { tick, config } = turn;
    if (match.kind === 'claims-missing') {
        logMissing(turn, session);
        return true;
    }
    if (match.kind !== 'role')
        return end(tick, session, 'no_role');
    if (match.role.name === session.data['oidc_role'])
        return true;
    const changed = changeRole(tick, config, session, match);
    if (changed === 'gone')
        return end(tick, session, 'no_role');
    if (changed === 'waiting')
        turn.isDone = false;
    return changed !== 'failed';
}
/** Once in a row, and for `check recheck`. */
function logMissing({ tick, provider }, session) {
    const { host, correlationId } = tick.exchange;
    if (lastReceived(host, provider.config) === 'claims_not_received')
        return;
    noteReceived(provider, 'claims_not_received');
    const what = `reason=claims_not_received session=${handleOf(session.id)}`;
    logLine(host, 'warning', 'RECHECK_FAILED', correlationId, what);
}
/** False when it lives on. */
function end({ bus, exchange }, session, reason) {
    return endFor(bus, [{ session: session.id, reason }], exchange.correlationId).failed === 0;
}
/** Revokes tokens whose sessions have ended (RFC 7009); whether some are left for the next tick. */
async function giveBack(turn, names) {
    const { tick, config, provider } = turn;
    const { host } = tick.exchange;
    const { revokeToken } = await loadProvider();
    let isLeft = false;
    for (const name of names) {
        const kept = readKept(host, name);
        const grant = kept === undefined ? undefined : openGrant(host, name, kept.sealed);
        if (kept === undefined || grant === undefined || !isOfClient(grant, config)) {
            removeKept(host, name);
            continue;
        }
        if (await isRevoked(turn, () => revokeToken(provider, grant.refreshToken))) {
            removeKept(host, name);
            continue;
        }
        const nowS = bootSeconds(host);
        const { schedule } = kept;
        if (isOver(schedule.outageS, nowS))
            removeKept(host, name);
        else
            isLeft = true;
        if (schedule.outageS === 0)
            saveKept(host, { ...kept, schedule: { ...schedule, outageS: nowS } });
    }
    return isLeft;
}
async function isRevoked(turn, revoke) {
    const { host } = turn.tick.exchange;
    if (!turn.isUp || host.bootMilliseconds() >= turn.until)
        return false;
    try {
        const isDone = await revoke();
        if (!isDone)
            turn.isUp = false;
        return isDone;
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        turn.isUp = false;
        return false;
    }
}

export { recheck };
