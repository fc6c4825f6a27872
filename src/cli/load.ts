// SPDX-License-Identifier: MIT
// The entry of the command line.

export const loadAdmin = () => import('./run.ts');
