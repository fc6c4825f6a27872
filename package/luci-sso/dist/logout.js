import { rememberedSid, subjectHash, lastIdTokenAlg, withProviderKeys } from './callback.js';
import { visitSessions, endSessions, sessionsOf } from './sessions.js';
import { requireConfig, isHttps, requireSetClock, openProvider, releaseMark, LOGOUT_TOKEN_AGE_S, isUsed, markUsed, removeOldMarkers, sha256Base64url } from './login.js';
import { Refusal, printable, openUbus, logExchange, onlyValue } from './core.js';
import { readForm } from './initiate.js';
import { loadTexts, loadAlgorithms } from './load.js';
import '#native';
import './json.js';

// SPDX-License-Identifier: MIT
// Only in the logout chunk: the sessions that a logout at the provider means (OpenID Connect Back-Channel Logout 1.0, 2.7).
/** Ends them; refuses with UBUS_ERROR when the sessions cannot be listed. */
function endSessionsOf(bus, who, correlationId) {
    const ids = [];
    visitSessions(bus, [], (id, data) => {
        if (isMeant(data, who))
            ids.push(id);
    });
    return endSessions(bus, ids, correlationId);
}
/**
 * With a sid the session of that sid; with a subject only, all of that subject. A session that does
 * not know its sid (not every provider says it at the login) is meant by its subject.
 */
function isMeant(data, { iss, sub, sid }) {
    if (data['oidc_issuer'] !== iss)
        return false;
    if (sub !== undefined && data['oidc_sub'] !== sub)
        return false;
    const ownSid = data['oidc_sid'];
    if (sid === undefined || ownSid === rememberedSid(sid))
        return true;
    return sub !== undefined && (ownSid === '' || ownSid === undefined);
}

// SPDX-License-Identifier: MIT
// The provider says that somebody logged out (OpenID Connect Back-Channel Logout 1.0): the sessions
// of that subject, or of that one session of it, end here. Anybody may knock: whatever can be seen to be
// wrong without a key is refused at once, and what is left is verified, one token at a time. Nobody
// can use up a limit here, because there is none.
const JTI_CHARS = 22;
/** About ten signatures of the slowest common kind on a slow router; some providers wait no longer. */
const MAX_WAIT_MS = 5000;
/**
 * Answers 200 when the sessions are gone, else 400 and JSON (2.8). 429, 500 and 503 ask to come again:
 * nothing is wrong with the token.
 */
async function acceptLogoutToken(exchange) {
    try {
        await endSessionsByToken(exchange);
        return { status: 200, headers: [], body: '' };
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        const { renderApiRefusal } = await loadTexts();
        return renderApiRefusal(exchange, error);
    }
}
async function endSessionsByToken(exchange) {
    const { host } = exchange;
    // No provider is a page; every browser names the page with every POST, whatever the page wants.
    const origin = host.env('HTTP_ORIGIN') ?? '';
    if (origin !== '')
        throw new Refusal('BROWSER_REQUEST', `Origin ${printable(origin)}`);
    const logoutToken = readToken(exchange);
    const bus = openUbus(host);
    const { oidc } = requireConfig(exchange, bus);
    if (!isHttps(exchange, oidc))
        throw new Refusal('HTTPS_REQUIRED', 'logout over plain http');
    requireSetClock(exchange);
    const { readLogoutToken } = await loadAlgorithms();
    const token = readLogoutToken({
        logoutToken,
        issuer: oidc.issuer,
        clientId: oidc.clientId,
        trustedAudiences: oidc.trustedAudiences,
        now: host.wallSeconds(),
        toleranceS: oidc.clockToleranceS,
    });
    requireFresh(exchange, oidc, token.claims);
    const claims = await verifiedLogout(openProvider(exchange, oidc), token);
    const marker = markTokenUsed(exchange, claims);
    try {
        const { ended, failed } = endSessionsOf(bus, claims, exchange.correlationId);
        if (failed > 0)
            throw new Refusal('UBUS_ERROR', `could not end ${sessionsOf(failed)}`);
        const subject = claims.sub ?? claims.sid ?? '';
        logExchange(exchange, 'info', 'BACKCHANNEL_LOGOUT', `sub=${subjectHash(subject)} ended=${ended}`);
    }
    catch (error) {
        // The provider may send it again: nothing was done with it.
        releaseMark(exchange, marker);
        throw error;
    }
}
function readToken(exchange) {
    const token = onlyValue(readForm(exchange), 'logout_token');
    if (token === '')
        throw new Refusal('MALFORMED_REQUEST', 'no logout_token');
    return token;
}
async function verifiedLogout(provider, token) {
    const lastAlg = lastIdTokenAlg(provider);
    return withProviderKeys(provider, 'logout', (expected) => token.verify({ ...expected, lastAlg }, (check) => inTurn(provider.exchange, check)));
}
/**
 * One signature at a time: with anybody's tokens the router's other scripts must still get a turn.
 * The turn ends with the check; nobody waits for somebody else's network.
 */
function inTurn({ host, headers }, check) {
    const turn = host.stateLock('logout-turn', host.bootMilliseconds() + MAX_WAIT_MS);
    if (!turn.ok) {
        if (turn.reason !== 'busy')
            throw new Refusal('STATE_SAVE_FAILED', `turn: ${turn.reason}`);
        headers.push(['Retry-After', '5']);
        throw new Refusal('LOGOUT_BUSY', `no turn in ${MAX_WAIT_MS} ms`);
    }
    try {
        check();
    }
    finally {
        host.streamClose(turn.id);
    }
}
/** A jti counts once, for as long as its token could be taken again (2.6). */
function requireFresh(exchange, oidc, claims) {
    const ageS = exchange.host.wallSeconds() - claims.iat;
    if (ageS > LOGOUT_TOKEN_AGE_S + oidc.clockToleranceS)
        throw new Refusal('TOKEN_EXPIRED', `logout token issued ${ageS} s ago`);
    const [timeS, id] = jtiMarker(claims);
    if (isUsed(exchange, 'jti', timeS, id))
        throw usedBefore();
}
/** Gives the name of the marker. */
function markTokenUsed(exchange, claims) {
    const [timeS, id] = jtiMarker(claims);
    const marker = markUsed(exchange, 'jti', timeS, id);
    if (marker === undefined)
        throw usedBefore();
    removeOldMarkers(exchange);
    return marker;
}
function jtiMarker({ iat, jti }) {
    return [Math.floor(iat), sha256Base64url(jti).slice(0, JTI_CHARS)];
}
function usedBefore() {
    return new Refusal('LOGOUT_TOKEN_USED', 'jti came before');
}

export { acceptLogoutToken };
