// SPDX-License-Identifier: MIT
// The entry of rpcd's plugin.

export const loadPlugin = () => import('./run.ts');
