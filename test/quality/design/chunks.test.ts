// SPDX-License-Identifier: MIT
// The table in docs/design/architecture.md says which request reads which chunks: so does the rolled program.
import test from 'ava';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { inTurn } from '../../_helpers/turns.ts';

const run = promisify(execFile);
const PAGE = readFileSync(new URL('../../../docs/design/architecture.md', import.meta.url), 'utf8');
const SCRIPT = new URL('_read-chunks.ts', import.meta.url).pathname;
const CHUNK = /^[a-z]+$/;

/** What the script prints, line by line. */
const linesOf = (...args: string[]): Promise<string[]> =>
  inTurn(async () => (await run(process.execPath, ['--import=tsx', SCRIPT, ...args])).stdout.trim().split('\n'));

/** Node reads chunks side by side, so their order may differ. */
const sorted = (list: string): string => list.split(', ').sort().join(', ');

test('each kind of request reads the chunks that the table says', async (t) => {
  const [, table = ''] = PAGE.split('|---|---|\n');
  const rows = table
    .split('\n\n')[0]
    ?.split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => sorted(cell.trim())),
    );
  const kinds = await linesOf();
  const read = await Promise.all(
    kinds.map(async (kind) => [sorted(kind), sorted((await linesOf(kind)).filter((line) => CHUNK.test(line)).join(', '))]),
  );
  t.deepEqual(rows, read);
});
