// SPDX-License-Identifier: MIT
// Runs on run-chunks: calls every host function, and every function of '#native', with values that no caller of ours passes. A call may
// give a result or throw an error of the engine; it must not end the process. Prints what it counted.
// Memory is never taken away from a buffer while it is used: the engine has neither transfer nor resize.
// usage: run-chunks THIS.bc SEED CASES [PRINT]
import * as native from '#native';

let state = 0;
const multiply = (a, b) => Number(BigInt(a) * BigInt(b) & 0xffffffffn) | 0;
const next = () => {
  state = (state + 0x9e3779b9) | 0;
  let z = state;
  z = multiply(z ^ (z >>> 16), 0x85ebca6b);
  z = multiply(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
};
const below = (bound) => next() % bound;
const pick = (list) => list[below(list.length)];

const NUMBERS = [0, -0, 1, -1, 2, 255, 256, 257, 65535, 65536, 65537, 16777216, 16777216 + 1, 2147483648 - 1, 2147483648, -(2147483648), 4294967296, 4294967296 + 1, 9007199254740992, -(9007199254740992),
  9223372036854775808, -(9223372036854775808), 18446744073709551616, 1e21, 1e300, 1.5, -0.5, NaN, Infinity, -Infinity, 5e-324];
const TEXTS = ['', 'a', '/', '/etc/passwd', '/dev/zero', '/dev', '/proc/self/environ', '/proc/self/mem', '..', '../x', '.', 'a\0b', '\0', '\ud800', '\udfff\ud800', 'ä', '€', '😀', '%s%n%x', 'x'.repeat(100), 'x'.repeat(101),
  `/${'x'.repeat(4093)}`, `/${'x'.repeat(4094)}`, `/${'x'.repeat(4095)}`, '/x'.repeat(40000), '127.0.0.1', '::1', 'localhost', 'idp.example', '-1', '1e9', '0x10', 'NaN'];
const make = (depth = 0) => {
  const bytes = new Uint8Array(below(40));
  switch (below(depth > 2 ? 12 : 18)) {
    case 0: return undefined;
    case 1: return null;
    case 2: return next() % 2 === 0;
    case 3: case 4: return pick(NUMBERS);
    case 5: return next() - 2147483648;
    case 6: case 7: return pick(TEXTS);
    case 8: return BigInt(pick([0, 1, -1, 1099511627776])) ** BigInt(below(9));
    case 9: return Symbol('hostile');
    case 10: return bytes;
    case 11: return new Uint8Array(pick([0, 1, 65536, 300000]));
    case 12: case 13: return pick([new Uint16Array(4), new Float64Array(2), new Int8Array(3), new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), new BigInt64Array(1)]);
    case 14: return [make(depth + 1), make(depth + 1)];
    case 15: {
      const value = make(depth + 1), text = make(depth + 1);
      return { valueOf: () => value, toString: () => text };
    }
    case 16: return { valueOf() { throw new TypeError('valueOf'); }, toString() { throw new RangeError('toString'); } };
    default: return pick([() => 1, function () { return this; }, Object.create(null), new Map(), new Error('x'), globalThis, (async () => 1)()]);
  }
};

const target = () => {
  const made = { name: 'localhost', port: 1, address: '127.0.0.1', caFile: '', connectDeadline: 0, deadline: 0 };
  for (let i = 0; i <= below(3); i++) made[pick(Object.keys(made))] = make();
  return below(8) > 0 ? made : { ...made, get [pick(Object.keys(made))]() { throw new RangeError('getter'); } };
};

