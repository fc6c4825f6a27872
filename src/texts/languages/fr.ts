// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: 'Authentification unique',
    refused: 'La connexion a échoué',
    tryAgain: 'Réessayer',
    password: 'Se connecter avec un mot de passe',
    switchAccount: 'Changer de compte',
    signedInAs: 'Vous êtes connecté chez votre fournisseur en tant que',
    code: 'Code',
    reference: 'Référence',
    landing: 'Vous êtes connecté.',
    goOn: 'Continuer vers le routeur',
    asked:
      "Le lien que vous avez suivi mène à cette page. Ne l'ouvrez que si c'est bien celle que vous vouliez.",
    firstPage: "Page d'accueil du routeur",
    loggedOut: 'Vous êtes déconnecté du routeur.',
    loggedOutThere: 'Vous êtes aussi déconnecté de votre fournisseur.',
    sso: 'Se connecter avec SSO',
  },
  sentences: {
    disabled:
      "L'authentification unique est désactivée sur ce routeur. Veuillez vous connecter avec votre mot de passe.",
    router:
      'Ce routeur rencontre un problème. Veuillez communiquer la référence ci-dessous à son administrateur et vous connecter avec votre mot de passe en attendant.',
    clock:
      "L'horloge du routeur et celle du fournisseur ne concordent pas. Attendez que le routeur ait reçu l'heure du réseau, puis réessayez.",
    notFound: "Cette page n'existe pas.",
    malformed: 'La requête était incomplète ou endommagée. Veuillez recommencer la connexion.',
    tooLarge:
      'Votre navigateur a envoyé trop de données. Supprimez les cookies de ce routeur et réessayez.',
    https:
      "L'authentification unique exige une connexion sécurisée. Ouvrez ce routeur avec https:// et réessayez.",
    busy: "Le routeur traite d'autres connexions. Patientez un instant et réessayez, ou connectez-vous avec votre mot de passe.",
    handshakeLost:
      'Cette connexion a été commencée dans un autre navigateur ou à une autre adresse du routeur. Ouvrez la page de connexion du routeur et commencez par là.',
    handshakeOver:
      'Cette connexion a déjà été utilisée ou a duré trop longtemps. Veuillez recommencer.',
    handshakeUsed:
      'Cette connexion est déjà terminée. Continuez vers le routeur ; s’il demande un mot de passe, recommencez.',
    denied: "La connexion a été annulée, ou votre fournisseur ne l'a pas autorisée.",
    providerRefused:
      "Votre fournisseur a refusé la connexion. Veuillez réessayer ; si le problème persiste, communiquez la référence ci-dessous à l'administrateur.",
    notVerified:
      "La réponse du fournisseur n'a pas pu être vérifiée, personne n'a donc été connecté. Veuillez recommencer ; si le problème persiste, communiquez la référence ci-dessous à l'administrateur.",
    unreachable:
      'Votre fournisseur est injoignable ou en panne. Réessayez plus tard, ou connectez-vous avec votre mot de passe.',
    insecure:
      "Le routeur n'a pas pu établir de connexion sécurisée avec votre fournisseur. Veuillez communiquer la référence ci-dessous à l'administrateur et vous connecter avec votre mot de passe en attendant.",
    inFront:
      "Un équipement placé devant votre fournisseur a répondu à sa place. Veuillez communiquer la référence ci-dessous à l'administrateur.",
    signInAgain:
      'Ce routeur exige une autre authentification chez votre fournisseur : récente, ou avec un second facteur. Déconnectez-vous chez lui, puis réessayez.',
    providerSetup:
      "Le fournisseur et ce routeur ne sont pas configurés l'un pour l'autre. Veuillez communiquer la référence ci-dessous à l'administrateur.",
    notAuthorized:
      "Votre compte n'a pas accès à ce routeur. Adressez-vous à son administrateur, ou utilisez un autre compte.",
    emailNotVerified:
      "Votre adresse e-mail n'est pas vérifiée chez le fournisseur et ne peut donc pas servir à la connexion ici. Faites-la vérifier là-bas (Pocket ID : « Email verified » de l'utilisateur), puis réessayez.",
  },
};
