// SPDX-License-Identifier: MIT
// Identity -> role: in file order, the first role with a matching rule wins.

import { isVisibleAscii } from '../codec/chars.ts';
import { RULE_KINDS, type Role, type RuleKind } from '../config.ts';
import type { Identity } from './identity.ts';

const POCKET_ID_SUFFIX = '@PocketID';

const DEFAULT_RULE = 'default';

/** A rule as a session keeps it: its kind, and its value as it is written. */
function ruleOf(kind: RuleKind, value: string): string {
  return `${kind}:${value}`;
}

/** All rules of a role, as sessions keep them. */
export function rulesOf(role: Role): readonly string[] {
  const rules = RULE_KINDS.flatMap((kind) => role[kind].map((value) => ruleOf(kind, value)));
  return role.isDefault ? [...rules, DEFAULT_RULE] : rules;
}

export type RoleMatch =
  | { readonly kind: 'role'; readonly role: Role; readonly rule: string }
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
    const address = addressRule(role, identity.email);
    const rule =
      subjectRule(role, identity) ?? groupRule(role, identity) ?? (isTrusted ? address : undefined);
    if (rule !== undefined) return { kind: 'role', role, rule };
    if (!isComplete && mayStillMatch(role, identity, requireEmailVerified))
      return { kind: 'claims-missing' };
    if (role.isDefault) return { kind: 'role', role, rule: DEFAULT_RULE };
    isNamed ||= address !== undefined;
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

function subjectRule(role: Role, { sub }: Identity): string | undefined {
  return role.sub.includes(sub) ? ruleOf('sub', sub) : undefined;
}

function groupRule(role: Role, identity: Identity): string | undefined {
  const groups = identity.groups ?? [];
  const found = role.group.find((rule) => {
    if (groups.includes(rule)) return true;
    // Pocket ID's guide writes the suffix, Pocket ID itself sends the bare name.
    return (
      rule.endsWith(POCKET_ID_SUFFIX) &&
      rule !== POCKET_ID_SUFFIX &&
      groups.includes(rule.slice(0, -POCKET_ID_SUFFIX.length))
    );
  });
  return found === undefined ? undefined : ruleOf('group', found);
}

function addressRule(role: Role, email: string | undefined): string | undefined {
  if (email === undefined || !isPlainAddress(email)) return undefined;
  const address = asciiLower(email);
  const domain = address.slice(address.indexOf('@') + 1);
  const whole = role.email.find((rule) => asciiLower(rule) === address);
  if (whole !== undefined) return ruleOf('email', whole);
  const part = role.domain.find((rule) => asciiLower(rule) === domain);
  return part === undefined ? undefined : ruleOf('domain', part);
}

/** One `@` with something on both sides, visible ASCII only (security 90). */
export function isPlainAddress(email: string): boolean {
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
