import { subjectHash, shownText, claimAt } from './callback.js';
import { RULE_KINDS, Refusal } from './core.js';
import './sessions.js';
import '#native';
import './login.js';
import './load.js';
import './json.js';

// SPDX-License-Identifier: MIT
// Why nobody's rights are given to a user whose token is right: what the rules look at, in which form it was
// received, and never a value of it. Read by such a callback alone.
/** The refusal of a user whom no role takes. */
function refusedUser(oidc, roles, identity, { isNamed, documents }) {
    const kinds = RULE_KINDS.filter((kind) => roles.some((role) => role[kind].length > 0));
    const valueOf = (path) => documents.map((document) => claimAt(document, path)).find((value) => value !== undefined);
    const groups = shapeOfGroups(valueOf(oidc.groupsClaim), identity);
    const { emailVerifiedClaim } = oidc;
    const verified = emailVerifiedClaim === '' ? '' : valueOf(emailVerifiedClaim);
    const email = identity.email === undefined
        ? 'absent'
        : identity.isEmailVerified === true
            ? 'verified'
            : typeof verified === 'string' && verified !== ''
                ? 'unverified(text)'
                : 'unverified';
    const fact = `provider=${oidc.issuer} sub=${subjectHash(identity.sub)} rules=${kinds.length === 0 ? 'none' : kinds.join(',')} ` +
        `email=${email} groups=${groups}`;
    const account = shownText(identity.email ?? identity.username);
    if (isNamed)
        return new Refusal('EMAIL_NOT_VERIFIED', fact, causeOfUnverified(verified), account);
    const isOnly = (...names) => kinds.every((kind) => names.includes(kind));
    const cause = kinds.length === 0
        ? undefined
        : groups.includes('(') && kinds.includes('group')
            ? 'GROUPS_UNREADABLE'
            : groups === 'absent' && isOnly('group')
                ? 'GROUPS_ABSENT'
                : email === 'absent' && isOnly('email', 'domain')
                    ? 'EMAIL_ABSENT'
                    : undefined;
    return new Refusal('USER_NOT_AUTHORIZED', fact, cause, account);
}
function causeOfUnverified(verified) {
    if (verified === '')
        return 'NOTHING_VERIFIES';
    if (verified === undefined || verified === null)
        return 'VERIFIED_ABSENT';
    return verified === false ? undefined : 'VERIFIED_AS_TEXT';
}
/** How many groups; with the form in brackets when it is not a list of texts. */
function shapeOfGroups(value, { groups }) {
    const count = groups === undefined ? 'absent' : String(groups.length);
    if (Array.isArray(value))
        return value.every((item) => typeof item === 'string') ? count : `${count}(objects)`;
    if (typeof value === 'string') {
        if (value.startsWith('[') || value.startsWith('{'))
            return `${count}(json)`;
        return value.includes(',') || value.includes(';') || value.includes(' ')
            ? `${count}(joined)`
            : count;
    }
    return value === undefined || value === null ? count : `${count}(${formOf(value)})`;
}
function formOf(value) {
    return typeof value === 'object' ? 'map' : typeof value;
}

export { refusedUser };
