import { concatBytes, logExchange, Refusal } from './core.js';
import { decodeUtf8, encodeUtf8 } from '#native';
import { nacl, bootKeys } from './login.js';
import { keptName, bootSeconds, saveKept, listKept, MAX_KEPT, removeKept } from './sessions.js';

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
/** `undefined` when it was sealed in another boot, or for another session. */
function openGrant(host, name, sealed) {
    if (sealed.length <= NONCE_BYTES)
        return undefined;
    const record = nacl.secretbox.open(sealed.subarray(NONCE_BYTES), sealed.subarray(0, NONCE_BYTES), bootKeys(host).seal);
    if (record === null || record[0] !== PURPOSE_GRANT)
        return undefined;
    // What this program sealed is what it wrote.
    const opened = JSON.parse(decodeUtf8(record, 1) ?? 'null');
    return opened.name === name ? opened.grant : undefined;
}
/** Issuer and subject, which were verified at the login and sealed since. */
function rememberedClaims({ issuer, sub }) {
    return { iss: issuer, sub };
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

const keep = /*#__PURE__*/Object.freeze({
    __proto__: null,
    keepToken
});

export { keep, openGrant, rememberedClaims, sealGrant };
