// SPDX-License-Identifier: MIT
// The doors to the chunks that not every request needs. They stand in a module of their own because
// the engine finds an importing chunk by its debug information, which only this one keeps.

export const loadLogin = () => import('./flow/login.ts');
export const loadCallback = () => import('./flow/callback.ts');
export const loadLogout = () => import('./flow/backchannel-logout.ts');
export const loadInitiate = () => import('./flow/initiate.ts');
export const loadProvider = () => import('./oidc/door.ts');
export const loadVerify = () => import('./verify/door.ts');
export const loadAlgorithms = () => import('./verify/full-door.ts');
export const loadTexts = () => import('./texts/page.ts');
export const loadCheck = () => import('./check/engine.ts');
export const loadRefusals = () => import('./texts/refusals.ts');
export const loadRemedies = () => import('./texts/remedies.ts');
export const loadAdmin = () => import('./cli/run.ts');
export const loadPlugin = () => import('./rpcd/run.ts');
export const loadSync = () => import('./session/sync.ts');
