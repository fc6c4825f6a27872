// SPDX-License-Identifier: MIT
// A login that starts elsewhere, at the provider's list of apps mostly (OIDC Core 4). It becomes an
// ordinary login: nothing of the link but a hint and a page of LuCI goes into it.

import { decodeUtf8, latin1ToBytes } from '#native';
import { withParameters, type Parameter } from '../codec/form.ts';
import type { OidcConfig } from '../config.ts';
import type { Exchange } from '../exchange.ts';
import { readForm } from '../http/form-body.ts';
import { onlyValue } from '../http/request.ts';
import { redirectResponse, type Response } from '../http/response.ts';
import { printable } from '../log.ts';
import { CALLBACK_PATH, INITIATE_PATH, MAX_LOCATION_BYTES } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import { safeReturnTo } from '../request/return-to.ts';
import { loadLogin } from './load-login.ts';
import type { LoginOptions } from './login.ts';

const PARAMETERS = ['iss', 'login_hint', 'target_link_uri'] as const;
const MAX_HINT_CHARS = 255;

/** GET: starts the login that the parameters ask for; refuses with ISS_MISSING or ISS_MISMATCH. */
export async function initiateLogin(exchange: Exchange): Promise<Response> {
  const link = readLink(exchange.request.query);
  const { sendToProvider } = await loadLogin();
  return sendToProvider(exchange, (oidc, redirectUri) => optionsOf(link, oidc, redirectUri));
}

/**
 * POST: comes back as GET. A browser sends no Lax cookie along with a POST from another site, so
 * only at a GET can the browser's handshakes be seen and their number be kept within bounds.
 */
export function acceptInitiation(exchange: Exchange): Response {
  const link = readLink(readForm(exchange));
  const given = PARAMETERS.filter((name) => link[name] !== '');
  const location = withParameters(
    INITIATE_PATH,
    given.map((name) => [name, link[name]]),
  );
  if (location.length > MAX_LOCATION_BYTES)
    throw new Refusal('INPUT_TOO_LARGE', `${location.length} bytes in a form`);
  return { ...redirectResponse(location), status: 303 };
}

type Link = Readonly<Record<(typeof PARAMETERS)[number], string>>;

function readLink(parameters: readonly Parameter[]): Link {
  const only = (name: string): string => {
    const text = decodeUtf8(latin1ToBytes(onlyValue(parameters, name)));
    if (text === undefined) throw new Refusal('MALFORMED_REQUEST', `${name} is not UTF-8`);
    return text;
  };
  return {
    iss: only('iss'),
    login_hint: only('login_hint'),
    target_link_uri: only('target_link_uri'),
  };
}

function optionsOf(link: Link, oidc: OidcConfig, redirectUri: string): LoginOptions {
  if (link.iss === '') throw new Refusal('ISS_MISSING', 'a login from elsewhere must name it');
  if (link.iss !== oidc.issuer)
    throw new Refusal('ISS_MISMATCH', `expected '${oidc.issuer}', came '${printable(link.iss)}'`);
  if (link.login_hint.length > MAX_HINT_CHARS)
    throw new Refusal('INPUT_TOO_LARGE', `login_hint has ${link.login_hint.length} characters`);
  const path = pageOf(link.target_link_uri, redirectUri);
  // Whoever made the link is somebody else by definition.
  return { returnTo: { path, isOwn: false, redirectUri }, loginHint: link.login_hint };
}

/** A page of LuCI on the origin that this router is known by; everything else is LuCI's first page. */
function pageOf(target: string, redirectUri: string): string {
  const origin = redirectUri.slice(0, redirectUri.length - CALLBACK_PATH.length);
  return safeReturnTo(target.startsWith(`${origin}/`) ? target.slice(origin.length) : target);
}
