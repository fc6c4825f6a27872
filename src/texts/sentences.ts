// SPDX-License-Identifier: MIT
// What a refused user reads: what happened, and what to do next. Calm, plain, without blame.

export type Language = 'en' | 'de';
export type SentenceName = keyof (typeof SENTENCES)['en'];

export const WORDS = {
  en: {
    title: 'Single sign-on',
    refused: 'Login did not work',
    tryAgain: 'Try again',
    password: 'Login with password',
    switchAccount: 'Switch account',
    signedInAs: 'You are signed in at your provider as',
    code: 'Code',
    reference: 'Reference',
    landing: 'You are logged in.',
    goOn: 'Continue to the router',
  },
  de: {
    title: 'Einmalanmeldung',
    refused: 'Die Anmeldung hat nicht geklappt',
    tryAgain: 'Noch einmal versuchen',
    password: 'Mit Passwort anmelden',
    switchAccount: 'Konto wechseln',
    signedInAs: 'Beim Anbieter angemeldet als',
    code: 'Code',
    reference: 'Kennung',
    landing: 'Sie sind angemeldet.',
    goOn: 'Weiter zum Router',
  },
} as const;

export const SENTENCES = {
  en: {
    disabled: 'Single sign-on is switched off on this router. Please log in with your password.',
    router:
      'Something is wrong on this router. Please tell its administrator the reference below, and log in with your password meanwhile.',
    clock:
      "The router's clock and the provider's do not agree. Wait until the router has its time from the network, then try again.",
    notFound: 'This page does not exist.',
    malformed: 'The request was incomplete or damaged. Please start the login again.',
    tooLarge: 'Your browser sent too much data. Delete the cookies of this router and try again.',
    https:
      'Single sign-on needs a secure connection. Open this router with https:// and try again.',
    busy: 'The router is busy with other logins. Wait a moment and try again, or log in with your password.',
    handshakeLost:
      "This login did not start in this browser, or at another address of the router. Open the router's login page and start there.",
    handshakeOver: 'This login was already used or took too long. Please start again.',
    denied: 'The login was cancelled, or your provider did not allow it.',
    providerRefused:
      'Your provider refused the login. Please try again; if it stays so, tell the administrator the reference below.',
    notVerified:
      'The answer of the provider could not be verified, so nobody was logged in. Please start again.',
    unreachable:
      'The router could not reach your provider. Try again later, or log in with your password.',
    providerSetup:
      'The provider and this router are not set up for each other. Please tell the administrator the reference below.',
    notAuthorized:
      'Your account has no access to this router. Ask its administrator, or use another account.',
    emailNotVerified:
      'Your e-mail address is not verified at the provider, so it cannot be used to log in here. Have it verified there (Pocket ID: "Email verified" of the user), then try again.',
  },
  de: {
    disabled:
      'Die Einmalanmeldung ist auf diesem Router ausgeschaltet. Bitte melden Sie sich mit Ihrem Passwort an.',
    router:
      'Auf diesem Router stimmt etwas nicht. Bitte nennen Sie der Verwaltung die Kennung unten und melden Sie sich so lange mit Ihrem Passwort an.',
    clock:
      'Die Uhren von Router und Anbieter stimmen nicht überein. Warten Sie, bis der Router die Zeit aus dem Netz hat, und versuchen Sie es noch einmal.',
    notFound: 'Diese Seite gibt es nicht.',
    malformed:
      'Die Anfrage war unvollständig oder beschädigt. Bitte beginnen Sie die Anmeldung noch einmal.',
    tooLarge:
      'Ihr Browser hat zu viele Daten gesendet. Löschen Sie die Cookies dieses Routers und versuchen Sie es noch einmal.',
    https:
      'Die Einmalanmeldung braucht eine sichere Verbindung. Öffnen Sie den Router mit https:// und versuchen Sie es noch einmal.',
    busy: 'Der Router ist mit anderen Anmeldungen beschäftigt. Warten Sie einen Moment und versuchen Sie es noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
    handshakeLost:
      'Diese Anmeldung hat nicht in diesem Browser oder unter einer anderen Adresse des Routers begonnen. Öffnen Sie die Anmeldeseite des Routers und beginnen Sie dort.',
    handshakeOver:
      'Diese Anmeldung wurde schon benutzt oder hat zu lange gedauert. Bitte beginnen Sie noch einmal.',
    denied: 'Die Anmeldung wurde abgebrochen, oder Ihr Anbieter hat sie nicht erlaubt.',
    providerRefused:
      'Ihr Anbieter hat die Anmeldung abgelehnt. Bitte versuchen Sie es noch einmal; bleibt es dabei, nennen Sie der Verwaltung die Kennung unten.',
    notVerified:
      'Die Antwort des Anbieters ließ sich nicht überprüfen, deshalb wurde niemand angemeldet. Bitte beginnen Sie noch einmal.',
    unreachable:
      'Der Router hat Ihren Anbieter nicht erreicht. Versuchen Sie es später noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
    providerSetup:
      'Anbieter und Router sind nicht aufeinander eingerichtet. Bitte nennen Sie der Verwaltung die Kennung unten.',
    notAuthorized:
      'Ihr Konto hat keinen Zugang zu diesem Router. Fragen Sie die Verwaltung, oder nehmen Sie ein anderes Konto.',
    emailNotVerified:
      'Ihre E-Mail-Adresse ist beim Anbieter nicht bestätigt und kann hier nicht zur Anmeldung dienen. Lassen Sie sie dort bestätigen (Pocket ID: "Email verified" beim Benutzer) und versuchen Sie es noch einmal.',
  },
} as const;
