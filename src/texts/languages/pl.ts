// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: 'Logowanie jednokrotne',
    refused: 'Logowanie nie powiodło się',
    tryAgain: 'Spróbuj ponownie',
    password: 'Zaloguj się hasłem',
    switchAccount: 'Zmień konto',
    signedInAs: 'U dostawcy zalogowano jako',
    code: 'Kod',
    reference: 'Identyfikator',
    landing: 'Zalogowano.',
    goOn: 'Przejdź do routera',
    asked:
      'Otwarty odnośnik prowadzi do tej strony. Otwórz ją tylko wtedy, gdy to właśnie ona miała się pojawić.',
    firstPage: 'Strona główna routera',
    loggedOut: 'Wylogowano z routera.',
    loggedOutThere: 'Wylogowano także u dostawcy.',
    sso: 'Zaloguj się przez SSO',
  },
  sentences: {
    disabled: 'Logowanie jednokrotne jest na tym routerze wyłączone. Zaloguj się hasłem.',
    router:
      'Na tym routerze wystąpił problem. Podaj administratorowi poniższy identyfikator, a tymczasem zaloguj się hasłem.',
    clock:
      'Zegary routera i dostawcy nie są zgodne. Poczekaj, aż router pobierze czas z sieci, i spróbuj ponownie.',
    notFound: 'Ta strona nie istnieje.',
    malformed: 'Żądanie było niepełne lub uszkodzone. Rozpocznij logowanie od nowa.',
    tooLarge:
      'Przeglądarka wysłała zbyt dużo danych. Usuń pliki cookie tego routera i spróbuj ponownie.',
    https:
      'Logowanie jednokrotne wymaga bezpiecznego połączenia. Otwórz ten router przez https:// i spróbuj ponownie.',
    busy: 'Router obsługuje inne logowania. Poczekaj chwilę i spróbuj ponownie albo zaloguj się hasłem.',
    handshakeLost:
      'To logowanie rozpoczęto w innej przeglądarce albo pod innym adresem routera. Otwórz stronę logowania routera i zacznij od niej.',
    handshakeOver:
      'To logowanie zostało już wykorzystane albo trwało zbyt długo. Rozpocznij od nowa.',
    handshakeUsed:
      'To logowanie zostało już zakończone. Przejdź do routera; jeśli poprosi o hasło, rozpocznij od nowa.',
    denied: 'Logowanie anulowano albo dostawca na nie nie pozwolił.',
    providerRefused:
      'Dostawca odrzucił logowanie. Spróbuj ponownie; jeśli to nie pomoże, podaj administratorowi poniższy identyfikator.',
    notVerified:
      'Nie udało się zweryfikować odpowiedzi dostawcy, więc nikt nie został zalogowany. Rozpocznij od nowa; jeśli to nie pomoże, podaj administratorowi poniższy identyfikator.',
    unreachable:
      'Dostawca jest nieosiągalny albo ma awarię. Spróbuj później albo zaloguj się hasłem.',
    insecure:
      'Router nie mógł bezpiecznie połączyć się z dostawcą. Podaj administratorowi poniższy identyfikator, a na razie zaloguj się hasłem.',
    inFront:
      'Zamiast dostawcy odpowiedziało coś, co stoi przed nim. Podaj administratorowi poniższy identyfikator.',
    signInAgain:
      'Ten router wymaga innego logowania u dostawcy: niedawnego albo z drugim składnikiem. Wyloguj się tam i spróbuj ponownie.',
    providerSetup:
      'Dostawca i ten router nie są dla siebie skonfigurowani. Podaj administratorowi poniższy identyfikator.',
    notAuthorized:
      'Twoje konto nie ma dostępu do tego routera. Zwróć się do administratora albo użyj innego konta.',
    emailNotVerified:
      'Twój adres e-mail nie jest u dostawcy potwierdzony, więc nie może służyć do logowania tutaj. Poproś tam o potwierdzenie (Pocket ID: „Email verified” użytkownika) i spróbuj ponownie.',
  },
};
