// SPDX-License-Identifier: MIT
// The ucode implementation of the same name wrote the same configuration file (0.9, 0.10): what its values mean
// otherwise here (docs/upgrading.md).

import { parseHttpsUrl } from '../codec/url.ts';
import type { UbusTable } from '../ubus/blobmsg.ts';
import type { Section } from '../uci-options.ts';
import type { Context } from './context.ts';
import { pass, warn, type Check, type Finding } from './finding.ts';

/** Written by etc/uci-defaults/90-luci-sso after an upgrade; emptied by the owner. */
const TAKEN_OVER = '/etc/luci-sso/taken-over';
const MAX_MARK_BYTES = 64;

function checkEarlier({ host, sections }: Context): Finding {
  const mark = host.fileRead(TAKEN_OVER, MAX_MARK_BYTES);
  const isTakenOver = mark.ok && mark.bytes.length > 0;
  const found = [...unread(sections), ...(isTakenOver ? otherwise(sections) : [])];
  if (found.length > 0)
    return warn(
      found.join('; '),
      `change what is not meant so (docs/upgrading.md)${isTakenOver ? `, then empty ${TAKEN_OVER}` : ''}`,
    );
  return pass('nothing means something else than in the earlier implementation');
}

/** What nothing here reads, so nobody but the earlier implementation can have meant it. */
function unread(sections: readonly Section[]): readonly string[] {
  const provider = sections.find(({ name }) => name === 'default')?.values ?? {};
  const found: string[] = [];
  for (const { name, type, values } of sections) {
    if (type === 'user') found.push(`section ${name} of type user is not read, only roles are`);
    if (type !== 'role' && name !== 'default') continue;
    const issuer = values['sub_issuer'] ?? provider['issuer_url'];
    if (issuer !== provider['issuer_url'])
      found.push(`sub_issuer of ${name} is not read: its sub rules count at any issuer_url`);
  }
  const internal = parseHttpsUrl(text(provider, 'internal_issuer_url'));
  if (internal.ok && internal.url.path !== '/' && internal.url.path !== '')
    found.push('the path of internal_issuer_url is not read: that of issuer_url is used');
  return found;
}

/** What is right here, and was something else there. */
function otherwise(sections: readonly Section[]): readonly string[] {
  const provider = sections.find(({ name }) => name === 'default')?.values ?? {};
  const found: string[] = [];
  if (['on', 'true', 'yes', 'enabled'].includes(text(provider, 'enabled')))
    found.push(`enabled '${text(provider, 'enabled')}' switches on, and only 1 did`);
  const roles = sections.filter(({ type }) => type === 'role');
  const partly = roles.filter(({ values }) => hasAll(values, 'read') !== hasAll(values, 'write'));
  for (const { name } of partly)
    found.push(
      `read and write of role ${name} are counted separately: * in one of them allowed everything in 0.9`,
    );
  if (roles.length > 1)
    found.push('of several roles the first that matches counts: 0.9 added up their read and write');
  if (
    provider['require_email_verified'] === undefined &&
    roles.some(({ values }) => values['email'] !== undefined)
  )
    found.push('require_email_verified is 1 when it is not set: 0.9 took any address');
  return found;
}

function text(values: UbusTable, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

function hasAll(values: UbusTable, name: string): boolean {
  const value = values[name];
  return Array.isArray(value) ? value.includes('*') : value === '*';
}

export const EARLIER_CHECKS: readonly Check[] = [
  { id: 'earlier', title: 'Values of the earlier implementation', needs: [], run: checkEarlier },
];
