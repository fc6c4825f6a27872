// SPDX-License-Identifier: MIT
// Writing ubus messages: attributes are nested in one growing buffer, because many small arrays cost
// an interpreter more than their bytes.

import { encodeUtf8 } from '#native';
import { ATTRIBUTE, EXTENDED, TYPE, type UbusValue } from './blobmsg.ts';

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
  else if (Array.isArray(value))
    for (const item of value as readonly UbusValue[]) writeValue(writer, '', item);
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
export function encodeMessage(
  type: number,
  sequence: number,
  peer: number,
  attributes: readonly Uint8Array[],
): Uint8Array {
  return written((writer) => {
    writer.put(Uint8Array.of(0, type, (sequence >> 8) & 255, sequence & 255));
    writer.u32(peer);
    const at = writer.begin(0);
    for (const attribute of attributes) writer.put(attribute);
    writer.end(at);
  });
}
