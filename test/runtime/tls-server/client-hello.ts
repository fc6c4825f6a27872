// SPDX-License-Identifier: MIT
// What the client offers (RFC 8446 section 4.1.2).
import { Reader, uint16List } from './bytes.ts';

export interface ClientHello {
  readonly random: Buffer;
  readonly sessionId: Buffer;
  readonly suites: readonly number[];
  readonly extensions: ReadonlyMap<number, Buffer>;
  readonly groups: readonly number[];
  readonly schemes: readonly number[];
  /** Groups that came with a key. */
  readonly keyShares: ReadonlyMap<number, Buffer>;
  readonly offersTls13: boolean;
}

export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  ecPointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  extendedMasterSecret: 23,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  keyShare: 51,
  renegotiationInfo: 0xff01,
} as const;

export function parseClientHello(body: Buffer): ClientHello {
  const reader = new Reader(body);
  reader.uint16();
  const random = reader.take(32);
  const sessionId = reader.vector8();
  const suites = uint16List(reader.vector16());
  reader.vector8();
  const extensions = new Map<number, Buffer>();
  const list = new Reader(reader.left === 0 ? Buffer.alloc(0) : reader.vector16());
  while (list.left > 0) extensions.set(list.uint16(), list.vector16());
  const numbers = (type: number): number[] => uint16List(extensions.get(type)?.subarray(2) ?? Buffer.alloc(0));
  const keyShares = new Map<number, Buffer>();
  const shares = new Reader(extensions.get(EXTENSION.keyShare)?.subarray(2) ?? Buffer.alloc(0));
  while (shares.left > 0) keyShares.set(shares.uint16(), shares.vector16());
  const versions = uint16List(extensions.get(EXTENSION.supportedVersions)?.subarray(1) ?? Buffer.alloc(0));
  return {
    random,
    sessionId,
    suites,
    extensions,
    keyShares,
    offersTls13: versions.includes(0x0304),
    groups: numbers(EXTENSION.supportedGroups),
    schemes: numbers(EXTENSION.signatureAlgorithms),
  };
}
