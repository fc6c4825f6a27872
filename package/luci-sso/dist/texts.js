import { withoutBidi, logExchange, jsonResponse, LUCI_PATH, START_PATH, withParameters, htmlResponse } from './core.js';
import { loadLanguage, loadCauses, loadLogin } from './load.js';

// SPDX-License-Identifier: MIT
// The closed table of refusals: code -> HTTP status, log level, and which sentence the user sees.
// Codes are kept for ever; docs/errors.md is compared with this table.
const REFUSALS = {
    // the router
    SSO_DISABLED: [503, 'info', 'disabled'],
    CONFIG_ERROR: [500, 'error', 'router'],
    UCI_ERROR: [500, 'error', 'router'],
    UBUS_CONNECT_FAILED: [500, 'error', 'router'],
    UBUS_ERROR: [500, 'error', 'router'],
    UBUS_LOGIN_FAILED: [500, 'error', 'router'],
    MISSING_RPCD_LOGIN: [500, 'error', 'router'],
    STATE_SAVE_FAILED: [500, 'error', 'router'],
    INTERNAL_ERROR: [500, 'error', 'router'],
    CLOCK_UNSET: [503, 'error', 'clock'],
    // the request
    NOT_FOUND: [404, 'info', 'notFound'],
    METHOD_NOT_ALLOWED: [405, 'info', 'notFound'],
    MALFORMED_REQUEST: [400, 'warning', 'malformed'],
    DUPLICATE_PARAMETER: [400, 'warning', 'malformed'],
    INPUT_TOO_LARGE: [431, 'warning', 'tooLarge'],
    INVALID_INPUT: [400, 'warning', 'malformed'],
    INVALID_HOST: [400, 'warning', 'malformed'],
    HTTPS_REQUIRED: [400, 'warning', 'https'],
    BODY_TIMEOUT: [408, 'warning', 'malformed'],
    TOO_MANY_REQUESTS: [429, 'warning', 'busy'],
    PROVIDER_BUSY: [503, 'warning', 'busy'],
    // the handshake
    MISSING_STATE_PARAMETER: [400, 'warning', 'malformed'],
    MISSING_HANDSHAKE_COOKIE: [401, 'warning', 'handshakeLost'],
    MALFORMED_STATE_COOKIE: [401, 'warning', 'handshakeLost'],
    STATE_PARAMETER_MISMATCH: [403, 'warning', 'handshakeLost'],
    STATE_NOT_FOUND: [401, 'warning', 'handshakeOver'],
    STATE_CORRUPTED: [401, 'error', 'handshakeLost'],
    HANDSHAKE_CHANGED: [401, 'warning', 'handshakeOver'],
    HANDSHAKE_EXPIRED: [401, 'warning', 'handshakeOver'],
    HANDSHAKE_USED: [401, 'warning', 'handshakeUsed'],
    // the provider's answer in the browser
    ACCESS_DENIED: [403, 'info', 'denied'],
    IDP_ERROR: [400, 'warning', 'providerRefused'],
    MISSING_CODE: [400, 'warning', 'malformed'],
    INVALID_CODE: [400, 'warning', 'malformed'],
    ISS_MISMATCH: [400, 'error', 'notVerified'],
    ISS_MISSING: [400, 'error', 'notVerified'],
    // discovery and keys
    DISCOVERY_NETWORK_ERROR: [502, 'error', 'unreachable'],
    DISCOVERY_FAILED: [502, 'error', 'providerSetup'],
    INVALID_DISCOVERY_DOC: [502, 'error', 'providerSetup'],
    DISCOVERY_MISSING_ISSUER: [502, 'error', 'providerSetup'],
    DISCOVERY_ISSUER_MISMATCH: [502, 'error', 'providerSetup'],
    DISCOVERY_MISSING_ENDPOINT: [502, 'error', 'providerSetup'],
    INSECURE_ENDPOINT: [502, 'error', 'providerSetup'],
    PAR_REQUIRED: [502, 'error', 'providerSetup'],
    PAR_NETWORK_ERROR: [502, 'error', 'unreachable'],
    PAR_FAILED: [502, 'error', 'providerSetup'],
    PKCE_S256_UNSUPPORTED: [502, 'error', 'providerSetup'],
    AUTHORIZATION_URL_TOO_LONG: [500, 'error', 'providerSetup'],
    JWKS_NETWORK_ERROR: [502, 'error', 'unreachable'],
    JWKS_FETCH_FAILED: [502, 'error', 'providerSetup'],
    INVALID_JWKS_FORMAT: [502, 'error', 'providerSetup'],
    // token and userinfo
    CLIENT_AUTH_UNSUPPORTED: [502, 'error', 'providerSetup'],
    TOKEN_ENDPOINT_NETWORK_ERROR: [502, 'error', 'unreachable'],
    OIDC_INVALID_GRANT: [502, 'warning', 'handshakeOver'],
    CLIENT_REJECTED: [502, 'error', 'providerSetup'],
    TOKEN_EXCHANGE_FAILED: [502, 'error', 'providerRefused'],
    TOKEN_RESPONSE_INVALID_JSON: [502, 'error', 'providerSetup'],
    TOKEN_TYPE_UNSUPPORTED: [502, 'error', 'providerSetup'],
    MISSING_ACCESS_TOKEN: [502, 'error', 'providerSetup'],
    MISSING_ID_TOKEN: [502, 'error', 'providerSetup'],
    USERINFO_NETWORK_ERROR: [502, 'error', 'unreachable'],
    USERINFO_FETCH_FAILED: [502, 'error', 'providerSetup'],
    USERINFO_SIGNED: [502, 'error', 'providerSetup'],
    USERINFO_INVALID_JSON: [502, 'error', 'providerSetup'],
    IDENTITY_MISMATCH: [403, 'error', 'notVerified'],
    // the user
    USER_NOT_AUTHORIZED: [403, 'warning', 'notAuthorized'],
    ROLE_WITHOUT_RIGHTS: [403, 'error', 'notAuthorized'],
    EMAIL_NOT_VERIFIED: [403, 'warning', 'emailNotVerified'],
    // the ID token
    INVALID_ARGUMENT: [500, 'error', 'router'],
    TOKEN_TOO_LARGE: [401, 'error', 'providerSetup'],
    MALFORMED_JWT: [401, 'error', 'notVerified'],
    JWE_UNSUPPORTED: [401, 'error', 'providerSetup'],
    INVALID_JWT_HEADER: [401, 'error', 'notVerified'],
    CRITICAL_HEADER_UNSUPPORTED: [401, 'error', 'providerSetup'],
    TOKEN_TYPE_MISMATCH: [401, 'error', 'providerSetup'],
    UNSUPPORTED_ALGORITHM: [401, 'error', 'providerSetup'],
    INVALID_PAYLOAD_ENCODING: [401, 'error', 'notVerified'],
    INVALID_PAYLOAD_JSON: [401, 'error', 'notVerified'],
    INVALID_SIGNATURE_ENCODING: [401, 'error', 'notVerified'],
    INVALID_SIGNATURE: [401, 'error', 'notVerified'],
    NO_KEYS_AVAILABLE: [401, 'error', 'providerSetup'],
    KEY_NOT_FOUND: [401, 'error', 'notVerified'],
    KEY_AMBIGUOUS: [401, 'error', 'providerSetup'],
    KEY_UNUSABLE: [401, 'error', 'providerSetup'],
    ISSUER_MISMATCH: [401, 'error', 'providerSetup'],
    INVALID_AUDIENCE: [401, 'error', 'notVerified'],
    MALFORMED_AUDIENCE: [401, 'error', 'notVerified'],
    AUDIENCE_MISMATCH: [401, 'error', 'providerSetup'],
    AZP_MISMATCH: [401, 'error', 'providerSetup'],
    MISSING_EXP_CLAIM: [401, 'error', 'notVerified'],
    INVALID_EXP_CLAIM: [401, 'error', 'notVerified'],
    TOKEN_EXPIRED: [401, 'error', 'clock'],
    INVALID_NBF_CLAIM: [401, 'error', 'notVerified'],
    TOKEN_NOT_YET_VALID: [401, 'error', 'clock'],
    MISSING_IAT_CLAIM: [401, 'error', 'notVerified'],
    INVALID_IAT_CLAIM: [401, 'error', 'notVerified'],
    TOKEN_ISSUED_IN_FUTURE: [401, 'error', 'clock'],
    MISSING_SUB_CLAIM: [401, 'error', 'notVerified'],
    MISSING_NONCE: [401, 'error', 'notVerified'],
    NONCE_MISMATCH: [401, 'error', 'notVerified'],
    AT_HASH_MISMATCH: [401, 'error', 'notVerified'],
    INVALID_SUB_CLAIM: [401, 'error', 'notVerified'],
    ACR_MISMATCH: [401, 'error', 'signInAgain'],
    MISSING_AUTH_TIME: [401, 'error', 'providerSetup'],
    INVALID_AUTH_TIME: [401, 'error', 'notVerified'],
    AUTH_TIME_TOO_OLD: [401, 'error', 'signInAgain'],
    MISSING_KTY: [401, 'error', 'notVerified'],
    UNSUPPORTED_KTY: [401, 'error', 'notVerified'],
    UNSUPPORTED_CURVE: [401, 'error', 'notVerified'],
    MISSING_RSA_PARAMS: [401, 'error', 'notVerified'],
    INVALID_RSA_PARAMS_ENCODING: [401, 'error', 'notVerified'],
    MISSING_EC_PARAMS: [401, 'error', 'notVerified'],
    INVALID_EC_PARAMS_ENCODING: [401, 'error', 'notVerified'],
    // the logout token
    MISSING_JTI_CLAIM: [400, 'error', 'notVerified'],
    INVALID_SID_CLAIM: [400, 'error', 'notVerified'],
    MISSING_LOGOUT_EVENT: [400, 'error', 'notVerified'],
    BROWSER_REQUEST: [403, 'warning', 'malformed'],
    LOGOUT_BUSY: [503, 'warning', 'busy'],
    LOGOUT_TOKEN_USED: [400, 'warning', 'notVerified'],
    NONCE_IN_LOGOUT_TOKEN: [400, 'error', 'notVerified'],
};

