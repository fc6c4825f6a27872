// SPDX-License-Identifier: MIT
// What checks look at: one configuration, and what the provider answers to it. Each answer is asked
// for once, by the code that logins use, but from no cache and into none.

import type { JsonObject } from '../codec/json.ts';
import { readConfig } from '../config-roles.ts';
import type { Config, ReadConfig } from '../config.ts';
import { newCorrelationId, type Exchange } from '../exchange.ts';
import type { Host } from '../host.ts';
import { NO_REQUEST } from '../http/request.ts';
import { printable } from '../log.ts';
import type { KeySet } from '../oidc/jwks.ts';
import { loadProvider } from '../oidc/load.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import { Refusal } from '../refusal.ts';
import type { Connected, Connection, HttpsAnswer, HttpsPeer } from '../tls-http/client.ts';
import type { Ubus } from '../ubus/client.ts';
import type { Section } from '../uci-options.ts';

/** rpcd's callers wait 20 s at most, and a page shows progress: one check has 10 s, start and all. */
const CHECK_TIMEOUT_MS = 9000;

/** The discovery document as it came. */
export interface Asked {
  readonly document: JsonObject;
  readonly answer: HttpsAnswer;
}

/** Members that ask somebody refuse as a login does. */
export interface Context {
  readonly host: Host;
  readonly bus: Ubus;
  /** False: these values are somebody's draft, and not what the router uses. */
  readonly isSaved: boolean;
  readonly sections: readonly Section[];
  readonly read: ReadConfig<Config>;
  readonly exchange: Exchange;
  /** Refuses with CONFIG_ERROR. */
  readonly config: () => Config;
  readonly peer: () => Promise<HttpsPeer>;
  readonly connection: () => Promise<Connected>;
  readonly discovery: () => Promise<Asked>;
  readonly metadata: () => Promise<ProviderMetadata>;
  readonly keys: () => Promise<KeySet>;
  /** The next check's time begins. */
  readonly begin: () => void;
  readonly close: () => Promise<void>;
}

/** `sections` as of /etc/config/luci-sso; SSO counts as switched on, because that is the question. */
export function newContext(
  host: Host,
  bus: Ubus,
  sections: readonly Section[],
  isSaved: boolean,
): Context {
  const read = readAsEnabled(sections);
  const exchange = {
    host,
    request: NO_REQUEST,
    correlationId: newCorrelationId(host),
    headers: [],
  };
  const connections = new Map<string, Connection>();
  let deadline = host.bootMilliseconds() + CHECK_TIMEOUT_MS;

  const config = (): Config => {
    if (!read.ok) throw new Refusal('CONFIG_ERROR', read.problems.join('; '));
    return read.value;
  };
  const peer = async (): Promise<HttpsPeer> => {
    const { openPeer } = await loadProvider();
    return { ...openPeer(host, config().oidc, ''), deadline, connections };
  };
  const connection = once(async () => {
    const { connectHttps, documentUrl } = await loadProvider();
    return connectHttps(await peer(), documentUrl(config().oidc));
  });
  const discovery = once(async () => {
    const connected = await connection();
    if (!connected.ok)
      throw new Refusal(
        'DISCOVERY_NETWORK_ERROR',
        `${connected.cause} (${printable(connected.detail)})`,
      );
    const { askDocument } = await loadProvider();
    return askDocument(await peer(), config().oidc);
  });
  const metadata = once(async () => {
    const { document } = await discovery();
    const { checkMetadata } = await loadProvider();
    return checkMetadata(exchange, config().oidc, document);
  });
  const keys = once(async () => {
    const { askKeys } = await loadProvider();
    return askKeys(exchange, await peer(), config().oidc, await metadata());
  });

  return {
    host,
    bus,
    isSaved,
    sections,
    read,
    exchange,
    config,
    peer,
    connection,
    discovery,
    metadata,
    keys,
    begin: () => {
      deadline = host.bootMilliseconds() + CHECK_TIMEOUT_MS;
    },
    close: async () => {
      if (connections.size > 0) (await loadProvider()).closeConnections(await peer());
    },
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** What is wrong as it stands comes first: a wrong `enabled` must not hide behind ours. */
function readAsEnabled(sections: readonly Section[]): ReadConfig<Config> {
  const asIs = readConfig(sections);
  if (!asIs.ok) return asIs;
  return readConfig(
    sections.map((section) =>
      section.name === 'default'
        ? { ...section, values: { ...section.values, enabled: '1' } }
        : section,
    ),
  );
}
