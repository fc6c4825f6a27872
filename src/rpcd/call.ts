// SPDX-License-Identifier: MIT
// What every method of the plugin gets.

import type { JsonObject } from '../codec/json.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import type { Ubus } from '../ubus/client.ts';

/** One call: who calls, and with what. */
export interface Call {
  readonly host: Host;
  readonly bus: Ubus;
  readonly input: JsonObject;
  /** The caller's session id as rpcd's front ends put it in; '' from the shell. */
  readonly session: string;
}

/** A text argument; refuses with INVALID_INPUT when there is none. */
export function requireArgument({ input }: Call, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new Refusal('INVALID_INPUT', `${name} must be a text`);
  return value;
}
