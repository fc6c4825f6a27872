// SPDX-License-Identifier: MIT
// Reading ubus messages: 8-byte header, blob attributes, and the blobmsg values inside them (libubox).
// All integers are big-endian on every machine, so bytes are put and taken one by one.

import { decodeUtf8 } from '#native';

export type UbusValue =
  string | number | boolean | null | readonly UbusValue[] | { readonly [name: string]: UbusValue };

/** A decoded table: null prototype, so a member is there or it is `undefined`. */
export interface UbusTable {
  readonly [name: string]: UbusValue | undefined;
}

export const MESSAGE = { hello: 0, status: 1, data: 2, lookup: 4, invoke: 5 } as const;
export const ATTRIBUTE = { status: 1, path: 2, id: 3, method: 4, data: 7 } as const;
export const TYPE = {
  null: 0,
  array: 1,
  table: 2,
  string: 3,
  int64: 4,
  int32: 5,
  int16: 6,
  int8: 7,
  double: 8,
} as const;

const HEADER_BYTES = 8;
const MAX_DEPTH = 16;
/** Marks a value with a name in front of it. */
export const EXTENDED = 0x80;
/** In front of a wanted member's name: not its value is decoded, only the strings in it are counted. */
export const COUNT = '#';

/** Thrown on bytes that are no blob; the client turns it into a refusal. */
export class BlobError extends Error {}

export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly peer: number;
  readonly status: number | undefined;
  readonly objectId: number | undefined;
  readonly path: string | undefined;
  readonly data: UbusTable | undefined;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

function readU24(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) & 0xffffff;
}

/** Bytes of the whole message that starts with these 12 bytes, padding included. */
export function messageLength(head: Uint8Array): number {
  return HEADER_BYTES + align4(readU24(head, HEADER_BYTES));
}

function align4(length: number): number {
  return (length + 3) & ~3;
}

/**
 * Decodes one message of exactly `messageLength` bytes; throws BlobError on anything else. With
 * `wanted`, only these members of its data are decoded; of one that has COUNT in front of its name,
 * the value is how many strings its tables and lists have in them.
 */
export function decodeMessage(bytes: Uint8Array, wanted?: readonly string[]): Message {
  const found: { status?: number; objectId?: number; path?: string; data?: UbusTable } = {};
  eachAttribute(bytes, HEADER_BYTES + 4, bytes.length, (tag, from, to) => {
    if (tag === ATTRIBUTE.status) found.status = readInt32(bytes, from, to) | 0;
    else if (tag === ATTRIBUTE.id) found.objectId = readInt32(bytes, from, to) >>> 0;
    else if (tag === ATTRIBUTE.path) found.path = readString(bytes, from, to);
    else if (tag === ATTRIBUTE.data) found.data = decodeTable(bytes, from, to, 0, wanted);
  });
  return {
    type: bytes[1] ?? 0,
    sequence: ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0),
    peer: readU32(bytes, 4),
    status: found.status,
    objectId: found.objectId,
    path: found.path,
    data: found.data,
  };
}

function eachAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (tag: number, from: number, to: number) => void,
): void {
  let at = start;
  while (at < end) {
    if (end - at < 4) throw new BlobError('attribute header is cut');
    const length = readU24(bytes, at);
    if (length < 4 || at + length > end) throw new BlobError('attribute length is out of bounds');
    visit(bytes[at] ?? 0, at + 4, at + length);
    at += align4(length);
  }
}

function readInt32(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== 4) throw new BlobError('int32 has another length');
  return readU32(bytes, from);
}

function readString(bytes: Uint8Array, from: number, to: number): string {
  if (to <= from || bytes[to - 1] !== 0) throw new BlobError('string does not end with NUL');
  return decodeText(bytes, from, to - 1);
}

/** Text that is not UTF-8 becomes U+FFFD, which no configuration value may contain (config.ts). */
function decodeText(bytes: Uint8Array, from: number, to: number): string {
  return decodeUtf8(bytes, from, to) ?? '\uFFFD';
}

function decodeTable(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  wanted?: readonly string[],
): UbusTable {
  const table = Object.create(null) as Record<string, UbusValue>;
  eachValue(bytes, from, to, depth, (name, read, valueAt, end) => {
    if (wanted === undefined || wanted.includes(name)) table[name] = read();
    else if (wanted.includes(COUNT + name)) table[name] = countStrings(bytes, valueAt, end);
  });
  return table;
}

/**
 * A session's rights are hundreds of strings: counted from header to header, into tables and lists and
 * past everything else, they cost a tenth of what decoding them does.
 */
function countStrings(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  while (at < to) {
    const length = readU24(bytes, at);
    const type = (bytes[at] ?? 0) & ~EXTENDED;
    const inside = valueStart(bytes, at + 4, Math.min(at + length, to));
    if (type === TYPE.string) count++;
    at = type === TYPE.table || type === TYPE.array ? inside : at + align4(length);
  }
  return count;
}

function eachValue(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  visit: (name: string, read: () => UbusValue, from: number, to: number) => void,
): void {
  if (depth > MAX_DEPTH) throw new BlobError('nested too deep');
  eachAttribute(bytes, from, to, (tag, start, end) => {
    if ((tag & EXTENDED) === 0) throw new BlobError('value without a name field');
    const valueAt = valueStart(bytes, start, end);
    const name = decodeText(bytes, start + 2, start + 2 + nameLength(bytes, start));
    visit(name, () => decodePayload(tag & 0x7f, bytes, valueAt, end, depth), valueAt, end);
  });
}

function nameLength(bytes: Uint8Array, start: number): number {
  return ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
}

/** Where the value starts, behind the name; the name field alone has three bytes. */
function valueStart(bytes: Uint8Array, start: number, end: number): number {
  const at = start + align4(nameLength(bytes, start) + 3);
  if (end - start < 3 || at > end) throw new BlobError('name is out of bounds');
  return at;
}

function decodePayload(
  type: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
): UbusValue {
  switch (type) {
    case TYPE.null:
      return null;
    case TYPE.array: {
      const items: UbusValue[] = [];
      eachValue(bytes, from, to, depth + 1, (_name, read) => items.push(read()));
      return items;
    }
    case TYPE.table:
      return decodeTable(bytes, from, to, depth + 1) as { readonly [name: string]: UbusValue };
    case TYPE.string:
      return readString(bytes, from, to);
    case TYPE.int64:
      if (to - from !== 8) throw new BlobError('int64 has another length');
      return (readU32(bytes, from) | 0) * 4294967296 + readU32(bytes, from + 4);
    case TYPE.int32:
      return readInt32(bytes, from, to) | 0;
    case TYPE.int16:
      if (to - from !== 2) throw new BlobError('int16 has another length');
      return ((((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)) << 16) >> 16;
    case TYPE.int8:
      if (to - from !== 1) throw new BlobError('int8 has another length');
      return bytes[from] !== 0;
    case TYPE.double:
      if (to - from !== 8) throw new BlobError('double has another length');
      return new DataView(bytes.buffer, bytes.byteOffset + from, 8).getFloat64(0, false);
    default:
      throw new BlobError(`unknown value type ${type}`);
  }
}
