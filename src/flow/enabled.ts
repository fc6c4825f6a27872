// SPDX-License-Identifier: MIT
// `?action=enabled`: whether the login page shows its button. Never waits for the provider, never fails.

import { CONFIG_NAME, readProvider, type OidcConfig } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { queryValues } from '../http/request.ts';
import { jsonResponse, type Response } from '../http/response.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { closeUbus, openUbus } from '../ubus/client.ts';
import { readPackage } from '../uci-options.ts';
import { loadLogin } from './load-login.ts';

/** Answers `{"enabled":true}` or `{"enabled":false}`; with `v=2` followed by what the button needs. */
export async function answerEnabled(exchange: Exchange): Promise<Response> {
  const oidc = usableProvider(exchange);
  const isEnabled = oidc !== undefined;
  if (!queryValues(exchange.request, 'v').includes('2'))
    return jsonResponse(`{"enabled":${isEnabled}}`);
  const label = oidc === undefined || oidc.providerName === '' ? 'SSO' : oidc.providerName;
  const rest = JSON.stringify({
    sso_only: oidc !== undefined && (await isSsoOnly(exchange, oidc)),
    label: `Login with ${label}`,
  });
  return jsonResponse(`{"enabled":${isEnabled},${rest.slice(1)}`);
}

/**
 * A provider that is known to be down keeps the password form, and so does another address of the router
 * than redirect_uri's: a name that does not resolve must lock nobody out.
 */
async function isSsoOnly(exchange: Exchange, oidc: OidcConfig): Promise<boolean> {
  if (!oidc.ssoOnly) return false;
  const { isAtRedirectUri, isKnownDown } = await loadLogin();
  return isAtRedirectUri(exchange, oidc) && !isKnownDown(exchange, oidc);
}

/** The provider when it is switched on and valid; what is wrong with it goes to the log only. */
function usableProvider(exchange: Exchange): OidcConfig | undefined {
  try {
    const bus = openUbus(exchange.host);
    const read = readProvider(readPackage(bus, CONFIG_NAME));
    closeUbus(bus);
    if (read.ok) return read.value.enabled ? read.value : undefined;
    for (const problem of read.problems)
      logExchange(exchange, 'error', 'CONFIG_ERROR', printable(problem));
  } catch (error) {
    // A broken router must not break its login page: no button, and the reason in the log.
    if (!(error instanceof Refusal)) throw error;
    logExchange(exchange, 'error', error.code, printable(error.detail));
  }
  return undefined;
}
