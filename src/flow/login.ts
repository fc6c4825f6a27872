// SPDX-License-Identifier: MIT
// 3. A login starts: remember it in the browser, send the browser to the provider.

import { withParameters, type Parameter } from '../codec/form.ts';
import { parseAuthority } from '../codec/url.ts';
import { CALLBACK_PATH, type Provider } from '../config.ts';
import { logExchange, type Exchange, type ReturnTarget } from '../exchange.ts';
import { queryValues } from '../http/request.ts';
import { redirectResponse, type Header, type Response } from '../http/response.ts';
import { authorizationRequest, authorizationUrl, pushedReference } from '../oidc/authorize.ts';
import { loadProvider } from '../oidc/load.ts';
import type { ProviderMetadata } from '../oidc/metadata.ts';
import { approachProvider, obtainMetadata, type KnownProvider } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';
import { countRequest } from '../session/budget.ts';
import { createHandshake } from '../session/handshake.ts';
import { httpsPort } from '../session/https-port.ts';
import { isHttps, redirectUriOf } from '../session/redirect-uri.ts';
import { REDIRECT_SEAL_S, returnParameters, returnTargetOf } from '../session/return-target.ts';
import { closeUbus, openUbus, type Ubus } from '../ubus/client.ts';
import { requireConfig, syncChangedRoles } from './settings.ts';

export { isKnownDown } from '../oidc/provider.ts';
export { PAGE_SEAL_S, returnParameters } from '../session/return-target.ts';

/** What a login may be started with besides the configuration. */
export interface LoginWish {
  readonly returnTo: ReturnTarget;
  /** Whom the provider should ask for; '' for nobody in particular. */
  readonly loginHint: string;
}

/** 302 to the provider with a new handshake cookie; several tabs may start logins side by side. */
export function startLogin(exchange: Exchange): Promise<Response> {
  return sendToProvider(exchange, (provider, redirectUri) => ({
    returnTo: returnTargetOf(exchange, provider, redirectUri),
    loginHint: '',
  }));
}

/** The same for whoever may start one; `wishOf` may refuse. */
export async function sendToProvider(
  exchange: Exchange,
  wishOf: (provider: Provider, redirectUri: string) => LoginWish,
): Promise<Response> {
  const bus = openUbus(exchange.host);
  const config = requireConfig(exchange, bus);
  const { provider } = config;
  const redirectUri = redirectUriOf(exchange, provider);
  const wish = wishOf(provider, redirectUri);
  if (!isHttps(exchange, provider)) return redirectToHttps(exchange, bus, provider, wish.returnTo);
  await syncChangedRoles(exchange, config);
  closeUbus(bus);
  exchange.returnTo = wish.returnTo;
  const known = await obtainMetadata(exchange, provider);
  requireSupported(provider, known.metadata);
  const { handshake, cookies } = createHandshake(exchange, provider, wish.returnTo);
  const request = authorizationRequest(
    switchingAccount(exchange, provider),
    handshake,
    redirectUri,
    wish.loginHint,
  );
  const sent = known.metadata.requiresPushed
    ? await push(exchange, provider, known, request)
    : request;
  const location = authorizationUrl(known.metadata, sent);
  logExchange(exchange, 'info', 'LOGIN_STARTED', `provider=${provider.issuer}`);
  return redirectResponse(
    location,
    cookies.map((cookie): Header => ['Set-Cookie', cookie]),
  );
}

/** Pushes the request (RFC 9126): a start then costs the provider a call, so starts are counted. */
async function push(
  exchange: Exchange,
  provider: Provider,
  known: KnownProvider,
  request: readonly Parameter[],
): Promise<readonly Parameter[]> {
  const { metadata, key } = known;
  countRequest(exchange, provider, 'pushed');
  const peer = known.peer ?? (await approachProvider(exchange, provider, key));
  const { closeConnections, pushRequest } = await loadProvider();
  const requestUri = pushRequest(exchange, peer, provider, metadata, key, request);
  closeConnections(peer);
  return pushedReference(provider, requestUri);
}

/** "Switch account" on an error page; no other prompt is taken from a link (security.md 16). */
function switchingAccount(exchange: Exchange, provider: Provider): Provider {
  const isSwitching = queryValues(exchange.request, 'prompt').includes('select_account');
  return isSwitching ? { ...provider, prompt: 'select_account' } : provider;
}

/** What this provider demands and this program does not do is said at the start, not half-way. */
function requireSupported(provider: Provider, metadata: ProviderMetadata): void {
  if (metadata.requiresPushed && metadata.pushedEndpoint === '') {
    throw new Refusal('PAR_REQUIRED', `${provider.issuer} names no endpoint for pushed requests`);
  }
  // RFC 9700 2.1.1: never fall back to plain. Absent means unknown, and S256 is then sent all the same.
  const methods = metadata.codeChallengeMethods;
  if (methods.length > 0 && !methods.includes('S256')) {
    throw new Refusal('PKCE_S256_UNSUPPORTED', `provider offers ${methods.join(' ')}`);
  }
}

/** Plain http carries no Secure cookie: go to the router's https, or say that it has none. */
function redirectToHttps(
  exchange: Exchange,
  bus: Ubus,
  provider: Provider,
  returnTo: ReturnTarget,
): Response {
  const authority = parseAuthority(exchange.request.hostHeader);
  const port = httpsPort(bus);
  closeUbus(bus);
  if (port === undefined || !authority.ok)
    throw new Refusal('HTTPS_REQUIRED', 'plain http request');
  const host = authority.host.includes(':') ? `[${authority.host}]` : authority.host;
  const origin = `https://${host}${port === '443' ? '' : `:${port}`}`;
  // As the request there will have it.
  const redirectUri = provider.redirectUri === '' ? origin + CALLBACK_PATH : provider.redirectUri;
  return redirectResponse(
    withParameters(
      `${origin}/cgi-bin/luci-sso`,
      returnParameters(exchange, { ...returnTo, redirectUri }, REDIRECT_SEAL_S),
    ),
  );
}
