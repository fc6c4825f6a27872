// SPDX-License-Identifier: MIT
// What the handshakes of both versions share: messages, their transcript, and where a plan departs from the standard.
import type { KeyObject } from 'node:crypto';
import { Reader, uint16, uint8, vector16, vector24, vector8 } from './bytes.ts';
import { parseClientHello, type ClientHello } from './client-hello.ts';
import { hashOf } from './key-schedule.ts';
import { CONTENT, UNPROTECTED, type Plaintext, type Protection, type Records } from './records.ts';
import type { Random, Suite } from './suites.ts';

export const MESSAGE = {
  ClientHello: 1,
  ServerHello: 2,
  NewSessionTicket: 4,
  EncryptedExtensions: 8,
  Certificate: 11,
  ServerKeyExchange: 12,
  CertificateRequest: 13,
  ServerHelloDone: 14,
  CertificateVerify: 15,
  ClientKeyExchange: 16,
  Finished: 20,
  KeyUpdate: 24,
  MessageHash: 254,
} as const;
/** HelloRetryRequest is a ServerHello on the wire, but a message of its own to a plan. */
export type MessageName = keyof typeof MESSAGE | 'HelloRetryRequest';

export type Extensions = ReadonlyArray<readonly [type: number, content: Buffer]>;

export interface ServerHello {
  readonly version: number;
  readonly random: Buffer;
  readonly sessionId: Buffer;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: Extensions;
}

/** A record to be, and what is in it. */
export interface Parcel extends Plaintext {
  readonly name: MessageName | 'ChangeCipherSpec' | 'other';
  readonly under: Protection;
}

/** The server's certificates, and the key that proves them. */
export interface Identity {
  /** DER, the server's own first. */
  readonly chain: readonly Buffer[];
  readonly key: KeyObject;
}

export interface Session {
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  send(type: number, content: Buffer): void;
  /** The next record of the client's. */
  receive(): Promise<Plaintext>;
  /** Bytes as they are. */
  sendRaw(bytes: Buffer): void;
  /** Closes TCP, and nothing else. */
  end(): void;
}

/** What the server chooses and where it departs from the standard. An empty plan is an honest server. */
export interface Plan {
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  readonly suite?: Suite;
  /** The first that the client sent a key for, unless said. */
  readonly group?: number;
  /** How the handshake is signed. */
  readonly scheme?: number;
  /** Groups of the HelloRetryRequests; one for `group` when the client sent no key for it. */
  readonly retries?: ReadonlyArray<number | 'sent'>;
  /** The same from given bytes is the same again. */
  readonly random?: Random;
  readonly helloRetryRequest?: (honest: ServerHello) => Partial<ServerHello>;
  readonly serverHello?: (honest: ServerHello, client: ClientHello) => Partial<ServerHello>;
  /** Sent instead of the server's own key (TLS 1.2, where it is signed). */
  readonly keyShare?: Buffer;
  /** What the server takes for the result of the key exchange. */
  readonly sharedSecret?: () => Buffer;
  /** TLS 1.3 without a key exchange: every secret is zero, and what it would protect is sent as it is. */
  readonly zeroSecrets?: boolean;
  /** TLS 1.2: whether to agree to RFC 7627, and which way to go then. */
  readonly extendedMasterSecret?: 'not agreed' | 'agreed, not done' | 'done, not agreed';
  /** Other bodies for messages, before they are hashed and sent; without one the message is left out. */
  readonly edit?: Readonly<Partial<Record<MessageName, (honest: Buffer) => Buffer | undefined>>>;
  /** Other records for a flight. */
  readonly pack?: (flight: readonly Parcel[]) => readonly Parcel[];
  /** In place of an answer to the first bytes from the client. */
  readonly afterwards?: (session: Session) => Promise<void> | void;
}

export const message = (type: number, body: Buffer): Buffer => Buffer.concat([uint8(type), vector24(body)]);

export const encodeExtensions = (list: Extensions): Buffer =>
  vector16(...list.flatMap(([type, content]) => [uint16(type), vector16(content)]));

export function encodeServerHello(hello: ServerHello): Buffer {
  const fields = [uint16(hello.version), hello.random, vector8(hello.sessionId), uint16(hello.suite), uint8(hello.compression)];
  return Buffer.concat(hello.extensions.length === 0 ? fields : [...fields, encodeExtensions(hello.extensions)]);
}

/** The messages of one connection. */
export class Handshake {
  readonly records: Records;
  readonly plan: Plan;
  readonly identity: Identity;
  #transcript: Buffer[] = [];
  #parcels: Parcel[] = [];
  #unread = Buffer.alloc(0);

  constructor(records: Records, identity: Identity, plan: Plan) {
    this.records = records;
    this.plan = plan;
    this.identity = identity;
  }

  transcriptHash(hash: Suite['hash']): Buffer {
    return hashOf(hash, ...this.#transcript);
  }

  /** RFC 8446 section 4.4.1: after a HelloRetryRequest the first ClientHello counts by its hash. */
  replaceTranscript(hash: Suite['hash']): void {
    this.#transcript = [message(MESSAGE.MessageHash, this.transcriptHash(hash))];
  }

  add(name: MessageName, honest: Buffer, under: Protection): void {
    const edit = this.plan.edit?.[name];
    const body = edit === undefined ? honest : edit(honest);
    if (body === undefined) return;
    const content = message(name === 'HelloRetryRequest' ? MESSAGE.ServerHello : MESSAGE[name], body);
    this.#transcript.push(content);
    this.#parcels.push({ name, type: CONTENT.handshake, content, under });
  }

  addChangeCipherSpec(): void {
    this.#parcels.push({ name: 'ChangeCipherSpec', type: CONTENT.changeCipherSpec, content: uint8(1), under: UNPROTECTED });
  }

  /** Sends what was added. */
  sendFlight(): void {
    for (const parcel of this.plan.pack?.(this.#parcels) ?? this.#parcels) this.records.send(parcel, parcel.under);
    this.#parcels = [];
    this.records.flush();
  }

  /** The body of the client's next message, which must be of this type; ChangeCipherSpec is ignored. */
  async receive(type: number): Promise<Buffer> {
    for (;;) {
      const reader = new Reader(this.#unread);
      if (reader.left >= 4 && reader.uint8() === type) {
        const length = reader.uint24();
        if (reader.left >= length) {
          const body = reader.take(length);
          this.#transcript.push(this.#unread.subarray(0, reader.at));
          this.#unread = this.#unread.subarray(reader.at);
          return body;
        }
      } else if (reader.at > 0) {
        throw new Error(`message ${this.#unread[0]} in place of ${type}`);
      }
      const record = await this.records.receive();
      if (record.type === CONTENT.handshake) this.#unread = Buffer.concat([this.#unread, record.content]);
      else if (record.type !== CONTENT.changeCipherSpec) throw new Error(`a record of type ${record.type} in place of message ${type}`);
    }
  }

  async receiveClientHello(): Promise<ClientHello> {
    return parseClientHello(await this.receive(MESSAGE.ClientHello));
  }

  async receiveChangeCipherSpec(): Promise<void> {
    const record = await this.records.receive();
    if (record.type !== CONTENT.changeCipherSpec) throw new Error(`a record of type ${record.type} in place of ChangeCipherSpec`);
  }
}
