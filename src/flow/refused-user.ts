// SPDX-License-Identifier: MIT
// Why nobody's rights are given to a user whose token is right: what the rules look at, in which form it was
// received, and never a value of it. Read by such a callback alone.

import { claimAt, shownText, subjectHash, type Identity } from '../access/identity.ts';
import type { JsonObject, JsonValue } from '../codec/json.ts';
import { RULE_KINDS, type OidcConfig, type Role } from '../config.ts';
import { Refusal, type Cause } from '../refusal.ts';

export interface Judged {
  /** A rule names the address, which is not verified. */
  readonly isNamed: boolean;
  /** ID token and, where it was asked for, userinfo. */
  readonly documents: readonly JsonObject[];
}

/** The refusal of a user whom no role takes. */
export function refusedUser(
  oidc: OidcConfig,
  roles: readonly Role[],
  identity: Identity,
  { isNamed, documents }: Judged,
): Refusal {
  const kinds = RULE_KINDS.filter((kind) => roles.some((role) => role[kind].length > 0));
  const valueOf = (path: string): JsonValue | undefined =>
    documents.map((document) => claimAt(document, path)).find((value) => value !== undefined);
  const groups = shapeOfGroups(valueOf(oidc.groupsClaim), identity);
  const { emailVerifiedClaim } = oidc;
  const verified = emailVerifiedClaim === '' ? '' : valueOf(emailVerifiedClaim);
  const email =
    identity.email === undefined
      ? 'absent'
      : identity.isEmailVerified === true
        ? 'verified'
        : typeof verified === 'string' && verified !== ''
          ? 'unverified(text)'
          : 'unverified';
  const fact =
    `provider=${oidc.issuer} sub=${subjectHash(identity.sub)} rules=${kinds.length === 0 ? 'none' : kinds.join(',')} ` +
    `email=${email} groups=${groups}`;
  const account = shownText(identity.email ?? identity.username);
  if (isNamed) return new Refusal('EMAIL_NOT_VERIFIED', fact, causeOfUnverified(verified), account);
  const isOnly = (...names: readonly string[]) => kinds.every((kind) => names.includes(kind));
  const cause: Cause | undefined =
    kinds.length === 0
      ? undefined
      : groups.includes('(') && kinds.includes('group')
        ? 'GROUPS_UNREADABLE'
        : groups === 'absent' && isOnly('group')
          ? 'GROUPS_ABSENT'
          : email === 'absent' && isOnly('email', 'domain')
            ? 'EMAIL_ABSENT'
            : undefined;
  return new Refusal('USER_NOT_AUTHORIZED', fact, cause, account);
}

function causeOfUnverified(verified: JsonValue | undefined): Cause | undefined {
  if (verified === '') return 'NOTHING_VERIFIES';
  if (verified === undefined || verified === null) return 'VERIFIED_ABSENT';
  return verified === false ? undefined : 'VERIFIED_AS_TEXT';
}

/** How many groups; with the form in brackets when it is not a list of texts. */
function shapeOfGroups(value: JsonValue | undefined, { groups }: Identity): string {
  const count = groups === undefined ? 'absent' : String(groups.length);
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'string') ? count : `${count}(objects)`;
  if (typeof value === 'string') {
    if (value.startsWith('[') || value.startsWith('{')) return `${count}(json)`;
    return value.includes(',') || value.includes(';') || value.includes(' ')
      ? `${count}(joined)`
      : count;
  }
  return value === undefined || value === null ? count : `${count}(${formOf(value)})`;
}

function formOf(value: JsonValue): string {
  return typeof value === 'object' ? 'map' : typeof value;
}
