// SPDX-License-Identifier: MIT
// 3. The provider says that somebody logged out (OpenID Connect Back-Channel Logout 1.0): the sessions
// of that subject, or of that one session of it, end here. Anybody may knock, so requests are counted.

import type { Provider } from '../config.ts';
import { hashOfText } from '../crypto/text-hash.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import { readForm } from '../http/form-body.ts';
import { onlyValue } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { loadAlgorithms, loadTexts } from '../load.ts';
import { approachProvider, obtainMetadata } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';
import { countRequest, LOGOUT_TOKEN_AGE_S, uncount, useOnce } from '../session/budget.ts';
import { endSessionsOf } from '../session/end-sessions.ts';
import { isHttps } from '../session/redirect-uri.ts';
import { openUbus } from '../ubus/client.ts';
import type { VerifiedLogout } from '../verify/logout-token.ts';
import { subjectHash } from './find-role.ts';
import { withProviderKeys } from './provider-keys.ts';
import { requireConfig, requireSetClock } from './settings.ts';

const JTI_CHARS = 22;

/** Answers 200 when the sessions are gone, else 400 and JSON (2.8); 429 and 503 ask for patience. */
export async function acceptLogoutToken(exchange: Exchange): Promise<Response> {
  try {
    await endSessionsByToken(exchange);
    return { status: 200, headers: [], body: '' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { renderApiRefusal } = await loadTexts();
    return renderApiRefusal(exchange, error);
  }
}

async function endSessionsByToken(exchange: Exchange): Promise<void> {
  const bus = openUbus(exchange.host);
  const { provider } = requireConfig(exchange, bus);
  if (!isHttps(exchange, provider)) throw new Refusal('HTTPS_REQUIRED', 'logout over plain http');
  requireSetClock(exchange);
  const token = readToken(exchange);
  countRequest(exchange, provider, 'logout');

  const claims = await verifiedLogout(exchange, provider, token);
  const marker = takeOnce(exchange, provider, claims);
  try {
    const ended = endSessionsOf(bus, claims);
    const subject = claims.sub ?? claims.sid ?? '';
    logExchange(
      exchange,
      'info',
      'BACKCHANNEL_LOGOUT',
      `sub=${subjectHash(subject)} ended=${ended}`,
    );
  } catch (error) {
    // The provider may send it again: nothing was done with it.
    uncount(exchange, marker);
    throw error;
  }
}

function readToken(exchange: Exchange): string {
  const token = onlyValue(readForm(exchange), 'logout_token');
  if (token === '') throw new Refusal('MALFORMED_REQUEST', 'no logout_token');
  return token;
}

async function verifiedLogout(
  exchange: Exchange,
  provider: Provider,
  logoutToken: string,
): Promise<VerifiedLogout> {
  const { verifyLogoutToken } = await loadAlgorithms();
  const { metadata, key, peer } = await obtainMetadata(exchange, provider);
  const approach = async () => peer ?? (await approachProvider(exchange, provider, key));
  const source = { exchange, provider, key, isMetadataCached: peer === undefined, approach };
  return withProviderKeys(source, metadata, (demand) =>
    verifyLogoutToken({ ...demand, logoutToken }),
  );
}

/** A jti counts once, for as long as its token could be taken again (2.6); gives its marker. */
function takeOnce(exchange: Exchange, provider: Provider, claims: VerifiedLogout): string {
  const ageS = exchange.host.wallSeconds() - claims.iat;
  if (ageS > LOGOUT_TOKEN_AGE_S + provider.clockToleranceS)
    throw new Refusal('TOKEN_EXPIRED', `logout token issued ${ageS} s ago`);
  const id = hashOfText(claims.jti).slice(0, JTI_CHARS);
  const marker = useOnce(exchange, 'jti', Math.floor(claims.iat), id);
  if (marker === undefined) throw new Refusal('LOGOUT_TOKEN_USED', 'jti came before');
  return marker;
}
