// SPDX-License-Identifier: MIT
// The entry to what only a change needs, apart from load.ts: a tick uses it.

export const loadAlign = () => import('./align.ts');
