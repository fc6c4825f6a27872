// SPDX-License-Identifier: MIT
// What a TLS 1.2 server can do wrong in its handshake. Where mbedTLS accepts more than the standard does, without harm, the title says so.
import { uint16, uint8, vector16, vector24, vector8 } from './tls-server/bytes.ts';
import { EXTENSION } from './tls-server/client-hello.ts';
import {
  append,
  applicationData,
  cut,
  damage,
  inOneRecord,
  insertBefore,
  leaveOut,
  record,
  relabelKeyExchange,
  replace,
  unprotected,
  withExtension,
  withExtensions,
  withoutExtension,
} from './tls-server/departures.ts';
import { MESSAGE, message, type Plan } from './tls-server/handshake.ts';
import { CONTENT } from './tls-server/records.ts';
import { GROUP, SCHEME } from './tls-server/suites.ts';
import { ACCEPTED, broken, prefixed, REFUSED, type Row } from './_hostile-rows.ts';

const NOTHING = Buffer.alloc(0);
const HELLO_REQUEST = message(0, NOTHING);
const { changeCipherSpec, handshake } = CONTENT;
/** The server cannot read our Finished, and closes. */
const GONE = { open: 'closed: during the TLS handshake' } as const;

const HELLO: Readonly<Record<string, Row>> = {
  'TLS 1.1': { plan: { serverHello: () => ({ version: 0x0302 }) }, ...REFUSED.protocolVersion },
  compression: { plan: { serverHello: () => ({ compression: 1 }) }, open: 'tls: -0x7080', alert: 47 },
  'a suite without forward secrecy': {
    plan: { serverHello: () => ({ suite: 0x009c }) },
    key: 'rsa',
    open: 'tls: -0x7100',
    alert: 80,
    library: true,
  },
  'a CBC suite': { plan: { serverHello: () => ({ suite: 0xc009 }) }, open: 'tls: -0x7100', alert: 80, library: true },
  'a suite for RSA with an ECDSA key is accepted: the key is proven all the same': {
    plan: { serverHello: () => ({ suite: 0xc02f }) },
    ...ACCEPTED,
    library: true,
  },
  'a renegotiation where there was no handshake before': {
    plan: { serverHello: withExtension(EXTENSION.renegotiationInfo, vector8(uint8(1))) },
    ...REFUSED.handshakeFailure,
  },
  'a server without secure renegotiation: we never renegotiate': {
    plan: { serverHello: withoutExtension(EXTENSION.renegotiationInfo) },
    ...ACCEPTED,
  },
  'an unknown extension is ignored': { plan: { serverHello: withExtensions([0x1234, NOTHING]) }, ...ACCEPTED, library: true },
  'a protocol that we did not ask for is ignored': {
    plan: { serverHello: withExtensions([EXTENSION.alpn, vector16(vector8(Buffer.from('h2')))]) },
    ...ACCEPTED,
    library: true,
  },
};

/** RFC 7627. Servers without it are accepted: nothing of ours is bound to a connection, and we neither resume nor renegotiate. */
const EXTENDED: Readonly<Record<string, Row>> = {
  'a server that does not know it': { plan: { extendedMasterSecret: 'not agreed' }, ...ACCEPTED },
  'agreed to, and not done': { plan: { extendedMasterSecret: 'agreed, not done' }, ...GONE },
  'done, and not agreed to': { plan: { extendedMasterSecret: 'done, not agreed' }, ...GONE },
  'an answer with something in it': {
    plan: { serverHello: withExtension(EXTENSION.extendedMasterSecret, uint8(0)) },
    open: 'tls: -0x7500',
    alert: 110,
  },
};

