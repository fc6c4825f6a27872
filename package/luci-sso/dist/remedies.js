// SPDX-License-Identifier: MIT
// What each code means to the owner of the router, and what to do where its cause (causes.ts) does not say it.
// docs/errors.md is made from both tables. No request reads this one.
const REMEDIES = {
    SSO_DISABLED: ['SSO is switched off', 'set `enabled` to 1, or use the password'],
    CONFIG_ERROR: [
        'an option is wrong; the log names section, option and rule',
        'correct that option',
    ],
    UCI_ERROR: ['the configuration cannot be read through ubus', 'is rpcd running?'],
    UBUS_CONNECT_FAILED: ['the ubus broker does not answer', 'is ubusd running?'],
    UBUS_ERROR: [
        'the ubus broker broke off or answered nonsense',
        'restart rpcd; report it if it stays',
    ],
    UBUS_LOGIN_FAILED: [
        'rpcd did not make the session',
        'is rpcd running, is /usr/share/rpcd/acl.d readable?',
    ],
    MISSING_RPCD_LOGIN: [
        "a role's `login` names no login of /etc/config/rpcd",
        'correct `login`, or use `read` and `write`',
    ],
    STATE_SAVE_FAILED: [
        '/var/run/luci-sso, or the boot key in it, cannot be read or written',
        "is tmpfs full? remove the folder, or the file that the log names, if it is not root's or a link",
    ],
    INTERNAL_ERROR: ['a fault of luci-sso', 'report the log line'],
    CLOCK_UNSET: ["the router's clock was never set", 'let NTP work; check `system.ntp`'],
    NOT_FOUND: ['no such page', 'start at the login page'],
    METHOD_NOT_ALLOWED: ['wrong HTTP method', 'start at the login page'],
    MALFORMED_REQUEST: ['the query cannot be decoded', 'start again'],
    DUPLICATE_PARAMETER: [
        'a parameter came twice',
        'start again; look at what sits between browser and router',
    ],
    INPUT_TOO_LARGE: [
        'query or cookies above the limit',
        "delete the router's cookies in the browser",
    ],
    INVALID_INPUT: [
        'a command, or a call of the settings page, has a wrong argument',
        'correct what the sentence names',
    ],
    INVALID_HOST: ['the Host header is no name and no address', 'set `redirect_uri`'],
    HTTPS_REQUIRED: [
        'plain http, and the router offers no https',
        'install TLS for uhttpd; behind a proxy set `redirect_uri` and `trusted_proxy`',
    ],
    BODY_TIMEOUT: [
        'a POST whose body was not there within 5 seconds',
        'send it again; a proxy in front of the router must pass bodies on whole',
    ],
    TOO_MANY_REQUESTS: [
        'more than 10 logins a minute of one client, or 60 of all',
        'wait as Retry-After says; behind a proxy set `trusted_proxy`',
    ],
    PROVIDER_BUSY: [
        'two other requests are waiting for the provider',
        'try again; is the provider slow?',
    ],
    MISSING_STATE_PARAMETER: ['the callback has no `state`', 'start again'],
    MISSING_HANDSHAKE_COOKIE: [
        'the callback came without the login it belongs to',
        'open the router by the host name of `redirect_uri`; a login lasts 10 minutes',
    ],
    MALFORMED_STATE_COOKIE: ['the login cookie is damaged', "delete the router's cookies"],
    STATE_PARAMETER_MISMATCH: ['the callback belongs to another login', 'start again'],
    STATE_NOT_FOUND: ['the login was started before the router restarted', 'start again'],
    STATE_CORRUPTED: ['the login cookie holds something else', 'start again'],
    HANDSHAKE_CHANGED: ['provider, client or host name changed while the login ran', 'start again'],
    HANDSHAKE_EXPIRED: ['the login took longer than 10 minutes', 'start again'],
    HANDSHAKE_USED: [
        'the callback was called a second time (reload, back button)',
        'open LuCI: the first time counted. Without a session there, start again',
    ],
    ACCESS_DENIED: [
        'the user cancelled, or the provider does not let them in',
        'allow the user at the provider',
    ],
    IDP_ERROR: [
        'the provider sent the browser back with an error; the log has it',
        'by the error: scope, client, user. If the client must push its requests (PAR): set `par` to always',
    ],
    MISSING_CODE: ['the callback has neither `code` nor `error`', 'start again'],
    INVALID_CODE: ['the code has characters that a code cannot have', 'start again'],
    ISS_MISMATCH: [
        'the callback names another issuer (mix-up attack, or wrong `issuer_url`)',
        'compare `issuer_url` with what the log shows',
    ],
    ISS_MISSING: ['the provider announces `iss` and did not send it', 'update the provider'],
    DISCOVERY_NETWORK_ERROR: [
        'the provider cannot be reached; the log has the cause (see below)',
        'network, DNS, certificate, `ca_file`',
    ],
    DISCOVERY_FAILED: [
        'the discovery document answers with another status than 200',
        'check path, realm, slug in `issuer_url`',
    ],
    INVALID_DISCOVERY_DOC: [
        'the discovery document is no valid JSON of its kind',
        'check `issuer_url`',
    ],
    DISCOVERY_MISSING_ISSUER: ['the discovery document has no `issuer`', 'check `issuer_url`'],
    DISCOVERY_ISSUER_MISMATCH: [
        '`issuer` differs from `issuer_url`; the log shows both and how they differ',
        'copy the value that the provider declares',
    ],
    DISCOVERY_MISSING_ENDPOINT: [
        'an endpoint is missing; the log names it',
        'is this an OpenID provider?',
    ],
    INSECURE_ENDPOINT: ['an endpoint is no https URL', "correct the provider's base URL"],
    PAR_REQUIRED: [
        'requests are to be pushed, by `par` or because the provider requires it, but the provider names no endpoint for them',
        'set `par` to auto; correct the provider, or switch the requirement off there',
    ],
    PAR_NETWORK_ERROR: [
        'the pushed authorization request did not reach the provider',
        'as DISCOVERY_NETWORK_ERROR',
    ],
    PAR_FAILED: [
        'the provider did not take the pushed authorization request; the log has its words',
        'compare redirect URI and scopes with the client at the provider',
    ],
    PKCE_S256_UNSUPPORTED: ['the provider offers PKCE without S256', 'update the provider'],
    AUTHORIZATION_URL_TOO_LONG: [
        'the redirect to the provider exceeds 3,500 bytes',
        'shorten `scope`',
    ],
    JWKS_NETWORK_ERROR: ["the provider's keys cannot be reached", 'as DISCOVERY_NETWORK_ERROR'],
    JWKS_FETCH_FAILED: [
        "the provider's keys answer with another status than 200",
        'look at the provider',
    ],
    INVALID_JWKS_FORMAT: ["the provider's keys are no valid key set", 'look at the provider'],
    CLIENT_AUTH_UNSUPPORTED: [
        'the provider takes neither basic nor post from a client with a secret',
        'set the client to client_secret_basic at the provider',
    ],
    TOKEN_ENDPOINT_NETWORK_ERROR: [
        'the token endpoint cannot be reached',
        'as DISCOVERY_NETWORK_ERROR',
    ],
    OIDC_INVALID_GRANT: [
        'the provider does not take the code',
        'start again; compare `redirect_uri` with the registered one',
    ],
    CLIENT_REJECTED: [
        'the provider does not take `client_id` and `client_secret`',
        'copy both again',
    ],
    TOKEN_EXCHANGE_FAILED: [
        'the token endpoint refused; status and text are in the log',
        'by the text',
    ],
    TOKEN_RESPONSE_INVALID_JSON: ['the token answer is no JSON', 'look at the provider'],
    TOKEN_TYPE_UNSUPPORTED: [
        'the token answer is not of type Bearer',
        'switch DPoP off for this client',
    ],
    MISSING_ACCESS_TOKEN: ['the token answer has no access token', 'look at the provider'],
    MISSING_ID_TOKEN: [
        'the token answer has no ID token',
        'the provider must speak OpenID Connect, not OAuth alone (GitHub)',
    ],
    USERINFO_NETWORK_ERROR: ['userinfo cannot be reached', 'as DISCOVERY_NETWORK_ERROR'],
    USERINFO_FETCH_FAILED: ['userinfo answers with another status than 200', 'look at the provider'],
    USERINFO_SIGNED: ['userinfo is a signed token', 'set userinfo_signed_response_alg to none'],
    USERINFO_INVALID_JSON: ['userinfo is no JSON', 'look at the provider'],
    IDENTITY_MISMATCH: ['userinfo is about another user', 'look at the provider'],
    USER_NOT_AUTHORIZED: [
        'no role matches; the log says what was tried',
        'add e-mail, domain, group or sub to a role',
    ],
    ROLE_WITHOUT_RIGHTS: [
        'the first role that matches does not allow anything in LuCI',
        'set `read`, `write` or `login` of that role, with access groups that this router has',
    ],
    EMAIL_NOT_VERIFIED: [
        'a role names the address, but the provider does not say that it is verified',
        'Pocket ID: the user\'s "Email verified", or the setting "Emails verified by default". With another email_claim: set email_verified_claim',
    ],
    INVALID_ARGUMENT: ['a fault of luci-sso', 'report the log line'],
    TOKEN_TOO_LARGE: ['the ID token exceeds 16 KiB', 'send fewer claims'],
    MALFORMED_JWT: ['the ID token has not three parts', 'look at the provider'],
    JWE_UNSUPPORTED: ['the ID token is encrypted', 'switch encryption off for this client'],
    INVALID_JWT_HEADER: [
        "the ID token's header is no JSON object of its kind",
        'look at the provider',
    ],
    CRITICAL_HEADER_UNSUPPORTED: ['the ID token demands an extension', 'look at the provider'],
    TOKEN_TYPE_MISMATCH: ['the token is of another type than an ID token', 'look at the provider'],
    UNSUPPORTED_ALGORITHM: [
        'the signature algorithm is not supported, not announced, not in `allowed_alg`, or, of a logout token, not that of the last ID token',
        'choose RS256 or ES256 at the provider; after a change there, one login makes logout tokens work again',
    ],
    INVALID_PAYLOAD_ENCODING: ['the claims are no base64url', 'look at the provider'],
    INVALID_PAYLOAD_JSON: [
        'the claims are no JSON object, or have a name twice',
        'look at the provider',
    ],
    INVALID_SIGNATURE_ENCODING: [
        'the signature is no base64url of its length',
        'look at the provider',
    ],
    INVALID_SIGNATURE: [
        'the signature is wrong',
        'look at the provider; do clocks and keys of a cluster agree?',
    ],
    NO_KEYS_AVAILABLE: ['the provider publishes no usable key', 'Authentik: set a signing key'],
    KEY_NOT_FOUND: [
        'no key has the `kid` of the token, not even a fresh one',
        'wait a minute after a key rotation',
    ],
    KEY_AMBIGUOUS: [
        'several different keys fit',
        'have the provider give each key a `kid` of its own, and name it in its tokens',
    ],
    KEY_UNUSABLE: ['the key has a wrong form', 'look at the provider'],
    ISSUER_MISMATCH: ['the ID token is of another issuer', 'compare `issuer_url`'],
    INVALID_AUDIENCE: ['the ID token is for nobody', 'look at the provider'],
    MALFORMED_AUDIENCE: ['`aud` is no text and no list of texts', 'look at the provider'],
    AUDIENCE_MISMATCH: [
        'the token is for another client, or for others too; the log says for whom',
        'for others too (Zitadel): name them in `trusted_audience`, or remove audience mappers. For another client: compare `client_id`',
    ],
    AZP_MISMATCH: [
        'the ID token was asked for by another client, or has several audiences and does not say by whom',
        'compare `client_id` with `azp` in the log',
    ],
    MISSING_EXP_CLAIM: ['`exp` is missing', 'look at the provider'],
    INVALID_EXP_CLAIM: ['`exp` is no time', 'look at the provider'],
    TOKEN_EXPIRED: ['the ID token is expired', 'compare the clocks; `clock_tolerance`'],
    INVALID_NBF_CLAIM: ['`nbf` is no time', 'look at the provider'],
    TOKEN_NOT_YET_VALID: ['the ID token is not valid yet', 'compare the clocks; `clock_tolerance`'],
    MISSING_IAT_CLAIM: ['`iat` is missing', 'look at the provider'],
    INVALID_IAT_CLAIM: ['`iat` is no time', 'look at the provider'],
    TOKEN_ISSUED_IN_FUTURE: [
        'the ID token is from the future',
        'compare the clocks; `clock_tolerance`',
    ],
    MISSING_SUB_CLAIM: ['`sub` is missing or of a wrong form', 'look at the provider'],
    MISSING_NONCE: ['`nonce` is missing', 'look at the provider'],
    NONCE_MISMATCH: ['the ID token belongs to another login', 'start again'],
    AT_HASH_MISMATCH: ['ID token and access token do not belong together', 'look at the provider'],
    INVALID_SUB_CLAIM: ['`sub` is longer than 255 characters or not ASCII', 'look at the provider'],
    ACR_MISMATCH: [
        'the login was not as strong as `acr_values` demands',
        'log in with the demanded method',
    ],
    MISSING_AUTH_TIME: [
        '`max_age` is set and `auth_time` is missing',
        'look at the provider, or unset `max_age`',
    ],
    INVALID_AUTH_TIME: ['`auth_time` is no time', 'look at the provider'],
    AUTH_TIME_TOO_OLD: [
        'the login at the provider is older than `max_age`',
        'log in at the provider again',
    ],
    MISSING_KTY: ['the key has no `kty`', 'look at the provider'],
    UNSUPPORTED_KTY: [
        'the key is of a kind that does not fit the algorithm',
        'choose RS256 or ES256 at the provider',
    ],
    UNSUPPORTED_CURVE: [
        'the key is on another curve than the algorithm',
        'choose RS256 or ES256 at the provider',
    ],
    MISSING_RSA_PARAMS: ['the RSA key has no `n` or `e`', 'look at the provider'],
    INVALID_RSA_PARAMS_ENCODING: ['`n` or `e` of the RSA key is damaged', 'look at the provider'],
    MISSING_EC_PARAMS: ['the key on a curve has no `x` or `y`', 'look at the provider'],
    INVALID_EC_PARAMS_ENCODING: [
        '`x` or `y` of the key on a curve is damaged',
        'look at the provider',
    ],
    MISSING_JTI_CLAIM: ['`jti` of the logout token is missing or too long', 'look at the provider'],
    INVALID_SID_CLAIM: ['`sid` of the logout token is of a wrong form', 'look at the provider'],
    MISSING_LOGOUT_EVENT: ['the token does not tell of a logout', 'look at the provider'],
    BROWSER_REQUEST: [
        'a web page sent a request to the address for back-channel logout, which only providers call',
        'nothing, unless the provider really sends an `Origin` header: then report it',
    ],
    LOGOUT_BUSY: [
        'a logout token waited 5 seconds for the check of others',
        'the sessions that it meant live on: end them by hand; is somebody flooding the router with tokens?',
    ],
    LOGOUT_TOKEN_USED: ['a logout token came again', 'nothing; its sessions ended the first time'],
    NONCE_IN_LOGOUT_TOKEN: ['the logout token looks like an ID token', 'look at the provider'],
};
/** Codes of lines that refuse nobody. */
const LINES = {
    LOGIN_STARTED: ['info', 'a browser was sent to the provider'],
    LOGIN_SUCCEEDED: ['info', 'somebody is logged in; `role=` says as what'],
    BACKCHANNEL_LOGOUT: ['info', 'the provider said that a user is gone; `ended=` sessions'],
    SESSIONS_ENDED: ['info', 'somebody ended sessions on the settings page or the command line'],
    SYNCED: ['info', 'roles changed: `ended=` sessions lost, `changed=` got other rights'],
    SESSION_ENDED: [
        'info',
        'a session ended because of `reason=`: `no_role` (by what the provider now says of its user no role matches), `invalid_grant` (the provider takes its refresh token no more: the user is disabled, or the session at the provider is over), `other_subject` (the answer was about another user, client or issuer), `outage` (the provider did not answer for 12 hours), `session_max` (its longest time is over), `rule_gone` (the role, or the rule that let the user in, is no longer configured), `provider_gone` (nor is the provider, or it has another issuer), `sso_off`, `removed` (the package)',
    ],
    SYNC_FAILED: [
        'error',
        'sessions that should end live on, or rights could not be brought in line, for the reason named. The guard tries again within a minute. Does rpcd run?',
    ],
    SESSION_CHANGED: [
        'info',
        'by what the provider now says of its user, a session has the rights of another role: `from=`, `to=`',
    ],
    RECHECK_FAILED: [
        'warning',
        'the provider could not be asked about the user of a session: `reason=outage` (once for each outage; the session ends after 12 hours of it), `claims_not_received` (a claim that a rule looks at was not in the answer: the role stays), `not_saved` (no space in /var/run)',
    ],
    RECHECK_OFF: [
        'warning',
        'a refresh token is not kept, and the provider is not asked about this session again: `reason=too_many` (200 are kept already), `too_large` (8 KiB), `no_space` (in /var/run), `other_client` (`client_id` was changed)',
    ],
    JWKS_REFETCHED: ['info', 'the provider has a new key; it was fetched'],
    JWKS_PRIVATE_KEY: [
        'warning',
        'the provider publishes a private key or a shared one: tell its administrator at once',
    ],
    ACL_FILE_BROKEN: [
        'warning',
        'a file of /usr/share/rpcd/acl.d is no JSON; its groups are left out',
    ],
    RPCD_LOGIN_NOT_SAVED: [
        'warning',
        '/etc/config/rpcd could not be written: sessions lose their rights when rpcd reloads. Is the overlay full?',
    ],
    GUARD_NOT_RUNNING: [
        'warning',
        'the guard does not run, and could not be started: logins work, but sessions end by idleness alone. Try `/etc/init.d/luci-sso start`; where there is no procd, let cron run `luci-sso tick` each minute',
    ],
    RPCD_LOGIN_WAITING: [
        'info',
        'LuCI waits for the confirmation of an apply, and rpcd takes no changes until then: /etc/config/rpcd is written within a minute afterwards',
    ],
    SELFTEST_FAILED: ['error', 'this device computes wrongly; nobody should log in with it'],
};

