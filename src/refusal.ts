// SPDX-License-Identifier: MIT
// The one class for "no": a stable code, and a detail that only the log sees (spec: errors).

/** Thrown to end a request. `detail` states fact and expected/actual of non-secret values. */
export class Refusal extends Error {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail = '') {
    super(detail === '' ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}
