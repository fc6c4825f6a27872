// SPDX-License-Identifier: MIT
// What this build calls itself.

export const VERSION = '1.0.0';

/** The day of the release in CHANGELOG.md, seconds since 1970: a wall clock before it has never been set (no RTC, no NTP yet). */
export const RELEASE_TIME_S = 1795737600;
