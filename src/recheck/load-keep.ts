// SPDX-License-Identifier: MIT
// The entry to what keeps a refresh token: a login without one does not read it.

export const loadKeep = () => import('./keep.ts');
