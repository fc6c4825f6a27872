// SPDX-License-Identifier: MIT
// Checks of who we are to the provider: a token request with an invented code tells a wrong client
// from a wrong code.

import { encodeBase64url, encodeFormPart } from '#native';
import { loadProvider } from '../oidc/load.ts';
import { CALLBACK_PATH } from '../paths.ts';
import type { Cause, Refusal } from '../refusal.ts';
import type { Context } from './context.ts';
import { failed, pass, refused, warn, type Check, type Finding } from './finding.ts';

const METADATA = [
  'config',
  'dns',
  'tcp',
  'tls_chain',
  'tls_names',
  'discovery',
  'issuer',
  'endpoints',
];
const INVENTED_BYTES = 32;

async function checkClient({ host, config, provider }: Context): Promise<Finding> {
  const { oidc } = config();
  await provider().metadata();
  const { requestTokenEndpoint, tokenRefusal } = await loadProvider();
  const invent = () => encodeBase64url(host.random(INVENTED_BYTES));
  const grant = {
    code: invent(),
    codeVerifier: invent(),
    redirectUri: oidc.redirectUri === '' ? `https://router${CALLBACK_PATH}` : oidc.redirectUri,
  };
  try {
    const response = await requestTokenEndpoint(provider(), grant);
    return judgeTokenAnswer(response.status, tokenRefusal(response, oidc, grant));
  } catch (error) {
    return refused(error, [
      'TOKEN_ENDPOINT_NETWORK_ERROR',
      'CLIENT_AUTH_UNSUPPORTED',
      'INSECURE_ENDPOINT',
    ]);
  }
}

/** Causes with which every login fails, whatever the code is. */
const LASTING: readonly (Cause | undefined)[] = [
  'WEB_PAGE',
  'REDIRECTED',
  'NOTHING_THERE',
  'FORBIDDEN',
  'CLIENT_UNKNOWN',
];

/**
 * What the response to an invented code says about the client, `no` being what a login would be refused with: a
 * provider that gets as far as the code has taken the client.
 */
export function judgeTokenAnswer(status: number, no: Refusal): Finding {
  const isRefused = status === 401 || no.code === 'CLIENT_REJECTED' || LASTING.includes(no.why);
  const isOfCode = no.code === 'OIDC_INVALID_GRANT' || (status === 400 && namesCode(no.fact));
  // glewlwyd refuses a code with 403, and a client with another word.
  if (isRefused || (status === 403 && !isOfCode)) return failed(no);
  if (isOfCode) return pass(`the provider knows the client: ${no.fact}`);
  return warn(
    `the response tells nothing about the client: ${no.fact}`,
    'try a login; the log will say more',
  );
}

/** "Invalid authorization code", but not "Client id or secret not provided" or a status code. */
function namesCode(text: string): boolean {
  const words = text.toLowerCase();
  return (
    words.includes('authorization code') ||
    words.includes('code verifier') ||
    words.includes('invalid code')
  );
}

/** Clients must encode them for Basic (RFC 6749 2.3.1), and not every provider decodes. */
async function checkSecret({ config, provider }: Context): Promise<Finding> {
  const { oidc } = config();
  if (oidc.clientSecret === '') return pass('none: this is a public client, protected by PKCE');
  const { tokenAuthMethods } = await provider().metadata();
  const { chooseAuthMethod } = await loadProvider();
  let method: string;
  try {
    method = chooseAuthMethod(oidc, tokenAuthMethods);
  } catch (error) {
    return refused(error);
  }
  if (!tokenAuthMethods.includes(method))
    return warn(`the provider does not offer ${method}`, 'set client_auth to auto');
  const hasOdd = encodeFormPart(oidc.clientSecret) !== oidc.clientSecret;
  if (method !== 'client_secret_basic' || !hasOdd) return pass(`sent as ${method}`);
  return warn(
    'it has characters that some providers do not decode in client_secret_basic',
    'set client_auth to client_secret_post, or make a secret of letters and digits',
  );
}

export const CLIENT_CHECKS: readonly Check[] = [
  { id: 'secret', title: 'Client secret', needs: METADATA, run: checkSecret },
  { id: 'client_auth', title: 'Client credentials', needs: METADATA, run: checkClient },
];
