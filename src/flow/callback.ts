// SPDX-License-Identifier: MIT
// 3. A login ends: the provider sent the browser back. Reads top to bottom in the order of the
// contract (product.md 3), each failure with its own code; the handshake is spent at `consume`.

import type { Config, Provider, Role } from '../config.ts';
import { encodeBase64url } from '../codec/base64url.ts';
import { encodeUtf8 } from '../codec/utf8.ts';
import { sha256 } from '../crypto/sha256.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { queryValues } from '../http/request.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { loadProvider, loadTexts, loadVerify } from '../load.ts';
import { printable } from '../log.ts';
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
import { endHandshakeCookie, openHandshake } from '../session/handshake.ts';
import { identityOf, type Identity } from '../session/identity.ts';
import { luciCookies } from '../session/luci-cookie.ts';
import { createLuciSession, luciIdleTime } from '../session/luci.ts';
import { isHttps, redirectUriOf } from '../session/redirect-uri.ts';
import { LUCI_PATH } from '../session/return-to.ts';
import { matchRole } from '../session/roles.ts';
import type { HttpsPeer } from '../tls-http/client.ts';
import { openUbus, type Ubus } from '../ubus/client.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { RELEASE_TIME_S } from '../version.ts';
import { requireConfig, syncChangedRoles } from './settings.ts';

const SINGLE_PARAMETERS = ['state', 'code', 'iss', 'error', 'error_description'];
const MAX_CODE_BYTES = 2048;
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
  const cached = readCachedMetadata(exchange, provider, cacheKey(provider));
  requireIssuer(exchange, provider, cached);
  const code = requireCode(exchange);

  refuseWhileDown(exchange, cacheKey(provider));
  takeProviderSlot(exchange);
  const consumed = consumeHandshake(exchange, provider, handshake);
  await syncChangedRoles(exchange, bus, config);

  const session = await admit(exchange, bus, config, consumed, { code, redirectUri, cached });
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

/** The one `state`; from here on its cookie is expired whatever the answer. */
function requireState(exchange: Exchange): string {
  for (const name of SINGLE_PARAMETERS) {
    // RFC 6749 3.1: parameters must not come twice; of two, an attacker may have written one.
    if (queryValues(exchange.request, name).length > 1)
      throw new Refusal('DUPLICATE_PARAMETER', name);
  }
  const state = queryValues(exchange.request, 'state')[0] ?? '';
  if (state === '') throw new Refusal('MISSING_STATE_PARAMETER');
  const expired = endHandshakeCookie(state);
  if (expired !== '') exchange.headers.push(['Set-Cookie', expired]);
  return state;
}

/**
 * RFC 9207: `iss` must be the issuer of this handshake when it is there, and be there when the
 * provider announces it. On an error answer a missing one only reaches the log (Pocket ID omits it).
 */
function requireIssuer(
  exchange: Exchange,
  provider: Provider,
  metadata: ProviderMetadata | undefined,
): void {
  const iss = queryValues(exchange.request, 'iss')[0];
  if (iss !== undefined && iss !== provider.issuer) {
    throw new Refusal('ISS_MISMATCH', `expected '${provider.issuer}', came '${printable(iss)}'`);
  }
  if (iss !== undefined || metadata === undefined || !metadata.sendsIss) return;
  if (queryValues(exchange.request, 'error').length === 0)
    throw new Refusal('ISS_MISSING', 'announced by the provider');
  logExchange(exchange, 'warning', 'ISS_MISSING', 'on an error answer');
}

