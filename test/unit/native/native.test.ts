// SPDX-License-Identifier: MIT
// The module '#native' as it ships, on each byte order and under the sanitizers: published vectors, and
// agreement with Node's own functions, which all other tests have in its place.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import * as native from '#native';
import { valueOf, RUNNER_TARGETS } from '../../runtime/_runner.ts';
import { sweep } from './_sweep.js';

const SWEEP = readFileSync(fileURLToPath(new URL('_sweep.js', import.meta.url)), 'utf8').replace('export function', 'function');
const IMPORT = "const native = await import('#native');";

interface Known {
  readonly title: string;
  readonly call: string;
  readonly gives: string | undefined;
}

const sha = (name: string, text: string, gives: string): Known => ({
  title: `${name} of "${text.slice(0, 8)}"`,
  call: `hex(native.${name}(native.latin1ToBytes(${text.length > 999 ? "'a'.repeat(1000000)" : JSON.stringify(text)})))`,
  gives,
});
const notUtf8 = (title: string, ...bytes: number[]): Known => ({
  title: `UTF-8 with ${title}`,
  call: `native.decodeUtf8(new Uint8Array([${bytes.join()}]))`,
  gives: undefined,
});
const notBase64url = (title: string, text: string): Known => ({
  title: `base64url with ${title}`,
  call: `native.decodeBase64url(${JSON.stringify(text)})`,
  gives: undefined,
});

const KNOWN: readonly Known[] = [
  // FIPS 180-4 examples and the NIST long message
  sha('sha256', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
  sha('sha256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
  sha(
    'sha256',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ),
  sha('sha256', 'a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'),
  sha('sha384', 'abc', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'),
  sha(
    'sha512',
    'abc',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ),
  {
    title: 'the example of RFC 7515 appendix C',
    call: 'native.encodeBase64url(new Uint8Array([3, 236, 255, 224, 193]))',
    gives: 'A-z_4ME',
  },
  { title: 'the example of RFC 6749 appendix B', call: "native.encodeFormPart(' %&+\\u00a3\\u20ac')", gives: '+%25%26%2B%C2%A3%E2%82%AC' },
  { title: 'what RFC 3986 leaves as it is', call: "native.encodeFormPart('AZaz09-._~')", gives: 'AZaz09-._~' },
  { title: 'a lone surrogate', call: "hex(native.encodeUtf8('a\\ud800b'))", gives: '61efbfbd62' },
  { title: 'a lone surrogate in a form', call: "native.encodeFormPart('\\udc00')", gives: '%EF%BF%BD' },
  notUtf8('an overlong slash of two bytes', 0xc0, 0xaf),
  notUtf8('an overlong NUL', 0xc0, 0x80),
  notUtf8('an overlong form of three bytes', 0xe0, 0x80, 0xaf),
  notUtf8('an overlong form of four bytes', 0xf0, 0x80, 0x80, 0xaf),
  notUtf8('the largest overlong form of three bytes', 0xe0, 0x9f, 0xbf),
  notUtf8('a high surrogate', 0xed, 0xa0, 0x80),
  notUtf8('a surrogate pair (CESU-8)', 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
  notUtf8('a value above U+10FFFF', 0xf4, 0x90, 0x80, 0x80),
  notUtf8('a five-byte form', 0xf8, 0x88, 0x80, 0x80, 0x80),
  notUtf8('a lone continuation byte', 0x61, 0x80),
  notUtf8('a cut sequence at the end', 0x61, 0xe2, 0x82),
  notUtf8('a sequence broken by ASCII', 0xe2, 0x28, 0xa1),
  notUtf8('byte FF', 0xff),
  notBase64url('padding', 'QQ=='),
  notBase64url('one padding character', 'QUI='),
  notBase64url('the plus of plain base64', 'ab+d'),
  notBase64url('the slash of plain base64', 'ab/d'),
  notBase64url('a space', 'QU I'),
  notBase64url('a line end', 'QUJD\n'),
  notBase64url('a NUL', 'QUJ\0'),
  notBase64url('a character beyond Latin-1', 'QUJ\u0141'),
  notBase64url('a full-width letter', 'QU\uff21D'),
  notBase64url('a length of 1', 'A'),
  notBase64url('a length of 4n+1', 'QUJDQ'),
  notBase64url('set bits after one byte', 'QR'),
  notBase64url('set bits after two bytes', 'QUJ'),
];

for (const target of RUNNER_TARGETS) {
  test(`the native functions give what is published, and refuse what they must, on ${target}`, async (t) => {
    const given = (await valueOf(
      t,
      target,
      `${IMPORT}
      const hex = (bytes) => [...bytes].map((byte) => (byte | 0x100).toString(16).slice(1)).join('');
      return [${KNOWN.map(({ call }) => call).join(',\n')}].map((value) => value === undefined ? 'undefined' : value);`,
    )) as string[];
    KNOWN.forEach(({ title, gives }, i) => t.is(given[i], gives ?? 'undefined', title));
  });

  test(`the native functions agree with Node's on every input of some families on ${target}`, async (t) => {
    t.timeout(600_000);
    const ours = await valueOf(t, target, `${IMPORT}\n${SWEEP}\nreturn sweep(native);`, { timeoutMs: 500_000 });
    t.deepEqual(ours, sweep(native));
  });

  test(`the native functions take no other kind of value on ${target}`, async (t) => {
    const says = (await valueOf(
      t,
      target,
      `${IMPORT}
      const says = (action) => { try { return String(action()); } catch (error) { return error.name; } };
      const shrinks = new Uint8Array(64);
      return [
        ...['encodeUtf8', 'latin1ToBytes', 'decodeBase64url', 'encodeFormPart', 'isWithin'].flatMap((name) => [says(() => native[name](1)), says(() => native[name](null))]),
        ...['decodeUtf8', 'bytesToLatin1', 'encodeBase64url', 'sha256'].flatMap((name) => [says(() => native[name]('a')), says(() => native[name](new Uint16Array(2)))]),
        says(() => native.verifyP256('a')), says(() => native.verifyP256(...[32, 32, 32].map((length) => new Uint8Array(length)), 'a')),
        ...[0, 1, 2].flatMap((place) => [31, 33].map((wrong) => says(() => native.verifyP256(...[0, 1, 2, 3].map((i) => new Uint8Array(i === place ? wrong : i === 3 ? 64 : 32)))))),
        says(() => native.latin1ToBytes('a\\u0100')),
        says(() => native.decodeUtf8(shrinks, { valueOf: () => (shrinks.buffer.transfer(), 8) }, 60)),
      ];`,
    )) as string[];
    t.true(
      says.every((one) => one === 'TypeError' || one === 'RangeError'),
      JSON.stringify(says),
    );
  });
}
