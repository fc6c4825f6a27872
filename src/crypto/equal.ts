// SPDX-License-Identifier: MIT
// Comparisons whose time tells nothing but the length (spec: security 87): state, nonce, MAC.

/** Whether both hold the same bytes; every byte is looked at when the lengths are equal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  a.forEach((byte, i) => {
    difference |= byte ^ (b[i] ?? 0);
  });
  return difference === 0;
}

/** Whether both are the same 16-bit units; all are looked at when the lengths are equal. */
export function equalText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
