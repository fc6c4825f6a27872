// SPDX-License-Identifier: MIT
// Loaded before every test file: a worker ends when its tests have ended. A test that timed out may have left a
// server that listens; AVA waits for such a worker without limit.
import process from 'node:process';
import { registerCompletionHandler } from 'ava';

registerCompletionHandler(() => process.exit());
