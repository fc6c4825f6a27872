// SPDX-License-Identifier: MIT
// Which of the two verifier chunks a token needs, hence apart. A login with RS256 or ES256 never reads the other one.

import { Refusal } from '../refusal.ts';
import type { verifyIdToken } from '../verify/algorithms/all.ts';
import { loadAlgorithms, loadVerify } from '../verify/load.ts';

interface Verifier {
  readonly verifyIdToken: typeof verifyIdToken;
}

/** What `use` gives with the small verifier, or with the whole one when the token's algorithm needs it. */
export async function withVerifier<Claims>(use: (verifier: Verifier) => Claims): Promise<Claims> {
  try {
    return use(await loadVerify());
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'UNSUPPORTED_ALGORITHM') throw error;
    return use(await loadAlgorithms());
  }
}
