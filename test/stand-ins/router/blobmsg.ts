// SPDX-License-Identifier: MIT
// ubus messages and blobmsg for the test router, written apart from the program's own codec so that
// the two check each other. Knows what rpcd and the broker use: no doubles, no int16.

/** number = int32, bigint = int64, boolean = int8, null = unspec. */
export type Value = string | number | bigint | boolean | null | Value[] | Table;
export interface Table {
  [name: string]: Value;
}

export const MESSAGE = {
  HELLO: 0,
  STATUS: 1,
  DATA: 2,
  PING: 3,
  LOOKUP: 4,
  INVOKE: 5,
  ADD_OBJECT: 6,
} as const;

export const ATTRIBUTE = {
  STATUS: 1,
  OBJPATH: 2,
  OBJID: 3,
  METHOD: 4,
  OBJTYPE: 5,
  SIGNATURE: 6,
  DATA: 7,
} as const;

const TYPE = { NULL: 0, ARRAY: 1, TABLE: 2, STRING: 3, INT64: 4, INT32: 5, BOOL: 7 } as const;

export interface Message {
  type: number;
  sequence: number;
  peer: number;
  attributes: Map<number, Buffer>;
}

const align = (length: number) => (length + 3) & ~3;

function blob(head: number, payload: Buffer): Buffer {
  const out = Buffer.alloc(align(4 + payload.length));
  out.writeUInt32BE(((head << 24) | (4 + payload.length)) >>> 0, 0);
  payload.copy(out, 4);
  return out;
}

function* blobs(bytes: Buffer): Generator<{ head: number; payload: Buffer }> {
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 4) throw new Error('blob: cut header');
    const word = bytes.readUInt32BE(at);
    const length = word & 0xffffff;
    if (length < 4 || at + length > bytes.length) throw new Error('blob: bad length');
    yield { head: word >>> 24, payload: bytes.subarray(at + 4, at + length) };
    at += align(length);
  }
}

function encodeField(name: string, value: Value): Buffer {
  const bytes = Buffer.from(name);
  const head = Buffer.alloc(align(2 + bytes.length + 1));
  head.writeUInt16BE(bytes.length, 0);
  bytes.copy(head, 2);
  const field = (type: number, data: Buffer) => blob(0x80 | type, Buffer.concat([head, data]));
  if (value === null) return field(TYPE.NULL, Buffer.alloc(0));
  if (typeof value === 'string') return field(TYPE.STRING, Buffer.from(`${value}\0`));
  if (typeof value === 'boolean') return field(TYPE.BOOL, Buffer.from([value ? 1 : 0]));
  if (typeof value === 'number') {
    const data = Buffer.alloc(4);
    data.writeInt32BE(value | 0);
    return field(TYPE.INT32, data);
  }
  if (typeof value === 'bigint') {
    const data = Buffer.alloc(8);
    data.writeBigInt64BE(value);
    return field(TYPE.INT64, data);
  }
  if (Array.isArray(value)) return field(TYPE.ARRAY, Buffer.concat(value.map((v) => encodeField('', v))));
  return field(TYPE.TABLE, encodeTable(value));
}

/** The members of a table, as they stand in the DATA and SIGNATURE attributes of a message. */
export function encodeTable(table: Table): Buffer {
  return Buffer.concat(Object.entries(table).map(([name, value]) => encodeField(name, value)));
}

function decodeField(head: number, payload: Buffer): [string, Value] {
  const nameLength = payload.readUInt16BE(0);
  const name = payload.toString('utf8', 2, 2 + nameLength);
  const data = payload.subarray(align(2 + nameLength + 1));
  switch (head & 0x7f) {
    case TYPE.NULL:
      return [name, null];
    case TYPE.ARRAY:
      return [name, [...blobs(data)].map((f) => decodeField(f.head, f.payload)[1])];
    case TYPE.TABLE:
      return [name, decodeTable(data)];
    case TYPE.STRING:
      return [name, data.toString('utf8', 0, data.length - 1)];
    case TYPE.INT64:
      return [name, data.readBigInt64BE(0)];
    case TYPE.INT32:
      return [name, data.readInt32BE(0)];
    case TYPE.BOOL:
      return [name, data.readUInt8(0) !== 0];
    default:
      throw new Error(`blobmsg: type ${head & 0x7f} is not known here`);
  }
}

export function decodeTable(bytes: Buffer): Table {
  const table: Table = {};
  for (const { head, payload } of blobs(bytes)) {
    const [name, value] = decodeField(head, payload);
    table[name] = value;
  }
  return table;
}

export const int32 = (value: number): Buffer => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value >>> 0);
  return data;
};

export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

export function encodeMessage(type: number, sequence: number, peer: number, attributes: readonly [number, Buffer][]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(peer, 4);
  return Buffer.concat([header, blob(0, Buffer.concat(attributes.map(([id, data]) => blob(id, data))))]);
}

/** Cuts whole messages off a stream; `rest` waits for more bytes. */
export function decodeMessages(bytes: Buffer): { messages: Message[]; rest: Buffer } {
  const messages: Message[] = [];
  while (bytes.length >= 12) {
    const total = 8 + align(bytes.readUInt32BE(8) & 0xffffff);
    if (bytes.length < total) break;
    const body = bytes.subarray(12, total);
    messages.push({
      type: bytes.readUInt8(1),
      sequence: bytes.readUInt16BE(2),
      peer: bytes.readUInt32BE(4),
      attributes: new Map([...blobs(body)].map((b) => [b.head & 0x7f, b.payload])),
    });
    bytes = bytes.subarray(total);
  }
  return { messages, rest: bytes };
}
