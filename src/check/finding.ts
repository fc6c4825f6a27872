// SPDX-License-Identifier: MIT
// What a check says. The engine gives it its title, and a fix by its code when it names none itself.

import { Refusal, type Cause } from '../refusal.ts';
import type { Context } from './context.ts';

export type Verdict = 'PASS' | 'WARN' | 'FAIL' | 'SKIP';

export interface Finding {
  readonly status: Verdict;
  /** What was found, with values that are no secrets. */
  readonly text: string;
  /** What to do, one sentence; without it the remedy of `cause` is taken, else that of `code`. */
  readonly fix?: string;
  /** The code that a login ends with for this reason. */
  readonly code?: Refusal['code'];
  /** Its meaning goes before `text`. */
  readonly cause?: Cause | undefined;
}

/** One question about the set-up. `run` may throw the Refusal of something it builds upon: then it is skipped. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Checks without which this one cannot pass: when one of them fails, it need not be run. */
  readonly needs: readonly string[];
  readonly run: (context: Context) => Finding | Promise<Finding>;
}

export function pass(text: string): Finding {
  return { status: 'PASS', text };
}

export function skip(text: string): Finding {
  return { status: 'SKIP', text };
}

export function warn(text: string, fix: string): Finding {
  return { status: 'WARN', text, fix };
}

export function fail(code: Refusal['code'], text: string, fix?: string): Finding {
  return fix === undefined ? { status: 'FAIL', text, code } : { status: 'FAIL', text, code, fix };
}

/** What a login would be refused with; codes that are not the check's own are thrown on. */
export function refused(error: unknown, own?: readonly Refusal['code'][]): Finding {
  if (!(error instanceof Refusal) || (own !== undefined && !own.includes(error.code))) throw error;
  return failed(error);
}

/** What a login is refused with. */
export function failed({ code, fact, why }: Refusal): Finding {
  return { status: 'FAIL', text: fact, code, cause: why };
}
