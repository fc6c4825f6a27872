// SPDX-License-Identifier: MIT
// The body of a POST: a form, bounded, and nothing else.

import { bytesToLatin1 } from '#native';
import { parseForm, type Parameter } from '../codec/form.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { MAX_PARAMETERS } from './request.ts';

export const MAX_BODY_BYTES = 16384;

/** The parameters of a form, as byte strings; refuses with MALFORMED_REQUEST or INPUT_TOO_LARGE. */
export function readForm({ host }: { readonly host: Host }): readonly Parameter[] {
  const type = (host.env('CONTENT_TYPE') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    throw new Refusal('MALFORMED_REQUEST', 'body is no form');
  // Read to its end: a chunked body comes without a length.
  const body = host.readInput(MAX_BODY_BYTES);
  if (!body.ok) {
    const isLarge = body.reason === 'too-large';
    throw new Refusal(isLarge ? 'INPUT_TOO_LARGE' : 'MALFORMED_REQUEST', `body: ${body.reason}`);
  }
  const parsed = parseForm(bytesToLatin1(body.bytes), MAX_PARAMETERS);
  if (!parsed.ok) throw new Refusal('MALFORMED_REQUEST', `body: ${parsed.reason}`);
  return parsed.parameters;
}
