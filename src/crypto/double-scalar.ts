// SPDX-License-Identifier: MIT
// u G + v Q in any group, both factors walked at the same time: signed digits of five bits without
// neighbours (wNAF) need one addition in six doublings. Public values only: no constant time.

/** What the sum needs of a group. An entry is a point, not zero, prepared for many additions. */
export interface Group<Point, Entry> {
  readonly zero: Point;
  readonly double: (point: Point) => Point;
  /** Any sum: equal and opposite ones and zero on the left included. */
  readonly add: (point: Point, entry: Entry) => Point;
  readonly prepare: (point: Point) => Entry;
  readonly negate: (entry: Entry) => Entry;
}

const WINDOW_BITS = 5;
/** The largest digit; digits are odd, or 0. */
const MAX_DIGIT = 15;

/** Digits whose sum of `digit << place` is the factor, from place 0 on. */
function recode(factor: bigint): readonly number[] {
  const bits = factor.toString(2);
  const digits: number[] = [];
  let carry = 0;
  for (let end = bits.length; end > 0;) {
    if (bits.charCodeAt(end - 1) - 0x30 === carry) {
      digits.push(0);
      end -= 1;
      continue;
    }
    const window = Number(`0b${bits.slice(Math.max(end - WINDOW_BITS, 0), end)}`) + carry;
    carry = window > MAX_DIGIT ? 1 : 0;
    digits.push(window - 32 * carry, 0, 0, 0, 0);
    end -= WINDOW_BITS;
  }
  if (carry > 0) digits.push(1);
  return digits;
}

/** Place (digit + 15) / 2 holds the point times that digit. */
function oddMultiples<Point, Entry>(group: Group<Point, Entry>, point: Point): readonly Entry[] {
  const table: Entry[] = [];
  const step = group.prepare(group.double(point));
  let multiple = point;
  for (let digit = 1; ; digit += 2) {
    const entry = group.prepare(multiple);
    table.unshift(group.negate(entry));
    table.push(entry);
    if (digit === MAX_DIGIT) return table;
    multiple = group.add(multiple, step);
  }
}

/** u G + v Q for factors that are not negative, and points whose order is above 15. */
export function multiplyTwo<Point, Entry>(
  group: Group<Point, Entry>,
  u: bigint,
  g: Point,
  v: bigint,
  q: Point,
): Point {
  const uDigits = recode(u);
  const vDigits = recode(v);
  const gTable = oddMultiples(group, g);
  const qTable = oddMultiples(group, q);
  const addDigit = (sum: Point, table: readonly Entry[], digit: number): Point =>
    digit === 0 ? sum : group.add(sum, table[(digit + MAX_DIGIT) >> 1] as Entry);
  let sum = group.zero;
  for (let place = Math.max(uDigits.length, vDigits.length) - 1; place >= 0; place--) {
    sum = group.double(sum);
    sum = addDigit(sum, gTable, uDigits[place] ?? 0);
    sum = addDigit(sum, qTable, vDigits[place] ?? 0);
  }
  return sum;
}
