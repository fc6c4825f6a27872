// SPDX-License-Identifier: MIT
// Rules of roles that can never match, by what the matcher accepts (access/roles.ts), and what was meant.

import { isWithin } from '#native';
import { isPlainAddress } from '../access/roles.ts';
import { isVisibleAscii } from '../codec/chars.ts';
import { RULE_KINDS, type Role, type RuleKind } from '../config.ts';

const MAX_SUBJECT_CHARS = 255;

export interface DeadRule {
  readonly kind: RuleKind;
  readonly value: string;
  /** What to do instead. */
  readonly fix: string;
}

/** The first rule of a role that nobody can ever match. */
export function deadRuleOf(role: Pick<Role, DeadRule['kind']>): DeadRule | undefined {
  for (const kind of RULE_KINDS) {
    for (const value of role[kind]) {
      const fix = WHY[kind](value);
      if (fix !== '') return { kind, value, fix };
    }
  }
  return undefined;
}

/** '' for a rule that somebody can match. */
const WHY: Readonly<Record<DeadRule['kind'], (value: string) => string>> = {
  email(value) {
    const [local = '', domain = ''] = value.split('@');
    if (value.startsWith('@') || local === '*')
      return isDomain(domain) ? `use domain '${domain}' for everybody there` : WHOLE;
    const bare = value.slice(value.lastIndexOf('<') + 1).split('>')[0] ?? '';
    const address = bare.startsWith('mailto:') ? bare.slice(7) : bare.trim();
    if (isPlainAddress(value) && address === value && !value.includes('*')) return '';
    return isPlainAddress(address) && !address.includes('*') ? `write '${address}'` : WHOLE;
  },
  domain(value) {
    if (isDomain(value)) return '';
    const name = value.slice(value.lastIndexOf('@') + 1).trim();
    const bare =
      name.startsWith('*.') || name.startsWith('.') ? name.slice(name.indexOf('.') + 1) : name;
    if (!isDomain(bare)) return 'write the part of an address that follows the @, without blanks';
    return bare === name
      ? `write '${bare}'`
      : `write '${bare}', and a rule for each domain below it: there are no patterns here`;
  },
  group: (value) => (value === '' ? 'write the name of a group' : ''),
  sub: (value) =>
    value !== '' && value.length <= MAX_SUBJECT_CHARS && isWithin(value, 32, 126)
      ? ''
      : 'copy the subject from the log or from the provider: it has 1 to 255 ASCII characters',
};

const WHOLE =
  'write a whole address, such as name@domain, without blanks; there are no patterns here';

/** What can stand behind the @ of an address. */
function isDomain(text: string): boolean {
  const wrong = ['@', '*', '/', '?', ',', ';', '<', '>', '"', '..'];
  return (
    text !== '' &&
    isVisibleAscii(text) &&
    !text.startsWith('.') &&
    !wrong.some((part) => text.includes(part))
  );
}
