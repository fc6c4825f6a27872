// SPDX-License-Identifier: MIT
// The server's side of a TLS 1.3 handshake (RFC 8446 sections 4 and 7), with a certificate, without resumption.
import { createHash } from 'node:crypto';
import { uint16, uint8, vector16, vector24, vector8 } from './bytes.ts';
import { EXTENSION, type ClientHello } from './client-hello.ts';
import { encodeExtensions, encodeServerHello, MESSAGE, type Handshake, type ServerHello, type Session } from './handshake.ts';
import { finishedMac, handshakeSecret, masterSecret, trafficSecrets, zeros } from './key-schedule.ts';
import { protectTls13, UNPROTECTED } from './records.ts';
import { GROUP, isRsa, makeKeyShare, SCHEME, signBy, TLS13_SUITES, type KeyShare, type Random, type Suite } from './suites.ts';

const RETRY_RANDOM = createHash('sha256').update('HelloRetryRequest').digest();
const VERIFY_CONTEXT = Buffer.from(`${' '.repeat(64)}TLS 1.3, server CertificateVerify\0`);

const honestHello = (client: ClientHello, suite: Suite, random: Buffer, keyShare: Buffer): ServerHello => ({
  version: 0x0303,
  random,
  sessionId: client.sessionId,
  suite: suite.id,
  compression: 0,
  extensions: [
    [EXTENSION.supportedVersions, uint16(0x0304)],
    [EXTENSION.keyShare, keyShare],
  ],
});

/** Asks for keys of other groups until there is one for the group of the plan. */
async function negotiateGroup(handshake: Handshake, first: ClientHello, suite: Suite): Promise<readonly [ClientHello, number]> {
  const [sent = GROUP.x25519] = first.keyShares.keys();
  const group = handshake.plan.group ?? sent;
  const retries = handshake.plan.retries?.map((one) => (one === 'sent' ? sent : one)) ?? (first.keyShares.has(group) ? [] : [group]);
  let client = first;
  for (const [i, wanted] of retries.entries()) {
    if (i === 0) handshake.replaceTranscript(suite.hash);
    const honest = honestHello(client, suite, RETRY_RANDOM, uint16(wanted));
    handshake.add('HelloRetryRequest', encodeServerHello({ ...honest, ...handshake.plan.helloRetryRequest?.(honest) }), UNPROTECTED);
    if (i === 0) handshake.addChangeCipherSpec();
    handshake.sendFlight();
    client = await handshake.receiveClientHello();
  }
  return [client, retries.at(-1) ?? group];
}

function addCertificate(handshake: Handshake, suite: Suite, protection = UNPROTECTED): void {
  const { identity, plan } = handshake;
  const scheme = plan.scheme ?? (isRsa(identity.key) ? SCHEME.rsa_pss_rsae_sha256 : SCHEME.ecdsa_secp256r1_sha256);
  const entries = identity.chain.map((der) => Buffer.concat([vector24(der), uint16(0)]));
  handshake.add('Certificate', Buffer.concat([uint8(0), vector24(...entries)]), protection);
  const signature = signBy(scheme, identity.key, Buffer.concat([VERIFY_CONTEXT, handshake.transcriptHash(suite.hash)]));
  handshake.add('CertificateVerify', Buffer.concat([uint16(scheme), vector16(signature)]), protection);
}

function exchangeKeys(handshake: Handshake, client: ClientHello, share: KeyShare): Buffer {
  const theirs = client.keyShares.get(share.group);
  if (theirs === undefined) throw new Error(`no key of group ${share.group}`);
  return handshake.plan.sharedSecret?.() ?? share.derive(theirs);
}

export async function shakeHandsTls13(handshake: Handshake, first: ClientHello, random: Random): Promise<Session> {
  const { plan, records } = handshake;
  const suite = plan.suite ?? TLS13_SUITES[0];
  const [client, group] = await negotiateGroup(handshake, first, suite);
  const share = makeKeyShare(group, random);
  const honest = honestHello(client, suite, random(32), Buffer.concat([uint16(group), vector16(share.publicKey)]));
  handshake.add('ServerHello', encodeServerHello({ ...honest, ...plan.serverHello?.(honest, client) }), UNPROTECTED);

  let secret = zeros(suite.hash);
  let early = { client: secret, server: secret };
  let protection = UNPROTECTED;
  if (plan.zeroSecrets !== true) {
    secret = handshakeSecret(suite.hash, exchangeKeys(handshake, client, share));
    early = trafficSecrets(suite.hash, secret, 'hs', handshake.transcriptHash(suite.hash));
    protection = protectTls13(suite, early.server);
    if (client === first) handshake.addChangeCipherSpec();
    handshake.add('EncryptedExtensions', encodeExtensions([]), protection);
  }
  addCertificate(handshake, suite, protection);
  handshake.add('Finished', finishedMac(suite.hash, early.server, handshake.transcriptHash(suite.hash)), protection);
  const late = trafficSecrets(suite.hash, masterSecret(suite.hash, secret), 'ap', handshake.transcriptHash(suite.hash));
  if (plan.zeroSecrets !== true) records.incoming = protectTls13(suite, early.client);
  handshake.sendFlight();

  const expected = finishedMac(suite.hash, early.client, handshake.transcriptHash(suite.hash));
  if (!(await handshake.receive(MESSAGE.Finished)).equals(expected)) throw new Error("the client's Finished is wrong");
  records.incoming = protectTls13(suite, late.client);
  const outgoing = protectTls13(suite, late.server);
  return {
    version: 'TLSv1.3',
    send: (type, content) => records.send({ type, content }, outgoing),
    receive: () => records.receive(),
    sendRaw: (bytes) => records.sendRaw(bytes),
    end: () => records.end(),
  };
}

/** A ticket that nobody can use, as a server sends it after a handshake. */
export const newSessionTicket = (random: Random): Buffer =>
  Buffer.concat([Buffer.alloc(4), random(4), vector8(random(8)), vector16(random(160)), uint16(0)]);
