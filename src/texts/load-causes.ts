// SPDX-License-Identifier: MIT
// The entry to the table of causes, apart from load.ts: pages use it too.

export const loadCauses = () => import('../causes.ts');
