// SPDX-License-Identifier: MIT
// A pushed authorization request (RFC 9126): for providers that take no other.

import { isVisibleAscii } from '../codec/chars.ts';
import { encodeForm, type Parameter } from '../codec/form.ts';
import { Refusal } from '../refusal.ts';
import { requestProvider, backChannelUrl, requireJson } from './back-channel.ts';
import { authenticateClient } from './client-auth.ts';
import { rememberingFailure } from './discovery.ts';
import type { OpenIdProvider } from './provider.ts';
import { clientRefusal } from './token.ts';

const MAX_PUSH_BODY_BYTES = 65536;
const MAX_REQUEST_URI_CHARS = 1024;

/**
 * Hands the request to the provider and gives the `request_uri` that stands for it. Refuses with
 * PAR_NETWORK_ERROR, CLIENT_REJECTED or PAR_FAILED.
 */
export async function pushRequest(
  provider: OpenIdProvider,
  parameters: readonly Parameter[],
): Promise<string> {
  const { config } = provider;
  const metadata = await provider.metadata();
  const client = await provider.client();
  const proof = authenticateClient(config, metadata.tokenAuthMethods);
  const url = backChannelUrl(config, metadata.parEndpoint);
  const known = parameters.filter(([name]) => name !== 'client_id');
  // RFC 9126 2.1: client_id is a parameter of the request itself, however the client proves itself.
  const own = [['client_id', config.clientId] as const, ...proof.parameters.slice(1)];
  const request = {
    method: 'POST',
    url,
    headers: proof.headers,
    form: encodeForm([...own, ...known]),
    maxBodyBytes: MAX_PUSH_BODY_BYTES,
  } as const;
  const response = rememberingFailure(provider, () =>
    requestProvider(client, request, 'PAR_NETWORK_ERROR'),
  );
  // RFC 9126 2.2: 201; some say 200.
  if (response.status !== 201 && response.status !== 200)
    throw clientRefusal(response, config, [config.clientSecret], 'PAR_FAILED');
  const { request_uri: requestUri } = requireJson(response, 'PAR_FAILED');
  if (
    typeof requestUri !== 'string' ||
    requestUri === '' ||
    requestUri.length > MAX_REQUEST_URI_CHARS ||
    !isVisibleAscii(requestUri)
  )
    throw new Refusal('PAR_FAILED', 'no usable request_uri in the response');
  return requestUri;
}
