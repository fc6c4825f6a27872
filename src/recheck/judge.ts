// SPDX-License-Identifier: MIT
// What refreshed tokens say of a user: the same rules as at the login, in full. What was not received
// this time is unknown, and not absent.

import type { Role } from '../config.ts';
import { rememberAlg } from '../flow/last-alg.ts';
import { withProviderKeys } from '../flow/provider-keys.ts';
import { withVerifier } from '../flow/verifier.ts';
import { loadProvider } from '../oidc/load.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import type { RefreshedTokens } from '../oidc/refresh.ts';
import { identityOf } from '../access/identity.ts';
import { matchRole, type RoleMatch } from '../access/roles.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { rememberedClaims, type ClaimSource, type Grant } from './grant.ts';

/**
 * The role of now; 'claims-missing' when it depends on a claim whose source was not received. Refuses
 * with the codes of a login.
 */
export async function judge(
  provider: OpenIdProvider,
  roles: readonly Role[],
  grant: Grant,
  tokens: RefreshedTokens,
): Promise<RoleMatch> {
  const { config } = provider;
  const { requireEmailVerified } = config;
  const claims = tokens.idToken === '' ? undefined : await verified(provider, grant, tokens);
  if (claims !== undefined) {
    rememberAlg(provider, tokens.idToken);
    const match = matchRole(
      roles,
      identityOf(config, claims, undefined),
      requireEmailVerified,
      false,
    );
    if (match.kind !== 'claims-missing') return match;
  }
  const { refreshUserinfo } = await loadProvider();
  const userinfo = await refreshUserinfo(provider, tokens.accessToken, grant.sub);
  const identity = identityOf(config, claims ?? rememberedClaims(grant), userinfo);
  const isReceived = (source: ClaimSource): boolean =>
    source === '' || (source === 'id_token' ? claims : userinfo) !== undefined;
  // An empty address and no groups match nothing, and are not asked for any more.
  const email = isReceived(grant.emailFrom)
    ? { email: identity.email ?? '', isEmailVerified: identity.isEmailVerified ?? false }
    : {};
  const groups = isReceived(grant.groupsFrom) ? { groups: identity.groups ?? [] } : {};
  return matchRole(roles, { ...identity, ...email, ...groups }, requireEmailVerified, false);
}

/** The refreshed ID token (OIDC Core 12.2). */
function verified(
  provider: OpenIdProvider,
  { nonce, sub }: Grant,
  { idToken, accessToken }: RefreshedTokens,
): Promise<VerifiedClaims> {
  return withProviderKeys(provider, 'recheck', (expected) =>
    withVerifier(({ verifyIdToken }) =>
      verifyIdToken({ ...expected, idToken, accessToken, nonce, refreshedSub: sub }),
    ),
  );
}
