import { Refusal, CALLBACK_PATH, RULE_KINDS, isVisibleAscii, EMAIL_CLAIM, VERIFIED_CLAIM, parseHttpsUrl, parseIpv4, parseIpv6, RELEASE_TIME_S, printable, LOGGED_OUT_PATH, CONFIG_NAME, readPackage, newCorrelationId, NO_REQUEST, withoutBidi } from './core.js';
import { loadProvider, loadAlgorithms, loadRemedies, loadCauses } from './load.js';
import { encodeFormPart, encodeBase64url, isWithin, bytesToLatin1, decodeBase64url, sha256, latin1ToBytes, decodeUtf8 } from '#native';
import { isPlainAddress, lastReceived, pendingChanges, readAccessGroups, accessOf, hasOwnRights, computeGrants, rulesOf, knownCookieName, grantsByGroup } from './callback.js';
import { ownMember } from './json.js';
import { isPushed, hmacSha256, nacl, equalBytes, matchesPattern, guardingOf, wasGuardStarted, readConfig, once } from './login.js';
import './sessions.js';

// SPDX-License-Identifier: MIT
// What a check says. The engine gives it its title, and a fix by its code when it names none itself.
function pass(text) {
    return { status: 'PASS', text };
}
function skip(text) {
    return { status: 'SKIP', text };
}
function warn(text, fix) {
    return { status: 'WARN', text, fix };
}
function fail(code, text, fix) {
    return fix === undefined ? { status: 'FAIL', text, code } : { status: 'FAIL', text, code, fix };
}
/** What a login would be refused with; codes that are not the check's own are thrown on. */
function refused(error, own) {
    if (!(error instanceof Refusal) || (own !== undefined && !own.includes(error.code)))
        throw error;
    return failed(error);
}
/** What a login is refused with. */
function failed({ code, fact, why }) {
    return { status: 'FAIL', text: fact, code, cause: why };
}

// SPDX-License-Identifier: MIT
// Checks of who we are to the provider: a token request with an invented code tells a wrong client
// from a wrong code.
const METADATA$1 = [
    'config',
    'dns',
    'tcp',
    'tls_chain',
    'tls_names',
    'discovery',
    'issuer',
    'endpoints',
];
const INVENTED_BYTES = 32;
async function checkClient({ host, config, provider }) {
    const { oidc } = config();
    await provider().metadata();
    const { requestTokenEndpoint, tokenRefusal } = await loadProvider();
    const invent = () => encodeBase64url(host.random(INVENTED_BYTES));
    const grant = {
        code: invent(),
        codeVerifier: invent(),
        redirectUri: oidc.redirectUri === '' ? `https://router${CALLBACK_PATH}` : oidc.redirectUri,
    };
    try {
        const response = await requestTokenEndpoint(provider(), grant);
        return judgeTokenAnswer(response.status, tokenRefusal(response, oidc, grant));
    }
    catch (error) {
        return refused(error, [
            'TOKEN_ENDPOINT_NETWORK_ERROR',
            'CLIENT_AUTH_UNSUPPORTED',
            'INSECURE_ENDPOINT',
        ]);
    }
}
/** Causes with which every login fails, whatever the code is. */
const LASTING = [
    'WEB_PAGE',
    'REDIRECTED',
    'NOTHING_THERE',
    'FORBIDDEN',
    'CLIENT_UNKNOWN',
];
/**
 * What the response to an invented code says about the client, `no` being what a login would be refused with: a
 * provider that gets as far as the code has taken the client.
 */
function judgeTokenAnswer(status, no) {
    const isRefused = status === 401 || no.code === 'CLIENT_REJECTED' || LASTING.includes(no.why);
    const isOfCode = no.code === 'OIDC_INVALID_GRANT' || (status === 400 && namesCode(no.fact));
    // glewlwyd refuses a code with 403, and a client with another word.
    if (isRefused || (status === 403 && !isOfCode))
        return failed(no);
    if (isOfCode)
        return pass(`the provider knows the client: ${no.fact}`);
    return warn(`the response tells nothing about the client: ${no.fact}`, 'try a login; the log will say more');
}
/** "Invalid authorization code", but not "Client id or secret not provided" or a status code. */
function namesCode(text) {
    const words = text.toLowerCase();
    return (words.includes('authorization code') ||
        words.includes('code verifier') ||
        words.includes('invalid code'));
}
/** Clients must encode them for Basic (RFC 6749 2.3.1), and not every provider decodes. */
async function checkSecret({ config, provider }) {
    const { oidc } = config();
    if (oidc.clientSecret === '')
        return pass('none: this is a public client, protected by PKCE');
    const { tokenAuthMethods } = await provider().metadata();
    const { chooseAuthMethod } = await loadProvider();
    let method;
    try {
        method = chooseAuthMethod(oidc, tokenAuthMethods);
    }
    catch (error) {
        return refused(error);
    }
    if (!tokenAuthMethods.includes(method))
        return warn(`the provider does not offer ${method}`, 'set client_auth to auto');
    const hasOdd = encodeFormPart(oidc.clientSecret) !== oidc.clientSecret;
    if (method !== 'client_secret_basic' || !hasOdd)
        return pass(`sent as ${method}`);
    return warn('it has characters that some providers do not decode in client_secret_basic', 'set client_auth to client_secret_post, or make a secret of letters and digits');
}
const CLIENT_CHECKS = [
    { id: 'secret', title: 'Client secret', needs: METADATA$1, run: checkSecret },
    { id: 'client_auth', title: 'Client credentials', needs: METADATA$1, run: checkClient },
];

// SPDX-License-Identifier: MIT
// Rules of roles that can never match, by what the matcher accepts (access/roles.ts), and what was meant.
const MAX_SUBJECT_CHARS = 255;
/** The first rule of a role that nobody can ever match. */
function deadRuleOf(role) {
    for (const kind of RULE_KINDS) {
        for (const value of role[kind]) {
            const fix = WHY[kind](value);
            if (fix !== '')
                return { kind, value, fix };
        }
    }
    return undefined;
}
/** '' for a rule that somebody can match. */
const WHY = {
    email(value) {
        const [local = '', domain = ''] = value.split('@');
        if (value.startsWith('@') || local === '*')
            return isDomain(domain) ? `use domain '${domain}' for everybody there` : WHOLE;
        const bare = value.slice(value.lastIndexOf('<') + 1).split('>')[0] ?? '';
        const address = bare.startsWith('mailto:') ? bare.slice(7) : bare.trim();
        if (isPlainAddress(value) && address === value && !value.includes('*'))
            return '';
        return isPlainAddress(address) && !address.includes('*') ? `write '${address}'` : WHOLE;
    },
    domain(value) {
        if (isDomain(value))
            return '';
        const name = value.slice(value.lastIndexOf('@') + 1).trim();
        const bare = name.startsWith('*.') || name.startsWith('.') ? name.slice(name.indexOf('.') + 1) : name;
        if (!isDomain(bare))
            return 'write the part of an address that follows the @, without blanks';
        return bare === name
            ? `write '${bare}'`
            : `write '${bare}', and a rule for each domain below it: there are no patterns here`;
    },
    group: (value) => (value === '' ? 'write the name of a group' : ''),
    sub: (value) => value !== '' && value.length <= MAX_SUBJECT_CHARS && isWithin(value, 32, 126)
        ? ''
        : 'copy the subject from the log or from the provider: it has 1 to 255 ASCII characters',
};
const WHOLE = 'write a whole address, such as name@domain, without blanks; there are no patterns here';
/** What can stand behind the @ of an address. */
function isDomain(text) {
    const wrong = ['@', '*', '/', '?', ',', ';', '<', '>', '"', '..'];
    return (text !== '' &&
        isVisibleAscii(text) &&
        !text.startsWith('.') &&
        !wrong.some((part) => text.includes(part)));
}

