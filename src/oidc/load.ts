// SPDX-License-Identifier: MIT
// The entry of the chunk that talks to the provider.

export const loadProvider = () => import('./entry.ts');
