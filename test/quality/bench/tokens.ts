// SPDX-License-Identifier: MIT
// What one verified ID token costs: the shipped verifiers in the engine, by the difference of two
// runs with different numbers of repeats.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeProvider, ISSUER, signingKey, type SigningKey } from '../../_helpers/_fake-provider.ts';
import { ALGS } from '../../_helpers/signing.ts';
import { Meter, report, TARGETS, type Target } from './bench.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WORK = path.join(ROOT, 'build/bench');
const FEW = 1;
const MANY = 5;

const MODULE = `
export async function main(host) {
  const [, repeats, alg] = host.args();
  const { verifyIdToken } = alg === 'RS256' || alg === 'ES256' ? (await import('./verify.js')).common : await import('./algorithms.js');
  const { bytes } = host.readInput(65536);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const demand = JSON.parse(text);
  for (let i = 0; i < Number(repeats); i++) if (verifyIdToken(demand).sub !== 'alice-id') return 1;
  return 0;
}
`;

/** Prints token-rs256, token-es256 and so on of one target. */
export async function measureTokens(target: Target): Promise<void> {
  const folder = TARGETS[target].folder;
  writeFileSync(path.join(WORK, 'token.js'), MODULE);
  execFileSync(path.join(ROOT, 'scripts/test/compile-module'), [
    target === 'mips_24kc' ? 'be' : 'le',
    path.join(WORK, 'token.js'),
    path.join(WORK, folder),
  ]);
  const program = path.join(ROOT, 'build', folder, 'run-chunks');
  const meter = new Meter(target);
  for (const alg of ALGS) {
    const key = signingKey('key-1', alg);
    const input = JSON.stringify(demandOf(key));
    const cost = async (repeats: number) => {
      const [command = '', ...args] = [...meter.runner, program, path.join(WORK, folder, 'token.js.bc'), String(repeats), alg];
      return (await meter.measure(async () => execFileSync(command, args, { input, env: { PATH: process.env.PATH } }))).own;
    };
    report(target, `token-${alg.toLowerCase()}`, 'Minsn', ((await cost(MANY)) - (await cost(FEW))) / (MANY - FEW));
  }
}

function demandOf(key: SigningKey): object {
  const provider = new FakeProvider();
  provider.key = key;
  provider.published = [key];
  provider.authorized = { nonce: 'n'.repeat(43), challenge: '' };
  return {
    idToken: provider.idToken(),
    jwks: { keys: provider.published.map((published) => published.jwk) },
    issuer: ISSUER,
    clientId: 'luci',
    nonce: 'n'.repeat(43),
    now: provider.now,
    toleranceS: 60,
  };
}
