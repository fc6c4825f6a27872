// SPDX-License-Identifier: MIT
// Writes fuzz/corpus/flights/: what an honest server sends to the network process whose randomness is the fuzz program's,
// record by record with the keys, so that it can be changed below the encryption. A new mbedTLS may need new ones.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { makeAuthority, type KeyType } from '../_helpers/certificates.ts';
import { MESSAGE, message, type Plan } from './tls-server/handshake.ts';
import { newSessionTicket } from './tls-server/handshake13.ts';
import { CONTENT } from './tls-server/records.ts';
import { answer, identityOf, serveConnection, type Encounter } from './tls-server/server.ts';
import { GROUP } from './tls-server/suites.ts';

/** No test may end with a year. */
const VALID = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2120-01-01T00:00:00Z') };

const ticketFirst: Plan['afterwards'] = (session) => {
  session.send(
    CONTENT.handshake,
    message(
      MESSAGE.NewSessionTicket,
      newSessionTicket((length) => Buffer.alloc(length, 7)),
    ),
  );
  answer(session);
};

const RECORDINGS: Readonly<Record<string, readonly [KeyType, Plan]>> = {
  '1.2-ecdsa': ['ecdsa', { version: 'TLSv1.2' }],
  '1.2-rsa': ['rsa', { version: 'TLSv1.2' }],
  '1.3': ['ecdsa', { afterwards: ticketFirst }],
  '1.3-rsa': ['rsa', { afterwards: ticketFirst }],
  '1.3-retry': ['ecdsa', { afterwards: ticketFirst, retries: [GROUP.secp384r1] }],
};

function linesOf(root: string, agreed: string, { sent, handshakeRecords }: Encounter): string[] {
  const lines = [`agreed ${agreed}`, `root ${Buffer.from(root).toString('hex')}`];
  let last: unknown;
  for (const [i, [{ type, content }, { keys }]] of sent.entries()) {
    if (i === handshakeRecords) lines.push('done');
    if (keys !== undefined && keys !== last) lines.push(`keys ${keys.map((one) => one.toString('hex')).join(' ')}`);
    if (keys !== undefined) last = keys;
    lines.push(`${keys === undefined ? 'open' : 'sealed'} ${type} ${content.toString('hex')}`);
  }
  return lines;
}

export async function recordAll(program: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(path.join(tmpdir(), 'luci-sso-flights-'));
  for (const [name, [keyType, plan]] of Object.entries(RECORDINGS)) {
    const authority = await makeAuthority('luci-sso test authority', VALID);
    const pair = await authority.issue({ names: ['idp.example'], keyType, ...VALID });
    const root = path.join(temporary, 'root.pem');
    writeFileSync(root, authority.cert);
    const client = spawn(program, ['meet', root], { env: {} });
    let said = '';
    client.stderr.setEncoding('latin1').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => client.on('close', resolve));
    const encounter = await serveConnection(Duplex.from({ readable: client.stdout, writable: client.stdin }), identityOf(pair), plan);
    if ((await ended) !== 0 || encounter.end !== 'served') throw new Error(`${name}: ${encounter.end}: ${said}`);
    writeFileSync(path.join(folder, `${name}.txt`), `${linesOf(authority.cert, said.trim(), encounter).join('\n')}\n`);
  }
  rmSync(temporary, { recursive: true });
}
