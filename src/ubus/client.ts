// SPDX-License-Identifier: MIT
// A ubus client: one connection a request, one call at a time, a deadline on each. All services of
// the router (configuration, sessions) are reached through it.

import { skipMessages } from '#native';
import { concatBytes } from '../codec/bytes.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { dataAttribute, encodeMessage, intAttribute, stringAttribute } from './blob-writer.ts';
import {
  ATTRIBUTE,
  BlobError,
  decodeMessage,
  MESSAGE,
  messageLength,
  type Message,
  type UbusTable,
  type UbusValue,
} from './blobmsg.ts';

const SOCKET_PATH = '/var/run/ubus/ubus.sock';
const CALL_TIMEOUT_MS = 5000;
const MAX_MESSAGE_BYTES = 1048576;
const READ_BYTES = 65536;
const NOTHING = new Uint8Array(0);

/** Status words of libubus, for the caller to act on and for the log. */
export const UBUS_STATUS = { ok: 0, notFound: 4, permissionDenied: 6 } as const;

export type UbusReply =
  | { readonly ok: true; readonly data: readonly UbusTable[] }
  | { readonly ok: false; readonly status: number };

/** Who is shown answers one by one: only those whose table `outer` has a member `inner`. */
export interface Visitor {
  readonly outer: string;
  readonly inner: string;
  readonly visit: (data: UbusTable) => void;
}

export interface Ubus {
  readonly host: Host;
  readonly stream: number;
  /** Object path -> id, as looked up on this connection; ids change when rpcd restarts. */
  readonly objects: Map<string, number>;
  /** Read and not yet used; then what was read behind it. */
  buffered: Uint8Array;
  behind: Uint8Array;
  sequence: number;
}

/** Connects to the router's broker; refuses with UBUS_CONNECT_FAILED. */
export function openUbus(host: Host): Ubus {
  const stream = host.connectUnix(SOCKET_PATH, host.bootMilliseconds() + CALL_TIMEOUT_MS);
  if (!stream.ok) throw new Refusal('UBUS_CONNECT_FAILED', `${SOCKET_PATH}: ${stream.reason}`);
  return {
    host,
    stream: stream.id,
    objects: new Map(),
    buffered: NOTHING,
    behind: NOTHING,
    sequence: 0,
  };
}

export function closeUbus(bus: Ubus): void {
  bus.host.streamClose(bus.stream);
}

/**
 * Calls `object.method`. Gives all DATA answers (`session list` sends one per session), or the
 * status that the object answered with. `wanted` names the only members to decode: a session's list
 * of rights is large, and mostly not the question. With a `visitor` the answers are handed over one by
 * one and not kept, because thousands do not fit the heap; those without its member are not even decoded.
 * It must not call ubus itself. A broker
 * that is silent, gone or talks nonsense, or that does not know the object, refuses the request with
 * UBUS_ERROR: the object's own "not found" is something else.
 */
export function callUbus(
  bus: Ubus,
  object: string,
  method: string,
  parameters: { readonly [name: string]: UbusValue },
  wanted?: readonly string[],
  visitor?: Visitor,
): UbusReply {
  const deadline = bus.host.bootMilliseconds() + CALL_TIMEOUT_MS;
  try {
    const invoke = (id: number): Exchange => {
      bus.objects.set(object, id);
      const attributes = [
        intAttribute(ATTRIBUTE.id, id),
        stringAttribute(ATTRIBUTE.method, method),
        dataAttribute(parameters),
      ];
      return roundTrip(bus, MESSAGE.invoke, id, attributes, deadline, wanted, visitor);
    };
    const known = bus.objects.get(object);
    let { status, answers } = invoke(known ?? lookUp(bus, object, deadline));
    if (status === UBUS_STATUS.notFound && known !== undefined) {
      // The broker says the same of an id from before rpcd's restart: then nothing was called.
      const now = lookUp(bus, object, deadline);
      if (now !== known) ({ status, answers } = invoke(now));
    }
    if (status !== UBUS_STATUS.ok) return { ok: false, status };
    const data: UbusTable[] = [];
    for (const answer of answers) if (answer.data !== undefined) data.push(answer.data);
    return { ok: true, data };
  } catch (error) {
    if (error instanceof BlobError)
      throw new Refusal('UBUS_ERROR', `${object}.${method}: ${error.message}`);
    throw error;
  }
}

