// SPDX-License-Identifier: MIT
// `make fuzz`: CASES a target (100,000 when unset), of all or of TARGET, from SEED or a random one.
// A crash is kept in the target's file of corpus/ as a regress line and ends the run with status 1. KEEP=1 also keeps
// the first input of each outcome that the corpus does not have yet.
import { FuzzFailure, keep, readCorpus, runTarget } from './engine.ts';
import { TARGETS } from './targets/all.ts';

const cases = Number(process.env['CASES'] || 100_000);
const seed = Number(process.env['SEED'] || Math.floor(Math.random() * 1_000_000_000));
const only = process.env['TARGET'] ?? '';
const chosen = TARGETS.filter((target) => only === '' || target.name === only);
if (chosen.length === 0) {
  console.error(`no target '${only}'; there are: ${TARGETS.map((target) => target.name).join(' ')}`);
  process.exit(2);
}
for (const target of chosen) {
  const started = performance.now();
  try {
    const outcome = await runTarget(target, cases, seed, (_label, bytes) => {
      if (process.env['KEEP'] === '1' && bytes.length > 0) keep(target.name, 'found', bytes);
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const labels = [...outcome.labels]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 8)
      .map(([label, count]) => `${label} ${count}`);
    console.log(
      `fuzz ${target.name} cases ${outcome.cases} corpus ${readCorpus(target.name).length} seed ${seed} seconds ${seconds} | ${labels.join(', ')}`,
    );
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    console.error(error.message);
    const { input } = error as FuzzFailure & { input?: Uint8Array };
    if (input !== undefined) console.error(`kept as ${keep(target.name, 'regress', input)}`);
    process.exitCode = 1;
    if (only !== '') break;
  }
}
