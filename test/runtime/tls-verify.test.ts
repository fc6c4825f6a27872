// SPDX-License-Identifier: MIT
// Whom the TLS client believes: each row is one server and the one reason that must come of it.
import test, { type ExecutionContext } from 'ava';
import type tls from 'node:tls';
import { makeAuthority, makeSelfSigned, type Authority, type LeafOptions, type Pair } from '../_helpers/certificates.ts';
import { TARGETS, file, folder, greet, GREETING, HAS_IPV6, serveTls, visit, type Findings, type Target, type Visit } from './_tls-probe.ts';

const DAY_MS = 86_400_000;
const days = (count: number): Date => new Date(Date.now() + count * DAY_MS);

interface Row {
  readonly leaf?: LeafOptions;
  readonly server?: tls.TlsOptions;
  readonly visit?: Partial<Visit>;
  /** Makes the server's certificate in some other way. */
  readonly pair?: (authority: Authority) => Promise<Pair>;
  readonly trust?: (authority: Authority, pair: Pair) => string | Promise<string>;
  readonly authority?: () => Promise<Authority>;
  /** What `open` says: a text, or how it begins when that ends in ':'. */
  readonly open: string;
  readonly agreed?: RegExp;
  readonly on?: readonly Target[];
}

const BOTH = TARGETS;
/** mbedTLS 2.28 ends at TLS 1.2. */
const WITH_13 = TARGETS.filter((target) => target !== 'x86_64-mbedtls2');

