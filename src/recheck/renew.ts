// SPDX-License-Identifier: MIT
// Discovery document and keys are asked for again before they expire, so that a login need not wait for
// them: while a session of SSO lives, or the last login is younger than a day.

import { logLine, printable } from '../log.ts';
import { bootSeconds } from '../luci/kept.ts';
import { lastLogin } from '../luci/logins.ts';
import { freshUntil } from '../oidc/cache.ts';
import { loadProvider } from '../oidc/load.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';

const DAY_S = 86400;
/** Two ticks. */
const AHEAD_S = 120;
const TICK_S = 60;
const RETRY_S = 600;

/**
 * Does it when it is time, and gives the boot second to look again at; 0 = never, until the configuration
 * or the sessions change. A failure is logged and costs no session.
 */
export async function renew(provider: OpenIdProvider, isLive: boolean): Promise<number> {
  const { exchange } = provider;
  const { host } = exchange;
  const nowS = bootSeconds(host);
  const loginS = lastLogin(host);
  if (!isLive && (loginS === 0 || nowS - loginS >= DAY_S)) return 0;
  const dueS = freshUntilOf(provider) - AHEAD_S;
  if (nowS < dueS) return dueS;
  try {
    const { fetchKeys, fetchMetadata } = await loadProvider();
    await fetchKeys(provider, await fetchMetadata(provider));
    return Math.max(freshUntilOf(provider) - AHEAD_S, nowS + TICK_S);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const what = printable(`renewal: ${error.detail}`);
    logLine(host, 'warning', error.code, exchange.correlationId, what);
    return nowS + RETRY_S;
  }
}

function freshUntilOf({ exchange, key }: OpenIdProvider): number {
  const until = ['discovery', 'jwks'].map((name) => freshUntil(exchange.host, `${name}.${key}`));
  return Math.min(...until);
}
