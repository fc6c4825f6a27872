import { bytesToLatin1, decodeUtf8, latin1ToBytes } from '#native';
import { Refusal, parseForm, MAX_PARAMETERS, isDigits, withParameters, INITIATE_PATH, MAX_LOCATION_BYTES, redirectResponse, printable, onlyValue, CALLBACK_PATH } from './core.js';
import { safeReturnTo } from './login.js';
import { loadLogin } from './load.js';

// SPDX-License-Identifier: MIT
// The body of a POST: a form, bounded in size and time, and nothing else.
const MAX_BODY_BYTES = 16384;
const BODY_TIMEOUT_MS = 5000;
/**
 * The parameters of a form, as byte strings; refuses with MALFORMED_REQUEST, INPUT_TOO_LARGE, or
 * BODY_TIMEOUT when the body is not there within 5 s.
 */
function readForm({ host }) {
    const type = (host.env('CONTENT_TYPE') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded')
        throw new Refusal('MALFORMED_REQUEST', 'body is no form');
    const parsed = parseForm(bytesToLatin1(readBody(host)), MAX_PARAMETERS);
    if (!parsed.ok)
        throw new Refusal('MALFORMED_REQUEST', `body: ${parsed.reason}`);
    return parsed.parameters;
}
/** As long as its length says; a chunked body comes without one, and is read to its end. */
function readBody(host) {
    const stated = host.env('CONTENT_LENGTH') ?? '';
    if (stated !== '' && !isDigits(stated))
        throw new Refusal('MALFORMED_REQUEST', 'body: CONTENT_LENGTH is no number');
    const isEndless = stated === '';
    const length = isEndless ? MAX_BODY_BYTES + 1 : Number(stated);
    const tooLarge = new Refusal('INPUT_TOO_LARGE', `body of more than ${MAX_BODY_BYTES} bytes`);
    if (!isEndless && length > MAX_BODY_BYTES)
        throw tooLarge;
    const body = host.readBody(length, host.bootMilliseconds() + BODY_TIMEOUT_MS);
    if (!body.ok) {
        const code = body.reason === 'timeout' ? 'BODY_TIMEOUT' : 'MALFORMED_REQUEST';
        throw new Refusal(code, `body: ${body.reason}`);
    }
    const { bytes } = body;
    if (isEndless && bytes.length === length)
        throw tooLarge;
    if (!isEndless && bytes.length < length)
        throw new Refusal('MALFORMED_REQUEST', `body ends after ${bytes.length} of ${length} bytes`);
    return bytes;
}

// SPDX-License-Identifier: MIT
// A login that starts elsewhere, at the provider's list of apps mostly (OIDC Core 4). It becomes an
// ordinary login: nothing of the link but a hint and a page of LuCI goes into it.
const PARAMETERS = ['iss', 'login_hint', 'target_link_uri'];
const MAX_HINT_CHARS = 255;
/** GET: starts the login that the parameters ask for; refuses with ISS_MISSING or ISS_MISMATCH. */
async function initiateLogin(exchange) {
    const link = readLink(exchange.request.query);
    const { sendToProvider } = await loadLogin();
    return sendToProvider(exchange, (oidc, redirectUri) => optionsOf(link, oidc, redirectUri));
}
/**
 * POST: comes back as GET. A browser sends no Lax cookie along with a POST from another site, so
 * only at a GET can the browser's handshakes be seen and their number be kept within bounds.
 */
function acceptInitiation(exchange) {
    const link = readLink(readForm(exchange));
    const given = PARAMETERS.filter((name) => link[name] !== '');
    const location = withParameters(INITIATE_PATH, given.map((name) => [name, link[name]]));
    if (location.length > MAX_LOCATION_BYTES)
        throw new Refusal('INPUT_TOO_LARGE', `${location.length} bytes in a form`);
    return { ...redirectResponse(location), status: 303 };
}
function readLink(parameters) {
    const only = (name) => {
        const text = decodeUtf8(latin1ToBytes(onlyValue(parameters, name)));
        if (text === undefined)
            throw new Refusal('MALFORMED_REQUEST', `${name} is not UTF-8`);
        return text;
    };
    return {
        iss: only('iss'),
        login_hint: only('login_hint'),
        target_link_uri: only('target_link_uri'),
    };
}
function optionsOf(link, oidc, redirectUri) {
    if (link.iss === '')
        throw new Refusal('ISS_MISSING', 'a login from elsewhere must name it');
    if (link.iss !== oidc.issuer)
        throw new Refusal('ISS_MISMATCH', `expected '${oidc.issuer}', came '${printable(link.iss)}'`);
    if (link.login_hint.length > MAX_HINT_CHARS)
        throw new Refusal('INPUT_TOO_LARGE', `login_hint has ${link.login_hint.length} characters`);
    const path = pageOf(link.target_link_uri, redirectUri);
    // Whoever made the link is somebody else by definition.
    return { returnTo: { path, isOwn: false, redirectUri }, loginHint: link.login_hint };
}
/** A page of LuCI on the origin that this router is known by; everything else is LuCI's first page. */
function pageOf(target, redirectUri) {
    const origin = redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
    return safeReturnTo(target.startsWith(`${origin}/`) ? target.slice(origin.length) : target);
}

const initiate = /*#__PURE__*/Object.freeze({
    __proto__: null,
    acceptInitiation,
    initiateLogin
});

export { initiate, readForm };
