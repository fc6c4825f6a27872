// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: 'Accesso unico',
    refused: "L'accesso non è riuscito",
    tryAgain: 'Riprova',
    password: 'Accedi con la password',
    switchAccount: 'Cambia account',
    signedInAs: "Presso il provider l'accesso è stato fatto come",
    code: 'Codice',
    reference: 'Riferimento',
    landing: 'Accesso effettuato.',
    goOn: 'Continua al router',
    asked:
      'Il collegamento che hai seguito porta a questa pagina. Aprila solo se è quella che volevi.',
    firstPage: 'Pagina iniziale del router',
    loggedOut: 'Disconnessione dal router effettuata.',
    loggedOutThere: 'La sessione è terminata anche presso il provider.',
    sso: 'Accedi con SSO',
  },
  sentences: {
    disabled: "L'accesso unico è disattivato su questo router. Accedi con la password.",
    router:
      "C'è un problema su questo router. Comunica il riferimento qui sotto all'amministratore e intanto accedi con la password.",
    clock:
      "Gli orologi del router e del provider non concordano. Attendi che il router riceva l'ora dalla rete, poi riprova.",
    notFound: 'Questa pagina non esiste.',
    malformed: "La richiesta era incompleta o danneggiata. Ricomincia l'accesso.",
    tooLarge: 'Il browser ha inviato troppi dati. Cancella i cookie di questo router e riprova.',
    https:
      "L'accesso unico richiede una connessione sicura. Apri questo router con https:// e riprova.",
    busy: 'Il router è occupato con altri accessi. Attendi un momento e riprova, oppure accedi con la password.',
    handshakeLost:
      'Questo accesso è stato avviato in un altro browser o a un altro indirizzo del router. Apri la pagina di accesso del router e comincia da lì.',
    handshakeOver: 'Questo accesso è già stato usato o è durato troppo. Ricomincia.',
    handshakeUsed:
      'Questo accesso è già stato completato. Continua al router; se chiede una password, ricomincia.',
    denied: "L'accesso è stato annullato, oppure il provider non lo ha consentito.",
    providerRefused:
      "Il provider ha rifiutato l'accesso. Riprova; se il problema rimane, comunica il riferimento qui sotto all'amministratore.",
    notVerified:
      "Non è stato possibile verificare la risposta del provider, quindi nessuno è stato autenticato. Ricomincia; se il problema rimane, comunica il riferimento qui sotto all'amministratore.",
    unreachable:
      'Il provider non è raggiungibile o ha un guasto. Riprova più tardi, oppure accedi con la password.',
    insecure:
      "Il router non è riuscito a connettersi in modo sicuro al provider. Comunica il riferimento qui sotto all'amministratore e nel frattempo accedi con la password.",
    inFront:
      "Qualcosa davanti al provider ha risposto al suo posto. Comunica il riferimento qui sotto all'amministratore.",
    signInAgain:
      'Questo router richiede un altro accesso presso il provider: recente, o con un secondo fattore. Esci dal provider e riprova.',
    providerSetup:
      "Il provider e questo router non sono configurati l'uno per l'altro. Comunica il riferimento qui sotto all'amministratore.",
    notAuthorized:
      "Il tuo account non ha accesso a questo router. Rivolgiti all'amministratore o usa un altro account.",
    emailNotVerified:
      'Il tuo indirizzo e-mail non è verificato presso il provider, quindi non può servire per accedere qui. Fallo verificare lì (Pocket ID: "Email verified" dell\'utente), poi riprova.',
  },
};