const refusals = /*#__PURE__*/Object.freeze({
    __proto__: null,
    REFUSALS
});

// SPDX-License-Identifier: MIT
// What a refused user reads: what happened, and what to do next. Calm, plain, without blame. English
// stands here; every other language is a file of languages/, and a chunk that only its readers load.
/** The languages of languages/; English needs none. */
const LANGUAGES = ['de', 'fr', 'es', 'pt', 'it', 'pl', 'ru', 'zh', 'ja'];
const ENGLISH = {
    words: {
        title: 'Single sign-on',
        refused: 'Login did not work',
        tryAgain: 'Try again',
        password: 'Login with password',
        switchAccount: 'Switch account',
        signedInAs: 'You are signed in at your provider as',
        code: 'Code',
        reference: 'Reference',
        landing: 'You are logged in.',
        goOn: 'Continue to the router',
        asked: 'The link that you followed leads to the page below. Open it only if you meant to.',
        firstPage: 'Start page of the router',
        loggedOut: 'You are logged out of the router.',
        loggedOutThere: 'You are also signed out at your provider.',
        sso: 'Login with SSO',
    },
    sentences: {
        disabled: 'Single sign-on is switched off on this router. Please log in with your password.',
        router: 'Something is wrong on this router. Please tell its administrator the reference below, and log in with your password meanwhile.',
        clock: "The router's clock and the provider's do not agree. Wait until the router has its time from the network, then try again.",
        notFound: 'This page does not exist.',
        malformed: 'The request was incomplete or damaged. Please start the login again.',
        tooLarge: 'Your browser sent too much data. Delete the cookies of this router and try again.',
        https: 'Single sign-on needs a secure connection. Open this router with https:// and try again.',
        busy: 'The router is busy with other logins. Wait a moment and try again, or log in with your password.',
        handshakeLost: "This login was started in another browser, or at another address of the router. Open the router's login page and start there.",
        handshakeOver: 'This login was already used or took too long. Please start again.',
        handshakeUsed: 'This login has already been completed. Continue to the router; if it asks for a password, start again.',
        denied: 'The login was cancelled, or your provider did not allow it.',
        providerRefused: 'Your provider refused the login. Please try again; if it stays so, tell the administrator the reference below.',
        notVerified: "The provider's answer could not be verified, so nobody was logged in. Please start again; if this persists, give your administrator the reference below.",
        unreachable: 'Your provider could not be reached, or it has a fault. Try again later, or log in with your password.',
        insecure: 'The router could not connect to your provider securely. Please give your administrator the reference below, and log in with your password meanwhile.',
        inFront: 'Something in front of your provider answered in its place. Please give your administrator the reference below.',
        signInAgain: 'This router requires another sign-in at your provider: a recent one, or one with a second factor. Sign out there, then try again.',
        providerSetup: 'The provider and this router are not set up for each other. Please give your administrator the reference below.',
        notAuthorized: 'Your account has no access to this router. Ask its administrator, or use another account.',
        emailNotVerified: 'Your e-mail address is not verified at the provider, so it cannot be used to log in here. Have it verified there (Pocket ID: "Email verified" of the user), then try again.',
    },
};

