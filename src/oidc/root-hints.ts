// SPDX-License-Identifier: MIT
// Where the roots stand that vouched for the provider's servers last: without it each connection
// reads all CA files. Hints, no trust (host.ts), so nothing is lost with the file.

import type { Host } from '../host.ts';
import type { RootHints } from '../tls-http/client.ts';
import { MAX_DOCUMENT_AGE_S, readCache, writeCache } from './cache.ts';

const MAX_BYTES = 4096;
/** A provider has endpoints on two or three servers; metadata that names more forgets some. */
const MAX_SERVERS = 6;

/** The hints of this provider's state file, which is read now and written when one changes. */
export function rememberedRoots(host: Host, key: string): RootHints {
  const name = `root.${key}`;
  const cached = readCache(host, name, MAX_BYTES, MAX_DOCUMENT_AGE_S) ?? {};
  const known = new Map<string, unknown>(Object.entries(cached));
  return {
    get: (server) => {
      const root = known.get(server);
      return typeof root === 'string' ? root : '';
    },
    set: (server, root) => {
      if (known.size >= MAX_SERVERS) known.clear();
      known.set(server, root);
      writeCache(host, name, Object.fromEntries(known), MAX_DOCUMENT_AGE_S);
    },
  };
}
