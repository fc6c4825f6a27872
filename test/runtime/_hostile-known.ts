// SPDX-License-Identifier: MIT
// What releases of mbedTLS that are still in use let through. Zero secrets are refused by a check of our own, with any library.
import { uint8 } from './tls-server/bytes.ts';
import { EXTENSION } from './tls-server/client-hello.ts';
import { append, inOneRecord, splitAcross } from './tls-server/departures.ts';
import { MESSAGE, message, type Plan } from './tls-server/handshake.ts';
import { newSessionTicket } from './tls-server/handshake13.ts';
import { GROUP, SCHEME, TLS13_SUITES } from './tls-server/suites.ts';
import { REFUSED, type Row } from './_hostile-rows.ts';

/** CVE-2026-115490: the parser for TLS 1.2 goes on with 1.3 and with secrets that were never made. */
const zeroSecrets: Plan = { zeroSecrets: true, serverHello: () => ({ version: 0x0304, extensions: [] }) };

const NO_KEY = { open: 'tls: no key was agreed on' } as const;

export const ZERO_SECRET_ROWS: ReadonlyArray<readonly [string, Row]> = [
  ['TLS 1.3 without a key exchange', { plan: zeroSecrets, ...NO_KEY }],
  ['TLS 1.3 without a key exchange, RSA', { plan: zeroSecrets, key: 'rsa', ...NO_KEY }],
  ['TLS 1.3 without a key exchange, SHA-384', { plan: { ...zeroSecrets, suite: TLS13_SUITES[1] }, ...NO_KEY }],
  ['TLS 1.3 without a key exchange, ChaCha20', { plan: { ...zeroSecrets, suite: TLS13_SUITES[2] }, ...NO_KEY }],
  [
    'TLS 1.3 without a key exchange, with an extension of TLS 1.2',
    {
      plan: { zeroSecrets: true, serverHello: () => ({ version: 0x0304, extensions: [[EXTENSION.renegotiationInfo, uint8(0)]] }) },
      ...NO_KEY,
    },
  ],
];

const ticket = message(
  MESSAGE.NewSessionTicket,
  newSessionTicket((length) => Buffer.alloc(length)),
);
const retry: Plan = { retries: [GROUP.secp384r1] };

/** Fixed in 3.6.6 and 3.6.7. */
export const KNOWN_ROWS: ReadonlyArray<readonly [string, Row]> = [
  [
    'TLS 1.2 key exchange signed by ECDSA with SHA-1',
    { plan: { version: 'TLSv1.2', scheme: SCHEME.ecdsa_sha1 }, ...REFUSED.illegalParameter },
  ],
  [
    'TLS 1.2 key exchange signed by RSA with SHA-1',
    {
      plan: { version: 'TLSv1.2', scheme: SCHEME.rsa_pkcs1_sha1 },
      key: 'rsa',
      ...REFUSED.illegalParameter,
    },
  ],
  [
    'ServerHello to Finished in one unencrypted record',
    {
      plan: { pack: inOneRecord('ServerHello', 'EncryptedExtensions', 'Certificate', 'CertificateVerify', 'Finished') },
      ...REFUSED.unexpectedMessage,
    },
  ],
  [
    'ServerHello and another message in its record',
    {
      plan: { pack: inOneRecord('ServerHello', 'EncryptedExtensions') },
      ...REFUSED.unexpectedMessage,
    },
  ],
  [
    'ServerHello and the first byte of another message',
    {
      plan: { pack: splitAcross('ServerHello', 'EncryptedExtensions') },
      ...REFUSED.unexpectedMessage,
    },
  ],
  [
    'HelloRetryRequest and another message in its record',
    {
      plan: { ...retry, pack: append('HelloRetryRequest', message(MESSAGE.EncryptedExtensions, Buffer.alloc(2))) },
      ...REFUSED.unexpectedMessage,
    },
  ],
  [
    'HelloRetryRequest and the first byte of another message',
    {
      plan: { ...retry, pack: append('HelloRetryRequest', uint8(MESSAGE.ServerHello)) },
      ...REFUSED.unexpectedMessage,
    },
  ],
  ['Finished and a ticket in its record', { plan: { pack: append('Finished', ticket) }, ...REFUSED.unexpectedMessage }],
  [
    'Finished and the first byte of a ticket in its record',
    {
      plan: { pack: append('Finished', ticket.subarray(0, 1)) },
      ...REFUSED.unexpectedMessage,
    },
  ],
  ['HelloRetryRequest for a curve that was not offered', { plan: { retries: [GROUP.x448] }, ...REFUSED.illegalParameter, library: true }],
  ['HelloRetryRequest for a finite field', { plan: { retries: [GROUP.ffdhe2048] }, ...REFUSED.illegalParameter, library: true }],
];
