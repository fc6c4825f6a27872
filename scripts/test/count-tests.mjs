// SPDX-License-Identifier: MIT
// Runs AVA and shows what it says for people: a line a file, every failure in full, the count last.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ava = fileURLToPath(new URL('../../node_modules/ava/entrypoints/cli.mjs', import.meta.url));
const child = spawn(process.execPath, [ava, '--tap', '--concurrency=2', ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

const counts = { passed: 0, failed: 0, skipped: 0 };
let isInFailure = false;

function count(line) {
  const match = /^(not )?ok \d+ - (.*?)( # (SKIP|TODO).*)?$/.exec(line);
  if (match === null) return false;
  const [, not, title, , directive] = match;
  const outcome = directive !== undefined ? 'skipped' : not === undefined ? 'passed' : 'failed';
  counts[outcome]++;
  isInFailure = outcome === 'failed';
  console.log(`${{ passed: '  ok  ', failed: 'FAILED', skipped: ' skip ' }[outcome]} ${title}`);
  return true;
}

createInterface({ input: child.stdout }).on('line', (line) => {
  // Whatever stands below a failed test belongs to it.
  if (!count(line) && isInFailure && !line.startsWith('#')) console.log(line);
});

child.on('close', (status) => {
  // A crash outside of any test is a failure too.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed === 0 && counts.failed === 0) counts.failed = 1;
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
});
