// SPDX-License-Identifier: MIT
// Module hooks of _read-chunks.ts: each chunk of the rolled program that is read is a line on standard output.
import { writeSync } from 'node:fs';

const BUNDLE = new URL('../../../build/bundle/', import.meta.url).href;

export function load(url, context, next) {
  if (url.startsWith(BUNDLE)) writeSync(1, `${url.slice(BUNDLE.length, -'.js'.length)}\n`);
  return next(url, context);
}
