// SPDX-License-Identifier: MIT
// The doors to the chunks that not every request needs. They stand in a module of their own because
// the engine finds an importing chunk by its debug information, which only this one keeps.

import type { Language } from './texts/page.ts';

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
export const loadTick = () => import('./guard/tick.ts');
export const loadAlign = () => import('./guard/align.ts');
export const loadSync = () => import('./session/sync.ts');

/** The texts of one language besides English. */
export function loadLanguage(language: Exclude<Language, 'en'>) {
  switch (language) {
    case 'de':
      return import('./texts/languages/de.ts');
    case 'fr':
      return import('./texts/languages/fr.ts');
    case 'es':
      return import('./texts/languages/es.ts');
    case 'pt':
      return import('./texts/languages/pt.ts');
    case 'it':
      return import('./texts/languages/it.ts');
    case 'pl':
      return import('./texts/languages/pl.ts');
    case 'ru':
      return import('./texts/languages/ru.ts');
    case 'zh':
      return import('./texts/languages/zh.ts');
    case 'ja':
      return import('./texts/languages/ja.ts');
  }
}