const remedies = /*#__PURE__*/Object.freeze({
    __proto__: null,
    LINES,
    REMEDIES
});

// SPDX-License-Identifier: MIT
// The closed table of causes: why a request was refused, where its code alone does not say what to do.
// The page, the log, checks, `explain` and docs/errors.md take their words from here. Names are kept for ever.
const CAUSES = {
    // no connection, or no answer
    NAME_NOT_RESOLVED: [
        '',
        "the router's DNS does not know the host name",
        'try `nslookup` with that name on the router; `internal_address` takes its place',
    ],
    CONNECTION_FAILED: [
        '',
        'nothing listens there, or a firewall rejects it',
        'is the provider running, and is the port right?',
    ],
    CONNECTION_CLOSED: [
        '',
        'the other side closed the connection in the middle',
        "read the provider's log, and that of any proxy in front of it",
    ],
    TIMED_OUT: [
        '',
        'no answer in time',
        'look for a wrong route, a firewall that drops packets, a slow provider',
    ],
    CERT_UNTRUSTED: [
        'insecure',
        "the router does not trust the certificate's authority",
        'set `ca_file`, and have the provider send its whole chain',
    ],
    CERT_EXPIRED: [
        'insecure',
        'the certificate has expired',
        "renew it; is the router's clock right?",
    ],
    CERT_NOT_YET_VALID: ['insecure', 'the certificate is not valid yet', "set the router's clock"],
    CERT_REVOKED: ['insecure', 'its authority revoked the certificate', 'get the provider a new one'],
    CERT_NAME_MISMATCH: [
        'insecure',
        'the certificate is for other names',
        'use a name that is in the certificate',
    ],
    CERT_UNREADABLE: [
        'insecure',
        'the provider sends a certificate that the router cannot read',
        'get it a certificate with an ordinary key (RSA or P-256) and ordinary extensions, for every member of the chain',
    ],
    CLIENT_CERT_DEMANDED: [
        'insecure',
        'the server demands a certificate of its clients (mutual TLS)',
        'switch that off for the router; luci-sso shows none',
    ],
    NOT_TLS: [
        'insecure',
        'what listens there does not speak TLS',
        'set the port of https, mostly 443, in `issuer_url`',
    ],
    TLS_FAILED: [
        'insecure',
        'no common protocol or cipher, or a broken handshake',
        'let the provider offer TLS 1.2 or 1.3; the log has its alert',
    ],
    CA_FILE_UNUSABLE: ['router', '`ca_file` cannot be read or is not PEM', 'correct path or file'],
    NO_CA_CERTIFICATES: [
        'router',
        'the router has no certificate authorities at all',
        'install `ca-bundle`, or set `ca_file`',
    ],
    INVALID_HTTP: [
        '',
        'the answer is not valid HTTP/1.1',
        'is the port right? Look at proxies in between',
    ],
    RESPONSE_TOO_LARGE: [
        '',
        'the answer is larger than the router takes',
        'at the token endpoint and userinfo: have the provider send fewer claims. Elsewhere: check `issuer_url`',
    ],
    // an answer of something else
    WEB_PAGE: [
        'inFront',
        'something in front of the provider answered with a web page; the log has its title',
        'let the router pass a bot check, a login wall or a captive portal without a browser: exempt its address or these paths there',
    ],
    REDIRECTED: [
        'providerSetup',
        'the provider redirects to the address that the log shows; redirects are not followed',
        'if that address is yours, use it: as `issuer_url`, or as the address that the provider declares',
    ],
    NOTHING_THERE: [
        'providerSetup',
        'the provider has nothing at this address',
        'check path, realm and slug in `issuer_url`',
    ],
    DISCOVERY_URL: [
        'providerSetup',
        '`issuer_url` is the address of the discovery document',
        'cut off `/.well-known/openid-configuration`',
    ],
    FORBIDDEN: [
        'inFront',
        'the address is not open to the router',
        'let the router read it without credentials, also through proxies in front of the provider',
    ],
    TOO_MANY_CALLS: [
        'busy',
        'the provider, or a proxy in front of it, limits how often it is asked',
        'wait, or raise the limit there for the router',
    ],
    PROVIDER_FAULT: [
        'unreachable',
        'the provider has a fault of its own, or its proxy cannot reach it',
        "is it running? Read the provider's log",
    ],
    // what the provider declares
    BEHIND_PROXY: [
        'providerSetup',
        'the provider declares http:// addresses: it does not know that it is behind https',
        'tell it its public https address (its base URL; Keycloak: hostname and proxy-headers), and let the proxy pass on host and protocol',
    ],
    FORM_POST_ONLY: [
        'providerSetup',
        'the provider does not offer to answer in the query of a redirect (`response_modes_supported`)',
        'allow the response mode query for this client',
    ],
    NO_CODE_FLOW: [
        'providerSetup',
        'the provider does not offer the authorization code flow (`response_types_supported`)',
        'allow the response type code for this client',
    ],
    KEY_SIZE: [
        'providerSetup',
        'an RSA key of the provider has fewer than 2,048 bits, or more than 8,192',
        'make a new signing key of 2,048 bits at the provider, or one on P-256',
    ],
    PAR_DEMANDED: [
        'providerSetup',
        'the provider demands that this client pushes its requests (PAR)',
        "set `par` to 'always'",
    ],
    // who the router is to the provider
    SECRET_MISSING: [
        'providerSetup',
        'no client secret is set, and the provider demands one',
        'set `client_secret` (`luci-sso setup --secret-stdin`), or make the client public at the provider',
    ],
    AUTH_METHOD_WRONG: [
        'providerSetup',
        'the client is registered with another way to send its secret; the log has the words of the provider',
        'set `client_auth` to the way that is registered, or register the other one',
    ],
    CLIENT_UNKNOWN: [
        'providerSetup',
        'the provider does not know this client',
        'compare `client_id`, and the realm or tenant in `issuer_url`',
    ],
    // what the provider says of the user
    SUB_MISSING: [
        'providerSetup',
        'userinfo has no `sub`',
        'have the provider send `sub` there, as OpenID Connect demands',
    ],
    SUB_NOT_TEXT: [
        'providerSetup',
        '`sub` is not a text',
        'have the provider send `sub` as a text, also if it is made of digits',
    ],
    VERIFIED_AS_TEXT: [
        'providerSetup',
        'the provider sends a text in place of true for the claim that the address is verified',
        'have it send the JSON value true: the type boolean in a mapper',
    ],
    VERIFIED_ABSENT: [
        'providerSetup',
        'the provider does not say whether the address is verified',
        'have it send `email_verified`, or match by group or subject',
    ],
    NOTHING_VERIFIES: [
        'providerSetup',
        '`email_claim` is set, and no claim says that such an address is verified',
        'set `email_verified_claim`, or match by group or subject',
    ],
    EMAIL_ABSENT: [
        '',
        'the rules look at e-mail addresses, and no address was received',
        'add `email` to `scope`; check `email_claim`',
    ],
    GROUPS_ABSENT: [
        '',
        'the rules look at groups, and no groups claim was received',
        'add `groups` to `scope` where the provider has it, else a mapper there; check `groups_claim`',
    ],
    GROUPS_UNREADABLE: [
        'providerSetup',
        'the groups claim is not a list of texts; the log has its form',
        'have the provider send the names of groups as a JSON list of texts',
    ],
};

const causes = /*#__PURE__*/Object.freeze({
    __proto__: null,
    CAUSES
});

export { causes, remedies };
