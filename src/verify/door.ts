// SPDX-License-Identifier: MIT
// What the verify chunk offers to the rest of the program.
export { verifyIdToken } from './id-token.ts';
export { verifySignature } from './jws.ts';
