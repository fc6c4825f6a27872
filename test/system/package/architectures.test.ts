// SPDX-License-Identifier: MIT
// The table of architectures is whole: each of OpenWrt's has a row, with a program or with the reason why there is none.
import test from 'ava';
import { ALL, HARDENING, ROWS } from './_packages.ts';

const rows = ROWS.map(([before = '', after = '', folder = '', ...rest]) => ({
  before,
  after: after === '=' ? before : after,
  folder,
  rest,
}));

test('24.10 has 37 architectures and 25.12 has 35, each once', (t) => {
  for (const [column, count] of [
    ['before', 37],
    ['after', 35],
  ] as const) {
    const names = rows.map((row) => row[column]).filter((name) => name !== '-');
    t.is(names.length, count, column);
    t.is(new Set(names).size, count, column);
  }
  t.deepEqual(
    rows.filter(({ before, after }) => before !== after).map(({ before, after }) => [before, after]),
    [
      ['mips_4kec', '-'],
      ['riscv64_riscv64', 'riscv64_generic'],
      ['arc_archs', '-'],
    ],
  );
});

test('a program is described once and before it is shared; what has none says why', (t) => {
  const described = new Set<string>();
  for (const {
    before,
    folder,
    rest: [order, ...flags],
  } of rows) {
    if (folder === '-') {
      t.true(flags.length > 0, before);
      continue;
    }
    t.true(order === 'le' || order === 'be', before);
    t.is(flags.length > 0, !described.has(folder), before);
    described.add(folder);
  }
  t.false(ALL.some(({ folder }) => !described.has(folder)));
});

test('each program has one row of hardening, with a reason where something is missing', (t) => {
  t.deepEqual([...HARDENING.keys()], [...new Set(rows.map(({ folder }) => folder).filter((folder) => folder !== '-'))]);
  for (const [folder, { pie, relro, reason }] of HARDENING) t.is(reason !== '', !pie || !relro, folder);
});