// SPDX-License-Identifier: MIT
// The pages this program shows: a refusal, the landings behind a login and a logout. Small HTML
// without scripts; every foreign text is escaped.
const PASSWORD_PATH = `${LUCI_PATH}?local=true`;
/** The only style; its hash stands in http/response.ts. */
const PAGE_STYLE = 'body{font:16px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em;overflow-wrap:anywhere;color:#404040;background:#fff}' +
    'h1{font-size:1.4em;color:#0069d6}a{color:#0069d6;margin-right:1.5em}small{color:#808080}' +
    '@media(prefers-color-scheme:dark){body{color:#ddd;background:#222}h1,a{color:#5caeff}}';
/** Chinese in its traditional script, which we do not write. */
const TRADITIONAL = ['zh-tw', 'zh-hk', 'zh-mo', 'zh-hant'];
/** The first language of the browser that we speak; English otherwise. */
function languageOf(acceptLanguage) {
    for (const part of acceptLanguage.toLowerCase().split(',')) {
        const tag = (part.split(';')[0] ?? '').trim();
        const primary = tag.split('-')[0];
        if (primary === 'en')
            return 'en';
        const language = LANGUAGES.find((known) => known === primary);
        if (language !== undefined && !TRADITIONAL.some((other) => tag.startsWith(other)))
            return language;
    }
    return 'en';
}
async function textsOf(language) {
    return language === 'en' ? ENGLISH : (await loadLanguage(language)).TEXTS;
}
/** Logs the refusal and answers with its page; the code's row decides status and level, and the sentence unless the cause has one. */
async function renderRefusal(exchange, refusal) {
    const [status, level, ofCode] = REFUSALS[refusal.code];
    const name = (await sentenceOf(refusal.why)) || ofCode;
    logExchange(exchange, level, refusal.code, refusal.detail);
    const language = languageOf(exchange.request.acceptLanguage);
    const { words, sentences } = await textsOf(language);
    const wanted = await restartParameters(exchange);
    const links = [
        link(withParameters(START_PATH, wanted), words.tryAgain),
        link(PASSWORD_PATH, words.password),
    ];
    const isOver = name === 'handshakeUsed';
    if (isOver)
        links.unshift(link(LUCI_PATH, words.goOn));
    const lines = [
        `<h1>${isOver ? words.title : words.refused}</h1>`,
        `<p>${escapeHtml(sentences[name])}</p>`,
    ];
    if (refusal.account !== '')
        lines.push(`<p>${words.signedInAs} <b>${escapeHtml(refusal.account)}</b>.</p>`);
    if (ofCode === 'notAuthorized' || ofCode === 'emailNotVerified') {
        const switching = [['prompt', 'select_account'], ...wanted];
        links.unshift(link(withParameters(`${START_PATH}/login`, switching), words.switchAccount));
    }
    lines.push(`<p>${links.join(' ')}</p>`);
    lines.push(`<p><small>${words.code}: ${refusal.code}<br>${words.reference}: ${exchange.correlationId}</small></p>`);
    return htmlResponse(status, page(language, words.title, '', lines), exchange.headers);
}
async function sentenceOf(cause) {
    return cause === undefined ? '' : (await loadCauses()).CAUSES[cause][0];
}
/**
 * Logs the refusal and answers as a provider's logout expects it (Back-Channel Logout 1.0, 2.8): 400
 * and JSON, without a sentence for people. What is not the token's fault keeps its status: 408, 429, 500, 503.
 */
