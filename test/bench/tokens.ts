// SPDX-License-Identifier: MIT
// What one verified ID token costs: the shipped verify chunk in the engine, by the difference of two
// runs with different numbers of repeats.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeProvider, EC_KEY, ISSUER, RSA_KEY } from '../_helpers/_fake-provider.ts';
import { Meter, report, TARGETS, type Target } from './bench.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORK = path.join(ROOT, 'build/bench');
const FEW = 1;
const MANY = 11;

const MODULE = `
import { verifyIdToken } from './verify.js';
export function main(host) {
  const repeats = Number(host.args()[1]);
  const { bytes } = host.readInput(65536);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const demand = JSON.parse(text);
  for (let i = 0; i < repeats; i++) if (verifyIdToken(demand).sub !== 'alice-id') return 1;
  return 0;
}
`;

/** Prints token-rs256 and token-es256 of one target. */
export async function measureTokens(target: Target): Promise<void> {
  const folder = TARGETS[target].folder;
  writeFileSync(path.join(WORK, 'token.js'), MODULE);
  execFileSync(path.join(ROOT, 'scripts/compile-test-module'), [target === 'mips_24kc' ? 'be' : 'le', path.join(WORK, 'token.js'), path.join(WORK, folder)]);
  const program = path.join(ROOT, 'build', folder, 'run-chunks');
  const meter = new Meter(target);
  for (const key of [RSA_KEY, EC_KEY]) {
    const input = JSON.stringify(demandOf(key));
    const cost = async (repeats: number) => {
      const [command = '', ...args] = [...meter.runner, program, path.join(WORK, folder, 'token.js.bc'), String(repeats)];
      return (await meter.measure(async () => execFileSync(command, args, { input, env: {} }))).own;
    };
    const samples: number[] = [];
    for (let i = 0; i < (target === 'x86_64' ? 9 : 1); i++) samples.push(((await cost(MANY)) - (await cost(FEW))) / (MANY - FEW));
    report(target, `token-${key.alg.toLowerCase()}`, target === 'x86_64' ? 'ms' : 'Minsn', Math.min(...samples));
  }
}

function demandOf(key: typeof RSA_KEY): object {
  const provider = new FakeProvider();
  provider.key = key;
  provider.authorized = { nonce: 'n'.repeat(43), challenge: '' };
  return {
    idToken: provider.idToken(), jwks: { keys: provider.published.map((published) => published.jwk) },
    issuer: ISSUER, clientId: 'luci', nonce: 'n'.repeat(43), now: provider.now, toleranceS: 60,
  };
}
