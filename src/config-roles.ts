// SPDX-License-Identifier: MIT
// The `config role` sections. A wrong role makes the whole configuration wrong: left
// out, it would let a later role match, with other rights.

import { matchesPattern } from './codec/fnmatch.ts';
import { readProvider, type Config, type ReadConfig, type Role } from './config.ts';
import { readOptions, type Options, type Section } from './uci-options.ts';

const MAX_ROLE_NAME_CHARS = 32;
const MAX_PATTERN_CHARS = 128;

/** Access groups that every role may read: without them LuCI declares a session expired. */
export const ALWAYS_READ: readonly string[] = ['unauthenticated', 'luci-base'];

/** Provider and roles. */
export function readConfig(sections: readonly Section[]): ReadConfig<Config> {
  const provider = readProvider(sections);
  const problems = provider.ok ? [] : [...provider.problems];
  const roles: Role[] = [];
  for (const section of sections) {
    if (section.type !== 'role') continue;
    const options = readOptions(section);
    roles.push(roleOf(section, options));
    problems.push(...options.problems);
  }
  if (!provider.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { oidc: provider.value, roles } };
}

function roleOf(section: Section, options: Options): Role {
  const { name } = section;
  if (!isRoleName(name)) {
    options.reject(
      '',
      `a role's name must be 1 to ${MAX_ROLE_NAME_CHARS} letters, digits or _, and not 'default'`,
    );
  }
  const role: Role = {
    name,
    email: options.list('email'),
    domain: options.list('domain'),
    group: options.list('group'),
    sub: options.list('sub'),
    isDefault: options.flag('default', false),
    login: options.text('login', ''),
    read: options.list('read'),
    write: options.list('write'),
  };
  requirePatterns('read', role.read, options);
  requirePatterns('write', role.write, options);
  for (const pattern of role.read) {
    const denied = ALWAYS_READ.find((group) => isDenial(pattern, group));
    if (denied !== undefined)
      options.reject(
        'read',
        `'${pattern}' denies '${denied}', without which LuCI ends the session`,
      );
  }
  return role;
}

/** Whether `pattern` denies `group`; rpcd skips blanks behind the `!`, and a lone `!` denies nothing. */
export function isDenial(pattern: string, group: string): boolean {
  const denied = pattern.startsWith('!') ? pattern.slice(1).trimStart() : '';
  return denied !== '' && matchesPattern(denied, group);
}

function requirePatterns(name: string, patterns: readonly string[], options: Options): void {
  for (const pattern of patterns) {
    if (pattern === '' || pattern === '!' || pattern.length > MAX_PATTERN_CHARS) {
      options.reject(name, `an entry must have 1 to ${MAX_PATTERN_CHARS} characters`);
    }
  }
}

function isRoleName(name: string): boolean {
  if (name === '' || name === 'default' || name.length > MAX_ROLE_NAME_CHARS) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const lower = code | 32;
    if (!((lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95)) return false;
  }
  return true;
}
