// SPDX-License-Identifier: MIT
// rpcd's door: the ubus object `luci-sso` of the settings page. rpcd starts the program with `list`
// once, and with `call <method>` for each call, JSON on standard input and output (rpcd: plugin.c).

import { encodeUtf8 } from '../codec/utf8.ts';
import type { Host } from '../host.ts';

/** Method -> its arguments by example, as rpcd wants them. */
const METHODS = {
  status: {},
  check: { id: 'id', values: {} },
  sessions: {},
  end_session: { id: 'id' },
  acl_groups: {},
} as const;

/** Answers `list` or one `call`. rpcd looks at the output only; the exit status is for people. */
export function runPlugin(host: Host): number {
  const [, verb] = host.args();
  if (verb === 'list') {
    host.writeOutput(encodeUtf8(`${JSON.stringify(METHODS)}\n`));
    return 0;
  }
  return 1;
}
