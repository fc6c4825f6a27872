// SPDX-License-Identifier: MIT
// fnmatch(3) without flags, as rpcd uses it for access groups and grants: `*` crosses slashes, a
// backslash quotes. Iterative with one backtrack point, so a pattern cannot cost exponential time.

/** Whether `text` matches `pattern`. A bracket that never closes is an ordinary character. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let retryAt = 0;
  while (t < text.length) {
    if (pattern.charAt(p) === '*') {
      starAt = p++;
      retryAt = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charAt(t)) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++retryAt;
    } else {
      return false;
    }
  }
  while (pattern.charAt(p) === '*') p++;
  return p === pattern.length;
}

/** Index behind the pattern element at `at` when it matches `char`, else -1. */
function matchOne(pattern: string, at: number, char: string): number {
  const element = pattern.charAt(at);
  if (element === '?') return at + 1;
  if (element === '[') {
    const end = bracketEnd(pattern, at);
    if (end >= 0) return matchesBracket(pattern.slice(at + 1, end), char) ? end + 1 : -1;
  }
  if (element === '\\' && at + 1 < pattern.length)
    return pattern.charAt(at + 1) === char ? at + 2 : -1;
  return element === char ? at + 1 : -1;
}

function bracketEnd(pattern: string, at: number): number {
  let from = at + 1;
  if ('!^'.includes(pattern.charAt(from)) && from < pattern.length) from++;
  return pattern.indexOf(']', from + 1);
}

function matchesBracket(body: string, char: string): boolean {
  const isNegated = body.startsWith('!') || body.startsWith('^');
  const set = isNegated ? body.slice(1) : body;
  let isFound = false;
  for (let i = 0; i < set.length; i++) {
    if (set.charAt(i + 1) === '-' && i + 2 < set.length) {
      isFound ||= set.charAt(i) <= char && char <= set.charAt(i + 2);
      i += 2;
    } else {
      isFound ||= set.charAt(i) === char;
    }
  }
  return isFound !== isNegated;
}
