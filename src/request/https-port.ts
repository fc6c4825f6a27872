// SPDX-License-Identifier: MIT
// Where this router's own https is.

import { parseAuthority } from '../codec/url.ts';
import type { Ubus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';

/** Port of uhttpd's first TLS listener (`list listen_https '0.0.0.0:443'`), if it has one. */
export function httpsPort(bus: Ubus): string | undefined {
  for (const section of readPackage(bus, 'uhttpd')) {
    const value = section.values['listen_https'];
    const first = Array.isArray(value) ? value[0] : value;
    if (section.type !== 'uhttpd' || typeof first !== 'string') continue;
    const port = first.slice(first.lastIndexOf(':') + 1);
    const parsed = parseAuthority(`router:${port}`);
    if (parsed.ok) return String(parsed.port);
  }
  return undefined;
}
