// SPDX-License-Identifier: MIT
// Servers that each depart from TLS in one place, and what our client does about it: the reason, the alert, and that
// no byte was delivered that the client should not have believed. First of all the server must be able to be honest.
import test, { type ExecutionContext } from 'ava';
import { createHash } from 'node:crypto';
import tls from 'node:tls';
import { makeAuthority, type Authority, type Pair } from '../_helpers/certificates.ts';
import { file, GREETING, listen, TARGETS, visit, type Findings, type Target } from './_tls-probe.ts';
import { KNOWN_ROWS, ZERO_SECRET_ROWS } from './_hostile-known.ts';
import type { Row } from './_hostile-rows.ts';
import { STREAM12_ROWS, STREAM13_ROWS } from './_hostile-stream.ts';
import { TLS12_ROWS } from './_hostile-tls12.ts';
import { TLS13_ROWS } from './_hostile-tls13.ts';
import { flipLastBit } from './tls-server/bytes.ts';
import type { Plan } from './tls-server/handshake.ts';
import { ANSWER, createHostileServer, recordFlights, type Encounter } from './tls-server/server.ts';
import { GROUP, TLS13_SUITES, type Random } from './tls-server/suites.ts';

let authority: Authority;
let pairs: Readonly<Record<'ecdsa' | 'rsa' | 'stolen', Pair>>;
test.before(async () => {
  authority = await makeAuthority();
  const ecdsa = await authority.issue({ names: ['idp.example'] });
  const { key } = await authority.issue({ names: ['idp.example'] });
  pairs = { ecdsa, rsa: await authority.issue({ names: ['idp.example'], keyType: 'rsa' }), stolen: { ...ecdsa, key } };
});

interface Meeting {
  readonly found: Findings;
  readonly encounter: Encounter;
}

async function meet(t: ExecutionContext, plan: Plan, target: Target, key: keyof typeof pairs = 'ecdsa'): Promise<Meeting> {
  const { server, encounters } = createHostileServer(pairs[key], plan);
  const port = await listen(t, server);
  const found = await visit({ port, caFile: await file(t, authority.cert), ...GREETING, target });
  t.is(found.facts['left'], 'nothing');
  const encounter = await encounters[0];
  if (encounter === undefined) throw new Error('nobody came');
  return { found, encounter };
}

const NO_13 = TARGETS[0] === 'x86_64-mbedtls2';
/** Only our own checks are of interest there. */
const IS_OLD = TARGETS[0] === 'x86_64-mbedtls365';
const OWN_LIBRARY = !NO_13 && !IS_OLD && TARGETS[0] !== 'x86_64-mbedtls3';

const HONEST: ReadonlyArray<readonly [string, Plan, RegExp]> = [
  ...(NO_13
    ? []
    : ([
        ['TLS 1.3, X25519', { group: GROUP.x25519 }, /^TLSv1\.3 TLS1-3-AES-128-GCM-SHA256$/],
        ['TLS 1.3, P-256', { group: GROUP.secp256r1 }, /^TLSv1\.3 /],
        ['TLS 1.3, P-384 asked for by a retry', { retries: [GROUP.secp384r1] }, /^TLSv1\.3 /],
        ['TLS 1.3, AES-256', { suite: TLS13_SUITES[1] }, /^TLSv1\.3 TLS1-3-AES-256-GCM-SHA384$/],
        ['TLS 1.3, ChaCha20', { suite: TLS13_SUITES[2] }, /^TLSv1\.3 TLS1-3-CHACHA20-POLY1305-SHA256$/],
      ] satisfies ReadonlyArray<readonly [string, Plan, RegExp]>)),
  ['TLS 1.2', { version: 'TLSv1.2' }, /^TLSv1\.2 TLS-ECDHE-(ECDSA|RSA)-WITH-AES-128-GCM-SHA256$/],
];

for (const target of TARGETS) {
  for (const key of ['ecdsa', 'rsa'] as const) {
    for (const [title, plan, agreed] of HONEST) {
      test(`an honest server is served: ${title}, ${key} (${target})`, async (t) => {
        const { found, encounter } = await meet(t, plan, target, key);
        t.is(found.facts['open'], 'ok');
        t.regex(found.facts['agreed'] ?? '', agreed);
        t.is(found.facts['received'], 'end');
        t.is(found.output.toString(), ANSWER);
        t.is(encounter.received.toString(), 'hello');
        t.is(encounter.end, 'served');
      });
    }
  }
}

