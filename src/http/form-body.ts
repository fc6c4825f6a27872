// SPDX-License-Identifier: MIT
// The body of a POST: a form, bounded in size and time, and nothing else.

import { bytesToLatin1 } from '#native';
import { isDigits } from '../codec/chars.ts';
import { parseForm, type Parameter } from '../codec/form.ts';
import type { Host } from '../host.ts';
import { Refusal } from '../refusal.ts';
import { MAX_PARAMETERS } from './request.ts';

const MAX_BODY_BYTES = 16384;
const BODY_TIMEOUT_MS = 5000;

/**
 * The parameters of a form, as byte strings; refuses with MALFORMED_REQUEST, INPUT_TOO_LARGE, or
 * BODY_TIMEOUT when the body is not there within 5 s.
 */
export function readForm({ host }: { readonly host: Host }): readonly Parameter[] {
  const type = (host.env('CONTENT_TYPE') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    throw new Refusal('MALFORMED_REQUEST', 'body is no form');
  const parsed = parseForm(bytesToLatin1(readBody(host)), MAX_PARAMETERS);
  if (!parsed.ok) throw new Refusal('MALFORMED_REQUEST', `body: ${parsed.reason}`);
  return parsed.parameters;
}

/** As long as its length says; a chunked body comes without one, and is read to its end. */
function readBody(host: Host): Uint8Array {
  const stated = host.env('CONTENT_LENGTH') ?? '';
  if (stated !== '' && !isDigits(stated))
    throw new Refusal('MALFORMED_REQUEST', 'body: CONTENT_LENGTH is no number');
  const isEndless = stated === '';
  const length = isEndless ? MAX_BODY_BYTES + 1 : Number(stated);
  const tooLarge = new Refusal('INPUT_TOO_LARGE', `body of more than ${MAX_BODY_BYTES} bytes`);
  if (!isEndless && length > MAX_BODY_BYTES) throw tooLarge;
  const body = host.readBody(length, host.bootMilliseconds() + BODY_TIMEOUT_MS);
  if (!body.ok) {
    const code = body.reason === 'timeout' ? 'BODY_TIMEOUT' : 'MALFORMED_REQUEST';
    throw new Refusal(code, `body: ${body.reason}`);
  }
  const { bytes } = body;
  if (isEndless && bytes.length === length) throw tooLarge;
  if (!isEndless && bytes.length < length)
    throw new Refusal('MALFORMED_REQUEST', `body ends after ${bytes.length} of ${length} bytes`);
  return bytes;
}
