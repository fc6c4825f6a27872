// SPDX-License-Identifier: MIT
// What a TLS 1.3 server can do wrong in its handshake. Where mbedTLS accepts more than RFC 8446 does, without harm, the title says so.
import { flipLastBit, uint16, uint8, vector16, vector8 } from './tls-server/bytes.ts';
import { EXTENSION } from './tls-server/client-hello.ts';
import {
  applicationData,
  cut,
  damage,
  encryptedExtensions,
  inOneRecord,
  insertBefore,
  leaveOut,
  record,
  repeat,
  replace,
  unprotected,
  withDowngradeSign,
  withExtension,
  withExtensions,
  withKeyShare,
  withoutExtension,
} from './tls-server/departures.ts';
import { MESSAGE, message } from './tls-server/handshake.ts';
import { CONTENT } from './tls-server/records.ts';
import { GROUP, SCHEME } from './tls-server/suites.ts';
import { ACCEPTED, prefixed, REFUSED, type Row } from './_hostile-rows.ts';

const UNKNOWN_EXTENSION = 0x1234;
const NOTHING = Buffer.alloc(0);
const GROUPS = vector16(uint16(GROUP.x25519));
const { changeCipherSpec, handshake } = CONTENT;

const HELLO: Readonly<Record<string, Row>> = {
  'a suite that was not offered': { plan: { serverHello: () => ({ suite: 0x1305 }) }, ...REFUSED.illegalParameter },
  'a suite of TLS 1.2 with TLS 1.3': { plan: { serverHello: () => ({ suite: 0xc02b }) }, ...REFUSED.illegalParameter },
  'a suite of TLS 1.3 with TLS 1.2': {
    plan: { version: 'TLSv1.2', serverHello: () => ({ suite: 0x1301 }) },
    ...REFUSED.handshakeFailure,
  },
  'zero secrets under the version of TLS 1.2': {
    plan: { zeroSecrets: true, serverHello: () => ({ extensions: [] }) },
    ...REFUSED.handshakeFailure,
  },
  'a handshake of TLS 1.2 that calls itself 1.3': {
    plan: { version: 'TLSv1.2', serverHello: () => ({ version: 0x0304 }) },
    open: 'tls: -0x6e00',
    alert: 40,
    library: true,
  },
  'the version where the old ones are announced': { plan: { serverHello: () => ({ version: 0x0304 }) }, ...REFUSED.protocolVersion },
  'a version that does not exist': {
    plan: { serverHello: withExtension(EXTENSION.supportedVersions, uint16(0x0305)) },
    ...REFUSED.illegalParameter,
  },
  'TLS 1.2 instead of 1.3': {
    plan: { serverHello: withExtension(EXTENSION.supportedVersions, uint16(0x0303)) },
    ...REFUSED.illegalParameter,
  },
  compression: { plan: { serverHello: () => ({ compression: 1 }) }, ...REFUSED.illegalParameter },
  'another session id': { plan: { serverHello: ({ sessionId }) => ({ sessionId: flipLastBit(sessionId) }) }, ...REFUSED.illegalParameter },
  'no session id': { plan: { serverHello: () => ({ sessionId: NOTHING }) }, ...REFUSED.illegalParameter },
  'no key share': { plan: { serverHello: withoutExtension(EXTENSION.keyShare) }, ...REFUSED.handshakeFailure },
  'a key of a group for which we sent none': {
    plan: { serverHello: withKeyShare(GROUP.secp384r1, Buffer.alloc(97, 4)) },
    ...REFUSED.handshakeFailure,
  },
  'an unknown extension in ServerHello': {
    plan: { serverHello: withExtensions([UNKNOWN_EXTENSION, NOTHING]) },
    ...REFUSED.illegalParameter,
  },
  'a known extension that has no place in ServerHello': {
    plan: { serverHello: withExtensions([EXTENSION.serverName, NOTHING]) },
    ...REFUSED.illegalParameter,
  },
  'a pre-shared key that we do not have': {
    plan: { serverHello: withExtensions([EXTENSION.preSharedKey, uint16(0)]) },
    ...REFUSED.unsupportedExtension,
  },
  'an extension twice is accepted: nothing can be gained by it': {
    plan: { serverHello: withExtensions([EXTENSION.supportedVersions, uint16(0x0304)]) },
    ...ACCEPTED,
    library: true,
  },
  'TLS 1.2 with the sign of a server that knows 1.3': {
    plan: { version: 'TLSv1.2', serverHello: withDowngradeSign(1) },
    ...REFUSED.illegalParameter,
  },
  'TLS 1.2 with the sign of a server that was asked for 1.1': {
    plan: { version: 'TLSv1.2', serverHello: withDowngradeSign(0) },
    ...REFUSED.illegalParameter,
  },
};

