// SPDX-License-Identifier: MIT
// 3. A login ends: the provider sent the browser back. Reads top to bottom in the order of the
// contract (product.md 3), each failure with its own code; the handshake is spent at `consume`.

import type { Config, Provider } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { loadProvider, loadTexts } from '../load.ts';
import { endSessionUrl } from '../oidc/end-session.ts';
import {
  cacheKey,
  readCachedMetadata,
  refuseWhileDown,
  takeProviderSlot,
  type ProviderMetadata,
} from '../oidc/provider.ts';
import type { Tokens } from '../oidc/token.ts';
import { Refusal } from '../refusal.ts';
import { consumeHandshake, type ConsumedHandshake } from '../session/consume.ts';
import { openHandshake } from '../session/handshake.ts';
import { luciCookies } from '../session/luci-cookie.ts';
import { createLuciSession, luciIdleTime } from '../session/luci.ts';
import { isHttps, redirectUriOf } from '../session/redirect-uri.ts';
import { LUCI_PATH } from '../session/return-to.ts';
import type { HttpsPeer } from '../tls-http/client.ts';
import { openUbus, type Ubus } from '../ubus/client.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { RELEASE_TIME_S } from '../version.ts';
import { requireCode, requireIssuer, requireState } from './authorization-response.ts';
import { findRole, subjectHash } from './find-role.ts';
import { requireConfig, syncChangedRoles } from './settings.ts';
import { withVerifier } from './verifier.ts';

/** Codes that a key rotation at the provider explains: worth one look at fresh documents. */
const ROTATION_CODES = [
  'KEY_NOT_FOUND',
  'KEY_UNUSABLE',
  'NO_KEYS_AVAILABLE',
  'UNSUPPORTED_ALGORITHM',
  'INVALID_SIGNATURE',
];

/** Verifies everything, then makes the LuCI session and lands the browser in it. */
export async function finishLogin(exchange: Exchange): Promise<Response> {
  const bus = openUbus(exchange.host);
  const config = requireConfig(exchange, bus);
  const { provider } = config;
  if (!isHttps(exchange, provider)) throw new Refusal('HTTPS_REQUIRED', 'callback over plain http');
  requireSetClock(exchange);

  const state = requireState(exchange);
  const redirectUri = redirectUriOf(exchange, provider);
  const handshake = openHandshake(exchange, provider, redirectUri, state);
  const key = cacheKey(provider);
  const cached = readCachedMetadata(exchange, provider, key);
  requireIssuer(exchange, provider, cached);
  const code = requireCode(exchange);

  refuseWhileDown(exchange, key);
  takeProviderSlot(exchange);
  const consumed = consumeHandshake(exchange, provider, handshake);
  await syncChangedRoles(exchange, config);

  const session = await admit(exchange, bus, config, consumed, { code, redirectUri, key, cached });
  const { renderLanding } = await loadTexts();
  for (const cookie of luciCookies(exchange.host, session))
    exchange.headers.push(['Set-Cookie', cookie]);
  const target = consumed.returnTo === '' ? LUCI_PATH : consumed.returnTo;
  return htmlResponse(200, renderLanding(exchange, target));
}

/** A wall clock that was never set can judge neither certificates nor tokens (security.md 110). */
function requireSetClock(exchange: Exchange): void {
  const now = exchange.host.wallSeconds();
  if (now < RELEASE_TIME_S) throw new Refusal('CLOCK_UNSET', `wall clock is at ${now}`);
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
  const { provider } = config;
  const { code, redirectUri, key } = answered;
  const { closeConnections, fetchMetadata, openPeer, redeemCode } = await loadProvider();
  const peer = openPeer(exchange.host, provider);
  const metadata = answered.cached ?? fetchMetadata(exchange, peer, provider, key);
  requireIssuer(exchange, provider, metadata);

  const tokens = redeemCode(peer, provider, metadata, {
    code,
    redirectUri,
    codeVerifier: handshake.codeVerifier,
  });
  const claims = await verifiedClaims(exchange, peer, provider, key, metadata, handshake, tokens);
  const { identity, role } = await findRole(peer, config, metadata, claims, tokens);
  closeConnections(peer);

  const idleS = provider.sessionTimeS ?? luciIdleTime(bus);
  const logoutUrl = endSessionUrl(provider, metadata, redirectUri, tokens.idToken);
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
    `provider=${provider.issuer} sub=${subjectHash(identity)} role=${role.name}`,
  );
  return session;
}

/** The ID token, verified; once with fresh documents when the cached ones may be outdated. */
async function verifiedClaims(
  exchange: Exchange,
  peer: HttpsPeer,
  provider: Provider,
  key: string,
  metadata: ProviderMetadata,
  handshake: ConsumedHandshake,
  tokens: Tokens,
): Promise<VerifiedClaims> {
  const { fetchKeys, fetchMetadata, mayRefetch, readCachedKeys } = await loadProvider();

  const verify = (
    keys: { readonly keys: readonly object[] },
    known: ProviderMetadata,
  ): Promise<VerifiedClaims> =>
    withVerifier(({ verifyIdToken }) =>
      verifyIdToken({
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        jwks: keys,
        issuer: provider.issuer,
        clientId: provider.clientId,
        nonce: handshake.nonce,
        now: exchange.host.wallSeconds(),
        toleranceS: provider.clockToleranceS,
        ...(provider.maxAgeS === undefined ? {} : { maxAgeS: provider.maxAgeS }),
        ...(provider.acrValues.length === 0 ? {} : { acrValues: provider.acrValues }),
        ...allowedAlgs(provider, known),
      }),
    );

  const cachedKeys = readCachedKeys(exchange, metadata, key);
  if (cachedKeys === undefined)
    return verify(fetchKeys(exchange, peer, provider, metadata, key), metadata);
  try {
    return await verify(cachedKeys, metadata);
  } catch (error) {
    if (
      !(error instanceof Refusal) ||
      !ROTATION_CODES.includes(error.code) ||
      !mayRefetch(exchange, key)
    )
      throw error;
    logExchange(exchange, 'info', 'JWKS_REFETCHED', `after ${error.code}`);
    const fresh = fetchMetadata(exchange, peer, provider, key);
    return verify(fetchKeys(exchange, peer, provider, fresh, key), fresh);
  }
}

/** The owner's list and the provider's, both only narrowing what the verifier supports (security.md 55). */
function allowedAlgs(
  provider: Provider,
  metadata: ProviderMetadata,
): { readonly allowedAlgs?: readonly string[] } {
  const owner = provider.allowedAlgs;
  const announced = metadata.idTokenAlgs;
  if (owner.length === 0 && announced.length === 0) return {};
  if (owner.length === 0) return { allowedAlgs: announced };
  return {
    allowedAlgs: announced.length === 0 ? owner : owner.filter((alg) => announced.includes(alg)),
  };
}
