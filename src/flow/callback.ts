// SPDX-License-Identifier: MIT
// 3. A login ends: the provider sent the browser back. Reads top to bottom in the order of the
// contract (product.md 3), each failure with its own code; the handshake is spent at `consume`.

import type { Config } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { endSessionUrl } from '../oidc/end-session.ts';
import { loadProvider } from '../oidc/load.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import {
  cacheKey,
  readCachedMetadata,
  refuseWhileDown,
  takeProviderSlot,
} from '../oidc/provider.ts';
import type { Tokens } from '../oidc/token.ts';
import { Refusal } from '../refusal.ts';
import { consumeHandshake, type ConsumedHandshake } from '../session/consume.ts';
import { openHandshake } from '../session/handshake.ts';
import { luciCookies } from '../session/luci-cookie.ts';
import { createLuciSession, luciIdleTime } from '../session/luci.ts';
import { isHttps, redirectUriOf } from '../session/redirect-uri.ts';
import { loadTexts } from '../texts/load.ts';
import { openUbus, type Ubus } from '../ubus/client.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { requireCode, requireIssuer, requireState } from './authorization-response.ts';
import { findRole, subjectHash } from './find-role.ts';
import { rememberAlg } from './last-alg.ts';
import { withProviderKeys, type KeySource } from './provider-keys.ts';
import { requireConfig, requireSetClock, syncChangedRoles } from './settings.ts';
import { withVerifier } from './verifier.ts';

/** Verifies everything, then makes the LuCI session and lands the browser in it. */
export async function finishLogin(exchange: Exchange): Promise<Response> {
  const bus = openUbus(exchange.host);
  const config = requireConfig(exchange, bus);
  const { oidc } = config;
  if (!isHttps(exchange, oidc)) throw new Refusal('HTTPS_REQUIRED', 'callback over plain http');
  requireSetClock(exchange);

  const state = requireState(exchange);
  const redirectUri = redirectUriOf(exchange, oidc);
  const handshake = openHandshake(exchange, oidc, redirectUri, state);
  const key = cacheKey(oidc);
  const cached = readCachedMetadata(exchange, oidc, key);
  requireIssuer(exchange, oidc, cached);
  const code = requireCode(exchange);

  refuseWhileDown(exchange, key);
  takeProviderSlot(exchange);
  const consumed = consumeHandshake(exchange, oidc, handshake);
  await syncChangedRoles(exchange, config);

  const session = await admit(exchange, bus, config, consumed, { code, redirectUri, key, cached });
  const { renderLanding } = await loadTexts();
  for (const cookie of luciCookies(exchange.host, session))
    exchange.headers.push(['Set-Cookie', cookie]);
  return htmlResponse(200, await renderLanding(exchange, consumed.returnTo));
}

interface Answered {
  readonly code: string;
  readonly redirectUri: string;
  /** Name of this provider's state files. */
  readonly key: string;
  readonly cached: ProviderMetadata | undefined;
}

/** Discovery, tokens, claims, role, session; gives the id of the LuCI session. */
async function admit(
  exchange: Exchange,
  bus: Ubus,
  config: Config,
  handshake: ConsumedHandshake,
  answered: Answered,
): Promise<string> {
  const { oidc } = config;
  const { code, redirectUri, key } = answered;
  const { closeConnections, fetchMetadata, openPeer, redeemCode } = await loadProvider();
  const peer = openPeer(exchange.host, oidc, key);
  const metadata = answered.cached ?? fetchMetadata(exchange, peer, oidc, key);
  requireIssuer(exchange, oidc, metadata);

  const tokens = redeemCode(peer, oidc, metadata, {
    code,
    redirectUri,
    codeVerifier: handshake.codeVerifier,
  });
  const isMetadataCached = answered.cached !== undefined;
  const approach = () => Promise.resolve(peer);
  const source = {
    exchange,
    provider: oidc,
    key,
    isMetadataCached,
    approach,
    purpose: 'login',
  } as const;
  const claims = await verifiedClaims(source, metadata, handshake, tokens);
  rememberAlg(exchange.host, oidc, key, tokens.idToken);
  const { identity, role } = await findRole(peer, config, metadata, claims, tokens);
  closeConnections(peer);

  const idleS = oidc.sessionTimeS ?? luciIdleTime(bus);
  const logoutUrl = endSessionUrl(oidc, metadata, redirectUri, tokens.idToken);
  const session = createLuciSession(exchange, bus, {
    handshake,
    claims,
    identity,
    role,
    idleS,
    logoutUrl,
  });
  logExchange(
    exchange,
    'info',
    'LOGIN_SUCCEEDED',
    `provider=${oidc.issuer} sub=${subjectHash(identity.sub)} role=${role.name}`,
  );
  return session;
}

/** The ID token, verified with the provider's keys. */
function verifiedClaims(
  source: KeySource,
  metadata: ProviderMetadata,
  handshake: ConsumedHandshake,
  tokens: Tokens,
): Promise<VerifiedClaims> {
  const { provider } = source;
  return withProviderKeys(source, metadata, (demand) =>
    withVerifier(({ verifyIdToken }) =>
      verifyIdToken({
        ...demand,
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        nonce: handshake.nonce,
        ...(provider.maxAgeS === undefined ? {} : { maxAgeS: provider.maxAgeS }),
        ...(provider.acrValues.length === 0 ? {} : { acrValues: provider.acrValues }),
      }),
    ),
  );
}
