// SPDX-License-Identifier: MIT
// Giving a refresh token back (RFC 7009), so that nobody can use it any more.

import type { OpenIdProvider } from './provider.ts';
import { postAsClient } from './token.ts';

/**
 * Whether it is done with: also where the provider has no such endpoint, or will not revoke. Refuses
 * when no answer is received.
 */
export async function revokeToken(
  provider: OpenIdProvider,
  refreshToken: string,
): Promise<boolean> {
  const { revocationEndpoint } = await provider.metadata();
  if (revocationEndpoint === '') return true;
  const response = await postAsClient(provider, revocationEndpoint, [
    ['token', refreshToken],
    ['token_type_hint', 'refresh_token'],
  ]);
  return response.status < 500 && response.status !== 429;
}
