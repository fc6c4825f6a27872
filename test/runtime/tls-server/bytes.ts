// SPDX-License-Identifier: MIT
// The presentation language of RFC 8446 section 3: numbers and vectors, to write and to read.
export const uint8 = (value: number): Buffer => Buffer.of(value);
export const uint16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
export const uint24 = (value: number): Buffer => Buffer.of(value >> 16, (value >> 8) & 0xff, value & 0xff);

const vector =
  (length: (value: number) => Buffer) =>
  (...parts: readonly Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    return Buffer.concat([length(content.length), content]);
  };
export const vector8 = vector(uint8);
export const vector16 = vector(uint16);
export const vector24 = vector(uint24);

/** A copy with one bit of the last byte flipped. */
export function flipLastBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}

export class Reader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw new RangeError(`${length} bytes wanted, ${this.left} left`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint8 = (): number => this.take(1).readUInt8();
  uint16 = (): number => this.take(2).readUInt16BE();
  uint24 = (): number => this.take(3).readUIntBE(0, 3);
  vector8 = (): Buffer => this.take(this.uint8());
  vector16 = (): Buffer => this.take(this.uint16());
}

/** The numbers of two bytes each that fill `bytes`. */
export function uint16List(bytes: Buffer): number[] {
  const reader = new Reader(bytes);
  const list: number[] = [];
  while (reader.left > 0) list.push(reader.uint16());
  return list;
}
