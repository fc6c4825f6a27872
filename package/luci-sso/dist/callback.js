import { endSessions, visitSessions, endFor, bootSeconds, readKept, keptName, handleOf, dropSession, includesGrants, isOverdue, isWithoutEnd, grantAll, requireRights, noteOwnUse, countRights, noteLogin } from './sessions.js';
import { withoutBidi, numberOf, callUbus, Refusal, RULE_KINDS, isVisibleAscii, UBUS_STATUS, readPackage, isTable, logLine, formatCookie, LUCI_PATH, logExchange, printable, COUNT, bytesToHex, CALLBACK_PATH, LOGGED_OUT_PATH, withParameters, onlyValue, queryValues, printableWords, openUbus, htmlResponse } from './core.js';
import { sha256Base64url, ALWAYS_READ, isDenial, matchesPattern, noteSynced, onOwnConnection, cacheKey, endHandshakeCookie, loginReference, wasUsed, isUsed, countRequest, markUsed, releaseMark, requireConfig, isHttps, requireSetClock, redirectUriOf, openProvider, ensureGuard, syncChangedRoles, newLogoutState, openHandshake } from './login.js';
import { isWithin, decodeUtf8, encodeUtf8, decodeBase64url } from '#native';
import { ownMember, parseJsonObject } from './json.js';
import { loadProvider, loadRefusedUser, loadVerify, loadAlgorithms, loadTexts, loadKeep } from './load.js';

// SPDX-License-Identifier: MIT
// Claims -> identity: what the rules of roles may look at (security 89-91).
const MAX_SHOWN_CHARS = 128;
const MAX_SID_CHARS = 255;
/**
 * Reads the mapped claims. The address and its verification come from one document, the ID token
 * first: an address from one and a "verified" from the other would vouch for nothing.
 */