function requireCode(exchange: Exchange): string {
  const error = queryValues(exchange.request, 'error')[0];
  if (error !== undefined) {
    const description = queryValues(exchange.request, 'error_description')[0] ?? '';
    const detail = printable(description === '' ? error : `${error}: ${description}`);
    throw new Refusal(error === 'access_denied' ? 'ACCESS_DENIED' : 'IDP_ERROR', detail);
  }
  const code = queryValues(exchange.request, 'code')[0] ?? '';
  if (code === '') throw new Refusal('MISSING_CODE');
  if (code.length > MAX_CODE_BYTES)
    throw new Refusal('INVALID_CODE', `${code.length} bytes, at most ${MAX_CODE_BYTES}`);
  for (let i = 0; i < code.length; i++) {
    // RFC 6749 A.11: visible ASCII.
    if (code.charCodeAt(i) < 32 || code.charCodeAt(i) > 126)
      throw new Refusal('INVALID_CODE', 'character outside VSCHAR');
  }
  return code;
}

interface Answered {
  readonly code: string;
  readonly redirectUri: string;
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
  const key = cacheKey(provider);
  const { closeConnections, fetchMetadata, openPeer, redeemCode } = await loadProvider();
  const peer = openPeer(exchange.host, provider);
  const metadata = answered.cached ?? fetchMetadata(exchange, peer, provider, key);
  requireIssuer(exchange, provider, metadata);

  const { code, redirectUri } = answered;
  const tokens = redeemCode(peer, provider, metadata, {
    code,
    redirectUri,
    codeVerifier: handshake.codeVerifier,
  });
  const claims = await verifiedClaims(exchange, peer, provider, metadata, handshake, tokens);
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
  metadata: ProviderMetadata,
  handshake: ConsumedHandshake,
  tokens: Tokens,
): Promise<VerifiedClaims> {
  const key = cacheKey(provider);
  const { fetchKeys, fetchMetadata, mayRefetch, readCachedKeys } = await loadProvider();
  const { verifyIdToken } = await loadVerify();

  const verify = (
    keys: { readonly keys: readonly object[] },
    known: ProviderMetadata,
  ): VerifiedClaims =>
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
    });

  const cachedKeys = readCachedKeys(exchange, metadata, key);
  if (cachedKeys === undefined)
    return verify(fetchKeys(exchange, peer, provider, metadata, key), metadata);
  try {
    return verify(cachedKeys, metadata);
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

/** The first matching role; userinfo is asked only when a rule needs a claim that the token lacks. */
async function findRole(
  peer: HttpsPeer,
  config: Config,
  metadata: ProviderMetadata,
  claims: VerifiedClaims,
  tokens: Tokens,
): Promise<{ readonly identity: Identity; readonly role: Role }> {
  const { provider, roles } = config;
  let identity = identityOf(provider, claims, undefined);
  let match = matchRole(roles, identity, provider.requireEmailVerified, false);
  if (match.kind === 'claims-missing') {
    const { fetchUserinfo } = await loadProvider();
    identity = identityOf(
      provider,
      claims,
      fetchUserinfo(peer, provider, metadata, tokens.accessToken, claims),
    );
    match = matchRole(roles, identity, provider.requireEmailVerified, true);
  }
  if (match.kind === 'role') return { identity, role: match.role };
  const code = match.kind === 'email-not-verified' ? 'EMAIL_NOT_VERIFIED' : 'USER_NOT_AUTHORIZED';
  throw new Refusal(code, refusedUser(config, identity), identity.email ?? identity.username);
}

/** Which kinds of rules were tried and what came, without the values (product.md 7). */
function refusedUser(config: Config, identity: Identity): string {
  const kinds = (['email', 'domain', 'group', 'sub'] as const).filter((kind) =>
    config.roles.some((role) => role[kind].length > 0),
  );
  const email =
    identity.email === undefined
      ? 'absent'
      : identity.isEmailVerified === true
        ? 'verified'
        : 'unverified';
  const groups = identity.groups === undefined ? 'absent' : String(identity.groups.length);
  const rules = kinds.length === 0 ? 'none' : kinds.join(',');
  return `provider=${config.provider.issuer} sub=${subjectHash(identity)} rules=${rules} email=${email} groups=${groups}`;
}

function subjectHash(identity: Identity): string {
  return encodeBase64url(sha256(encodeUtf8(identity.sub))).slice(0, 16);
}