const KEYS: Readonly<Record<string, Row>> = {
  'X25519: zero, which makes every secret zero': {
    plan: { group: GROUP.x25519, serverHello: withKeyShare(GROUP.x25519, Buffer.alloc(32)), sharedSecret: () => Buffer.alloc(32) },
    ...REFUSED.handshakeFailure,
  },
  'X25519: one, a point of low order': {
    plan: {
      group: GROUP.x25519,
      serverHello: withKeyShare(GROUP.x25519, Buffer.concat([uint8(1), Buffer.alloc(31)])),
      sharedSecret: () => Buffer.alloc(32),
    },
    ...REFUSED.handshakeFailure,
  },
  'X25519: a byte short': {
    plan: { group: GROUP.x25519, serverHello: withKeyShare(GROUP.x25519, Buffer.alloc(31, 9)) },
    ...REFUSED.handshakeFailure,
  },
  'P-256: a point that is not on the curve': {
    plan: { group: GROUP.secp256r1, serverHello: withKeyShare(GROUP.secp256r1, Buffer.concat([uint8(4), Buffer.alloc(64, 7)])) },
    ...REFUSED.handshakeFailure,
  },
  'P-256: the point at infinity': {
    plan: { group: GROUP.secp256r1, serverHello: withKeyShare(GROUP.secp256r1, uint8(0)), sharedSecret: () => Buffer.alloc(32) },
    ...REFUSED.handshakeFailure,
  },
  'P-256: a point of the curve with one coordinate only': {
    plan: {
      group: GROUP.secp256r1,
      serverHello: withKeyShare(GROUP.secp256r1, Buffer.from('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex')),
    },
    ...REFUSED.handshakeFailure,
  },
  'P-256: a point of the curve under another sign': {
    plan: {
      group: GROUP.secp256r1,
      serverHello: (honest) => {
        const share = honest.extensions.find(([id]) => id === EXTENSION.keyShare)?.[1] ?? Buffer.alloc(69);
        return withKeyShare(GROUP.secp256r1, Buffer.concat([uint8(6), share.subarray(5)]))(honest);
      },
    },
    ...REFUSED.handshakeFailure,
  },
  'P-256: zero, zero': {
    plan: { group: GROUP.secp256r1, serverHello: withKeyShare(GROUP.secp256r1, Buffer.concat([uint8(4), Buffer.alloc(64)])) },
    ...REFUSED.handshakeFailure,
  },
};

const RETRY: Readonly<Record<string, Row>> = {
  'a retry for the group whose key we sent': { plan: { retries: ['sent'] }, ...REFUSED.illegalParameter },
  'a second retry': { plan: { retries: [GROUP.secp384r1, GROUP.secp521r1] }, ...REFUSED.unexpectedMessage },
  'a retry with an unknown extension': {
    plan: { retries: [GROUP.secp384r1], helloRetryRequest: withExtensions([UNKNOWN_EXTENSION, NOTHING]) },
    ...REFUSED.illegalParameter,
  },
  'a retry with a suite, and then another one': {
    plan: { retries: [GROUP.secp384r1], helloRetryRequest: () => ({ suite: 0x1303 }) },
    ...REFUSED.illegalParameter,
  },
  'a retry for one group, and then a key of another': {
    plan: { retries: [GROUP.secp384r1], serverHello: withKeyShare(GROUP.x25519, Buffer.alloc(32, 9)) },
    ...REFUSED.handshakeFailure,
  },
  'a retry that changes nothing is accepted: it can be sent once': {
    plan: { retries: ['sent'], helloRetryRequest: withoutExtension(EXTENSION.keyShare) },
    ...ACCEPTED,
    library: true,
  },
  'a retry with a cookie, which mbedTLS takes for an extension that it did not send': {
    plan: { retries: [GROUP.secp384r1], helloRetryRequest: withExtensions([EXTENSION.cookie, vector16(Buffer.from('cookie'))]) },
    ...REFUSED.unsupportedExtension,
    library: true,
  },
};

