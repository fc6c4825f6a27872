// SPDX-License-Identifier: MIT
// The entry of a tick.

export const loadTick = () => import('./tick.ts');
