// SPDX-License-Identifier: MIT
// UCI -> Config. Read afresh on every request; one wrong value makes the whole
// configuration wrong, with a sentence that names section, option and rule, never a secret's value.

import { parseHttpsUrl } from './codec/url.ts';
import { parseNetwork, type Network } from './http/address.ts';
import { CALLBACK_PATH } from './paths.ts';
import { readOptions, type Options, type Section } from './uci-options.ts';

export const CONFIG_NAME = 'luci-sso';

export const EMAIL_CLAIM = 'email';
export const VERIFIED_CLAIM = 'email_verified';

/** Whether the authorization request is pushed (RFC 9126): where the metadata demand it, or as the owner says. */
export type Par = 'auto' | 'always' | 'never';
export type ClientAuth = 'auto' | 'client_secret_basic' | 'client_secret_post' | 'none';

/** One OpenID provider: a section of type `oidc`. */
export interface OidcConfig {
  readonly section: string;
  readonly enabled: boolean;
  readonly issuer: string;
  readonly clientId: string;
  /** Audiences that tokens may have beside the client. */
  readonly trustedAudiences: readonly string[];
  /** '' = public client. */
  readonly clientSecret: string;
  readonly clientAuth: ClientAuth;
  readonly par: Par;
  /** '' = taken from the request's Host. */
  readonly redirectUri: string;
  readonly scope: string;
  readonly providerName: string;
  /** Origin for back-channel calls that are on the issuer's origin; '' = the issuer's own. */
  readonly internalIssuerUrl: string;
  /** IP literal to connect to instead of a look-up; ''. */
  readonly internalAddress: string;
  readonly caFile: string;
  readonly clockToleranceS: number;
  readonly requireEmailVerified: boolean;
  readonly emailClaim: string;
  /** The claim that vouches for the address; '' = none does. */
  readonly emailVerifiedClaim: string;
  readonly groupsClaim: string;
  readonly usernameClaim: string;
  readonly nameClaim: string;
  /** Empty = all that the verifier supports. */
  readonly allowedAlgs: readonly string[];
  readonly prompt: string;
  readonly maxAgeS: number | undefined;
  readonly acrValues: readonly string[];
  /** Idle time-out of LuCI's session; `undefined` = as LuCI's own logins. */
  readonly sessionTimeS: number | undefined;
  /** A session ends so long after its login, used or not; 0 = never. */
  readonly sessionMaxS: number;
  /** After so long the provider is asked again about the user of a session in use; 0 = never. */
  readonly recheckS: number;
  readonly ssoOnly: boolean;
  readonly logoutAtProvider: boolean;
  readonly trustedProxies: readonly Network[];
}