const ROWS: Readonly<Record<string, Row>> = {
  'TLS 1.3 is spoken': { open: 'ok', agreed: /^TLSv1\.3 TLS1-3-/, on: WITH_13 },
  'TLS 1.2 is spoken': { server: { maxVersion: 'TLSv1.2' }, open: 'ok', agreed: /^TLSv1\.2 TLS-ECDHE-ECDSA-/, on: BOTH },
  'TLS 1.3 with an RSA certificate': { leaf: { keyType: 'rsa' }, open: 'ok', agreed: /^TLSv1\.3 /, on: WITH_13 },
  'TLS 1.2 with an RSA certificate': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2' },
    open: 'ok',
    agreed: /^TLSv1\.2 TLS-ECDHE-RSA-/,
    on: BOTH,
  },
  'TLS 1.2, an RSA certificate, signatures with RSA-PSS only': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2', sigalgs: 'RSA-PSS+SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.2 /,
    on: WITH_13,
  },
  'TLS 1.2, an RSA certificate, signatures with RSA-PSS and SHA-384 only': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2', sigalgs: 'RSA-PSS+SHA384' },
    open: 'ok',
    agreed: /^TLSv1\.2 /,
    on: WITH_13,
  },
  'TLS 1.2, an RSA certificate, signatures with PKCS #1 only': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.2 /,
    on: BOTH,
  },
  'TLS 1.2, an ECDSA certificate, signatures with SHA-256 only': {
    server: { maxVersion: 'TLSv1.2', sigalgs: 'ECDSA+SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.2 /,
    on: BOTH,
  },
  'TLS 1.3, an RSA certificate, signatures with RSA-PSS and SHA-256 only': {
    leaf: { keyType: 'rsa' },
    server: { sigalgs: 'RSA-PSS+SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.3 /,
    on: WITH_13,
  },
  'TLS 1.3, an ECDSA certificate, signatures with SHA-256 only': {
    server: { sigalgs: 'ECDSA+SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.3 /,
    on: WITH_13,
  },
  'TLS 1.2, an RSA certificate, signatures with SHA-1 only, which is not offered': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA1', ciphers: 'DEFAULT@SECLEVEL=0' },
    open: "tls: the server's alert 40",
  },
  'a P-384 certificate': { leaf: { keyType: 'ecdsa-384' }, open: 'ok' },
  'a P-521 certificate': { leaf: { keyType: 'ecdsa-521' }, open: 'ok' },
  'a P-521 certificate with TLS 1.2': { leaf: { keyType: 'ecdsa-521' }, server: { maxVersion: 'TLSv1.2' }, open: 'ok' },
  'an RSA authority': { authority: () => makeAuthority('RSA', { keyType: 'rsa' }), open: 'ok' },
  'an RSA-PSS authority': { authority: () => makeAuthority('PSS', { keyType: 'rsa-pss' }), open: 'ok', on: BOTH },
  'a server that only has X25519': { server: { ecdhCurve: 'X25519' }, open: 'ok' },
  'a server that only has P-256': { server: { ecdhCurve: 'P-256' }, open: 'ok' },
  'a server that only has P-384': { server: { ecdhCurve: 'P-384' }, open: 'ok' },
  'a server that only has P-384, TLS 1.2': { server: { ecdhCurve: 'P-384', maxVersion: 'TLSv1.2' }, open: 'ok' },
  'a server that only has P-521': { server: { ecdhCurve: 'P-521' }, open: 'ok' },
  'a server that only has ChaCha20-Poly1305': {
    server: { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.3 TLS1-3-CHACHA20-POLY1305-SHA256$/,
    on: WITH_13,
  },
  'a server that only has AES-128-GCM': {
    server: { ciphers: 'TLS_AES_128_GCM_SHA256' },
    open: 'ok',
    agreed: /^TLSv1\.3 TLS1-3-AES-128-GCM-SHA256$/,
    on: WITH_13.slice(0, 1),
  },
  'a wildcard certificate': { leaf: { names: ['*.example'] }, open: 'ok' },
  'the name is compared without regard to case': { leaf: { names: ['IDP.Example'] }, open: 'ok' },
  'an address of the certificate, IPv4': {
    leaf: { addresses: ['127.0.0.1'] },
    visit: { name: '127.0.0.1' },
    open: 'ok',
    on: BOTH,
  },
  'an authority that spells its name in other kinds of strings': {
    authority: () => makeAuthority('Spelt', { nameAsIssuer: [{ CN: [{ bmpString: 'nobody' }] }] }),
    open: 'cert-untrusted: no trusted CA vouches for it',
  },
  'an authority whose name is printable here and UTF-8 there': {
    authority: () => makeAuthority('Spelt', { nameAsIssuer: [{ CN: [{ printableString: 'SPELT' }] }] }),
    open: 'ok',
    on: BOTH,
  },
  'an authority whose name is UTF-8 here and printable there': {
    authority: () => makeAuthority('Spelt', { nameAsIssuer: [{ CN: [{ utf8String: 'spelt' }] }] }),
    open: 'ok',
  },
  'a self-signed certificate that is itself in ca_file': {
    pair: () => makeSelfSigned({ names: ['idp.example'] }),
    trust: (_, pair) => pair.cert,
    open: 'ok',
  },

  'TLS 1.1 is refused': {
    server: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    open: "tls: the server's alert 70",
    on: WITH_13,
  },
  'a cipher without forward secrecy is refused': {
    leaf: { keyType: 'rsa' },
    server: { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
    open: "tls: the server's alert 40",
  },
  'a CBC cipher is refused': { server: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }, open: "tls: the server's alert 40" },
  'a certificate for another name': { leaf: { names: ['other.example'] }, open: 'cert-name: other name', on: BOTH },
  "the name is only a part of the certificate's": { leaf: { names: ['my.idp.example'] }, open: 'cert-name: other name' },
  "the certificate's name is only a part of the name": { leaf: { names: ['example'] }, open: 'cert-name: other name' },
  'a wildcard stands for one label only': {
    leaf: { names: ['*.example'] },
    visit: { name: 'a.idp.example' },
    open: 'cert-name: other name',
  },
  'a common name is no name of a host': {
    leaf: { names: ['idp.example'], withoutAlternativeNames: true },
    open: 'cert-name: other name',
    on: BOTH,
  },
  'a certificate for another address': {
    leaf: { addresses: ['127.0.0.2'] },
    visit: { name: '127.0.0.1' },
    open: 'cert-name: other name',
    on: BOTH,
  },
  'an address that stands in the certificate as a name': {
    leaf: { names: ['127.0.0.1'] },
    visit: { name: '127.0.0.1' },
    open: 'cert-name: other name',
  },
  'a name is not proven by the address of the host': {
    leaf: { names: [], addresses: ['127.0.0.1'] },
    open: 'cert-name: other name',
  },
  'an authority that nobody knows': {
    trust: async () => (await makeAuthority('luci-sso test authority')).cert,
    open: 'cert-untrusted: no trusted CA vouches for it',
    on: BOTH,
  },
  'a self-signed certificate': {
    pair: () => makeSelfSigned({ names: ['idp.example'] }),
    open: 'cert-untrusted: no trusted CA vouches for it',
    on: BOTH,
  },
  'another self-signed certificate with the name of the one in ca_file': {
    pair: () => makeSelfSigned({ names: ['idp.example'] }),
    trust: async () => (await makeSelfSigned({ names: ['idp.example'] })).cert,
    open: 'cert-untrusted: no trusted CA vouches for it',
  },
  'a certificate made by a leaf of the authority': {
    pair: async (authority) => {
      const between = await authority.issue({ names: ['idp.example'] });
      const leaf = await makeSelfSigned({ names: ['idp.example'] });
      return { cert: leaf.cert + between.cert, key: leaf.key };
    },
    open: 'cert-untrusted: no trusted CA vouches for it',
  },
  'an expired certificate': {
    leaf: { notBefore: days(-30), notAfter: days(-1) },
    open: 'cert-expired: expired',
    on: BOTH,
  },
  'a certificate that is not valid yet': {
    leaf: { notBefore: days(1), notAfter: days(30) },
    open: 'cert-not-yet-valid: not yet valid',
    on: BOTH,
  },
  'an expired authority': {
    authority: () => makeAuthority('old', { notBefore: days(-30), notAfter: days(-1) }),
    open: 'cert-expired: expired',
  },
  'several faults: all are named, trust comes first': {
    leaf: { names: ['other.example'], notBefore: days(-30), notAfter: days(-1) },
    trust: async () => (await makeAuthority('another')).cert,
    open: 'cert-untrusted: no trusted CA vouches for it, other name, expired',
  },
  'a certificate for clients': { leaf: { usage: 'clientAuth' }, open: 'cert-untrusted: not for TLS servers' },
  'a key of 1024 bits above': {
    authority: () => makeAuthority('weak', { keyType: 'rsa-1024' }),
    open: 'cert-untrusted: weak key',
  },
};

async function meet(t: ExecutionContext, row: Row, target: Target): Promise<Findings> {
  const authority = await (row.authority ?? makeAuthority)();
  const pair = row.pair ? await row.pair(authority) : await authority.issue({ names: ['idp.example'], ...row.leaf });
  const port = await serveTls(t, { cert: pair.cert, key: pair.key, ...row.server }, greet);
  const caFile = await file(t, row.trust ? await row.trust(authority, pair) : authority.cert);
  return visit({ port, caFile, ...GREETING, ...row.visit, target });
}

for (const [title, row] of Object.entries(ROWS)) {
  for (const target of row.on ?? [TARGETS[0]]) {
    test(`${title} (${target})`, async (t) => {
      const found = await meet(t, row, target);
      t.is(found.facts['open'], row.open);
      t.is(found.facts['left'], 'nothing');
      if (row.open !== 'ok') {
        t.is(found.output.length, 0);
        return;
      }
      const name = row.visit?.name === '127.0.0.1' ? 'false' : 'idp.example';
      t.is(found.output.toString(), `hello ${name}`, 'SNI carries the name, and no address');
      t.is(found.facts['received'], 'end');
      if (row.agreed) t.regex(found.facts['agreed'] ?? '', row.agreed);
    });
  }
}

for (const target of BOTH) {
  (HAS_IPV6 ? test : test.skip)(`an address of the certificate, IPv6 (${target})`, async (t) => {
    const authority = await makeAuthority();
    const port = await serveTls(t, await authority.issue({ addresses: ['127.0.0.1', '::1'] }), greet, '::1');
    const caFile = await file(t, authority.cert);
    const found = await visit({ name: '::1', port, caFile, ...GREETING, target });
    t.is(found.facts['open'], 'ok');
    t.is(found.output.toString(), 'hello false');
    const other = await serveTls(t, await authority.issue({ addresses: ['::2'] }), greet, '::1');
    t.is((await visit({ name: '::1', port: other, caFile, target })).facts['open'], 'cert-name: other name');
  });
}

test('an intermediate authority is followed up to the root, and missed when the server leaves it out', async (t) => {
  const root = await makeAuthority('root');
  const between = await root.issueAuthority('between', { keyType: 'ecdsa-384' });
  const leaf = await between.issue({ names: ['idp.example'] });
  const caDir = await folder(t, { 'root.crt': root.cert });
  const whole = await serveTls(t, { cert: leaf.cert + between.cert, key: leaf.key }, greet);
  t.is((await visit({ port: whole, caDir, ...GREETING })).facts['open'], 'ok');
  const part = await serveTls(t, leaf, greet);
  t.is((await visit({ port: part, caDir })).facts['open'], 'cert-untrusted: no trusted CA vouches for it');
});
