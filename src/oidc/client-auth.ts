// SPDX-License-Identifier: MIT
// How this client proves who it is (RFC 6749 2.3.1): in exactly one way per request.

import { encodeFormPart } from '#native';
import { encodeBase64 } from '../codec/base64.ts';
import { type Parameter } from '../codec/form.ts';
import type { OidcConfig } from '../config.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';

export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

/** What one request carries: headers, and parameters of its form. */
export interface ClientAuthentication {
  readonly headers: readonly Parameter[];
  readonly parameters: readonly Parameter[];
}

/** The method that configuration and provider agree on (security 33, 46); refuses with CLIENT_AUTH_UNSUPPORTED. */
export function chooseAuthMethod(oidc: OidcConfig, offered: readonly string[]): AuthMethod {
  if (oidc.clientAuth !== 'auto') return oidc.clientAuth;
  if (oidc.clientSecret === '') return 'none';
  if (offered.includes('client_secret_basic')) return 'client_secret_basic';
  if (offered.includes('client_secret_post')) return 'client_secret_post';
  throw new Refusal('CLIENT_AUTH_UNSUPPORTED', `provider offers ${printable(offered.join(' '))}`);
}

/** Proof for one request of ours to the provider. `offered` are its methods, as its metadata says. */
export function authenticateClient(
  oidc: OidcConfig,
  offered: readonly string[],
): ClientAuthentication {
  const { clientId, clientSecret } = oidc;
  const method = chooseAuthMethod(oidc, offered);
  if (method === 'client_secret_basic') {
    const credentials = `${encodeFormPart(clientId)}:${encodeFormPart(clientSecret)}`;
    const header = ['Authorization', `Basic ${encodeBase64(credentials)}`] as const;
    return { headers: [header], parameters: [] };
  }
  const id = ['client_id', clientId] as const;
  const isSecretSent = method === 'client_secret_post';
  return { headers: [], parameters: isSecretSent ? [id, ['client_secret', clientSecret]] : [id] };
}
