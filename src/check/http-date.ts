// SPDX-License-Identifier: MIT
// The Date header (RFC 9110 5.6.7), in the one form that senders must write.

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; `undefined` for anything else. */
export function parseHttpDate(text: string): number | undefined {
  const [, day = '', month = '', year = '', time = '', zone] = text.split(' ');
  const at = MONTHS.indexOf(month);
  const parts = [day, year, ...time.split(':')].map((part) => (part === '' ? NaN : Number(part)));
  const [date = NaN, fullYear = NaN, hours = NaN, minutes = NaN, seconds = NaN] = parts;
  if (zone !== 'GMT' || month.length !== 3 || at < 0 || at % 3 !== 0 || parts.length !== 5)
    return undefined;
  const days = daysSince1970(fullYear, at / 3 + 1, date);
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  return Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}

/** Of the Gregorian calendar; years are counted from March, so that the leap day is a year's last. */
export function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468
  );
}