// SPDX-License-Identifier: MIT
// Checks that look at the configuration alone.
function checkConfig({ read, sections }) {
    const miscopied = miscopiedValue(sections);
    if (miscopied !== undefined)
        return miscopied;
    return read.ok ? pass('all options are valid') : fail('CONFIG_ERROR', read.problems.join('; '));
}
/** What is copied, and what a login ends with when it was copied wrongly. */
const COPIED = {
    issuer_url: 'CONFIG_ERROR',
    redirect_uri: 'CONFIG_ERROR',
    ca_file: 'CONFIG_ERROR',
    client_id: 'CLIENT_REJECTED',
    client_secret: 'CLIENT_REJECTED',
    scope: 'IDP_ERROR',
    email_claim: 'USER_NOT_AUTHORIZED',
    email_verified_claim: 'EMAIL_NOT_VERIFIED',
    groups_claim: 'USER_NOT_AUTHORIZED',
    username_claim: 'USER_NOT_AUTHORIZED',
    name_claim: 'USER_NOT_AUTHORIZED',
};
/** An address of the discovery document in place of the issuer's, or a blank at an end, which nobody sees. */
function miscopiedValue(sections) {
    const values = sections.find(({ name }) => name === 'default')?.values ?? {};
    for (const [option, code] of Object.entries(COPIED)) {
        const value = values[option];
        if (typeof value !== 'string')
            continue;
        const bare = value.trim();
        const [issuer = ''] = bare.split('/.well-known/');
        if (option === 'issuer_url' && issuer !== bare)
            return fail('DISCOVERY_FAILED', 'issuer_url is the address of the discovery document', `cut off /.well-known/...: write '${issuer}'`);
        // Between scopes there are blanks anyway.
        const isHarmless = option === 'scope' && value.split(' ').every((part) => part.trim() === part);
        if (bare === value || isHarmless)
            continue;
        const fix = option === 'client_secret' ? 'enter it again without the blank' : `write '${bare}'`;
        const where = value.startsWith(bare.charAt(0)) ? 'end' : 'beginning';
        return fail(code, `${option} has a blank at its ${where}`, fix);
    }
    return undefined;
}
/** What documentation and examples write where the owner's own value belongs. */
const PLACEHOLDERS = [
    'example.com',
    'example.org',
    'example.net',
    '.example',
    '…',
    '...',
    '<',
    'changeme',
    'replace_me',
    'your-',
    'your_',
];
function checkPlaceholders({ oidc, roles }) {
    const named = [
        ['issuer_url', [oidc.issuer]],
        ['client_id', [oidc.clientId]],
        ['client_secret', [oidc.clientSecret]],
        ['redirect_uri', [oidc.redirectUri]],
        ...roles.flatMap((role) => RULE_KINDS.map((rule) => [`${role.name}.${rule}`, role[rule]])),
    ];
    const found = named.filter(([, values]) => values.some(isPlaceholder)).map(([name]) => name);
    if (found.length === 0)
        return pass('no example values');
    return warn(`${found.join(', ')} looks like an example`, 'put in your own values');
}
function isPlaceholder(value) {
    const lower = value.toLowerCase();
    return PLACEHOLDERS.some((text) => lower.includes(text));
}
function checkRoles({ oidc, roles }) {
    const hasRule = (role) => role.isDefault || RULE_KINDS.some((rule) => role[rule].length > 0);
    if (!roles.some(hasRule))
        return fail('USER_NOT_AUTHORIZED', 'no role has a rule: nobody can log in');
    for (const role of roles) {
        const dead = deadRuleOf(role);
        if (dead === undefined)
            continue;
        const text = `${dead.kind} '${dead.value}' of role ${role.name} can never match anybody`;
        return fail('USER_NOT_AUTHORIZED', text, dead.fix);
    }
    const open = roles.findIndex((role) => role.isDefault);
    const name = roles[open]?.name ?? '';
    if (open >= 0 && isPublicIssuer(oidc.issuer)) {
        return fail('USER_NOT_AUTHORIZED', `role ${name} takes everybody, and everybody can have an account at this provider`, `remove option default of role ${name} and name e-mail addresses, groups or subjects`);
    }
    const idle = roles.find((role) => hasRule(role) && role.login === '' && role.read.length + role.write.length === 0);
    if (idle !== undefined)
        return fail('ROLE_WITHOUT_RIGHTS', `role ${idle.name} does not allow anything`, `set read, write or login of role ${idle.name}`);
    if (open >= 0 && open < roles.length - 1)
        return warn(`roles behind ${name} are never reached: it takes everybody`, `move role ${name} to the end`);
    const taking = roles.filter(hasRule).map((role) => role.name);
    return pass(`${taking.join(', ')} can be logged in to`);
}
/** Providers at which anybody can make an account. */
const PUBLIC_HOSTS = [
    'accounts.google.com',
    'appleid.apple.com',
    'gitlab.com',
    'www.facebook.com',
    'www.linkedin.com',
    'id.twitch.tv',
    'slack.com',
    'discord.com',
    'api.login.yahoo.com',
    'www.paypal.com',
    'access.line.me',
    'oauth.telegram.org',
];
/** Entra's tenants of everybody; the last is that of personal accounts. */
const PUBLIC_TENANTS = [
    'common',
    'organizations',
    'consumers',
    '9188040d-6c67-4c5b-b112-36a304b66dad',
];
function isPublicIssuer(issuer) {
    const parsed = parseHttpsUrl(issuer);
    if (!parsed.ok)
        return false;
    const { host, path } = parsed.url;
    if (PUBLIC_HOSTS.includes(host))
        return true;
    return ((host === 'login.microsoftonline.com' || host === 'sts.windows.net') &&
        PUBLIC_TENANTS.includes(path.split('/')[1]?.toLowerCase() ?? ''));
}
function checkRedirectUri({ oidc }) {
    if (oidc.redirectUri !== '' && pathOf(oidc.redirectUri) !== CALLBACK_PATH)
        return warn(`the path of ${oidc.redirectUri} begins with more than ${CALLBACK_PATH}: pages and cookies of the router are outside of it`, `let the proxy pass on the router under a name of its own, and set redirect_uri to https://<name>${CALLBACK_PATH}`);
    if (oidc.redirectUri !== '')
        return pass(`${oidc.redirectUri}, which must be registered at the provider`);
    return warn('not set: it follows the address that the browser uses', `set redirect_uri to https://<router>${CALLBACK_PATH} and register exactly that at the provider`);
}
function pathOf(url) {
    const parsed = parseHttpsUrl(url);
    return parsed.ok ? parsed.url.path : '';
}
function checkEmail({ oidc, roles }) {
    if (!roles.some((role) => role.email.length + role.domain.length > 0))
        return skip('no role has e-mail rules');
    const { emailClaim, emailVerifiedClaim } = oidc;
    if (emailClaim === EMAIL_CLAIM && !oidc.scope.split(' ').includes('email'))
        return warn("roles have e-mail rules, but scope has no 'email'", "add 'email' to scope");
    if (!oidc.requireEmailVerified) {
        return warn('addresses count that nobody has verified: who can edit an own address at the provider can be anybody here', 'set require_email_verified to 1 and have addresses verified at the provider');
    }
    if (emailVerifiedClaim === '')
        return fail('EMAIL_NOT_VERIFIED', `no claim says that an address in ${emailClaim} is verified: e-mail rules match nobody`, 'set email_verified_claim to the claim that says so, or match by group or subject');
    if (emailVerifiedClaim === VERIFIED_CLAIM && emailClaim !== EMAIL_CLAIM)
        return warn(`email_verified speaks of the claim email, and not of ${emailClaim}`, 'set email_verified_claim to a claim that the provider sets for this address');
    return pass(`an address counts when ${emailVerifiedClaim} is true`);
}
const CONFIGURATION_CHECKS = [
    { id: 'config', title: 'Configuration', needs: [], run: checkConfig },
    {
        id: 'placeholders',
        title: 'Example values',
        needs: ['config'],
        run: ({ config }) => checkPlaceholders(config()),
    },
    { id: 'roles', title: 'Roles', needs: ['config'], run: ({ config }) => checkRoles(config()) },
    {
        id: 'redirect_uri',
        title: 'Redirect URI',
        needs: ['config'],
        run: ({ config }) => checkRedirectUri(config()),
    },
    {
        id: 'email',
        title: 'E-mail rules',
        needs: ['config'],
        run: ({ config }) => checkEmail(config()),
    },
];

