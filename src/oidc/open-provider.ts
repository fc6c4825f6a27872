// SPDX-License-Identifier: MIT
// The provider of a login or a logout: what is not in its cache is asked for through the chunk that can
// talk to it (OIDC Discovery 4). Apart from provider.ts, which that chunk uses itself.

import type { OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { loadProvider } from './load.ts';
import type { ProviderMetadata } from './metadata.ts';
import {
  cacheKey,
  once,
  readCachedMetadata,
  refuseWhileDown,
  takeProviderSlot,
  type OpenIdProvider,
} from './provider.ts';

/** Asks nothing yet. */
export function openProvider(exchange: Exchange, config: OidcConfig): OpenIdProvider {
  let isAcquired = false;
  let isFresh = true;
  let isOpen = false;
  let isRead = false;
  let cached: ProviderMetadata | undefined;
  const provider: OpenIdProvider = {
    exchange,
    config,
    cache: 'use',
    key: cacheKey(config),
    cachedMetadata: () => {
      if (!isRead) cached = readCachedMetadata(provider);
      isRead = true;
      return cached;
    },
    metadata: once(async () => {
      const known = provider.cachedMetadata();
      if (known !== undefined) isFresh = false;
      return known ?? (await loadProvider()).fetchMetadata(provider);
    }),
    keys: once(async () => {
      const metadata = await provider.metadata();
      const { fetchKeys, readCachedKeys } = await loadProvider();
      const known = readCachedKeys(provider, metadata);
      if (known !== undefined) isFresh = false;
      return known ?? fetchKeys(provider, metadata);
    }),
    isFresh: () => isFresh,
    acquire: () => {
      if (isAcquired) return;
      refuseWhileDown(provider);
      takeProviderSlot(exchange);
      isAcquired = true;
    },
    client: once(async () => {
      provider.acquire();
      const { openClient } = await loadProvider();
      isOpen = true;
      return openClient(provider);
    }),
    close: async () => {
      if (isOpen) (await loadProvider()).closeConnections(await provider.client());
    },
  };
  return provider;
}
