// SPDX-License-Identifier: MIT
// The entries to pages and tables of texts. The table of refusals is in the chunk of the pages.

export const loadTexts = () => import('./page.ts');
export const loadRemedies = () => import('./remedies.ts');
export const loadRefusals = () => import('../refusals.ts');