// SPDX-License-Identifier: MIT
// The ucode implementation of the same name wrote the same configuration file (0.9, 0.10): what its values mean
// otherwise here (docs/upgrading.md).
/** Written by etc/uci-defaults/90-luci-sso after an upgrade; emptied by the owner. */
const TAKEN_OVER = '/etc/luci-sso/taken-over';
const MAX_MARK_BYTES = 64;
function checkEarlier({ host, sections }) {
    const mark = host.fileRead(TAKEN_OVER, MAX_MARK_BYTES);
    const isTakenOver = mark.ok && mark.bytes.length > 0;
    const found = [...unread(sections), ...(isTakenOver ? otherwise(sections) : [])];
    if (found.length > 0)
        return warn(found.join('; '), `change what is not meant so (docs/upgrading.md)${isTakenOver ? `, then empty ${TAKEN_OVER}` : ''}`);
    return pass('nothing means something else than in the earlier implementation');
}
/** What nothing here reads, so nobody but the earlier implementation can have meant it. */
function unread(sections) {
    const provider = sections.find(({ name }) => name === 'default')?.values ?? {};
    const found = [];
    for (const { name, type, values } of sections) {
        if (type === 'user')
            found.push(`section ${name} of type user is not read, only roles are`);
        if (type !== 'role' && name !== 'default')
            continue;
        const issuer = values['sub_issuer'] ?? provider['issuer_url'];
        if (issuer !== provider['issuer_url'])
            found.push(`sub_issuer of ${name} is not read: its sub rules count at any issuer_url`);
    }
    const internal = parseHttpsUrl(text$1(provider, 'internal_issuer_url'));
    if (internal.ok && internal.url.path !== '/' && internal.url.path !== '')
        found.push('the path of internal_issuer_url is not read: that of issuer_url is used');
    return found;
}
/** What is right here, and was something else there. */
function otherwise(sections) {
    const provider = sections.find(({ name }) => name === 'default')?.values ?? {};
    const found = [];
    if (['on', 'true', 'yes', 'enabled'].includes(text$1(provider, 'enabled')))
        found.push(`enabled '${text$1(provider, 'enabled')}' switches on, and only 1 did`);
    const roles = sections.filter(({ type }) => type === 'role');
    const partly = roles.filter(({ values }) => hasAll(values, 'read') !== hasAll(values, 'write'));
    for (const { name } of partly)
        found.push(`read and write of role ${name} are counted separately: * in one of them allowed everything in 0.9`);
    if (roles.length > 1)
        found.push('of several roles the first that matches counts: 0.9 added up their read and write');
    if (provider['require_email_verified'] === undefined &&
        roles.some(({ values }) => values['email'] !== undefined))
        found.push('require_email_verified is 1 when it is not set: 0.9 took any address');
    return found;
}
function text$1(values, name) {
    const value = values[name];
    return typeof value === 'string' ? value : '';
}
function hasAll(values, name) {
    const value = values[name];
    return Array.isArray(value) ? value.includes('*') : value === '*';
}
const EARLIER_CHECKS = [
    { id: 'earlier', title: 'Values of the earlier implementation', needs: [], run: checkEarlier },
];

// SPDX-License-Identifier: MIT
// The Date header (RFC 9110 5.6.7), in the one form that senders must write.
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
/** Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; `undefined` for anything else. */
function parseHttpDate(text) {
    const [, day = '', month = '', year = '', time = '', zone] = text.split(' ');
    const at = MONTHS.indexOf(month);
    const parts = [day, year, ...time.split(':')].map((part) => (part === '' ? NaN : Number(part)));
    const [date = NaN, fullYear = NaN, hours = NaN, minutes = NaN, seconds = NaN] = parts;
    if (zone !== 'GMT' || month.length !== 3 || at < 0 || at % 3 !== 0 || parts.length !== 5)
        return undefined;
    const days = daysSince1970(fullYear, at / 3 + 1, date);
    const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    return Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}
/** Of the Gregorian calendar; years are counted from March, so that the leap day is a year's last. */
function daysSince1970(year, month, day) {
    const y = month > 2 ? year : year - 1;
    const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
    return (y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468);
}

// SPDX-License-Identifier: MIT
// When the certificates of a PEM file end (RFC 5280 4.1.2.5): for a warning before that day, and for nothing else.
const BEGIN = '-----BEGIN CERTIFICATE-----';
const GENERALIZED_TIME = 24;
const VERSION = 0xa0;
/** Seconds since 1970 of the first end among its certificates; `undefined` when none can be read. */
function firstEnd(pem) {
    let first;
    for (const part of bytesToLatin1(pem).split(BEGIN).slice(1)) {
        const text = (part.split('-----END')[0] ?? '').split('\r').join('').split('\n').join('');
        const url = text.split('=')[0]?.split('+').join('-').split('/').join('_') ?? '';
        const end = endOf(decodeBase64url(url) ?? new Uint8Array(0));
        if (end !== undefined && (first === undefined || end < first))
            first = end;
    }
    return first;
}
function endOf(der) {
    const certificate = elementAt(der, 0);
    const tbs = certificate && elementAt(der, certificate.from);
    let element = tbs && elementAt(der, tbs.from);
    if (element?.tag === VERSION)
        element = elementAt(der, element.to);
    // serialNumber, signature, issuer, validity
    for (let i = 0; i < 3; i++)
        element = element && elementAt(der, element.to);
    const begin = element && elementAt(der, element.from);
    const end = begin && elementAt(der, begin.to);
    if (end === undefined)
        return undefined;
    const text = bytesToLatin1(der.subarray(end.from, end.to));
    // RFC 5280 4.1.2.5.1: two digits from 50 are of the last century.
    const year = end.tag === GENERALIZED_TIME ? '' : text < '50' ? '20' : '19';
    const full = year + text;
    const numberAt = (at, count) => Number(full.slice(at, at + count));
    const days = daysSince1970(numberAt(0, 4), numberAt(4, 2), numberAt(6, 2));
    const seconds = ((days * 24 + numberAt(8, 2)) * 60 + numberAt(10, 2)) * 60 + numberAt(12, 2);
    return Number.isSafeInteger(seconds) ? seconds : undefined;
}
function elementAt(der, at) {
    const tag = der[at];
    let length = der[at + 1];
    let from = at + 2;
    if (tag === undefined || length === undefined)
        return undefined;
    if (length > 128) {
        const count = length - 128;
        if (count > 3)
            return undefined;
        length = 0;
        for (let i = 0; i < count; i++)
            length = length * 256 + (der[from++] ?? 0);
    }
    const to = from + length;
    return to <= der.length ? { tag, from, to } : undefined;
}

