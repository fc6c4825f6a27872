// SPDX-License-Identifier: MIT
// What a refused user reads: what happened, and what to do next. Calm, plain, without blame. English
// stands here; every other language is a file of languages/, and a chunk that only its readers load.

/** The languages of languages/; English needs none. */
export const LANGUAGES = ['de', 'fr', 'es', 'pt', 'it', 'pl', 'ru', 'zh', 'ja'] as const;

export type Language = 'en' | (typeof LANGUAGES)[number];

export const ENGLISH = {
  words: {
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
    asked: 'The link that you followed leads to the page below. Open it only if you meant to.',
    firstPage: 'Start page of the router',
    loggedOut: 'You are logged out of the router.',
    loggedOutThere: 'You are also signed out at your provider.',
    sso: 'Login with SSO',
  },
  sentences: {
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
      "This login was started in another browser, or at another address of the router. Open the router's login page and start there.",
    handshakeOver: 'This login was already used or took too long. Please start again.',
    handshakeUsed:
      'This login has already been completed. Continue to the router; if it asks for a password, start again.',
    denied: 'The login was cancelled, or your provider did not allow it.',
    providerRefused:
      'Your provider refused the login. Please try again; if it stays so, tell the administrator the reference below.',
    notVerified:
      "The provider's answer could not be verified, so nobody was logged in. Please start again; if this persists, give your administrator the reference below.",
    unreachable:
      'Your provider could not be reached, or it has a fault. Try again later, or log in with your password.',
    insecure:
      'The router could not connect to your provider securely. Please give your administrator the reference below, and log in with your password meanwhile.',
    inFront:
      'Something in front of your provider answered in its place. Please give your administrator the reference below.',
    signInAgain:
      'This router requires another sign-in at your provider: a recent one, or one with a second factor. Sign out there, then try again.',
    providerSetup:
      'The provider and this router are not set up for each other. Please give your administrator the reference below.',
    notAuthorized:
      'Your account has no access to this router. Ask its administrator, or use another account.',
    emailNotVerified:
      'Your e-mail address is not verified at the provider, so it cannot be used to log in here. Have it verified there (Pocket ID: "Email verified" of the user), then try again.',
  },
} as const;

export type WordName = keyof typeof ENGLISH.words;
export type SentenceName = keyof typeof ENGLISH.sentences;

/** One language. Words stand in HTML as they are, so they have no < and no &. */
export interface Texts {
  readonly words: Readonly<Record<WordName, string>>;
  readonly sentences: Readonly<Record<SentenceName, string>>;
}
