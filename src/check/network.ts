// SPDX-License-Identifier: MIT
// Checks of the way to the provider: one connection, made as logins make it; how it failed tells which
// step is to blame.

import { parseHttpsUrl, parseIpv4, parseIpv6 } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { Refusal, type Cause } from '../refusal.ts';
import { RELEASE_TIME_S } from '../version.ts';
import { firstEnd } from './certificate-end.ts';
import type { Context } from './context.ts';
import { fail, pass, skip, warn, type Check, type Finding } from './finding.ts';
import { parseHttpDate } from './http-date.ts';

const CERTIFICATES = '/etc/ssl/certs';
const MAX_CA_BYTES = 4194304;
const CODE = 'DISCOVERY_NETWORK_ERROR';

/** Causes that a connection has failed with before it came to the step. */
const BEFORE_TCP = ['NAME_NOT_RESOLVED', 'CA_FILE_UNUSABLE', 'NO_CA_CERTIFICATES'];
const BEFORE_TLS = [...BEFORE_TCP, 'CONNECTION_FAILED', 'TIMED_OUT'];
const OF_TLS = [
  'CONNECTION_CLOSED',
  'TLS_FAILED',
  'NOT_TLS',
  'CLIENT_CERT_DEMANDED',
  'CERT_UNREADABLE',
  'CERT_UNTRUSTED',
  'CERT_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CA_FILE_UNUSABLE',
  'NO_CA_CERTIFICATES',
];

function hostOf(oidc: OidcConfig): string {
  const parsed = parseHttpsUrl(
    oidc.internalIssuerUrl === '' ? oidc.issuer : oidc.internalIssuerUrl,
  );
  return parsed.ok ? `${parsed.url.host}` : '';
}

const WARNED_DAYS = 30;
const DAY_S = 86400;

function daysUntil(host: Host, end: number | undefined): number | undefined {
  return end === undefined ? undefined : Math.floor((end - host.wallSeconds()) / DAY_S);
}

function checkCaBundle({ host, config }: Context): Finding {
  const { caFile } = config().oidc;
  const own = caFile === '' ? undefined : host.fileRead(caFile, MAX_CA_BYTES);
  if (own !== undefined && !own.ok)
    return fail(
      CODE,
      `ca_file ${caFile}: ${own.reason}`,
      'put the PEM file there, or unset ca_file',
    );
  const daysLeft = own === undefined ? undefined : daysUntil(host, firstEnd(own.bytes));
  if (daysLeft !== undefined && daysLeft < WARNED_DAYS)
    return warn(
      `a certificate in ${caFile} ${daysLeft < 0 ? 'has ended' : `ends in ${daysLeft} days`}`,
      'put the next certificate of that authority into the file, beside the old one',
    );
  const listed = host.directoryList(CERTIFICATES);
  const count = (listed.ok ? listed.names : []).filter(
    (name) => name.endsWith('.crt') || name.endsWith('.pem'),
  ).length;
  if (count > 0)
    return pass(`${count} files in ${CERTIFICATES}${own === undefined ? '' : `, and ${caFile}`}`);
  if (own !== undefined) return pass(`${caFile} only`);
  return fail(CODE, `${CERTIFICATES} has no certificate`, 'install the package ca-bundle');
}

async function checkDns({ config, connection }: Context): Promise<Finding> {
  const { oidc } = config();
  if (oidc.internalAddress !== '') return skip(`internal_address is ${oidc.internalAddress}`);
  const name = hostOf(oidc);
  if (parseIpv4(name) !== undefined || parseIpv6(name) !== undefined)
    return skip('the provider is an address');
  const connected = await connection();
  if (connected.ok) return pass(`${name} was found`);
  if (connected.cause === 'TIMED_OUT')
    return warn(
      `neither name server nor ${name} answered in time`,
      "look at the router's name servers",
    );
  if (connected.cause !== 'NAME_NOT_RESOLVED')
    return afterStep(
      connected.cause,
      ['CA_FILE_UNUSABLE', 'NO_CA_CERTIFICATES'],
      `${name} was found`,
    );
  return failedBy(connected.cause, `${name}, ${connected.detail}`);
}