// SPDX-License-Identifier: MIT
// Checks of the way to the provider: one connection, made as logins make it; how it failed tells which
// step is to blame.
const CERTIFICATES = '/etc/ssl/certs';
const MAX_CA_BYTES = 4194304;
const CODE = 'DISCOVERY_NETWORK_ERROR';
/** Causes that a connection has failed with before it came to the step. */
const BEFORE_TCP = ['NAME_NOT_RESOLVED', 'CA_FILE_UNUSABLE', 'NO_CA_CERTIFICATES'];
const BEFORE_TLS = [...BEFORE_TCP, 'CONNECTION_FAILED', 'TIMED_OUT'];
const OF_TLS = [
    'CONNECTION_CLOSED',
    'TLS_FAILED',
    'NOT_TLS',
    'CLIENT_CERT_DEMANDED',
    'CERT_UNREADABLE',
    'CERT_UNTRUSTED',
    'CERT_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'CA_FILE_UNUSABLE',
    'NO_CA_CERTIFICATES',
];
function hostOf(oidc) {
    const parsed = parseHttpsUrl(oidc.internalIssuerUrl === '' ? oidc.issuer : oidc.internalIssuerUrl);
    return parsed.ok ? `${parsed.url.host}` : '';
}
const WARNED_DAYS = 30;
const DAY_S = 86400;
function daysUntil(host, end) {
    return end === undefined ? undefined : Math.floor((end - host.wallSeconds()) / DAY_S);
}
function checkCaBundle({ host, config }) {
    const { caFile } = config().oidc;
    const own = caFile === '' ? undefined : host.fileRead(caFile, MAX_CA_BYTES);
    if (own !== undefined && !own.ok)
        return fail(CODE, `ca_file ${caFile}: ${own.reason}`, 'put the PEM file there, or unset ca_file');
    const daysLeft = own === undefined ? undefined : daysUntil(host, firstEnd(own.bytes));
    if (daysLeft !== undefined && daysLeft < WARNED_DAYS)
        return warn(`a certificate in ${caFile} ${daysLeft < 0 ? 'has ended' : `ends in ${daysLeft} days`}`, 'put the next certificate of that authority into the file, beside the old one');
    const listed = host.directoryList(CERTIFICATES);
    const count = (listed.ok ? listed.names : []).filter((name) => name.endsWith('.crt') || name.endsWith('.pem')).length;
    if (count > 0)
        return pass(`${count} files in ${CERTIFICATES}${own === undefined ? '' : `, and ${caFile}`}`);
    if (own !== undefined)
        return pass(`${caFile} only`);
    return fail(CODE, `${CERTIFICATES} has no certificate`, 'install the package ca-bundle');
}
async function checkDns({ config, connection }) {
    const { oidc } = config();
    if (oidc.internalAddress !== '')
        return skip(`internal_address is ${oidc.internalAddress}`);
    const name = hostOf(oidc);
    if (parseIpv4(name) !== undefined || parseIpv6(name) !== undefined)
        return skip('the provider is an address');
    const connected = await connection();
    if (connected.ok)
        return pass(`${name} was found`);
    if (connected.cause === 'TIMED_OUT')
        return warn(`neither name server nor ${name} answered in time`, "look at the router's name servers");
    if (connected.cause !== 'NAME_NOT_RESOLVED')
        return afterStep(connected.cause, ['CA_FILE_UNUSABLE', 'NO_CA_CERTIFICATES'], `${name} was found`);
    return failedBy(connected.cause, `${name}, ${connected.detail}`);
}
/** With the words of the cause. */
function failedBy(cause, detail) {
    return { ...fail(CODE, printable(detail)), cause };
}
async function checkTcp({ config, connection }) {
    const connected = await connection();
    const name = hostOf(config().oidc);
    if (connected.ok)
        return pass(`${name} accepts connections`);
    if (!['CONNECTION_FAILED', 'TIMED_OUT'].includes(connected.cause))
        return afterStep(connected.cause, BEFORE_TCP, `${name} accepts connections`);
    return failedBy(connected.cause, connected.detail);
}
async function checkChain({ connection }) {
    const connected = await connection();
    if (connected.ok)
        return pass(`trusted, ${connected.agreed}`);
    const { cause, detail } = connected;
    if (cause === 'CERT_NAME_MISMATCH' && detail.includes('expired'))
        return failedBy('CERT_EXPIRED', detail);
    return OF_TLS.includes(cause) ? failedBy(cause, detail) : afterStep(cause, BEFORE_TLS, 'trusted');
}
async function checkNames({ config, connection }) {
    const connected = await connection();
    const name = hostOf(config().oidc);
    if (connected.ok)
        return pass(`the certificate is for ${name}`);
    const { cause, detail } = connected;
    if (cause === 'CERT_NAME_MISMATCH' || detail.includes('other name'))
        return failedBy('CERT_NAME_MISMATCH', name);
    return cause.startsWith('CERT_')
        ? pass(`the certificate is for ${name}`)
        : skip(`not reached: ${cause}`);
}
/** The step is passed when the connection failed later, and was not reached when it failed before. */
function afterStep(cause, before, text) {
    return before.includes(cause) ? skip(`not reached: ${cause}`) : pass(text);
}
/** Beyond a Date header's whole seconds and the answer's way. */
const NEAR_S = 10;
async function checkClock({ host, config, discovery }) {
    if (host.wallSeconds() < RELEASE_TIME_S)
        return fail('CLOCK_UNSET', "the clock is before this program's release");
    let date;
    try {
        date = (await discovery()).response.headers.get('date') ?? '';
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return skip("not before this program's release; the provider could not be asked");
    }
    const there = parseHttpDate(date);
    if (there === undefined)
        return pass("not before this program's release; the provider sends no date");
    const now = host.wallSeconds();
    const off = Math.abs(now - there);
    const text = `${off} s ${now < there ? 'behind' : 'ahead of'} the provider`;
    const fix = 'let NTP work on both sides; clock_tolerance bridges what is left';
    if (off > Math.max(config().oidc.clockToleranceS, NEAR_S))
        return fail(now < there ? 'TOKEN_ISSUED_IN_FUTURE' : 'TOKEN_EXPIRED', text, fix);
    return off > NEAR_S ? warn(text, fix) : pass(off <= 1 ? 'the same as at the provider' : text);
}
const NETWORK_CHECKS = [
    { id: 'ca_bundle', title: 'CA certificates', needs: ['config'], run: checkCaBundle },
    { id: 'dns', title: 'Name', needs: ['config'], run: checkDns },
    { id: 'tcp', title: 'Connection', needs: ['config', 'dns'], run: checkTcp },
    { id: 'tls_chain', title: 'Certificate chain', needs: ['config', 'dns', 'tcp'], run: checkChain },
    { id: 'tls_names', title: 'Certificate name', needs: ['config', 'dns', 'tcp'], run: checkNames },
    { id: 'clock', title: 'Clock', needs: [], run: checkClock },
];

