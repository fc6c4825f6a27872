// SPDX-License-Identifier: MIT
// Claims -> identity: what the rules of roles may look at (security 89-91).

import { isWithin } from '#native';
import { withoutBidi } from '../codec/chars.ts';
import type { JsonObject, JsonValue } from '../codec/json.ts';
import type { OidcConfig } from '../config.ts';
import { sha256Base64url } from '../crypto/sha256-text.ts';
import type { VerifiedClaims } from '../verify/claims.ts';

const MAX_SHOWN_CHARS = 128;
const MAX_SID_CHARS = 255;

export interface Identity {
  readonly sub: string;
  /** `undefined`: no such claim; '' never. */
  readonly email: string | undefined;
  /** `undefined`: no such claim. True only for the JSON boolean. */
  readonly isEmailVerified: boolean | undefined;
  /** `undefined`: no such claim. */
  readonly groups: readonly string[] | undefined;
  readonly username: string;
  readonly name: string;
}

/**
 * Reads the mapped claims. The address and its verification come from one document, the ID token
 * first: an address from one and a "verified" from the other would vouch for nothing.
 */
export function identityOf(
  oidc: OidcConfig,
  claims: VerifiedClaims,
  userinfo: JsonObject | undefined,
): Identity {
  const documents = userinfo === undefined ? [claims] : [claims, userinfo];
  const { emailClaim, emailVerifiedClaim } = oidc;
  const verifiedIn = (document: JsonObject) =>
    // Where no claim vouches for the address, no other document will either.
    emailVerifiedClaim === '' ? false : claimAt(document, emailVerifiedClaim);
  const addressed = documents.filter((document) => textClaim(document, emailClaim) !== undefined);
  const source =
    addressed.find((document) => verifiedIn(document) !== undefined) ?? addressed[0] ?? claims;
  const verified = verifiedIn(source);
  return {
    sub: String(claims['sub']),
    email: textClaim(source, emailClaim),
    isEmailVerified: verified === undefined ? undefined : verified === true,
    groups: firstOf(documents, (document) => groupsClaim(document, oidc.groupsClaim)),
    username: shownText(firstOf(documents, (document) => textClaim(document, oidc.usernameClaim))),
    name: shownText(firstOf(documents, (document) => textClaim(document, oidc.nameClaim))),
  };
}

function firstOf<T>(
  documents: readonly JsonObject[],
  read: (document: JsonObject) => T | undefined,
): T | undefined {
  for (const document of documents) {
    const found = read(document);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The claim of this name as it is written, else the value at this path: a dot goes into a nested object,
 * or is part of a name (`https://router.example/groups`, `resource_access.my.client.roles`); `\.` is
 * always part of one.
 */
export function claimAt(document: JsonObject, path: string): JsonValue | undefined {
  const whole = memberOf(document, path);
  if (whole !== undefined) return whole;
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    if (path.charAt(dot - 1) === '\\') continue;
    const inner = memberOf(document, path.slice(0, dot));
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    const found = claimAt(inner as JsonObject, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function memberOf(document: JsonObject, written: string): JsonValue | undefined {
  const name = written.split('\\.').join('.');
  return Object.prototype.hasOwnProperty.call(document, name) ? document[name] : undefined;
}

/**
 * A claim that is only shown: without control characters (a NUL would end it in rpcd) and marks that
 * reorder text, not endless, and no half of a character at its end.
 */
export function shownText(text: string | undefined): string {
  let out = '';
  for (const char of withoutBidi(text ?? '')) {
    const code = char.charCodeAt(0);
    const isControl = code < 32 || (code >= 127 && code < 160);
    const isHalf = char.length === 1 && code >= 0xd800 && code <= 0xdfff;
    if (out.length + char.length > MAX_SHOWN_CHARS) break;
    if (!isControl && !isHalf) out += char;
  }
  return out;
}

function textClaim(document: JsonObject, path: string): string | undefined {
  const value = claimAt(document, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An array's texts, or one text as a list of one; anything else is no groups claim. */
function groupsClaim(document: JsonObject, path: string): readonly string[] | undefined {
  const value = claimAt(document, path);
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  const groups: string[] = [];
  for (const item of value) {
    if (typeof item === 'string') groups.push(item);
  }
  return groups;
}

/** The subject as the log names it. */
export function subjectHash(sub: string): string {
  return sha256Base64url(sub).slice(0, 16);
}

/**
 * The provider's name of its session (`sid`), as ours remembers it: the same for the same `sid`, at the login
 * and at the logout, in at most 255 printable characters. It only has to be found again by a logout token,
 * so one that rpcd could not keep as it is (a NUL ends it) is remembered by its hash.
 */
export function rememberedSid(sid: string): string {
  const isPlain = sid.length <= MAX_SID_CHARS && isWithin(sid, 32, 126);
  return isPlain ? sid : `sha256:${sha256Base64url(sid)}`;
}