/** Arguments that are right but for some: hostile ones alone would fail at the first. */
const ARGUMENTS = {
  env: () => ['PATH'],
  args: () => [],
  readInput: () => [100],
  readBody: () => [100, 0],
  writeOutput: () => [new Uint8Array(0)],
  writeError: () => [new Uint8Array(0)],
  isTerminal: () => [1],
  readLine: () => [100, true],
  random: () => [16],
  wallSeconds: () => [],
  bootMilliseconds: () => [],
  log: () => [7, 'line'],
  stateRead: () => ['name', 100],
  stateCreate: () => ['name', new Uint8Array(3)],
  stateReplace: () => ['name', new Uint8Array(3)],
  stateRemove: () => ['name'],
  stateList: () => [],
  stateLock: (now) => ['lock', now + SOON_MS],
  fileRead: () => ['/etc/hosts', 1000],
  directoryList: () => ['/etc'],
  connectUnix: () => ['/var/run/echo.sock', 0],
  connectTls: () => [target()],
  streamWrite: (now) => [below(9), new Uint8Array(3), now + SOON_MS],
  streamRead: () => [below(9), 10, 0],
  streamClose: () => [below(9)],
  encodeUtf8: () => [pick(TEXTS)],
  decodeUtf8: () => [new Uint8Array(below(40)).fill(next()), below(3), below(40)],
  latin1ToBytes: () => [pick(TEXTS)],
  bytesToLatin1: () => [new Uint8Array(below(40)).fill(next()), below(3), below(40)],
  isWithin: () => [pick(TEXTS), 32, 126],
  skipMessages: () => [new Uint8Array(below(80)).fill(pick([0, 2, 7, 0x82])), 'data', pick(TEXTS)],
  verifyP256: () => [new Uint8Array(32), new Uint8Array(32), new Uint8Array(32), new Uint8Array(64)],
  encodeBase64url: () => [new Uint8Array(below(40))],
  decodeBase64url: () => [pick(TEXTS)],
  encodeFormPart: () => [pick(TEXTS)],
  sha256: () => [new Uint8Array(below(200))],
  sha384: () => [new Uint8Array(below(200))],
  sha512: () => [new Uint8Array(below(200))],
};
const SOON_MS = 20;
const ERRORS = ['TypeError', 'RangeError', 'InternalError', 'SyntaxError'];

/** Whether the host would take it for a moment far ahead, of whatever kind it is. */
function isLate(value, now) {
  try {
    return Number(value) > now + SOON_MS;
  } catch {
    return false;
  }
}

function call(host, name) {
  const now = host.bootMilliseconds();
  const args = ARGUMENTS[name](now);
  for (let i = 0; i <= below(3); i++) args[below(args.length + 2)] = make();
  if (below(6) === 0) args.length = below(args.length + 1);
  // What would only wait long is left out.
  for (const at of { connectUnix: [1], stateLock: [1], streamWrite: [2], streamRead: [2] }[name] ?? []) if (isLate(args[at], now)) args[at] = now + SOON_MS;
  if (name === 'connectTls' && typeof args[0] === 'object' && args[0] !== null && 'deadline' in args[0]) {
    for (const member of ['connectDeadline', 'deadline']) {
      const own = Object.getOwnPropertyDescriptor(args[0], member);
      if (isLate(own?.value, now)) args[0][member] = now + SOON_MS;
    }
  }
  if (name === 'writeOutput' && args[0] instanceof Uint8Array && args[0].length > 0) args[0] = new Uint8Array(0);
  try {
    const result = (name in native ? native : host)[name](...args);
    return typeof result === 'object' && result !== null && result.ok === false ? 'failed' : 'done';
  } catch (error) {
    if (error instanceof Error && ERRORS.includes(error.name)) return error.name;
    throw error;
  }
}

export function main(host) {
  const [, seed, cases, first] = host.args();
  const counts = {};
  for (let i = Number(first ?? 0), end = i + Number(cases); i < end; i++) {
    state = (multiply(seed, 0x2545f491) + multiply(i, 0x9e3779b1)) | 0;
    const name = pick(Object.keys(ARGUMENTS));
    const how = call(host, name);
    const row = (counts[name] ??= {});
    row[how] = (row[how] ?? 0) + 1;
  }
  const text = JSON.stringify(counts), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  host.writeOutput(bytes);
  return 0;
}