function renderApiRefusal(exchange, refusal) {
    const [status, level] = REFUSALS[refusal.code];
    logExchange(exchange, level, refusal.code, refusal.detail);
    const body = JSON.stringify({ error: 'invalid_request', error_description: refusal.code });
    return { ...jsonResponse(body), status: [408, 429, 500, 503].includes(status) ? status : 400 };
}
/** What a link to the start carries: the page of LuCI that this login is for, once it is judged. */
async function restartParameters(exchange) {
    if (exchange.returnTo === undefined)
        return [];
    const { PAGE_SEAL_S, returnParameters } = await loadLogin();
    return returnParameters(exchange, exchange.returnTo, PAGE_SEAL_S);
}
/**
 * The page that a finished login lands on: it goes on by itself, from this site, so that the browser
 * sends LuCI's Strict cookie along; a redirect would still count as coming from the provider. A page of
 * LuCI that somebody else may have chosen is opened by a click only.
 */
async function renderLanding(exchange, returnTo) {
    const language = languageOf(exchange.request.acceptLanguage);
    const { words } = await textsOf(language);
    const { path } = returnTo;
    if (path !== '' && !returnTo.isOwn) {
        return page(language, words.title, '', [
            `<h1>${words.landing}</h1>`,
            `<p>${words.asked}</p>`,
            `<p>${link(path, path)}</p>`,
            `<p>${link(LUCI_PATH, words.firstPage)}</p>`,
        ]);
    }
    const target = path === '' ? LUCI_PATH : path;
    const refresh = `<meta http-equiv="refresh" content="0;url=${escapeHtml(target)}">`;
    return page(language, words.title, refresh, [
        `<h1>${words.landing}</h1>`,
        `<p>${link(target, words.goOn)}</p>`,
    ]);
}
/** The page behind a logout: no step is taken before somebody chooses one. */
async function renderLoggedOut(exchange, isThere) {
    const language = languageOf(exchange.request.acceptLanguage);
    const { words } = await textsOf(language);
    return page(language, words.title, '', [
        `<h1>${words.loggedOut}</h1>`,
        ...(isThere ? [`<p>${words.loggedOutThere}</p>`] : []),
        `<p>${link(START_PATH, words.sso)} ${link(PASSWORD_PATH, words.password)}</p>`,
    ]);
}
function page(language, title, head, lines) {
    return [
        `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8">`,
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        `${head}<title>${title}</title><style>${PAGE_STYLE}</style></head><body>`,
        ...lines,
        '</body></html>\n',
    ].join('\n');
}
function link(target, text) {
    return `<a href="${escapeHtml(target)}">${escapeHtml(text)}</a>`;
}
const ENTITIES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
};
/** Text for HTML content and quoted attributes; foreign text cannot reorder what stands around it. */
function escapeHtml(text) {
    let out = '';
    for (const char of withoutBidi(text))
        out += ENTITIES[char] ?? char;
    return out;
}

const page$1 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    PAGE_STYLE,
    escapeHtml,
    languageOf,
    renderApiRefusal,
    renderLanding,
    renderLoggedOut,
    renderRefusal
});

export { page$1 as page, refusals };
