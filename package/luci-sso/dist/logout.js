import { encodeBase64url } from '#native';
import { requireConfig, isHttps, requireSetClock, countRequest, uncount, obtainMetadata, LOGOUT_TOKEN_AGE_S, hashOfText, useOnce, approachProvider } from './login.js';
import { Refusal, openUbus, logExchange, onlyValue } from './core.js';
import { readForm } from './initiate.js';
import { loadTexts, loadAlgorithms } from './load.js';
import { visitSessions, destroySession, subjectHash, withProviderKeys } from './callback.js';
import './json.js';

// SPDX-License-Identifier: MIT
// The sessions that a logout at the provider means (OpenID Connect Back-Channel Logout 1.0, 2.7).
/** Ends them and gives their number; refuses with UBUS_ERROR when the sessions cannot be listed. */
function endSessionsOf(bus, who) {
    const ids = [];
    const reply = visitSessions(bus, [], (id, data) => {
        if (isMeant(data, who))
            ids.push(id);
    });
    if (!reply.ok)
        throw new Refusal('UBUS_ERROR', `session list: status ${reply.status}`);
    for (const id of ids)
        destroySession(bus, id);
    return ids.length;
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
    if (sid === undefined || ownSid === sid)
        return true;
    return sub !== undefined && (ownSid === '' || ownSid === undefined);
}

// SPDX-License-Identifier: MIT
// 3. The provider says that somebody logged out (OpenID Connect Back-Channel Logout 1.0): the sessions
// of that subject, or of that one session of it, end here. Anybody may knock, so requests are counted.
const COUNT_ID_BYTES = 9;
const JTI_CHARS = 22;
/** Answers 200 when the sessions are gone, else 400 and JSON (2.8); 429 and 503 ask for patience. */
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
    const bus = openUbus(host);
    const { provider } = requireConfig(exchange, bus);
    if (!isHttps(exchange, provider))
        throw new Refusal('HTTPS_REQUIRED', 'logout over plain http');
    requireSetClock(exchange);
    const token = readToken(exchange);
    countRequest(exchange, provider, 'logout', encodeBase64url(host.random(COUNT_ID_BYTES)));
    const claims = await verifiedLogout(exchange, provider, token);
    const marker = takeOnce(exchange, provider, claims);
    try {
        const ended = endSessionsOf(bus, claims);
        const subject = claims.sub ?? claims.sid ?? '';
        logExchange(exchange, 'info', 'BACKCHANNEL_LOGOUT', `sub=${subjectHash(subject)} ended=${ended}`);
    }
    catch (error) {
        // The provider may send it again: nothing was done with it.
        uncount(exchange, marker);
        throw error;
    }
}
function readToken(exchange) {
    const token = onlyValue(readForm(exchange), 'logout_token');
    if (token === '')
        throw new Refusal('MALFORMED_REQUEST', 'no logout_token');
    return token;
}
async function verifiedLogout(exchange, provider, logoutToken) {
    const { verifyLogoutToken } = await loadAlgorithms();
    const { metadata, key, peer } = await obtainMetadata(exchange, provider);
    const approach = async () => peer ?? (await approachProvider(exchange, provider, key));
    const source = { exchange, provider, key, isMetadataCached: peer === undefined, approach };
    return withProviderKeys(source, metadata, (demand) => verifyLogoutToken({ ...demand, logoutToken }));
}
/** A jti counts once, for as long as its token could be taken again (2.6); gives its marker. */
function takeOnce(exchange, provider, claims) {
    const ageS = exchange.host.wallSeconds() - claims.iat;
    if (ageS > LOGOUT_TOKEN_AGE_S + provider.clockToleranceS)
        throw new Refusal('TOKEN_EXPIRED', `logout token issued ${ageS} s ago`);
    const id = hashOfText(claims.jti).slice(0, JTI_CHARS);
    const marker = useOnce(exchange, 'jti', Math.floor(claims.iat), id);
    if (marker === undefined)
        throw new Refusal('LOGOUT_TOKEN_USED', 'jti came before');
    return marker;
}

export { acceptLogoutToken };
