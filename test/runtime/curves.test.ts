// SPDX-License-Identifier: MIT
// Keys and signatures of the network process by Wycheproof's vectors, as they ship, on both byte orders and on ARM, and
// that what handles a secret on P-256 neither branches nor indexes by it.
import test from 'ava';
import { execFile, spawn } from 'node:child_process';
import { createECDH, createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { readWycheproof } from '../unit/crypto/_wycheproof.ts';
import { emulator } from '../_helpers/emulator.ts';
import { inTurn } from '../_helpers/turns.ts';
import { built, type Target } from './_runner.ts';

const TARGETS: readonly Target[] = ['x86_64', 'mips_24kc', 'arm_cortex-a7'];

/** What the program answers to each line; see curves.c. */
function ask(target: Target, lines: readonly string[]): Promise<readonly string[]> {
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        const [command = '', ...args] = [...emulator(target), built(target, 'curves')];
        const program = spawn(command, args, { env: {} });
        let answers = '';
        program.stdout.setEncoding('latin1').on('data', (text: string) => (answers += text));
        program
          .on('error', reject)
          .on('close', (status) => (status === 0 ? resolve(answers.trim().split('\n')) : reject(new Error(`status ${status}`))));
        program.stdin.end(lines.map((line) => `${line}\n`).join(''));
      }),
  );
}

interface Agreement {
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly comment: string;
    readonly public: string;
    readonly private: string;
    readonly shared: string;
    readonly result: string;
  }>;
}
interface Signatures {
  readonly publicKey: { readonly uncompressed: string };
  readonly tests: ReadonlyArray<{
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }>;
}

/** Of these the numbers are right but spelled otherwise than DER wants: zeros before them, or none where one has to be. mbedTLS reads so. */
const OTHER_SPELLINGS = [6, 8, 9, 67, 68, 84, 114, 115, 128];

const agreements = (file: string) => readWycheproof<Agreement>(file).testGroups.flatMap(({ tests }) => tests);
/** A secret in its 32 bytes; some have a zero before it, and some are shorter. */
const secretOf = (hex: string) => hex.replace(/^(00)+/, '').padStart(64, '0');

for (const target of TARGETS) {
  test(`P-256 agrees on Wycheproof's secrets, with uncompressed points of the curve only (${target})`, async (t) => {
    t.timeout(120_000);
    const cases = agreements('ecdh_secp256r1_ecpoint');
    const answers = await ask(
      target,
      cases.map((one) => `p256 ${secretOf(one.private)} ${one.public}`),
    );
    t.is(cases.length, 355);
    cases.forEach((one, i) => t.is(answers[i], one.result === 'valid' ? one.shared : '-', `tcId ${one.tcId} ${one.comment}`));
    t.true(cases.some(({ comment }) => comment.includes('not on curve')));
  });

  test(`X25519 agrees on Wycheproof's secrets, on the twist too, and on none with points of low order (${target})`, async (t) => {
    t.timeout(240_000);
    const every = target === 'x86_64' ? 1 : 4;
    const cases = agreements('x25519').filter(({ shared }, i) => i % every === 0 || /^0+$/.test(shared));
    const answers = await ask(
      target,
      cases.map((one) => `x25519 ${one.private} ${one.public}`),
    );
    cases.forEach((one, i) => t.is(answers[i], /^0+$/.test(one.shared) ? '-' : one.shared, `tcId ${one.tcId} ${one.comment}`));
    t.true(answers.filter((answer) => answer === '-').length > 10);
    t.log(`${cases.length} of 518 vectors`);
  });

  test(`certificates and handshakes are checked by ECDSA on P-256 as Wycheproof's vectors say (${target})`, async (t) => {
    t.timeout(120_000);
    const { testGroups, numberOfTests } = readWycheproof<Signatures>('ecdsa_secp256r1_sha256');
    const cases = testGroups.flatMap(({ publicKey, tests }) => tests.map((one) => ({ ...one, key: publicKey.uncompressed })));
    t.is(cases.length, numberOfTests);
    const digest = (hex: string) => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
    const answers = await ask(
      target,
      cases.map((one) => `ecdsa ${one.key} ${digest(one.msg)} ${one.sig}`),
    );
    const wrong = cases.filter((one, i) => (answers[i] === 'right') !== (one.result === 'valid' || OTHER_SPELLINGS.includes(one.tcId)));
    t.deepEqual(
      wrong.map(({ tcId, comment }) => `${tcId} ${comment}`),
      [],
    );
  });

  test(`public keys on P-256 are those of OpenSSL, at the ends of the range too (${target})`, async (t) => {
    t.timeout(120_000);
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const hex = (value: bigint) => value.toString(16).padStart(64, '0');
    const secrets = [1n, 2n, 3n, order - 1n, order - 2n, order - 3n, order >> 1n, (order >> 1n) + 1n].map(hex);
    for (let i = 0; i < 20; i++) secrets.push(hex(BigInt(`0x${randomBytes(31).toString('hex')}`) + 1n));
    const answers = await ask(
      target,
      secrets.map((secret) => `public ${secret}`),
    );
    const expected = secrets.map((secret) => {
      const pair = createECDH('prime256v1');
      pair.setPrivateKey(secret, 'hex');
      return pair.getPublicKey('hex');
    });
    t.deepEqual(answers, expected);
    t.deepEqual(
      await ask(
        target,
        [0n, order, order + 1n, (1n << 256n) - 1n].map((secret) => `public ${hex(secret)}`),
      ),
      ['-', '-', '-', '-'],
    );
  });
}

const valgrind = (...args: readonly string[]) =>
  promisify(execFile)('valgrind', ['-q', '--error-exitcode=9', built('x86_64', 'constant-time'), ...args], {
    env: { PATH: process.env.PATH },
  });

test('nothing branches or indexes by a secret on P-256', async (t) => {
  t.timeout(120_000);
  const { stdout, stderr } = await valgrind();
  t.is(stdout, 'agreed\n');
  t.is(stderr, '');
});

test('a branch on a secret that is made on purpose is found', async (t) => {
  t.timeout(120_000);
  const error = await t.throwsAsync<Error & { code: number; stderr: string }>(valgrind('branch'));
  t.is(error.code, 9);
  t.regex(error.stderr, /depends on uninitialised value/);
});
