// SPDX-License-Identifier: MIT
// The part of a callback that decides whose rights the user gets: claims, userinfo when a rule needs
// it, and the first matching role.

import { identityOf, type Identity } from '../access/identity.ts';
import { matchRole } from '../access/roles.ts';
import type { JsonObject } from '../codec/json.ts';
import type { Role } from '../config.ts';
import { loadProvider } from '../oidc/load.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/token.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { loadRefusedUser } from './load-refused.ts';

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
  const documents: JsonObject[] = [claims];
  if (match.kind === 'claims-missing') {
    const { fetchUserinfo } = await loadProvider();
    const userinfo = await fetchUserinfo(provider, tokens.accessToken, claims.sub);
    identity = identityOf(config, claims, userinfo);
    if (userinfo !== undefined) documents.push(userinfo);
    match = matchRole(roles, identity, config.requireEmailVerified, true);
  }
  if (match.kind === 'role') return { ofIdToken, identity, role: match.role, rule: match.rule };
  const { refusedUser } = await loadRefusedUser();
  throw refusedUser(config, roles, identity, {
    isNamed: match.kind === 'email-not-verified',
    documents,
  });
}
