// SPDX-License-Identifier: MIT
// The part of a callback that decides whose rights the user gets: claims, userinfo when a rule needs
// it, and the first matching role.

import { identityOf, shownText, type Identity } from '../access/identity.ts';
import { matchRole } from '../access/roles.ts';
import { RULE_KINDS, type Role } from '../config.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import { loadProvider } from '../oidc/load.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/token.ts';
import { Refusal } from '../refusal.ts';
import type { VerifiedClaims } from '../verify/claims.ts';

export interface FoundRole {
  /** By the ID token alone, and as the role was decided by. */
  readonly ofIdToken: Identity;
  readonly identity: Identity;
  readonly role: Role;
  readonly rule: string;
}

/** The first matching role; userinfo is asked only when a rule needs a claim that the token lacks. */
export async function findRole(
  provider: OpenIdProvider,
  roles: readonly Role[],
  claims: VerifiedClaims,
  tokens: Tokens,
): Promise<FoundRole> {
  const { config } = provider;
  const ofIdToken = identityOf(config, claims, undefined);
  let identity = ofIdToken;
  let match = matchRole(roles, identity, config.requireEmailVerified, false);
  if (match.kind === 'claims-missing') {
    const { fetchUserinfo } = await loadProvider();
    const userinfo = await fetchUserinfo(provider, tokens.accessToken, claims.sub);
    identity = identityOf(config, claims, userinfo);
    match = matchRole(roles, identity, config.requireEmailVerified, true);
  }
  if (match.kind === 'role') return { ofIdToken, identity, role: match.role, rule: match.rule };
  const code = match.kind === 'email-not-verified' ? 'EMAIL_NOT_VERIFIED' : 'USER_NOT_AUTHORIZED';
  const account = shownText(identity.email ?? identity.username);
  throw new Refusal(code, refusedUser(config.issuer, roles, identity), account);
}

/** Which kinds of rules were tried and what came, without the values. */
function refusedUser(issuer: string, roles: readonly Role[], identity: Identity): string {
  const kinds = RULE_KINDS.filter((kind) => roles.some((role) => role[kind].length > 0));
  const email =
    identity.email === undefined
      ? 'absent'
      : identity.isEmailVerified === true
        ? 'verified'
        : 'unverified';
  const groups = identity.groups === undefined ? 'absent' : String(identity.groups.length);
  const rules = kinds.length === 0 ? 'none' : kinds.join(',');
  return `provider=${issuer} sub=${subjectHash(identity.sub)} rules=${rules} email=${email} groups=${groups}`;
}

/** The subject as the log names it. */
export function subjectHash(sub: string): string {
  return sha256Base64url(sub).slice(0, 16);
}
