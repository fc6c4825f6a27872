// SPDX-License-Identifier: MIT
// What the algorithms chunk offers: the verifier with every algorithm, which few requests need.
export { verifyIdToken } from './id-token.ts';
export { verifySignature } from './jws.ts';
export { readLogoutToken } from './logout-token.ts';