/** The object's id: another one when its owner was started anew. Refuses with UBUS_ERROR. */
export function objectId(bus: Ubus, object: string): number {
  const id =
    bus.objects.get(object) ?? lookUp(bus, object, bus.host.bootMilliseconds() + CALL_TIMEOUT_MS);
  bus.objects.set(object, id);
  return id;
}

function lookUp(bus: Ubus, object: string, deadline: number): number {
  const { status, answers } = roundTrip(
    bus,
    MESSAGE.lookup,
    0,
    [stringAttribute(ATTRIBUTE.path, object)],
    deadline,
  );
  const id = answers.find((answer) => answer.path === object)?.objectId;
  if (status === UBUS_STATUS.ok && id !== undefined) return id;
  throw new Refusal('UBUS_ERROR', `no object ${object}: ubus status ${status}`);
}

interface Exchange {
  readonly status: number;
  readonly answers: readonly Message[];
}

function roundTrip(
  bus: Ubus,
  type: number,
  peer: number,
  attributes: readonly string[],
  deadline: number,
  wanted?: readonly string[],
  visitor?: Visitor,
): Exchange {
  bus.sequence = (bus.sequence + 1) & 0xffff;
  const sent = bus.host.streamWrite(
    bus.stream,
    encodeMessage(type, bus.sequence, peer, attributes),
    deadline,
  );
  if (!sent.ok) throw new Refusal('UBUS_ERROR', `write: ${sent.reason}`);
  const answers: Message[] = [];
  for (;;) {
    const message = decodeMessage(readMessage(bus, deadline, visitor), wanted);
    // HELLO may arrive after our first message; answers to a call that timed out carry its old number.
    if (message.sequence !== bus.sequence || message.type === MESSAGE.hello) continue;
    if (message.type === MESSAGE.status) {
      if (message.status === undefined) throw new BlobError('status message without a status');
      return { status: message.status, answers };
    }
    if (message.type !== MESSAGE.data) continue;
    if (visitor === undefined) answers.push(message);
    else if (message.data !== undefined) visitor.visit(message.data);
  }
}

/** The next message; with a visitor, the next that is not only data that it does not want to see. */
function readMessage(bus: Ubus, deadline: number, visitor?: Visitor): Uint8Array {
  for (;;) {
    if (bus.buffered.length === 0) {
      bus.buffered = bus.behind;
      bus.behind = NOTHING;
    }
    if (visitor !== undefined) {
      const passed = skipMessages(bus.buffered, visitor.outer, visitor.inner);
      bus.buffered = bus.buffered.subarray(passed);
    }
    const have = bus.buffered.length;
    const length = have < 12 ? 12 : messageLength(bus.buffered);
    if (length > MAX_MESSAGE_BYTES || length < 12)
      throw new BlobError(`message of ${length} bytes`);
    if (have >= 12 && have >= length) {
      const bytes = bus.buffered.subarray(0, length);
      bus.buffered = bus.buffered.subarray(length);
      return bytes;
    }
    if (have > 0) complete(bus, length, deadline);
    else if (bus.behind.length === 0) bus.behind = readPiece(bus, deadline);
  }
}

/**
 * Makes `buffered` as long as that, and keeps what is behind it apart: a list may be of megabytes, and a
 * broker that is busy hands out its messages in small pieces. Each byte is copied once at most.
 */
function complete(bus: Ubus, length: number, deadline: number): void {
  const pieces = [bus.buffered];
  let missing = length - bus.buffered.length;
  let piece = bus.behind.length > 0 ? bus.behind : readPiece(bus, deadline);
  for (; piece.length < missing; piece = readPiece(bus, deadline)) {
    pieces.push(piece);
    missing -= piece.length;
  }
  pieces.push(piece.subarray(0, missing));
  bus.behind = piece.subarray(missing);
  bus.buffered = concatBytes(pieces);
}

function readPiece(bus: Ubus, deadline: number): Uint8Array {
  // The host hands out what is there even after the deadline: a broker that never pauses ends here.
  if (bus.host.bootMilliseconds() >= deadline) throw new Refusal('UBUS_ERROR', 'read: timeout');
  const more = bus.host.streamRead(bus.stream, READ_BYTES, deadline);
  if (!more.ok) throw new Refusal('UBUS_ERROR', `read: ${more.reason}`);
  if (more.bytes.length === 0) throw new Refusal('UBUS_ERROR', 'broker closed the connection');
  return more.bytes;
}
