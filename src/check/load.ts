// SPDX-License-Identifier: MIT
// The entry of the checks.

export const loadCheck = () => import('./engine.ts');
