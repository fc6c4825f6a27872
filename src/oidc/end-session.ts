// SPDX-License-Identifier: MIT
// The URL that ends the provider's session when the user logs out of LuCI (RP-Initiated Logout 2).

import { withParameters, type Parameter } from '../codec/form.ts';
import type { OidcConfig } from '../config.ts';
import { CALLBACK_PATH, LOGGED_OUT_PATH } from '../paths.ts';
import type { ProviderMetadata } from './metadata.ts';

/** uhttpd turns a Location above about 4 kB into a 502. */
const MAX_URL_BYTES = 2000;

/** Ready for a browser; '' when the provider has no such endpoint or the owner wants none of it. */
export function endSessionUrl(
  oidc: OidcConfig,
  metadata: ProviderMetadata,
  redirectUri: string,
  { idToken, state }: { readonly idToken: string; readonly state: string },
): string {
  const endpoint = metadata.endSessionEndpoint;
  if (!oidc.logoutAtProvider || endpoint === '') return '';
  const origin = redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
  const parameters: Parameter[] = [
    ['client_id', oidc.clientId],
    ['post_logout_redirect_uri', origin + LOGGED_OUT_PATH],
    ['state', state],
  ];
  if (idToken.length < MAX_URL_BYTES) {
    const withHint = withParameters(endpoint, [['id_token_hint', idToken], ...parameters]);
    if (withHint.length <= MAX_URL_BYTES) return withHint;
  }
  const plain = withParameters(endpoint, parameters);
  return plain.length <= MAX_URL_BYTES ? plain : '';
}