// SPDX-License-Identifier: MIT
// Checks of what the provider says about itself, and of how that fits the configuration.
const NETWORK = ['config', 'dns', 'tcp', 'tls_chain', 'tls_names'];
const DOCUMENT = [...NETWORK, 'discovery'];
const METADATA = [...DOCUMENT, 'issuer', 'endpoints'];
async function checkDiscovery({ discovery }) {
    try {
        const { document } = await discovery();
        return pass(`${Object.keys(document).length} members`);
    }
    catch (error) {
        return refused(error, [
            'DISCOVERY_NETWORK_ERROR',
            'DISCOVERY_FAILED',
            'INVALID_DISCOVERY_DOC',
            'INSECURE_ENDPOINT',
        ]);
    }
}
const ISSUER_CODES = [
    'DISCOVERY_MISSING_ISSUER',
    'DISCOVERY_ISSUER_MISMATCH',
];
async function checkIssuer({ discovery, provider, config }) {
    await discovery();
    try {
        await provider().metadata();
    }
    catch (error) {
        // Whatever else is wrong with the document stands behind another check.
        if (!(error instanceof Refusal) || ISSUER_CODES.includes(error.code))
            return refused(error);
    }
    return pass(config().oidc.issuer);
}
async function checkEndpoints({ config, discovery, provider }) {
    await discovery();
    try {
        const known = await provider().metadata();
        const { oidc } = config();
        const push = isPushed(oidc, known);
        if (push && known.parEndpoint === '')
            return fail('PAR_REQUIRED', 'requests are to be pushed, and the provider names no endpoint for them');
        if (known.requiresPar && !push)
            return warn('the provider demands pushed requests, and par is never', 'set par to auto');
        if (push || known.parEndpoint === '')
            return pass('all are https URLs');
        return pass('all are https URLs; if the provider refuses logins because this client must push its requests (PAR), set par to always');
    }
    catch (error) {
        return refused(error, [
            'DISCOVERY_MISSING_ENDPOINT',
            'INSECURE_ENDPOINT',
            'INVALID_DISCOVERY_DOC',
        ]);
    }
}
/** Whether the provider can answer as logins ask it to: a code, in the query of a redirect. */
async function checkFlow({ discovery }) {
    const { document } = await discovery();
    const types = listOf(document, 'response_types_supported');
    const modes = listOf(document, 'response_modes_supported');
    if (types.length > 0 && !types.includes('code'))
        return { ...fail('IDP_ERROR', namesOf(types)), cause: 'NO_CODE_FLOW' };
    if (modes.length > 0 && !modes.includes('query'))
        return { ...fail('METHOD_NOT_ALLOWED', namesOf(modes)), cause: 'FORM_POST_ONLY' };
    return pass('authorization code, in the query');
}
/** Empty when the provider does not say. */
function listOf(document, name) {
    const listed = document[name];
    return Array.isArray(listed) ? listed : [];
}
function namesOf(list) {
    return printable(list.filter((item) => typeof item === 'string').join(', '));
}
const NO_BYTES = new Uint8Array(0);
/** Why a key cannot verify signatures of the algorithm; `undefined` when it can. */
async function whyUnusable(alg, key) {
    const { verifySignature } = await loadAlgorithms();
    try {
        verifySignature(alg, key, NO_BYTES, NO_BYTES);
        return undefined;
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return error;
    }
}
async function isSupported(alg) {
    return (await whyUnusable(alg, {}))?.code !== 'UNSUPPORTED_ALGORITHM';
}
/** What this provider may sign with, as a login would take it. */
async function usableAlgs({ provider, config }) {
    const { idTokenAlgs } = await provider().metadata();
    const { allowedAlgs } = config().oidc;
    // OIDC Core 15.1: RS256 is what a provider must speak that says nothing.
    const announced = idTokenAlgs.length > 0 ? idTokenAlgs : ['RS256'];
    const usable = [];
    for (const alg of announced) {
        if ((allowedAlgs.length === 0 || allowedAlgs.includes(alg)) && (await isSupported(alg)))
            usable.push(alg);
    }
    return usable;
}
async function checkAlgorithms(context) {
    const usable = await usableAlgs(context);
    if (usable.length > 0)
        return pass(usable.join(', '));
    const { idTokenAlgs } = await context.provider().metadata();
    return fail('UNSUPPORTED_ALGORITHM', `the provider signs with ${printable(idTokenAlgs.join(', '))}`);
}
/** The `kid` under which there are two keys for one algorithm, so that no token can say which it means. */
async function sharedKid(algs, keys) {
    const { distinctKeys } = await loadAlgorithms();
    for (const alg of algs) {
        const kids = [];
        for (const key of distinctKeys(keys)) {
            if ((await whyUnusable(alg, key)) !== undefined)
                continue;
            const kid = ownMember(key, 'kid');
            if (kids.includes(kid))
                return kid === undefined ? 'no kid' : `kid "${printable(String(kid))}"`;
            kids.push(kid);
        }
    }
    return undefined;
}
async function checkKeys(context) {
    let keys;
    await context.provider().metadata();
    try {
        keys = (await context.provider().keys()).keys;
    }
    catch (error) {
        return refused(error);
    }
    const algs = await usableAlgs(context);
    const fitting = new Set();
    let usable = 0;
    let reason;
    for (const key of keys) {
        let isUsable = false;
        for (const alg of algs) {
            const why = await whyUnusable(alg, key);
            if (why === undefined) {
                isUsable = true;
                fitting.add(alg);
            }
            else if (reason === undefined || why.why !== undefined || why.code !== 'KEY_UNUSABLE') {
                reason = why;
            }
        }
        if (isUsable)
            usable++;
    }
    const text = `${usable} of ${keys.length} usable`;
    const shared = await sharedKid(algs, keys);
    if (shared !== undefined)
        return fail('KEY_AMBIGUOUS', `${text}, but different keys have ${shared}`);
    if (usable === 0 && reason === undefined)
        return fail('NO_KEYS_AVAILABLE', text);
    if (usable === 0 && reason !== undefined) {
        const { code, fact, why } = reason;
        return { ...fail(code, `${text}: ${fact}`), cause: why };
    }
    return pass(`${text}, for ${[...fitting].join(', ')}`);
}
async function checkPkce({ provider }) {
    const { codeChallengeMethods } = await provider().metadata();
    if (codeChallengeMethods.includes('S256'))
        return pass('S256');
    if (codeChallengeMethods.length > 0)
        return fail('PKCE_S256_UNSUPPORTED', `the provider offers ${printable(codeChallengeMethods.join(', '))}`);
    return warn('the provider does not say; S256 is sent all the same', 'look whether the provider enforces PKCE for this client');
}
/** Scopes that the provider lists; it need not list all (OIDC Discovery 3). */
function listedScopes(document) {
    return listOf(document, 'scopes_supported');
}
async function checkScopes({ config, discovery, provider }) {
    const wanted = config().oidc.scope.split(' ');
    const { document } = await discovery();
    await provider().metadata();
    const listed = listedScopes(document);
    const unknown = listed.length === 0 ? [] : wanted.filter((scope) => !listed.includes(scope));
    if (unknown.length === 0)
        return pass(wanted.join(' '));
    return warn(`the provider does not list ${unknown.join(' ')}`, 'take it out of scope if logins end in invalid_scope, or define it at the provider');
}
/** Whether the provider lists a scope; false also when it cannot be asked. */
async function listsScope({ discovery }, scope) {
    try {
        return listedScopes((await discovery()).document).includes(scope);
    }
    catch (error) {
        if (error instanceof Refusal)
            return false;
        throw error;
    }
}
/** What a name of a claim stands for. */
function claimPlaces(name) {
    if (!name.includes('.'))
        return `the claim ${name}`;
    return `the claim ${name.split('\\.').join('.')}, or else the path ${name.split('.').join(' > ')}`;
}
async function checkGroups({ config, discovery }) {
    const { oidc, roles } = config();
    if (!roles.some((role) => role.group.length > 0))
        return skip('no role has group rules');
    if (oidc.scope.split(' ').includes('groups'))
        return pass(`scope has 'groups'; the router looks for ${claimPlaces(oidc.groupsClaim)}`);
    const send = `have the provider put ${claimPlaces(oidc.groupsClaim)} into the ID token or userinfo`;
    const { document } = await discovery();
    const listed = listedScopes(document);
    if (oidc.groupsClaim !== 'groups' || (listed.length > 0 && !listed.includes('groups')))
        return pass(`no scope 'groups' here: ${send}`);
    if (listed.includes('groups'))
        return fail('USER_NOT_AUTHORIZED', "roles have group rules, but scope lacks 'groups', which this provider lists", `add 'groups' to scope, or ${send}`);
    return warn("roles have group rules, but scope has no 'groups'", `add 'groups' to scope, or ${send}`);
}
async function checkLogout({ config, provider }) {
    const { oidc } = config();
    if (!oidc.logoutAtProvider)
        return skip('logout_at_provider is off');
    const { endSessionEndpoint } = await provider().metadata();
    if (endSessionEndpoint === '')
        return skip('the provider has no such endpoint: Log out ends the session here only');
    const { redirectUri } = oidc;
    const origin = redirectUri === '' ? 'https://<router>' : redirectUri.slice(0, -CALLBACK_PATH.length);
    return warn('Log out also goes to the provider, which must know the way back; no check can see whether it does', `register ${origin}${LOGGED_OUT_PATH} as post-logout redirect URI`);
}
/** Whether sessions can follow their users: by what a login really brought, else by the metadata. */
async function checkRecheck({ host, config, discovery }) {
    const { oidc } = config();
    if (oidc.recheckS === 0)
        return skip('recheck is 0: nobody is looked up again');
    const received = lastReceived(host, oidc);
    if (received === 'claims_not_received')
        return warn('the provider answers, but leaves out a claim that a rule looks at: such sessions keep their role', 'have the provider put that claim into userinfo as well, or into refreshed ID tokens');
    if (received === 'kept')
        return pass(`the last login brought a refresh token; asked again every ${oidc.recheckS} s`);
    const { document } = await discovery();
    const grants = listOf(document, 'grant_types_supported');
    const hasGrant = grants.length === 0 || grants.includes('refresh_token');
    const isOffered = listedScopes(document).includes('offline_access');
    const isAsked = oidc.scope.split(' ').includes('offline_access');
    const fix = !hasGrant
        ? 'allow the grant type refresh_token for this client, or set recheck to 0'
        : isOffered && !isAsked
            ? 'add offline_access to scope, unless this provider sends refresh tokens without'
            : 'allow refresh tokens for this client at the provider, or set recheck to 0';
    if (received === 'none')
        return warn('the last login brought no refresh token: sessions do not follow their users', fix);
    if (!hasGrant)
        return warn('the provider lists no grant type refresh_token', fix);
    if (isOffered && !isAsked && !sendsUnasked(oidc.issuer))
        return warn("'offline_access' is missing in scope; most providers want it for a refresh token", fix);
    return pass('a refresh token is to be expected; the first login will tell');
}
/** Keycloak's come without; its offline_access makes sessions that outlive a logout. */
function sendsUnasked(issuer) {
    return issuer.includes('/realms/');
}
const PROVIDER_CHECKS = [
    { id: 'discovery', title: 'Discovery document', needs: NETWORK, run: checkDiscovery },
    { id: 'issuer', title: 'Issuer', needs: DOCUMENT, run: checkIssuer },
    { id: 'endpoints', title: 'Endpoints', needs: [...DOCUMENT, 'issuer'], run: checkEndpoints },
    { id: 'flow', title: 'Login flow', needs: DOCUMENT, run: checkFlow },
    { id: 'algorithms', title: 'Signature algorithms', needs: METADATA, run: checkAlgorithms },
    { id: 'keys', title: 'Signing keys', needs: [...METADATA, 'algorithms'], run: checkKeys },
    { id: 'pkce', title: 'PKCE', needs: METADATA, run: checkPkce },
    { id: 'scopes', title: 'Scopes', needs: METADATA, run: checkScopes },
    { id: 'groups', title: 'Group rules', needs: DOCUMENT, run: checkGroups },
    { id: 'logout', title: 'Log out at the provider', needs: METADATA, run: checkLogout },
    { id: 'recheck', title: 'Recheck', needs: DOCUMENT, run: checkRecheck },
];

