// SPDX-License-Identifier: MIT
// The one class for "no". What a code means to the browser and the log stands in refusals.ts,
// which only a refused request reads.

import type { RefusalCode } from './refusals.ts';

/** Thrown to end a request. `detail` states fact and expected/actual of non-secret values, for the log only. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly detail: string;
  /** Whom the page may name as signed in; '' = nobody. */
  readonly account: string;

  constructor(code: RefusalCode, detail = '', account = '') {
    super(detail === '' ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.account = account;
  }
}
