// SPDX-License-Identifier: MIT
// The entry of the login chunk, apart from load.ts: pages and the login page's question use it too, and
// the other steps use them.

export const loadLogin = () => import('./login.ts');
