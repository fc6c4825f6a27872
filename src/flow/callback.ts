// SPDX-License-Identifier: MIT
// A login ends: the provider sent the browser back. Reads top to bottom in the order of the
// contract, each failure with its own code; the handshake is spent at `consume`.

import { subjectHash } from '../access/identity.ts';
import type { Role } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { ensureGuard } from '../guard/start.ts';
import { newLogoutState } from '../handshake/logout-state.ts';
import { openHandshake, type ConsumedHandshake } from '../handshake/sealed-cookie.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { luciCookies } from '../luci/cookie.ts';
import { createLuciSession, luciIdleTime } from '../luci/session.ts';
import { endSessionUrl } from '../oidc/end-session.ts';
import { loadProvider } from '../oidc/load.ts';
import { openProvider } from '../oidc/open-provider.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { noteReceived } from '../oidc/received.ts';
import type { Tokens } from '../oidc/token.ts';
import { loadKeep } from '../recheck/load-keep.ts';
import { Refusal } from '../refusal.ts';
import { isHttps, redirectUriOf } from '../request/origin.ts';
import { loadTexts } from '../texts/load.ts';
import { openUbus, type Ubus } from '../ubus/client.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { requireCode, requireIssuer, requireState } from './authorization-response.ts';
import { consumeHandshake, openUnused } from './consume.ts';
import { findRole } from './find-role.ts';
import { rememberAlg } from './last-alg.ts';
import { withProviderKeys } from './provider-keys.ts';
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
  const handshake = openUnused(exchange, state, () =>
    openHandshake(exchange, oidc, redirectUri, state),
  );
  const provider = openProvider(exchange, oidc);
  requireIssuer(exchange, oidc, provider.cachedMetadata());
  const code = requireCode(exchange, oidc);

  provider.acquire();
  const consumed = consumeHandshake(exchange, oidc, handshake);
  ensureGuard(exchange);
  await syncChangedRoles(exchange, config);

  const session = await admit(provider, bus, config.roles, { handshake: consumed, code });
  const { renderLanding } = await loadTexts();
  for (const cookie of luciCookies(exchange.host, session))
    exchange.headers.push(['Set-Cookie', cookie]);
  return htmlResponse(200, await renderLanding(exchange, consumed.returnTo));
}

/** What the browser brought, once it is known to belong to a login that started here. */
interface Answered {
  readonly handshake: ConsumedHandshake;
  readonly code: string;
}

/** Discovery, tokens, claims, role, session; gives the id of the LuCI session. */
async function admit(
  provider: OpenIdProvider,
  bus: Ubus,
  roles: readonly Role[],
  { handshake, code }: Answered,
): Promise<string> {
  const { exchange, config } = provider;
  const { redirectUri } = handshake.returnTo;
  const { redeemCode } = await loadProvider();
  const metadata = await provider.metadata();
  requireIssuer(exchange, config, metadata);

  const { codeVerifier } = handshake;
  const tokens = await redeemCode(provider, { code, redirectUri, codeVerifier });
  const claims = await verifiedClaims(provider, handshake, tokens);
  rememberAlg(provider, tokens.idToken);
  const { ofIdToken, identity, role, rule } = await findRole(provider, roles, claims, tokens);
  await provider.close();

  const idleS = config.sessionTimeS ?? luciIdleTime(bus);
  const logoutUrl = endSessionUrl(config, metadata, redirectUri, {
    idToken: tokens.idToken,
    state: newLogoutState(exchange.host),
  });
  const session = createLuciSession(exchange, bus, {
    handshake,
    claims,
    identity,
    role,
    rule,
    oidc: config,
    idleS,
    logoutUrl,
  });
  const { refreshToken } = tokens;
  if (config.recheckS > 0) {
    noteReceived(provider, refreshToken === '' ? 'none' : 'kept');
    if (refreshToken !== '') {
      const { keepToken } = await loadKeep();
      keepToken(provider, session, { refreshToken, nonce: handshake.nonce, ofIdToken, identity });
    }
  }
  logExchange(
    exchange,
    'info',
    'LOGIN_SUCCEEDED',
    `provider=${config.issuer} sub=${subjectHash(identity.sub)} role=${role.name}`,
  );
  return session;
}

/** The ID token, verified with the provider's keys. */
function verifiedClaims(
  provider: OpenIdProvider,
  handshake: ConsumedHandshake,
  tokens: Tokens,
): Promise<VerifiedClaims> {
  const { maxAgeS, acrValues } = provider.config;
  return withProviderKeys(provider, 'login', (expected) =>
    withVerifier(({ verifyIdToken }) =>
      verifyIdToken({
        ...expected,
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        nonce: handshake.nonce,
        ...(maxAgeS === undefined ? {} : { maxAgeS }),
        ...(acrValues.length === 0 ? {} : { acrValues }),
      }),
    ),
  );
}