// SPDX-License-Identifier: MIT
// Known answers on the device itself: a wrong compiler, byte order or flash cell shows here and not in
// a login that anybody passes. Keys are those of RFC 7520 3.3 and RFC 7515 A.3.
const MESSAGE = latin1ToBytes('luci-sso');
const RSA_KEY = {
    kty: 'RSA',
    e: 'AQAB',
    n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
};
const RSA_SIGNATURE = 'J-6HwQ7SEeTl1K0o3t8SyXU6nwqREOocgVit83ENwvDmnd3Nvvy9gs4Y4K6j9otQM-LL0pLRUKFzDQwHZ2zRFHC8gnTzZJoML4IeTmYb8h1O3JAzkUopEmNgVmJ9vfjaQbuTRqbbhtS6gN-QLVKCD21XHX514Vq5smtTRkWE0Reig5AUIvg_kneEtKJz8uA--eNmmdY_ivHCBtGNPxs9UUCtwlO6VnPKXJjdu9AEzDb4ALlkklk_UuAq8hoBk7bp_EVOo2-l2aCYUpCFOBA_vGHxD_cYKzKsgereLVhOqhBKRUzt7guaD2fv_MCz525BBq4L9-RRgrlXCICBSRAkMg';
const EC_KEY = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const EC_SIGNATURE = 'dReEvlXMcAJch_lBEygXZjHNLvY2zPdZWaaP1jelnCDdr8eLouHEVmqmSQZIHI-g6Eg9wK0hFCSkhgJIGz_k3g';
const CHILD_MS = 5000;
const PROTECTIONS = [
    ['chroot', 'root folder of its own'],
    ['user', 'user of its own'],
    ['nobody', 'user nobody'],
    ['limits', 'limits'],
    ['seccomp', 'system calls filtered'],
];
/** What protects the router from the process that talks to strangers; starts one that talks to nobody. */
function protectionOf(host) {
    const said = host.networkProtection(host.bootMilliseconds() + CHILD_MS);
    if (!said.ok)
        return { text: printable(said.reason), isRight: false };
    const words = said.holds.split(' ');
    const parts = PROTECTIONS.filter(([word]) => words.includes(word)).map(([, text]) => text);
    if (!words.includes('chroot'))
        parts.push('no change of user, as the program does not run as root');
    if (!words.includes('seccomp'))
        parts.push('system calls not filtered, as the kernel cannot');
    return { text: `network process: ${parts.join(', ')}`, isRight: true };
}
/** Every primitive that a login stands on, against what must come out. Takes no input and asks nobody. */
async function runSelfTest() {
    const { verifySignature } = await loadAlgorithms();
    const signed = (alg, key, signature) => {
        const bytes = decodeBase64url(signature) ?? new Uint8Array(0);
        const other = bytes.slice();
        other[8] = (other[8] ?? 0) ^ 1;
        try {
            return (verifySignature(alg, key, MESSAGE, bytes) && !verifySignature(alg, key, MESSAGE, other));
        }
        catch (error) {
            if (error instanceof Refusal)
                return false;
            throw error;
        }
    };
    return [
        {
            name: 'base64url',
            isRight: text(Uint8Array.of(0, 255, 251, 240, 63)) === 'AP_78D8' &&
                decodeBase64url('AP_78D9') === undefined,
        },
        {
            name: 'SHA-256',
            isRight: text(sha256(latin1ToBytes('abc'))) === 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
        },
        {
            name: 'SHA-256, two blocks',
            isRight: text(sha256(counted(119))) === '2hh5ftfDp3fwhH9ClySi2M1ROObtKJXD-hptOdGPfsY',
        },
        {
            name: 'HMAC-SHA-256',
            isRight: text(hmacSha256(counted(32), MESSAGE)) === 'Dob42KGChm-zdL65UqECwYD7D88IFljfkpG9HU4F-IY',
        },
        { name: 'secretbox', isRight: isBoxRight() },
        { name: 'RS256', isRight: signed('RS256', RSA_KEY, RSA_SIGNATURE) },
        { name: 'ES256', isRight: signed('ES256', EC_KEY, EC_SIGNATURE) },
    ];
}
const text = encodeBase64url;
/** 0, 1, 2 and so on. */
function counted(length) {
    return new Uint8Array(length).map((_, i) => i);
}
function isBoxRight() {
    const box = nacl.secretbox(MESSAGE, counted(24), counted(32));
    const open = nacl.secretbox.open(box, counted(24), counted(32));
    const other = box.slice();
    other[3] = (other[3] ?? 0) ^ 1;
    return (text(box) === 'RQVuH7-JiUmFGBFDEm6D3DKKWybqudF_' &&
        open !== null &&
        equalBytes(open, MESSAGE) &&
        nacl.secretbox.open(other, counted(24), counted(32)) === null);
}

