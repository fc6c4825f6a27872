// SPDX-License-Identifier: MIT
// The entry of the chunk that talks to the provider: read only by a request that does.

export { openClient } from './back-channel.ts';
export { chooseAuthMethod } from './client-auth.ts';
export { checkMetadata, documentUrl, fetchDocument, fetchMetadata } from './discovery.ts';
export { fetchKeys, mayRefetch, readCachedKeys } from './jwks.ts';
export { pushRequest } from './push.ts';
export { refreshTokens, refreshUserinfo } from './refresh.ts';
export { revokeToken } from './revocation.ts';
export { requestTokenEndpoint, redeemCode, tokenRefusal } from './token.ts';
export { fetchUserinfo } from './userinfo.ts';
export { closeConnections, connectHttps } from '../tls-http/client.ts';
