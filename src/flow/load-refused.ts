// SPDX-License-Identifier: MIT
// The entry to what is said of a refused user, apart from load.ts: the callback uses it.

export const loadRefusedUser = () => import('./refused-user.ts');
