// SPDX-License-Identifier: MIT
// Client addresses: the key that limits count by, and the owner's list of trusted proxies.

import { parseIpv4, parseIpv6 } from '../codec/url.ts';
import { bytesToHex } from '../codec/bytes.ts';

/** 4 or 16 bytes; an IPv4-mapped IPv6 address is the IPv4 address. */
export function parseAddress(text: string): readonly number[] | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return v4;
  const v6 = parseIpv6(text);
  if (v6 === undefined) return undefined;
  const isMapped = v6.slice(0, 10).every((byte) => byte === 0) && v6[10] === 255 && v6[11] === 255;
  return isMapped ? v6.slice(12) : v6;
}

/** What counts as one client: an IPv4 address, an IPv6 /64; everything unreadable is one client too. */
export function clientKey(address: string): string {
  const bytes = parseAddress(address);
  if (bytes === undefined) return 'unknown';
  return bytesToHex(Uint8Array.from(bytes.slice(0, 8)));
}

export interface Network {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

/** An address or CIDR of `trusted_proxy`; `undefined` when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  const maxBits = bytes.length * 8;
  if (slash < 0) return { bytes, prefixBits: maxBits };
  const suffix = text.slice(slash + 1);
  const bits = Number(suffix);
  if (suffix !== String(bits) || !Number.isInteger(bits) || bits < 0 || bits > maxBits)
    return undefined;
  return { bytes, prefixBits: bits };
}

/** Whether the address lies in one of the networks. */
export function isInNetworks(address: string, networks: readonly Network[]): boolean {
  const bytes = parseAddress(address);
  if (bytes === undefined) return false;
  return networks.some((network) => contains(network, bytes));
}

function contains(network: Network, address: readonly number[]): boolean {
  if (network.bytes.length !== address.length) return false;
  for (let bit = 0; bit < network.prefixBits; bit++) {
    const mask = 128 >> (bit & 7);
    if (((network.bytes[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}
