// SPDX-License-Identifier: MIT
// When the certificates of `ca_file` end, and the warning thirty days before.
import test from 'ava';
import { X509Certificate } from 'node:crypto';
import { firstEnd } from '../../../src/check/certificate-end.ts';
import { makeAuthority } from '../../_helpers/certificates.ts';
import { NOW } from '../../_helpers/clock.ts';
import { check, worldWith } from './_check.ts';

const DAY_S = 86400;
const endingAt = async (seconds: number, keyType: 'ecdsa' | 'rsa' = 'ecdsa'): Promise<string> =>
  (await makeAuthority('a', { keyType, notBefore: new Date(0), notAfter: new Date(seconds * 1000) })).cert;

test('the end is what OpenSSL reads, in both kinds of time and for both kinds of key', async (t) => {
  for (const seconds of [NOW + 5 * DAY_S, 2_500_000_000, 2_524_607_999, 2_524_608_000, 4_102_444_800]) {
    for (const keyType of ['ecdsa', 'rsa'] as const) {
      const cert = await endingAt(seconds, keyType);
      t.is(firstEnd(Buffer.from(cert)), Date.parse(new X509Certificate(cert).validTo) / 1000);
      t.is(firstEnd(Buffer.from(cert)), seconds);
      t.is(firstEnd(Buffer.from(cert.replaceAll('\n', '\r\n'))), seconds);
    }
  }
});

test('of several the first end counts, and what cannot be read is passed over', async (t) => {
  const [early, late] = [await endingAt(NOW + DAY_S), await endingAt(NOW + 900 * DAY_S)];
  t.is(firstEnd(Buffer.from(`# ours\n${late}\n${early}`)), NOW + DAY_S);
  t.is(firstEnd(Buffer.from(`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${late}`)), NOW + 900 * DAY_S);
  for (const text of ['', 'x', '-----BEGIN CERTIFICATE-----', late.slice(0, 60), late.slice(0, 120)])
    t.is(firstEnd(Buffer.from(text)), undefined);
  const der = Buffer.from(new X509Certificate(late).raw);
  for (let at = 0; at < 120; at++) {
    const damaged = Buffer.from(der);
    damaged[at] = 255;
    const end = firstEnd(Buffer.from(`-----BEGIN CERTIFICATE-----\n${damaged.toString('base64')}\n-----END CERTIFICATE-----`));
    t.true(end === undefined || Number.isSafeInteger(end));
  }
});

for (const [days, status, text] of [
  [-1, 'WARN', /^a certificate in \/etc\/ca\.pem has ended$/],
  [29.5, 'WARN', /ends in 29 days$/],
  [30.5, 'PASS', /only/],
] as const) {
  test(`a ca_file that ends in ${days} days: ${status}`, async (t) => {
    const world = worldWith({ ca_file: '/etc/ca.pem' });
    world.host.files.set('/etc/ca.pem', Buffer.from(await endingAt(NOW + days * DAY_S)));
    const result = await check(world, 'ca_bundle');
    t.is(result.status as string, status, result.text);
    t.regex(result.text, text);
  });
}
