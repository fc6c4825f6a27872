// SPDX-License-Identifier: MIT
// ubus messages: 8-byte header, blob attributes, and the blobmsg values inside them (libubox).
// All integers are big-endian on every machine, so bytes are put and taken one by one.

import { decodeUtf8, encodeUtf8 } from '../codec/utf8.ts';

export type UbusValue =
  | string
  | number
  | boolean
  | null
  | readonly UbusValue[]
  | { readonly [name: string]: UbusValue };

/** A decoded table: null prototype, so a member is there or it is `undefined`. */
export interface UbusTable {
  readonly [name: string]: UbusValue | undefined;
}

export const MESSAGE = { hello: 0, status: 1, data: 2, lookup: 4, invoke: 5 } as const;
export const ATTRIBUTE = { status: 1, path: 2, id: 3, method: 4, data: 7 } as const;
const TYPE = { null: 0, array: 1, table: 2, string: 3, int64: 4, int32: 5, int16: 6, int8: 7, double: 8 } as const;

export const HEADER_BYTES = 8;
const MAX_DEPTH = 16;
const EXTENDED = 0x80;

/** Thrown on bytes that are no blob; the client turns it into a refusal. */
export class BlobError extends Error {}

// --- writing ---------------------------------------------------------------------------------

const FIRST_BYTES = 512;

/** A growing buffer; attributes are begun, filled, and get their length when they end. */
class BlobWriter {
  private bytes = new Uint8Array(FIRST_BYTES);
  private length = 0;

  u32(value: number): void {
    const at = this.reserve(4);
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
  }

  put(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }

  zero(): void {
    this.reserve(1);
  }

  /** The text's UTF-8 and a NUL. */
  text(text: string): void {
    this.put(encodeUtf8(text));
    this.zero();
  }

  /** Starts an attribute; its end is told to `end`. */
  begin(tag: number): number {
    this.u32(tag << 24);
    return this.length - 4;
  }

  /** The length counts its own 4 bytes, but not the padding that follows. */
  end(at: number): void {
    const length = this.length - at;
    this.bytes[at + 1] = length >>> 16;
    this.bytes[at + 2] = length >>> 8;
    this.bytes[at + 3] = length;
    this.pad();
  }

  pad(): void {
    this.reserve(-this.length & 3);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Room for `count` zero bytes at the end; gives where they start. */
  private reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return at;
  }
}

function written(write: (writer: BlobWriter) => void): Uint8Array {
  const writer = new BlobWriter();
  write(writer);
  return writer.finish();
}

export function stringAttribute(id: number, text: string): Uint8Array {
  return written((writer) => {
    const at = writer.begin(id);
    writer.text(text);
    writer.end(at);
  });
}

export function intAttribute(id: number, value: number): Uint8Array {
  return written((writer) => {
    const at = writer.begin(id);
    writer.u32(value);
    writer.end(at);
  });
}

/** The DATA attribute: a table's members, without a table around them. */
export function dataAttribute(table: { readonly [name: string]: UbusValue }): Uint8Array {
  return written((writer) => {
    const at = writer.begin(ATTRIBUTE.data);
    writeMembers(writer, table);
    writer.end(at);
  });
}

function writeMembers(writer: BlobWriter, table: { readonly [name: string]: UbusValue }): void {
  for (const name of Object.keys(table)) {
    const value = table[name];
    if (value !== undefined) writeValue(writer, name, value);
  }
}

function writeValue(writer: BlobWriter, name: string, value: UbusValue): void {
  const at = writer.begin(EXTENDED | typeOf(value));
  const nameBytes = encodeUtf8(name);
  writer.put(Uint8Array.of(nameBytes.length >> 8, nameBytes.length & 255));
  writer.put(nameBytes);
  writer.zero();
  writer.pad();
  if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'boolean') writer.put(Uint8Array.of(value ? 1 : 0));
  else if (typeof value === 'number') writer.u32(value);
  else if (Array.isArray(value)) for (const item of value as readonly UbusValue[]) writeValue(writer, '', item);
  else if (value !== null) writeMembers(writer, value as { readonly [name: string]: UbusValue });
  writer.end(at);
}

function typeOf(value: UbusValue): number {
  if (value === null) return TYPE.null;
  if (typeof value === 'string') return TYPE.string;
  if (typeof value === 'boolean') return TYPE.int8;
  if (typeof value === 'number') return TYPE.int32;
  return Array.isArray(value) ? TYPE.array : TYPE.table;
}

/** A whole message; `attributes` are already encoded. */
export function encodeMessage(type: number, sequence: number, peer: number, attributes: readonly Uint8Array[]): Uint8Array {
  return written((writer) => {
    writer.put(Uint8Array.of(0, type, (sequence >> 8) & 255, sequence & 255));
    writer.u32(peer);
    const at = writer.begin(0);
    for (const attribute of attributes) writer.put(attribute);
    writer.end(at);
  });
}

// --- reading ---------------------------------------------------------------------------------

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
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
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
 * `wanted`, only these members of its data are decoded.
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
  return decodeUtf8(bytes.subarray(from, to)) ?? '\uFFFD';
}

function decodeTable(bytes: Uint8Array, from: number, to: number, depth: number, wanted?: readonly string[]): UbusTable {
  const table = Object.create(null) as Record<string, UbusValue>;
  eachValue(bytes, from, to, depth, (name, read) => {
    if (wanted === undefined || wanted.includes(name)) table[name] = read();
  });
  return table;
}

function eachValue(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  visit: (name: string, read: () => UbusValue) => void,
): void {
  if (depth > MAX_DEPTH) throw new BlobError('nested too deep');
  eachAttribute(bytes, from, to, (tag, start, end) => {
    if ((tag & EXTENDED) === 0 || end - start < 3) throw new BlobError('value without a name field');
    const nameLength = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
    const valueAt = start + align4(nameLength + 3);
    if (valueAt > end) throw new BlobError('name is out of bounds');
    const name = decodeText(bytes, start + 2, start + 2 + nameLength);
    visit(name, () => decodePayload(tag & 0x7f, bytes, valueAt, end, depth));
  });
}

function decodePayload(type: number, bytes: Uint8Array, from: number, to: number, depth: number): UbusValue {
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