function assertRow(t: ExecutionContext, row: Row, { found, encounter }: Meeting): void {
  if (OWN_LIBRARY) {
    t.is(found.facts['open'], row.open);
    t.is(found.facts['received'], row.received);
    if (row.alert !== undefined) t.is(encounter.end, `alert ${row.alert}`);
  } else {
    // Other codes, the same outcome.
    t.is(found.facts['open'] === 'ok', row.open === 'ok', found.facts['open']);
    t.is(found.facts['received'] === 'end', row.received === 'end', found.facts['received']);
  }
  t.is(found.output.toString('latin1'), row.output ?? '', 'nothing was delivered that it should not have believed');
}

function tryRows(over: string, rows: ReadonlyArray<readonly [string, Row]>, targets: readonly Target[] = [TARGETS[0]]): void {
  for (const [title, row] of rows) {
    if (row.library === true && !OWN_LIBRARY) continue;
    for (const target of targets) {
      test(`${over}, ${title} (${target})`, async (t) => assertRow(t, row, await meet(t, row.plan, target, row.key)));
    }
  }
}

if (!NO_13) tryRows('zero secrets', ZERO_SECRET_ROWS, TARGETS);
if (!NO_13 && !IS_OLD) {
  tryRows('once let through', KNOWN_ROWS, TARGETS);
  tryRows('TLS 1.3', TLS13_ROWS);
  tryRows('TLS 1.3', STREAM13_ROWS);
}
if (!IS_OLD) {
  tryRows('TLS 1.2', TLS12_ROWS);
  tryRows('TLS 1.2', STREAM12_ROWS);
}

for (const [version, name] of [
  ['TLSv1.3', 'CertificateVerify'],
  ['TLSv1.2', 'ServerKeyExchange'],
] as const) {
  if (version === 'TLSv1.3' && NO_13) continue;
  test(`${version}: a signature of another handshake proves nothing`, async (t) => {
    let kept: Buffer | undefined;
    await meet(t, { version, edit: { [name]: (honest: Buffer) => (kept = honest) } }, TARGETS[0]);
    const { found, encounter } = await meet(t, { version, edit: { [name]: () => kept } }, TARGETS[0]);
    t.regex(found.facts['open'] ?? '', /^tls: -0x/);
    t.is(encounter.end, 'alert 51');
    t.is(found.output.length, 0);
  });
}

if (OWN_LIBRARY) {
  /** Bytes that are the same in each run. */
  const sameAgain = (): Random => {
    let count = 0;
    return (length) =>
      Buffer.concat(Array.from({ length: 3 }, () => createHash('sha256').update(String(count++)).digest())).subarray(0, length);
  };

  const record = (plan: Plan, ca: string): Promise<Encounter> =>
    recordFlights(pairs.rsa, { ...plan, random: sameAgain() }, (wire) => {
      const client = tls.connect({ socket: wire, ca, servername: 'idp.example', ecdhCurve: 'P-256' }, () => client.write('hello'));
      client
        .on('error', () => undefined)
        .on('end', () => wire.end())
        .resume();
    });

  for (const [title, plan, count] of [
    ['TLS 1.3', { group: GROUP.secp256r1 }, 2],
    ['TLS 1.2', { version: 'TLSv1.2' }, 3],
  ] as const) {
    test(`the flights of an honest server can be recorded, with OpenSSL for its client: ${title}`, async (t) => {
      const first = await record(plan, authority.cert);
      t.is(first.end, 'served');
      t.is(first.received.toString(), 'hello');
      t.is(first.flights.length, count);
      const [hello] = (await record(plan, authority.cert)).flights;
      // The record's and the message's head, the version: then the random, and in TLS 1.2 the session id.
      t.true(hello?.subarray(11, 43).equals(first.flights[0]?.subarray(11, 43) ?? Buffer.alloc(0)), 'the same randomness, the same bytes');
      t.not((await record({ ...plan, edit: { Finished: flipLastBit } }, authority.cert)).end, 'served');
    });
  }
}