const KEY_EXCHANGE: Readonly<Record<string, Row>> = {
  none: { plan: { edit: leaveOut('ServerKeyExchange') }, ...REFUSED.unexpectedMessage },
  'a wrong signature': { plan: { edit: damage('ServerKeyExchange') }, ...REFUSED.badSignature },
  'a signature by the key of somebody else': { plan: {}, key: 'stolen', ...REFUSED.badSignature },
  'SHA-384 with P-256': { plan: { scheme: SCHEME.ecdsa_secp384r1_sha384 }, ...ACCEPTED },
  'RSA and SHA-512': { plan: { scheme: SCHEME.rsa_pkcs1_sha512 }, key: 'rsa', ...ACCEPTED },
  MD5: { plan: { scheme: SCHEME.rsa_md5 }, key: 'rsa', ...REFUSED.illegalParameter, library: true },
  'RSA and SHA-224': { plan: { scheme: SCHEME.rsa_sha224 }, key: 'rsa', ...REFUSED.illegalParameter, library: true },
  'ECDSA and SHA-224': { plan: { scheme: SCHEME.ecdsa_sha224 }, ...REFUSED.illegalParameter, library: true },
  'no hash': { plan: { scheme: 0x0003 }, ...REFUSED.illegalParameter },
  'an unknown hash': { plan: { scheme: 0x0903 }, ...REFUSED.illegalParameter },
  'an unknown kind of signature': { plan: { scheme: 0x04ff }, ...REFUSED.illegalParameter },
  'a scheme for keys of another kind': { plan: { edit: relabelKeyExchange(SCHEME.rsa_pkcs1_sha256) }, ...REFUSED.illegalParameter },
  'a group that does not exist': {
    plan: { edit: { ServerKeyExchange: (honest) => Buffer.concat([uint8(3), uint16(0x00ff), honest.subarray(3)]) } },
    ...REFUSED.illegalParameter,
  },
  "a curve of the server's own": {
    plan: { edit: { ServerKeyExchange: (honest) => Buffer.concat([uint8(1), honest.subarray(1)]) } },
    ...REFUSED.illegalParameter,
  },
  'another point than the signed one': {
    plan: { edit: { ServerKeyExchange: (honest) => Buffer.concat([honest.subarray(0, 10), uint8(0xaa), honest.subarray(11)]) } },
    ...REFUSED.badSignature,
  },
  X25519: { plan: { group: GROUP.x25519 }, ...ACCEPTED },
  'X25519: zero, which makes every secret zero': {
    plan: { group: GROUP.x25519, keyShare: Buffer.alloc(32), sharedSecret: () => Buffer.alloc(32) },
    open: 'tls: -0x4c80',
  },
  'P-256: a point that is not on the curve, and signed': {
    plan: { keyShare: Buffer.concat([uint8(4), Buffer.alloc(64, 7)]) },
    open: 'tls: -0x4c80',
  },
};

const REST: Readonly<Record<string, Row>> = {
  'no certificate': { plan: { edit: leaveOut('Certificate') }, ...REFUSED.unexpectedMessage },
  'an empty list of certificates': { plan: { edit: { Certificate: () => vector24() } }, ...REFUSED.decodeError },
  'a ServerHelloDone with something in it': { plan: { edit: { ServerHelloDone: () => uint8(1) } }, ...REFUSED.decodeError },
  'ChangeCipherSpec before there are keys': {
    plan: { pack: insertBefore('ServerHelloDone', () => [record(changeCipherSpec, uint8(1))]) },
    ...REFUSED.unexpectedMessage,
  },
  'no ChangeCipherSpec': { plan: { pack: replace('ChangeCipherSpec', () => []) }, ...REFUSED.unexpectedMessage },
  'Finished without encryption': { plan: { pack: unprotected('Finished') }, ...REFUSED.badMac },
  'neither ChangeCipherSpec nor encryption': {
    plan: { pack: (flight) => unprotected('Finished')(replace('ChangeCipherSpec', () => [])(flight)) },
    ...REFUSED.unexpectedMessage,
  },
  'a wrong Finished': { plan: { edit: damage('Finished') }, ...REFUSED.decryptError },
  'data before Finished': {
    plan: { pack: insertBefore('Finished', ({ under }) => [applicationData(under)]) },
    ...REFUSED.unexpectedMessage,
  },
  'data before ChangeCipherSpec': {
    plan: { pack: insertBefore('ChangeCipherSpec', () => [applicationData()]) },
    ...REFUSED.unexpectedMessage,
  },
  'a message after Finished in its record is not taken for data': {
    plan: { pack: append('Finished', Buffer.concat([HELLO_REQUEST, message(MESSAGE.ServerHello, Buffer.alloc(60))])) },
    ...broken(REFUSED.unexpectedMessage),
  },
  'messages in two parts each': { plan: { pack: cut(40) }, ...ACCEPTED, library: true },
  'the first flight in one record': {
    plan: { pack: inOneRecord('ServerHello', 'Certificate', 'ServerKeyExchange', 'ServerHelloDone') },
    ...ACCEPTED,
  },
  'an empty record of a message': { plan: { pack: insertBefore('Certificate', () => [record(handshake, NOTHING)]) }, ...REFUSED.badRecord },
};

const overTls12 = ([title, row]: readonly [string, Row]): readonly [string, Row] => {
  const plan: Plan = { version: 'TLSv1.2', ...row.plan };
  return [title, { ...row, plan }];
};

export const TLS12_ROWS: ReadonlyArray<readonly [string, Row]> = [
  ...prefixed('ServerHello', HELLO),
  ...prefixed('extended master secret', EXTENDED),
  ...prefixed('key exchange', KEY_EXCHANGE),
  ...prefixed('handshake', REST),
].map(overTls12);
