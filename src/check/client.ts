// SPDX-License-Identifier: MIT
// Checks of who we are to the provider: a token request with an invented code tells a wrong client
// from a wrong code.

import { bytesToLatin1, encodeBase64url, encodeFormPart } from '#native';
import { printable } from '../log.ts';
import { loadProvider } from '../oidc/load.ts';
import type { TokenError } from '../oidc/token.ts';
import { CALLBACK_PATH } from '../paths.ts';
import type { Context } from './context.ts';
import { fail, pass, refused, warn, type Check, type Finding } from './finding.ts';

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
const SHOWN_BYTES = 100;

async function checkClient({ host, config, provider }: Context): Promise<Finding> {
  const { oidc } = config();
  await provider().metadata();
  const { requestTokenEndpoint, tokenError } = await loadProvider();
  const invent = () => encodeBase64url(host.random(INVENTED_BYTES));
  const grant = {
    code: invent(),
    codeVerifier: invent(),
    redirectUri: oidc.redirectUri === '' ? `https://router${CALLBACK_PATH}` : oidc.redirectUri,
  };
  try {
    const answer = await requestTokenEndpoint(provider(), grant);
    return judgeTokenAnswer(answer.status, tokenError(answer, oidc, grant), answer.body);
  } catch (error) {
    return refused(error, [
      'TOKEN_ENDPOINT_NETWORK_ERROR',
      'CLIENT_AUTH_UNSUPPORTED',
      'INSECURE_ENDPOINT',
    ]);
  }
}

/**
 * What the answer to an invented code says about the client: a provider that gets as far as the code
 * has taken the client. `body` is shown when it has no words of OAuth.
 */
export function judgeTokenAnswer(status: number, error: TokenError, body: Uint8Array): Finding {
  const { isCodeRefused, isClientRefused } = error;
  const words =
    error.text === '' ? printable(bytesToLatin1(body.subarray(0, SHOWN_BYTES))) : error.text;
  const text = `HTTP ${status} ${words}`;
  // glewlwyd refuses a code with 403, and a client with another word.
  if (isClientRefused || status === 404 || (status === 403 && !isCodeRefused))
    return fail('CLIENT_REJECTED', text);
  if (isCodeRefused || (status === 400 && namesCode(words)))
    return pass(`the provider knows the client: ${text}`);
  return warn(
    `the answer tells nothing about the client: ${text}`,
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
