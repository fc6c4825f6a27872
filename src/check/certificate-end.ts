// SPDX-License-Identifier: MIT
// When the certificates of a PEM file end (RFC 5280 4.1.2.5): for a warning before that day, and for nothing else.

import { bytesToLatin1, decodeBase64url } from '#native';
import { daysSince1970 } from './http-date.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const GENERALIZED_TIME = 24;
const VERSION = 0xa0;

/** Seconds since 1970 of the first end among its certificates; `undefined` when none can be read. */
export function firstEnd(pem: Uint8Array): number | undefined {
  let first: number | undefined;
  for (const part of bytesToLatin1(pem).split(BEGIN).slice(1)) {
    const text = (part.split('-----END')[0] ?? '').split('\r').join('').split('\n').join('');
    const url = text.split('=')[0]?.split('+').join('-').split('/').join('_') ?? '';
    const end = endOf(decodeBase64url(url) ?? new Uint8Array(0));
    if (end !== undefined && (first === undefined || end < first)) first = end;
  }
  return first;
}

function endOf(der: Uint8Array): number | undefined {
  const certificate = elementAt(der, 0);
  const tbs = certificate && elementAt(der, certificate.from);
  let element = tbs && elementAt(der, tbs.from);
  if (element?.tag === VERSION) element = elementAt(der, element.to);
  // serialNumber, signature, issuer, validity
  for (let i = 0; i < 3; i++) element = element && elementAt(der, element.to);
  const begin = element && elementAt(der, element.from);
  const end = begin && elementAt(der, begin.to);
  if (end === undefined) return undefined;
  const text = bytesToLatin1(der.subarray(end.from, end.to));
  // RFC 5280 4.1.2.5.1: two digits from 50 are of the last century.
  const year = end.tag === GENERALIZED_TIME ? '' : text < '50' ? '20' : '19';
  const full = year + text;
  const numberAt = (at: number, count: number) => Number(full.slice(at, at + count));
  const days = daysSince1970(numberAt(0, 4), numberAt(4, 2), numberAt(6, 2));
  const seconds = ((days * 24 + numberAt(8, 2)) * 60 + numberAt(10, 2)) * 60 + numberAt(12, 2);
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

interface Element {
  readonly tag: number;
  readonly from: number;
  /** Where the next one begins. */
  readonly to: number;
}

function elementAt(der: Uint8Array, at: number): Element | undefined {
  const tag = der[at];
  let length = der[at + 1];
  let from = at + 2;
  if (tag === undefined || length === undefined) return undefined;
  if (length > 128) {
    const count = length - 128;
    if (count > 3) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (der[from++] ?? 0);
  }
  const to = from + length;
  return to <= der.length ? { tag, from, to } : undefined;
}