function identityOf(oidc, claims, userinfo) {
    const documents = userinfo === undefined ? [claims] : [claims, userinfo];
    const { emailClaim, emailVerifiedClaim } = oidc;
    const verifiedIn = (document) => 
    // Where no claim vouches for the address, no other document will either.
    emailVerifiedClaim === '' ? false : claimAt(document, emailVerifiedClaim);
    const addressed = documents.filter((document) => textClaim(document, emailClaim) !== undefined);
    const source = addressed.find((document) => verifiedIn(document) !== undefined) ?? addressed[0] ?? claims;
    const verified = verifiedIn(source);
    return {
        sub: String(claims['sub']),
        email: textClaim(source, emailClaim),
        isEmailVerified: verified === undefined ? undefined : verified === true,
        groups: firstOf(documents, (document) => groupsClaim(document, oidc.groupsClaim)),
        username: shownText(firstOf(documents, (document) => textClaim(document, oidc.usernameClaim))),
        name: shownText(firstOf(documents, (document) => textClaim(document, oidc.nameClaim))),
    };
}
function firstOf(documents, read) {
    for (const document of documents) {
        const found = read(document);
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/**
 * The claim of this name as it is written, else the value at this path: a dot goes into a nested object,
 * or is part of a name (`https://router.example/groups`, `resource_access.my.client.roles`); `\.` is
 * always part of one.
 */
function claimAt(document, path) {
    const whole = memberOf(document, path);
    if (whole !== undefined)
        return whole;
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        if (path.charAt(dot - 1) === '\\')
            continue;
        const inner = memberOf(document, path.slice(0, dot));
        if (typeof inner !== 'object' || inner === null || Array.isArray(inner))
            continue;
        const found = claimAt(inner, path.slice(dot + 1));
        if (found !== undefined)
            return found;
    }
    return undefined;
}
function memberOf(document, written) {
    const name = written.split('\\.').join('.');
    return Object.prototype.hasOwnProperty.call(document, name) ? document[name] : undefined;
}
/**
 * A claim that is only shown: without control characters (a NUL would end it in rpcd) and marks that
 * reorder text, not endless, and no half of a character at its end.
 */
function shownText(text) {
    let out = '';
    for (const char of withoutBidi(text ?? '')) {
        const code = char.charCodeAt(0);
        const isControl = code < 32 || (code >= 127 && code < 160);
        const isHalf = char.length === 1 && code >= 0xd800 && code <= 0xdfff;
        if (out.length + char.length > MAX_SHOWN_CHARS)
            break;
        if (!isControl && !isHalf)
            out += char;
    }
    return out;
}
function textClaim(document, path) {
    const value = claimAt(document, path);
    return typeof value === 'string' && value !== '' ? value : undefined;
}
/** An array's texts, or one text as a list of one; anything else is no groups claim. */
function groupsClaim(document, path) {
    const value = claimAt(document, path);
    if (typeof value === 'string')
        return [value];
    if (!Array.isArray(value))
        return undefined;
    const groups = [];
    for (const item of value) {
        if (typeof item === 'string')
            groups.push(item);
    }
    return groups;
}
/** The subject as the log names it. */
function subjectHash(sub) {
    return sha256Base64url(sub).slice(0, 16);
}
/**
 * The provider's name of its session (`sid`), as ours remembers it: the same for the same `sid`, at the login
 * and at the logout, in at most 255 printable characters. It only has to be found again by a logout token,
 * so one that rpcd could not keep as it is (a NUL ends it) is remembered by its hash.
 */
function rememberedSid(sid) {
    const isPlain = sid.length <= MAX_SID_CHARS && isWithin(sid, 32, 126);
    return isPlain ? sid : `sha256:${sha256Base64url(sid)}`;
}

// SPDX-License-Identifier: MIT
// The live sessions that SSO made, for their owners to see and to end. A session's id is a bearer
// secret, so what is shown and named is a hash of it.
/** Oldest first; idle times are not touched. Refuses with UBUS_ERROR. */
function listSsoSessions(bus) {
    return findSessions(bus).map(({ shown }) => shown);
}
/** Ends the one with this handle, or `all`; refuses with UBUS_ERROR when they cannot be listed. */
function endSsoSessions(bus, handle, correlationId) {
    const chosen = findSessions(bus).filter(({ shown }) => handle === 'all' || shown.handle === handle);
    return endSessions(bus, chosen.map(({ session }) => session), correlationId);
}
/** Ends all, each with this reason in the log; refuses with UBUS_ERROR when they cannot be listed. */
function endAllFor(bus, reason, correlationId) {
    const endings = findSessions(bus).map(({ session }) => ({ session, reason }));
    return endFor(bus, endings, correlationId);
}
function findSessions(bus) {
    const found = [];
    visitSessions(bus, ['expires'], (session, data, { expires }) => {
        const shown = shownSession(bus.host, session, data, expires);
        if (shown !== undefined)
            found.push({ session, shown });
    });
    return found.sort((a, b) => a.shown.since - b.shown.since);
}
function shownSession(host, session, data, expires) {
    const role = data['oidc_role'];
    if (typeof role !== 'string')
        return undefined;
    const nowS = bootSeconds(host);
    const endsS = numberOf(data['oidc_ends']) ?? 0;
    const schedule = readKept(host, keptName(session))?.schedule;
    return {
        handle: handleOf(session),
        user: shownTextOf(data['oidc_user']),
        role: shownTextOf(role),
        since: numberOf(data['oidc_since']) ?? 0,
        expires: numberOf(expires) ?? 0,
        ends: endsS === 0 ? null : Math.max(0, endsS - nowS),
        from: shownTextOf(data['oidc_from']),
        reference: shownTextOf(data['oidc_ref']),
        checked: schedule === undefined ? null : nowS - schedule.checkedS,
        next: schedule === undefined ? null : Math.max(0, schedule.dueS - nowS),
    };
}
function shownTextOf(value) {
    return shownText(typeof value === 'string' ? value : '');
}

// SPDX-License-Identifier: MIT
// Writing configuration through an ubus session of its own: a commit without one would
// also commit what somebody has staged in a shell.
const SAVE_TIMEOUT_S = 60;
/** Stages changes of one package and commits exactly those; false, and nothing changed, when any failed. */
function changeConfig(bus, config, work) {
    const created = callUbus(bus, 'session', 'create', { timeout: SAVE_TIMEOUT_S });
    const session = created.ok ? created.data[0]?.['ubus_rpc_session'] : undefined;
    if (typeof session !== 'string')
        return false;
    const own = { ubus_rpc_session: session };
    const objects = [
        [config, 'read'],
        [config, 'write'],
    ];
    const stage = (method, parameters) => callUbus(bus, 'uci', method, { ...own, config, ...parameters }).ok;
    try {
        return (callUbus(bus, 'session', 'grant', { ...own, scope: 'uci', objects }).ok &&
            work(stage) &&
            stage('commit', {}));
    }
    finally {
        // The line names the package: who asks for this has no reference to give.
        dropSession(bus, session, config);
    }
}

// SPDX-License-Identifier: MIT
// Role -> grants: computes from /usr/share/rpcd/acl.d what rpcd grants to a password login with the
// same `read` and `write` lists (docs/design/router.md R2.6), so both kinds of session have the same rights.
const ACL_DIRECTORY = '/usr/share/rpcd/acl.d';
const MAX_ACL_BYTES = 262144;
const PERMISSIONS = ['read', 'write'];
/** Concrete grants, and the names of ACL files that could not be read (rpcd skips them too). */
function computeGrants(host, lists) {
    const grants = { byScope: new Map(), seen: new Set() };
    const broken = visitGroups(host, (group, specification) => grantGroup(grants, group, specification, lists));
    return { grants: grants.byScope, broken };
}
/** Whether there is any right besides those that every role has. */
function hasOwnRights(grants) {
    const groups = grants.get('access-group') ?? [];
    return groups.some(([group, method]) => method !== 'read' || !ALWAYS_READ.includes(group));
}
/** The same apart: what each group that the lists allow gives. */
function grantsByGroup(host, lists) {
    const groups = new Map();
    visitGroups(host, (group, specification) => {
        const grants = groups.get(group) ?? { byScope: new Map(), seen: new Set() };
        groups.set(group, grants);
        grantGroup(grants, group, specification, lists);
    });
    return new Map([...groups].map(([group, { byScope }]) => [group, byScope]));
}
/** All groups that this router has, by name. */
function readAccessGroups(host) {
    const groups = new Map();
    visitGroups(host, (name, specification) => {
        const group = asObject(specification);
        if (group === undefined)
            return;
        const before = groups.get(name);
        const description = ownMember(group, 'description');
        groups.set(name, {
            name,
            description: typeof description === 'string' ? description : (before?.description ?? ''),
            read: asObject(ownMember(group, 'read')) !== undefined || before?.read === true,
            write: asObject(ownMember(group, 'write')) !== undefined || before?.write === true,
        });
    });
    return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
/** Gives the names of files that could not be read. */
function visitGroups(host, visit) {
    const directory = host.directoryList(ACL_DIRECTORY);
    if (!directory.ok)
        throw new Refusal('UBUS_LOGIN_FAILED', `${ACL_DIRECTORY}: ${directory.reason}`);
    const broken = [];
    for (const name of directory.names) {
        if (!name.endsWith('.json') || name.startsWith('.'))
            continue;
        const groups = readGroups(host, `${ACL_DIRECTORY}/${name}`);
        if (groups === undefined)
            broken.push(name);
        else
            for (const group of Object.keys(groups))
                visit(group, ownMember(groups, group));
    }
    return broken;
}
function readGroups(host, path) {
    const file = host.fileRead(path, MAX_ACL_BYTES);
    const text = file.ok ? decodeUtf8(file.bytes) : undefined;
    if (text === undefined)
        return undefined;
    try {
        return asObject(JSON.parse(text));
    }
    catch {
        // A broken file grants nothing; the caller names it in the log.
        return undefined;
    }
}
function asObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
function grantGroup(grants, group, specification, lists) {
    const permissions = asObject(specification);
    if (permissions === undefined)
        return;
    for (const permission of PERMISSIONS) {
        const scopes = asObject(ownMember(permissions, permission));
        if (scopes === undefined || !isAllowed(lists, permission, group))
            continue;
        const names = Object.keys(scopes);
        for (const scope of names)
            grantScope(grants, scope, ownMember(scopes, scope), permission);
        if (names.length > 0)
            grant(grants, 'access-group', group, permission);
    }
}
/** Negations first and final, then matches; what may be written may be read. */
function isAllowed(lists, permission, group) {
    const patterns = lists[permission];
    for (const pattern of patterns) {
        if (isDenial(pattern, group))
            return false;
    }
    for (const pattern of patterns) {
        if (!pattern.startsWith('!') && matchesPattern(pattern, group))
            return true;
    }
    return permission === 'read' && isAllowed(lists, 'write', group);
}
function grantScope(grants, scope, objects, permission) {
    if (Array.isArray(objects)) {
        for (const item of objects) {
            if (typeof item === 'string')
                grant(grants, scope, item, permission);
        }
        return;
    }
    const methods = asObject(objects);
    if (methods === undefined)
        return;
    for (const object of Object.keys(methods)) {
        const names = ownMember(methods, object);
        if (!Array.isArray(names))
            continue;
        for (const name of names) {
            if (typeof name === 'string')
                grant(grants, scope, object, name);
        }
    }
}
function grant(grants, scope, object, method) {
    const key = `${scope}\0${object}\0${method}`;
    if (grants.seen.has(key))
        return;
    grants.seen.add(key);
    const pairs = grants.byScope.get(scope);
    if (pairs === undefined)
        grants.byScope.set(scope, [[object, method]]);
    else
        pairs.push([object, method]);
}

// SPDX-License-Identifier: MIT
// Identity -> role: in file order, the first role with a matching rule wins.
const POCKET_ID_SUFFIX = '@PocketID';
const DEFAULT_RULE = 'default';
/** A rule as a session keeps it: its kind, and its value as it is written. */
function ruleOf(kind, value) {
    return `${kind}:${value}`;
}
/** All rules of a role, as sessions keep them. */
function rulesOf(role) {
    const rules = RULE_KINDS.flatMap((kind) => role[kind].map((value) => ruleOf(kind, value)));
    return role.isDefault ? [...rules, DEFAULT_RULE] : rules;
}
/**
 * The role of this identity. `isComplete` says that there is nothing more to ask: then absent claims
 * match nothing.
 */
function matchRole(roles, identity, requireEmailVerified, isComplete) {
    const isTrusted = !requireEmailVerified || identity.isEmailVerified === true;
    let isNamed = false;
    for (const role of roles) {
        const address = addressRule(role, identity.email);
        const rule = subjectRule(role, identity) ?? groupRule(role, identity) ?? (isTrusted ? address : undefined);
        if (rule !== undefined)
            return { kind: 'role', role, rule };
        if (!isComplete && mayStillMatch(role, identity, requireEmailVerified))
            return { kind: 'claims-missing' };
        if (role.isDefault)
            return { kind: 'role', role, rule: DEFAULT_RULE };
        isNamed || (isNamed = address !== undefined);
    }
    return { kind: isNamed ? 'email-not-verified' : 'none' };
}
function mayStillMatch(role, identity, requireEmailVerified) {
    const looksAtAddress = role.email.length > 0 || role.domain.length > 0;
    const isAddressOpen = identity.email === undefined ||
        (requireEmailVerified && identity.isEmailVerified === undefined);
    return ((looksAtAddress && isAddressOpen) || (role.group.length > 0 && identity.groups === undefined));
}
function subjectRule(role, { sub }) {
    return role.sub.includes(sub) ? ruleOf('sub', sub) : undefined;
}
function groupRule(role, identity) {
    const groups = identity.groups ?? [];
    const found = role.group.find((rule) => {
        if (groups.includes(rule))
            return true;
        // Pocket ID's guide writes the suffix, Pocket ID itself sends the bare name.
        return (rule.endsWith(POCKET_ID_SUFFIX) &&
            rule !== POCKET_ID_SUFFIX &&
            groups.includes(rule.slice(0, -POCKET_ID_SUFFIX.length)));
    });
    return found === undefined ? undefined : ruleOf('group', found);
}
function addressRule(role, email) {
    if (email === undefined || !isPlainAddress(email))
        return undefined;
    const address = asciiLower(email);
    const domain = address.slice(address.indexOf('@') + 1);
    const whole = role.email.find((rule) => asciiLower(rule) === address);
    if (whole !== undefined)
        return ruleOf('email', whole);
    const part = role.domain.find((rule) => asciiLower(rule) === domain);
    return part === undefined ? undefined : ruleOf('domain', part);
}
/** One `@` with something on both sides, visible ASCII only (security 90). */
function isPlainAddress(email) {
    const parts = email.split('@');
    return parts.length === 2 && parts[0] !== '' && parts[1] !== '' && isVisibleAscii(email);
}
/** Lower case of A-Z alone: Unicode's rules turn other letters into ASCII ones (the Kelvin sign into k). */
function asciiLower(text) {
    let out = '';
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        out += code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : text.charAt(i);
    }
    return out;
}

// SPDX-License-Identifier: MIT
// While an apply of LuCI waits for its confirmation, rpcd refuses every commit. Its folder
// /var/run/rpcd/snapshot-files proves nothing: an apply without rollback leaves it.
/** Never a configuration: in an apply rpcd refuses its revert, and otherwise does not find it. */
const NO_CONFIG = 'luci_sso_none';
function isApplyPending(bus) {
    const reply = callUbus(bus, 'uci', 'revert', { config: NO_CONFIG });
    return !reply.ok && reply.status === UBUS_STATUS.permissionDenied;
}

// SPDX-License-Identifier: MIT
// The role's `config login` in /etc/config/rpcd: without a password nobody can log in with it, but
// rpcd finds there the rights of our sessions when it reloads (docs/design/router.md R2.4).
const CONFIG = 'rpcd';
/** The role's own lists, or those of the rpcd login that it names; refuses with MISSING_RPCD_LOGIN. */
function accessOf(bus, role) {
    if (role.login === '') {
        const missing = ALWAYS_READ.filter((group) => !role.read.includes(group));
        return {
            username: `sso:${role.name}`,
            lists: { read: [...role.read, ...missing], write: role.write },
        };
    }
    const login = readLogins(bus).find((values) => values['username'] === role.login);
    if (login === undefined)
        throw new Refusal('MISSING_RPCD_LOGIN', `role ${role.name}: rpcd has no login '${role.login}'`);
    return {
        username: role.login,
        lists: { read: listOf(login['read']), write: listOf(login['write']) },
    };
}
/** Refuses with UCI_ERROR: a login that cannot be read is not one that is not there. */
function readLogins(bus) {
    return readPackage(bus, CONFIG)
        .filter(({ type }) => type === 'login')
        .map(({ values }) => values);
}
/** rpcd counts only UCI lists; a single `option read` grants nothing. */
function listOf(value) {
    if (!Array.isArray(value))
        return [];
    return value.filter((item) => typeof item === 'string');
}
/** Whether sessions of this name may read and write everything, now and after rpcd's next reload. */
function hasFullRights(bus, username) {
    if (typeof username !== 'string')
        return false;
    const login = readLogins(bus).find((values) => values['username'] === username);
    if (login === undefined)
        return false;
    return [listOf(login['read']), listOf(login['write'])].every((list) => list.includes('*') && !list.some((pattern) => pattern.startsWith('!')));
}
const SECTION_PREFIX = 'luci_sso_';
/**
 * Makes the role's entry what it must be, through an ubus session of its own: a commit without one
 * would also commit what somebody has staged. Never reloads rpcd.
 */
function keepRpcdLogin(bus, role, access) {
    if (role.login !== '')
        return 'saved';
    const section = SECTION_PREFIX + role.name;
    const current = callUbus(bus, 'uci', 'get', { config: CONFIG, section });
    if (!current.ok && current.status !== UBUS_STATUS.notFound)
        return 'failed';
    const values = current.ok ? current.data[0]?.values : undefined;
    if (isTable(values) && isAsWanted(values, access))
        return 'saved';
    return saveChanges(bus, [{ section, isPresent: values !== undefined, access }]);
}
/** The same for all roles at once; entries of ours that no role has any more go. */
function keepRpcdLogins(bus, roles) {
    const changes = pendingChanges(bus, roles);
    return changes.length === 0 ? 'saved' : saveChanges(bus, changes);
}
/** Sections of ours that are not as the roles want them; refuses with UCI_ERROR. */
function pendingChanges(bus, roles) {
    const sections = {};
    for (const { name, values } of readPackage(bus, CONFIG))
        sections[name] = values;
    const changes = [];
    const kept = roles.filter((role) => role.login === '');
    for (const role of kept) {
        const section = SECTION_PREFIX + role.name;
        const access = accessOf(bus, role);
        const current = sections[section];
        if (current === undefined || !isAsWanted(current, access))
            changes.push({ section, isPresent: current !== undefined, access });
    }
    for (const section of Object.keys(sections)) {
        const isOurs = section.startsWith(SECTION_PREFIX);
        if (isOurs && !kept.some((role) => SECTION_PREFIX + role.name === section))
            changes.push({ section, isPresent: true });
    }
    return changes;
}
function saveChanges(bus, changes) {
    if (isApplyPending(bus))
        return 'waiting';
    const isSaved = changeConfig(bus, CONFIG, (stage) => changes.every((change) => apply(stage, change)));
    if (isSaved)
        return 'saved';
    // One may have begun meanwhile.
    return isApplyPending(bus) ? 'waiting' : 'failed';
}
function apply(stage, { section, isPresent, access }) {
    // Deleted first: an entry with a password, or of another type, must not survive in part.
    if (isPresent && !stage('delete', { section }))
        return false;
    if (access === undefined)
        return true;
    const { username, lists } = access;
    const values = {
        username,
        read: lists.read,
        ...(lists.write.length > 0 ? { write: lists.write } : {}),
    };
    return stage('add', { type: 'login', name: section, values });
}
function isAsWanted(values, access) {
    const names = Object.keys(values).filter((name) => !name.startsWith('.'));
    const expected = [
        'username',
        ...(access.lists.read.length > 0 ? ['read'] : []),
        ...(access.lists.write.length > 0 ? ['write'] : []),
    ];
    return (values['.type'] === 'login' &&
        names.length === expected.length &&
        values['username'] === access.username &&
        isSameList(listOf(values['read']), access.lists.read) &&
        isSameList(listOf(values['write']), access.lists.write));
}
function isSameList(a, b) {
    return a.length === b.length && a.every((item, index) => item === b[index]);
}

// SPDX-License-Identifier: MIT
// Roles -> what lives on the router: rpcd's password-less logins, and the sessions that
// SSO made. A removed role, or a switched-off SSO, ends its sessions; changed rights reach live ones.
const MAX_WAIT_MS = 5000;
/**
 * Brings everything in line with the configuration, live sessions first; rpcd is never reloaded. Refuses
 * when it cannot be seen what there is. What was done, and what could not be, is logged.
 */
function syncRoles(host, bus, config, correlationId) {
    // Two at once would take what the other grants for a deviation. Who waits in vain goes on all the same.
    const turn = host.stateLock('sync-turn', host.bootMilliseconds() + MAX_WAIT_MS);
    try {
        return syncAll(host, bus, config, correlationId);
    }
    finally {
        if (turn.ok)
            host.streamClose(turn.id);
    }
}
function syncAll(host, bus, config, correlationId) {
    noteSynced(host, undefined);
    const wanted = wantedByRole(host, bus, config);
    const ending = [];
    const changing = [];
    visitSessions(bus, ['acls'], (session, data, { acls }) => {
        const role = data['oidc_role'];
        if (typeof role !== 'string')
            return;
        const access = wanted.get(role);
        const reason = reasonToEnd(host, config, access, data);
        if (access === undefined || reason !== undefined)
            ending.push({ session, reason: reason ?? 'rule_gone' });
        else if (!includesGrants(acls, access.grants))
            changing.push({
                session,
                scopes: isTable(acls) ? Object.keys(acls) : [],
                grants: access.grants,
            });
    });
    const gone = endFor(bus, ending, correlationId);
    const stuck = changing.filter((deviation) => !changeRights(bus, deviation, correlationId));
    const lost = endSessions(bus, stuck.map(({ session }) => session), correlationId);
    const entries = keepRpcdLogins(bus, config.roles);
    const failed = gone.failed + lost.failed;
    if (entries === 'saved' && failed === 0)
        noteSynced(host, config);
    const result = {
        entries,
        ended: gone.ended + lost.ended,
        failed,
        changed: changing.length - stuck.length,
    };
    logResult(host, result, correlationId);
    return result;
}
function logResult(host, { entries, ended, changed }, id) {
    if (ended + changed > 0)
        logLine(host, 'info', 'SYNCED', id, `ended=${ended} changed=${changed}`);
    if (entries === 'failed')
        logLine(host, 'warning', 'RPCD_LOGIN_NOT_SAVED', id, 'of all roles');
    if (entries === 'waiting')
        logLine(host, 'info', 'RPCD_LOGIN_WAITING', id, 'of all roles');
}
function wantedByRole(host, bus, config) {
    const wanted = new Map();
    for (const role of config.oidc.enabled ? config.roles : []) {
        try {
            const { username, lists } = accessOf(bus, role);
            wanted.set(role.name, { username, grants: computeGrants(host, lists).grants });
        }
        catch (error) {
            // A role that borrows from a login that is gone gives nobody any rights.
            if (!(error instanceof Refusal) || error.code !== 'MISSING_RPCD_LOGIN')
                throw error;
        }
    }
    return wanted;
}
function reasonToEnd(host, { oidc, roles }, access, data) {
    if (!oidc.enabled)
        return 'sso_off';
    const section = data['oidc_provider'] ?? oidc.section;
    if (section !== oidc.section || data['oidc_issuer'] !== oidc.issuer)
        return 'provider_gone';
    const role = roles.find(({ name }) => name === data['oidc_role']);
    // The name stands for the rights at rpcd's next reload: with another one they would come back.
    const isOfRole = access !== undefined && access.username === data['username'];
    if (role === undefined || !isOfRole || !hasRule(role, data['oidc_rule']))
        return 'rule_gone';
    if (isOverdue(host, data))
        return 'session_max';
    return isWithoutEnd(data) && isTooOld(host, oidc, data) ? 'session_max' : undefined;
}
/** Sessions of a version that noted no rule are judged by their role alone. */
function hasRule(role, rule) {
    return rule === undefined || rulesOf(role).includes(String(rule));
}
/** For sessions of a version that fixed no end. */
function isTooOld(host, { sessionMaxS }, data) {
    const since = numberOf(data['oidc_since']) ?? 0;
    return sessionMaxS > 0 && since > 0 && host.wallSeconds() - since >= sessionMaxS;
}
/** False when rpcd does not do as it is told, and the session has to end. */
function changeRights(bus, { session, scopes, grants }, correlationId) {
    try {
        for (const scope of scopes)
            if (!callUbus(bus, 'session', 'revoke', { ubus_rpc_session: session, scope }).ok)
                return false;
        grantAll(bus, session, grants);
        requireRights(bus, session, 'acls', (acls) => includesGrants(acls, grants));
        noteOwnUse(bus.host, session);
        return true;
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        if (error.code === 'UBUS_LOGIN_FAILED')
            return false;
        dropSession(bus, session, correlationId);
        throw error;
    }
}

const sync = /*#__PURE__*/Object.freeze({
    __proto__: null,
    syncRoles
});

// SPDX-License-Identifier: MIT
// LuCI's own cookie, named and scoped as the router's LuCI has it (docs/design/router.md R5.1).
const MENU_FILE = '/usr/share/luci/menu.d/luci-base.json';
const MAX_MENU_BYTES = 65536;
const NEW_NAME = 'sysauth_https';
const OLD_NAME = 'sysauth';
/** Older releases of this and other programs left copies there; a longer path would shadow ours. */
const STALE_PATHS = ['/cgi-bin/luci', '/'];
/** Set-Cookie lines: stale copies expired, then the session, Strict as LuCI's own. */
function luciCookies(host, session) {
    const name = cookieName(authMethods(host));
    const stale = STALE_PATHS.map((path) => formatCookie(name, '', { path, sameSite: 'Strict', maxAgeS: 0 }));
    return [...stale, formatCookie(name, session, { path: LUCI_PATH, sameSite: 'Strict' })];
}
/** LuCI's menu lists the cookies it accepts; before 22.03 that is `sysauth` alone. */
function cookieName(methods) {
    const isOld = methods.includes(`cookie:${OLD_NAME}`) && !methods.includes(`cookie:${NEW_NAME}`);
    return isOld ? OLD_NAME : NEW_NAME;
}
/** The cookie that this router's LuCI says it accepts; `undefined` when it does not say. */
function knownCookieName(host) {
    const methods = authMethods(host);
    const name = cookieName(methods);
    return methods.includes(`cookie:${name}`) ? name : undefined;
}
function authMethods(host) {
    const file = host.fileRead(MENU_FILE, MAX_MENU_BYTES);
    const text = file.ok ? decodeUtf8(file.bytes) : undefined;
    if (text === undefined)
        return [];
    try {
        const methods = member(member(member(JSON.parse(text), 'admin'), 'auth'), 'methods');
        return Array.isArray(methods) ? methods : [];
    }
    catch {
        // A menu that cannot be read is LuCI's trouble; every current LuCI has the new name.
        return [];
    }
}
function member(value, name) {
    return typeof value === 'object' && value !== null ? ownMember(value, name) : undefined;
}

// SPDX-License-Identifier: MIT
// Role -> LuCI session: made through ubus, with rpcd's own rights for the role's
// lists, and accepted by LuCI only when its last value, the CSRF token, is set.
const MAX_SESSIONS_PER_SUBJECT = 10;
const DEFAULT_IDLE_S = 3600;
const TOKEN_BYTES = 16;
const SESSION_ID_CHARS = 32;
/** Idle time-out that LuCI gives its own logins; refuses with UCI_ERROR when it cannot be read. */
function luciIdleTime(bus) {
    const reply = callUbus(bus, 'uci', 'get', {
        config: 'luci',
        section: 'sauth',
        option: 'sessiontime',
    });
    if (!reply.ok && reply.status !== UBUS_STATUS.notFound)
        throw new Refusal('UCI_ERROR', `uci get luci.sauth: ubus status ${reply.status}`);
    const value = reply.ok ? numberOf(reply.data[0]?.['value']) : undefined;
    return value !== undefined && Number.isInteger(value) && value > 0 && value <= 2147483
        ? value
        : DEFAULT_IDLE_S;
}
/** Makes the session and gives its id; on any failure it is destroyed and UBUS_LOGIN_FAILED refused. */
function createLuciSession(exchange, bus, admission) {
    const access = accessOf(bus, admission.role);
    const { grants, broken } = computeGrants(exchange.host, access.lists);
    // LuCI would show a bare 404, and not even a Log out.
    if (!hasOwnRights(grants)) {
        const { email, username } = admission.identity;
        const account = shownText(email ?? username);
        throw new Refusal('ROLE_WITHOUT_RIGHTS', `role=${admission.role.name}`, undefined, account);
    }
    if (keepRpcdLogin(bus, admission.role, access) === 'failed') {
        // The session works; it will lose its rights, not gain any, when rpcd reloads.
        logExchange(exchange, 'warning', 'RPCD_LOGIN_NOT_SAVED', `role=${admission.role.name}`);
    }
    for (const name of broken)
        logExchange(exchange, 'warning', 'ACL_FILE_BROKEN', printable(name));
    onOwnConnection(exchange, (own) => endSurplusSessions(exchange, own, admission));
    const session = createSession(bus, admission.idleS);
    try {
        // By the name rpcd finds the rights when it reloads.
        setValues(bus, session, { username: access.username });
        grantAll(bus, session, grants);
        // It had none before, so as many as were granted are the ones that were granted.
        requireRights(bus, session, `${COUNT}acls`, (count) => count === countRights(grants));
        // Known as one of SSO from here on, and not before: a sync would take half of its rights for a deviation.
        setValues(bus, session, sessionValues(exchange, admission));
        noteLogin(exchange.host);
        setValues(bus, session, { token: bytesToHex(exchange.host.random(TOKEN_BYTES)) });
        return session;
    }
    catch (error) {
        dropSession(bus, session, exchange.correlationId);
        throw error;
    }
}
function createSession(bus, idleS) {
    const reply = requireOk(callUbus(bus, 'session', 'create', { timeout: idleS }), 'create');
    const session = reply.data[0]?.['ubus_rpc_session'];
    if (typeof session !== 'string' || session.length !== SESSION_ID_CHARS) {
        throw new Refusal('UBUS_LOGIN_FAILED', 'session create gave no id');
    }
    return session;
}
function setValues(bus, session, values) {
    requireOk(callUbus(bus, 'session', 'set', { ubus_rpc_session: session, values }), 'set');
}
function requireOk(reply, what) {
    if (reply.ok)
        return reply;
    throw new Refusal('UBUS_LOGIN_FAILED', `session ${what} failed: ubus status ${reply.status}`);
}
function sessionValues(exchange, admission) {
    const { claims, identity, role, rule, oidc } = admission;
    const { host } = exchange;
    const sid = claims['sid'];
    return {
        oidc_issuer: String(claims['iss']),
        oidc_sub: identity.sub,
        oidc_sid: typeof sid === 'string' ? rememberedSid(sid) : '',
        oidc_user: identity.username !== '' ? identity.username : shownText(identity.email ?? identity.name),
        oidc_role: role.name,
        oidc_rule: rule,
        oidc_provider: oidc.section,
        oidc_since: String(host.wallSeconds()),
        oidc_ends: endOf(host, oidc),
        oidc_from: exchange.request.clientAddress,
        oidc_ref: exchange.correlationId,
        oidc_logout_url: admission.logoutUrl,
    };
}
/** By the boot clock, in seconds; a wall clock that is corrected moves it for nobody. 0 = never. */
function endOf(host, { sessionMaxS }) {
    return sessionMaxS === 0 ? '0' : String(Math.floor(host.bootMilliseconds() / 1000) + sessionMaxS);
}
/** Of one subject's sessions the oldest end, so that with the new one at most 10 live. */
function endSurplusSessions(exchange, bus, admission) {
    const own = [];
    visitSessions(bus, [], (id, data) => {
        const isOwn = data['oidc_issuer'] === admission.claims['iss'] &&
            data['oidc_sub'] === admission.identity.sub;
        if (isOwn)
            own.push({ id, since: numberOf(data['oidc_since']) ?? 0 });
    });
    own.sort((a, b) => b.since - a.since);
    const surplus = own.slice(MAX_SESSIONS_PER_SUBJECT - 1).map(({ id }) => id);
    endSessions(bus, surplus, exchange.correlationId);
}

// SPDX-License-Identifier: MIT
// The URL that ends the provider's session when the user logs out of LuCI (RP-Initiated Logout 2).
/** uhttpd turns a Location above about 4 kB into a 502. */
const MAX_URL_BYTES = 2000;
/** Ready for a browser; '' when the provider has no such endpoint or the owner wants none of it. */
function endSessionUrl(oidc, metadata, redirectUri, { idToken, state }) {
    const endpoint = metadata.endSessionEndpoint;
    if (!oidc.logoutAtProvider || endpoint === '')
        return '';
    const origin = redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
    const parameters = [
        ['client_id', oidc.clientId],
        ['post_logout_redirect_uri', origin + LOGGED_OUT_PATH],
        ['state', state],
    ];
    if (idToken.length < MAX_URL_BYTES) {
        const withHint = withParameters(endpoint, [['id_token_hint', idToken], ...parameters]);
        if (withHint.length <= MAX_URL_BYTES)
            return withHint;
    }
    const plain = withParameters(endpoint, parameters);
    return plain.length <= MAX_URL_BYTES ? plain : '';
}

// SPDX-License-Identifier: MIT
// What a provider really sends to this client, for `check recheck`: no metadata tells it.
const KINDS = ['none', 'kept', 'claims_not_received'];
const MAX_BYTES = 32;
/** `undefined`: nobody has logged in since the start of the router. */
function lastReceived(host, config) {
    const file = host.stateRead(fileName$1(config), MAX_BYTES);
    const text = file.ok ? decodeUtf8(file.bytes) : undefined;
    return KINDS.find((kind) => kind === text);
}
/** A full tmpfs costs the note. */
function noteReceived({ exchange, config }, received) {
    const { host } = exchange;
    if (lastReceived(host, config) === received)
        return;
    host.stateReplace(fileName$1(config), encodeUtf8(received));
}
function fileName$1(config) {
    return `received.${sha256Base64url(`${cacheKey(config)}\n${config.clientId}\n${config.scope}`)}`;
}

// SPDX-License-Identifier: MIT
// The part of a callback that reads what the provider told the browser (RFC 6749 4.1.2, RFC 9207),
// before anything is asked or spent.
const SINGLE_PARAMETERS = ['state', 'code', 'iss', 'error', 'error_description'];
/** The one `state`; from here on its cookie is expired whatever the response. */
function requireState(exchange) {
    const { query } = exchange.request;
    for (const name of SINGLE_PARAMETERS)
        onlyValue(query, name);
    const state = onlyValue(query, 'state');
    if (state === '')
        throw new Refusal('MISSING_STATE_PARAMETER');
    const expired = endHandshakeCookie(state);
    if (expired !== '') {
        exchange.headers.push(['Set-Cookie', expired]);
        exchange.correlationId = loginReference(state);
    }
    return state;
}
/**
 * RFC 9207: `iss` must be the issuer of this handshake when it is there, and be there when the
 * provider announces it. On an error response a missing one only reaches the log (Pocket ID omits it).
 */
function requireIssuer(exchange, oidc, metadata) {
    const iss = queryValues(exchange.request, 'iss')[0];
    if (iss !== undefined && iss !== oidc.issuer) {
        throw new Refusal('ISS_MISMATCH', `expected '${oidc.issuer}', came '${printable(iss)}'`);
    }
    if (iss !== undefined || metadata === undefined || !metadata.issParameterSupported)
        return;
    if (queryValues(exchange.request, 'error').length === 0)
        throw new Refusal('ISS_MISSING', 'announced by the provider');
    logExchange(exchange, 'warning', 'ISS_MISSING', 'on an error response');
}
/** By their words: Keycloak and Authelia name it; Pocket ID finds its own error unrecognizable. */
function demandsPush(message) {
    const words = message.toLowerCase();
    return words.includes('pushed authorization') || words.includes('error is unrecognizable');
}
/** The code; refuses with what the provider says instead. */
function requireCode(exchange, { par }) {
    const error = queryValues(exchange.request, 'error')[0];
    if (error !== undefined) {
        const description = queryValues(exchange.request, 'error_description')[0] ?? '';
        const message = printableWords(description === '' ? error : `${error}: ${description}`);
        throw new Refusal(error === 'access_denied' ? 'ACCESS_DENIED' : 'IDP_ERROR', message, par !== 'always' && demandsPush(message) ? 'PAR_DEMANDED' : undefined);
    }
    const code = queryValues(exchange.request, 'code')[0] ?? '';
    if (code === '')
        throw new Refusal('MISSING_CODE');
    // As long as the query may be: Entra's codes have more than 2,000 characters.
    for (let i = 0; i < code.length; i++) {
        // RFC 6749 A.11: visible ASCII.
        if (code.charCodeAt(i) < 32 || code.charCodeAt(i) > 126)
            throw new Refusal('INVALID_CODE', 'character outside VSCHAR');
    }
    return code;
}

// SPDX-License-Identifier: MIT
// The part of a callback that spends the handshake: it is used once, whoever asks how often.
/**
 * Counts this token request, then takes the handshake. Refuses with TOO_MANY_REQUESTS (handshake
 * untouched) or HANDSHAKE_USED. A marker of a used handshake is only made by a counted request, so
 * their number is bounded by what the limits let through in one handshake life-time.
 */
function consumeHandshake(exchange, oidc, handshake) {
    const { id, expiresS } = handshake;
    // Replays of an old callback take no place from anybody.
    if (isUsed(exchange, 'used', expiresS, id))
        throw usedBefore();
    const counted = countRequest(exchange, oidc, 'token');
    if (markUsed(exchange, 'used', expiresS, id) === undefined) {
        releaseMark(exchange, counted);
        throw usedBefore();
    }
    return handshake;
}
/**
 * Opens what `open` opens. The first callback took its cookie away, so one that is called again (a reload, a
 * browser that asks twice) has none: its mark says what it is.
 */
function openUnused(exchange, state, open) {
    try {
        return open();
    }
    catch (error) {
        throw isCookieGone(error) && wasUsed(exchange, state) ? usedBefore() : error;
    }
}
function isCookieGone(error) {
    const codes = ['MISSING_HANDSHAKE_COOKIE', 'STATE_PARAMETER_MISMATCH'];
    return error instanceof Refusal && codes.includes(error.code);
}
function usedBefore() {
    return new Refusal('HANDSHAKE_USED', 'callback called again');
}

// SPDX-License-Identifier: MIT
// The part of a callback that decides whose rights the user gets: claims, userinfo when a rule needs
// it, and the first matching role.
/** The first matching role; userinfo is asked only when a rule needs a claim that the token lacks. */
async function findRole(provider, roles, claims, tokens) {
    const { config } = provider;
    const ofIdToken = identityOf(config, claims, undefined);
    let identity = ofIdToken;
    let match = matchRole(roles, identity, config.requireEmailVerified, false);
    const documents = [claims];
    if (match.kind === 'claims-missing') {
        const { fetchUserinfo } = await loadProvider();
        const userinfo = await fetchUserinfo(provider, tokens.accessToken, claims.sub);
        identity = identityOf(config, claims, userinfo);
        if (userinfo !== undefined)
            documents.push(userinfo);
        match = matchRole(roles, identity, config.requireEmailVerified, true);
    }
    if (match.kind === 'role')
        return { ofIdToken, identity, role: match.role, rule: match.rule };
    const { refusedUser } = await loadRefusedUser();
    throw refusedUser(config, roles, identity, {
        isNamed: match.kind === 'email-not-verified',
        documents,
    });
}

// SPDX-License-Identifier: MIT
// The algorithm of the last ID token that a provider gave to this client: the one that the client is
// registered with, which no metadata tells. Only a verified token is remembered, and only in this boot.
// Apart because a logout reads it without the callback.
const MAX_ALG_BYTES = 16;
/** `undefined` when no ID token was verified yet. */
function lastIdTokenAlg(provider) {
    const file = provider.exchange.host.stateRead(fileName(provider), MAX_ALG_BYTES);
    return file.ok ? decodeUtf8(file.bytes) : undefined;
}
/** Takes note of an ID token that was verified. A full tmpfs costs the note, not the login. */
function rememberAlg(provider, idToken) {
    const header = parseJsonObject(decodeBase64url(idToken.split('.')[0] ?? '') ?? new Uint8Array(0));
    const alg = header.ok ? header.value['alg'] : undefined;
    if (typeof alg !== 'string' || alg === lastIdTokenAlg(provider))
        return;
    provider.exchange.host.stateReplace(fileName(provider), encodeUtf8(alg));
}
function fileName({ key, config }) {
    return `alg.${sha256Base64url(`${key}\n${config.clientId}`)}`;
}

// SPDX-License-Identifier: MIT
// What verifies a token of the provider: its keys, from the cache while they fit. Keys rotate, so a
// token that they do not fit is looked at once more with fresh documents (security 84).
/** Codes that a key rotation at the provider explains: worth one look at fresh documents. */
const ROTATION_CODES = [
    'KEY_NOT_FOUND',
    'KEY_UNUSABLE',
    'NO_KEYS_AVAILABLE',
    'UNSUPPORTED_ALGORITHM',
    'INVALID_SIGNATURE',
];
/**
 * What `verify` gives, which is called with what all tokens of this provider must meet. `purpose`
 * says whose share of the refetches: strangers can make a logout need one, and must not use up a login's.
 */
async function withProviderKeys(provider, purpose, verify) {
    const { exchange, config } = provider;
    const expectationsOf = (jwks, known) => ({
        jwks,
        issuer: config.issuer,
        clientId: config.clientId,
        trustedAudiences: config.trustedAudiences,
        now: exchange.host.wallSeconds(),
        toleranceS: config.clockToleranceS,
        ...allowedAlgs(config, known),
    });
    const metadata = await provider.metadata();
    const keys = await provider.keys();
    try {
        return await verify(expectationsOf(keys, metadata));
    }
    catch (error) {
        const isOutdated = !provider.isFresh() && error instanceof Refusal && ROTATION_CODES.includes(error.code);
        if (!isOutdated)
            throw error;
        const { fetchKeys, fetchMetadata, mayRefetch } = await loadProvider();
        if (!mayRefetch(provider, purpose))
            throw error;
        logExchange(exchange, 'info', 'JWKS_REFETCHED', `after ${error.code}`);
        const fresh = await fetchMetadata(provider);
        const freshKeys = await fetchKeys(provider, fresh);
        return verify(expectationsOf(freshKeys, fresh));
    }
}
/** The owner's list and the provider's, both only narrowing what the verifier supports (security 55). */
function allowedAlgs(oidc, metadata) {
    const owner = oidc.allowedAlgs;
    const announced = metadata.idTokenAlgs;
    if (owner.length === 0 && announced.length === 0)
        return {};
    if (owner.length === 0)
        return { allowedAlgs: announced };
    return {
        allowedAlgs: announced.length === 0 ? owner : owner.filter((alg) => announced.includes(alg)),
    };
}

// SPDX-License-Identifier: MIT
// Which of the two verifier chunks a token needs, hence apart. A login with RS256 or ES256 never reads the other one.
/** What `use` gives with the small verifier, or with the whole one when the token's algorithm needs it. */
async function withVerifier(use) {
    try {
        return use(await loadVerify());
    }
    catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'UNSUPPORTED_ALGORITHM')
            throw error;
        return use(await loadAlgorithms());
    }
}

