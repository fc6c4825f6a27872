// SPDX-License-Identifier: MIT
// The end of a login: its refresh token is kept, so that the guard can ask the provider again. A login
// goes on without it.

import type { Identity } from '../access/identity.ts';
import { logExchange } from '../exchange.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { Refusal } from '../refusal.ts';
import { sealGrant, type ClaimSource, type Grant } from './grant.ts';
import { bootSeconds, keptName, listKept, MAX_KEPT, removeKept, saveKept } from '../luci/kept.ts';

/** What a login brought. */
export interface Brought {
  readonly refreshToken: string;
  readonly nonce: string;
  /** As the ID token alone gave it, and as it was decided by. */
  readonly ofIdToken: Identity;
  readonly identity: Identity;
}

/** `session` is its id. Where nothing can be kept, RECHECK_OFF in the log says why. */
export function keepToken(provider: OpenIdProvider, session: string, brought: Brought): void {
  const { exchange } = provider;
  const reason = save(provider, session, brought);
  if (reason !== '') logExchange(exchange, 'warning', 'RECHECK_OFF', `reason=${reason}`);
}

function save(provider: OpenIdProvider, session: string, brought: Brought): string {
  const { host } = provider.exchange;
  const { section, issuer, clientId, recheckS } = provider.config;
  const name = keptName(session);
  const checkedS = bootSeconds(host);
  const schedule = { dueS: checkedS + recheckS, checkedS, outageS: 0, pending: 0 };
  const { refreshToken, nonce, identity } = brought;
  const grant: Grant = {
    refreshToken,
    nonce,
    section,
    issuer,
    clientId,
    sub: identity.sub,
    ...sourcesOf(brought),
  };
  try {
    const reason = saveKept(host, { name, schedule, sealed: sealGrant(host, name, grant) });
    if (reason !== '' || listKept(host).length <= MAX_KEPT) return reason;
    // Counted with its own file in place: of two that race for the last place, neither is overlooked.
    removeKept(host, name);
    return 'too_many';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return 'no_space';
  }
}

function sourcesOf({ ofIdToken, identity }: Brought): Pick<Grant, 'emailFrom' | 'groupsFrom'> {
  const source = (isInIdToken: boolean, isThere: boolean): ClaimSource =>
    isInIdToken ? 'id_token' : isThere ? 'userinfo' : '';
  // Address and verification are of one document.
  const isAddressInIdToken =
    ofIdToken.email !== undefined && ofIdToken.isEmailVerified === identity.isEmailVerified;
  return {
    emailFrom: source(isAddressInIdToken, identity.email !== undefined),
    groupsFrom: source(ofIdToken.groups !== undefined, identity.groups !== undefined),
  };
}
