// SPDX-License-Identifier: MIT
// What the C host has as the module '#native' (ts-runtime/sso_native.c): pure functions without any
// policy, for which an interpreter needs fifty times the instructions. Tests under Node have the same
// from node.ts, beside this file; both must agree on test/unit/native/.

declare module '#native' {
  /** UTF-8 (RFC 3629) of a text; a lone surrogate becomes U+FFFD, so the result always is valid. */
  export function encodeUtf8(text: string): Uint8Array;

  /**
   * Text of valid UTF-8, of the bytes from `from` up to `to` where they are given; else `undefined`:
   * overlong forms, surrogates, values above U+10FFFF and cut sequences are refused. A byte order mark
   * is an ordinary character. A part that is not there is a programmer's mistake (`RangeError`).
   */
  export function decodeUtf8(bytes: Uint8Array, from?: number, to?: number): string | undefined;

  /** One byte per character; a character above U+00FF is a programmer's mistake (`TypeError`). */
  export function latin1ToBytes(text: string): Uint8Array;

  /** One character (U+0000 to U+00FF) per byte, of a part like that of `decodeUtf8`. */
  export function bytesToLatin1(bytes: Uint8Array, from?: number, to?: number): string;

  /** Whether each character's code is from `min` to `max`, both ASCII; true for ''. */
  export function isWithin(text: string, min: number, max: number): boolean;

  /**
   * How many bytes at the beginning are ubus messages with data whose table `outer` has no member `inner`
   * (or that have no such table): those can be passed over. The first that is cut, malformed or of another
   * type ends the count, as well as the first that has the member.
   */
  export function skipMessages(bytes: Uint8Array, outer: string, inner: string): number;

  /** base64url (RFC 4648 section 5, RFC 7515 section 2) of the bytes, without padding. */
  export function encodeBase64url(bytes: Uint8Array): string;

  /**
   * Bytes of a base64url text, or `undefined` when it is not exactly what an encoder writes: other
   * characters, padding, white space, a length that cannot be, or set bits after the last byte (they
   * would let one signature have several spellings).
   */
  export function decodeBase64url(text: string): Uint8Array | undefined;

  /** Encodes the text's UTF-8: all but RFC 3986's unreserved bytes as `%XX`, a blank as `+` (RFC 6749 B). */
  export function encodeFormPart(text: string): string;

  /** The 32-byte digest of the bytes (FIPS 180-4). */
  export function sha256(bytes: Uint8Array): Uint8Array;

  /** The 48-byte digest of the bytes (FIPS 180-4). */
  export function sha384(bytes: Uint8Array): Uint8Array;

  /** The 64-byte digest of the bytes (FIPS 180-4). */
  export function sha512(bytes: Uint8Array): Uint8Array;

  /**
   * Whether `signature`, r and s side by side (RFC 7518 3.4), is right for a digest, by ECDSA (FIPS
   * 186-5 6.4.2) under the point of P-256 with these coordinates; `undefined` when there is no such
   * point. A coordinate or digest that has not 32 bytes is a programmer's mistake (`RangeError`); a
   * signature that has not 64 is wrong. A host that is linked with the system's mbedTLS has no such
   * function.
   */
  export const verifyP256:
    | ((
        x: Uint8Array,
        y: Uint8Array,
        digest: Uint8Array,
        signature: Uint8Array,
      ) => boolean | undefined)
    | undefined;
}
