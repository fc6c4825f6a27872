// SPDX-License-Identifier: MIT
// Writing ubus messages. They are put together as texts of one character per byte, because joining
// texts costs an interpreter far less than moving bytes one by one.

import { bytesToLatin1, encodeUtf8, isWithin, latin1ToBytes } from '#native';
import { ATTRIBUTE, EXTENDED, TYPE, type UbusValue } from './blobmsg.ts';

/** What follows a blob of a length with this remainder by 4. */
const PADDING: readonly string[] = ['', '\0\0\0', '\0\0', '\0'];

/** Length of an attribute's own header. */
const HEAD_BYTES = 4;

function u16(value: number): string {
  return String.fromCharCode((value >> 8) & 255, value & 255);
}

function u32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

/** The length counts its own 4 bytes, but not the padding that follows. */
function attribute(tag: number, payload: string): string {
  const length = payload.length + HEAD_BYTES;
  return u32((tag << 24) | length) + payload + padding(length);
}

function padding(length: number): string {
  return PADDING[length & 3] as string;
}

/** The text's UTF-8 and a NUL. */
function textBytes(text: string): string {
  return (isWithin(text, 0, 127) ? text : bytesToLatin1(encodeUtf8(text))) + '\0';
}

export function stringAttribute(id: number, text: string): string {
  return attribute(id, textBytes(text));
}

export function intAttribute(id: number, value: number): string {
  return attribute(id, u32(value));
}

/** The DATA attribute: a table's members, without a table around them. */
export function dataAttribute(table: { readonly [name: string]: UbusValue }): string {
  return attribute(ATTRIBUTE.data, members(table));
}

function members(table: { readonly [name: string]: UbusValue }): string {
  let out = '';
  for (const name of Object.keys(table)) {
    const value = table[name];
    if (value === undefined) continue;
    const nameBytes = textBytes(name);
    const field = u16(nameBytes.length - 1) + nameBytes;
    out += valueAttribute(field + padding(field.length), value);
  }
  return out;
}

/** The name field of an item: an empty name. */
const NO_NAME = '\0\0\0\0';

function valueAttribute(name: string, value: UbusValue): string {
  if (typeof value === 'string') return attribute(EXTENDED | TYPE.string, name + textBytes(value));
  if (typeof value === 'boolean')
    return attribute(EXTENDED | TYPE.int8, name + (value ? '\x01' : '\0'));
  if (typeof value === 'number') return attribute(EXTENDED | TYPE.int32, name + u32(value));
  if (value === null) return attribute(EXTENDED | TYPE.null, name);
  if (!Array.isArray(value)) {
    const table = value as { readonly [name: string]: UbusValue };
    return attribute(EXTENDED | TYPE.table, name + members(table));
  }
  let items = name;
  for (const item of value as readonly UbusValue[]) items += valueAttribute(NO_NAME, item);
  return attribute(EXTENDED | TYPE.array, items);
}

/** A whole message; `attributes` are already encoded. */
export function encodeMessage(
  type: number,
  sequence: number,
  peer: number,
  attributes: readonly string[],
): Uint8Array {
  const body = attributes.join('');
  const head = String.fromCharCode(0, type) + u16(sequence) + u32(peer);
  return latin1ToBytes(head + u32(body.length + HEAD_BYTES) + body);
}
