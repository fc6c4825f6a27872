// SPDX-License-Identifier: MIT
// A TLS server for tests that keeps to the standard only as far as its plan says. It trusts its client blindly,
// knows neither resumption nor client certificates, and is slow: nothing but tests may ever use it.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import net from 'node:net';
import { Duplex } from 'node:stream';
import type { Pair } from '../../_helpers/certificates.ts';
import { Handshake, type Identity, type Plan, type Session } from './handshake.ts';
import { shakeHandsTls12 } from './handshake12.ts';
import { shakeHandsTls13 } from './handshake13.ts';
import { ClientAlert, ClientGone, CONTENT, Records } from './records.ts';

export const CLOSE_NOTIFY = Buffer.of(1, 0);

/** What the server saw of a connection. */
export interface Encounter {
  /** 'served', or why the connection failed: the client's alert, its silent end, or what the client did wrong. */
  readonly end: string;
  /** The client's application data. */
  readonly received: Buffer;
  /** What the server sent, cut where it listened in between. */
  readonly flights: readonly Buffer[];
  /** The records of these flights before they were protected, but raw ones; the first `handshakeRecords` made the handshake. */
  readonly sent: Records['sent'];
  readonly handshakeRecords: number;
}

export function identityOf(pair: Pair): Identity {
  const blocks = pair.cert.split(/(?<=-----END CERTIFICATE-----)\s*/).filter((block) => block !== '');
  return { chain: blocks.map((block) => new X509Certificate(block).raw), key: createPrivateKey(pair.key) };
}

export const ANSWER = 'an answer';
export function answer(session: Session): void {
  session.send(CONTENT.applicationData, Buffer.from(ANSWER));
  session.send(CONTENT.alert, CLOSE_NOTIFY);
  session.end();
}

async function shakeHands(handshake: Handshake): Promise<Session> {
  const client = await handshake.receiveClientHello();
  const random = handshake.plan.random ?? randomBytes;
  const version = handshake.plan.version ?? (client.offersTls13 ? 'TLSv1.3' : 'TLSv1.2');
  return version === 'TLSv1.3' ? shakeHandsTls13(handshake, client, random) : shakeHandsTls12(handshake, client, random);
}

/** One connection from its ClientHello to its end. Never rejects: a failure is what it found out. */
export async function serveConnection(socket: Duplex, identity: Identity, plan: Plan = {}): Promise<Encounter> {
  const records = new Records(socket.on('error', () => undefined));
  const received: Buffer[] = [];
  let end = 'served';
  let handshakeRecords = 0;
  try {
    const session = await shakeHands(new Handshake(records, identity, plan));
    handshakeRecords = records.sent.length;
    const first = await session.receive();
    received.push(first.content);
    await (plan.afterwards ?? answer)(session);
    for (;;) received.push((await session.receive()).content);
  } catch (problem) {
    if (!(problem instanceof ClientGone && received.length > 0) && !(problem instanceof ClientAlert && problem.code === 0)) {
      end = problem instanceof Error ? problem.message : String(problem);
    }
    records.end();
  }
  return { end, received: Buffer.concat(received), flights: records.flights, sent: records.sent, handshakeRecords };
}

/** A listener for one client after the other; `encounters` has what became of each, in order. */
export function createHostileServer(
  pair: Pair,
  plan: Plan = {},
): { readonly server: net.Server; readonly encounters: Array<Promise<Encounter>> } {
  const identity = identityOf(pair);
  const encounters: Array<Promise<Encounter>> = [];
  const server = net.createServer((socket) => encounters.push(serveConnection(socket, identity, plan)));
  return { server, encounters };
}

/** A wire without a network: what is written to one end is read at the other; destroyed or ended, it ends there. */
export function makeWire(): readonly [Duplex, Duplex] {
  const makeEnd = (far: () => Duplex): Duplex => {
    let isOpen = true;
    const hangUp = (): void => {
      if (isOpen) far().push(null);
      isOpen = false;
    };
    return new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        far().push(chunk);
        done();
      },
      final: (done) => {
        hangUp();
        done();
      },
      destroy: (problem, done) => {
        hangUp();
        done(problem);
      },
    });
  };
  const near: Duplex = makeEnd(() => far);
  const far: Duplex = makeEnd(() => near);
  return [near, far];
}

/**
 * The server's flights of a whole handshake and one answer with the client that `connect` puts on the wire.
 * With a client and a plan whose randomness is given, a mutation of them can be played to the same client again.
 */
export async function recordFlights(pair: Pair, plan: Plan, connect: (wire: Duplex) => void): Promise<Encounter> {
  const [near, far] = makeWire();
  connect(near);
  return serveConnection(far, identityOf(pair), plan);
}
