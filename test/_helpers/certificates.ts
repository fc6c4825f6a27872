// SPDX-License-Identifier: MIT
// Certificates for tests and the demo: an authority, and leaf certificates with names and addresses.
import { webcrypto } from 'node:crypto';
import './reflect.ts';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as Crypto);

const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  'ecdsa-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'ecdsa-521': { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  'rsa-pss': { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32, publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  'rsa-1024': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 1024 },
} as const;
export type KeyType = keyof typeof ALGORITHMS;
const HOUR_MS = 3_600_000;

export interface Pair {
  /** PEM: the certificate, and its private key (PKCS #8). */
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly keyType?: KeyType;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Only the common name, as certificates of twenty years ago. */
  readonly withoutAlternativeNames?: boolean;
  /** What the key may be used for; TLS servers unless said. */
  readonly usage?: 'serverAuth' | 'clientAuth';
  /** The subject; by default the first name or address as its common name. */
  readonly subject?: string;
  /** Names of other kinds. */
  readonly otherNames?: x509.JsonGeneralNames;
  readonly extensions?: readonly x509.Extension[];
}

export interface AuthorityOptions {
  readonly keyType?: KeyType;
  /** How issued certificates spell this authority's name, if not as its own certificate does. */
  readonly nameAsIssuer?: x509.JsonNameParams;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** In place of those of the same kind, or further ones. */
  readonly extensions?: readonly x509.Extension[];
  readonly withoutBasicConstraints?: true;
}

/** 2.5.29.`id` with this value, DER. */
export const standardExtension = (id: number, value: Uint8Array, isCritical = true): x509.Extension =>
  new x509.Extension(`2.5.29.${id}`, isCritical, new Uint8Array(value));

export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly cert: string;
  issue(options: LeafOptions): Promise<Pair>;
  /** An authority below this one. */
  issueAuthority(name: string, options?: AuthorityOptions): Promise<Authority>;
}

async function keyPair(type: KeyType): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHMS[type], true, ['sign', 'verify'])) as CryptoKeyPair;
}

async function keyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
}

const serial = () =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^./, '4');

interface Issuer {
  readonly name: string | x509.Name;
  readonly keys: CryptoKeyPair;
  readonly keyType: KeyType;
}

async function leafExtensions(options: LeafOptions, issuer: CryptoKey): Promise<x509.Extension[]> {
  const alternatives: x509.JsonGeneralNames = [
    ...(options.names ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
    ...(options.otherNames ?? []),
  ];
  return [
    new x509.BasicConstraintsExtension(false),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[options.usage ?? 'serverAuth']]),
    ...(options.withoutAlternativeNames === true ? [] : [new x509.SubjectAlternativeNameExtension(alternatives)]),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ...(options.extensions ?? []),
  ];
}

async function makeLeaf(options: LeafOptions, issuer?: Issuer): Promise<Pair> {
  const keyType = options.keyType ?? 'ecdsa';
  const keys = await keyPair(keyType);
  const subject = options.subject ?? `CN=${options.names?.[0] ?? options.addresses?.[0] ?? 'test'}`;
  const by = issuer ?? { name: subject, keys, keyType };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject,
    issuer: by.name,
    notBefore: options.notBefore ?? new Date(Date.now() - HOUR_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * 24 * HOUR_MS),
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: ALGORITHMS[by.keyType],
    extensions: await leafExtensions(options, by.keys.publicKey),
  });
  return { cert: certificate.toString('pem') + '\n', key: await keyPem(keys.privateKey) };
}

/** A leaf that only its own key vouches for. */
export const makeSelfSigned = (options: LeafOptions): Promise<Pair> => makeLeaf(options);

async function makeAuthorityBelow(name: string, options: AuthorityOptions, issuer?: Issuer): Promise<Authority> {
  const keyType = options.keyType ?? 'ecdsa';
  const keys = await keyPair(keyType);
  const self: Issuer = { name: `CN=${name}`, keys, keyType };
  const issuing: Issuer = { ...self, name: options.nameAsIssuer === undefined ? self.name : new x509.Name(options.nameAsIssuer) };
  const by = issuer ?? self;
  const extensions = [
    ...(options.withoutBasicConstraints === true ? [] : [new x509.BasicConstraintsExtension(true, undefined, true)]),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const special = options.extensions ?? [];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: self.name,
    issuer: by.name,
    notBefore: options.notBefore ?? new Date(Date.now() - HOUR_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + 3650 * 24 * HOUR_MS),
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: ALGORITHMS[by.keyType],
    extensions: [...extensions.filter(({ type }) => !special.some((one) => one.type === type)), ...special],
  });
  return {
    cert: certificate.toString('pem') + '\n',
    issue: (leaf) => makeLeaf(leaf, issuing),
    issueAuthority: (below, more) => makeAuthorityBelow(below, more ?? {}, issuing),
  };
}

/** A new authority that stands on its own, valid from an hour ago for ten years unless said. */
export const makeAuthority = (name = 'luci-sso test authority', options: AuthorityOptions = {}): Promise<Authority> =>
  makeAuthorityBelow(name, options);
