// SPDX-License-Identifier: MIT
// The time in tests whose clock stands still: later than the program's release, as on a router whose clock was set.
import { RELEASE_TIME_S } from '../../src/version.ts';

export const NOW = RELEASE_TIME_S + 95_790;