const EXTENSIONS: Readonly<Record<string, Row>> = {
  'an unknown extension': { plan: { edit: encryptedExtensions([UNKNOWN_EXTENSION, NOTHING]) }, ...REFUSED.illegalParameter },
  'a protocol that we did not ask for': {
    plan: { edit: encryptedExtensions([EXTENSION.alpn, vector16(vector8(Buffer.from('h2')))]) },
    ...REFUSED.unsupportedExtension,
  },
  'early data, of which we sent none': {
    plan: { edit: encryptedExtensions([EXTENSION.earlyData, NOTHING]) },
    ...REFUSED.unsupportedExtension,
  },
  'a key among the encrypted extensions': {
    plan: { edit: encryptedExtensions([EXTENSION.keyShare, NOTHING]) },
    ...REFUSED.illegalParameter,
  },
  'the groups of the server are ignored': { plan: { edit: encryptedExtensions([EXTENSION.supportedGroups, GROUPS]) }, ...ACCEPTED },
  'the server has read the name': { plan: { edit: encryptedExtensions([EXTENSION.serverName, NOTHING]) }, ...ACCEPTED },
  'no encrypted extensions': { plan: { edit: leaveOut('EncryptedExtensions') }, ...REFUSED.unexpectedMessage },
};

const PROOF: Readonly<Record<string, Row>> = {
  'no certificate': { plan: { edit: leaveOut('Certificate') }, ...REFUSED.unexpectedMessage },
  'no proof of the key': { plan: { edit: leaveOut('CertificateVerify') }, ...REFUSED.unexpectedMessage },
  'neither certificate nor proof': { plan: { edit: leaveOut('Certificate', 'CertificateVerify') }, ...REFUSED.unexpectedMessage },
  'an empty list of certificates': { plan: { edit: { Certificate: () => Buffer.alloc(4) } }, open: 'tls: -0x7780', alert: 41 },
  'a certificate with a context': {
    plan: { edit: { Certificate: (honest) => Buffer.concat([vector8(uint8(1)), honest.subarray(1)]) } },
    ...REFUSED.decodeError,
  },
  'a proof with a wrong signature': { plan: { edit: damage('CertificateVerify') }, ...REFUSED.decryptError },
  'a proof by the key of somebody else': { plan: {}, key: 'stolen', ...REFUSED.decryptError },
  'a proof by SHA-1': { plan: { scheme: SCHEME.ecdsa_sha1 }, ...REFUSED.decryptError },
  'a proof by RSA and SHA-1': { plan: { scheme: SCHEME.rsa_pkcs1_sha1 }, key: 'rsa', ...REFUSED.decryptError },
  'a proof by an unknown scheme': { plan: { scheme: 0x04ff }, ...REFUSED.decryptError },
  'a proof by a scheme for keys of another kind': {
    plan: { edit: { CertificateVerify: (honest) => Buffer.concat([uint16(SCHEME.rsa_pss_rsae_sha256), honest.subarray(2)]) } },
    ...REFUSED.decryptError,
  },
  'a proof by PKCS #1 is accepted, as in certificates': {
    plan: { scheme: SCHEME.rsa_pkcs1_sha256 },
    key: 'rsa',
    ...ACCEPTED,
    library: true,
  },
  'a wrong Finished': { plan: { edit: damage('Finished') }, ...REFUSED.decryptError },
  'a Finished that is a byte short': { plan: { edit: { Finished: (honest) => honest.subarray(1) } }, ...REFUSED.decodeError },
  'an empty Finished': { plan: { edit: { Finished: () => NOTHING } }, ...REFUSED.decodeError },
  'a ticket instead of Finished': {
    plan: { pack: replace('Finished', (honest) => [{ ...honest, content: message(MESSAGE.NewSessionTicket, Buffer.alloc(40)) }]) },
    ...REFUSED.unexpectedMessage,
  },
};

