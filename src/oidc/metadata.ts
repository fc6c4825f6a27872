// SPDX-License-Identifier: MIT
// What is known of a provider once its discovery document was checked. Neither cache nor network.

import type { OidcConfig } from '../config.ts';

/** Validated: every URL is https, every list holds texts only. '' = the provider has none. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string;
  readonly endSessionEndpoint: string;
  readonly revocationEndpoint: string;
  readonly parEndpoint: string;
  readonly requiresPar: boolean;
  /** RFC 9207: the callback must carry `iss`. */
  readonly issParameterSupported: boolean;
  readonly tokenAuthMethods: readonly string[];
  readonly codeChallengeMethods: readonly string[];
  /** Empty when the provider does not say. */
  readonly idTokenAlgs: readonly string[];
  /** Empty when the provider does not say. */
  readonly promptValues: readonly string[];
}

/** Its keys, cut down to the members that a verifier may use. */
export interface KeySet {
  readonly keys: readonly object[];
}

/** For so long a provider that failed is not asked again, in seconds. */
export const FAILURE_MEMORY_S = 15;

const TEXT_MEMBERS = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'jwksUri',
  'userinfoEndpoint',
  'endSessionEndpoint',
  'revocationEndpoint',
  'parEndpoint',
];
const FLAG_MEMBERS = ['requiresPar', 'issParameterSupported'];
const LIST_MEMBERS = ['tokenAuthMethods', 'codeChallengeMethods', 'idTokenAlgs', 'promptValues'];

/** Whether logins push their request (RFC 9126); the provider need not have an endpoint for it. */
export function isPushed({ par }: OidcConfig, { requiresPar }: ProviderMetadata): boolean {
  return par === 'auto' ? requiresPar : par === 'always';
}

/** Type check of a file that only we write: enough to notice damage. */
export function isMetadata(value: object): value is ProviderMetadata {
  const members = value as { readonly [name: string]: unknown };
  return (
    TEXT_MEMBERS.every((name) => typeof members[name] === 'string') &&
    FLAG_MEMBERS.every((name) => typeof members[name] === 'boolean') &&
    LIST_MEMBERS.every((name) => isTextList(members[name]))
  );
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