/** With the words of the cause. */
function failedBy(cause: Cause, detail: string): Finding {
  return { ...fail(CODE, printable(detail)), cause };
}

async function checkTcp({ config, connection }: Context): Promise<Finding> {
  const connected = await connection();
  const name = hostOf(config().oidc);
  if (connected.ok) return pass(`${name} accepts connections`);
  if (!['CONNECTION_FAILED', 'TIMED_OUT'].includes(connected.cause))
    return afterStep(connected.cause, BEFORE_TCP, `${name} accepts connections`);
  return failedBy(connected.cause, connected.detail);
}

async function checkChain({ connection }: Context): Promise<Finding> {
  const connected = await connection();
  if (connected.ok) return pass(`trusted, ${connected.agreed}`);
  const { cause, detail } = connected;
  if (cause === 'CERT_NAME_MISMATCH' && detail.includes('expired'))
    return failedBy('CERT_EXPIRED', detail);
  return OF_TLS.includes(cause) ? failedBy(cause, detail) : afterStep(cause, BEFORE_TLS, 'trusted');
}

async function checkNames({ config, connection }: Context): Promise<Finding> {
  const connected = await connection();
  const name = hostOf(config().oidc);
  if (connected.ok) return pass(`the certificate is for ${name}`);
  const { cause, detail } = connected;
  if (cause === 'CERT_NAME_MISMATCH' || detail.includes('other name'))
    return failedBy('CERT_NAME_MISMATCH', name);
  return cause.startsWith('CERT_')
    ? pass(`the certificate is for ${name}`)
    : skip(`not reached: ${cause}`);
}

/** The step is passed when the connection failed later, and was not reached when it failed before. */
function afterStep(cause: string, before: readonly string[], text: string): Finding {
  return before.includes(cause) ? skip(`not reached: ${cause}`) : pass(text);
}

/** Beyond a Date header's whole seconds and the answer's way. */
const NEAR_S = 10;

async function checkClock({ host, config, discovery }: Context): Promise<Finding> {
  if (host.wallSeconds() < RELEASE_TIME_S)
    return fail('CLOCK_UNSET', "the clock is before this program's release");
  let date: string;
  try {
    date = (await discovery()).response.headers.get('date') ?? '';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return skip("not before this program's release; the provider could not be asked");
  }
  const there = parseHttpDate(date);
  if (there === undefined)
    return pass("not before this program's release; the provider sends no date");
  const now = host.wallSeconds();
  const off = Math.abs(now - there);
  const text = `${off} s ${now < there ? 'behind' : 'ahead of'} the provider`;
  const fix = 'let NTP work on both sides; clock_tolerance bridges what is left';
  if (off > Math.max(config().oidc.clockToleranceS, NEAR_S))
    return fail(now < there ? 'TOKEN_ISSUED_IN_FUTURE' : 'TOKEN_EXPIRED', text, fix);
  return off > NEAR_S ? warn(text, fix) : pass(off <= 1 ? 'the same as at the provider' : text);
}

export const NETWORK_CHECKS: readonly Check[] = [
  { id: 'ca_bundle', title: 'CA certificates', needs: ['config'], run: checkCaBundle },
  { id: 'dns', title: 'Name', needs: ['config'], run: checkDns },
  { id: 'tcp', title: 'Connection', needs: ['config', 'dns'], run: checkTcp },
  { id: 'tls_chain', title: 'Certificate chain', needs: ['config', 'dns', 'tcp'], run: checkChain },
  { id: 'tls_names', title: 'Certificate name', needs: ['config', 'dns', 'tcp'], run: checkNames },
  { id: 'clock', title: 'Clock', needs: [], run: checkClock },
];
