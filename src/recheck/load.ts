// SPDX-License-Identifier: MIT
// The entry to what a tick does with refresh tokens, when something is to be done.

export const loadRecheck = () => import('./recheck.ts');
