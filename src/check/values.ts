// SPDX-License-Identifier: MIT
// Unsaved values of a form as sections of /etc/config/luci-sso, so that the one reader judges them.

import { Refusal } from '../refusal.ts';
import type { UbusTable, UbusValue } from '../ubus/blobmsg.ts';
import type { Section } from '../uci-options.ts';

const MAX_ROLES = 64;
const PROVIDER_SECTION = { name: 'default', type: 'oidc' } as const;

/**
 * `values` as the page sends them: `provider` and `roles`, each optional; what is absent is taken from
 * `saved`. Refuses with INVALID_INPUT what no form sends.
 */
export function sectionsOf(values: unknown, saved: readonly Section[]): readonly Section[] {
  const { provider, roles } = objectOf(values, 'values');
  const others = saved.filter(({ type }) => type !== 'oidc' && type !== 'role');
  const providers =
    provider === undefined
      ? saved.filter(({ type }) => type === 'oidc')
      : [{ ...PROVIDER_SECTION, values: optionsOf(provider, 'values.provider') }];
  return [...providers, ...rolesOf(roles, saved), ...others];
}

function rolesOf(roles: unknown, saved: readonly Section[]): readonly Section[] {
  if (roles === undefined) return saved.filter(({ type }) => type === 'role');
  if (!Array.isArray(roles) || roles.length > MAX_ROLES)
    throw new Refusal('INVALID_INPUT', `values.roles must be a list of at most ${MAX_ROLES}`);
  return roles.map((role: unknown, index) => {
    const { name, ...options } = objectOf(role, `values.roles[${index}]`);
    if (typeof name !== 'string')
      throw new Refusal('INVALID_INPUT', `values.roles[${index}] has no name`);
    return { name, type: 'role', values: optionsOf(options, `values.roles[${index}]`) };
  });
}

function optionsOf(given: unknown, where: string): UbusTable {
  const options = objectOf(given, where);
  const table: { [name: string]: UbusValue } = {};
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (name.startsWith('.')) continue;
    if (!isText(value) && !(Array.isArray(value) && value.every(isText)))
      throw new Refusal('INVALID_INPUT', `${where}.${name} must be a text or a list of texts`);
    table[name] = value;
  }
  return table;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function objectOf(value: unknown, where: string): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('INVALID_INPUT', `${where} must be an object`);
  return value as { readonly [name: string]: unknown };
}
