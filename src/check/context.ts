// SPDX-License-Identifier: MIT
// What checks look at: one configuration, and what the provider answers to it. Each answer is asked
// for once, by the code that logins use, but from no cache and into none.

import { readConfig } from '../config-roles.ts';
import type { Config, OidcConfig, ReadConfig } from '../config.ts';
import { newCorrelationId, type Exchange } from '../exchange.ts';
import type { Host } from '../host.ts';
import { NO_REQUEST } from '../http/request.ts';
import { printable } from '../log.ts';
import type { Discovered } from '../oidc/discovery.ts';
import { loadProvider } from '../oidc/load.ts';
import { once, type OpenIdProvider } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';
import type { Connected } from '../tls-http/client.ts';
import type { Ubus } from '../ubus/client.ts';
import type { Section } from '../uci-options.ts';

/** rpcd's callers wait 20 s at most, and a page shows progress: one check has 10 s, start and all. */
const CHECK_TIMEOUT_MS = 9000;

/** Members that ask somebody refuse as a login does. */
export interface Context {
  readonly host: Host;
  readonly bus: Ubus;
  /** False: these values are somebody's draft, and not what the router uses. */
  readonly isSaved: boolean;
  readonly sections: readonly Section[];
  readonly read: ReadConfig<Config>;
  /** Refuses with CONFIG_ERROR. */
  readonly config: () => Config;
  /** Refuses with CONFIG_ERROR. */
  readonly provider: () => OpenIdProvider;
  readonly connection: () => Promise<Connected>;
  /** The document as it came. */
  readonly discovery: () => Promise<Discovered>;
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
  let deadline = 0;
  const begin = (): void => {
    deadline = host.bootMilliseconds() + CHECK_TIMEOUT_MS;
  };
  begin();

  const config = (): Config => {
    if (!read.ok) throw new Refusal('CONFIG_ERROR', read.problems.join('; '));
    return read.value;
  };
  const connection = once(async () => {
    const { connectHttps, documentUrl } = await loadProvider();
    return connectHttps(await provider().client(), documentUrl(config().oidc));
  });
  const discovery = once(async () => {
    const connected = await connection();
    if (!connected.ok)
      throw new Refusal(
        'DISCOVERY_NETWORK_ERROR',
        `${connected.cause} (${printable(connected.detail)})`,
      );
    return (await loadProvider()).fetchDocument(provider());
  });
  let opened: OpenIdProvider | undefined;
  const provider = (): OpenIdProvider =>
    (opened ??= openUncached(exchange, config().oidc, discovery, () => deadline));
  const close = async (): Promise<void> => opened?.close();

  return {
    host,
    bus,
    isSaved,
    sections,
    read,
    config,
    provider,
    connection,
    discovery,
    begin,
    close,
  };
}

/** The provider as it is now; its metadata are of the one document that all checks look at. */
function openUncached(
  exchange: Exchange,
  config: OidcConfig,
  discovery: () => Promise<Discovered>,
  deadlineOf: () => number,
): OpenIdProvider {
  let isOpen = false;
  const provider: OpenIdProvider = {
    exchange,
    config,
    cache: 'off',
    key: '',
    cachedMetadata: () => undefined,
    metadata: once(async () => {
      const { document } = await discovery();
      return (await loadProvider()).checkMetadata(exchange, config, document);
    }),
    keys: once(async () => {
      const metadata = await provider.metadata();
      return (await loadProvider()).fetchKeys(provider, metadata);
    }),
    isFresh: () => true,
    acquire: () => undefined,
    client: once(async () => {
      const client = (await loadProvider()).openClient(provider);
      isOpen = true;
      return {
        ...client,
        get deadline() {
          return deadlineOf();
        },
      };
    }),
    close: async () => {
      if (isOpen) (await loadProvider()).closeConnections(await provider.client());
    },
  };
  return provider;
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
