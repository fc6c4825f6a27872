import { concatBytes, logExchange, Refusal } from './core.js';
import { encodeUtf8, latin1ToBytes } from '#native';
import { nacl, bootKeys, hashOfText } from './login.js';
import './load.js';

// SPDX-License-Identifier: MIT
// A refresh token, and what its answers are compared with, sealed with the boot key. It opens only for
// the session that it was kept for.
/** Tells this record from the others that the boot key seals. */
const PURPOSE_GRANT = 2;
const NONCE_BYTES = nacl.secretbox.nonceLength;
/** `name` is the session's; refuses with STATE_SAVE_FAILED when there is no boot key. */
function sealGrant(host, name, grant) {
    const text = encodeUtf8(JSON.stringify({ name, grant }));
    const nonce = host.random(NONCE_BYTES);
    const record = concatBytes([Uint8Array.of(PURPOSE_GRANT), text]);
    return concatBytes([nonce, nacl.secretbox(record, nonce, bootKeys(host).seal)]);
}

// SPDX-License-Identifier: MIT
// The refresh tokens that are kept: one file for a session, in tmpfs. In front of each is when it is to
// be used, so that a tick without work opens none.
const PREFIX = 'kept.';
/** When the guard itself used a session, which is not its owner's use. */
const OWN_PREFIX = 'own-use.';
const MAX_KEPT = 200;
const MAX_FILE_BYTES = 8192;
/** The name of what is kept for a session. */
function keptName(session) {
    return hashOfText(session);
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
/** The time that schedules are in. */
function bootSeconds(host) {
    return Math.floor(host.bootMilliseconds() / 1000);
}

// SPDX-License-Identifier: MIT
// The end of a login: its refresh token is kept, so that the guard can ask the provider again. A login
// goes on without it.
/** `session` is its id. Where nothing can be kept, RECHECK_OFF in the log says why. */
function keepToken(provider, session, brought) {
    const { exchange } = provider;
    const reason = save(provider, session, brought);
    if (reason !== '')
        logExchange(exchange, 'warning', 'RECHECK_OFF', `reason=${reason}`);
}
function save(provider, session, brought) {
    const { host } = provider.exchange;
    const { section, issuer, clientId, recheckS } = provider.config;
    const name = keptName(session);
    const checkedS = bootSeconds(host);
    const schedule = { dueS: checkedS + recheckS, checkedS, outageS: 0, pending: 0 };
    const { refreshToken, nonce, identity } = brought;
    const grant = {
        refreshToken,
        nonce,
        section,
        issuer,
        clientId,
        sub: identity.sub,
        ...sourcesOf(brought),
    };
    try {
        const reason = saveKept(host, { name, schedule, sealed: sealGrant(host, name, grant) });
        if (reason !== '' || listKept(host).length <= MAX_KEPT)
            return reason;
        // Counted with its own file in place: of two that race for the last place, neither is overlooked.
        removeKept(host, name);
        return 'too_many';
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return 'no_space';
    }
}
function sourcesOf({ ofIdToken, identity }) {
    const source = (isInIdToken, isThere) => isInIdToken ? 'id_token' : isThere ? 'userinfo' : '';
    // Address and verification are of one document.
    const isAddressInIdToken = ofIdToken.email !== undefined && ofIdToken.isEmailVerified === identity.isEmailVerified;
    return {
        emailFrom: source(isAddressInIdToken, identity.email !== undefined),
        groupsFrom: source(ofIdToken.groups !== undefined, identity.groups !== undefined),
    };
}

export { keepToken };
