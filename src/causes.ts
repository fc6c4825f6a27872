// SPDX-License-Identifier: MIT
// The closed table of causes: why a request was refused, where its code alone does not say what to do.
// The page, the log, checks, `explain` and docs/errors.md take their words from here. Names are kept for ever.

import type { SentenceName } from './texts/sentences.ts';

/** `sentence` is what the user reads; '' = what the code says. */
type Row = readonly [sentence: SentenceName | '', meaning: string, remedy: string];

export const CAUSES = {
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
} as const satisfies Readonly<Record<string, Row>>;

export type Cause = keyof typeof CAUSES;