// SPDX-License-Identifier: MIT
// Checks of the router's own side: what rpcd and LuCI must have of us, and this program itself.
const MENU_FILE = '/usr/share/luci/menu.d/luci-sso-login.json';
const SCRIPT_FILE = '/www/luci-static/resources/luci-sso-login.js';
const MAX_FILE_BYTES = 65536;
function checkRpcdLogins({ bus, config, isSaved }) {
    const { roles } = config();
    if (!isSaved)
        return skip('these values are not saved yet');
    try {
        const changes = pendingChanges(bus, roles);
        if (changes.length === 0)
            return pass('in step');
        return warn(`${changes.map(({ section }) => section).join(', ')} of /etc/config/rpcd differs from its role`, 'run luci-sso sync; the next login does the same');
    }
    catch (error) {
        return refused(error);
    }
}
/** The group that may change the settings page, and so everything. */
const OWN_GROUP = 'luci-app-sso';
/** What shows the client secret: the option, a backup of the configuration, and by files the rest. */
const SHOWING = [
    ['uci', CONFIG_NAME, 'read'],
    ['cgi-io', 'backup', 'read'],
];
/** The file itself, and the flash that it lies in; of use with what reads files. */
const SHOWING_FILES = [
    ['file', '/etc/config/luci-sso', 'read'],
    ['file', '/dev/mtdblock5', 'read'],
];
const READING_FILES = [
    ['ubus', 'file', 'read'],
    ['cgi-io', 'download', 'read'],
];
/** Programs that print any file, when they may be run with any arguments. */
const SHOWING_PROGRAMS = [
    ...['/bin/cat', '/bin/sh', '/bin/tar', '/sbin/sysupgrade', '/sbin/uci'],
    ...['/bin/cat /etc/config/luci-sso', '/sbin/uci show luci-sso'],
].map((command) => ['file', command, 'exec']);
const RUNNING = [
    ['ubus', 'file', 'exec'],
    ['cgi-io', 'exec', 'read'],
];
/** Fails for a role that allows nothing here; warns of groups that are not here, and of ways to the client secret. */
function checkRights({ host, bus, config }) {
    try {
        const known = readAccessGroups(host).map(({ name }) => name);
        const missing = [];
        for (const role of config().roles) {
            const { lists } = accessOf(bus, role);
            if (!hasOwnRights(computeGrants(host, lists).grants) && rulesOf(role).length > 0)
                return fail('ROLE_WITHOUT_RIGHTS', `role ${role.name}: its lists match no access group of this router`);
            for (const pattern of [...role.read, ...role.write]) {
                if (!pattern.startsWith('!') && !known.some((name) => matchesPattern(pattern, name)))
                    missing.push(`${pattern} of role ${role.name}`);
            }
        }
        const seeing = [];
        const giving = new Set();
        for (const role of config().roles) {
            const groups = groupsShowingSecret(host, accessOf(bus, role).lists);
            if (groups.length > 0)
                seeing.push(`role ${role.name} by ${groups.join(', ')}`);
            for (const group of groups)
                giving.add(`!${group}`);
        }
        if (seeing.length === 0 && missing.length > 0)
            return warn(`no ACL file has the access group ${missing.join(', ')}`, 'correct the name, or install the package that brings the group');
        if (seeing.length === 0)
            return pass('only who may change the settings page reads client_secret');
        return warn(`client_secret can be read without the settings page: ${seeing.join('; ')}`, `add ${[...giving].join(' and ')} to both lists, read and write, of the role, or of the rpcd login that it names`);
    }
    catch (error) {
        return refused(error, ['MISSING_RPCD_LOGIN', 'UBUS_LOGIN_FAILED']);
    }
}
/** Access groups by which these lists read the secret; none when they may change it anyway. */
function groupsShowingSecret(host, lists) {
    const groups = grantsByGroup(host, lists);
    const all = [...groups.values()];
    if (all.some((grants) => mayUse(grants, ['access-group', OWN_GROUP, 'write'])))
        return [];
    const has = (right) => all.some((grants) => mayUse(grants, right));
    const showing = [
        ...SHOWING,
        ...(READING_FILES.some(has) ? SHOWING_FILES : []),
        ...(RUNNING.some(has) ? SHOWING_PROGRAMS : []),
    ];
    return [...groups]
        .filter(([, grants]) => showing.some((right) => mayUse(grants, right)))
        .map(([name]) => name);
}
function mayUse(grants, [scope, object, method]) {
    const pairs = grants.get(scope) ?? [];
    return pairs.some(([objects, methods]) => matchesPattern(objects, object) && matchesPattern(methods, method));
}
function checkLoginHook({ host, bus }) {
    const missing = [MENU_FILE, SCRIPT_FILE].filter((file) => textOf(host, file) === undefined);
    if (missing.length > 0)
        return warn(`${missing.join(' and ')} is missing: the login page shows no button`, 'install the package again');
    const theme = activeTheme(bus);
    if (loadsScripts(host, theme))
        return pass('installed');
    return warn(`the login page of the theme ${printable(theme)} does not load LuCI's scripts, so it shows no button`, 'log in at /cgi-bin/luci-sso, or choose another theme');
}
/** '' when it is not known. */
function activeTheme(bus) {
    const main = readPackage(bus, 'luci').find(({ name }) => name === 'main');
    const base = main?.values['mediaurlbase'];
    return typeof base === 'string' ? base.slice(base.lastIndexOf('/') + 1) : '';
}
/** Where LuCI in ucode and in Lua looks for a theme's own login page; without one it takes its own. */
const TEMPLATES = [
    ['/usr/share/ucode/luci/template/themes/', '.ut'],
    ['/usr/lib/lua/luci/view/themes/', '.htm'],
];
/** What all other themes load by their headers, and what the button arrives with. */
const LOADED = ['admin/translations', 'cbi.js', 'luci.js'];
function loadsScripts(host, theme) {
    if (theme === '' || theme.startsWith('.'))
        return true;
    for (const [folder, suffix] of TEMPLATES) {
        const page = textOf(host, `${folder}${theme}/sysauth${suffix}`);
        if (page === undefined)
            continue;
        const files = host.directoryList(folder + theme);
        const parts = (files.ok ? files.names : [])
            .filter((name) => name.endsWith(suffix) && includes(page, name.slice(0, -suffix.length)))
            .map((name) => textOf(host, `${folder}${theme}/${name}`) ?? '');
        return [page, ...parts].some((text) => LOADED.some((script) => text.includes(script)));
    }
    return true;
}
/** Whether a template names another one, as the whole or the last part of a name in quotes. */
function includes(page, name) {
    return ["'", '"'].some((quote) => page.includes(`${quote}${name}${quote}`) || page.includes(`/${name}${quote}`));
}
function textOf(host, file) {
    const read = host.fileRead(file, MAX_FILE_BYTES);
    return read.ok ? decodeUtf8(read.bytes) : undefined;
}
/** Without it sessions end by idleness alone. Nobody has to run it before the first login. */
function checkGuard({ host, config }) {
    const { oidc } = config();
    const guarding = guardingOf(host);
    if (guarding === 'guard')
        return pass('runs');
    if (guarding === 'cron')
        return pass('ticks of cron stand in');
    if (!oidc.enabled)
        return skip('SSO is off');
    if (!wasGuardStarted(host))
        return pass('does not run yet; the next login starts it');
    return warn('does not run: sessions end by idleness alone, and withdrawn rights may come back', 'run /etc/init.d/luci-sso start; where there is no procd, let cron run luci-sso tick each minute');
}
function checkLuciCookie({ host }) {
    const name = knownCookieName(host);
    if (name !== undefined)
        return pass(name);
    return warn("LuCI's menu names no cookie that is known here", 'is luci-base installed? update luci-sso');
}
/** Passes when every answer is the known one. */
function judgeSelfTest(vectors) {
    const wrong = vectors.filter(({ isRight }) => !isRight).map(({ name }) => name);
    if (wrong.length === 0)
        return pass(`${vectors.length} known answers`);
    return fail('INTERNAL_ERROR', `wrong: ${wrong.join(', ')}`, 'install the package for this architecture again, and report it');
}
/** Where the kernel has no filter or we are not root, that is said and is no failure. */
function judgeProtection({ text, isRight }) {
    return isRight ? pass(text) : fail('INTERNAL_ERROR', text, 'free some memory, or report it');
}
const ROUTER_CHECKS = [
    { id: 'rpcd_logins', title: 'Logins of roles in rpcd', needs: ['config'], run: checkRpcdLogins },
    { id: 'rights', title: 'Rights of roles', needs: ['config'], run: checkRights },
    { id: 'login_hook', title: 'Button on the login page', needs: [], run: checkLoginHook },
    { id: 'guard', title: 'Guard', needs: ['config'], run: checkGuard },
    { id: 'luci_cookie', title: "LuCI's cookie", needs: [], run: checkLuciCookie },
    {
        id: 'selftest',
        title: 'Self-test',
        needs: [],
        run: async () => judgeSelfTest(await runSelfTest()),
    },
    {
        id: 'sandbox',
        title: 'Network process',
        needs: [],
        run: ({ host }) => judgeProtection(protectionOf(host)),
    },
];

