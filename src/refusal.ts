// SPDX-License-Identifier: MIT
// The one class for "no". What codes and causes mean to the browser and the log is in refusals.ts and
// causes.ts, which only a refused request reads.

import type { Cause } from './causes.ts';
import type { RefusalCode } from './refusals.ts';

export type { Cause } from './causes.ts';

/** Thrown to end a request. `fact` is expected and actual of non-secret values, for the log only. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** What the code does not say. */
  readonly why: Cause | undefined;
  readonly fact: string;
  /** For the log: the cause, then the fact. */
  readonly detail: string;
  /** Whom the page may name as signed in; '' = nobody. */
  readonly account: string;

  constructor(code: RefusalCode, fact = '', cause?: Cause, account = '') {
    const detail = cause === undefined ? fact : `${cause} ${fact}`.trim();
    super(detail === '' ? code : `${code}: ${detail}`);
    this.code = code;
    this.why = cause;
    this.fact = fact;
    this.detail = detail;
    this.account = account;
  }
}
