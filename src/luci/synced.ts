// SPDX-License-Identifier: MIT
// The note that rpcd and the live sessions are as the roles want them. `uci commit` in a shell fires no
// trigger, so each login compares it with the roles of now. Apart from sync.ts because a start reads no more of it.

import { decodeUtf8, encodeUtf8 } from '#native';
import type { Config } from '../config.ts';
import type { Host } from '../host.ts';

const FILE = 'roles';
const MAX_BYTES = 65536;

export function isSynced(host: Host, config: Config): boolean {
  const noted = host.stateRead(FILE, MAX_BYTES);
  return noted.ok && decodeUtf8(noted.bytes) === noteOf(config);
}

/** `undefined` while it is not certain. A note that is not written costs a needless sync. */
export function noteSynced(host: Host, config: Config | undefined): void {
  if (config === undefined) host.stateRemove(FILE);
  else host.stateReplace(FILE, encodeUtf8(noteOf(config)));
}

function noteOf({ oidc, roles }: Config): string {
  return JSON.stringify([oidc.issuer, oidc.enabled, roles]);
}