// SPDX-License-Identifier: MIT
// What checks look at: one configuration, and what the provider answers to it. Each answer is asked
// for once, by the code that logins use, but from no cache and into none.
/** rpcd's callers wait 20 s at most, and a page shows progress: one check has 10 s, start and all. */
const CHECK_TIMEOUT_MS = 9000;
/** `sections` as of /etc/config/luci-sso; SSO counts as switched on, because that is the question. */
function newContext(host, bus, sections, isSaved) {
    const read = readAsEnabled(sections);
    const exchange = {
        host,
        request: NO_REQUEST,
        correlationId: newCorrelationId(host),
        headers: [],
    };
    let deadline = 0;
    const begin = () => {
        deadline = host.bootMilliseconds() + CHECK_TIMEOUT_MS;
    };
    begin();
    const config = () => {
        if (!read.ok)
            throw new Refusal('CONFIG_ERROR', read.problems.join('; '));
        return read.value;
    };
    const connection = once(async () => {
        const { connectHttps, documentUrl } = await loadProvider();
        return connectHttps(await provider().client(), documentUrl(config().oidc));
    });
    const discovery = once(async () => {
        const connected = await connection();
        if (!connected.ok)
            throw new Refusal('DISCOVERY_NETWORK_ERROR', `${connected.cause} (${printable(connected.detail)})`);
        return (await loadProvider()).fetchDocument(provider());
    });
    let opened;
    const provider = () => (opened ?? (opened = openUncached(exchange, config().oidc, discovery, () => deadline)));
    const close = async () => opened?.close();
    return {
        host,
        bus,
        isSaved,
        sections,
        read,
        config,
        provider,
        connection,
        discovery,
        begin,
        close,
    };
}
/** The provider as it is now; its metadata are of the one document that all checks look at. */
function openUncached(exchange, config, discovery, deadlineOf) {
    let isOpen = false;
    const provider = {
        exchange,
        config,
        cache: 'off',
        key: '',
        cachedMetadata: () => undefined,
        metadata: once(async () => {
            const { document } = await discovery();
            return (await loadProvider()).checkMetadata(exchange, config, document);
        }),
        keys: once(async () => {
            const metadata = await provider.metadata();
            return (await loadProvider()).fetchKeys(provider, metadata);
        }),
        isFresh: () => true,
        acquire: () => undefined,
        client: once(async () => {
            const client = (await loadProvider()).openClient(provider);
            isOpen = true;
            return {
                ...client,
                get deadline() {
                    return deadlineOf();
                },
            };
        }),
        close: async () => {
            if (isOpen)
                (await loadProvider()).closeConnections(await provider.client());
        },
    };
    return provider;
}
/** What is wrong as it stands comes first: a wrong `enabled` must not hide behind ours. */
function readAsEnabled(sections) {
    const asIs = readConfig(sections);
    if (!asIs.ok)
        return asIs;
    return readConfig(sections.map((section) => section.name === 'default'
        ? { ...section, values: { ...section.values, enabled: '1' } }
        : section));
}

// SPDX-License-Identifier: MIT
// Unsaved values of a form as sections of /etc/config/luci-sso, so that the one reader judges them.
const MAX_ROLES = 64;
const PROVIDER_SECTION = { name: 'default', type: 'oidc' };
/**
 * `values` as the page sends them: `provider` and `roles`, each optional; what is absent is taken from
 * `saved`. Refuses with INVALID_INPUT what no form sends.
 */
function sectionsOf(values, saved) {
    const { provider, roles } = objectOf(values, 'values');
    const others = saved.filter(({ type }) => type !== 'oidc' && type !== 'role');
    const providers = provider === undefined
        ? saved.filter(({ type }) => type === 'oidc')
        : [{ ...PROVIDER_SECTION, values: optionsOf(provider, 'values.provider') }];
    return [...providers, ...rolesOf(roles, saved), ...others];
}
function rolesOf(roles, saved) {
    if (roles === undefined)
        return saved.filter(({ type }) => type === 'role');
    if (!Array.isArray(roles) || roles.length > MAX_ROLES)
        throw new Refusal('INVALID_INPUT', `values.roles must be a list of at most ${MAX_ROLES}`);
    return roles.map((role, index) => {
        const { name, ...options } = objectOf(role, `values.roles[${index}]`);
        if (typeof name !== 'string')
            throw new Refusal('INVALID_INPUT', `values.roles[${index}] has no name`);
        return { name, type: 'role', values: optionsOf(options, `values.roles[${index}]`) };
    });
}
function optionsOf(given, where) {
    const options = objectOf(given, where);
    const table = {};
    for (const name of Object.keys(options)) {
        const value = options[name];
        if (name.startsWith('.'))
            continue;
        if (!isText(value) && !(Array.isArray(value) && value.every(isText)))
            throw new Refusal('INVALID_INPUT', `${where}.${name} must be a text or a list of texts`);
        table[name] = value;
    }
    return table;
}
function isText(value) {
    return typeof value === 'string';
}
function objectOf(value, where) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new Refusal('INVALID_INPUT', `${where} must be an object`);
    return value;
}

// SPDX-License-Identifier: MIT
// The one engine behind `luci-sso check`, `luci-sso setup` and Test connection. It saves
// nothing: no cache is read or written, no failure is remembered.
/** In running order: from what is here to what is far. */
const CHECKS = [
    ...CONFIGURATION_CHECKS,
    ...EARLIER_CHECKS,
    ...NETWORK_CHECKS,
    ...PROVIDER_CHECKS,
    ...CLIENT_CHECKS,
    ...ROUTER_CHECKS,
];
/** Runs one check within 10 s. */
async function runCheck(context, check) {
    context.begin();
    const { id, title } = check;
    const { status, text: found, fix, code, cause } = await findingOf(context, check);
    const text = withoutBidi(found);
    if (code === undefined)
        return { id, title, status, text, fix: fix ?? '', code: '' };
    const { REMEDIES } = await loadRemedies();
    const [ofCode, remedyOfCode] = REMEDIES[code];
    const [, meaning, remedy] = cause === undefined ? ['', ofCode, remedyOfCode] : (await loadCauses()).CAUSES[cause];
    const said = cause === undefined ? text || meaning : text === '' ? meaning : `${meaning}: ${text}`;
    return { id, title, status, text: said, fix: fix ?? remedy, code };
}
async function findingOf(context, check) {
    try {
        return await check.run(context);
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return skip(`not reached: ${error.code}`);
    }
}
/** Runs several checks, handing each result over as it comes; what needs a failed one is skipped. */
async function runChecks(context, checks, report) {
    const results = [];
    for (const check of checks) {
        const failed = check.needs.find((need) => results.some(({ id, status }) => id === need && status === 'FAIL'));
        const result = failed === undefined
            ? await runCheck(context, check)
            : { id: check.id, title: check.title, ...skip(`needs ${failed}`), fix: '', code: '' };
        results.push(result);
        report(result);
    }
    return results;
}

export { CHECKS, deadRuleOf, groupsShowingSecret, listsScope, newContext, protectionOf, runCheck, runChecks, runSelfTest, sectionsOf };
