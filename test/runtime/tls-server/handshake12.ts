// SPDX-License-Identifier: MIT
// The server's side of a TLS 1.2 handshake: ECDHE with a certificate and AES-GCM (RFC 5246, 8422, 5288, 7627).
import { Reader, uint16, uint8, vector16, vector24, vector8 } from './bytes.ts';
import { EXTENSION, type ClientHello } from './client-hello.ts';
import { encodeServerHello, MESSAGE, type Handshake, type ServerHello, type Session } from './handshake.ts';
import { expandTls12 } from './key-schedule.ts';
import { protectTls12, UNPROTECTED } from './records.ts';
import { GROUP, isRsa, makeKeyShare, SCHEME, signBy, tls12SuiteFor, type KeyShare, type Random, type Suite } from './suites.ts';

const NAMED_CURVE = 3;
const MASTER_LENGTH = 48;
const VERIFY_LENGTH = 12;

function honestHello(handshake: Handshake, client: ClientHello, suite: Suite, random: Random): ServerHello {
  const plain = handshake.plan.extendedMasterSecret === 'not agreed' || handshake.plan.extendedMasterSecret === 'done, not agreed';
  return {
    version: 0x0303,
    random: random(32),
    sessionId: random(32),
    suite: suite.id,
    compression: 0,
    extensions: [
      [EXTENSION.renegotiationInfo, vector8()],
      ...(client.extensions.has(EXTENSION.ecPointFormats) ? [[EXTENSION.ecPointFormats, vector8(uint8(0))] as const] : []),
      ...(plain ? [] : [[EXTENSION.extendedMasterSecret, Buffer.alloc(0)] as const]),
    ],
  };
}

function addKeyExchange(handshake: Handshake, share: KeyShare, randoms: Buffer): void {
  const { identity, plan } = handshake;
  const scheme = plan.scheme ?? (isRsa(identity.key) ? SCHEME.rsa_pkcs1_sha256 : SCHEME.ecdsa_secp256r1_sha256);
  const parameters = Buffer.concat([uint8(NAMED_CURVE), uint16(share.group), vector8(plan.keyShare ?? share.publicKey)]);
  const signature = signBy(scheme, identity.key, Buffer.concat([randoms, parameters]));
  handshake.add('ServerKeyExchange', Buffer.concat([parameters, uint16(scheme), vector16(signature)]), UNPROTECTED);
}

function makeMaster(handshake: Handshake, suite: Suite, shared: Buffer, randoms: Buffer): Buffer {
  const how = handshake.plan.extendedMasterSecret;
  if (how === 'not agreed' || how === 'agreed, not done') return expandTls12(suite.hash, shared, 'master secret', randoms, MASTER_LENGTH);
  return expandTls12(suite.hash, shared, 'extended master secret', handshake.transcriptHash(suite.hash), MASTER_LENGTH);
}

export async function shakeHandsTls12(handshake: Handshake, client: ClientHello, random: Random): Promise<Session> {
  const { identity, plan, records } = handshake;
  const suite = plan.suite ?? tls12SuiteFor(identity.key);
  const share = makeKeyShare(plan.group ?? GROUP.secp256r1, random);
  const plainHello = honestHello(handshake, client, suite, random);
  const hello = { ...plainHello, ...plan.serverHello?.(plainHello, client) };
  const randoms = Buffer.concat([client.random, hello.random]);
  handshake.add('ServerHello', encodeServerHello(hello), UNPROTECTED);
  handshake.add('Certificate', vector24(...identity.chain.map((der) => vector24(der))), UNPROTECTED);
  addKeyExchange(handshake, share, randoms);
  handshake.add('ServerHelloDone', Buffer.alloc(0), UNPROTECTED);
  handshake.sendFlight();

  const theirs = new Reader(await handshake.receive(MESSAGE.ClientKeyExchange)).vector8();
  const master = makeMaster(handshake, suite, plan.sharedSecret?.() ?? share.derive(theirs), randoms);
  const seed = Buffer.concat([hello.random, client.random]);
  const keys = new Reader(expandTls12(suite.hash, master, 'key expansion', seed, 2 * (suite.keyLength + 4)));
  const [clientKey, serverKey, clientSalt, serverSalt] = [
    keys.take(suite.keyLength),
    keys.take(suite.keyLength),
    keys.take(4),
    keys.take(4),
  ];
  const finished = (label: string): Buffer => expandTls12(suite.hash, master, label, handshake.transcriptHash(suite.hash), VERIFY_LENGTH);

  await handshake.receiveChangeCipherSpec();
  records.incoming = protectTls12(suite, clientKey, clientSalt);
  const expected = finished('client finished');
  if (!(await handshake.receive(MESSAGE.Finished)).equals(expected)) throw new Error("the client's Finished is wrong");
  const outgoing = protectTls12(suite, serverKey, serverSalt);
  handshake.addChangeCipherSpec();
  handshake.add('Finished', finished('server finished'), outgoing);
  handshake.sendFlight();
  return {
    version: 'TLSv1.2',
    send: (type, content) => records.send({ type, content }, outgoing),
    receive: () => records.receive(),
    sendRaw: (bytes) => records.sendRaw(bytes),
    end: () => records.end(),
  };
}
