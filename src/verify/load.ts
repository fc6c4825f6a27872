// SPDX-License-Identifier: MIT
// The entries of the two verifiers: with the common algorithms, and with all.

export const loadVerify = () => import('./algorithms/common.ts');
export const loadAlgorithms = () => import('./algorithms/all.ts');
