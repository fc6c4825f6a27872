// SPDX-License-Identifier: MIT
// What every step of a login needs first: a usable configuration, and https towards the browser.

import type { Config } from '../config.ts';
import { CONFIG_NAME } from '../config.ts';
import { readConfig } from '../config-roles.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

/** Configuration of a switched-on SSO; refuses with SSO_DISABLED or CONFIG_ERROR (all problems logged). */
export function requireConfig(exchange: Exchange, bus: Ubus): Config {
  const read = readConfig(readPackage(bus, CONFIG_NAME));
  if (!read.ok) {
    for (const problem of read.problems) logExchange(exchange, 'error', 'CONFIG_ERROR', printable(problem));
    throw new Refusal('CONFIG_ERROR', printable(read.problems[0] ?? ''));
  }
  if (!read.value.provider.enabled) throw new Refusal('SSO_DISABLED');
  return read.value;
}
