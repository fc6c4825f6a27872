// SPDX-License-Identifier: MIT
// Checks that look at the configuration alone.

import { parseHttpsUrl } from '../codec/url.ts';
import { EMAIL_CLAIM, RULE_KINDS, VERIFIED_CLAIM, type Config, type Role } from '../config.ts';
import { CALLBACK_PATH } from '../paths.ts';
import { deadRuleOf } from './rules.ts';
import type { Refusal } from '../refusal.ts';
import type { Section } from '../uci-options.ts';
import type { Context } from './context.ts';
import { fail, pass, skip, warn, type Check, type Finding } from './finding.ts';

function checkConfig({ read, sections }: Context): Finding {
  const miscopied = miscopiedValue(sections);
  if (miscopied !== undefined) return miscopied;
  return read.ok ? pass('all options are valid') : fail('CONFIG_ERROR', read.problems.join('; '));
}

/** What is copied, and what a login ends with when it was copied wrongly. */
const COPIED: Readonly<Record<string, Refusal['code']>> = {
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
function miscopiedValue(sections: readonly Section[]): Finding | undefined {
  const values = sections.find(({ name }) => name === 'default')?.values ?? {};
  for (const [option, code] of Object.entries(COPIED)) {
    const value = values[option];
    if (typeof value !== 'string') continue;
    const bare = value.trim();
    const [issuer = ''] = bare.split('/.well-known/');
    if (option === 'issuer_url' && issuer !== bare)
      return fail(
        'DISCOVERY_FAILED',
        'issuer_url is the address of the discovery document',
        `cut off /.well-known/...: write '${issuer}'`,
      );
    // Between scopes there are blanks anyway.
    const isHarmless = option === 'scope' && value.split(' ').every((part) => part.trim() === part);
    if (bare === value || isHarmless) continue;
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

function checkPlaceholders({ oidc, roles }: Config): Finding {
  const named: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['issuer_url', [oidc.issuer]],
    ['client_id', [oidc.clientId]],
    ['client_secret', [oidc.clientSecret]],
    ['redirect_uri', [oidc.redirectUri]],
    ...roles.flatMap((role) =>
      RULE_KINDS.map((rule) => [`${role.name}.${rule}`, role[rule]] as const),
    ),
  ];
  const found = named.filter(([, values]) => values.some(isPlaceholder)).map(([name]) => name);
  if (found.length === 0) return pass('no example values');
  return warn(`${found.join(', ')} looks like an example`, 'put in your own values');
}

function isPlaceholder(value: string): boolean {
  const lower = value.toLowerCase();
  return PLACEHOLDERS.some((text) => lower.includes(text));
}

function checkRoles({ oidc, roles }: Config): Finding {
  const hasRule = (role: Role) =>
    role.isDefault || RULE_KINDS.some((rule) => role[rule].length > 0);
  if (!roles.some(hasRule))
    return fail('USER_NOT_AUTHORIZED', 'no role has a rule: nobody can log in');
  for (const role of roles) {
    const dead = deadRuleOf(role);
    if (dead === undefined) continue;
    const text = `${dead.kind} '${dead.value}' of role ${role.name} can never match anybody`;
    return fail('USER_NOT_AUTHORIZED', text, dead.fix);
  }
  const open = roles.findIndex((role) => role.isDefault);
  const name = roles[open]?.name ?? '';
  if (open >= 0 && isPublicIssuer(oidc.issuer)) {
    return fail(
      'USER_NOT_AUTHORIZED',
      `role ${name} takes everybody, and everybody can have an account at this provider`,
      `remove option default of role ${name} and name e-mail addresses, groups or subjects`,
    );
  }
  const idle = roles.find(
    (role) => hasRule(role) && role.login === '' && role.read.length + role.write.length === 0,
  );
  if (idle !== undefined)
    return fail(
      'ROLE_WITHOUT_RIGHTS',
      `role ${idle.name} does not allow anything`,
      `set read, write or login of role ${idle.name}`,
    );
  if (open >= 0 && open < roles.length - 1)
    return warn(
      `roles behind ${name} are never reached: it takes everybody`,
      `move role ${name} to the end`,
    );
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

function isPublicIssuer(issuer: string): boolean {
  const parsed = parseHttpsUrl(issuer);
  if (!parsed.ok) return false;
  const { host, path } = parsed.url;
  if (PUBLIC_HOSTS.includes(host)) return true;
  return (
    (host === 'login.microsoftonline.com' || host === 'sts.windows.net') &&
    PUBLIC_TENANTS.includes(path.split('/')[1]?.toLowerCase() ?? '')
  );
}

function checkRedirectUri({ oidc }: Config): Finding {
  if (oidc.redirectUri !== '' && pathOf(oidc.redirectUri) !== CALLBACK_PATH)
    return warn(
      `the path of ${oidc.redirectUri} begins with more than ${CALLBACK_PATH}: pages and cookies of the router are outside of it`,
      `let the proxy pass on the router under a name of its own, and set redirect_uri to https://<name>${CALLBACK_PATH}`,
    );
  if (oidc.redirectUri !== '')
    return pass(`${oidc.redirectUri}, which must be registered at the provider`);
  return warn(
    'not set: it follows the address that the browser uses',
    `set redirect_uri to https://<router>${CALLBACK_PATH} and register exactly that at the provider`,
  );
}

function pathOf(url: string): string {
  const parsed = parseHttpsUrl(url);
  return parsed.ok ? parsed.url.path : '';
}

function checkEmail({ oidc, roles }: Config): Finding {
  if (!roles.some((role) => role.email.length + role.domain.length > 0))
    return skip('no role has e-mail rules');
  const { emailClaim, emailVerifiedClaim } = oidc;
  if (emailClaim === EMAIL_CLAIM && !oidc.scope.split(' ').includes('email'))
    return warn("roles have e-mail rules, but scope has no 'email'", "add 'email' to scope");
  if (!oidc.requireEmailVerified) {
    return warn(
      'addresses count that nobody has verified: who can edit an own address at the provider can be anybody here',
      'set require_email_verified to 1 and have addresses verified at the provider',
    );
  }
  if (emailVerifiedClaim === '')
    return fail(
      'EMAIL_NOT_VERIFIED',
      `no claim says that an address in ${emailClaim} is verified: e-mail rules match nobody`,
      'set email_verified_claim to the claim that says so, or match by group or subject',
    );
  if (emailVerifiedClaim === VERIFIED_CLAIM && emailClaim !== EMAIL_CLAIM)
    return warn(
      `email_verified speaks of the claim email, and not of ${emailClaim}`,
      'set email_verified_claim to a claim that the provider sets for this address',
    );
  return pass(`an address counts when ${emailVerifiedClaim} is true`);
}

export const CONFIGURATION_CHECKS: readonly Check[] = [
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
