// SPDX-License-Identifier: MIT
// Records: how they are protected, how they leave in flights, how the client's are read.
import { createCipheriv, createDecipheriv, type CipherGCM, type CipherGCMTypes, type DecipherGCM } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Reader, uint16, uint8, vector16 } from './bytes.ts';
import { expandLabel } from './key-schedule.ts';
import type { Suite } from './suites.ts';

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
const VERSION = uint16(0x0303);
const TAG_LENGTH = 16;

/** One record as it is after removal and before application of protection. */
export interface Plaintext {
  readonly type: number;
  readonly content: Buffer;
}

export interface Protection {
  /** TLS 1.3: key and IV; TLS 1.2: key and salt. */
  readonly keys?: readonly [key: Buffer, iv: Buffer];
  /** The whole record, its head included. */
  seal(plain: Plaintext): Buffer;
  open(type: number, body: Buffer): Plaintext;
}

export const UNPROTECTED: Protection = {
  seal: ({ type, content }) => Buffer.concat([uint8(type), VERSION, vector16(content)]),
  open: (type, content) => ({ type, content }),
};

function encrypt(suite: Suite, key: Buffer, nonce: Buffer, aad: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv(suite.cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_LENGTH }) as CipherGCM;
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(suite: Suite, key: Buffer, nonce: Buffer, aad: Buffer, body: Buffer): Buffer {
  const decipher = createDecipheriv(suite.cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_LENGTH }) as DecipherGCM;
  decipher.setAAD(aad, { plaintextLength: body.length - TAG_LENGTH });
  decipher.setAuthTag(body.subarray(-TAG_LENGTH));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_LENGTH)), decipher.final()]);
}

function sequence(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

/** RFC 8446 section 5.2, for one direction: each direction needs one of its own. */
export function protectTls13(suite: Suite, secret: Buffer): Protection {
  const key = expandLabel(suite.hash, secret, 'key', Buffer.alloc(0), suite.keyLength);
  const iv = expandLabel(suite.hash, secret, 'iv', Buffer.alloc(0), 12);
  let count = 0;
  const nonce = (): Buffer => {
    const made = Buffer.from(iv);
    sequence(count++).forEach((byte, i) => (made[4 + i] = (made[4 + i] ?? 0) ^ byte));
    return made;
  };
  const head = (length: number): Buffer => Buffer.concat([uint8(CONTENT.applicationData), VERSION, uint16(length)]);
  return {
    keys: [key, iv],
    seal: ({ type, content }) => {
      const aad = head(content.length + 1 + TAG_LENGTH);
      return Buffer.concat([aad, encrypt(suite, key, nonce(), aad, Buffer.concat([content, uint8(type)]))]);
    },
    open: (type, body) => {
      // The client's alerts before its keys changed, and its ChangeCipherSpec, are never encrypted.
      if (type !== CONTENT.applicationData) return { type, content: body };
      let plain = decrypt(suite, key, nonce(), head(body.length), body);
      while (plain.at(-1) === 0) plain = plain.subarray(0, -1);
      return { type: plain.readUInt8(plain.length - 1), content: plain.subarray(0, -1) };
    },
  };
}

/** RFC 5288, AES-GCM only: four bytes of the nonce are secret, eight go with the record. */
export function protectTls12(suite: Suite, key: Buffer, salt: Buffer): Protection {
  let count = 0;
  const aad = (type: number, length: number): Buffer => Buffer.concat([sequence(count), uint8(type), VERSION, uint16(length)]);
  return {
    keys: [key, salt],
    seal: ({ type, content }) => {
      const explicit = sequence(count);
      const body = encrypt(suite, key, Buffer.concat([salt, explicit]), aad(type, content.length), content);
      count++;
      return Buffer.concat([uint8(type), VERSION, vector16(explicit, body)]);
    },
    open: (type, body) => {
      const sealed = body.subarray(8);
      const nonce = Buffer.concat([salt, body.subarray(0, 8)]);
      const content = decrypt(suite, key, nonce, aad(type, sealed.length - TAG_LENGTH), sealed);
      count++;
      return { type, content };
    },
  };
}

/** The client said why it gave up. */
export class ClientAlert extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`alert ${code}`);
    this.code = code;
  }
}

/** The client is gone without a word. */
export class ClientGone extends Error {}

/** Both directions of one connection. What is sent waits until the client is listened to: that is a flight. */
export class Records {
  readonly flights: Buffer[] = [];
  /** The same as records, with what they were protected with. */
  readonly sent: Array<readonly [Plaintext, Protection]> = [];
  /** What the client's next record is protected with. */
  incoming = UNPROTECTED;
  readonly #socket: Duplex;
  readonly #chunks: AsyncIterator<Buffer>;
  #received = Buffer.alloc(0);
  #pending: Buffer[] = [];

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  send(plain: Plaintext, protection: Protection): void {
    this.sent.push([plain, protection]);
    this.sendRaw(protection.seal(plain));
  }

  sendRaw(bytes: Buffer): void {
    this.#pending.push(bytes);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const flight = Buffer.concat(this.#pending);
    this.#pending = [];
    this.flights.push(flight);
    this.#socket.write(flight);
  }

  async receive(): Promise<Plaintext> {
    this.flush();
    const head = new Reader(await this.#take(5));
    const type = head.uint8();
    head.uint16();
    const plain = this.incoming.open(type, await this.#take(head.uint16()));
    if (plain.type === CONTENT.alert) throw new ClientAlert(plain.content.readUInt8(1));
    return plain;
  }

  end(): void {
    this.flush();
    this.#socket.end();
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      const next = await this.#chunks.next().catch(() => ({ done: true, value: undefined }));
      if (next.done === true || next.value === undefined) throw new ClientGone('the client closed the connection');
      this.#received = Buffer.concat([this.#received, next.value]);
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }
}