/** The kinds of rules that look at who somebody is, by the names of their options. */
export const RULE_KINDS = ['email', 'domain', 'group', 'sub'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** One `config role` section, in file order. */
export interface Role {
  readonly name: string;
  readonly email: readonly string[];
  readonly domain: readonly string[];
  readonly group: readonly string[];
  readonly sub: readonly string[];
  readonly isDefault: boolean;
  /** Existing rpcd login whose rights and name are used; '' = `read` and `write`. */
  readonly login: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
}

export interface Config {
  readonly oidc: OidcConfig;
  readonly roles: readonly Role[];
}

export type ReadConfig<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The provider section alone: what the login page's button depends on. */
export function readProvider(sections: readonly Section[]): ReadConfig<OidcConfig> {
  const section = sections.find((candidate) => candidate.name === 'default');
  if (section === undefined || section.type !== 'oidc') {
    return { ok: false, problems: ["there is no section 'default' of type oidc"] };
  }
  const options = readOptions(section);
  const isOff = !options.flag('enabled', false) && options.problems.length === 0;
  const oidc = providerOf(section.name, options);
  if (isOff) return { ok: true, value: oidc };
  requireUsable(oidc, options);
  return options.problems.length > 0
    ? { ok: false, problems: options.problems }
    : { ok: true, value: oidc };
}

function providerOf(section: string, options: Options): OidcConfig {
  const emailClaim = options.text('email_claim', 'email');
  return {
    section,
    enabled: options.flag('enabled', false),
    issuer: options.text('issuer_url', ''),
    clientId: options.text('client_id', ''),
    trustedAudiences: options.list('trusted_audience').filter((audience) => audience !== ''),
    clientSecret: options.text('client_secret', ''),
    clientAuth: options.choice(
      'client_auth',
      ['auto', 'client_secret_basic', 'client_secret_post', 'none'],
      'auto',
    ),
    par: options.choice('par', ['auto', 'always', 'never'], 'auto'),
    redirectUri: options.text('redirect_uri', ''),
    scope: scopeOf(options.text('scope', 'openid profile email')),
    providerName: options.text('provider_name', ''),
    internalIssuerUrl: options.text('internal_issuer_url', ''),
    internalAddress: options.text('internal_address', ''),
    caFile: options.text('ca_file', ''),
    clockToleranceS: options.integer('clock_tolerance', 60, 0, 3600),
    requireEmailVerified: options.flag('require_email_verified', true),
    emailClaim,
    emailVerifiedClaim: verifiedClaimOf(emailClaim, options.text('email_verified_claim', '')),
    groupsClaim: options.text('groups_claim', 'groups'),
    usernameClaim: options.text('username_claim', 'preferred_username'),
    nameClaim: options.text('name_claim', 'name'),
    allowedAlgs: options.words('allowed_alg'),
    prompt: options.text('prompt', ''),
    maxAgeS: options.optionalInteger('max_age', 0, 31536000),
    acrValues: options.words('acr_values'),
    sessionTimeS: options.optionalInteger('session_time', 60, 2147483),
    sessionMaxS: zeroOrFrom(
      options,
      'session_max',
      300,
      options.integer('session_max', 43200, 0, 2147483),
    ),
    recheckS: zeroOrFrom(options, 'recheck', 60, options.integer('recheck', 300, 0, 86400)),
    ssoOnly: options.flag('sso_only', false),
    logoutAtProvider: options.flag('logout_at_provider', true),
    trustedProxies: networksOf(options),
  };
}

/**
 * OIDC Core 5.1: `email_verified` speaks of `email` alone. Taken for another claim, it would vouch for
 * an address that users may have chosen themselves.
 */
function verifiedClaimOf(emailClaim: string, named: string): string {
  return named === '' && emailClaim === EMAIL_CLAIM ? VERIFIED_CLAIM : named;
}

/** 0 = never. */
function zeroOrFrom(options: Options, name: string, min: number, value: number): number {
  if (value > 0 && value < min) options.reject(name, `must be 0 or at least ${min}`);
  return value;
}

function scopeOf(text: string): string {
  const scopes = text.split(' ').filter((scope) => scope !== '');
  return (scopes.includes('openid') ? scopes : ['openid', ...scopes]).join(' ');
}

function networksOf(options: Options): readonly Network[] {
  const networks: Network[] = [];
  options.list('trusted_proxy').forEach((text, index) => {
    const network = parseNetwork(text);
    if (network === undefined)
      options.reject('trusted_proxy', `entry ${index + 1} is neither an IP address nor a CIDR`);
    else networks.push(network);
  });
  return networks;
}

/** The names in the table of verify/algorithms/all.ts, which the login page's question does not read. */
export const ALGORITHM_NAMES = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA';

/** What only an enabled provider must have; a fresh installation is empty, and not wrong. */
function requireUsable(oidc: OidcConfig, options: Options): void {
  requireUrl(options, 'issuer_url', oidc.issuer, true);
  if (oidc.clientId === '') options.reject('client_id', 'is required');
  if (oidc.redirectUri !== '') {
    requireUrl(options, 'redirect_uri', oidc.redirectUri, true);
    if (!oidc.redirectUri.endsWith(CALLBACK_PATH))
      options.reject('redirect_uri', `must end in ${CALLBACK_PATH}`);
  }
  if (oidc.internalIssuerUrl !== '')
    requireUrl(options, 'internal_issuer_url', oidc.internalIssuerUrl, true);
  if (oidc.internalAddress !== '') {
    const network = parseNetwork(oidc.internalAddress);
    if (network === undefined || oidc.internalAddress.includes('/')) {
      options.reject('internal_address', 'must be an IPv4 or IPv6 address');
    }
  }
  if (oidc.caFile !== '' && !oidc.caFile.startsWith('/'))
    options.reject('ca_file', 'must be an absolute path');
  const unknown = oidc.allowedAlgs.findIndex((alg) => !ALGORITHM_NAMES.split(' ').includes(alg));
  if (unknown >= 0)
    options.reject('allowed_alg', `entry ${unknown + 1} is none of ${ALGORITHM_NAMES}`);
  if (oidc.clientSecret === '' && oidc.clientAuth.startsWith('client_secret')) {
    options.reject('client_auth', `${oidc.clientAuth} needs a client_secret`);
  }
}

function requireUrl(options: Options, name: string, value: string, withoutQuery: boolean): void {
  if (value === '') return options.reject(name, 'is required');
  if (value.trim() !== value) return options.reject(name, 'has a blank at an end');
  const parsed = parseHttpsUrl(value);
  if (!parsed.ok) return options.reject(name, parsed.reason);
  if (withoutQuery && parsed.url.query !== undefined)
    options.reject(name, 'must not have a query (?)');
}
