// SPDX-License-Identifier: MIT
// Who can sign in at the test provider. There are no passwords.

export interface User {
  readonly about: string;
  readonly claims: Readonly<Record<string, string | boolean | readonly string[]>>;
}

export const USERS: Readonly<Record<string, User>> = {
  alice: {
    about: 'verified address alice@example.com',
    claims: { email: 'alice@example.com', email_verified: true, name: 'Alice Example', preferred_username: 'alice', groups: [] },
  },
  bob: {
    about: 'group guests',
    claims: { email: 'bob@example.com', email_verified: true, name: 'Bob Example', preferred_username: 'bob', groups: ['guests', 'staff'] },
  },
  dave: {
    about: 'address dave@example.com, not verified',
    claims: { email: 'dave@example.com', email_verified: false, name: 'Dave Example', preferred_username: 'dave', groups: [] },
  },
  mallory: {
    about: 'known to the provider, but to no rule of the router',
    claims: {
      email: 'mallory@example.net',
      email_verified: true,
      name: 'Mallory Example',
      preferred_username: 'mallory',
      groups: ['staff'],
    },
  },
};
