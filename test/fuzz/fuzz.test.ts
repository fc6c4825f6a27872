// SPDX-License-Identifier: MIT
// Every parser of foreign bytes, always with the same inputs; `make fuzz` takes others each time.
// CASES and SEED from the environment.
import test from 'ava';
import { decodeInput, encodeInput, makeHelpers, readCorpus, runTarget } from './engine.ts';
import { TARGETS } from './targets/all.ts';

const CASES = Number(process.env['CASES'] || 10_000);
const SEED = Number(process.env['SEED'] || 20260101);

for (const target of TARGETS) {
  test.serial(`fuzz: ${target.name} holds its promises for whatever comes`, async (t) => {
    t.timeout(120_000);
    const outcome = await runTarget(target, Math.ceil(CASES / (target.oneIn ?? 1)), SEED);
    const labels = [...outcome.labels]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 5)
      .map(([label, count]) => `${label} ${count}`);
    t.log(`SEED=${SEED} ${outcome.cases} cases: ${labels.join(', ')}`);
    t.true(outcome.labels.size > 1, 'inputs of one kind only: the target is blind');
  });
}

test('fuzz: the same seed gives the same cases', (t) => {
  const draw = (seed: number) =>
    Array.from(
      { length: 50 },
      (
        (helpers) => () =>
          helpers.below(1000)
      )(makeHelpers(seed)),
    );
  t.deepEqual(draw(7), draw(7));
  t.notDeepEqual(draw(7), draw(8));
});

test('fuzz: every target has kept inputs to start from', (t) => {
  for (const target of TARGETS) t.true(readCorpus(target.name).length > 0, target.name);
});

test('fuzz: a corpus gives back every byte that was kept', (t) => {
  const { below, bytes } = makeHelpers(SEED);
  const inputs = [...TARGETS.flatMap((target) => readCorpus(target.name)), ...Array.from({ length: 500 }, () => bytes(below(40)))];
  const texts = ['', ' \t\r\n', '\u00e9\u20ac', '\ufeff', '\ud83d\ude00', '\u007f', '\u0085', '\u2028', '"\\'].map(
    (text) => new Uint8Array(Buffer.from(text)),
  );
  for (const input of [...inputs, ...texts]) {
    const line = encodeInput('a', input);
    t.false(line.includes('\n'));
    t.deepEqual(decodeInput(line), input);
  }
});
