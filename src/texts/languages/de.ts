// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
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
    asked:
      'Der Link, dem Sie gefolgt sind, führt zu dieser Seite. Öffnen Sie sie nur, wenn Sie dorthin wollten.',
    firstPage: 'Startseite des Routers',
    loggedOut: 'Sie sind vom Router abgemeldet.',
    loggedOutThere: 'Auch beim Anbieter sind Sie abgemeldet.',
    sso: 'Mit SSO anmelden',
  },
  sentences: {
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
      'Diese Anmeldung wurde in einem anderen Browser oder unter einer anderen Adresse des Routers begonnen. Öffnen Sie die Anmeldeseite des Routers und beginnen Sie dort.',
    handshakeOver:
      'Diese Anmeldung wurde schon benutzt oder hat zu lange gedauert. Bitte beginnen Sie noch einmal.',
    handshakeUsed:
      'Diese Anmeldung ist schon abgeschlossen. Gehen Sie weiter zum Router; fragt er nach einem Passwort, beginnen Sie noch einmal.',
    denied: 'Die Anmeldung wurde abgebrochen, oder Ihr Anbieter hat sie nicht erlaubt.',
    providerRefused:
      'Ihr Anbieter hat die Anmeldung abgelehnt. Bitte versuchen Sie es noch einmal; bleibt es dabei, nennen Sie der Verwaltung die Kennung unten.',
    notVerified:
      'Die Antwort des Anbieters ließ sich nicht überprüfen, deshalb wurde niemand angemeldet. Bitte beginnen Sie noch einmal; bleibt es dabei, nennen Sie der Verwaltung die Kennung unten.',
    unreachable:
      'Ihr Anbieter ist nicht erreichbar oder gestört. Versuchen Sie es später noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
    insecure:
      'Der Router konnte keine sichere Verbindung zu Ihrem Anbieter aufbauen. Bitte nennen Sie der Verwaltung die Kennung unten und melden Sie sich so lange mit Ihrem Passwort an.',
    inFront:
      'Etwas, das vor Ihrem Anbieter steht, hat an seiner Stelle geantwortet. Bitte nennen Sie der Verwaltung die Kennung unten.',
    signInAgain:
      'Dieser Router verlangt eine andere Anmeldung beim Anbieter: eine frische oder eine mit zweitem Faktor. Melden Sie sich dort ab und versuchen Sie es noch einmal.',
    providerSetup:
      'Anbieter und Router sind nicht aufeinander eingerichtet. Bitte nennen Sie der Verwaltung die Kennung unten.',
    notAuthorized:
      'Ihr Konto hat keinen Zugang zu diesem Router. Fragen Sie die Verwaltung, oder nehmen Sie ein anderes Konto.',
    emailNotVerified:
      'Ihre E-Mail-Adresse ist beim Anbieter nicht bestätigt und kann hier nicht zur Anmeldung dienen. Lassen Sie sie dort bestätigen (Pocket ID: "Email verified" beim Benutzer) und versuchen Sie es noch einmal.',
  },
};
