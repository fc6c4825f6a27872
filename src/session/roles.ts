// SPDX-License-Identifier: MIT
// Identity -> role: in file order, the first role with a matching rule wins (product.md 2).

import { isVisibleAscii } from '../codec/chars.ts';
import type { Role } from '../config.ts';
import type { Identity } from './identity.ts';

const POCKET_ID_SUFFIX = '@PocketID';

export type RoleMatch =
  | { readonly kind: 'role'; readonly role: Role }
  /** A rule that could still decide looks at a claim that has not been asked for. */
  | { readonly kind: 'claims-missing' }
  /** A rule names this address, but nobody verified it. */
  | { readonly kind: 'email-not-verified' }
  | { readonly kind: 'none' };

/**
 * The role of this identity. `isComplete` says that there is nothing more to ask: then absent claims
 * match nothing.
 */
export function matchRole(
  roles: readonly Role[],
  identity: Identity,
  requireEmailVerified: boolean,
  isComplete: boolean,
): RoleMatch {
  const isTrusted = !requireEmailVerified || identity.isEmailVerified === true;
  let isNamed = false;
  for (const role of roles) {
    const isAddressNamed = matchesAddress(role, identity.email);
    if (
      matchesSubject(role, identity) ||
      matchesGroup(role, identity) ||
      (isAddressNamed && isTrusted)
    )
      return { kind: 'role', role };
    if (!isComplete && mayStillMatch(role, identity, requireEmailVerified))
      return { kind: 'claims-missing' };
    if (role.isDefault) return { kind: 'role', role };
    isNamed ||= isAddressNamed;
  }
  return { kind: isNamed ? 'email-not-verified' : 'none' };
}

function mayStillMatch(role: Role, identity: Identity, requireEmailVerified: boolean): boolean {
  const looksAtAddress = role.email.length > 0 || role.domain.length > 0;
  const isAddressOpen =
    identity.email === undefined ||
    (requireEmailVerified && identity.isEmailVerified === undefined);
  return (
    (looksAtAddress && isAddressOpen) || (role.group.length > 0 && identity.groups === undefined)
  );
}

function matchesSubject(role: Role, identity: Identity): boolean {
  return role.sub.includes(identity.sub);
}

function matchesGroup(role: Role, identity: Identity): boolean {
  const groups = identity.groups ?? [];
  return role.group.some((rule) => {
    if (groups.includes(rule)) return true;
    // Pocket ID's guide writes the suffix, Pocket ID itself sends the bare name.
    return (
      rule.endsWith(POCKET_ID_SUFFIX) &&
      rule !== POCKET_ID_SUFFIX &&
      groups.includes(rule.slice(0, -POCKET_ID_SUFFIX.length))
    );
  });
}

function matchesAddress(role: Role, email: string | undefined): boolean {
  if (email === undefined || !isPlainAddress(email)) return false;
  const address = asciiLower(email);
  const domain = address.slice(address.indexOf('@') + 1);
  return (
    role.email.some((rule) => asciiLower(rule) === address) ||
    role.domain.some((rule) => asciiLower(rule) === domain)
  );
}

/** One `@` with something on both sides, visible ASCII only (security.md 90). */
function isPlainAddress(email: string): boolean {
  const parts = email.split('@');
  return parts.length === 2 && parts[0] !== '' && parts[1] !== '' && isVisibleAscii(email);
}

/** Lower case of A-Z alone: Unicode's rules turn other letters into ASCII ones (the Kelvin sign into k). */
function asciiLower(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    out += code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : text.charAt(i);
  }
  return out;
}
