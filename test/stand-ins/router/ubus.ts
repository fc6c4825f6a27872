// SPDX-License-Identifier: MIT
// One connection to the broker for the test router's own parts: offers objects (rpcd does) and
// calls methods (LuCI does).
import net from 'node:net';
import {
  ATTRIBUTE,
  MESSAGE,
  cString,
  decodeMessages,
  decodeTable,
  encodeMessage,
  encodeTable,
  int32,
  type Message,
  type Table,
} from './blobmsg.ts';

export const STATUS = {
  OK: 0,
  INVALID_ARGUMENT: 2,
  METHOD_NOT_FOUND: 3,
  NOT_FOUND: 4,
  NO_DATA: 5,
  PERMISSION_DENIED: 6,
  UNKNOWN_ERROR: 9,
} as const;

/** A method of an object: argument name -> blobmsg type number, as in `ubus -v list`. */
export interface Method {
  readonly args: Readonly<Record<string, number>>;
  /** Answers with zero or more DATA messages, or throws UbusError. */
  readonly call: (args: Table) => Table[] | Promise<Table[]>;
}

/** A status other than 0. */
export class UbusError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`ubus status ${status}`);
    this.status = status;
  }
}

interface Pending {
  data: Message[];
  resolve(messages: Message[]): void;
  reject(error: Error): void;
}

export class Ubus {
  private readonly pending = new Map<number, Pending>();
  private readonly objects = new Map<number, Readonly<Record<string, Method>>>();
  private readonly socket: net.Socket;
  private rest: Buffer = Buffer.alloc(0);
  private sequence = 0;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      const { messages, rest } = decodeMessages(Buffer.concat([this.rest, bytes]));
      this.rest = rest;
      for (const message of messages) this.receive(message);
    });
    const end = () => {
      for (const waiting of this.pending.values()) waiting.reject(new Error('the ubus broker went away'));
      this.pending.clear();
    };
    socket.on('error', end);
    socket.on('close', end);
  }

  static connect(path: string): Promise<Ubus> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(path);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Ubus(socket)));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  async addObject(path: string, methods: Readonly<Record<string, Method>>): Promise<void> {
    const signature: Table = {};
    for (const [name, method] of Object.entries(methods)) signature[name] = { ...method.args };
    const answer = await this.request(MESSAGE.ADD_OBJECT, 0, [
      [ATTRIBUTE.OBJPATH, cString(path)],
      [ATTRIBUTE.SIGNATURE, encodeTable(signature)],
    ]);
    const id = answer[0]?.attributes.get(ATTRIBUTE.OBJID);
    if (id === undefined) throw new Error(`the broker gave no id for ${path}`);
    this.objects.set(id.readUInt32BE(0), methods);
  }

  /** Whether somebody offers this object. */
  async has(path: string): Promise<boolean> {
    try {
      return (await this.request(MESSAGE.LOOKUP, 0, [[ATTRIBUTE.OBJPATH, cString(path)]])).length > 0;
    } catch (error) {
      if (error instanceof UbusError) return false;
      throw error;
    }
  }

  /** Calls a method; the result is one table per DATA message. */
  async call(path: string, method: string, args: Table = {}): Promise<Table[]> {
    const found = await this.request(MESSAGE.LOOKUP, 0, [[ATTRIBUTE.OBJPATH, cString(path)]]);
    const id = found[0]?.attributes.get(ATTRIBUTE.OBJID)?.readUInt32BE(0);
    if (id === undefined) throw new UbusError(STATUS.NOT_FOUND);
    const answer = await this.request(MESSAGE.INVOKE, id, [
      [ATTRIBUTE.OBJID, int32(id)],
      [ATTRIBUTE.METHOD, cString(method)],
      [ATTRIBUTE.DATA, encodeTable(args)],
    ]);
    return answer.map((m) => decodeTable(m.attributes.get(ATTRIBUTE.DATA) ?? Buffer.alloc(0)));
  }

  private request(type: number, peer: number, attributes: [number, Buffer][]): Promise<Message[]> {
    this.sequence = (this.sequence + 1) & 0xffff;
    const sequence = this.sequence;
    return new Promise((resolve, reject) => {
      this.pending.set(sequence, { data: [], resolve, reject });
      this.socket.write(encodeMessage(type, sequence, peer, attributes));
    });
  }

  private receive(message: Message): void {
    if (message.type === MESSAGE.INVOKE) {
      void this.answer(message);
      return;
    }
    const waiting = this.pending.get(message.sequence);
    if (waiting === undefined) return;
    if (message.type === MESSAGE.DATA) waiting.data.push(message);
    if (message.type === MESSAGE.STATUS) {
      this.pending.delete(message.sequence);
      const status = message.attributes.get(ATTRIBUTE.STATUS)?.readInt32BE(0) ?? STATUS.UNKNOWN_ERROR;
      if (status === STATUS.OK) waiting.resolve(waiting.data);
      else waiting.reject(new UbusError(status));
    }
  }

  private async answer(message: Message): Promise<void> {
    const objectId = message.attributes.get(ATTRIBUTE.OBJID) ?? Buffer.alloc(4);
    const name = message.attributes.get(ATTRIBUTE.METHOD)?.toString('utf8').replace(/\0$/, '') ?? '';
    const reply = (type: number, attributes: [number, Buffer][]) =>
      this.socket.write(encodeMessage(type, message.sequence, message.peer, attributes));
    let status: number = STATUS.OK;
    try {
      const method = this.objects.get(objectId.readUInt32BE(0))?.[name];
      if (method === undefined) throw new UbusError(STATUS.METHOD_NOT_FOUND);
      const args = decodeTable(message.attributes.get(ATTRIBUTE.DATA) ?? Buffer.alloc(0));
      for (const table of await method.call(args)) {
        reply(MESSAGE.DATA, [
          [ATTRIBUTE.OBJID, objectId],
          [ATTRIBUTE.DATA, encodeTable(table)],
        ]);
      }
    } catch (error) {
      status = error instanceof UbusError ? error.status : STATUS.UNKNOWN_ERROR;
    }
    reply(MESSAGE.STATUS, [
      [ATTRIBUTE.STATUS, int32(status)],
      [ATTRIBUTE.OBJID, objectId],
    ]);
  }
}
