// SPDX-License-Identifier: MIT
// The entry to a sync, which a login needs only after roles have changed.

export const loadSync = () => import('./sync.ts');
