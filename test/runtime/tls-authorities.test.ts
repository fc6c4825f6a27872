// SPDX-License-Identifier: MIT
// Who may issue certificates: what basicConstraints (RFC 5280 section 4.2.1.9) of the certificate above a server's
// must say. An impostor who has any certificate of a trusted authority must not get any further with it.
import test from 'ava';
import { makeAuthority, standardExtension, type Authority, type AuthorityOptions } from '../_helpers/certificates.ts';
import { TARGETS, file, greet, GREETING, serveTls, visit, type Target } from './_tls-probe.ts';

interface Row {
  /** DER of each basicConstraints of the certificate in the middle. */
  readonly between: readonly string[];
  /** The same of another one below it. */
  readonly below?: readonly string[];
  /** Or of the root. */
  readonly root?: readonly string[];
  readonly open: string;
  readonly on?: readonly Target[];
}

const CA = '30030101ff';
const NO_CHAIN = 'cert-untrusted: no trusted CA vouches for it';
/** Refused by mbedTLS, which does not read such a certificate at all, or by our own check where it does. */
const UNREADABLE = 'unreadable';

const ACCEPTED: Readonly<Record<string, Row>> = {
  'CA:TRUE': { between: [CA], open: 'ok', on: TARGETS },
  'CA:TRUE, pathlen 0, above a server': { between: ['30060101ff020100'], open: 'ok', on: TARGETS },
  'CA:TRUE, pathlen 1, above another authority': { between: ['30060101ff020101'], below: [CA], open: 'ok' },
  'CA:TRUE, pathlen 127': { between: ['30060101ff02017f'], open: 'ok' },
  'CA:TRUE, pathlen 128, in two bytes': { between: ['30070101ff02020080'], open: 'ok' },
  'CA:TRUE with a length in two bytes, which is not DER but can only mean this': { between: ['3081030101ff'], open: 'ok' },
  'a root with CA:TRUE, pathlen 1': { root: ['30060101ff020101'], between: [CA], open: 'ok' },
};

const REFUSED: Readonly<Record<string, Row>> = {
  'pathlen without CA, CVE-2026-49300': { between: ['3003020101'], open: UNREADABLE, on: TARGETS },
  'pathlen 0 without CA': { between: ['3003020100'], open: UNREADABLE },
  'CA:FALSE with pathlen 1, CVE-2026-49300': { between: ['3006010100020101'], open: NO_CHAIN, on: TARGETS },
  'CA:FALSE with pathlen 0': { between: ['3006010100020100'], open: NO_CHAIN },
  'CA:FALSE': { between: ['3003010100'], open: NO_CHAIN, on: TARGETS },
  'an empty sequence, as in most server certificates': { between: ['3000'], open: NO_CHAIN, on: TARGETS },
  'no basicConstraints': { between: [], open: NO_CHAIN, on: TARGETS },
  'CA by another value than 255': { between: ['3003010101'], open: UNREADABLE },
  'CA of two bytes': { between: ['30040102ffff'], open: UNREADABLE },
  'CA of no bytes': { between: ['30020100'], open: UNREADABLE },
  'an integer instead of CA: 1': { between: ['3006020101020101'], open: UNREADABLE },
  'an integer instead of CA: 255': { between: ['3004020200ff'], open: UNREADABLE },
  'something after pathlen': { between: ['30080101ff0201010500'], open: UNREADABLE },
  'something after CA that is not a number': { between: ['30050101ff0500'], open: UNREADABLE },
  'pathlen before CA': { between: ['30060201010101ff'], open: UNREADABLE },
  'something after the sequence': { between: [`${CA}0500`], open: UNREADABLE },
  'nothing at all': { between: [''], open: UNREADABLE },
  'a set instead of a sequence': { between: ['31030101ff'], open: UNREADABLE },
  'a length that is longer than what is there': { between: ['30040101ff'], open: UNREADABLE },
  'a negative pathlen': { between: ['30060101ff0201ff'], open: UNREADABLE },
  'a pathlen beyond all numbers': { between: ['300e0101ff02097fffffffffffffffff'], open: UNREADABLE },
  'the largest pathlen of 32 bits': { between: ['30090101ff02047fffffff'], open: UNREADABLE },
  twice: { between: [CA, CA], open: UNREADABLE },
  'once CA, once not': { between: [CA, '3000'], open: UNREADABLE },
  'once not, once CA': { between: ['3000', CA], open: UNREADABLE },
  'another authority below pathlen 0': { between: ['30060101ff020100'], below: [CA], open: NO_CHAIN, on: TARGETS },
  'another authority below a root with pathlen 0': { root: ['30060101ff020100'], between: [CA], open: NO_CHAIN, on: TARGETS },
  'a server certificate below a true authority': { between: [CA], below: ['3000'], open: NO_CHAIN },
  'pathlen without CA below a true authority': { between: [CA], below: ['3003020101'], open: UNREADABLE },
  'a root with CA:FALSE': { root: ['3000'], between: [CA], open: NO_CHAIN },
};

const saying = (hex: readonly string[]): AuthorityOptions =>
  hex.length === 0 ? { withoutBasicConstraints: true } : { extensions: hex.map((one) => standardExtension(19, Buffer.from(one, 'hex'))) };

async function chainOf(row: Row): Promise<{ readonly root: Authority; readonly issuer: Authority; readonly between: string }> {
  const root = await makeAuthority('root', row.root === undefined ? {} : saying(row.root));
  const between = await root.issueAuthority('between', saying(row.between));
  if (row.below === undefined) return { root, issuer: between, between: between.cert };
  const below = await between.issueAuthority('below', saying(row.below));
  return { root, issuer: below, between: below.cert + between.cert };
}

for (const [verb, rows] of [
  ['accepted', ACCEPTED],
  ['refused', REFUSED],
] as const) {
  for (const [title, row] of Object.entries(rows)) {
    for (const target of row.on ?? [TARGETS[0]]) {
      test(`${verb} above a server: ${title} (${target})`, async (t) => {
        const { root, issuer, between } = await chainOf(row);
        const leaf = await issuer.issue({ names: ['idp.example'] });
        const port = await serveTls(t, { cert: leaf.cert + between, key: leaf.key }, greet);
        const found = await visit({ port, caFile: await file(t, root.cert), ...GREETING, target });
        if (row.open === UNREADABLE) t.regex(found.facts['open'] ?? '', /^(?:tls: -0x25|cert-untrusted: )/);
        else t.is(found.facts['open'], row.open);
        t.is(found.output.toString(), row.open === 'ok' ? 'hello idp.example' : '');
        t.is(found.facts['left'], 'nothing');
      });
    }
  }
}
