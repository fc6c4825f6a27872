// SPDX-License-Identifier: MIT
// The entries of the chunks with steps of a login that not every request takes. Every load.ts is in the
// one chunk that the engine keeps the debug information of: by that it finds an importing chunk.

export const loadCallback = () => import('./callback.ts');
export const loadLogout = () => import('./backchannel-logout.ts');
export const loadInitiate = () => import('./initiate.ts');
