// SPDX-License-Identifier: MIT
/** Family -> how many calls were made, and their results folded to a number. */
export function sweep(native: object): Record<string, [calls: number, folded: number]>;
