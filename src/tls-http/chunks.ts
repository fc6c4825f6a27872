// SPDX-License-Identifier: MIT
// The chunked transfer coding (RFC 9112 7.1), decoded as it arrives.

import { bytesToLatin1 } from '#native';
import { HttpError } from './response.ts';

const MAX_LINE_BYTES = 256;
const MAX_TRAILER_BYTES = 4096;
const MAX_SIZE_DIGITS = 8;
const FIRST_BYTES = 4096;

type Step = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

export class ChunkDecoder {
  isDone = false;
  isTooLarge = false;
  private readonly maxBytes: number;
  /** One buffer for all: chunks of one byte each would make more objects than the heap holds. */
  private data = new Uint8Array(0);
  private length = 0;
  private received = 0;
  private left = 0;
  private trailerBytes = 0;
  private step: Step = 'size';

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Takes what it can use of `bytes` and gives back the rest; throws HttpError on wrong framing. */
  push(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (!this.isDone && !this.isTooLarge) {
      const used = this.step === 'data' ? this.takeData(rest) : this.takeLine(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    return rest;
  }

  /** All data so far. */
  body(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  private takeData(bytes: Uint8Array): number {
    const count = Math.min(this.left, bytes.length);
    this.append(bytes.subarray(0, count));
    this.left -= count;
    if (this.left === 0) this.step = 'data-end';
    return count;
  }

  private append(part: Uint8Array): void {
    const end = this.length + part.length;
    if (end > this.data.length) {
      const grown = new Uint8Array(
        Math.min(Math.max(end, 2 * this.data.length, FIRST_BYTES), this.maxBytes),
      );
      grown.set(this.data.subarray(0, this.length));
      this.data = grown;
    }
    this.data.set(part, this.length);
    this.length = end;
  }

  private takeLine(bytes: Uint8Array): number {
    const end = bytes.indexOf(10);
    if (end < 0) {
      if (bytes.length > MAX_LINE_BYTES) throw new HttpError('chunk line is too long');
      return 0;
    }
    if (end > MAX_LINE_BYTES || end === 0 || bytes[end - 1] !== 13)
      throw new HttpError('chunk line is too long or ends without CR');
    this.useLine(bytesToLatin1(bytes.subarray(0, end - 1)));
    return end + 1;
  }

  private useLine(line: string): void {
    if (this.step === 'data-end') {
      if (line !== '') throw new HttpError('chunk is longer than its size');
      this.step = 'size';
    } else if (this.step === 'size') {
      this.left = parseSize(line);
      this.received += this.left;
      this.isTooLarge = this.received > this.maxBytes;
      this.step = this.left === 0 ? 'trailer' : 'data';
    } else {
      this.trailerBytes += line.length;
      if (this.trailerBytes > MAX_TRAILER_BYTES) throw new HttpError('trailer is too long');
      this.isDone = line === '';
      if (this.isDone) this.step = 'done';
    }
  }
}

function parseSize(line: string): number {
  const semicolon = line.indexOf(';');
  const digits = (semicolon < 0 ? line : line.slice(0, semicolon)).toLowerCase();
  let size = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = '0123456789abcdef'.indexOf(digits.charAt(i));
    if (digit < 0) throw new HttpError('chunk size is no hexadecimal number');
    size = size * 16 + digit;
  }
  if (digits === '' || digits.length > MAX_SIZE_DIGITS)
    throw new HttpError('chunk size is missing or too long');
  return size;
}
