// SPDX-License-Identifier: MIT
// Ways to depart from the standard, to be put into a plan: other records for a flight, other extensions, things sent in between.
import { flipLastBit, Reader, uint16, uint8, vector16 } from './bytes.ts';
import { EXTENSION } from './client-hello.ts';
import {
  encodeExtensions,
  type Extensions,
  type MessageName,
  type Parcel,
  type Plan,
  type ServerHello,
  type Session,
} from './handshake.ts';
import { CONTENT, UNPROTECTED, type Protection } from './records.ts';
import { answer } from './server.ts';

type Pack = NonNullable<Plan['pack']>;
type HelloEdit = (honest: ServerHello) => Partial<ServerHello>;

/** A record that no message fills; unprotected unless said. */
export const record = (type: number, content: Buffer, under: Protection = UNPROTECTED): Parcel => ({ name: 'other', type, content, under });
export const applicationData = (under?: Protection): Parcel => record(CONTENT.applicationData, Buffer.from('early data'), under);
export const repeat = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Puts these messages into one record, protected as the first of them. */
export const inOneRecord =
  (...names: ReadonlyArray<Parcel['name']>): Pack =>
  (flight) => {
    const together = flight.filter((parcel) => names.includes(parcel.name));
    const [first] = together;
    if (first === undefined) return flight;
    const joined = { ...first, content: Buffer.concat(together.map((parcel) => parcel.content)) };
    return flight.flatMap((parcel) => (parcel === first ? [joined] : together.includes(parcel) ? [] : [parcel]));
  };

export const replace =
  (name: Parcel['name'], make: (honest: Parcel) => readonly Parcel[]): Pack =>
  (flight) =>
    flight.flatMap((parcel) => (parcel.name === name ? make(parcel) : [parcel]));

/** `make` sees the record that comes after, and may use its keys. */
export const insertBefore = (name: Parcel['name'], make: (next: Parcel) => readonly Parcel[]): Pack =>
  replace(name, (next) => [...make(next), next]);

/** The record of this message has more in it. */
export const append = (name: Parcel['name'], more: Buffer): Pack =>
  replace(name, (parcel) => [{ ...parcel, content: Buffer.concat([parcel.content, more]) }]);

/** The first byte of a message goes with the record before it. */
export const splitAcross =
  (name: Parcel['name'], next: Parcel['name']): Pack =>
  (flight) => {
    const head = flight.find((parcel) => parcel.name === next)?.content.subarray(0, 1) ?? Buffer.alloc(0);
    return replace(next, (parcel) => [{ ...parcel, content: parcel.content.subarray(1) }])(append(name, head)(flight));
  };

/** Nothing of it, or nothing of the whole flight, is encrypted. */
export const unprotected =
  (name?: Parcel['name']): Pack =>
  (flight) =>
    flight.map((parcel) => (name === undefined || parcel.name === name ? { ...parcel, under: UNPROTECTED } : parcel));

export const cut =
  (at: number): Pack =>
  (flight) =>
    flight.flatMap((parcel) =>
      parcel.content.length <= at
        ? [parcel]
        : [
            { ...parcel, content: parcel.content.subarray(0, at) },
            { ...parcel, content: parcel.content.subarray(at) },
          ],
    );

export const withExtensions =
  (...more: Extensions): HelloEdit =>
  ({ extensions }) => ({ extensions: [...extensions, ...more] });
export const withoutExtension =
  (type: number): HelloEdit =>
  ({ extensions }) => ({ extensions: extensions.filter(([one]) => one !== type) });
export const withExtension =
  (type: number, content: Buffer): HelloEdit =>
  ({ extensions }) => ({
    extensions: extensions.map((one) => (one[0] === type ? [type, content] : one)),
  });
export const withKeyShare = (group: number, key: Buffer): HelloEdit =>
  withExtension(EXTENSION.keyShare, Buffer.concat([uint16(group), vector16(key)]));
export const encryptedExtensions = (...list: Extensions): Plan['edit'] => ({ EncryptedExtensions: () => encodeExtensions(list) });

/** RFC 8446 section 4.1.3: what a server of TLS 1.3 says in its random when a client was made to ask for less. */
export const withDowngradeSign =
  (last: 0 | 1): HelloEdit =>
  ({ random }) => ({
    random: Buffer.concat([random.subarray(0, 24), Buffer.from('DOWNGRD'), uint8(last)]),
  });

export const leaveOut = (...names: readonly MessageName[]): Plan['edit'] =>
  Object.fromEntries(names.map((name) => [name, () => undefined]));
export const damage = (name: MessageName): Plan['edit'] => ({ [name]: flipLastBit });

/** Names another scheme than the one that ServerKeyExchange was signed with. */
export const relabelKeyExchange = (scheme: number): Plan['edit'] => ({
  ServerKeyExchange: (honest) => {
    const reader = new Reader(honest);
    reader.take(3);
    reader.vector8();
    return Buffer.concat([honest.subarray(0, reader.at), uint16(scheme), honest.subarray(reader.at + 2)]);
  },
});

/** After the handshake, and the client's request: something else, then the answer. */
export const answerAfter = (act: (session: Session) => void): Pick<Plan, 'afterwards'> => ({
  afterwards: (session) => {
    act(session);
    answer(session);
  },
});
