// SPDX-License-Identifier: MIT
// A login starts: remember it in the browser, send the browser to the provider.

import { withParameters, type Parameter } from '../codec/form.ts';
import { parseAuthority } from '../codec/url.ts';
import type { OidcConfig } from '../config.ts';
import { logExchange, type Exchange, type ReturnTarget } from '../exchange.ts';
import { ensureGuard } from '../guard/start.ts';
import { releaseMark } from '../handshake/marks.ts';
import { createHandshake, loginReference } from '../handshake/sealed-cookie.ts';
import { queryValues } from '../http/request.ts';
import { redirectResponse, type Header, type Response } from '../http/response.ts';
import { authorizationRequest, authorizationUrl, pushedReference } from '../oidc/authorize.ts';
import { loadProvider } from '../oidc/load.ts';
import { isPushed, type ProviderMetadata } from '../oidc/metadata.ts';
import { openProvider } from '../oidc/open-provider.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { CALLBACK_PATH, START_PATH } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import { httpsPort, isAtRedirectUri, isHttps, redirectUriOf } from '../request/origin.ts';
import { countRequest } from '../request/rate-limit.ts';
import {
  HOP,
  isHop,
  REDIRECT_SEAL_S,
  returnParameters,
  returnTargetOf,
} from '../request/return-to.ts';
import { closeUbus, openUbus, type Ubus } from '../ubus/client.ts';
import { requireConfig, syncChangedRoles } from './settings.ts';

export { isKnownDown } from '../oidc/provider.ts';
export { isLogoutState } from '../handshake/logout-state.ts';
export { isAtRedirectUri } from '../request/origin.ts';
export { PAGE_SEAL_S, returnParameters } from '../request/return-to.ts';

/** What a login may be started with besides the configuration. */
export interface LoginOptions {
  readonly returnTo: ReturnTarget;
  /** Whom the provider should ask for; '' for nobody in particular. */
  readonly loginHint: string;
}

/** 302 to the provider with a new handshake cookie; several tabs may start logins side by side. */
export function startLogin(exchange: Exchange): Promise<Response> {
  return sendToProvider(exchange, (oidc, redirectUri) => ({
    returnTo: returnTargetOf(exchange, oidc, redirectUri),
    loginHint: '',
  }));
}

/** The same for whoever may start one; `wishOf` may refuse. */
export async function sendToProvider(
  exchange: Exchange,
  optionsOf: (oidc: OidcConfig, redirectUri: string) => LoginOptions,
): Promise<Response> {
  const bus = openUbus(exchange.host);
  const config = requireConfig(exchange, bus);
  const { oidc } = config;
  const redirectUri = redirectUriOf(exchange, oidc);
  const options = optionsOf(oidc, redirectUri);
  const isSafe = isHttps(exchange, oidc);
  // Proxies rewrite the Host: whoever was sent here stays here.
  if (oidc.redirectUri !== '' && !isHop(exchange) && !(isSafe && isAtRedirectUri(exchange, oidc))) {
    closeUbus(bus);
    return redirectToStart(exchange, originOf(redirectUri), [
      ...returnParameters(exchange, options.returnTo, REDIRECT_SEAL_S),
      HOP,
    ]);
  }
  if (!isSafe) return redirectToHttps(exchange, bus, oidc, options.returnTo);
  ensureGuard(exchange);
  await syncChangedRoles(exchange, config);
  closeUbus(bus);
  exchange.returnTo = options.returnTo;
  const provider = openProvider(exchange, oidc);
  const metadata = await provider.metadata();
  requireSupported(oidc, metadata);
  const { handshake, cookies } = createHandshake(exchange, oidc, options.returnTo);
  exchange.correlationId = loginReference(handshake.id);
  const request = authorizationRequest(
    switchingAccount(exchange, oidc, metadata),
    handshake,
    redirectUri,
    options.loginHint,
  );
  const sent = isPushed(oidc, metadata) ? await push(provider, request) : request;
  const location = authorizationUrl(metadata, sent);
  logExchange(exchange, 'info', 'LOGIN_STARTED', `provider=${oidc.issuer}`);
  return redirectResponse(
    location,
    cookies.map((cookie): Header => ['Set-Cookie', cookie]),
  );
}

/** Pushes the request (RFC 9126): a start then costs the provider a call, so starts are counted. */
async function push(
  provider: OpenIdProvider,
  request: readonly Parameter[],
): Promise<readonly Parameter[]> {
  const { exchange, config } = provider;
  const counted = countRequest(exchange, config, 'par');
  try {
    provider.acquire();
    const { pushRequest } = await loadProvider();
    const requestUri = await pushRequest(provider, request);
    await provider.close();
    return pushedReference(config, requestUri);
  } catch (error) {
    // Only a start that was pushed counts.
    releaseMark(exchange, counted);
    throw error;
  }
}

/** "Switch account" on an error page; no other prompt is taken from a link (security 16). */
function switchingAccount(
  exchange: Exchange,
  oidc: OidcConfig,
  { promptValues }: ProviderMetadata,
): OidcConfig {
  if (!isSwitching(exchange)) return oidc;
  const canSelect = promptValues.length === 0 || promptValues.includes(SWITCH[1]);
  return { ...oidc, prompt: canSelect ? SWITCH[1] : 'login' };
}

const SWITCH = ['prompt', 'select_account'] as const;

function isSwitching(exchange: Exchange): boolean {
  return queryValues(exchange.request, SWITCH[0]).includes(SWITCH[1]);
}

/** What this provider demands and this program does not do is said at the start, not half-way. */
function requireSupported(oidc: OidcConfig, metadata: ProviderMetadata): void {
  if (isPushed(oidc, metadata) && metadata.parEndpoint === '') {
    throw new Refusal('PAR_REQUIRED', `${oidc.issuer} names no endpoint for pushed requests`);
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
  oidc: OidcConfig,
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
  const redirectUri = oidc.redirectUri === '' ? origin + CALLBACK_PATH : oidc.redirectUri;
  return redirectToStart(exchange, origin, [
    ...returnParameters(exchange, { ...returnTo, redirectUri }, REDIRECT_SEAL_S),
    ...(isHop(exchange) ? [HOP] : []),
  ]);
}

/** 302 to the same start at another address of the router. */
function redirectToStart(
  exchange: Exchange,
  origin: string,
  parameters: readonly Parameter[],
): Response {
  const switching = isSwitching(exchange) ? [SWITCH] : [];
  return redirectResponse(withParameters(origin + START_PATH, [...parameters, ...switching]));
}

/** Of a redirect URI, which ends in our path. */
function originOf(redirectUri: string): string {
  return redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
}
