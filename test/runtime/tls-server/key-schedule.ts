// SPDX-License-Identifier: MIT
// Secrets and keys: RFC 8446 section 7, and for TLS 1.2 RFC 5246 section 5 with RFC 7627.
import { createHash, createHmac } from 'node:crypto';
import { uint16, vector8 } from './bytes.ts';
import type { Suite } from './suites.ts';

type Hash = Suite['hash'];
export const hashOf = (hash: Hash, ...parts: readonly Buffer[]): Buffer => createHash(hash).update(Buffer.concat(parts)).digest();
export const hmac = (hash: Hash, key: Buffer, ...parts: readonly Buffer[]): Buffer =>
  createHmac(hash, key).update(Buffer.concat(parts)).digest();
export const zeros = (hash: Hash): Buffer => Buffer.alloc(hashOf(hash).length);

/** HKDF-Expand-Label; no more than one block of the hash is ever wanted. */
export function expandLabel(hash: Hash, secret: Buffer, label: string, context: Buffer, length: number): Buffer {
  const info = [uint16(length), vector8(Buffer.from(`tls13 ${label}`)), vector8(context), Buffer.of(1)];
  return hmac(hash, secret, ...info).subarray(0, length);
}

export interface TrafficSecrets {
  readonly client: Buffer;
  readonly server: Buffer;
}

const expandSecret = (hash: Hash, secret: Buffer, label: string, transcript: Buffer): Buffer =>
  expandLabel(hash, secret, label, transcript, zeros(hash).length);
const nextStage = (hash: Hash, secret: Buffer, input: Buffer): Buffer =>
  hmac(hash, expandSecret(hash, secret, 'derived', hashOf(hash)), input);

export const handshakeSecret = (hash: Hash, shared: Buffer): Buffer => nextStage(hash, hmac(hash, zeros(hash), zeros(hash)), shared);
export const masterSecret = (hash: Hash, handshake: Buffer): Buffer => nextStage(hash, handshake, zeros(hash));

/** `stage` is 'hs' or 'ap'; `transcript` the hash of the messages so far. */
export const trafficSecrets = (hash: Hash, secret: Buffer, stage: 'hs' | 'ap', transcript: Buffer): TrafficSecrets => ({
  client: expandSecret(hash, secret, `c ${stage} traffic`, transcript),
  server: expandSecret(hash, secret, `s ${stage} traffic`, transcript),
});

export const finishedMac = (hash: Hash, secret: Buffer, transcript: Buffer): Buffer =>
  hmac(hash, expandSecret(hash, secret, 'finished', Buffer.alloc(0)), transcript);

/** TLS 1.2's PRF. */
export function expandTls12(hash: Hash, secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const whole = Buffer.concat([Buffer.from(label), seed]);
  let chain: Buffer = whole;
  let output: Buffer = Buffer.alloc(0);
  while (output.length < length) {
    chain = hmac(hash, secret, chain);
    output = Buffer.concat([output, hmac(hash, secret, chain, whole)]);
  }
  return output.subarray(0, length);
}