const RECORDS: Readonly<Record<string, Row>> = {
  'an unencrypted message after ServerHello': { plan: { pack: unprotected('EncryptedExtensions') }, ...REFUSED.badMac },
  'a whole flight without encryption': { plan: { pack: unprotected() }, ...REFUSED.badMac },
  'data before ServerHello': { plan: { pack: insertBefore('ServerHello', () => [applicationData()]) }, ...REFUSED.unexpectedMessage },
  'unencrypted data after ServerHello': {
    plan: { pack: insertBefore('EncryptedExtensions', () => [applicationData()]) },
    ...REFUSED.badMac,
  },
  'encrypted data before Finished': {
    plan: { pack: insertBefore('Finished', ({ under }) => [applicationData(under)]) },
    ...REFUSED.unexpectedMessage,
  },
  'data between two parts of a message': {
    plan: {
      pack: replace('Certificate', (whole) => [
        { ...whole, content: whole.content.subarray(0, 50) },
        applicationData(whole.under),
        { ...whole, content: whole.content.subarray(50) },
      ]),
    },
    open: REFUSED.unexpectedMessage.open,
  },
  'messages in two parts each': { plan: { pack: cut(40) }, ...ACCEPTED },
  'all encrypted messages in one record': {
    plan: { pack: inOneRecord('EncryptedExtensions', 'Certificate', 'CertificateVerify', 'Finished') },
    ...ACCEPTED,
  },
  'a thousand ChangeCipherSpec': {
    plan: { pack: insertBefore('EncryptedExtensions', () => repeat(1000, () => record(changeCipherSpec, uint8(1)))) },
    ...ACCEPTED,
  },
  'ChangeCipherSpec before ServerHello': {
    plan: { pack: insertBefore('ServerHello', () => [record(changeCipherSpec, uint8(1))]) },
    ...ACCEPTED,
    library: true,
  },
  'a ChangeCipherSpec of another value': {
    plan: { pack: insertBefore('EncryptedExtensions', () => [record(changeCipherSpec, uint8(2))]) },
    ...REFUSED.badRecord,
  },
  'an empty record of a message': {
    plan: { pack: insertBefore('EncryptedExtensions', () => [record(handshake, NOTHING)]) },
    ...REFUSED.badRecord,
  },
  'an empty encrypted record of a message': {
    plan: { pack: insertBefore('Certificate', ({ under }) => [record(handshake, NOTHING, under)]) },
    ...REFUSED.badRecord,
  },
  'a record of an unknown type': {
    plan: { pack: insertBefore('EncryptedExtensions', () => [record(99, uint8(1))]) },
    ...REFUSED.badRecord,
  },
  'an encrypted record of an unknown type': {
    plan: { pack: insertBefore('Certificate', ({ under }) => [record(99, uint8(1), under)]) },
    ...REFUSED.unexpectedMessage,
    library: true,
  },
  'a message of sixteen megabytes': {
    plan: {
      pack: insertBefore('Certificate', ({ under }) => [
        record(handshake, Buffer.from('0bffffff', 'hex'), under),
        ...repeat(2, () => record(handshake, Buffer.alloc(16_000), under)),
      ]),
    },
    ...REFUSED.tooLong,
  },
};

export const TLS13_ROWS: ReadonlyArray<readonly [string, Row]> = [
  ...prefixed('ServerHello', HELLO),
  ...prefixed('key exchange', KEYS),
  ...prefixed('retry', RETRY),
  ...prefixed('extensions', EXTENSIONS),
  ...prefixed('proof', PROOF),
  ...prefixed('records', RECORDS),
];
