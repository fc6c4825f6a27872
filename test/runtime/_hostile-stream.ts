// SPDX-License-Identifier: MIT
// What a server can do wrong after its handshake, in both versions of TLS.
import { randomBytes } from 'node:crypto';
import { uint8 } from './tls-server/bytes.ts';
import { answerAfter, repeat } from './tls-server/departures.ts';
import { MESSAGE, message, type Plan, type Session } from './tls-server/handshake.ts';
import { newSessionTicket } from './tls-server/handshake13.ts';
import { CONTENT, UNPROTECTED } from './tls-server/records.ts';
import { CLOSE_NOTIFY } from './tls-server/server.ts';
import { ACCEPTED, broken, prefixed, REFUSED, type Row } from './_hostile-rows.ts';

const { alert, applicationData, changeCipherSpec, handshake } = CONTENT;
const NOTHING = Buffer.alloc(0);
const FLOOD = 1000;
const WARNING = Buffer.of(1, 90);
const LONGEST = 16384;
const ticket = (): Buffer => message(MESSAGE.NewSessionTicket, newSessionTicket(randomBytes));
const unencrypted =
  (type: number, content: Buffer) =>
  (session: Session): void =>
    session.sendRaw(UNPROTECTED.seal({ type, content }));
const send =
  (type: number, content: Buffer) =>
  (session: Session): void =>
    session.send(type, content);
const flood =
  (type: number, make: () => Buffer) =>
  (session: Session): void =>
    repeat(FLOOD, () => session.send(type, make())) && undefined;
const CUT_SHORT = { open: 'ok', received: 'closed: without close_notify' } as const;

/** The same in both versions. */
const BOTH: Readonly<Record<string, Row>> = {
  'the connection is cut before the answer': { plan: { afterwards: (session) => session.end() }, ...CUT_SHORT },
  'the connection is cut in the answer': {
    plan: {
      afterwards: (session) => {
        session.send(applicationData, Buffer.from('half an'));
        session.end();
      },
    },
    ...CUT_SHORT,
    output: 'half an',
  },
  'an unencrypted close_notify is not an end': {
    plan: {
      afterwards: (session) => {
        unencrypted(alert, CLOSE_NOTIFY)(session);
        session.end();
      },
    },
    ...broken(REFUSED.badMac),
  },
  'data after the end': {
    plan: {
      afterwards: (session) => {
        session.send(alert, CLOSE_NOTIFY);
        session.send(applicationData, Buffer.from('more'));
        session.end();
      },
    },
    open: 'ok',
    received: 'end',
  },
  'data that is not encrypted': { plan: answerAfter(unencrypted(applicationData, Buffer.alloc(40, 'x'))), ...broken(REFUSED.badMac) },
  'a record that nobody encrypted': { plan: answerAfter(unencrypted(applicationData, randomBytes(48))), ...broken(REFUSED.badMac) },
  'data of full length': {
    plan: answerAfter(send(applicationData, Buffer.alloc(LONGEST, 'x'))),
    ...ACCEPTED,
    output: `${'x'.repeat(LONGEST)}an answer`,
  },
  'data that is a byte too long': { plan: answerAfter(send(applicationData, Buffer.alloc(LONGEST + 1))), ...broken(REFUSED.badRecord) },
  'the longest record that a header can announce': {
    plan: answerAfter((session) => session.sendRaw(Buffer.concat([Buffer.from('170303ffff', 'hex'), Buffer.alloc(0xffff)]))),
    ...broken(REFUSED.tooLong),
  },
  'an empty record is ignored': { plan: answerAfter(send(applicationData, NOTHING)), ...ACCEPTED },
  'a flood of empty records': { plan: answerAfter(flood(applicationData, () => NOTHING)), ...CUT_SHORT },
  'a flood of warnings is ignored': { plan: answerAfter(flood(alert, () => WARNING)), ...ACCEPTED, library: true },
  'a second ServerHello': {
    plan: answerAfter(send(handshake, message(MESSAGE.ServerHello, Buffer.alloc(80)))),
    ...broken(REFUSED.unexpectedMessage),
  },
  'a second Finished': {
    plan: answerAfter(send(handshake, message(MESSAGE.Finished, Buffer.alloc(32)))),
    ...broken(REFUSED.unexpectedMessage),
  },
};

const TLS13: Readonly<Record<string, Row>> = {
  'a flood of tickets is ignored': { plan: answerAfter(flood(handshake, ticket)), ...ACCEPTED },
  'a ticket that is not encrypted': { plan: answerAfter(unencrypted(handshake, ticket())), ...broken(REFUSED.badMac) },
  'data in the middle of a ticket': {
    plan: answerAfter(send(handshake, ticket().subarray(0, 20))),
    ...broken(REFUSED.unexpectedMessage),
    library: true,
  },
  'new keys, which mbedTLS does not support': {
    plan: answerAfter(send(handshake, message(MESSAGE.KeyUpdate, uint8(0)))),
    ...broken(REFUSED.unexpectedMessage),
    library: true,
  },
  'a flood of demands for new keys': {
    plan: answerAfter(flood(handshake, () => message(MESSAGE.KeyUpdate, uint8(1)))),
    ...broken(REFUSED.unexpectedMessage),
    library: true,
  },
  'a certificate is asked for': {
    plan: answerAfter(send(handshake, message(MESSAGE.CertificateRequest, Buffer.from('0100000a000d0006000404030804', 'hex')))),
    ...broken(REFUSED.unexpectedMessage),
  },
  'ChangeCipherSpec is ignored': { plan: answerAfter(unencrypted(changeCipherSpec, uint8(1))), ...ACCEPTED, library: true },
  'a record of an unknown type': {
    plan: answerAfter(send(24, Buffer.from('01400000', 'hex'))),
    ...broken(REFUSED.unexpectedMessage),
    library: true,
  },
  'a record of no type': { plan: answerAfter(send(0, Buffer.alloc(20))), ...broken(REFUSED.badRecord) },
};

const TLS12: Readonly<Record<string, Row>> = {
  'a flood of tickets': { plan: answerAfter(flood(handshake, ticket)), ...broken(REFUSED.unexpectedMessage) },
  ChangeCipherSpec: { plan: answerAfter(send(changeCipherSpec, uint8(1))), ...broken(REFUSED.unexpectedMessage) },
  'a record of an unknown type': { plan: answerAfter(send(24, Buffer.from('01400000', 'hex'))), ...broken(REFUSED.badRecord) },
  'a renegotiation is declined': { plan: answerAfter(send(handshake, message(0, NOTHING))), ...ACCEPTED },
  'a flood of renegotiations is declined': { plan: answerAfter(flood(handshake, () => message(0, NOTHING))), ...ACCEPTED, library: true },
};

const over = (version: NonNullable<Plan['version']>, rows: Readonly<Record<string, Row>>): Array<readonly [string, Row]> =>
  prefixed('stream', rows).map(([title, row]) => [title, { ...row, plan: { version, ...row.plan } }]);

export const STREAM13_ROWS: ReadonlyArray<readonly [string, Row]> = over('TLSv1.3', { ...BOTH, ...TLS13 });
export const STREAM12_ROWS: ReadonlyArray<readonly [string, Row]> = over('TLSv1.2', { ...BOTH, ...TLS12 });