// SPDX-License-Identifier: MIT
// A login ends: the provider sent the browser back. Reads top to bottom in the order of the
// contract, each failure with its own code; the handshake is spent at `consume`.
/** Verifies everything, then makes the LuCI session and lands the browser in it. */
async function finishLogin(exchange) {
    const bus = openUbus(exchange.host);
    const config = requireConfig(exchange, bus);
    const { oidc } = config;
    if (!isHttps(exchange, oidc))
        throw new Refusal('HTTPS_REQUIRED', 'callback over plain http');
    requireSetClock(exchange);
    const state = requireState(exchange);
    const redirectUri = redirectUriOf(exchange, oidc);
    const handshake = openUnused(exchange, state, () => openHandshake(exchange, oidc, redirectUri, state));
    const provider = openProvider(exchange, oidc);
    requireIssuer(exchange, oidc, provider.cachedMetadata());
    const code = requireCode(exchange, oidc);
    provider.acquire();
    const consumed = consumeHandshake(exchange, oidc, handshake);
    ensureGuard(exchange);
    await syncChangedRoles(exchange, config);
    const session = await admit(provider, bus, config.roles, { handshake: consumed, code });
    const { renderLanding } = await loadTexts();
    for (const cookie of luciCookies(exchange.host, session))
        exchange.headers.push(['Set-Cookie', cookie]);
    return htmlResponse(200, await renderLanding(exchange, consumed.returnTo));
}
/** Discovery, tokens, claims, role, session; gives the id of the LuCI session. */
async function admit(provider, bus, roles, { handshake, code }) {
    const { exchange, config } = provider;
    const { redirectUri } = handshake.returnTo;
    const { redeemCode } = await loadProvider();
    const metadata = await provider.metadata();
    requireIssuer(exchange, config, metadata);
    const { codeVerifier } = handshake;
    const tokens = await redeemCode(provider, { code, redirectUri, codeVerifier });
    const claims = await verifiedClaims(provider, handshake, tokens);
    rememberAlg(provider, tokens.idToken);
    const { ofIdToken, identity, role, rule } = await findRole(provider, roles, claims, tokens);
    await provider.close();
    const idleS = config.sessionTimeS ?? luciIdleTime(bus);
    const logoutUrl = endSessionUrl(config, metadata, redirectUri, {
        idToken: tokens.idToken,
        state: newLogoutState(exchange.host),
    });
    const session = createLuciSession(exchange, bus, {
        handshake,
        claims,
        identity,
        role,
        rule,
        oidc: config,
        idleS,
        logoutUrl,
    });
    const { refreshToken } = tokens;
    if (config.recheckS > 0) {
        noteReceived(provider, refreshToken === '' ? 'none' : 'kept');
        if (refreshToken !== '') {
            const { keepToken } = await loadKeep();
            keepToken(provider, session, { refreshToken, nonce: handshake.nonce, ofIdToken, identity });
        }
    }
    logExchange(exchange, 'info', 'LOGIN_SUCCEEDED', `provider=${config.issuer} sub=${subjectHash(identity.sub)} role=${role.name}`);
    return session;
}
/** The ID token, verified with the provider's keys. */
function verifiedClaims(provider, handshake, tokens) {
    const { maxAgeS, acrValues } = provider.config;
    return withProviderKeys(provider, 'login', (expected) => withVerifier(({ verifyIdToken }) => verifyIdToken({
        ...expected,
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        nonce: handshake.nonce,
        ...(maxAgeS === undefined ? {} : { maxAgeS }),
        ...(acrValues.length === 0 ? {} : { acrValues }),
    })));
}

const callback = /*#__PURE__*/Object.freeze({
    __proto__: null,
    finishLogin
});

export { accessOf, callback, changeConfig, claimAt, computeGrants, endAllFor, endSsoSessions, grantsByGroup, hasFullRights, hasOwnRights, identityOf, isPlainAddress, knownCookieName, lastIdTokenAlg, lastReceived, listSsoSessions, matchRole, noteReceived, pendingChanges, readAccessGroups, rememberAlg, rememberedSid, rulesOf, shownText, subjectHash, sync, syncRoles, withProviderKeys, withVerifier };
