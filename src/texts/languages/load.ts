// SPDX-License-Identifier: MIT
// The entries of the languages besides English, each a chunk.

import type { Language } from '../sentences.ts';

/** The texts of one language besides English. */
export function loadLanguage(language: Exclude<Language, 'en'>) {
  switch (language) {
    case 'de':
      return import('./de.ts');
    case 'fr':
      return import('./fr.ts');
    case 'es':
      return import('./es.ts');
    case 'pt':
      return import('./pt.ts');
    case 'it':
      return import('./it.ts');
    case 'pl':
      return import('./pl.ts');
    case 'ru':
      return import('./ru.ts');
    case 'zh':
      return import('./zh.ts');
    case 'ja':
      return import('./ja.ts');
  }
}
